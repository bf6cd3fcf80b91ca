"""The checker refutes what does not hold, however the certificate was touched."""

from __future__ import annotations

import ast
import copy
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harmonizer.strictness.applicability import Circumstances
from harmonizer.superset import checker, minimum_cover
from harmonizer.superset.optimize import solve
from harmonizer.superset.problem import build
from tests.builders import random_builder

from .test_cover import random_cover, textbook


@pytest.fixture(scope="module")
def searched() -> dict[str, Any]:
    """A certificate with reduction steps, branches and leaves."""
    content = minimum_cover(*textbook(80, 300, 0.06, 5)).certificate.content
    assert content["steps"]
    assert "branch" in content["components"][0]["tree"]
    return json.loads(checker.canonical(content))  # type: ignore[no-any-return]


def refuted(content: dict[str, Any]) -> str:
    """Why a certificate is refuted once its hash is made to fit: a forger would see to that."""
    content["hash"] = checker.digest(content)
    with pytest.raises(checker.Refuted) as found:
        checker.check(content)
    return str(found.value)


def test_a_certificate_is_verified_from_its_bytes(searched: dict[str, Any]) -> None:
    assert checker.check_bytes(checker.canonical(searched) + b"\n")["status"] == "optimal"


def test_no_single_byte_can_be_changed(searched: dict[str, Any]) -> None:
    data = checker.canonical(searched) + b"\n"
    draw = random.Random(1)
    for place in draw.sample(range(len(data)), 400):
        changed = bytearray(data)
        changed[place] = draw.choice([byte for byte in b'0123456789{}[]",: ax\n' if byte != data[place]])
        with pytest.raises(checker.Refuted):
            checker.check_bytes(bytes(changed))


def test_a_dropped_control_leaves_a_row_unmet(searched: dict[str, Any]) -> None:
    for place in range(len(searched["chosen"])):
        content = copy.deepcopy(searched)
        dropped = content["chosen"].pop(place)
        content["cost"] -= content["costs"][dropped]
        assert "does not meet row" in refuted(content)


def test_a_cost_that_does_not_add_up_is_refuted(searched: dict[str, Any]) -> None:
    content = copy.deepcopy(searched)
    content["cost"] += 1
    assert "the selection costs" in refuted(content)


def test_a_bound_that_no_part_proves_is_refuted(searched: dict[str, Any]) -> None:
    content = copy.deepcopy(searched)
    content["lower_bound"] -= 1
    assert "the parts prove a bound" in refuted(content)
    content = copy.deepcopy(searched)
    content["components"][0]["bound"] += 1
    content["lower_bound"] += 1
    assert "does not prove the bound" in refuted(content)


def test_optimal_is_refuted_where_the_bound_is_lower(searched: dict[str, Any]) -> None:
    content = copy.deepcopy(searched)
    spare = next(column for column in range(len(content["costs"])) if column not in content["chosen"])
    content["chosen"] = sorted([*content["chosen"], spare])
    content["cost"] += content["costs"][spare]
    assert "not optimal" in refuted(content)


def test_a_missing_branch_or_a_negative_weight_is_refuted(searched: dict[str, Any]) -> None:
    content = copy.deepcopy(searched)
    content["components"][0]["tree"]["zero"] = {"scale": 1, "weights": []}
    assert "does not prove the bound" in refuted(content)
    content = copy.deepcopy(searched)
    leaf = content["components"][0]["tree"]
    while "branch" in leaf:
        leaf = leaf["one"]
    leaf["weights"][0][1] *= -1
    assert "negative" in refuted(content)


def test_a_reduction_step_that_does_not_hold_is_refuted(searched: dict[str, Any]) -> None:
    content = copy.deepcopy(searched)
    content["steps"].insert(0, ["useless", content["components"][0]["columns"][0]])
    assert "reduction step 0" in refuted(content)
    content = copy.deepcopy(searched)
    one, other = content["components"][0]["columns"][:2]
    content["steps"].append(["drop", one, other, []])
    assert "does not hold" in refuted(content)


def test_a_dearer_column_or_one_with_a_prerequisite_cannot_stand_in() -> None:
    """Steps that a naive reduction would take: the dearer for the cheaper, the dependent for the free."""
    content = minimum_cover([[0, 1], [0, 1, 3]], [1, 2, 9, 1], needs={1: [2]}).certificate.content
    for step in (["drop", 0, 1, []], ["drop", 3, 1, []]):
        forged = json.loads(checker.canonical(content)) | {"steps": [step]}
        assert "reduction step 0" in refuted(forged)


def test_components_may_not_share_columns(searched: dict[str, Any]) -> None:
    content = copy.deepcopy(searched)
    content["components"].append(content["components"][0])
    assert "shares columns" in refuted(content)


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\xff", b"{" * 5000, b'{"format": "harmonizer-certificate-1"}'])
def test_what_is_no_certificate_is_refuted_with_a_reason(data: bytes) -> None:
    with pytest.raises(checker.Refuted) as found:
        checker.check_bytes(data)
    assert len(str(found.value)) > 20


def test_no_random_damage_raises_anything_but_a_refutation(searched: dict[str, Any]) -> None:
    draw = random.Random(2)
    for _ in range(300):
        content = copy.deepcopy(searched)
        key = draw.choice([one for one in content if one not in ("hash", "subject")])
        content[key] = draw.choice([None, 3, -1, "x", [], {}, [[]], [{"columns": [0], "bound": 0, "tree": {}}]])
        if content[key] != searched[key]:
            refuted(content)


def test_every_plan_of_random_problems_is_certified() -> None:
    for seed in range(60):
        builder = random_builder(seed)
        solution = solve(build(builder.index(), builder.frameworks, circumstances=Circumstances()))
        checker.check_bytes(solution.certificate.to_bytes())
        assert solution.status == "optimal"


def test_random_covers_are_certified_at_their_cost() -> None:
    for seed in range(100):
        asked = random_cover(seed) | {"excludes": [], "one_of": []}
        cover = minimum_cover(**asked)  # type: ignore[arg-type]
        assert checker.check_bytes(cover.certificate.to_bytes())["cost"] == cover.cost


def test_the_checker_uses_the_standard_library_only_and_runs_by_itself(
    searched: dict[str, Any], tmp_path: Path
) -> None:
    source = Path(checker.__file__)
    imported = {name.partition(".")[0] for node in ast.walk(ast.parse(source.read_text()))
                for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import)
                             else [node.module or ""] if isinstance(node, ast.ImportFrom) else [])}  # fmt: skip
    assert imported <= set(sys.stdlib_module_names)
    file = tmp_path / "certificate.json"
    file.write_bytes(checker.canonical(searched))
    run = subprocess.run([sys.executable, "-I", str(source), str(file)], capture_output=True, text=True, check=False)
    assert run.returncode == 0
    assert run.stdout.startswith("verified: ")
    file.write_bytes(checker.canonical(searched).replace(b'"optimal"', b'"optimum"'))
    run = subprocess.run([sys.executable, "-I", str(source), str(file)], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "refuted: the hash does not fit" in run.stdout

"""Mapping files are held against themselves and each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import harmonizer as hz
from harmonizer import cli
from harmonizer.answer import Answer
from harmonizer.crosswalk.assertions import Assertion
from harmonizer.crosswalk.closure import Closure
from harmonizer.crosswalk.conflicts import conflicts, repairs
from harmonizer.crosswalk.lint import lint_crosswalk

FIXTURES = Path(__file__).parent / "fixtures"
FILES = [FIXTURES / "acme.csv", FIXTURES / "beta.sssom.tsv"]


def findings(answer: Answer, rule: str) -> list[dict[str, object]]:
    return [dict(row) for row in answer if row["rule"] == rule]


@pytest.fixture(scope="module")
def worked() -> Answer:
    return lint_crosswalk(FILES)


def test_the_planted_hard_conflict_is_found_with_its_chain_and_smallest_repair(worked: Answer) -> None:
    (hard,) = findings(worked, "hard-conflict")
    assert hard["severity"] == "error"
    for part in (
        "acme:3 superset-of hub:backup",
        "acme.csv:4",
        "beta:31 equal hub:backup",
        "acme:3 no-relationship beta:31",
    ):
        assert part in str(hard["message"])
    assert "withdraw or correct" in str(hard["mend"])
    assert "resolves 1 of 1" in str(hard["mend"])


def test_the_planted_type_conflict_is_found_with_its_chain_and_smallest_repair(worked: Answer) -> None:
    (type_,) = findings(worked, "type-conflict")
    assert type_["severity"] == "warning"
    for part in ("beta:21 equal hub:logging", "acme:2 equal beta:21", "acme:2 subset-of hub:logging", "acme.csv:3"):
        assert part in str(type_["message"])
    assert "withdraw or correct" in str(type_["mend"])


def test_two_requirements_of_one_framework_implied_equal_are_named(worked: Answer) -> None:
    (finding,) = findings(worked, "implied-equal")
    assert "acme:1, acme:2" in str(finding["message"])


def test_a_set_that_says_it_is_plain_has_no_type_conflict(tmp_path: Path) -> None:
    for path in FILES:
        (tmp_path / path.name).write_text("#reading: plain\n" + path.read_text())
    found = lint_crosswalk(sorted(tmp_path.iterdir()))
    assert (found.summary["hard"], found.summary["type"]) == (1, 0)


def test_the_order_of_rows_and_files_changes_nothing_but_line_numbers(tmp_path: Path) -> None:
    def told(files: list[Path]) -> set[tuple[object, object]]:
        return {(row["rule"], row["severity"]) for row in lint_crosswalk(files)}

    header, *lines = FILES[0].read_text().splitlines(keepends=True)
    (tmp_path / "acme.csv").write_text("".join([header, *reversed(lines)]))
    assert told([FILES[1], tmp_path / "acme.csv"]) == told(FILES)


def test_ends_that_the_loaded_framework_lacks_are_named_with_the_nearest(kg: hz.Harmonizer, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(
        "source_framework,source_id,target_framework,target_id,relation\n"
        "hipaa,164.312(a)(9),gdpr,Art.32(1),equal\nhipaa,164.312,gdpr,Art.32(1),intersects with\n"
        "hipaa,164.312(b),hipaa,164.312(b),equal\nhipaa,164.312(d),gdpr,Art.32(1),Subset Of\n"
        "hipaa,164.312(d),gdpr,Art.32(1),Subset Of\n"
    )
    rules = {str(row["rule"]): str(row["message"]) for row in lint_crosswalk([path], kg.index)}
    assert any("164.312(a)(9)" in message and "did you mean" in message for message in rules.values()), rules
    assert len(rules) >= 4, "dangling, not assessable, self-mapping and duplicate"


def test_the_command_line_exits_1_for_a_hard_conflict_and_3_for_what_cannot_be_read(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.app, ["lint", "--crosswalk", *map(str, FILES)])
    assert result.exit_code == 1, result.output
    bad = tmp_path / "bad.csv"
    bad.write_text(FILES[0].read_text().replace("superset of", "superset off"))
    result = CliRunner().invoke(cli.app, ["lint", "--crosswalk", str(bad)])
    assert result.exit_code == 3
    assert "did you mean superset of" in result.output


CHAIN = [
    Assertion("a", "equal", "b", "plain", "one", 0.9), Assertion("b", "subset-of", "c", "plain", "one", 0.8),
    Assertion("c", "no-relationship", "a", "plain", "two", 0.5), Assertion("x", "equal", "y", "plain", "one", 0.7),
]  # fmt: skip


def test_a_chain_is_minimal_dropping_any_of_it_ends_the_contradiction() -> None:
    (found,) = conflicts(CHAIN)
    assert set(found.chain) == set(CHAIN[:3])
    for one in found.chain:
        assert Closure([other for other in CHAIN if other != one]).contradictions() == []


def test_the_repair_withdraws_the_least_sure_among_equals() -> None:
    (repair,) = repairs(conflicts(CHAIN))
    assert (repair.assertion, repair.resolves) == (CHAIN[2], 1)


def test_one_repair_that_resolves_several_is_preferred() -> None:
    culprit = Assertion("a", "equal", "z", "plain", "one", 0.9)
    network = [culprit]
    for letter in "pqr":
        network += [Assertion("z", "superset-of", letter, "plain", "one", 0.9),
                    Assertion(letter, "no-relationship", "a", "plain", "two", 0.9)]  # fmt: skip
    found = repairs(conflicts(network))
    assert [(one.assertion, one.resolves) for one in found] == [(culprit, 3)]

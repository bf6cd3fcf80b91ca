"""Bad input: a clear message, exit code 3, and nothing half-written.

Each case lays one broken file over the bundled data, as a user's workspace would.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import harmonizer as hz
from harmonizer.errors import DataError
from tests.conftest import ROOT

SOC2 = Path("data/frameworks/soc2")


def overlay(workspace: Path, name: Path, change: Callable[[str], str | bytes]) -> Path:
    """The workspace with one bundled file changed."""
    target = workspace / name
    target.parent.mkdir(parents=True, exist_ok=True)
    changed = change((ROOT / name).read_text(encoding="utf-8"))
    target.write_bytes(changed if isinstance(changed, bytes) else changed.encode())
    return workspace


def replace_once(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def with_constraint(row: str) -> Callable[[str], str]:
    return lambda text: text + row + "\n"


CASES: dict[str, tuple[Path, Callable[[str], str | bytes], str]] = {
    "a table cut off in a row": (SOC2 / "requirements.csv", lambda text: text[: len(text) // 2], "cut off|cells"),
    "a table cut off in quotes": (SOC2 / "requirements.csv", lambda text: text + 'X,,"half', "cut off"),
    "an unknown objective": (
        SOC2 / "objectives.sssom.tsv", replace_once("objective:code-of-conduct-set", "objective:code-of-conduct-sett"),
        "unknown objective 'code-of-conduct-sett'; did you mean code-of-conduct-set",
    ),
    "an objective that is no leaf": (
        SOC2 / "objectives.sssom.tsv", replace_once("objective:code-of-conduct-set", "objective:governance"),
        "'governance' is a domain, expected a leaf",
    ),
    "a duplicate id": (SOC2 / "requirements.csv", replace_once("\nCC1.2,", "\nCC1.1,"), "'CC1.1' stands already in line"),
    "a circle of parents": (
        SOC2 / "requirements.csv", replace_once("\nCC1,,", "\nCC1,CC1.1,"), "run in a circle: .*CC1.1 -> .*CC1",
    ),
    "a unit that does not fit": (
        SOC2 / "constraints.csv",
        with_constraint("CC1.1,code-of-conduct-set,interval,at-most,P1Y,{char},,,,exact,"),
        "unit '{char}' does not fit a duration",
    ),
    "an operator that does not fit": (
        SOC2 / "constraints.csv", with_constraint("CC1.1,code-of-conduct-set,interval,includes,P1Y,,,,,exact,"),
        "operator 'includes' does not fit interval",
    ),
    "an unknown scope tag": (
        SOC2 / "requirements.csv", replace_once("category:availability", "category:availabilty"),
        "unknown scope tag 'category:availabilty'; did you mean category:availability",
    ),
    "bytes that are not UTF-8": (
        SOC2 / "requirements.csv", lambda text: text.encode() + b"CC9.9,CC9,\xff\n", "0xff is not UTF-8",
    ),
    "a Turtle syntax error": (
        Path("ontologies/dimensions.ttl"), replace_once(" a hz:Dimension ;", " a hz:Dimension "), "not well-formed Turtle",
    ),
    "a TOML syntax error": (SOC2 / "framework.toml", replace_once("slug =", "slug "), "not well-formed TOML"),
    "a missing key": (SOC2 / "framework.toml", replace_once("publisher =", "publishr ="), "did you mean publisher"),
    "a wrong header": (SOC2 / "requirements.csv", replace_once("id,parent", "ident,parent"), "the header lacks id"),
    "an unknown parent": (SOC2 / "requirements.csv", replace_once("\nCC1.1,CC1,", "\nCC1.1,CC11,"), "unknown parent"),
    "an unknown relation": (
        SOC2 / "objectives.sssom.tsv", replace_once("skos:narrowMatch", "skos:narrowerMatch"),
        "did you mean skos:narrowMatch",
    ),
    "a mapping without a reason": (
        SOC2 / "objectives.sssom.tsv",
        lambda text: "\n".join(
            "\t".join("" if place == 6 and line.startswith("soc2:CC1.1\t") else cell
                      for place, cell in enumerate(line.split("\t")))
            for line in text.split("\n")
        ),
        "needs its reason",
    ),
    "a constraint on a leaf that is not mapped": (
        SOC2 / "constraints.csv", with_constraint("CC1.1,backups-made,interval,at-most,P1D,,,,,exact,"),
        "soc2:CC1.1 is not mapped to backups-made",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.replace(" ", "-"))
def test_loading_says_what_is_wrong_and_where(case: str, tmp_path: Path) -> None:
    name, change, message = CASES[case]
    workspace = overlay(tmp_path, name, change)
    with pytest.raises(DataError, match=message) as caught:
        hz.load(workspace)
    assert name.name in str(caught.value)
    if name.suffix in (".csv", ".tsv", ".ttl"):
        assert caught.value.line, "the line is named"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "data/frameworks/own"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / SOC2 / "framework.toml", folder)
    with pytest.raises(DataError, match=r"requirements\.csv: the file is missing"):
        hz.load(tmp_path)


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    overlay(tmp_path, SOC2 / "requirements.csv", replace_once("category:availability", "category:nonsense"))
    overlay(
        tmp_path, SOC2 / "objectives.sssom.tsv", replace_once("objective:code-of-conduct-set", "objective:nonsense")
    )
    with pytest.raises(DataError) as caught:
        hz.load(tmp_path)
    assert "category:nonsense" in str(caught.value)
    assert "'nonsense'" in str(caught.value)


def test_the_command_line_exits_with_3_and_writes_nothing(tmp_path: Path) -> None:
    workspace = overlay(tmp_path / "own", SOC2 / "requirements.csv", lambda text: text[: len(text) // 2])
    target = tmp_path / "matrix.xlsx"
    done = subprocess.run(
        [sys.executable, "-m", "harmonizer.cli", "export", "xlsx", "-o", str(target), "--workspace", str(workspace)],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 3
    assert "requirements.csv" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not target.exists()


def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from harmonizer.knowledge import tables

    target = tmp_path / "file.txt"
    tables.write_aside(target, b"old")
    monkeypatch.setattr(tables.os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        tables.write_aside(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


def test_a_cache_that_was_cut_off_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = hz.load().index.hash
    (cached,) = tmp_path.rglob("*.json")
    cached.write_bytes(cached.read_bytes()[:1000])
    assert hz.load().index.hash == first

"""A row that stands twice counts once; two that differ about the same thing are refused with their lines."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import harmonizer as hz
from harmonizer.errors import DataError

SOURCE = Path(__file__).parents[2] / "data" / "frameworks" / "nyc-ll144"
MAPPINGS = "objectives.sssom.tsv"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    shutil.copytree(SOURCE, tmp_path / "data" / "frameworks" / SOURCE.name)
    return tmp_path


def add(workspace: Path, old: str, new: str) -> int:
    """Append the first row again, changed; the row's line in the file."""
    path = workspace / "data" / "frameworks" / SOURCE.name / MAPPINGS
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = 1 + next(number for number, line in enumerate(lines) if not line.startswith("#"))
    assert old in lines[place]
    path.write_text("".join([*lines, lines[place].replace(old, new)]), encoding="utf-8")
    return place + 1


def test_a_row_that_stands_twice_counts_once(workspace: Path, kg: hz.Harmonizer) -> None:
    add(workspace, "\t", "\t")
    assert hz.load(workspace).index.hash == kg.index.hash


def test_two_rows_that_differ_about_the_same_pair_are_refused_with_their_lines(workspace: Path) -> None:
    line = add(workspace, "nyc-ll144", "nyc-ll144")
    path = workspace / "data" / "frameworks" / SOURCE.name / MAPPINGS
    rows = path.read_text(encoding="utf-8").splitlines()
    cells = rows[-1].split("\t")
    cells[6] += " And another reason."
    path.write_text("\n".join([*rows[:-1], "\t".join(cells)]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=f"says otherwise what line {line} says") as raised:
        hz.load(workspace)
    assert raised.value.line == len(rows)

"""Lists of custom controls for GRC platforms: what is written, and that nothing in them is computed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import harmonizer as hz
from harmonizer.reports.vendor_controls import CODE_LENGTH, VENDORS, code
from tests.reports.small import FRAMEWORKS, in_workspace

pytestmark = pytest.mark.filterwarnings("ignore:unverified:UserWarning")


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("name", VENDORS)
def test_a_list_has_a_row_for_each_control_of_the_plan(name: str, kg: hz.Harmonizer, tmp_path: Path) -> None:
    plan = kg.solve("nyc-ll144", "colorado-ai-act")
    heading, *found = rows(kg.export(name, tmp_path / "c.csv", "nyc-ll144", "colorado-ai-act", plan=plan))
    assert tuple(heading) == VENDORS[name].columns
    assert [row[:2] for row in found] == [[code(one), kg.index.controls[one].title] for one in plan.controls]
    for row, planned in zip(found, plan, strict=True):
        assert row[2].startswith(str(planned["statement"]))
        assert str(planned["nyc-ll144"]) in row[2] and str(planned["colorado-ai-act"]) in row[2]


def test_codes_of_all_candidates_are_short_without_spaces_and_distinct(kg: hz.Harmonizer) -> None:
    codes = [code(slug) for slug in kg.index.controls]
    assert len(set(codes)) == len(codes)
    assert all(0 < len(one) <= CODE_LENGTH and not any(char.isspace() for char in one) for one in codes)


@given(st.text(min_size=1))
def test_any_name_makes_a_code(name: str) -> None:
    assert 0 < len(code(name)) <= CODE_LENGTH
    assert not any(char.isspace() for char in code(name))


def test_a_cell_that_would_be_computed_is_disarmed_and_that_is_told(tmp_path: Path) -> None:
    made = in_workspace(tmp_path / "w")
    with pytest.warns(UserWarning, match="2 cells begin as a formula does"):
        made.export("drata", tmp_path / "c.csv", *FRAMEWORKS)
    _, *found = rows(tmp_path / "c.csv")
    cells = [row[2] for row in found]
    assert [cell[:2] for cell in cells] == ["'=", "'@"]

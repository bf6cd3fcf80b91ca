"""A workbook that comes back: every edit arrives, nothing else changes, and nothing is overwritten or deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from harmonizer.answer import Answer
from harmonizer.api import Harmonizer
from harmonizer.errors import DataError, UsageError
from harmonizer.programme.journal import FILE_NAME, Change
from harmonizer.reports.spreadsheet import HEADER_ROW
from tests.reports.libreoffice import edited, needs_libreoffice
from tests.reports.small import FRAMEWORKS, in_workspace, knowledge

pytestmark = [pytest.mark.xdist_group("workbook"), pytest.mark.filterwarnings("ignore:control characters")]

HELD = {
    ("control", "keep-logs", "status"): "in progress",
    ("control", "keep-logs", "owner"): "=Bob;\n_x000D_ 😀\r\nend ",
    ("control", "keep-logs", "due"): "2027-01-31",
    ("control", "keep-logs", "notes"): "42",
    ("control", "review-logs", "evidence"): "=HYPERLINK(1)",
    ("control", "review-logs", "column:Room, old"): "@7",
    ("requirement", "alpha@1:2(a)", "notes"): "x" * 32_767,
    ("requirement", "beta@1:Art.1", "finding"): "met",
}
CODE = """
  Dim sheet, cell, area, place
  sheet = document.Sheets.getByName("Controls")
  CellOf(sheet, "Control", "keep-logs", "Status").setString("implemented")
  CellOf(sheet, "Control", "keep-logs", "Due date").setFormula("2027-03-01")
  CellOf(sheet, "Control", "keep-logs", "Evidence").setString("first" & Chr(10) & "=2+2")
  CellOf(sheet, "Control", "review-logs", "Owner").setString("Zoë")
  CellOf(sheet, "Control", "review-logs", "Evidence").setString("")
  place = PlaceOf(sheet, "Room, old") + 1
  sheet.getCellByPosition(place, 3).setString("Team")
  sheet.getCellByPosition(place, RowOf(sheet, "Control", "keep-logs")).setString("blue")
  ' sort the rows, last first
  area = sheet.getCellRangeByPosition(0, 4, place, 5)
  Dim field(0) As New com.sun.star.table.TableSortField
  field(0).Field = 0
  field(0).IsAscending = False
  Dim how(1) As New com.sun.star.beans.PropertyValue
  how(0).Name = "SortFields"
  how(0).Value = field()
  how(1).Name = "ContainsHeader"
  how(1).Value = False
  area.sort(how())
  ' move the notes to the front
  Dim target As New com.sun.star.table.CellAddress
  sheet.Columns.insertByIndex(0, 1)
  place = PlaceOf(sheet, "Notes")
  target.Sheet = sheet.RangeAddress.Sheet
  target.Column = 0
  target.Row = 3
  sheet.moveRange(target, sheet.getCellRangeByPosition(place, 3, place, 5).RangeAddress)
  sheet.Columns.removeByIndex(place, 1)
  ' hide what a filter would hide
  sheet.Rows.getByIndex(4).IsVisible = False
  CellOf(document.Sheets.getByName("SoA Alpha"), "Requirement", "alpha:1", "Finding").setString("partly")
"""


def filled(folder: Path) -> Harmonizer:
    """The small knowledge in a workspace that holds :data:`HELD`."""
    made = in_workspace(folder)
    made.assessment.record([Change(*names, value) for names, value in HELD.items()])
    return made


def held(made: Harmonizer) -> dict[tuple[str, str, str], str]:
    return {(kind, subject, field): value
            for kind in ("control", "requirement") for subject, fields in made.assessment.journal.state(kind).items()
            for field, value in fields.items()}  # fmt: skip


def changed(book: Path, edit: Callable[[openpyxl.Workbook], object]) -> Path:
    """The workbook as openpyxl saves it after an edit, as another file."""
    opened = openpyxl.load_workbook(book)
    edit(opened)
    target = book.with_name("returned.xlsx")
    opened.save(target)
    return target


def put(ws: Worksheet, row: str, heading: str, value: object, *, formula: bool = False) -> None:
    """Write into the cell of a named row and heading."""
    headings = {cell.value: cell.column for cell in ws[HEADER_ROW]}
    names = {cell.value: cell.row for (cell,) in ws.iter_rows(min_row=HEADER_ROW + 1, max_col=1)}
    cell = ws.cell(names[row], headings[heading], value)
    if isinstance(value, str) and not formula:
        cell.data_type = "s"


def verdicts(answer: Answer) -> list[tuple[object, ...]]:
    return [(row["row"], row["field"], row["verdict"]) for row in answer]


@pytest.fixture
def made(tmp_path: Path) -> Harmonizer:
    return filled(tmp_path / "workspace")


@pytest.fixture
def book(made: Harmonizer, tmp_path: Path) -> Path:
    return made.to_excel(tmp_path / "matrix.xlsx", *FRAMEWORKS)


@pytest.fixture(scope="module")
def through_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Harmonizer, Path]:
    folder = tmp_path_factory.mktemp("libreoffice")
    made = filled(folder / "workspace")
    book = made.to_excel(folder / "matrix.xlsx", *FRAMEWORKS)
    return made, edited(book, folder / "returned.xlsx", CODE, folder / "profile")


@needs_libreoffice
def test_all_edits_made_in_libreoffice_arrive_and_nothing_else_changes(
    through_libreoffice: tuple[Harmonizer, Path],
) -> None:
    made, returned = through_libreoffice
    answer = made.import_workbook(returned)
    assert held(made) == HELD  # a dry run by default
    assert set(answer.column("verdict")) == {"change"}
    made.import_workbook(returned, apply=True)
    expected = HELD | {
        ("control", "keep-logs", "status"): "implemented", ("control", "keep-logs", "due"): "2027-03-01",
        ("control", "keep-logs", "evidence"): "first\n=2+2", ("control", "keep-logs", "column:Team"): "blue",
        ("control", "review-logs", "owner"): "Zoë", ("requirement", "alpha@1:1", "finding"): "partly",
    }  # fmt: skip
    del expected["control", "review-logs", "evidence"]
    assert held(made) == expected
    assert len({entry.batch for entry in made.assessment.history()}) == 2
    again = made.import_workbook(returned)
    assert len(again) == 0  # what is in the workspace already is no difference


def test_what_nobody_edited_is_no_difference(made: Harmonizer, book: Path) -> None:
    answer = made.import_workbook(book, apply=True)
    assert len(answer) == 0
    assert answer.summary["recorded as batch"] is None
    assert held(made) == HELD


def test_a_conflict_is_listed_and_not_overwritten_and_the_rest_arrives(made: Harmonizer, book: Path) -> None:
    made.assessment.record(
        [Change("control", "keep-logs", "owner", "Cy"), Change("control", "keep-logs", "notes", "7")]
    )

    def edit(opened: openpyxl.Workbook) -> None:
        put(opened["Controls"], "keep-logs", "Owner", "Dee")
        put(opened["Controls"], "keep-logs", "Notes", 7)  # both set it to the same
        put(opened["Controls"], "keep-logs", "Status", "implemented")

    answer = made.import_workbook(changed(book, edit), apply=True)
    assert verdicts(answer) == [("keep-logs", "Status", "change"), ("keep-logs", "Owner", "conflict")]
    conflict = list(answer)[1]
    assert (conflict["was"], conflict["theirs"], conflict["now"]) == (
        HELD["control", "keep-logs", "owner"].replace("\r", "\r"),
        "Dee",
        "Cy",
    )
    assert held(made)["control", "keep-logs", "owner"] == "Cy"
    assert held(made)["control", "keep-logs", "status"] == "implemented"


def test_a_deleted_row_column_or_sheet_is_reported_and_nothing_is_deleted(made: Harmonizer, book: Path) -> None:
    def edit(opened: openpyxl.Workbook) -> None:
        opened["Controls"].delete_rows(HEADER_ROW + 1)
        opened["Controls"]["K4"] = "Owners"
        del opened["SoA Beta"]

    answer = made.import_workbook(changed(book, edit), apply=True)
    assert verdicts(answer) == [("", "Owner", "reported"), ("keep-logs", "", "reported"), ("", "", "reported")]
    assert "did you mean Owners" in str(answer.column("reason")[0])
    assert held(made) == HELD


def test_a_renamed_sheet_is_found_by_its_headings(made: Harmonizer, book: Path) -> None:
    def edit(opened: openpyxl.Workbook) -> None:
        opened["Controls"].title = "Our controls"
        put(opened["Our controls"], "keep-logs", "Status", "implemented")

    assert verdicts(made.import_workbook(changed(book, edit))) == [("keep-logs", "Status", "change")]


def test_a_formula_in_a_column_to_fill_in_is_refused_with_its_address(made: Harmonizer, book: Path) -> None:
    def edit(opened: openpyxl.Workbook) -> None:
        put(opened["Controls"], "keep-logs", "Owner", '="An"&"n"', formula=True)
        opened["Controls"]["Q4"] = "Mine"
        opened["Controls"]["Q6"] = "=1+1"

    answer = made.import_workbook(changed(book, edit), apply=True)
    assert verdicts(answer) == [("keep-logs", "Owner", "refused"), ("review-logs", "Mine", "refused")]
    assert "Controls!K5 holds a formula" in str(answer.column("reason")[0])
    assert "Controls!Q6" in str(answer.column("reason")[1])
    assert held(made) == HELD


@pytest.mark.parametrize(
    ("heading", "value", "reason"),
    [
        ("Status", "implementd", "did you mean implemented?"),
        ("Reason code", "risk acceptd", "did you mean risk accepted?"),
        ("Due date", "31.12.2027", "expected YYYY-MM-DD"),
        ("Status", "not applicable", "needs a reason code or notes"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_the_nearest_that_is(
    made: Harmonizer, book: Path, heading: str, value: str, reason: str
) -> None:
    answer = made.import_workbook(
        changed(book, lambda opened: put(opened["Controls"], "review-logs", heading, value)), apply=True
    )
    assert verdicts(answer) == [("review-logs", heading, "refused")]
    assert reason in str(answer.column("reason")[0])
    assert held(made) == HELD


def test_case_and_space_in_a_choice_do_not_matter_but_nothing_is_guessed(made: Harmonizer, book: Path) -> None:
    def edit(opened: openpyxl.Workbook) -> None:
        put(opened["Controls"], "keep-logs", "Status", " Not  Applicable")
        put(opened["Controls"], "review-logs", "Status", "not implemented")

    answer = made.import_workbook(changed(book, edit), apply=True)
    assert verdicts(answer) == [("keep-logs", "Status", "change"), ("review-logs", "Status", "refused")]
    assert held(made)["control", "keep-logs", "status"] == "not applicable"


def test_a_column_that_a_reader_added_is_kept_and_exported_again(made: Harmonizer, book: Path, tmp_path: Path) -> None:
    def edit(opened: openpyxl.Workbook) -> None:
        opened["Controls"]["Q4"] = "Cost\n centre"
        opened["Controls"]["Q5"] = 4711

    made.import_workbook(changed(book, edit), apply=True)
    assert held(made)["control", "keep-logs", "column:Cost centre"] == "4711"
    again = openpyxl.load_workbook(made.to_excel(tmp_path / "again.xlsx", *FRAMEWORKS))["Controls"]
    assert [cell.value for cell in again[HEADER_ROW]][-2:] == ["Cost centre", "Room, old"]
    assert made.import_workbook(tmp_path / "again.xlsx").rows == ()


def test_rows_that_nothing_is_known_of_are_refused(made: Harmonizer, book: Path) -> None:
    def edit(opened: openpyxl.Workbook) -> None:
        headings = {cell.value: cell.column for cell in opened["Controls"][HEADER_ROW]}
        for row, name in ((7, "keep-log"), (8, None), (9, "review-logs")):
            opened["Controls"].cell(row, 1, name)
            opened["Controls"].cell(row, headings["Owner"], "Eve")

    answer = made.import_workbook(changed(book, edit), apply=True)
    assert [one["verdict"] for one in answer] == ["refused"] * 3
    reasons = list(map(str, answer.column("reason")))
    assert "did you mean keep-logs" in reasons[0]
    assert "does not say what it is about" in reasons[1]
    assert "twice" in reasons[2]
    assert held(made) == HELD


def test_two_columns_of_one_heading_are_refused(made: Harmonizer, book: Path) -> None:
    def edit(opened: openpyxl.Workbook) -> None:
        opened["Controls"]["Q4"] = "Owner"

    with pytest.raises(DataError, match="'Owner' in Controls!Q4 is there twice"):
        made.import_workbook(changed(book, edit), apply=True)


def test_a_text_that_the_cell_could_not_hold_is_not_replaced_by_its_beginning(tmp_path: Path) -> None:
    made = in_workspace(tmp_path / "workspace")
    made.assessment.record([Change("control", "keep-logs", "notes", "long " * 8000)])
    with pytest.warns(UserWarning, match="Controls!O5"):
        book = made.to_excel(tmp_path / "matrix.xlsx", *FRAMEWORKS)
    assert made.import_workbook(book).rows == ()
    answer = made.import_workbook(
        changed(book, lambda opened: put(opened["Controls"], "keep-logs", "Notes", "short")), apply=True
    )
    assert verdicts(answer) == [("keep-logs", "Notes", "conflict")]
    assert made.assessment.controls()["keep-logs"]["notes"] == "long " * 8000


def test_a_workbook_of_another_dataset_is_compared_but_recorded_only_on_request(
    made: Harmonizer, book: Path, tmp_path: Path
) -> None:
    data = knowledge()
    other = in_workspace(tmp_path / "workspace", replace(data, tags=()))
    returned = changed(book, lambda opened: put(opened["Controls"], "keep-logs", "Status", "implemented"))
    answer = other.import_workbook(returned)
    assert answer.summary["other dataset"] is True
    assert verdicts(answer) == [("keep-logs", "Status", "change")]
    with pytest.raises(UsageError, match="another dataset .* --apply --other-dataset"):
        other.import_workbook(returned, apply=True)
    assert held(other) == HELD
    other.import_workbook(returned, apply=True, other_dataset=True)
    assert held(other)["control", "keep-logs", "status"] == "implemented"


def test_a_workbook_without_its_snapshot_is_refused(made: Harmonizer, book: Path) -> None:
    def edit(opened: openpyxl.Workbook) -> None:
        del opened["hz snapshot"]

    with pytest.raises(DataError, match="edits cannot be told from old values"):
        made.import_workbook(changed(book, edit), apply=True)


def test_a_file_that_is_refused_leaves_the_workspace_as_it_was(made: Harmonizer, book: Path) -> None:
    assert made.workspace
    before = (made.workspace / FILE_NAME).read_bytes()
    book.write_bytes(book.read_bytes()[:-100])
    with pytest.raises(DataError, match="cut off or is damaged"):
        made.import_workbook(book, apply=True)
    assert (made.workspace / FILE_NAME).read_bytes() == before


TEXTS = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="=+-@'\"\n\r\t_x0D😀 \x00\x07\x1f\ufffe<&;", max_size=40),
    st.integers(16_000, 40_000).map(lambda size: "é😀"[:2] * (size // 2)),
    st.sampled_from(
        ["", "a" * 32_767, "=1+1", "_x000D_", "_x005F_x000D_", "#N/A", "TRUE", "1e5", "2026-01-02", "\ud800"]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=6))
def test_any_text_comes_back_as_it_left_without_control_characters(texts: list[str], tmp_path: Path) -> None:
    from openpyxl import Workbook  # noqa: F401

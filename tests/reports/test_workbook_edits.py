"""A workbook that comes back: every edit arrives, nothing else changes, and nothing is overwritten or deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from harmonizer.answer import Answer
from harmonizer.api import Harmonizer
from harmonizer.errors import DataError, UsageError
from harmonizer.formats.excel import open_workbook
from harmonizer.programme.journal import FILE_NAME, Change
from harmonizer.reports.cell_text import fit_text
from harmonizer.reports.spreadsheet import HEADER_ROW, Book
from harmonizer.reports.tables import Column, Sheet
from tests.reports.libreoffice import converted, needs_libreoffice
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
    cell = ws.cell(names[row], headings[heading])
    cell.value = value
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


def shuffled(ws: Worksheet) -> None:
    """The rows sorted the other way round, the columns in another order, a filter set, and one column added."""
    grid = [[cell.value for cell in row] for row in ws.iter_rows(min_row=HEADER_ROW)]
    header, rows = [*grid[0], "Team"], [[*row, "blue" if row[0] == "keep-logs" else None] for row in grid[1:]]
    order = sorted(range(len(header)), key=lambda place: str(header[place])[::-1])
    for name in list(ws.tables):
        del ws.tables[name]
    ws.data_validations.dataValidation.clear()
    for number, row in enumerate([header, *sorted(rows, key=lambda row: str(row[0]), reverse=True)]):
        for place, source in enumerate(order, start=1):
            cell = ws.cell(HEADER_ROW + number, place)
            cell.value, cell.style = row[source], "Normal"
            cell.number_format = "yyyy-mm-dd" if isinstance(row[source], date) else "@"
            if isinstance(row[source], str):
                cell.data_type = "s"
    ws.row_dimensions[HEADER_ROW + 1].hidden = True


@needs_libreoffice
def test_all_edits_saved_by_libreoffice_arrive_and_nothing_else_changes(
    made: Harmonizer, book: Path, tmp_path: Path
) -> None:
    def edit(opened: openpyxl.Workbook) -> None:
        sheet = opened["Controls"]
        put(sheet, "keep-logs", "Status", "implemented")
        put(sheet, "keep-logs", "Due date", date(2027, 3, 1))
        put(sheet, "keep-logs", "Evidence", "first\n=2+2")
        put(sheet, "review-logs", "Owner", "Zoë")
        put(sheet, "review-logs", "Evidence", None)
        put(opened["SoA Alpha"], "alpha:1", "Finding", "partly")
        shuffled(sheet)

    (tmp_path / "saved").mkdir()
    returned = converted(changed(book, edit), "xlsx", tmp_path / "saved")
    answer = made.import_workbook(returned)
    assert held(made) == HELD  # a dry run by default
    assert {row["verdict"]: row["reason"] for row in answer} == {"change": ""}
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
        HELD["control", "keep-logs", "owner"],
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
    written = Book()
    written.add_sheet(Sheet("Texts", "Texts", "", [Column("Text", field="notes")], [[one] for one in texts]))
    path = tmp_path / "texts.xlsx"
    written.book.save(path)
    book = open_workbook(path)
    returned = [str(row[0]) for row in book.rows("Texts")[HEADER_ROW:]]
    returned += [""] * (len(texts) - len(returned))  # empty rows at the end are not kept by any program
    assert returned[: len(texts)] == [fit_text(one) for one in texts]
    assert not book.formulas("Texts")
    for text in texts:
        kept = "".join(one for one in text if one in "\t\n\r" or (ord(one) >= 32 and one not in "\ufffe\uffff"
                                                                 and not "\ud800" <= one <= "\udfff"))  # fmt: skip
        cell = kept.encode("utf-16-le")[: 2 * 32_767].decode("utf-16-le", "ignore")
        assert fit_text(text) == (cell if cell.strip() else "")

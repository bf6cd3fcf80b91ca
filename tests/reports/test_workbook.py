"""The control matrix workbook: complete, safe to open, and the same bytes for the same state."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from harmonizer.api import Harmonizer
from harmonizer.errors import UnknownNameError, UsageError
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.store import TableDataset
from harmonizer.knowledge.tables import Files
from harmonizer.programme.assessment import STATUSES
from harmonizer.programme.journal import Change
from harmonizer.reports.cell_text import MAXIMUM_CELL_UNITS, fit_text
from harmonizer.reports.spreadsheet import HEADER_ROW
from harmonizer.reports.tables import Sheet
from harmonizer.strictness.applicability import Circumstances
from tests.reports.small import FRAMEWORKS, in_workspace, knowledge

pytestmark = [pytest.mark.xdist_group("workbook"), pytest.mark.filterwarnings("ignore:control characters")]

STATEMENTS = ("SoA Alpha", "SoA Beta")
TABLES = ("Coverage", "Controls", "Effort", "Crosswalk", "Most stringent", "Conflicts", "Gaps", *STATEMENTS,
          "Evidence requests", "Coverage by requirement", "Objectives", "Sources")  # fmt: skip
HIDDEN = ("hz lists", "hz snapshot")
HEADERS = {
    "Controls": ["Control", "Title", "Statement", "Settings", "Bound by", "Alpha", "Beta", "Owner role", "Effort",
                 "Status", "Owner", "Evidence", "Due date", "Reason code", "Notes"],
    "Effort": ["Control", "Title", "Kind", "Effort", "By itself: low", "By itself: likely", "By itself: high",
               "Basis of the estimate", "Only control for", "Cheapest alternative", "Regret", "Prerequisites"],
    "Gaps": ["State", "Objective", "Requirements", "Title", "Reason"],
    "SoA Alpha": ["Requirement", "Title", "Applicable", "Reason", "Met", "Controls", "Progress", "Finding",
                  "Finding owner", "Finding due", "Finding notes"],
    "Evidence requests": ["Request", "Evidence", "Control", "Owner role", "Owner", "Due date", "Status", "Alpha", "Beta"],
    "Crosswalk": ["Source framework", "Source id", "Source title", "Target framework", "Target id", "Target title",
                  "Relation", "Certainty", "Coverage", "Objectives", "Reason", "Sources"],
    "Coverage": ["Framework", "By Alpha", "By Beta", "By the others together", "In scope", "Covered", "Partly",
                 "Not-covered", "Not-reviewed", "Out-of-scope"],
    "Objectives": ["Objective", "Title", "Outcome", "Domain", "Alpha", "Beta", "Shared by", "Controls"],
}  # fmt: skip


@pytest.fixture(scope="session")
def made() -> Harmonizer:
    return Harmonizer(Index(knowledge()), TableDataset(Files(())))


@pytest.fixture(scope="session")
def path(made: Harmonizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.warns(UserWarning, match=r"left out.* in Controls!C6, SoA Alpha!B6, Coverage by requirement!C6"):
        return made.to_excel(tmp_path_factory.mktemp("book") / "matrix.xlsx", *FRAMEWORKS)


@pytest.fixture(scope="session")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def _rows(ws: Worksheet) -> list[tuple[object, ...]]:
    return list(ws.iter_rows(min_row=HEADER_ROW + 1, values_only=True))


def _column(ws: Worksheet, heading: str) -> list[object]:
    place = [cell.value for cell in next(ws.iter_rows(min_row=HEADER_ROW, max_row=HEADER_ROW))].index(heading)
    return [row[place] for row in _rows(ws)]


def _texts(book: openpyxl.Workbook) -> Iterator[str]:
    return (cell for ws in book for row in ws.iter_rows(values_only=True) for cell in row if isinstance(cell, str))


def test_holds_the_front_page_and_every_sheet_in_order(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["Read me", "Dashboard", *TABLES, *HIDDEN]
    assert {book[name].sheet_state for name in HIDDEN} == {"veryHidden"}


@pytest.mark.parametrize("name", HEADERS)
def test_names_its_columns(book: openpyxl.Workbook, name: str) -> None:
    assert [cell.value for cell in next(book[name].iter_rows(min_row=HEADER_ROW, max_row=HEADER_ROW))] == HEADERS[name]


@pytest.mark.parametrize("name", TABLES)
def test_every_table_filters_freezes_its_header_and_repeats_it_in_print(book: openpyxl.Workbook, name: str) -> None:
    ws = book[name]
    (table,) = ws.tables.values()
    assert table.ref == f"A{HEADER_ROW}:{ws.cell(ws.max_row, ws.max_column).coordinate}"
    assert table.autoFilter.ref == table.ref
    assert ws.freeze_panes == f"{'C' if name == 'Controls' else 'B'}{HEADER_ROW + 1}"
    assert ws.print_title_rows == f"${HEADER_ROW}:${HEADER_ROW}"


@pytest.mark.parametrize("name", ("Read me", "Dashboard", *TABLES))
def test_every_sheet_prints_landscape_on_one_page_width_with_a_footer(book: openpyxl.Workbook, name: str) -> None:
    ws = book[name]
    assert ws.page_setup.orientation == "landscape"
    assert ws.sheet_properties.pageSetUpPr.fitToPage
    assert (ws.page_setup.fitToWidth, ws.page_setup.fitToHeight) == (1, 1 if name == "Dashboard" else 0)
    footer = ws.oddFooter
    assert (footer.left.text, footer.center.text, footer.right.text) == ("&A", "not legal advice", "Page &P of &N")


def test_the_front_page_links_to_every_sheet_and_each_sheet_back(book: openpyxl.Workbook) -> None:
    front = book["Read me"]
    targets = [cell.hyperlink.location for (cell,) in front.iter_rows(max_col=1) if cell.hyperlink]
    assert targets == [f"'{name}'!A1" for name in ("Dashboard", *TABLES)]
    assert all(book[name]["A3"].hyperlink.location == "'Read me'!A1" for name in TABLES)


def test_the_front_page_counts_requirements_answered_of_those_in_scope(book: openpyxl.Workbook) -> None:
    said = set(book["Read me"].iter_rows(max_col=2, values_only=True))
    assert said >= {
        ("Alpha", "of 2 requirements in scope the controls answer 2 in every part, 0 in some parts, 0 in no part"),
        ("Beta", "of 2 requirements in scope the controls answer 1 in every part, 0 in some parts, 1 in no part"),
        ("Objectives", "2 of the 3 leaf objectives that the frameworks ask for are reached by the controls"),
        ("Controls", "2 chosen of 2 candidate controls"),
    }


def test_no_cell_is_a_formula_and_text_that_looks_like_one_stays_text(book: openpyxl.Workbook) -> None:
    cells = [cell for ws in book for row in ws.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    suspects = [cell for cell in cells if str(cell.value).startswith(("=", "+", "-", "@")) and cell.data_type == "s"]
    assert {str(cell.value)[:5] for cell in suspects} >= {"=cmd:", "=1+1", "-dash", "@revi", "=publ"}
    assert all(cell.quotePrefix for cell in suspects)


def test_characters_that_xml_forbids_are_left_out(book: openpyxl.Workbook) -> None:
    assert "-dash and bell" in set(_texts(book))


def test_a_cell_holds_no_more_than_a_spreadsheet_program_reads(book: openpyxl.Workbook) -> None:
    assert max(map(len, _texts(book))) == MAXIMUM_CELL_UNITS


@pytest.mark.parametrize("text", ["a" * 40_000, "😀" * 20_000, "a" + "😀" * 20_000, "\ud800a", "a\x00\x1f\ufffeb"])
def test_any_text_can_be_made_to_fit_a_cell(text: str) -> None:
    fitted = fit_text(text)
    assert fitted
    assert len(fitted.encode("utf-16-le")) <= 2 * MAXIMUM_CELL_UNITS
    assert not re.search("[\x00\x1f\ufffe\ud800]", fitted)


def test_the_same_state_gives_the_same_bytes(made: Harmonizer, path: Path, tmp_path: Path) -> None:
    again = made.to_excel(tmp_path / "again.xlsx", *FRAMEWORKS)
    assert again.read_bytes() == path.read_bytes()


def test_dates_come_from_the_last_check_and_not_from_the_clock(book: openpyxl.Workbook, path: Path) -> None:
    about = book.properties
    assert f"{about.created:%Y-%m-%d}" == f"{about.modified:%Y-%m-%d}" == "2026-05-06"
    with zipfile.ZipFile(path) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_document_properties_carry_the_dataset_hash(book: openpyxl.Workbook, made: Harmonizer) -> None:
    about = book.properties
    assert (about.creator, about.title) == ("harmonizer", "Control matrix: Alpha, Beta")
    assert book.custom_doc_props["harmonizer dataset"].value == made.index.hash
    assert about.description is not None
    assert made.index.hash in about.description


def test_every_control_has_a_row_with_its_statement_settings_and_what_binds_them(book: openpyxl.Workbook) -> None:
    ws = book["Controls"]
    assert _column(ws, "Control") == ["keep-logs", "review-logs"]
    assert _column(ws, "Statement")[0] == "=cmd: keep logs for 6 years."
    assert _column(ws, "Bound by") == ["beta:Art.1", None]
    assert _column(book["Effort"], "By itself: likely") == [5, 5]
    assert _column(book["Evidence requests"], "Request") == [
        "keep-logs/1", "keep-logs/2", "review-logs/1", "review-logs/2"]  # fmt: skip


def test_a_requirement_that_a_control_meets_only_in_part_says_so(tmp_path: Path) -> None:
    data = knowledge()
    shared = replace(data.mappings[0], objective="logs-reviewed", comment="and reviewed")
    made = in_workspace(tmp_path, replace(data, mappings=(*data.mappings, shared)))
    (sheet,) = [one for one in made.control_matrix("alpha", only=["controls"]).parts if one.name == "Controls"]
    assert isinstance(sheet, Sheet)
    assert [row[5] for row in sheet.rows] == ["1 (partial)", "1 (partial); 2(a)"]


def test_every_requirement_id_of_the_controls_exists_in_its_framework(
    book: openpyxl.Workbook, made: Harmonizer
) -> None:
    for slug, heading in (("alpha", "Alpha"), ("beta", "Beta")):
        ids = [one for cell in _column(book["Controls"], heading) if cell for one in str(cell).split("; ")]
        assert ids
        assert all(made[f"{slug}:{one}"].id == one for one in ids)


def test_what_is_uncovered_or_not_shown_stands_there_with_its_reason(book: openpyxl.Workbook) -> None:
    assert [(row[0], row[1], row[2]) for row in _rows(book["Gaps"])] == [
        ("uncovered", "nobody-does-this", "beta:Art.2"), ("not shown", None, "beta:Art.2"),
    ]  # fmt: skip
    assert all(_column(book["Gaps"], "Reason"))


def test_where_there_is_nothing_a_sheet_says_so(made: Harmonizer, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(made.to_excel(tmp_path / "alpha.xlsx", "alpha"))
    assert _rows(book["Gaps"])[0][0] == "the controls leave nothing open"
    assert _rows(book["Crosswalk"])[0][0] == "no pair of requirements"


def test_a_statement_of_applicability_says_of_each_requirement_whether_it_applies_and_why(tmp_path: Path) -> None:
    data = knowledge()
    requirements = [
        replace(data.requirements[0], applies_when="role:controller"),
        replace(data.requirements[1], modality="recommended"), *data.requirements[2:],
    ]  # fmt: skip
    made = in_workspace(tmp_path, replace(data, requirements=tuple(requirements)))
    asked = Harmonizer(made.index, made._dataset, Circumstances("!role:controller"))
    report = asked.control_matrix(*FRAMEWORKS, only=["Statement of Applicability"])
    rows = [row[:7] for sheet in report.parts if isinstance(sheet, Sheet) for row in sheet.rows]
    assert rows == [
        ("alpha:1", "=1+1", "no", "its condition role:controller cannot hold together with !role:controller", None, "",
         None),
        ("alpha:2(a)", "-dash\x07 and bell", "no", "recommended: the plan does not ask for it", None, "", None),
        ("beta:Art.1", "Review logs", "yes", "required; always", "in every part", "keep-logs", "0 of 1 implemented"),
        ("beta:Art.2", "Review logs", "yes", "required; always", "in no part", "", None),
    ]  # fmt: skip


def test_what_the_workspace_holds_stands_in_the_columns_to_fill_in(tmp_path: Path) -> None:
    made = in_workspace(tmp_path)
    made.assessment.record([
        Change("control", "keep-logs", "status", "implemented"), Change("control", "keep-logs", "due", "2027-01-31"),
        Change("control", "keep-logs", "column:Team", "blue"), Change("requirement", "alpha:1", "finding", "met"),
    ])  # fmt: skip
    book = openpyxl.load_workbook(made.to_excel(tmp_path / "book.xlsx", *FRAMEWORKS))
    assert _column(book["Controls"], "Status") == ["implemented", None]
    assert _column(book["Controls"], "Due date") == [datetime(2027, 1, 31), None]
    assert _column(book["Controls"], "Team") == ["blue", None]
    assert _column(book["SoA Alpha"], "Finding") == ["met", None]
    assert _column(book["SoA Alpha"], "Progress") == ["1 of 1 implemented", "0 of 1 implemented"]
    assert ("implemented", 1) in set(book["Dashboard"].iter_rows(max_col=2, values_only=True))


def test_columns_to_fill_in_are_checked_with_messages_and_coloured_by_their_values(book: openpyxl.Workbook) -> None:
    ws = book["Controls"]
    checks = {check.promptTitle: check for check in ws.data_validations.dataValidation}
    assert list(checks) == ["Status", "Owner", "Evidence", "Due date", "Reason code", "Notes"]
    assert all(check.prompt and check.error and check.showErrorMessage for check in checks.values())
    sheet, cells = checks["Status"].formula1.split("!")
    allowed = [cell.value for (cell,) in book[sheet.strip("'")][cells.replace("$", "")]]
    assert tuple(allowed) == STATUSES
    formulas = [rule.formula[0] for cells in ws.conditional_formatting for rule in cells.rules]
    assert '$J5="implemented"' in formulas
    assert any("TODAY()" in formula for formula in formulas)


def test_the_dashboard_draws_charts_of_the_cells_beside_them(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 4
    assert all("'Dashboard'!$B$" in chart for chart in charts)


def test_values_of_constraints_read_as_words_with_their_standing(book: openpyxl.Workbook) -> None:
    ws = book["Most stringent"]
    assert list(zip(_column(ws, "Value"), _column(ws, "Status"), strict=True)) == [
        ("6 years", "binding"), ("1 year", "dominated"),
    ]  # fmt: skip


def test_coverage_is_directed_and_leaves_a_framework_itself_out(book: openpyxl.Workbook) -> None:
    assert [row[:4] for row in _rows(book["Coverage"])] == [("Alpha", "itself", 0.5, 0.5), ("Beta", 0, "itself", 0)]


@pytest.mark.parametrize(
    ("short_title", "expected"),
    [("Beta", ["Alpha 1", "Beta 1", "Alpha 2"]), ("Alpha", ["alpha@1", "beta@1", "alpha@2"])],
)
def test_two_versions_of_one_framework_get_headings_and_sheets_of_their_own(
    tmp_path: Path, short_title: str, expected: list[str]
) -> None:
    data = knowledge()
    second = replace(data.frameworks[1], short_title=short_title, version="1")
    third = replace(data.frameworks[0], version="2")
    many = Harmonizer(Index(replace(data, frameworks=(data.frameworks[0], second, third))), TableDataset(Files(())))
    book = openpyxl.load_workbook(many.to_excel(tmp_path / "versions.xlsx", "alpha@1", "beta@1", "alpha@2"))
    headings = [cell.value for cell in next(book["Controls"].iter_rows(min_row=HEADER_ROW, max_row=HEADER_ROW))]
    assert headings[5:8] == expected
    assert {f"SoA {one}" for one in expected} <= set(book.sheetnames)


def test_a_plan_for_other_frameworks_is_refused(made: Harmonizer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not made for beta"):
        made.to_excel(tmp_path / "wrong.xlsx", *FRAMEWORKS, plan=made.solve("alpha"))
    assert not list(tmp_path.iterdir())


def test_an_unknown_framework_is_refused(made: Harmonizer, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError):
        made.to_excel(tmp_path / "wrong.xlsx", "gamma", plan=made.solve("alpha"))


def test_bundled_frameworks_give_a_book_whose_requirement_ids_exist(kg: Harmonizer, tmp_path: Path) -> None:
    chosen = ("soc2", "hipaa", "gdpr")
    plan = kg.solve(*chosen, budget=20)  # a few controls will do, and are found in a second
    book = openpyxl.load_workbook(kg.to_excel(tmp_path / "matrix.xlsx", *chosen, plan=plan), read_only=True)
    rows = list(book["Controls"].iter_rows(min_row=HEADER_ROW + 1, values_only=True))
    assert [row[0] for row in rows] == list(plan.controls)
    for place, slug in enumerate(chosen, 5):
        ids = [one.removesuffix(" (partial)") for row in rows if row[place] for one in str(row[place]).split("; ")]
        assert all(kg[f"{slug}:{one}"].id == one for one in ids)

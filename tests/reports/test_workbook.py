"""The control matrix workbook: complete, safe to open, and the same bytes for the same state."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from harmonizer.api import Harmonizer
from harmonizer.errors import UnknownNameError, UsageError
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import Files
from harmonizer.model import Constraint, Control, Dimension, Framework, Knowledge, Mapping, Objective, Requirement, Tag
from harmonizer.reports.sheets import HEADER_ROW, MAXIMUM_CELL_UNITS, fit_text
from harmonizer.reports.workbook import write_workbook

pytestmark = pytest.mark.xdist_group("workbook")

FRAMEWORKS = ("alpha", "beta")
TABLES = ("Controls", "Not shown", "Crosswalk", "Most stringent", "Conflicts", "Coverage", "Coverage by requirement",
          "Objectives", "Sources")  # fmt: skip
HEADERS = {
    "Controls": ["Control", "Title", "Statement with its settings", "Alpha", "Beta", "Kind", "Owner role", "Evidence",
                 "Effort in this plan", "By itself: low", "By itself: likely", "By itself: high", "Only control for",
                 "Cheapest alternative", "Regret", "Prerequisites"],
    "Not shown": ["State", "Objective", "Requirements", "Title", "Reason"],
    "Crosswalk": ["Source framework", "Source id", "Source title", "Target framework", "Target id", "Target title",
                  "Relation", "Certainty", "Coverage", "Objectives", "Reason", "Sources"],
    "Coverage": ["Framework", "By Alpha", "By Beta", "By the others together", "In scope", "Covered", "Partly",
                 "Not-covered", "Not-reviewed", "Out-of-scope"],
    "Objectives": ["Objective", "Title", "Outcome", "Domain", "Alpha", "Beta", "Shared by", "Controls"],
}  # fmt: skip


def _requirement(key: str, position: int, title: str = "Review logs", residual: str = "") -> Requirement:
    return Requirement(key, "", "requirement", "required", title, "", residual=residual, position=position)


def _mapping(requirement: str, leaf: str) -> Mapping:
    return Mapping(requirement, "superset-of", leaf, "primary", "text", "", 0.9, "the text names it", "draft", "me", "",
                   "2026-01-02", "semapv:ManualMappingCuration")  # fmt: skip


def _control(slug: str, leaf: str, statement: str) -> Control:
    return Control(slug, f"Control {slug}", statement, "technical", ("retention", "content"), 2, 5, 9, "", (), (),
                   ("log export", "ticket"), "security lead", (), (leaf,), ("because",))  # fmt: skip


def _retention(requirement: str, operator: str, value: str) -> Constraint:
    return Constraint(requirement, "logs-kept", "retention", operator, value, "", "", "", "", "exact", "")


def _knowledge() -> Knowledge:
    frameworks = tuple(
        Framework(slug, "1", f"{slug} law", slug.capitalize(), "=publisher", "law", "EU", f"https://example.org/{slug}",
                  "public domain", "paraphrase", "Apache-2.0", checked=checked)
        for slug, checked in (("alpha", "2026-03-04"), ("beta", "2026-05-06"))
    )  # fmt: skip
    leaves = ("logs-kept", "logs-reviewed", "nobody-does-this")
    objectives = (Objective("logging", "", "domain", "Logging"), Objective("logs", "logging", "objective", "Logs"),
                  *(Objective(leaf, "logs", "leaf", leaf.replace("-", " ")) for leaf in leaves))  # fmt: skip
    return Knowledge(
        frameworks=frameworks,
        requirements=(_requirement("alpha@1:1", 1, "=1+1"), _requirement("alpha@1:2(a)", 2, "-dash\x07 and bell"),
                      _requirement("beta@1:Art.1", 1), _requirement("beta@1:Art.2", 2, residual="a part of its own")),
        objectives=objectives,
        mappings=(_mapping("alpha@1:1", "logs-kept"), _mapping("alpha@1:2(a)", "logs-reviewed"),
                  _mapping("beta@1:Art.1", "logs-kept"), _mapping("beta@1:Art.2", "nobody-does-this")),
        constraints=(_retention("alpha@1:1", "at-least", "P1Y"), _retention("beta@1:Art.1", "at-least", "P6Y")),
        dimensions=(Dimension("retention", "retention", "duration", ("at-least", "at-most"), "", (), ""),),
        tags=(Tag("role:controller", "Controller"),),
        controls=(_control("keep-logs", "logs-kept", "=cmd: keep logs for {retention}."),
                  _control("review-logs", "logs-reviewed", "@reviewer reads logs. " + "Long. " * 8000)),
    )  # fmt: skip


@pytest.fixture(scope="session")
def made() -> Harmonizer:
    return Harmonizer(Index(_knowledge()), Files(()))


@pytest.fixture(scope="session")
def path(made: Harmonizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workbook(made, FRAMEWORKS, made.solve(*FRAMEWORKS), tmp_path_factory.mktemp("book") / "matrix.xlsx")


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
    assert book.sheetnames == ["Read me", *TABLES]


@pytest.mark.parametrize("name", HEADERS)
def test_names_its_columns(book: openpyxl.Workbook, name: str) -> None:
    assert [cell.value for cell in next(book[name].iter_rows(min_row=HEADER_ROW, max_row=HEADER_ROW))] == HEADERS[name]


@pytest.mark.parametrize("name", TABLES)
def test_every_table_filters_freezes_its_header_and_repeats_it_in_print(book: openpyxl.Workbook, name: str) -> None:
    ws = book[name]
    (table,) = ws.tables.values()
    assert table.ref == f"A{HEADER_ROW}:{ws.cell(ws.max_row, ws.max_column).coordinate}"
    assert table.autoFilter.ref == table.ref
    assert ws.freeze_panes == f"B{HEADER_ROW + 1}"
    assert ws.print_title_rows == f"${HEADER_ROW}:${HEADER_ROW}"


@pytest.mark.parametrize("name", ("Read me", *TABLES))
def test_every_sheet_prints_landscape_on_one_page_width_with_a_footer(book: openpyxl.Workbook, name: str) -> None:
    ws = book[name]
    assert ws.page_setup.orientation == "landscape"
    assert ws.sheet_properties.pageSetUpPr.fitToPage
    assert (ws.page_setup.fitToWidth, ws.page_setup.fitToHeight) == (1, 0)
    footer = ws.oddFooter
    assert (footer.left.text, footer.center.text, footer.right.text) == ("&A", "not legal advice", "Page &P of &N")


def test_the_front_page_links_to_every_sheet_and_each_sheet_back(book: openpyxl.Workbook) -> None:
    front = book["Read me"]
    targets = [cell.hyperlink.location for (cell,) in front.iter_rows(max_col=1) if cell.hyperlink]
    assert targets == [f"'{name}'!A1" for name in TABLES]
    assert all(book[name]["A3"].hyperlink.location == "'Read me'!A1" for name in TABLES)


def test_the_front_page_counts_requirements_answered_of_those_in_scope(book: openpyxl.Workbook) -> None:
    said = set(book["Read me"].iter_rows(max_col=2, values_only=True))
    assert said >= {
        ("Alpha", "of 2 requirements in scope the controls answer 2 in every part, 0 in some parts, 0 in none"),
        ("Beta", "of 2 requirements in scope the controls answer 1 in every part, 0 in some parts, 1 in none"),
        ("Objectives", "2 of the 3 leaf objectives that the frameworks ask for are reached by the controls"),
        ("Controls", "2 chosen of 2 candidate controls"),
    }


def test_no_cell_is_a_formula_and_text_that_looks_like_one_stays_text(book: openpyxl.Workbook) -> None:
    cells = [cell for ws in book for row in ws.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
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
    assert len(fitted.encode("utf-16-le")) <= 2 * MAXIMUM_CELL_UNITS
    assert not re.search("[\x00\x1f\ufffe\ud800]", fitted)


def test_the_same_state_gives_the_same_bytes(made: Harmonizer, path: Path, tmp_path: Path) -> None:
    again = write_workbook(made, FRAMEWORKS, made.solve(*FRAMEWORKS), tmp_path / "again.xlsx")
    assert again.read_bytes() == path.read_bytes()


def test_dates_come_from_the_last_check_and_not_from_the_clock(book: openpyxl.Workbook, path: Path) -> None:
    about = book.properties
    assert f"{about.created:%Y-%m-%d}" == f"{about.modified:%Y-%m-%d}" == "2026-05-06"
    with zipfile.ZipFile(path) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_document_properties_carry_the_dataset_hash(book: openpyxl.Workbook, made: Harmonizer) -> None:
    about = book.properties
    assert (about.creator, about.title) == ("harmonizer", "Control matrix: Alpha, Beta")
    assert about.description is not None
    assert made.index.hash in about.description


def test_every_control_has_a_row_with_its_record(book: openpyxl.Workbook) -> None:
    ws = book["Controls"]
    assert _column(ws, "Control") == ["keep-logs", "review-logs"]
    assert _column(ws, "Evidence") == ["log export; ticket"] * 2
    assert _column(ws, "Effort in this plan") == [5, 5]
    assert str(_column(ws, "Statement with its settings")[0]).startswith("=cmd: keep logs for 6 years.")


def test_every_requirement_id_of_the_controls_exists_in_its_framework(
    book: openpyxl.Workbook, made: Harmonizer
) -> None:
    for slug, heading in (("alpha", "Alpha"), ("beta", "Beta")):
        ids = [one for cell in _column(book["Controls"], heading) if cell for one in str(cell).split("; ")]
        assert ids
        assert all(made[f"{slug}:{one}"].id == one for one in ids)


def test_what_is_uncovered_or_not_shown_stands_there_with_its_reason(book: openpyxl.Workbook) -> None:
    assert [(row[0], row[1], row[2]) for row in _rows(book["Not shown"])] == [
        ("uncovered", "nobody-does-this", "beta:Art.2"), ("not shown", None, "beta:Art.2"),
    ]  # fmt: skip
    assert all(_column(book["Not shown"], "Reason"))


def test_a_sheet_of_what_is_not_shown_is_left_out_where_all_is_shown(made: Harmonizer, tmp_path: Path) -> None:
    written = write_workbook(made, ["alpha"], made.solve("alpha"), tmp_path / "alpha.xlsx")
    book = openpyxl.load_workbook(written)
    assert "Not shown" not in book.sheetnames
    assert _rows(book["Crosswalk"])[0][0] == "no pair of requirements"


def test_values_of_constraints_read_as_words_with_their_standing(book: openpyxl.Workbook) -> None:
    ws = book["Most stringent"]
    assert list(zip(_column(ws, "Value"), _column(ws, "Status"), strict=True)) == [
        ("6 years", "binding"), ("1 year", "dominated"),
    ]  # fmt: skip


def test_coverage_is_directed_and_leaves_a_framework_itself_out(book: openpyxl.Workbook) -> None:
    assert [row[:4] for row in _rows(book["Coverage"])] == [("Alpha", "itself", 0.5, 0.5), ("Beta", 0, "itself", 0)]


def test_two_versions_of_one_framework_get_headings_of_their_own(tmp_path: Path) -> None:
    knowledge = _knowledge()
    second = replace(knowledge.frameworks[1], short_title="Alpha", version="1")
    third = replace(knowledge.frameworks[0], version="2")
    many = Harmonizer(Index(replace(knowledge, frameworks=(knowledge.frameworks[0], second, third))), Files(()))
    keys = ["alpha@1", "beta@1", "alpha@2"]
    book = openpyxl.load_workbook(write_workbook(many, keys, many.solve(*keys), tmp_path / "versions.xlsx"))
    headings = [cell.value for cell in next(book["Controls"].iter_rows(min_row=HEADER_ROW, max_row=HEADER_ROW))]
    assert headings[3:6] == ["Alpha 1", "Alpha 1 (2)", "Alpha 2"]


def test_a_plan_for_other_frameworks_is_refused(made: Harmonizer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not made for beta"):
        write_workbook(made, FRAMEWORKS, made.solve("alpha"), tmp_path / "wrong.xlsx")
    assert not list(tmp_path.iterdir())


def test_an_unknown_framework_is_refused(made: Harmonizer, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError):
        write_workbook(made, ["gamma"], made.solve("alpha"), tmp_path / "wrong.xlsx")


def test_bundled_frameworks_give_a_book_whose_requirement_ids_exist(kg: Harmonizer, tmp_path: Path) -> None:
    chosen = ("soc2", "hipaa", "gdpr")
    plan = kg.solve(*chosen, budget=20)  # a few controls will do, and are found in a second
    book = openpyxl.load_workbook(kg.to_excel(tmp_path / "matrix.xlsx", *chosen, plan=plan), read_only=True)
    rows = list(book["Controls"].iter_rows(min_row=HEADER_ROW + 1, values_only=True))
    assert [row[0] for row in rows] == list(plan.controls)
    for place, slug in enumerate(chosen, 3):
        ids = [one for row in rows if row[place] for one in str(row[place]).split("; ")]
        assert all(kg[f"{slug}:{one}"].id == one for one in ids)

"""Hostile text in Markdown and HTML, equal bytes, and equal cells in every form of the control matrix."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from harmonizer.api import Harmonizer
from harmonizer.programme.journal import Change
from harmonizer.reports.control_matrix import FORMATS
from harmonizer.reports.spreadsheet import HEADER_ROW
from harmonizer.reports.tables import Report, Sheet
from tests.reports.small import FRAMEWORKS, in_workspace

pytestmark = [pytest.mark.xdist_group("workbook"), pytest.mark.filterwarnings("ignore:control characters")]
HOSTILE = "<script>alert(1)</script> | `x` [a](http://b.example) \n\"q\" 'r' & é😀"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Harmonizer:
    made = in_workspace(tmp_path_factory.mktemp("plain"))
    made.assessment.record([Change("control", "keep-logs", "notes", HOSTILE)])
    return made


@pytest.fixture(scope="module")
def report(made: Harmonizer) -> Report:
    return made.control_matrix(*FRAMEWORKS)


@pytest.fixture(scope="module")
def page(made: Harmonizer, tmp_path_factory: pytest.TempPathFactory) -> str:
    return made.write_matrix("html", tmp_path_factory.mktemp("html") / "m.html", *FRAMEWORKS).read_text("utf-8")


def tables(report: Report) -> dict[str, Sheet]:
    return {part.name: part for part in report.parts if isinstance(part, Sheet)}


def test_markdown_keeps_every_row_on_one_line_and_marks_nothing_up(
    made: Harmonizer, report: Report, tmp_path: Path
) -> None:
    text = made.write_matrix("md", tmp_path / "m.md", *FRAMEWORKS).read_text("utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("| keep-logs |")][:1]
    assert len(re.findall(r"(?<!\\)\|", line)) == len(tables(report)["Controls"].columns) + 1
    assert "\\<script\\>" in line
    assert "\\[a\\](" in line
    for sheet in tables(report).values():
        assert f"## {sheet.name}: " in text


def test_the_sheets_of_workbook_and_report_hold_the_same_cells(
    made: Harmonizer, report: Report, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(made.to_excel(tmp_path / "m.xlsx", *FRAMEWORKS))
    sheet = tables(report)["Controls"]
    rows = list(book["Controls"].iter_rows(min_row=HEADER_ROW, values_only=True))
    assert list(rows[0]) == sheet.headings
    assert [row[0] for row in rows[1:]] == [row[0] for row in sheet.rows]
    assert rows[1][-1] == HOSTILE


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_html_page_runs_nothing_and_asks_nobody_for_anything(page: str) -> None:
    reader = _Tags()
    reader.feed(page)
    assert not {tag for tag, _ in reader.tags} & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert not [
        attrs for _, attrs in reader.tags if any(one.startswith("on") or one in ("src", "style") for one in attrs)
    ]
    assert "&lt;script&gt;alert(1)" in page


def test_the_html_page_allows_its_own_style_alone_by_its_hash(page: str) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page


def test_the_html_page_leads_to_every_table_and_can_be_printed(page: str, report: Report) -> None:
    anchors = set(re.findall(r'<h2 id="([^"]+)"', page))
    assert len(anchors) == len(report.parts)
    assert set(re.findall(r'href="#([^"]+)"', page)) == anchors
    assert "@media print" in page
    assert "table-header-group" in page


@pytest.mark.parametrize("name", ["csv.zip", "json", "md", "html", "xlsx"])
def test_the_same_state_gives_the_same_bytes_in_every_format(made: Harmonizer, name: str, tmp_path: Path) -> None:
    kind = name.partition(".")[0]
    first, second = (made.write_matrix(kind, tmp_path / f"{one}.{name}", *FRAMEWORKS).read_bytes() for one in "ab")
    assert first == second
    assert kind in FORMATS

"""The control matrix as csv, json, Markdown and HTML says what the workbook says."""

from __future__ import annotations

import csv
import json
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from harmonizer.api import Harmonizer
from harmonizer.errors import UsageError
from harmonizer.reports.spreadsheet import HEADER_ROW
from tests.reports.small import FRAMEWORKS, in_workspace

pytestmark = [pytest.mark.filterwarnings("ignore:control characters")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Harmonizer:
    return in_workspace(tmp_path_factory.mktemp("matrix") / "workspace")


def workbook_rows(made: Harmonizer, folder: Path, sheet: str) -> list[list[str]]:
    book = openpyxl.load_workbook(made.to_excel(folder / "matrix.xlsx", *FRAMEWORKS))
    return [[str(cell) if cell is not None else "" for cell in row]
            for row in book[sheet].iter_rows(min_row=HEADER_ROW, values_only=True)]  # fmt: skip


class Tags(HTMLParser):
    """The tags and attributes of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_csv_tables_hold_the_rows_of_the_workbook(made: Harmonizer, tmp_path: Path) -> None:
    made.write_matrix("csv", tmp_path / "tables", *FRAMEWORKS)
    path = next(one for one in (tmp_path / "tables").iterdir() if one.stem.endswith("evidence-requests"))
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = [[cell.lstrip("'") for cell in row] for row in csv.reader(file)]
    assert rows == workbook_rows(made, tmp_path, "Evidence requests")


def test_csv_may_be_one_zip_file_and_is_the_same_bytes_each_time(made: Harmonizer, tmp_path: Path) -> None:
    one = made.write_matrix("csv", tmp_path / "one.zip", *FRAMEWORKS).read_bytes()
    assert one == made.write_matrix("csv", tmp_path / "two.zip", *FRAMEWORKS).read_bytes()
    assert len(zipfile.ZipFile(tmp_path / "one.zip").namelist()) > 10


def test_a_cell_that_a_spreadsheet_would_compute_is_disarmed_in_csv(made: Harmonizer, tmp_path: Path) -> None:
    made.write_matrix("csv", tmp_path / "tables", *FRAMEWORKS)
    for path in (tmp_path / "tables").iterdir():
        with path.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.reader(file):
                assert not [cell for cell in row if cell[:1] in ("=", "+", "@")], path


def test_json_holds_every_table_with_its_columns(made: Harmonizer, tmp_path: Path) -> None:
    found = json.loads(made.write_matrix("json", tmp_path / "matrix.json", *FRAMEWORKS).read_bytes())
    assert found["dataset"] == made.index.hash
    text = json.dumps(found)
    assert "keep-logs" in text and "alpha:2(a)" in text


def test_only_the_tables_named_are_written(made: Harmonizer, tmp_path: Path) -> None:
    text = made.write_matrix("md", tmp_path / "matrix.md", *FRAMEWORKS, only=["Gaps"]).read_text()
    assert "What the controls leave open" in text
    assert "The evidence to ask for" not in text
    with pytest.raises(UsageError, match="there is no table 'Gasp'; did you mean Gaps"):
        made.write_matrix("md", tmp_path / "matrix.md", *FRAMEWORKS, only=["Gasp"])


def test_the_html_page_stands_alone_and_runs_nothing(made: Harmonizer, tmp_path: Path) -> None:
    page = made.write_matrix("html", tmp_path / "matrix.html", *FRAMEWORKS).read_text()
    read = Tags()
    read.feed(page)
    assert not [tag for tag, _ in read.tags if tag in ("script", "link", "img", "iframe", "object")]
    assert not [key for _, attributes in read.tags for key in attributes if key == "src" or key.startswith("on")]
    policy = next(attributes["content"] for tag, attributes in read.tags if tag == "meta" and "content" in attributes)
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")
    assert "=1+1" in read.text  # a title as it was written
    links = [str(attributes["href"]) for tag, attributes in read.tags if tag == "a"]
    names = {str(attributes.get("id")) for _, attributes in read.tags}
    assert links and all(link.startswith("https://") or link[1:] in names for link in links)

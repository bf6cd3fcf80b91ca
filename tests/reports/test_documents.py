"""Documents: the same in every format, with sources for what they say, and a change shows with its citation."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import harmonizer as hz
from harmonizer import cli
from harmonizer.errors import CollectedDataError, DataError, UsageError
from harmonizer.programme.new_workspace import from_example, make_workspace
from harmonizer.programme.organisation import FILE_NAME
from harmonizer.reports.documents.changes import changes, read
from harmonizer.reports.documents.document import CITATION, Document, Table
from harmonizer.reports.documents.drawing import Box, Drawing
from tests.conftest import ROOT

CARDHOLDER = """\
name: Shop
roles: [service-organization]
jurisdictions: [us]
frameworks: [pci-dss]
systems:
  - id: till
    name: Till
    settings:
      - {objective: sessions-ended-after-inactivity, dimension: idle-timeout, value: VALUE, how: Screens log off}
stores:
  - {id: cards, name: Cards, system: till, data: [cardholder]}
"""


@pytest.fixture(scope="session")
def imaging(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace made from the imaging example."""
    folder = tmp_path_factory.mktemp("imaging")
    make_workspace(folder, from_example("hipaa-imaging"))
    return folder


@pytest.fixture(scope="session")
def breach(imaging: Path) -> Document:
    return hz.load(imaging).document("breach-response")


@pytest.fixture(scope="session")
def safeguards(imaging: Path) -> Document:
    return hz.load(imaging).document("hipaa-safeguards")


def tables(document: Document, title: str) -> list[Table]:
    return [
        block for one in document.sections if one.title == title for block in one.blocks if isinstance(block, Table)
    ]


def test_every_format_says_the_same(safeguards: Document, tmp_path: Path) -> None:
    outlines = [read(safeguards.write(tmp_path / f"one{ending}")) for ending in (".md", ".html", ".docx")]
    assert len(outlines[0]) == len(safeguards.sections) + 1 > 10
    assert outlines[0] == outlines[1] == outlines[2]


def test_the_same_state_makes_the_same_bytes(safeguards: Document, imaging: Path) -> None:
    again = hz.load(imaging).document("hipaa-safeguards")
    assert again.version == safeguards.version
    assert (again.docx(), again.html()) == (safeguards.docx(), safeguards.html())


def test_whatever_a_table_cites_is_among_the_sources(safeguards: Document, breach: Document) -> None:
    for document in (safeguards, breach):
        known = {row[0] for row in tables(document, "Sources")[0].rows}
        cited = {part for section in document.sections for block in section.blocks
                 if isinstance(block, Table) and CITATION in block.headings for row in block.rows
                 for part in row[block.headings.index(CITATION)].split("; ") if part}  # fmt: skip
        assert len(cited) > 10
        assert cited <= known


def test_word_repeats_the_heading_row_and_numbers_the_pages(safeguards: Document) -> None:
    with zipfile.ZipFile(io.BytesIO(safeguards.docx())) as archive:
        body = archive.read("word/document.xml").decode()
        footer = "".join(archive.read(name).decode() for name in archive.namelist() if "footer" in name)
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert body.count("<w:tblHeader/>") == body.count("<w:tbl>") > 10
    assert "PAGE" in footer
    assert "NUMPAGES" in footer
    assert safeguards.version in footer


def test_html_asks_nobody_for_anything(safeguards: Document) -> None:
    page = safeguards.html()
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert not [part for part in ("src=", 'href="http', "url(") if part in page]


def test_the_clocks_are_those_that_the_rules_set(breach: Document) -> None:
    (clocks,) = tables(breach, "The clocks")
    latest = {row[5]: (row[1], row[2]) for row in clocks.rows}
    assert {name: latest[name] for name in (
        "HIPAA 164.404(b)", "HIPAA 164.406(b)", "HIPAA 164.408(b)", "HIPAA 164.408(c)", "HIPAA 164.410(b)",
        "GDPR Art.33(1)")} == {
        "HIPAA 164.404(b)": ("60 days", "discovery"),
        "HIPAA 164.406(b)": ("60 days", "discovery"),
        "HIPAA 164.408(b)": ("60 days", "discovery"),
        "HIPAA 164.408(c)": ("60 days", "calendar year end"),
        "HIPAA 164.410(b)": ("60 days", "discovery"),
        "GDPR Art.33(1)": ("72 hours", "awareness"),
    }  # fmt: skip
    assert latest["GDPR Art.34(1)"][0] == "no number"


def test_required_and_addressable_are_told_apart_and_own_choices_named(safeguards: Document) -> None:
    duties, settings, _ = tables(safeguards, "164.312(a) Access control")
    assert {row[0].split(" ")[0]: row[2] for row in duties.rows} == {
        "164.312(a)(1)": "required", "164.312(a)(2)(i)": "required", "164.312(a)(2)(ii)": "required",
        "164.312(a)(2)(iii)": "addressable", "164.312(a)(2)(iv)": "addressable",
    }  # fmt: skip
    logoff = next(row for row in settings.rows if "10 minutes" in row[2])
    assert logoff[3] == "addressable; own choice: the rule leaves the number to the organisation"
    assert logoff[4] == "HIPAA 164.312(a)(2)(iii)"


def test_a_vendor_without_a_contract_is_said(safeguards: Document) -> None:
    (given,) = tables(safeguards, "Given to business associates")
    assert [row[0] for row in given.rows if row[3] == "NONE RECORDED"] == ["Fieldstone Support"]


def test_a_changed_setting_shows_with_its_provision(safeguards: Document, imaging: Path, tmp_path: Path) -> None:
    old = safeguards.write(tmp_path / "old.docx")
    workspace = tmp_path / "changed"
    workspace.mkdir()
    text = (imaging / FILE_NAME).read_text(encoding="utf-8")
    (workspace / FILE_NAME).write_text(text.replace("value: PT10M", "value: PT8M"), encoding="utf-8")
    new = hz.load(workspace).document("hipaa-safeguards").write(tmp_path / "new.md")
    found = [row for row in changes(old, new) if row["section"] != "State of this document"]
    assert len(found) == 1
    assert found[0]["section"] == "Safeguards > 164.312(a) Access control"
    assert "idle timeout 10 minutes" in str(found[0]["before"])
    assert "idle timeout 8 minutes" in str(found[0]["after"])
    assert found[0]["citation"] == "HIPAA 164.312(a)(2)(iii)"


def test_a_changed_law_shows_with_its_provision(breach: Document, imaging: Path, tmp_path: Path) -> None:
    old = breach.write(tmp_path / "old.html")
    workspace = tmp_path / "changed"
    make_workspace(workspace, from_example("hipaa-imaging"))
    own = workspace / "data" / "frameworks" / "hipaa" / "constraints.csv"
    own.parent.mkdir(parents=True)
    with (ROOT / "data" / "frameworks" / "hipaa" / "constraints.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    for row in rows:
        if row[0] == "164.404(b)" and row[4] == "P60D":
            row[4] = "P30D"
    with own.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    new = hz.load(workspace).document("breach-response").write(tmp_path / "new.docx")
    found = [row for row in changes(old, new) if row["section"] == "The clocks" and "At the latest" in str(row["what"])]
    assert [(row["before"], row["after"], row["citation"]) for row in found] == [
        ("60 days", "30 days", "HIPAA 164.404(b)")
    ]


def test_a_setting_weaker_than_what_binds_is_found_and_cited(tmp_path: Path) -> None:
    for value, code in (("PT30M", 1), ("PT15M", 0)):
        (tmp_path / FILE_NAME).write_text(CARDHOLDER.replace("VALUE", value), encoding="utf-8")
        result = CliRunner().invoke(cli.app, ["organisation", "check", "--workspace", str(tmp_path)])
        assert result.exit_code == code, result.output
        assert ("idle timeout 30 minutes is weaker than what binds: at most 15 minutes [pci-dss:8.2.8]"
                in result.output) == bool(code)  # fmt: skip


@pytest.mark.parametrize(("planted", "message"), [
    ("idle-timeout, value: ten minutes", "the value does not fit idle-timeout"),
    ("idle-timout, value: PT10M", "there is no dimension 'idle-timout'; did you mean idle-timeout"),
    ("idle-timeout", "the field 'value' is missing"),
])  # fmt: skip
def test_a_setting_that_cannot_be_is_said_with_its_line(planted: str, message: str, tmp_path: Path) -> None:
    text = CARDHOLDER.replace("idle-timeout, value: VALUE", planted)
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(CollectedDataError, match=f":9: {message}"):
        hz.load(tmp_path)


def test_an_objective_that_is_not_there_is_said_with_the_nearest(tmp_path: Path) -> None:
    text = CARDHOLDER.replace("sessions-ended-after-inactivity", "sessions-ended-after-activity").replace(
        "VALUE", "PT1M"
    )
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(CollectedDataError, match="did you mean sessions-ended-after-inactivity"):
        hz.load(tmp_path)


def test_a_document_that_nothing_applies_for_says_so(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(CARDHOLDER.replace("VALUE", "PT10M"), encoding="utf-8")
    kg = hz.load(tmp_path)
    with pytest.raises(UsageError, match="nothing of HIPAA applies to Shop"):
        kg.document("hipaa-safeguards")
    with pytest.raises(UsageError, match="did you mean strategy"):
        kg.document("stratgy")
    assert [row["document"] for row in kg.documents() if row["applies"] == "yes"] == ["strategy"]


def test_an_unknown_ending_and_a_file_that_is_no_document_are_refused(breach: Document, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.md, \.html or \.docx, not '\.pdf'"):
        breach.write(tmp_path / "one.pdf")
    assert not (tmp_path / "one.pdf").exists()
    (tmp_path / "one.docx").write_bytes(b"no zip")
    (tmp_path / "one.md").write_text("no headings\n", encoding="utf-8")
    with pytest.raises(DataError, match="no Word document"):
        read(tmp_path / "one.docx")
    with pytest.raises(DataError, match="no section was found"):
        read(tmp_path / "one.md")
    with pytest.raises(UsageError, match="there is no file"):
        read(tmp_path / "none.md")


def test_added_and_removed_rows_and_lines_are_told(tmp_path: Path) -> None:
    head = "# T\n\nS\n\n## A\n\n"
    (tmp_path / "one.md").write_text(f"{head}Old line \\[X 1\\]\n\n| N | Citation |\n| --- | --- |\n| a | X 2 |\n")
    (tmp_path / "two.md").write_text(f"{head}New line \\[X 1\\]\n\n| N | Citation |\n| --- | --- |\n| b | X 3 |\n")
    found = changes(tmp_path / "one.md", tmp_path / "two.md")
    assert [(row["what"], row["change"], row["citation"]) for row in found] == [
        ("text", "changed", "X 1"), ("a", "removed", "X 2"), ("b", "added", "X 3"),
    ]  # fmt: skip


def test_a_drawing_shows_each_box_and_arrow_once_even_in_a_circle() -> None:
    boxes = tuple(Box(name, "systems", f"Box <{name}>", "") for name in "abcd")
    drawing = Drawing(boxes, (("1", "a", "b"), ("2", "b", "c"), ("3", "c", "a"), ("4", "a", "d"), ("5", "c", "d")))
    svg = drawing.svg()
    assert svg.count("<polyline") == 5
    assert [svg.count(f"Box &lt;{name}&gt;") for name in "abcd"] == [1] * 4
    assert drawing.png().startswith(b"\x89PNG")


def test_rows_are_matched_by_the_fewest_cells_that_tell_them_apart(tmp_path: Path) -> None:
    text = "# T\n\nS\n\n## A\n\n| N | V | Citation |\n| --- | --- | --- |\n| a | 1 | X 1 |\n| a | 2 | X 2 |\n"
    (tmp_path / "one.md").write_text(text)
    (tmp_path / "two.md").write_text(text.replace("| 2 |", "| 3 |"))
    assert [tuple(row.values()) for row in changes(tmp_path / "one.md", tmp_path / "two.md")] == [
        ("A", "a, X 2: V", "changed", "2", "3", "X 2")
    ]

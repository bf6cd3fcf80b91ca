"""Sheets that read and print well, and workbooks that are the same bytes each time they are written.

A :class:`Sheet` is one filtered table below a title and a note; a :class:`Page` is text in sections. Cells hold values,
never formulas; row heights are estimated, because no spreadsheet program fits rows of a file it did not write.
"""

from __future__ import annotations

import io
import re
import textwrap
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.formatting.rule import ColorScale, FormatObject, Rule
from openpyxl.styles import Alignment, Border, Color, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from harmonizer.answer import Cell
from harmonizer.knowledge.tables import write_aside

TEXT, STRONG, NUMBER, PERCENT, LINK = "hz text", "hz strong", "hz number", "hz percent", "hz link"
TITLE, NOTE, HEADING, HEADER = "hz title", "hz note", "hz heading", "hz header"
BLUE, GREEN, AMBER, ORANGE, GREY = "hz blue", "hz green", "hz amber", "hz orange", "hz grey"

FRONT_PAGE = "Read me"
HEADER_ROW = 4
FOOTER = "not legal advice"
MAXIMUM_CELL_UNITS = 32_767  # UTF-16 code units that a cell of a spreadsheet program holds
MAXIMUM_ROW_HEIGHT = 400.0  # points; spreadsheet programs stop at 409
LINE_HEIGHT = 12.0  # points, of the 9-point font
CHARACTERS_PER_UNIT = 1.25  # characters of the 9-point font in one unit of column width, on the safe side
A4_WIDTH = 150  # column units; what is wider goes on A3
PAPER_A3, PAPER_A4 = 8, 9

# Tints of the Okabe-Ito palette, which colour-blind readers tell apart; the word in the cell says the same.
_TINTS = {BLUE: "D6E8F5", GREEN: "D3EEE5", AMBER: "FFF1CC", ORANGE: "FADFD0", GREY: "ECECEC"}
_INK, _RULE = "1F3A5F", "D0D5DB"
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no XML 1.0 document may hold these
_LIKE_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, width, style, and the styles of the words that are tinted."""

    heading: str
    width: float = 14
    style: str = TEXT
    tints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """One table on a sheet of its own.

    ``nothing`` is said in place of rows where there are none; ``scaled`` numbers (from 1) the first and last column
    that a colour scale from 0 to 1 lies on.
    """

    name: str
    title: str
    note: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    nothing: str = "nothing to show"
    scaled: tuple[int, int] | None = None


@dataclass(frozen=True)
class Section:
    """A heading with rows below it: of two cells the second runs across the page.

    ``header`` names the cells; ``links`` makes of each first cell a link to the sheet of that name.
    """

    heading: str
    rows: Sequence[Sequence[Cell]]
    header: Sequence[str] = ()
    links: bool = False


@dataclass(frozen=True)
class Page:
    """Sections of text on one sheet."""

    name: str
    title: str
    note: str
    widths: Sequence[float]
    sections: Sequence[Section]


def new_book() -> Workbook:
    """A workbook without sheets that knows the named styles."""
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    for style in _styles():
        book.add_named_style(style)
    return book


def _styles() -> list[NamedStyle]:
    below = Border(bottom=Side(style="thin", color=_RULE))
    wrapped = Alignment(vertical="top", wrap_text=True)
    plain = Font(name="Arial", size=9)
    dark = PatternFill("solid", start_color=_INK)

    numeric = Alignment(vertical="top", horizontal="right", indent=1)

    def body(name: str, number_format: str = "", fill: PatternFill | None = None, **font: object) -> NamedStyle:
        return NamedStyle(name, font=Font(name="Arial", size=9, **font), border=below,  # type: ignore[arg-type]
                          alignment=numeric if number_format else wrapped,
                          number_format=number_format or "General", fill=fill or PatternFill())  # fmt: skip

    return [
        body(TEXT), body(STRONG, bold=True), body(NUMBER, "#,##0"), body(PERCENT, "0%"),
        body(LINK, color="0563C1", underline="single"),
        *(body(name, fill=PatternFill("solid", start_color=tint)) for name, tint in _TINTS.items()),
        NamedStyle(TITLE, font=Font(name="Arial", size=16, bold=True, color=_INK),
                   alignment=Alignment(vertical="center")),
        NamedStyle(NOTE, font=plain, alignment=Alignment(vertical="center")),
        NamedStyle(HEADING, font=Font(name="Arial", size=11, bold=True, color=_INK),
                   alignment=Alignment(vertical="bottom"), border=Border(bottom=Side(style="medium", color=_INK))),
        NamedStyle(HEADER, font=Font(name="Arial", size=9, bold=True, color="FFFFFF"), fill=dark,
                   alignment=Alignment(vertical="center", wrap_text=True)),
    ]  # fmt: skip


# tables -----------------------------------------------------------------------------------------------------------


def add_sheet(book: Workbook, sheet: Sheet) -> None:
    """Write a table with filter, frozen header, print set-up and the way back to the front page."""
    ws = book.create_sheet(sheet.name)
    _banner(ws, sheet.title, sheet.note)
    _link(_put(ws, 3, 1, f"Back to {FRONT_PAGE}", NOTE), FRONT_PAGE)
    headings = _distinct([column.heading for column in sheet.columns])
    for place, (heading, column) in enumerate(zip(headings, sheet.columns, strict=True), 1):
        _put(ws, HEADER_ROW, place, heading, HEADER)
        ws.column_dimensions[get_column_letter(place)].width = column.width
    ws.row_dimensions[HEADER_ROW].height = _height(headings, [column.width - 3 for column in sheet.columns], least=2)
    rows = sheet.rows or [(sheet.nothing, *[None] * (len(sheet.columns) - 1))]
    for number, row in enumerate(rows, HEADER_ROW + 1):
        _add_row(ws, number, row, sheet.columns)
    last = HEADER_ROW + len(rows)
    reference = f"A{HEADER_ROW}:{get_column_letter(len(headings))}{last}"
    table = Table(displayName="hz_" + re.sub(r"\W", "_", sheet.name.lower()), ref=reference)
    table.tableStyleInfo = TableStyleInfo(showRowStripes=False, showColumnStripes=False)
    ws.add_table(table)
    if sheet.scaled:
        _scale(ws, *sheet.scaled, last)
    ws.freeze_panes = f"B{HEADER_ROW + 1}"
    _print_setup(ws, f"{HEADER_ROW}:{HEADER_ROW}", sum(column.width for column in sheet.columns))


def _add_row(ws: Worksheet, number: int, row: Sequence[Cell], columns: Sequence[Column]) -> None:
    for place, (value, column) in enumerate(zip(row, columns, strict=True), 1):
        cell = _put(ws, number, place, value, column.tints.get(str(value), column.style))
        if column.style == LINK:
            _link_out(cell)
    height = _height(row, [column.width for column in columns])
    ws.row_dimensions[number].height = height


def _distinct(headings: Sequence[str]) -> list[str]:
    """The headings, numbered where two are alike: a table with equal headings is taken for a damaged file."""
    found: dict[str, int] = {}
    distinct = []
    for heading in map(fit_text, headings):
        count = found[heading.lower()] = found.get(heading.lower(), 0) + 1
        distinct.append(heading if count == 1 else f"{heading} ({count})")
    return distinct


def _scale(ws: Worksheet, first: int, final: int, last_row: int) -> None:
    cells = f"{get_column_letter(first)}{HEADER_ROW + 1}:{get_column_letter(final)}{last_row}"
    scale = ColorScale(cfvo=[FormatObject("num", val=0), FormatObject("num", val=1)],
                       color=[Color("FFFFFFFF"), Color("FF56B4E9")])  # fmt: skip
    ws.conditional_formatting.add(cells, Rule("colorScale", colorScale=scale))


# pages ------------------------------------------------------------------------------------------------------------


def add_page(book: Workbook, page: Page) -> None:
    """Write sections of text, with print set-up and links to the sheets they name."""
    ws = book.create_sheet(page.name)
    _banner(ws, page.title, page.note)
    for place, width in enumerate(page.widths, 1):
        ws.column_dimensions[get_column_letter(place)].width = width
    ws.sheet_view.showGridLines = False
    number = 4
    for section in page.sections:
        number = _add_section(ws, number, section, page.widths)
    ws.freeze_panes = "A3"
    _print_setup(ws, "1:1", sum(page.widths))


def _add_section(ws: Worksheet, number: int, section: Section, widths: Sequence[float]) -> int:
    """Write a section from a row on; the number of the row that the next one starts on."""
    for place in range(1, len(widths) + 1):
        _put(ws, number, place, section.heading if place == 1 else None, HEADING)
    ws.row_dimensions[number].height = 20
    number += 1
    if section.header:
        _add_cells(ws, number, section.header, widths, (STRONG, STRONG))
        number += 1
    for row in section.rows:
        first = _add_cells(ws, number, row, widths, (STRONG, TEXT))
        if section.links:
            _link(first, str(row[0]))
        number += 1
    return number + 1


def _add_cells(
    ws: Worksheet, number: int, row: Sequence[Cell], widths: Sequence[float], styles: tuple[str, str]
) -> SheetCell:
    """Write one line of a page; its first cell."""
    across = len(row) == 2
    first = _put(ws, number, 1, row[0], styles[0])
    for place in range(2, len(widths) + 1):
        _put(ws, number, place, row[place - 1] if place <= len(row) else None, styles[1])
    if across:
        ws.merge_cells(start_row=number, end_row=number, start_column=2, end_column=len(widths))
    room = [widths[0], sum(widths[1:])] if across else list(widths[: len(row)])
    ws.row_dimensions[number].height = _height(row, room)
    return first


# cells ------------------------------------------------------------------------------------------------------------


def fit_text(text: str) -> str:
    """``text`` as a cell can hold it: without characters that XML forbids, and no longer than a cell."""
    clean = _UNFIT.sub("", text)
    return clean.encode("utf-16-le")[: 2 * MAXIMUM_CELL_UNITS].decode("utf-16-le", "ignore")


def _put(ws: Worksheet, row: int, place: int, value: Cell, style: str) -> SheetCell:
    cell = ws.cell(row, place)
    assert isinstance(cell, SheetCell)  # nothing is written into the hidden part of a merged cell
    cell.style = style
    if isinstance(value, str):
        cell.value = fit_text(value) or None
        if cell.value is not None:
            cell.data_type = "s"  # openpyxl takes "=..." for a formula and "#N/A" for an error
        if value.startswith(_LIKE_FORMULA):
            cell.quotePrefix = True  # so that it stays text when somebody edits the cell
    else:
        cell.value = value
    return cell


def _link(cell: SheetCell, sheet: str) -> None:
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1")
    cell.style = LINK


def _link_out(cell: SheetCell) -> None:
    if str(cell.value).startswith(("https://", "http://")):
        cell.hyperlink = Hyperlink(ref=cell.coordinate, target=str(cell.value))


def _banner(ws: Worksheet, title: str, note: str) -> None:
    _put(ws, 1, 1, title, TITLE)
    _put(ws, 2, 1, note, NOTE)
    ws.row_dimensions[1].height = 26


def _height(cells: Sequence[Cell], widths: Sequence[float], least: int = 1) -> float:
    """Points that the tallest of the wrapped cells needs, up to the cap."""
    lines = max((_lines(cell, width) for cell, width in zip(cells, widths, strict=True)), default=1)
    return min(max(lines, least) * LINE_HEIGHT + 3, MAXIMUM_ROW_HEIGHT)


def _lines(cell: Cell, width: float) -> int:
    if not isinstance(cell, str):
        return 1
    room = max(int(width * CHARACTERS_PER_UNIT), 1)
    return sum(1 if len(part) <= room else len(textwrap.wrap(part, room)) for part in cell.split("\n"))


def _print_setup(ws: Worksheet, repeated_rows: str, width: float) -> None:
    ws.page_setup.orientation = "landscape"
    ws.page_setup.paperSize = PAPER_A3 if width > A4_WIDTH else PAPER_A4
    ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = 1, 0
    ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    ws.print_title_rows = repeated_rows
    margins = ws.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.footer = 0.5, 0.75, 0.35
    footer = ws.oddFooter = HeaderFooterItem()
    footer.left.text, footer.center.text, footer.right.text = "&A", FOOTER, "Page &P of &N"


# files ------------------------------------------------------------------------------------------------------------


def save(book: Workbook, path: Path, *, title: str, description: str, date: datetime) -> Path:
    """Write the workbook as a whole or not at all; equal content gives equal bytes.

    ``date`` stands for the clock in the document's properties.
    """
    about = book.properties
    about.creator, about.title, about.description = "harmonizer", title, description
    about.created = about.modified = date
    buffer = io.BytesIO()
    # Workbook.save() would put the present time into the properties.
    ExcelWriter(book, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED)).save()
    write_aside(path, _without_clock(buffer.getvalue()))
    return path


def _without_clock(data: bytes) -> bytes:
    """The same zip archive with one fixed date and no trace of the system it was written on."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.compress_type = 0, zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return buffer.getvalue()

"""Reports as workbooks that read and print well, and are the same bytes each time they are written.

Rows are streamed to the file (openpyxl's write-only mode), so that memory does not grow with them. Cells hold values,
never formulas; row heights are estimated, because no spreadsheet program fits rows of a file it did not write.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from harmonizer.answer import Cell
from harmonizer.reports import styles
from harmonizer.reports.cell_text import escaped, fit_text, lines
from harmonizer.reports.charts import add_chart
from harmonizer.reports.guides import add_guides
from harmonizer.reports.tables import DATE, FOOTER, FRONT_PAGE, LINK, TEXT, Column, Page, Section, Sheet

HEADER_ROW = 4
MAXIMUM_ROW_HEIGHT = 405.0  # points; spreadsheet programs stop at 409
LINE_HEIGHT = 12.0  # points, of the 9-point font
A4_WIDTH = 150  # column units; what is wider goes on A3
LEGIBLE_A3_WIDTH = 330  # column units that still print at about six points; what is wider takes a second page across
PAPER_A3, PAPER_A4 = 8, 9

_LIKE_FORMULA = ("=", "+", "-", "@")


class Book:
    """A workbook in the making. ``lost`` tells the addresses of the cells that could not hold their text as it was."""

    def __init__(self) -> None:
        self.book = Workbook(write_only=True)
        self.lost: list[str] = []
        self._looks: dict[tuple[str, bool], StyleArray] = {}
        for style in styles.named_styles():
            self.book.add_named_style(style)

    # tables -------------------------------------------------------------------------------------------------------

    def add_sheet(self, sheet: Sheet) -> None:
        """Write a table with filter, frozen header, print set-up and the way back to the front page."""
        ws = self._new_sheet(sheet.name, f"{get_column_letter(sheet.fixed + 1)}{HEADER_ROW + 1}")
        for place, column in enumerate(sheet.columns, 1):
            ws.column_dimensions[get_column_letter(place)].width = column.width
        _print_setup(ws, f"{HEADER_ROW}:{HEADER_ROW}", sum(column.width for column in sheet.columns), sheet.fixed)
        self._banner(ws, sheet.title, sheet.note)
        self._append(ws, 3, [self._linked(ws, f"Back to {FRONT_PAGE}", FRONT_PAGE)])
        headings = list(map(fit_text, sheet.headings))
        self._append(ws, HEADER_ROW, [
            self._cell(ws, heading, styles.INPUT_HEADER if column.field else styles.HEADER)
            for heading, column in zip(headings, sheet.columns, strict=True)
        ], _height(headings, [column.width - 3 for column in sheet.columns], least=2))  # fmt: skip
        rows = sheet.rows or [(sheet.nothing, *[None] * (len(sheet.columns) - 1))]
        for number, row in enumerate(rows, HEADER_ROW + 1):
            self._add_row(ws, number, row, sheet.columns)
        last = HEADER_ROW + len(rows)
        _add_table(ws, headings, last)
        add_guides(ws, sheet, HEADER_ROW + 1, last)

    def _add_row(self, ws: Worksheet, number: int, row: Sequence[Cell], columns: Sequence[Column]) -> None:
        cells, height = [], LINE_HEIGHT
        for place, (value, column) in enumerate(zip(row, columns, strict=True), 1):
            if isinstance(value, str) and fit_text(value) != value and value.strip():
                self.lost.append(f"{ws.title}!{get_column_letter(place)}{number}")
            if column.field:
                style = styles.INPUT_DATE if column.style == DATE else styles.INPUT
            else:
                style = column.tints.get(str(value), column.style)
            needed = _height([value], [column.width])
            if needed > MAXIMUM_ROW_HEIGHT and style == TEXT:
                style, scale = styles.SMALL, styles.SMALL_SIZE / styles.SIZE
                needed = _height([value], [column.width / scale]) * scale
            height = max(height, needed)
            cell = self._cell(ws, value, style)
            if column.style == LINK and str(value).startswith(("https://", "http://")):
                cell.hyperlink = Hyperlink(ref="A1", target=str(value))  # openpyxl puts the address in
            cells.append(cell)
        self._append(ws, number, cells, height)

    # pages --------------------------------------------------------------------------------------------------------

    def add_page(self, page: Page) -> None:
        """Write sections of text, with print set-up, charts and links to the sheets they name."""
        ws = self._new_sheet(page.name, "A3")
        for place, width in enumerate(page.widths, 1):
            ws.column_dimensions[get_column_letter(place)].width = width
        ws.sheet_view.showGridLines = False
        _print_setup(ws, "1:1", sum(page.widths))
        if any(section.chart for section in page.sections):
            ws.page_setup.fitToHeight = 1  # no chart is cut by the end of a page
        self._banner(ws, page.title, page.note)
        self._append(ws, 3, [])
        number = 4
        for section in page.sections:
            number = self._add_section(ws, number, section, page.widths)

    def _add_section(self, ws: Worksheet, number: int, section: Section, widths: Sequence[float]) -> int:
        """Write a section from a row on; the number of the row that the next one starts on."""
        self._append(ws, number, [self._cell(ws, section.heading if place == 0 else None, styles.HEADING)
                                  for place in range(len(widths))], 20)  # fmt: skip
        number += 1
        if section.header:
            self._add_line(ws, number, section, section.header, widths, styles.LINE_STRONG)
            number += 1
        first = number
        for row in section.rows:
            self._add_line(ws, number, section, row, widths, styles.LINE)
            number += 1
        if section.chart and section.rows:
            height = add_chart(ws, section, first, len(widths))
            for _ in range(number - first, height):  # room for the chart beside a short table
                self._append(ws, number, [])
                number += 1
        self._append(ws, number, [])
        return number + 1

    def _add_line(
        self, ws: Worksheet, number: int, section: Section, row: Sequence[Cell], widths: Sequence[float],
        style: str,
    ) -> None:  # fmt: skip
        across = len(row) == 2 and not section.chart
        first = (
            self._linked(ws, str(row[0]), str(row[0])) if section.links else self._cell(ws, row[0], styles.LINE_STRONG)
        )
        ends = len(widths) if not section.chart else len(widths) - 1  # the last column is left to the chart
        rest = [self._cell(ws, row[place] if place < len(row) else None, style) for place in range(1, ends)]
        if across:
            ws.merged_cells.add(CellRange(min_row=number, max_row=number, min_col=2, max_col=len(widths)))
        room = [widths[0], sum(widths[1:])] if across else list(widths[: len(row)])
        self._append(ws, number, [first, *rest], _height(row, room))

    # cells --------------------------------------------------------------------------------------------------------

    def add_hidden(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        """Write rows of plain text on a sheet that programs do not show."""
        ws = self._new_sheet(name)
        ws.sheet_state = "veryHidden"
        for number, row in enumerate(rows, 1):
            self._append(ws, number, [self._cell(ws, value, TEXT) for value in row])

    def _new_sheet(self, name: str, frozen: str | None = None) -> Worksheet:
        ws = cast(Worksheet, self.book.create_sheet(name))  # a write-only one, of which the type stubs know little
        ws.freeze_panes = frozen
        return ws

    def _cell(self, ws: Worksheet, value: Cell, style: str) -> SheetCell:
        cell: Any = WriteOnlyCell(ws)
        like_formula = False
        if isinstance(value, str):
            text = fit_text(value)
            if style in (DATE, styles.INPUT_DATE) and (day := _day(text)):
                cell.value = day
            elif text:
                cell._value, cell.data_type = (
                    escaped(text),
                    "s",
                )  # .value takes "=..." for a formula, "#N/A" for an error
                like_formula = text.startswith(_LIKE_FORMULA)  # so that it stays text when somebody edits the cell
        else:
            cell.value = value
        cell._style = self._look(ws, style, like_formula)
        return cast(SheetCell, cell)

    def _look(self, ws: Worksheet, style: str, quoted: bool) -> StyleArray:
        """The style as openpyxl keeps it with a cell; asking for it by name cell by cell takes most of the time."""
        if (style, quoted) not in self._looks:
            cell: Any = WriteOnlyCell(ws)
            cell.style = styles.full_name(style)
            cell.quotePrefix = quoted
            self._looks[style, quoted] = cell._style
        return self._looks[style, quoted]

    def _linked(self, ws: Worksheet, text: str, sheet: str) -> SheetCell:
        cell: Any = self._cell(ws, text, styles.WAY)
        cell.hyperlink = Hyperlink(ref="A1", location="'{}'!A1".format(sheet.replace("'", "''")))
        cell._style = self._look(ws, styles.WAY, False)  # openpyxl gives links a style of its own
        return cast(SheetCell, cell)

    def _append(self, ws: Worksheet, number: int, cells: Sequence[SheetCell], height: float | None = None) -> None:
        if height:
            ws.row_dimensions[number].height = min(height, MAXIMUM_ROW_HEIGHT)
        ws.append(list(cells))
        ws.row_dimensions.pop(number, None)  # written with its row; thousands of them need not be kept

    def _banner(self, ws: Worksheet, title: str, note: str) -> None:
        self._append(ws, 1, [self._cell(ws, title, styles.TITLE)], 26)
        self._append(ws, 2, [self._cell(ws, note, styles.NOTE)])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _height(cells: Sequence[Cell], widths: Sequence[float], least: int = 1) -> float:
    """Points that the tallest of the wrapped cells needs."""
    tallest = max((lines(cell, width) for cell, width in zip(cells, widths, strict=True) if isinstance(cell, str)),
                  default=1)  # fmt: skip
    return max(tallest, least) * LINE_HEIGHT + 3


def _add_table(ws: Worksheet, headings: Sequence[str], last_row: int) -> None:
    reference = f"A{HEADER_ROW}:{get_column_letter(len(headings))}{last_row}"
    table: Any = Table(displayName="hz_" + re.sub(r"\W", "_", ws.title.lower()), ref=reference)
    table._initialise_columns()  # in write-only mode the headings have to be repeated here
    for column, heading in zip(table.tableColumns, headings, strict=True):
        column.name = escaped(heading)
    table.tableStyleInfo = TableStyleInfo(showRowStripes=False, showColumnStripes=False)
    ws.tables.add(table)


def _print_setup(ws: Worksheet, repeated_rows: str, width: float, repeated_columns: int = 0) -> None:
    across = math.ceil(width / LEGIBLE_A3_WIDTH)
    ws.page_setup.orientation = "landscape"
    ws.page_setup.paperSize = PAPER_A3 if width > A4_WIDTH else PAPER_A4
    ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = across, 0
    ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    ws.print_title_rows = repeated_rows
    if across > 1:
        ws.print_title_cols = f"A:{get_column_letter(repeated_columns)}"
    margins = ws.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.footer = 0.5, 0.75, 0.35
    footer = ws.oddFooter = HeaderFooterItem()
    footer.left.text, footer.center.text, footer.right.text = "&A", FOOTER, "Page &P of &N"

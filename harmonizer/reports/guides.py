"""What helps people to fill in a sheet: lists to choose from, checks with messages, colours that follow the values."""

from __future__ import annotations

from openpyxl.formatting.rule import ColorScale, FormatObject, Rule
from openpyxl.styles import Color
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from harmonizer.programme.assessment import STATUSES
from harmonizer.reports import styles
from harmonizer.reports.inputs import INPUTS
from harmonizer.reports.tables import DATE, ORANGE, Column, Sheet

LISTS_SHEET = "hz lists"
FIRST_DAY = 36_526  # 2000-01-01 as spreadsheet programs count days


def lists() -> dict[str, tuple[str, ...]]:
    """The values to choose from by field, in the order of their columns on the hidden sheet."""
    return {column.field: column.choices for columns in INPUTS.values() for column in columns if column.choices}


def list_rows() -> list[list[str]]:
    """The hidden sheet of the lists: a column for each, its field above it."""
    columns = [(field, *choices) for field, choices in lists().items()]
    longest = max(map(len, columns))
    return [[column[place] if place < len(column) else "" for column in columns] for place in range(longest)]


def add_guides(ws: Worksheet, sheet: Sheet, first: int, last: int) -> None:
    """Add what the sheet's columns call for, from the first to the last row of data."""
    for place, column in enumerate(sheet.columns, 1):
        if column.field:
            cells = f"{get_column_letter(place)}{first}:{get_column_letter(place)}{last}"
            ws.data_validations.append(_validation(column, cells))
            for word, tint in column.tints.items():
                rule = Rule("expression", dxf=styles.filled(styles.TINTS[tint]),
                            formula=[f'${get_column_letter(place)}{first}="{word}"'])  # fmt: skip
                ws.conditional_formatting.add(cells, rule)
    fields = {column.field: get_column_letter(place) for place, column in enumerate(sheet.columns, 1)}
    if {"due", "status"} <= fields.keys():
        due, status = fields["due"], fields["status"]
        open_still = f'${status}{first}<>"{STATUSES[2]}",${status}{first}<>"{STATUSES[3]}"'
        overdue = f"AND(ISNUMBER(${due}{first}),${due}{first}<TODAY(),{open_still})"
        ws.conditional_formatting.add(f"{due}{first}:{due}{last}", Rule(
            "expression", dxf=styles.filled(styles.TINTS[ORANGE]), formula=[overdue]))  # fmt: skip
    if sheet.scaled:
        start, end = map(get_column_letter, sheet.scaled)
        scale = ColorScale(cfvo=[FormatObject("num", val=0), FormatObject("num", val=1)],
                           color=[Color("FFFFFFFF"), Color("FF56B4E9")])  # fmt: skip
        ws.conditional_formatting.add(f"{start}{first}:{end}{last}", Rule("colorScale", colorScale=scale))


def _validation(column: Column, cells: str) -> DataValidation:
    """The check of one column, with the message that shows when a cell is selected."""
    if column.choices:
        place = get_column_letter(list(lists()).index(column.field) + 1)
        check = DataValidation("list", formula1=f"'{LISTS_SHEET}'!${place}$2:${place}${len(column.choices) + 1}",
                               error=f"Choose one of: {', '.join(column.choices)}.")  # fmt: skip
    elif column.style == DATE:
        check = DataValidation("date", operator="greaterThanOrEqual", formula1=str(FIRST_DAY),
                               error="Enter a day, such as 2027-01-31.")  # fmt: skip
    else:
        check = DataValidation("textLength", operator="lessThanOrEqual", formula1="32767",
                               error="A cell holds 32,767 characters at most.")  # fmt: skip
    check.sqref, check.allow_blank = cells, True
    check.showErrorMessage = check.showInputMessage = True
    check.errorTitle = check.promptTitle = column.heading[:32]
    check.prompt = (column.hint or "A column of your own: it is kept and comes back with the next export.")[:255]
    return check

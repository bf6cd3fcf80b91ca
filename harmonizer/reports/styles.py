"""The named styles of our workbooks."""

from __future__ import annotations

from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle

from harmonizer.reports import tables

TITLE, NOTE, HEADING, HEADER = "title", "note", "heading", "header"
LINE, LINE_STRONG = "line", "line strong"  # text of pages, where tables have rules between their columns too
SMALL, WAY = "small", "way"  # text too long for the tallest row in the usual size; a link inside the workbook
SIZE, SMALL_SIZE = 9, 7  # points
INPUT, INPUT_DATE, INPUT_HEADER = "input", "input date", "input header"

# Tints of the Okabe-Ito palette, which colour-blind readers tell apart; the word in the cell says the same.
TINTS = {tables.BLUE: "D6E8F5", tables.GREEN: "D3EEE5", tables.AMBER: "FFF1CC", tables.ORANGE: "FADFD0",
         tables.GREY: "ECECEC"}  # fmt: skip
CHART_COLOURS = ("0072B2", "E69F00", "D55E00", "009E73")
INK, RULE, INPUT_FILL = "1F3A5F", "D0D5DB", "FFFDF0"
DATE_FORMAT = "yyyy-mm-dd"


def full_name(style: str) -> str:
    """The name of a style in the workbook, where it stands beside the program's own."""
    return f"hz {style}"


def filled(colour: str) -> DifferentialStyle:
    """What a conditional format adds to a cell."""
    return DifferentialStyle(fill=PatternFill("solid", start_color=colour, end_color=colour))


def named_styles() -> list[NamedStyle]:
    """Every style, with its full name."""
    rule = Side(style="thin", color=RULE)
    below = Border(bottom=rule)
    boxed = Border(rule, rule, rule, rule)
    wrapped = Alignment(vertical="top", wrap_text=True)
    numeric = Alignment(vertical="top", horizontal="right", indent=1)
    dark = PatternFill("solid", start_color=INK)
    yours = PatternFill("solid", start_color=INPUT_FILL)

    def body(name: str, number_format: str = "", fill: PatternFill | None = None, border: Border = boxed,
             alignment: Alignment = wrapped, **font: object) -> NamedStyle:  # fmt: skip
        return NamedStyle(full_name(name), font=Font(name="Arial", **{"size": SIZE, **font}),  # type: ignore[arg-type]
                          border=border, alignment=alignment, number_format=number_format or "General",
                          fill=fill or PatternFill())  # fmt: skip

    return [
        body(tables.TEXT), body(tables.STRONG, bold=True), body(tables.DATE, DATE_FORMAT),
        body(tables.NUMBER, "#,##0", alignment=numeric), body(tables.PERCENT, "0%", alignment=numeric),
        body(tables.LINK, color="0563C1", underline="single"),
        body(SMALL, size=SMALL_SIZE), body(WAY, border=Border(), color="0563C1", underline="single"),
        body(LINE, border=below), body(LINE_STRONG, border=below, bold=True),
        body(INPUT, "@", yours), body(INPUT_DATE, DATE_FORMAT, yours),
        *(body(name, fill=PatternFill("solid", start_color=tint)) for name, tint in TINTS.items()),
        NamedStyle(full_name(TITLE), font=Font(name="Arial", size=16, bold=True, color=INK),
                   alignment=Alignment(vertical="center")),
        NamedStyle(full_name(NOTE), font=Font(name="Arial", size=9), alignment=Alignment(vertical="center")),
        NamedStyle(full_name(HEADING), font=Font(name="Arial", size=11, bold=True, color=INK),
                   alignment=Alignment(vertical="bottom"), border=Border(bottom=Side(style="medium", color=INK))),
        NamedStyle(full_name(HEADER), font=Font(name="Arial", size=9, bold=True, color="FFFFFF"), fill=dark,
                   alignment=Alignment(vertical="center", wrap_text=True)),
        NamedStyle(full_name(INPUT_HEADER), font=Font(name="Arial", size=9, bold=True, color=INK),
                   fill=PatternFill("solid", start_color=TINTS[tables.AMBER]),
                   alignment=Alignment(vertical="center", wrap_text=True)),
    ]  # fmt: skip

"""Native charts beside the tables that they draw."""

from __future__ import annotations

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import SeriesLabel
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from harmonizer.reports.styles import CHART_COLOURS
from harmonizer.reports.tables import Section

WIDTH, ROW_HEIGHT = 12, 0.53  # centimetres; the height of one row of a page
LEAST_ROWS = 9


def add_chart(ws: Worksheet, section: Section, first: int, column: int) -> int:
    """Draw a section's rows as horizontal bars from its first row on, in the last column; how many rows that takes."""
    rows = max(LEAST_ROWS, len(section.rows) + 4)
    chart = BarChart()
    chart.type, chart.style, chart.gapWidth = "bar", 10, 60
    last = first + len(section.rows) - 1
    for place in range(2, len(section.rows[0]) + 1):
        chart.add_data(Reference(ws, min_col=place, min_row=first, max_row=last))
        series = chart.series[-1]
        series.tx = SeriesLabel(v=str(section.header[place - 1]))
        series.graphicalProperties.solidFill = CHART_COLOURS[(place - 2) % len(CHART_COLOURS)]
        series.invertIfNegative = False
    chart.set_categories(Reference(ws, min_col=1, min_row=first, max_row=last))
    if section.chart == "stacked":
        chart.grouping, chart.overlap = "stacked", 100
    chart.title = None
    chart.x_axis.scaling.orientation = "maxMin"  # rows from above to below, as in the table
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.crosses = "max"
    chart.y_axis.majorGridlines = None
    if len(chart.series) == 1:  # the labels of stacked bars lie on each other
        chart.legend = None
        chart.dataLabels = DataLabelList()
        chart.dataLabels.showVal = True
        chart.dataLabels.showSerName = chart.dataLabels.showCatName = chart.dataLabels.showLegendKey = False
    else:
        chart.legend.position = "b"
    chart.width, chart.height = WIDTH, round(rows * ROW_HEIGHT)
    ws.add_chart(chart, f"{get_column_letter(column)}{first}")
    return rows

"""ECharts options of the superset page; see :mod:`harmonizer.explorer.charts`."""

from __future__ import annotations

import pandas as pd

from harmonizer.answer import Answer
from harmonizer.explorer.charts import BLUES, Drawing

TOGETHER = "#e69f00"  # stands out in both themes
_GRID = {"left": 8, "right": 24, "top": 36, "bottom": 8, "containLabel": True}


def waterfall(table: pd.DataFrame) -> Drawing:
    """Person-days that each framework adds to those before it, standing on what these take; at the end all together."""
    names = [*table["framework"], "all together"]
    below = [int(value) for value in table["together"] - table["adds"]]
    total = int(table["together"].iloc[-1])
    adds = [{"value": int(value), "itemStyle": {"color": BLUES[1]}} for value in table["adds"]]
    adds.append({"value": total, "itemStyle": {"color": TOGETHER}})
    hidden = {"color": "transparent"}
    return {
        "height": 360,
        "grid": _GRID,
        "tooltip": {"trigger": "item", "confine": True},
        "xAxis": {"type": "category", "data": names,
                  "axisLabel": {"interval": 0, "rotate": 40 if len(names) > 8 else 0}},
        "yAxis": {"type": "value", "name": "person-days"},
        "series": [
            {"type": "bar", "stack": "effort", "data": [*below, 0], "itemStyle": hidden, "silent": True,
             "tooltip": {"show": False}},
            {"type": "bar", "stack": "effort", "name": "adds", "data": adds, "barMaxWidth": 70,
             "label": {"show": True, "position": "top"}},
        ],
    }  # fmt: skip


def budget_line(curve: Answer) -> Drawing:
    """Share of the (requirement, leaf) pairs that a budget in person-days can meet, in per cent."""
    points = [[0, 0], *([row["budget"], round(100 * float(row["share of pairs"] or 0), 1)] for row in curve)]
    return {
        "height": 340,
        "grid": _GRID,
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "value", "name": "budget", "nameLocation": "middle", "nameGap": 26},
        "yAxis": {"type": "value", "name": "% of pairs met", "max": 100},
        "series": [{"type": "line", "name": "% met", "data": points, "symbolSize": 8,
                    "itemStyle": {"color": BLUES[2]}, "lineStyle": {"width": 3}}],
    }  # fmt: skip

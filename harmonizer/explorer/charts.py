"""Altair charts from the tables of :mod:`harmonizer.explorer.figures`; drawn by Streamlit's own Vega, offline."""

from __future__ import annotations

import altair as alt
import pandas as pd

Drawing = alt.Chart | alt.LayerChart | alt.FacetChart
BLUES = ("#b8d4ea", "#6fa8d2", "#2f78b3", "#16507f", "#0b3358")


def coverage_heatmap(cells: pd.DataFrame) -> Drawing:
    """Rows are covered, columns cover; a framework against itself is left without colour."""
    order = list(dict.fromkeys(cells["of"]))
    size = max(44, min(96, 640 // max(len(order), 1)))
    base = alt.Chart(cells).encode(
        x=alt.X(
            "by:N",
            sort=order,
            title="covered by",
            axis=alt.Axis(orient="top", labelAngle=_angle(order), labelFlush=False, labelOverlap=False),
        ),
        y=alt.Y("of:N", sort=order, title="requirements of"),
        tooltip=[alt.Tooltip("words:N", title="coverage")],
    )
    colour = alt.Color("percent:Q", scale=alt.Scale(scheme="blues", domain=[0, 100]), legend=None)
    boxes = base.mark_rect(stroke="#ffffff", strokeWidth=2).encode(
        color=alt.condition("datum.itself", alt.value("#eef1f4"), colour)
    )
    ink = alt.condition("datum.percent > 55 && !datum.itself", alt.value("#ffffff"), alt.value("#1d2733"))
    numbers = base.mark_text(fontSize=14).encode(text=alt.Text("percent:Q", format=".0f"), color=ink)
    return alt.layer(boxes, numbers).properties(height=size * len(order) + 60)


def _angle(names: list[str]) -> int:
    return 0 if len(names) <= 7 else -45


def domain_bars(cells: pd.DataFrame) -> Drawing:
    """Stacked bars, a bar for each domain, the busiest at the top."""
    order = list(cells.groupby("domain")["leaves"].sum().sort_values(ascending=False).index)
    bars: alt.Chart = (
        alt.Chart(cells)
        .mark_bar()
        .encode(
            y=alt.Y("domain:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, labelFlush=False)),
            x=alt.X("sum(leaves):Q", title="leaf objectives"),
            color=_by_count(list(dict.fromkeys(cells["asked for by"]))),
            order=alt.Order("frameworks:Q"),
            tooltip=["domain:N", "asked for by:N", "leaves:Q"],
        )
        .properties(height=alt.Step(20))
    )
    return bars


def _by_count(names: list[str]) -> alt.Color:
    ramp = [BLUES[min(place, len(BLUES) - 1)] for place in range(len(names))]
    scale = alt.Scale(domain=names, range=ramp)
    return alt.Color("asked for by:N", scale=scale, legend=alt.Legend(orient="top", title="asked for by"))


def sharing_bars(table: pd.DataFrame) -> Drawing:
    """How many leaves exactly one, two, ... frameworks ask for."""
    room = 1.15 * float(table["leaves"].max()) or 1.0  # for the number beside the longest bar
    base = alt.Chart(table).encode(
        y=alt.Y("asked for by:N", sort=None, title=None),
        x=alt.X("leaves:Q", title="leaf objectives", scale=alt.Scale(domain=[0, room], nice=False)),
        tooltip=["asked for by:N", "leaves:Q", "share:N"],
    )
    numbers = base.mark_text(align="left", dx=4, color="#1d2733").encode(text="leaves:Q")
    bars = base.mark_bar().encode(color=_by_count(list(table["asked for by"])).legend(None))
    return alt.layer(bars, numbers).properties(height=alt.Step(34))

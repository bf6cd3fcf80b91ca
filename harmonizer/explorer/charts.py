"""ECharts options from the tables of :mod:`harmonizer.explorer.figures`; Streamlit ships ECharts, so drawn offline.

Options hold text as plain text; Streamlit gives axes and labels the colours of the reader's theme. Each drawing states
its ``height`` in pixels beside the options of ECharts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

Drawing = dict[str, Any]
BLUES = ("#b8d4ea", "#6fa8d2", "#2f78b3", "#16507f", "#0b3358")
INK_ON_LIGHT, INK_ON_DEEP, ITSELF = "#1d2733", "#ffffff", "#c3cad2"
# ECharts treats ``{`` in formatters only; names are data and stay as they are.
_TIP = {"formatter": "{b}", "confine": True}


def blue(share: float) -> str:
    """The blue of a share between 0 and 1: deeper is more."""
    return BLUES[min(int(share * len(BLUES)), len(BLUES) - 1)]


def _ink(colour: str) -> str:
    return INK_ON_LIGHT if colour in (*BLUES[:2], ITSELF) else INK_ON_DEEP


def coverage_heatmap(cells: pd.DataFrame) -> Drawing:
    """Rows are covered, columns cover; a framework against itself is grey. A click chooses a cell by its place."""
    order = list(dict.fromkeys(cells["of"]))
    places = {name: place for place, name in enumerate(order)}
    data = []
    for cell in cells.to_dict("records"):
        colour = ITSELF if cell["itself"] else blue(float(cell["percent"]) / 100)
        data.append({
            "value": [places[cell["by"]], places[cell["of"]], float(cell["percent"])], "name": cell["words"],
            "itemStyle": {"color": colour}, "label": {"color": _ink(colour)},
        })  # fmt: skip
    few = len(order) <= 6
    return {
        "height": 34 * len(order) + (80 if few else 150),
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 8, "containLabel": True},
        "tooltip": _TIP,
        "xAxis": {"type": "category", "data": order, "position": "top",
                  "axisLabel": {"rotate": 0 if few else 50, "interval": 0}},
        "yAxis": {"type": "category", "data": order, "inverse": True, "axisLabel": {"interval": 0}},
        "series": [{
            "type": "heatmap", "data": data, "selectedMode": "single",
            "label": {"show": True, "formatter": "{@[2]}", "fontSize": 12 if few else 10},
            "itemStyle": {"borderColor": "#ffffff", "borderWidth": 1},
        }],
    }  # fmt: skip


def sharing_bars(table: pd.DataFrame) -> Drawing:
    """How many leaves exactly one, two, ... frameworks ask for."""
    rows = table.to_dict("records")
    data = [
        {"value": int(row["leaves"]), "name": f"{row['asked for by']}: {row['leaves']} leaves, {row['share']}",
         "itemStyle": {"color": blue(place / max(len(rows) - 1, 1))}}
        for place, row in enumerate(rows)
    ]  # fmt: skip
    return {
        "height": 34 * len(rows) + 60,
        "grid": {"left": 8, "right": 60, "top": 8, "bottom": 8, "containLabel": True},
        "tooltip": _TIP,
        "xAxis": {"type": "value", "name": "", "splitNumber": 3},
        "yAxis": {"type": "category", "data": list(table["asked for by"]), "inverse": True},
        "series": [{"type": "bar", "data": data, "label": {"show": True, "position": "right", "formatter": "{c}"}}],
    }


def domain_treemap(cells: pd.DataFrame) -> Drawing:
    """Domains with their objectives, as large as the leaves that are asked for; deeper blue: by more frameworks."""
    most = max(float(cells["frameworks"].max()), 1.0) if len(cells) else 1.0
    domains = []
    for domain, within in cells.groupby("domain", sort=False):
        children = []
        for cell in within.to_dict("records"):
            colour = blue((float(cell["frameworks"]) - 1) / max(most - 1, 1) * 0.99)
            children.append({
                "name": f"{cell['objective']} ({cell['leaves']})", "value": int(cell["leaves"]),
                "itemStyle": {"color": colour}, "label": {"color": _ink(colour)},
            })  # fmt: skip
        domains.append({"name": f"{domain} ({int(within['leaves'].sum())})", "children": children})
    return {
        "height": 520, "tooltip": _TIP,
        "series": [{
            "type": "treemap", "data": domains, "roam": False, "nodeClick": "zoomToNode", "leafDepth": 2,
            "breadcrumb": {"show": True, "bottom": 0}, "top": 4, "left": 4, "right": 4, "bottom": 34,
            "upperLabel": {"show": True, "height": 20, "color": INK_ON_LIGHT, "fontSize": 12},
            "itemStyle": {"borderColor": "#d7dee6", "borderWidth": 1, "gapWidth": 1},
            "levels": [{"itemStyle": {"gapWidth": 3, "borderWidth": 0}},
                       {"itemStyle": {"gapWidth": 1, "borderColor": "#d7dee6", "borderWidth": 2}}],
            "label": {"show": True, "overflow": "truncate", "fontSize": 11},
        }],
    }  # fmt: skip


def sankey(links: Sequence[tuple[str, str, int]], height: int) -> Drawing:
    """Flows from left to right, as wide as their number."""
    names = list(dict.fromkeys(name for source, target, _ in links for name in (source, target)))
    return {
        "height": height, "tooltip": {"confine": True},
        "series": [{
            "type": "sankey", "left": 8, "right": 170, "top": 8, "bottom": 8, "nodeGap": 6, "draggable": False,
            "emphasis": {"focus": "adjacency"}, "data": [{"name": name} for name in names],
            "links": [{"source": source, "target": target, "value": value} for source, target, value in links],
            "lineStyle": {"color": "gradient", "opacity": 0.35}, "label": {"fontSize": 11},
        }],
    }  # fmt: skip


def coverage_network(cells: pd.DataFrame) -> Drawing:
    """Frameworks on a circle, with an arrow to each one that another covers, as wide as the share."""
    names = sorted({*cells["of"], *cells["by"]})
    links = [{"source": cell["by"], "target": cell["of"], "value": float(cell["percent"]), "name": cell["words"],
              "lineStyle": {"width": 0.5 + float(cell["percent"]) / 16}}
             for cell in cells.to_dict("records")]  # fmt: skip
    return {
        "height": 640, "tooltip": _TIP,
        "series": [{
            "type": "graph", "layout": "circular", "circular": {"rotateLabel": False}, "roam": False,
            "data": [{"name": name, "symbolSize": 16} for name in names], "links": links,
            "edgeSymbol": ["none", "arrow"], "edgeSymbolSize": 8, "top": 60, "bottom": 60,
            "lineStyle": {"color": "#2f78b3", "opacity": 0.55, "curveness": 0.18},
            "itemStyle": {"color": "#e69f00"}, "label": {"show": True, "position": "right", "fontSize": 12},
            "emphasis": {"focus": "adjacency"},
        }],
    }  # fmt: skip

"""The data flows of an organisation as a picture: SVG that stands alone, or Mermaid in Markdown."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from harmonizer.answer import joined
from harmonizer.errors import UsageError
from harmonizer.knowledge.tables import write_aside
from harmonizer.programme.data_flow import RECEIVING, flow_graph
from harmonizer.programme.organisation import Entry, Organisation

WIDTH, HEIGHT, COLUMN_GAP, ROW_GAP, MARGIN = 240, 56, 110, 34, 30  # pixels
FILLS = {"parties": "#fff4d6", "vendors": "#fde2d9", "systems": "#dbe9f8", "stores": "#e3f1e1", "ai_systems": "#e9e0f6"}
CALLED = {"parties": "outside party", "vendors": "vendor", "systems": "system", "stores": "data store",
          "ai_systems": "AI system"}  # fmt: skip
STROKES = {"training": "#7b3fb5", "evaluation": "#7b3fb5", "deployment": "#7b3fb5", "inference": "#1f5fa8",
           "disclosure": "#b5472a"}  # fmt: skip
OTHER_STROKE = "#4a5560"


def write_data_flow(organisation: Organisation, path: Path) -> Path:
    """Write the picture as ``.svg``, or as Markdown with a Mermaid diagram where ``path`` ends in ``.md``."""
    writers = {".svg": svg, ".md": mermaid}
    if path.suffix not in writers:
        raise UsageError(f"a picture is written as .svg or .md, not {path.suffix or 'without an ending'!r}")
    write_aside(path, writers[path.suffix](organisation).encode())
    return path


def mermaid(organisation: Organisation) -> str:
    """A Markdown document with the flows as a Mermaid flowchart, one block for each system."""
    graph = flow_graph(organisation)
    number = {name: f"n{place}" for place, name in enumerate(graph)}
    lines = [f"# Data flows of {organisation.name}", "", "```mermaid", "flowchart LR"]
    groups: dict[str, list[str]] = {}
    for name in graph:
        groups.setdefault(organisation.system_of(name), []).append(name)
    for system, members in groups.items():
        if system:
            lines.append(f'  subgraph {number.get(system, system)}-s["{_quoted(organisation.endpoints[system].name)}"]')
        lines += [f'    {number[name]}["{_quoted(_entry(organisation, name).name)}"]' for name in members]
        lines += ["  end"] if system else []
    for source, target, edge in graph.edges(data=True):
        label = _quoted(f"{joined(edge['stages'])}: {joined(edge['data'])}")
        lines.append(f'  {number[source]} -->|"{label}"| {number[target]}')
    return "\n".join([*lines, "```", ""])


def _quoted(text: str) -> str:
    return escape(text, quote=True).replace("|", "&#124;").replace("\n", " ")


def _entry(organisation: Organisation, node: str) -> Entry:
    return organisation.endpoints[node.removeprefix(RECEIVING)]


def svg(organisation: Organisation) -> str:
    """The flows from left to right; whatever flows in a circle shares a column."""
    graph = flow_graph(organisation)
    columns = _columns(graph)
    place = {
        name: (MARGIN + x * (WIDTH + COLUMN_GAP), 70 + y * (HEIGHT + ROW_GAP))
        for x, column in enumerate(columns)
        for y, name in enumerate(column)
    }
    width = 2 * MARGIN + max(len(columns), 2) * (WIDTH + COLUMN_GAP)
    height = 130 + max((len(column) for column in columns), default=1) * (HEIGHT + ROW_GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" role="img">',
        f"<title>Data flows of {escape(organisation.name)}</title>",
        '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{MARGIN}" y="36" font-size="20">Data flows of {escape(organisation.name)}</text>',
        *(_edge(place[source], place[target], edge) for source, target, edge in graph.edges(data=True)),
        *(_box(organisation, name, place[name]) for name in graph),
        *_legend(height),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _columns(graph: Any) -> list[list[str]]:
    """Nodes by column, each column ordered by where its flows come from."""
    import networkx as nx

    parts = nx.condensation(graph)
    layers = [[name for part in layer for name in sorted(parts.nodes[part]["members"])]
              for layer in nx.topological_generations(parts)]  # fmt: skip
    order = {name: float(place) for layer in layers for place, name in enumerate(sorted(layer))}
    for layer in layers:

        def middle(name: str) -> tuple[float, str]:
            before = [order[one] for one in graph.predecessors(name)]
            return (sum(before) / len(before) if before else order[name]), name

        layer.sort(key=middle)
        order.update({name: float(place) for place, name in enumerate(layer)})
    return layers


def _edge(start: tuple[int, int], end: tuple[int, int], edge: Any) -> str:
    x1, y1, x2, y2 = start[0] + WIDTH, start[1] + HEIGHT // 2, end[0], end[1] + HEIGHT // 2
    bend = max(50, abs(x2 - x1) // 2)
    dip = 0 if abs(x2 - x1) < WIDTH + COLUMN_GAP else HEIGHT + ROW_GAP  # long ways go below the boxes between
    colour = next((STROKES[stage] for stage in edge["stages"] if stage in STROKES), OTHER_STROKE)
    told = f"{joined(edge['stages'])}: {joined(edge['data'])}"
    label_x, label_y = x1 + 8, y1 + (y2 - y1) // 8 - 5
    return (
        f'<path d="M{x1} {y1} C{x1 + bend} {y1 + dip} {x2 - bend} {y2 + dip} {x2} {y2}" fill="none" stroke="{colour}" '
        f'stroke-width="1.6" marker-end="url(#end)"><title>{escape(told)}</title></path>'
        f'<text x="{label_x}" y="{label_y}" font-size="10" fill="{colour}">{escape(joined(edge["stages"]))}</text>'
    )


def _box(organisation: Organisation, name: str, place: tuple[int, int]) -> str:
    entry = _entry(organisation, name)
    x, y = place
    system = organisation.system_of(name)
    where = f" of {system}" if system and system != name else ""
    told = joined([f"{entry.name}", *entry.many("data"), *([entry["location"]] if entry["location"] else [])])
    return (
        f'<g><title>{escape(told)}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6" '
        f'fill="{FILLS[entry.collection]}" stroke="#4a5560"/>'
        f'<text x="{x + 10}" y="{y + 23}" font-size="13">{escape(_short(entry.name, 34))}</text>'
        f'<text x="{x + 10}" y="{y + 42}" font-size="11" fill="#4a5560">'
        f"{escape(_short(CALLED[entry.collection] + where, 38))}</text></g>"
    )


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _legend(height: int) -> list[str]:
    shown = []
    for place, (collection, fill) in enumerate(FILLS.items()):
        x = MARGIN + place * 140
        shown.append(f'<rect x="{x}" y="{height - 34}" width="14" height="14" fill="{fill}" stroke="#4a5560"/>'
                     f'<text x="{x + 20}" y="{height - 22}" font-size="12">{CALLED[collection]}</text>')  # fmt: skip
    return shown

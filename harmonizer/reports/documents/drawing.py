"""The data flows of some systems as a drawing that fits a page: downwards in layers, arrows numbered as in the table.

Arrows that pass a layer keep a lane of their own between its boxes (Sugiyama, Tagawa and Toda 1981), so that none runs
behind a box. The drawing is written as SVG, or as PNG where a format takes no SVG.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

BOX, LANE, HEIGHT, GAP, LAYER, MARGIN = 250, 36, 64, 26, 62, 16  # pixels
FILLS = {"parties": "#fff4d6", "vendors": "#fde2d9", "systems": "#dbe9f8", "stores": "#e3f1e1", "ai_systems": "#e9e0f6"}
CALLED = {"parties": "outside party", "vendors": "vendor", "systems": "system", "stores": "data store",
          "ai_systems": "AI system"}  # fmt: skip
INK, LINE, SWEEPS, SCALE = "#1d2733", "#4a5560", 8, 2


@dataclass(frozen=True)
class Box:
    """What data flow between: its kind (a key of :data:`FILLS`), its name and one line about it."""

    id: str
    kind: str
    name: str
    about: str


@dataclass(frozen=True)
class Drawing:
    """Boxes, and arrows as (number, from, to) by the boxes' ids."""

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[str, str, str], ...]

    def svg(self) -> str:
        """The drawing as SVG."""
        return _svg(_placed(self))

    def png(self) -> bytes:
        """The drawing as PNG, at twice its size."""
        return _png(_placed(self))


Point = tuple[float, float]


@dataclass(frozen=True)
class _Placed:
    """Everything with its place. ``corners`` are the upper left ones of the boxes."""

    width: int
    height: int
    boxes: Mapping[str, Box]
    corners: Mapping[str, Point]
    ways: Sequence[tuple[str, tuple[Point, ...]]]


def _placed(drawing: Drawing) -> _Placed:
    boxes = {one.id: one for one in drawing.boxes}
    layer = _layers(drawing)
    ways = [(number, _way(layer, place, source, target))
            for place, (number, source, target) in enumerate(drawing.arrows)]  # fmt: skip
    rows: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for name in boxes:
        rows[layer[name]].append(name)
    for _, way in ways:
        for name in way:
            if name not in boxes:
                rows[int(name.split("|")[1])].append(name)
    _order(rows, [pair for _, way in ways for pair in pairwise(way)])
    wide = {name: BOX if name in boxes else LANE for row in rows for name in row}
    whole = max(sum(wide[name] + GAP for name in row) for row in rows) + 2 * MARGIN
    left: dict[str, float] = {}
    for row in rows:
        x = (whole - sum(wide[name] + GAP for name in row) + GAP) / 2
        for name in row:
            left[name], x = x, x + wide[name] + GAP
    top = {name: MARGIN + depth * (HEIGHT + LAYER) for depth, row in enumerate(rows) for name in row}
    middle = {name: left[name] + wide[name] / 2 for name in left}
    ports = _ports([way for _, way in ways], middle, left, boxes)
    lines = []
    for place, (number, way) in enumerate(ways):
        points: list[Point] = []
        for step, name in enumerate(way):
            x = ports.get((place, step), middle[name])
            up = (step + 1 < len(way) and top[way[step + 1]] <= top[name]) or (step and top[way[step - 1]] > top[name])
            ends = (top[name], top[name] + HEIGHT)
            if name not in boxes:
                points += [(x, y) for y in (reversed(ends) if up else ends)]
            else:
                points.append((x, ends[0] if bool(step) != bool(up) else ends[1]))
        lines.append((number, tuple(points)))
    height = 2 * MARGIN + len(rows) * (HEIGHT + LAYER) - LAYER + 34
    return _Placed(int(whole), int(height), boxes, {name: (left[name], top[name]) for name in boxes}, lines)


def _layers(drawing: Drawing) -> dict[str, int]:
    """The layer of each box: one below the lowest that it gets data from; flows in a circle are cut at their end."""
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(one.id for one in drawing.boxes)
    for _, source, target in drawing.arrows:
        if not nx.has_path(graph, target, source):
            graph.add_edge(source, target)
    return {name: depth for depth, names in enumerate(nx.topological_generations(graph)) for name in names}


def _way(layer: Mapping[str, int], place: int, source: str, target: str) -> tuple[str, ...]:
    """The boxes of an arrow with the lanes between: ``place|layer``."""
    step = 1 if layer[target] >= layer[source] else -1
    return (source, *(f"{place}|{depth}" for depth in range(layer[source] + step, layer[target], step)), target)


def _order(rows: list[list[str]], steps: Sequence[tuple[str, str]]) -> None:
    """Sort each row by the middle of its neighbours in the row before, up and down in turn."""
    depth = {name: place for place, row in enumerate(rows) for name in row}
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else rows[::-1]:
            place = {name: number for one in rows for number, name in enumerate(one)}

            def middle(name: str, place: Mapping[str, int] = place, down: bool = down) -> float:
                near = [one if other == name else other for one, other in steps if name in (one, other)]
                held = [place[one] for one in near if (depth[one] < depth[name]) == down and depth[one] != depth[name]]
                return sum(held) / len(held) if held else place[name]

            row.sort(key=middle)


def _ports(
    ways: Sequence[tuple[str, ...]], middle: Mapping[str, float], left: Mapping[str, float], boxes: Mapping[str, Box]
) -> dict[tuple[int, int], float]:
    """Where on its box each arrow starts and ends: side by side, in the order of where they lead."""
    touching: dict[str, list[tuple[float, int, int]]] = {}
    for place, way in enumerate(ways):
        touching.setdefault(way[0], []).append((middle[way[1]], place, 0))
        touching.setdefault(way[-1], []).append((middle[way[-2]], place, len(way) - 1))
    found = {}
    for name, ends in touching.items():
        for number, (_, place, step) in enumerate(sorted(ends), 1):
            found[place, step] = left[name] + BOX * number / (len(ends) + 1)
    return found


def _svg(placed: _Placed) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {placed.width} {placed.height}" role="img" '
        'font-family="Arial, Helvetica, sans-serif">',
        f'<rect width="{placed.width}" height="{placed.height}" fill="#ffffff"/>',
    ]
    for _, points in placed.ways:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        head = " ".join(f"{x:.1f},{y:.1f}" for x, y in _head(points))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{LINE}" stroke-width="1.5"/>'
                     f'<polygon points="{head}" fill="{LINE}"/>')  # fmt: skip
    for name, (x, y) in placed.corners.items():
        box = placed.boxes[name]
        parts.append(f'<rect x="{x:.1f}" y="{y}" width="{BOX}" height="{HEIGHT}" rx="6" fill="{FILLS[box.kind]}" '
                     f'stroke="{LINE}"/><text x="{x + 10:.1f}" y="{y + 26}" font-size="14" font-weight="bold" '
                     f'fill="{INK}">{escape(_short(box.name, 30))}</text><text x="{x + 10:.1f}" y="{y + 48}" '
                     f'font-size="13" fill="{INK}">{escape(_short(box.about, 36))}</text>')  # fmt: skip
    for number, (x, y) in _numbers(placed):
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="11" fill="#ffffff" stroke="{LINE}"/><text x="{x:.1f}" '
            f'y="{y + 5:.1f}" font-size="13" text-anchor="middle" fill="{INK}">{escape(number)}</text>'
        )
    for place, kind in enumerate(_kinds(placed)):
        x, y = MARGIN + place * 140, placed.height - 26
        parts.append(f'<rect x="{x}" y="{y}" width="14" height="14" fill="{FILLS[kind]}" stroke="{LINE}"/>'
                     f'<text x="{x + 20}" y="{y + 12}" font-size="13" fill="{INK}">{CALLED[kind]}</text>')  # fmt: skip
    return "\n".join([*parts, "</svg>"]) + "\n"


def _png(placed: _Placed) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (placed.width * SCALE, placed.height * SCALE), "#ffffff")
    pen = ImageDraw.Draw(image)

    def text(x: float, y: float, words: str, size: int, anchor: str) -> None:
        pen.text((x * SCALE, y * SCALE), words, INK, ImageFont.load_default(size * SCALE), anchor=anchor)

    for _, points in placed.ways:
        pen.line([(x * SCALE, y * SCALE) for x, y in points], LINE, 3)
        pen.polygon([(x * SCALE, y * SCALE) for x, y in _head(points)], LINE)
    for name, (x, y) in placed.corners.items():
        box, ends = placed.boxes[name], ((x * SCALE, y * SCALE), ((x + BOX) * SCALE, (y + HEIGHT) * SCALE))
        pen.rounded_rectangle(ends, 6 * SCALE, FILLS[box.kind], LINE, 2)
        text(x + 10, y + 26, _short(box.name, 30), 14, "ls")
        text(x + 10, y + 48, _short(box.about, 36), 13, "ls")
    for number, (x, y) in _numbers(placed):
        pen.ellipse((((x - 11) * SCALE, (y - 11) * SCALE), ((x + 11) * SCALE, (y + 11) * SCALE)), "#ffffff", LINE, 2)
        text(x, y, number, 13, "mm")
    for place, kind in enumerate(_kinds(placed)):
        x, y = MARGIN + place * 140, placed.height - 26
        pen.rectangle(((x * SCALE, y * SCALE), ((x + 14) * SCALE, (y + 14) * SCALE)), FILLS[kind], LINE, 2)
        text(x + 20, y + 12, CALLED[kind], 13, "ls")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _head(points: Sequence[Point]) -> list[Point]:
    """The three corners of an arrow's head, along its last step."""
    (x1, y1), (x2, y2) = points[-2], points[-1]
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    return [(x2, y2), (x2 - 10 * dx - 4 * dy, y2 - 10 * dy + 4 * dx), (x2 - 10 * dx + 4 * dy, y2 - 10 * dy - 4 * dx)]


def _numbers(placed: _Placed) -> list[tuple[str, Point]]:
    """Where the numbers stand: a third along the first step of each arrow, out of each other's way."""
    found: list[tuple[str, Point]] = []
    for number, ((x1, y1), (x2, y2), *_) in placed.ways:
        shares = (0.34, 0.52, 0.7, 0.2)
        spots = [(x1 + share * (x2 - x1), y1 + share * (y2 - y1)) for share in shares]
        free = [one for one in spots
                if all((one[0] - x) ** 2 + (one[1] - y) ** 2 > 24**2 for _, (x, y) in found)]  # fmt: skip
        found.append((number, (free or spots)[0]))
    return found


def _kinds(placed: _Placed) -> list[str]:
    shown = {one.kind for one in placed.boxes.values()}
    return [kind for kind in FILLS if kind in shown]


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"

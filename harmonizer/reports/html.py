"""Reports as one HTML page that stands alone: no script, no request to anybody, readable in the dark and on paper."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from harmonizer.answer import Cell, show
from harmonizer.knowledge.tables import write_aside
from harmonizer.reports.tables import LINK, NUMBER, PERCENT, Column, Page, Report, Section, Sheet

_STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#1d2733, #e4e8ee); --paper: light-dark(#fff, #14181d);
  --rule: light-dark(#cfd5dc, #3a424c); --head: light-dark(#1f3a5f, #24364d); --link: light-dark(#0b5cad, #7db7f0);
  --blue: light-dark(#d6e8f5, #1d3a50); --green: light-dark(#d3eee5, #1b4034); --amber: light-dark(#fff1cc, #4a3a10);
  --orange: light-dark(#fadfd0, #532c17); --grey: light-dark(#ececec, #2d3238); --bar: light-dark(#0072b2, #56b4e9);
  --bar2: light-dark(#e69f00, #f0b840); --bar3: light-dark(#d55e00, #ff8a3d); }
body { font: 14px/1.4 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 1.5rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 3rem; } a { color: var(--link); } .note { max-width: 90ch; }
nav ul { columns: 18rem; padding-left: 1.2rem; }
.wide { overflow: auto; max-height: 85vh; border: 1px solid var(--rule); }
table { border-collapse: collapse; font-size: 12px; }
th, td { border: 1px solid var(--rule); padding: 3px 6px; text-align: left; vertical-align: top; min-width: 4rem; }
td { white-space: pre-line; overflow-wrap: break-word; } .long { min-width: 22rem; } .middle { min-width: 10rem; }
thead th { background: var(--head); color: #fff; position: sticky; top: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.blue { background: var(--blue); } .green { background: var(--green); } .amber { background: var(--amber); }
.orange { background: var(--orange); } .grey { background: var(--grey); }
svg { display: block; margin: .6rem 0; max-width: 100%; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
.b0 { fill: var(--bar); } .b1 { fill: var(--bar2); } .b2 { fill: var(--bar3); }
@page { size: A3 landscape; margin: 10mm; }
@media print { :root { color-scheme: light; print-color-adjust: exact; }
  body { margin: 0; font-size: 9pt; } nav { display: none; }
  h2 { break-before: page; margin-top: 0; } .wide { overflow: visible; max-height: none; border: 0; }
  table { font-size: 7pt; width: 100%; } thead { display: table-header-group; } thead th { position: static; }
  tr { break-inside: avoid; } th, td, .long, .middle { min-width: 0; } a { color: inherit; } }
"""
_LONG, _MIDDLE = 30, 18  # column units from which a column holds prose, and short lists
BAR_ROOM, LABEL_ROOM, BAR_HEIGHT = 420, 170, 22  # pixels


def write_html(report: Report, path: Path) -> Path:
    """Write the whole report as one page; its content security policy allows its own style and nothing else."""
    write_aside(path, "".join(_page(report)).encode())
    return path


def _page(report: Report) -> Iterator[str]:
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = escape(report.title)
    yield (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
           f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
           f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
           f"<style>{_STYLE}</style></head><body>\n<h1>{title}</h1>\n<nav><ul>")  # fmt: skip
    yield from (f'<li><a href="#{_anchor(part.name)}">{escape(part.name)}</a></li>' for part in report.parts)
    yield "</ul></nav>\n<main>\n"
    for part in report.parts:
        yield (f'<section><h2 id="{_anchor(part.name)}">{escape(part.name)}: {escape(part.title)}</h2>\n'
               f'<p class="note">{escape(part.note)}</p>\n')  # fmt: skip
        yield from _table(part) if isinstance(part, Sheet) else _sections(part)
        yield "</section>\n"
    yield f"</main>\n<footer><p>Dataset {escape(report.dataset)}. Not legal advice.</p></footer></body></html>\n"


def _anchor(name: str) -> str:
    return re.sub(r"\W+", "-", name.lower())


def _table(sheet: Sheet) -> Iterator[str]:
    if not sheet.rows:
        yield f"<p>{escape(sheet.nothing)}</p>\n"
        return
    whole = sum(column.width for column in sheet.columns)
    shares = "".join(f'<col width="{column.width / whole:.1%}">' for column in sheet.columns)
    yield f'<div class="wide" tabindex="0"><table><colgroup>{shares}</colgroup><thead><tr>'
    for heading, column in zip(sheet.headings, sheet.columns, strict=True):
        size = "long" if column.width >= _LONG else "middle" if column.width >= _MIDDLE else ""
        yield f'<th scope="col"{_classes(size)}>{escape(heading)}</th>'
    yield "</tr></thead><tbody>\n"
    for row in sheet.rows:
        yield (
            "<tr>" + "".join(_cell(value, column) for value, column in zip(row, sheet.columns, strict=True)) + "</tr>\n"
        )
    yield "</tbody></table></div>\n"


def _cell(value: Cell, column: Column) -> str:
    text = f"{value:.0%}" if column.style == PERCENT and isinstance(value, float) else show(value)
    words = escape(text)
    if column.style == LINK and text.startswith(("https://", "http://")):
        words = f'<a href="{words}" rel="noreferrer">{words}</a>'
    number = "number" if column.style in (NUMBER, PERCENT) else ""
    return f"<td{_classes(number or column.tints.get(text, ''))}>{words}</td>"


def _classes(name: str) -> str:
    return f' class="{name}"' if name else ""


def _sections(page: Page) -> Iterator[str]:
    for section in page.sections:
        yield f"<h3>{escape(section.heading)}</h3>\n<table>"
        if section.header:
            yield (
                "<thead><tr>"
                + "".join(f'<th scope="col">{escape(one)}</th>' for one in section.header)
                + "</tr></thead>"
            )
        yield "<tbody>\n"
        for row in section.rows:
            first, *rest = map(escape, map(show, row))
            name = f'<a href="#{_anchor(first)}">{first}</a>' if section.links else first
            yield f'<tr><th scope="row">{name}</th>' + "".join(f"<td>{one}</td>" for one in rest) + "</tr>\n"
        yield "</tbody></table>\n"
        if section.chart:
            yield _bars(section)


def _bars(section: Section) -> str:
    """The rows' numbers as horizontal bars; the table before it says the same in words."""
    numbers = [[float(cell) for cell in row[1:] if isinstance(cell, int | float)] for row in section.rows]
    longest = max(map(sum, numbers), default=0) or 1
    parts = []
    for place, (row, values) in enumerate(zip(section.rows, numbers, strict=True)):
        top, left = place * BAR_HEIGHT, float(LABEL_ROOM)
        parts.append(f'<text x="{LABEL_ROOM - 8}" y="{top + 15}" text-anchor="end">{escape(show(row[0]))}</text>')
        for number, value in enumerate(values):
            width = value / longest * BAR_ROOM
            parts.append(f'<rect class="b{number}" x="{left:.1f}" y="{top + 3}" width="{width:.1f}" height="16"/>')
            left += width
        parts.append(f'<text x="{left + 6:.1f}" y="{top + 15}">{show(sum(values))}</text>')
    height = BAR_HEIGHT * len(numbers)
    return (f'<svg role="img" aria-label="{escape(section.heading)}" width="{LABEL_ROOM + BAR_ROOM + 60}" '
            f'height="{height}">{"".join(parts)}</svg>\n')  # fmt: skip

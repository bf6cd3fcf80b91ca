"""A document as one HTML page that stands alone: no script, no request, readable in the dark and on paper."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape

from harmonizer.reports.documents.document import Block, Document, Items, Paragraph, Picture, Table, grouped

_STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#1d2733, #e4e8ee); --paper: light-dark(#fff, #14181d);
  --rule: light-dark(#cfd5dc, #3a424c); --head: light-dark(#e9eef4, #24303d); --quiet: light-dark(#4a5560, #a9b4c0); }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem;
  margin: 2rem auto; padding: 0 1.5rem; }
h1, h2, h3 { line-height: 1.25; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--rule); }
.subtitle, figcaption, cite { color: var(--quiet); font-style: normal; } cite { font-size: .85em; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 13px; margin: 1rem 0;
  table-layout: fixed; }
th, td { border: 1px solid var(--rule); padding: 4px 7px; text-align: left; vertical-align: top;
  overflow-wrap: break-word; white-space: pre-line; }
thead th { background: var(--head); } tbody th { font-weight: 600; } figure { margin: 1.5rem 0; }
svg { max-width: 100%; height: auto; border: 1px solid var(--rule); }
@media screen and (max-width: 40rem) { table { min-width: 44rem; } }
@page { size: A4; margin: 18mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; } }
@media print { :root { color-scheme: light; print-color-adjust: exact; } body { margin: 0; padding: 0; font-size: 10pt;
  max-width: none; } table { font-size: 8pt; } thead { display: table-header-group; } tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; } figure { break-inside: avoid; } svg { max-height: 215mm; } }
"""


def html(document: Document) -> str:
    """The page; its content security policy allows its own style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = escape(document.title)
    parts = [
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>\n<main>\n<h1>{title}</h1>\n"
        f'<p class="subtitle">{escape(document.subtitle)}</p>\n'
    ]
    for section in document.sections:
        level = section.level + 1
        parts.append(f"<h{level}>{escape(section.title)}</h{level}>\n")
        for block in section.blocks:
            parts += _block(block)
    return "".join([*parts, "</main>\n</body></html>\n"])


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield f"<p>{_text(block)}</p>\n"
        case Items():
            kind = "ol" if block.numbered else "ul"
            yield f"<{kind}>\n"
            yield from (f"<li>{_text(item)}</li>\n" for item in block.items)
            yield f"</{kind}>\n"
        case Picture():
            yield f"<figure>{block.drawing.svg()}<figcaption>{escape(block.caption)}</figcaption></figure>\n"
        case Table():
            whole = sum(block.widths)
            shares = "".join(f'<col width="{width / whole:.1%}">' for width in block.widths)
            heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in block.headings)
            yield f'<div class="wide" tabindex="0"><table><colgroup>{shares}</colgroup><thead><tr>{heads}</tr></thead>'
            yield "<tbody>\n"
            for rows, (first, *rest) in grouped(block.rows):
                yield "<tr>"
                if rows:
                    span = f' rowspan="{rows}"' if rows > 1 else ""
                    yield f'<th scope="row"{span}>{escape(first)}</th>'
                yield "".join(f"<td>{escape(cell)}</td>" for cell in rest) + "</tr>\n"
            yield "</tbody></table></div>\n"


def _text(paragraph: Paragraph) -> str:
    cited = f" <cite>[{escape(paragraph.citation)}]</cite>" if paragraph.citation else ""
    return escape(paragraph.text) + cited

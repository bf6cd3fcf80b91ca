"""A document as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harmonizer.reports.documents.document import Block, Document, Items, Paragraph, Picture, Table

_MARKED = re.compile(r"([\\`*_{}\[\]<>|#~])")


def markdown(document: Document) -> str:
    """The document with its headings from level 1 (the title) to 3."""
    lines = [f"# {escaped(document.title)}", "", escaped(document.subtitle)]
    for section in document.sections:
        lines += ["", f"{'#' * (section.level + 1)} {escaped(section.title)}"]
        for block in section.blocks:
            lines += ["", *_lines(block)]
    return "\n".join(lines) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield escaped(str(block))
        case Items():
            for number, item in enumerate(block.items, 1):
                yield f"{f'{number}.' if block.numbered else '-'} {escaped(str(item))}"
        case Table():
            yield _row(block.headings)
            yield "|" + " --- |" * len(block.headings)
            yield from map(_row, block.rows)
        case Picture():
            yield "```mermaid"
            yield "flowchart TB"
            node = {box.id: f"n{place}" for place, box in enumerate(block.drawing.boxes)}
            for box in block.drawing.boxes:
                yield f'  {node[box.id]}["{_quoted(box.name)}<br/>{_quoted(box.about)}"]'
            for label, source, target in block.drawing.arrows:
                yield f"  {node[source]} -->|{label}| {node[target]}"
            yield "```"
            yield ""
            yield escaped(block.caption)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace("\n", " ")


def escaped(text: str) -> str:
    """Text as Markdown that shows it as it is."""
    return _MARKED.sub(r"\\\1", text).replace("\r", "").replace("\n", "<br>")


def unescaped(text: str) -> str:
    """What :func:`escaped` was given."""
    return re.sub(r"\\(.)", r"\1", text.replace("<br>", "\n"))

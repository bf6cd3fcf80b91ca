"""What a document consists of, whatever it is written as."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from harmonizer.errors import UsageError
from harmonizer.reports.documents.drawing import Drawing

CITATION = "Citation"
"""The heading of the column that says where a row of a table comes from."""


@dataclass(frozen=True)
class Paragraph:
    """Running text; what it rests on stands in brackets after it."""

    text: str
    citation: str = ""

    def __str__(self) -> str:
        return f"{self.text} [{self.citation}]" if self.citation else self.text


@dataclass(frozen=True)
class Items:
    """A list; with ``numbered`` its order matters."""

    items: tuple[Paragraph, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under headings. ``widths`` are the columns' shares of the page; the first cells name a row.

    What stands alone in the first cell of several rows after each other is said once.
    """

    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A drawing with the sentence that says what it shows."""

    drawing: Drawing
    caption: str


Block = Paragraph | Items | Table | Picture


@dataclass(frozen=True)
class Section:
    """A heading of level 1 or 2 with what stands below it."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 1


@dataclass(frozen=True)
class Document:
    """A document as its reader sees it, in whichever format. Equal knowledge and equal workspace make equal bytes."""

    name: str
    title: str
    subtitle: str
    sections: tuple[Section, ...] = field(repr=False)

    @property
    def version(self) -> str:
        """Twelve characters of the SHA-256 of all that the document says."""
        content = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    def markdown(self) -> str:
        """The document as Markdown; the picture as a table of its arrows stands in the text beside it."""
        from harmonizer.reports.documents.as_markdown import markdown

        return markdown(self)

    def html(self) -> str:
        """The document as one HTML page that stands alone and asks nobody for anything."""
        from harmonizer.reports.documents.as_html import html

        return html(self)

    def docx(self) -> bytes:
        """The document for Word."""
        from harmonizer.reports.documents.as_docx import docx

        return docx(self)

    def write(self, path: str | Path) -> Path:
        """Write the document as its ending says, ``.md``, ``.html`` or ``.docx``; returns its path."""
        from harmonizer.knowledge.tables import write_aside

        path = Path(path)
        writers = {".md": lambda: self.markdown().encode(), ".html": lambda: self.html().encode(), ".docx": self.docx}
        if path.suffix not in writers:
            raise UsageError(
                f"a document is written as .md, .html or .docx, not {path.suffix or 'without an ending'!r}"
            )
        write_aside(path, writers[path.suffix]())
        return path

    def _repr_html_(self) -> str:
        return self.html()


def grouped(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row with how many rows its first cell speaks for: 0 where the row before has the same."""
    for place, row in enumerate(rows):
        if place and rows[place - 1][0] == row[0]:
            yield 0, row
            continue
        end = place + 1
        while end < len(rows) and rows[end][0] == row[0]:
            end += 1
        yield end - place, row

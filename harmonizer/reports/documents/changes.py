"""What differs between two versions of a document, section by section, each with its citation.

Documents are read back from the files that people have, in any of the three formats, edited or not: a heading, a line
of text, a row of a table under its headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from harmonizer.answer import Answer, Cell
from harmonizer.errors import DataError, UsageError
from harmonizer.reports.documents.as_markdown import unescaped
from harmonizer.reports.documents.document import CITATION

COLUMNS = ("section", "what", "change", "before", "after", "citation")
LARGEST = 50_000_000  # bytes, packed or unpacked
_CITED = re.compile(r"(?s)^(?P<text>.*) \[(?P<citation>[^\[\]]+)\]$")
_CELL = re.compile(r"(?<!\\)\|")


Rows = list[tuple[str, ...]]
"""The cells of a table, row by row; of a whole table the headings first."""


@dataclass
class Part:
    """What one section holds: lines of text, and tables."""

    lines: list[str] = field(default_factory=list)
    tables: list[Rows] = field(default_factory=list)


Outline = dict[str, Part]
"""The parts of a document by section: the titles that lead to it."""


def changes(old: Path, new: Path) -> Answer:
    """Every line and cell that differs; ``citation`` is what the new version cites for it, or the old one."""
    before, after = read(old), read(new)
    rows: list[Sequence[Cell]] = []
    for section in [*before, *(one for one in after if one not in before)]:
        one, other = before.get(section, Part()), after.get(section, Part())
        rows += [(section, *row) for row in (*_lines(one.lines, other.lines), *_cells(one.tables, other.tables))]
    sections = len({row[0] for row in rows})
    return Answer.of(COLUMNS, rows, {"differences": len(rows), "sections": sections}, f"{old.name} and {new.name}")


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone, come = before[i1:i2], after[j1:j2]
        for place in range(max(len(gone), len(come))):
            old, new = (one[place] if place < len(one) else "" for one in (gone, come))
            found = _CITED.match(new or old)
            yield "text", _kind(old, new), old, new, found["citation"] if found else ""


def _kind(old: str, new: str) -> str:
    return "changed" if old and new else "added" if new else "removed"


def _cells(before: Sequence[Rows], after: Sequence[Rows]) -> Iterator[tuple[Cell, ...]]:
    """The cells that differ between tables of the same headings, row by row."""
    for headings in dict.fromkeys(tuple(table[0]) for table in (*before, *after)):
        sides = [[row for table in tables if table[0] == headings for row in table[1:]] for tables in (before, after)]
        old, new = _named(headings, *sides)
        for name in [*old, *(one for one in new if one not in old)]:
            row, other = old.get(name, {}), new.get(name, {})
            known = other or row
            called, cited = ", ".join(dict.fromkeys(one for one in name[0] if one)), known.get(CITATION, "")
            if not row or not other:
                text = "; ".join(f"{key}: {value}" for key, value in known.items() if value)
                yield (called, *(("removed", text, "") if row else ("added", "", text)), cited)
                continue
            for heading in headings:
                one, two = row[heading], other[heading]
                if one != two:
                    yield f"{called}: {heading}", _kind(one, two), one, two, cited


def _named(headings: tuple[str, ...], *sides: Rows) -> list[dict[tuple[tuple[str, ...], int], dict[str, str]]]:
    """The rows of both sides by name, each with how many of that name stand above it.

    A name is the fewest cells that tell all rows apart: the first, with the citation, or with the second.
    """
    cited = [headings.index(CITATION)] if CITATION in headings else []
    ways = [[0], [0, *cited], [0, 1], [0, 1, *cited]]
    fit = [
        way
        for way in ways
        if len(headings) > max(way)
        and all(len({tuple(row[place] for place in way) for row in rows}) == len(rows) for rows in sides)
    ]
    way = fit[0] if fit else [0]
    found = []
    for rows in sides:
        known: dict[tuple[tuple[str, ...], int], dict[str, str]] = {}
        for row in rows:
            name, times = tuple(row[place] for place in way), 0
            while (name, times) in known:
                times += 1
            known[name, times] = dict(zip(headings, row, strict=True))
        found.append(known)
    return found


# reading ------------------------------------------------------------------------------------------------------


class _Reader:
    """Puts what is read below the titles that lead to it."""

    def __init__(self) -> None:
        self.outline: Outline = {}
        self._titles: list[str] = []
        self.heading(0, "")

    def heading(self, level: int, text: str) -> None:
        """Level 0 is the title of the document, which names no section."""
        self._titles = [*self._titles[: max(level - 1, 0)], *([text] if level else [])]
        self.part = self.outline.setdefault(" > ".join(self._titles), Part())

    def line(self, text: str) -> None:
        if text.strip():
            self.part.lines.append(text.strip())

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """A first cell that is empty below the first row says what the one above it says."""
        filled: Rows = []
        for first, *rest in rows:
            row = (first or (filled[-1][0] if len(filled) > 1 else ""), *rest)
            wide = len(filled[0]) if filled else len(row)
            filled.append((*row, *("" for _ in range(wide - len(row))))[:wide])  # an edited file may be ragged
        self.part.tables.append(filled)


def read(path: Path) -> Outline:
    """The outline of a document; :class:`DataError` where the file is none."""
    readers = {".md": _markdown, ".html": _html, ".docx": _docx}
    if path.suffix not in readers:
        raise UsageError(f"{path}: expected a document in .md, .html or .docx")
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    if path.stat().st_size > LARGEST:
        raise DataError(f"the file is larger than {LARGEST:,} bytes", file=path)
    reader = _Reader()
    try:
        readers[path.suffix](path, reader)
    except UnicodeDecodeError:
        raise DataError("the file is not UTF-8 text", file=path) from None
    if len(reader.outline) < 2:
        raise DataError("no section was found; expected a document that harmonizer wrote", file=path)
    return reader.outline


def _markdown(path: Path, reader: _Reader) -> None:
    rows: list[list[str]] = []
    drawing = False
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("```"):
            drawing = not drawing
        elif drawing:
            continue
        elif line.startswith("|"):
            cells = [unescaped(cell.strip()) for cell in _CELL.split(line)[1:-1]]
            if not all(set(cell) <= set("-: ") and cell for cell in cells):
                rows.append(cells)
        else:
            if rows:
                reader.table(rows)
                rows = []
            if found := re.match(r"(#+) (.*)", line):
                reader.heading(len(found[1]) - 1, unescaped(found[2]))
            else:
                reader.line(unescaped(re.sub(r"^(- |\d+\. )", "", line)))


class _Page(HTMLParser):
    """Hands on what stands in headings, paragraphs, items, captions and cells; drawings are passed over."""

    LINES = ("p", "li", "figcaption")

    def __init__(self, reader: _Reader) -> None:
        super().__init__()
        self.reader = reader
        self.text, self.skipped = "", 0
        self.rows: list[list[str]] = []
        self.left = 0  # rows that the last spanning cell still speaks for

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("svg", "style", "title"):
            self.skipped += 1
        elif tag in ("th", "td", *self.LINES) or re.fullmatch("h[1-6]", tag):
            self.text = ""
            if tag == "th" and (span := dict(attrs).get("rowspan")):
                self.left = int(span)
        elif tag == "table":
            self.rows = []
        elif tag == "tr":
            self.rows.append([])
            if self.left > 1:
                self.rows[-1].append("")
            self.left -= self.left > 0

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("svg", "style", "title"):
            self.skipped -= 1
        elif re.fullmatch("h[1-6]", tag):
            self.reader.heading(int(tag[1]) - 1, self.text)
        elif tag in self.LINES:
            self.reader.line(self.text)
        elif tag in ("th", "td") and self.rows:
            self.rows[-1].append(self.text)
        elif tag == "table":
            self.reader.table(self.rows)


def _html(path: Path, reader: _Reader) -> None:
    page = _Page(reader)
    page.feed(path.read_text(encoding="utf-8"))
    page.close()


def _docx(path: Path, reader: _Reader) -> None:
    import zipfile

    import docx as word
    from docx.table import Table as WordTable

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST:
                raise DataError(f"the file unpacks to more than {LARGEST:,} bytes", file=path)
            if any(b"<!DOCTYPE" in archive.read(part)[:1000] for part in archive.infolist()):
                raise DataError("a part of the file declares a document type", file=path)
        made = word.Document(str(path))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DataError("the file is no Word document", file=path) from error
    for block in made.iter_inner_content():
        if isinstance(block, WordTable):
            reader.table(
                [[_said(cell) for cell in row.iterchildren("{*}tc")] for row in block._tbl.iterchildren("{*}tr")]
            )
        elif found := re.fullmatch(r"Heading (\d)", str(block.style.name if block.style else "")):
            reader.heading(int(found[1]), block.text)
        elif block.style is None or block.style.name != "Title":
            reader.line(re.sub(r"^\d+\.\t", "", block.text))


def _said(cell: Any) -> str:
    """The text of a cell; lines apart."""
    from docx.text.paragraph import Paragraph as WordParagraph

    return "\n".join(WordParagraph(one, None).text for one in cell.iterchildren("{*}p"))  # type: ignore[arg-type]

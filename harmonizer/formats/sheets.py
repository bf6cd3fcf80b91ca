"""Tables of strangers, from text or workbook alike: rows of texts that know where they stand."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, partial
from pathlib import Path

from harmonizer.errors import DataError
from harmonizer.formats.foreign_text import MAXIMUM_TEXT
from harmonizer.knowledge.tables import read_bytes, read_text

HEADER_ROWS = 40  # above the header stand titles and notes
MAXIMUM_ROWS = 1_000_000
_SSSOM_METADATA = re.compile(r"#\s?\S*:|#\s+\S|#$")


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet, or of a text (which has no name), that are not empty, each with its number from 1."""

    path: Path
    name: str
    rows: Sequence[tuple[int, Sequence[str]]]
    formulas: Callable[[], frozenset[str]] = frozenset  # addresses of the cells that hold one

    def place(self, number: int, column: int) -> str:
        """``line 4`` of a text, ``Sheet1!B4`` of a workbook."""
        return f"{self.name}!{_letters(column)}{number}" if self.name else f"line {number}"

    def header(self, wanted: Mapping[str, Iterable[str]]) -> tuple[int, dict[str, int]]:
        """The row that holds most of the headings: its place among :attr:`rows`, and the column of each heading found.

        ``wanted`` gives the spellings of each heading, the best first, as :func:`folded` writes them.
        """
        best: tuple[int, dict[str, int]] = (0, {})
        for at, (_, cells) in enumerate(self.rows[:HEADER_ROWS]):
            names = [folded(cell) for cell in cells]
            found: dict[str, int] = {}
            for role, spellings in wanted.items():
                places = [names.index(one) for one in spellings if one in names]
                if free := [place for place in places if place not in found.values()]:
                    found[role] = free[0]
            if len(found) > len(best[1]):
                best = at, found
        return best

    def cell(self, number: int, cells: Sequence[str], column: int | None) -> str:
        """The text of a cell, empty where the row ends before it.

        Raises :class:`DataError` for a formula that was never computed.
        """
        text = cells[column].strip() if column is not None and column < len(cells) else ""
        if not text and column is not None and f"{_letters(column)}{number}" in self.formulas():
            raise DataError(f"{self.place(number, column)}: a formula without a value; open the workbook in a "
                            "spreadsheet program and save it, or paste the value", file=self.path)  # fmt: skip
        return text


def folded(heading: str) -> str:
    """A heading without case, punctuation and line breaks; ``#`` counts as a word."""
    return re.sub(r"[^a-z0-9#]+", " ", heading.casefold().replace("#", " # ")).strip()


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of an .xlsx workbook, or the one table of a text separated by commas, tabs or semicolons.

    Raises :class:`DataError` for what is neither, or unsafe.
    """
    if read_bytes(path)[:2] == b"PK" or read_bytes(path)[:4] == bytes.fromhex("d0cf11e0"):
        return _workbook(path)
    return [_text(path)]


def _workbook(path: Path) -> list[Sheet]:
    from harmonizer.formats.excel import open_workbook

    book = open_workbook(path)
    sheets = []
    for name in book.names:
        rows = [(number, [_shown(value) for value in cells]) for number, cells in enumerate(book.rows(name), 1)]
        _check(rows, path, name)
        sheets.append(Sheet(path, name, [row for row in rows if any(row[1])], cache(partial(book.formulas, name))))
    return sheets


def _text(path: Path) -> Sheet:
    lines = read_text(path).splitlines(keepends=True)
    skipped = next((at for at, line in enumerate(lines) if not _SSSOM_METADATA.match(line)), 0)
    delimiter = max("\t,;", key=lambda one: max((line.count(one) for line in lines[skipped : skipped + 10]), default=0))
    reader = csv.reader(io.StringIO("".join(lines[skipped:]), newline=""), delimiter=delimiter)
    rows, start = [], skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((start, cells))
            start = skipped + reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"not well-formed: {error}", file=path, line=start) from error
    _check(rows, path, "")
    return Sheet(path, "", rows)


def _check(rows: Sequence[tuple[int, Sequence[str]]], path: Path, name: str) -> None:
    if len(rows) > MAXIMUM_ROWS:
        raise DataError(f"more than {MAXIMUM_ROWS:,} rows", file=path, column=name or None)
    for number, cells in rows:
        for column, cell in enumerate(cells):
            if len(cell) > MAXIMUM_TEXT:
                place = Sheet(path, name, ()).place(number, column)
                raise DataError(f"{place}: a cell of {len(cell):,} characters; at most {MAXIMUM_TEXT:,} are read",
                                file=path)  # fmt: skip


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return str(value)


def _letters(column: int) -> str:
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found

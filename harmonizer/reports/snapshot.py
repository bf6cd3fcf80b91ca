"""What stood in the columns to fill in when a workbook left: the common ancestor that edits are told by.

It travels in the workbook on a hidden sheet, as rows of text that begin with what they are:

- ``dataset``: its hash;
- ``sheet``: name, subject (``control`` or ``requirement``), heading of the column that names the row;
- ``column``: sheet, heading, field of the assessment, or nothing for a column that is not filled in;
- ``row``: sheet, name of the row;
- ``cell``: sheet, name of the row, heading, text. Cells that were empty are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from harmonizer.errors import DataError
from harmonizer.formats.control_matrix import SNAPSHOT_SHEET
from harmonizer.reports.cell_text import fit_text
from harmonizer.reports.tables import Report, Sheet


@dataclass
class SheetSnapshot:
    """One sheet as it left. ``columns`` holds every heading with its field; ``rows`` the filled cells by heading."""

    name: str
    subject: str
    key: str
    columns: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Snapshot:
    """The sheets with columns to fill in, by name."""

    dataset: str = ""
    sheets: dict[str, SheetSnapshot] = field(default_factory=dict)


def snapshot_rows(report: Report) -> Iterator[tuple[str, ...]]:
    """The rows of the hidden sheet."""
    yield "dataset", report.dataset
    for sheet in report.parts:
        if isinstance(sheet, Sheet) and sheet.subject:
            yield from _sheet_rows(sheet)


def _sheet_rows(sheet: Sheet) -> Iterator[tuple[str, ...]]:
    headings = [fit_text(one) for one in sheet.headings]
    yield "sheet", sheet.name, sheet.subject, headings[0]
    for heading, column in zip(headings, sheet.columns, strict=True):
        yield "column", sheet.name, heading, column.field
    for row in sheet.rows:
        yield "row", sheet.name, str(row[0])
        for heading, column, value in zip(headings, sheet.columns, row, strict=True):
            if column.field and value and (text := fit_text(str(value))):
                yield "cell", sheet.name, str(row[0]), heading, text


def read_snapshot(rows: Iterable[Sequence[str]]) -> Snapshot:
    """The snapshot that :func:`snapshot_rows` wrote; :class:`DataError` where it was tampered with."""
    found = Snapshot()
    try:
        for what, *rest in rows:
            if what == "dataset":
                found.dataset = rest[0]
            elif what == "sheet":
                found.sheets[rest[0]] = SheetSnapshot(rest[0], rest[1], rest[2])
            elif what == "column":
                found.sheets[rest[0]].columns[rest[1]] = rest[2]
            elif what == "row":
                found.sheets[rest[0]].rows[rest[1]] = {}
            elif what == "cell":
                found.sheets[rest[0]].rows[rest[1]][rest[2]] = rest[3]
    except (KeyError, IndexError, TypeError) as error:
        raise DataError(f"the hidden sheet {SNAPSHOT_SHEET!r} was changed; export a new workbook") from error
    if not found.dataset or not found.sheets:
        raise DataError(f"the hidden sheet {SNAPSHOT_SHEET!r} holds no sheet; export a workbook with its controls")
    return found

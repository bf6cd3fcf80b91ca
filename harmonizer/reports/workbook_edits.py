"""A workbook that came back: what its readers changed, set against what the workspace holds by now.

Cells are matched by heading and by the name of their row alone, so that sorted, filtered and re-ordered sheets and
files that another program saved say the same. The merge has three sides: the cell as it left (the snapshot that
travels in the workbook), the cell as it came back, and the journal today. Only where the first and the last agree is
an edit taken over; nothing is ever overwritten or deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from openpyxl.utils import get_column_letter

from harmonizer.answer import Answer
from harmonizer.errors import DataError, HarmonizerError, UsageError, did_you_mean, nearest
from harmonizer.formats.control_matrix import SNAPSHOT_SHEET
from harmonizer.formats.excel import ExcelBook, Value, open_workbook
from harmonizer.programme.assessment import CHOICES, OWN_FIELD, Assessment, lacks_reason
from harmonizer.programme.journal import Change
from harmonizer.reports.cell_text import fit_text
from harmonizer.reports.snapshot import SheetSnapshot, read_snapshot

COLUMNS = ("sheet", "row", "field", "was", "theirs", "now", "verdict", "reason")
CHANGE, CONFLICT, REFUSED, REPORTED = VERDICTS = ("change", "conflict", "refused", "reported")
HEADER_WITHIN = 50  # rows from the top in which the headings are looked for


@dataclass(frozen=True)
class Edit:
    """One difference. ``verdict`` is change (can be taken over), conflict, refused or reported (nothing to take)."""

    sheet: str
    row: str
    field: str = ""
    was: str = ""
    theirs: str = ""
    now: str = ""
    verdict: str = REPORTED
    reason: str = ""
    change: Change | None = None


@dataclass(frozen=True)
class Edits:
    """All differences of one workbook, and the hash of the dataset that it was made from."""

    edits: tuple[Edit, ...]
    dataset: str

    @property
    def changes(self) -> list[Change]:
        """What can be taken over."""
        return [one.change for one in self.edits if one.change and one.verdict == CHANGE]

    def answer(self) -> Answer:
        """The differences as rows, with their number by verdict."""
        counts = Counter(one.verdict for one in self.edits)
        rows = [(one.sheet, one.row, one.field, one.was, one.theirs, one.now, one.verdict, one.reason)
                for one in self.edits]  # fmt: skip
        return Answer.of(COLUMNS, rows, {verdict: counts[verdict] for verdict in VERDICTS},
                         "What the workbook changes")  # fmt: skip


def read_edits(path: Path, assessment: Assessment) -> Edits:
    """Compare a workbook with its snapshot and with the workspace; nothing is written.

    Raises :class:`DataError` where the file is unsafe, or no workbook of ours.
    """
    book = open_workbook(path)
    if SNAPSHOT_SHEET not in book.names:
        raise DataError(f"the workbook has no sheet {SNAPSHOT_SHEET!r}: harmonizer did not export it, or it was copied "
                        "without its hidden sheets, and edits cannot be told from old values", file=path)  # fmt: skip
    snapshot = read_snapshot([list(map(_text, row)) for row in book.rows(SNAPSHOT_SHEET)])
    held = {"control": assessment.controls(), "requirement": assessment.requirements()}
    edits: list[Edit] = []
    for left in snapshot.sheets.values():
        if left.subject not in held:
            raise DataError(f"the hidden sheet {SNAPSHOT_SHEET!r} was changed; export a new workbook", file=path)
        sheet = _find(book, left, [one for one in book.names if one not in snapshot.sheets])
        if sheet is None:
            edits.append(Edit(left.name, "", reason="the sheet is not there; nothing of it was deleted"))
        else:
            edits += _Comparison(assessment, left, sheet, held[left.subject]).edits()
    return Edits(tuple(edits), snapshot.dataset)


def import_workbook(path: Path, assessment: Assessment, *, apply: bool = False, other_dataset: bool = False) -> Answer:
    """What a workbook changes; with ``apply`` the changes are recorded as one batch, and nothing else is.

    Raises
    ------
    DataError: where the file is unsafe, or no workbook of ours.
    UsageError: where edits of a workbook from another dataset are to be applied without ``other_dataset``.
    """
    found = read_edits(path, assessment)
    other = found.dataset != assessment.index.hash
    if apply and other and not other_dataset:
        raise UsageError(f"{path} was made from another dataset ({found.dataset[:12]}, loaded is "
                         f"{assessment.index.hash[:12]}): its rows may have changed their meaning. Look at the "
                         "differences without --apply first, then merge with --apply --other-dataset")  # fmt: skip
    answer = found.answer()
    batch = assessment.record(found.changes) if apply and found.changes else 0
    return replace(answer, summary={**answer.summary, "other dataset": other, "recorded as batch": batch or None})


# sheets as they came back ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Returned:
    """A sheet with its headings found: ``places`` says in which column each stands."""

    name: str
    header: int
    places: dict[str, int]
    rows: Sequence[Sequence[Value]]
    formulas: frozenset[str]

    def address(self, row: int, place: int) -> str:
        return f"{get_column_letter(place + 1)}{row + 1}"


def _find(book: ExcelBook, left: SheetSnapshot, others: Sequence[str]) -> _Returned | None:
    """The sheet of that name or, where it was renamed, the first one of another name that has its headings."""
    names = [left.name] if left.name in book.names else others
    for name in names:
        rows = book.rows(name)
        header = _header(rows[:HEADER_WITHIN], left, everything=name != left.name)
        if header is not None:
            return _Returned(name, header, _places(name, header, rows[header]), rows, book.formulas(name))
    return None


def _header(rows: Sequence[Sequence[Value]], left: SheetSnapshot, *, everything: bool) -> int | None:
    """The row that holds the heading of the names and one, or every, heading of a column to fill in."""
    inputs = {heading for heading, field in left.columns.items() if field}
    for number, row in enumerate(rows):
        found = {_heading(cell) for cell in row}
        if left.key in found and (inputs <= found if everything else inputs & found):
            return number
    return None


def _places(sheet: str, header: int, row: Sequence[Value]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(row):
        if heading := _heading(cell):
            if heading in found:
                at = f"{sheet}!{get_column_letter(place + 1)}{header + 1}"
                raise DataError(f"the heading {heading!r} in {at} is there twice; give one of them another name")
            found[heading] = place
    return found


def _heading(cell: Value) -> str:
    return " ".join(_text(cell).split())


def _text(cell: Value) -> str:
    """A cell as the text that is kept: whole numbers without decimals, days as YYYY-MM-DD."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return (cell.date() if not (cell.hour or cell.minute or cell.second) else cell).isoformat()
    return str(cell) if not isinstance(cell, str) else cell if cell.strip() else ""


# comparing ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Comparison:
    """One sheet as it left and as it came back, beside what the journal holds by now."""

    assessment: Assessment
    left: SheetSnapshot
    sheet: _Returned
    held: dict[str, dict[str, str]]

    def edits(self) -> list[Edit]:
        """Every difference, rows in the order in which they came back."""
        inputs = {heading: field for heading, field in self.left.columns.items() if field}
        own = {heading: OWN_FIELD + heading for heading in self.sheet.places if heading not in self.left.columns}
        missing = [heading for heading in inputs if heading not in self.sheet.places]
        edits = [
            Edit(self.left.name, "", heading, reason="the column is not there; nothing was cleared"
                 + did_you_mean(nearest(heading, own, 1)))
            for heading in missing
        ]  # fmt: skip
        columns = {heading: field for heading, field in (inputs | own).items() if heading in self.sheet.places}
        seen: dict[str, dict[str, str]] = {}
        for number in range(self.sheet.header + 1, len(self.sheet.rows)):
            edits += self._row(number, columns, seen)
        edits += [Edit(self.left.name, name, reason="the row is not there; nothing was deleted")
                  for name in self.left.rows if name not in seen]  # fmt: skip
        return _with_reasons(edits, self.held)

    def _row(self, number: int, columns: dict[str, str], seen: dict[str, dict[str, str]]) -> Iterator[Edit]:
        cells = self.sheet.rows[number]
        name = _text(cells[self.sheet.places[self.left.key]]).strip()
        found = {heading: _text(cells[self.sheet.places[heading]]) for heading in columns}
        at = f"{self.sheet.name}!{number + 1}"
        if not name:
            if any(found.values()):
                yield Edit(self.left.name, "", verdict=REFUSED, reason=f"row {at} does not say what it is about")
            return
        if name in seen:
            if found != seen[name]:
                yield Edit(self.left.name, name, verdict=REFUSED,
                           reason=f"the row is there twice with different content, here {at}")  # fmt: skip
            return
        seen[name] = found
        subject = self._subject(name)
        if isinstance(subject, HarmonizerError):
            if any(found.values()):
                yield Edit(self.left.name, name, verdict=REFUSED, reason=f"row {at}: {subject}")
            return
        for heading, field in columns.items():
            address = self.sheet.address(number, self.sheet.places[heading])
            yield from self._cell(name, subject, heading, field, found[heading], address)

    def _subject(self, name: str) -> str | HarmonizerError:
        index = self.assessment.index
        try:
            return index.control(name).slug if self.left.subject == "control" else index.requirement(name).key
        except HarmonizerError as error:
            return error

    def _cell(
        self, name: str, subject: str, heading: str, field: str, theirs: str, address: str
    ) -> Iterator[Edit]:  # fmt: skip
        was = self.left.rows.get(name, {}).get(heading, "")
        kept = self.held.get(subject, {}).get(field, "")
        now = fit_text(kept)
        edit = Edit(self.left.name, name, heading, was, theirs, now)
        if address in self.sheet.formulas:
            yield replace(edit, verdict=REFUSED,
                          reason=f"{self.sheet.name}!{address} holds a formula; put its value there")  # fmt: skip
            return
        value = _chosen(field, theirs)
        if theirs == was or value == now:
            return
        if now != was:
            yield replace(edit, verdict=CONFLICT, reason="it was changed in the workspace too since the export")
        elif kept != now:
            yield replace(edit, verdict=CONFLICT, reason="the cell could not hold the whole text; change it elsewhere")
        else:
            try:
                change = self.assessment.checked(Change(self.left.subject, subject, field, value))
                yield replace(edit, verdict=CHANGE, change=change)
            except UsageError as error:
                yield replace(edit, verdict=REFUSED, reason=f"{self.sheet.name}!{address}: {error}")


def _chosen(field: str, text: str) -> str:
    """The allowed value where the text differs from it in case and white space alone, else the text itself.

    Nothing nearer is guessed: "not implemented" is nearer to "implemented" than to "not started".
    """
    if field == "due":
        return text.strip()
    by_folded = {choice.casefold(): choice for choice in CHOICES.get(field, ())}
    return by_folded.get(" ".join(text.casefold().split()), text)


def _with_reasons(edits: Iterable[Edit], held: dict[str, dict[str, str]]) -> list[Edit]:
    """The edits, those refused that would set a control aside as not applicable without saying why."""
    edits = list(edits)
    after: dict[str, dict[str, str]] = {}
    for one in edits:
        if one.change:
            fields = after.setdefault(one.change.subject, dict(held.get(one.change.subject, {})))
            fields[one.change.field] = one.change.value
    bare = {subject for subject, fields in after.items() if lacks_reason(fields)}
    reason = "not applicable needs a reason code or notes"
    return [
        replace(one, verdict=REFUSED, reason=reason)
        if one.change and one.change.subject in bare and one.change.field in ("status", "reason_code", "notes")
        else one
        for one in edits
    ]

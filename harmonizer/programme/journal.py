"""The append-only journal of a workspace: who set which field of what to which value, and when.

It is one SQLite file. A batch of changes is written in one transaction and is durable once :meth:`Journal.append`
has returned, also through a kill or a power cut; two processes that write at once wait for each other. Nothing is ever
changed or removed (triggers refuse it): undoing appends the values as they were. How things stood on any day follows
from the entries up to that day.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harmonizer.errors import DataError, UsageError

FILE_NAME = "programme.sqlite"
BUSY_SECONDS = 30.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY,
    batch INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    author TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    field TEXT NOT NULL,
    before TEXT NOT NULL,
    value TEXT NOT NULL,
    undoes INTEGER
);
CREATE INDEX IF NOT EXISTS entry_of ON entry (kind, subject, field, number);
CREATE TRIGGER IF NOT EXISTS no_update BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_delete BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one subject to be set; an empty value clears it.

    ``kind`` says what the subject is: ``control`` (a control's slug), ``requirement`` (its key), ``evidence`` (the id
    of an artefact), ``request`` (an audit and what it asks for).
    """

    kind: str
    subject: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One change as it was recorded. ``recorded_at`` is UTC, ISO 8601 to the microsecond."""

    number: int
    batch: int
    recorded_at: str
    author: str
    kind: str
    subject: str
    field: str
    before: str
    value: str
    undoes: int | None


class Journal:
    """The journal of a workspace folder; the file is made at the first write."""

    def __init__(self, workspace: Path) -> None:
        self.path = workspace / FILE_NAME

    def append(self, changes: Iterable[Change], author: str, *, at: datetime | None = None) -> int:
        """Record what differs from how things stand, as one batch; its number, or 0 where nothing differs.

        Raises :class:`UsageError` where ``at`` lies before the last entry: the past is not rewritten.
        """
        with self._writing() as connection:
            return self._append(connection, changes, author, at)

    def _append(
        self, connection: sqlite3.Connection, changes: Iterable[Change], author: str, at: datetime | None,
        undoes: int | None = None,
    ) -> int:  # fmt: skip
        last, last_at = connection.execute(
            "SELECT coalesce(max(batch), 0), coalesce(max(recorded_at), '') FROM entry"
        ).fetchone()
        when = _instant(at or datetime.now(UTC))  # asked for under the lock: whoever waited for it comes later
        if at is None:
            when = max(when, last_at)  # a clock that was put back must not keep anybody from writing
        if when < last_at:
            raise UsageError(f"the journal has entries up to {last_at}; nothing can be recorded before that")
        rows = []
        for change in {(one.kind, one.subject, one.field): one for one in changes}.values():
            before = connection.execute(
                "SELECT value FROM entry WHERE kind = ? AND subject = ? AND field = ? ORDER BY number DESC LIMIT 1",
                (change.kind, change.subject, change.field),
            ).fetchone()
            known = before[0] if before else ""
            if known != change.value:
                rows.append((last + 1, when, author, change.kind, change.subject, change.field, known,
                             change.value, undoes))  # fmt: skip
        connection.executemany(
            "INSERT INTO entry (batch, recorded_at, author, kind, subject, field, before, value, undoes) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        return last + 1 if rows else 0

    def undo(self, author: str, *, kinds: Collection[str] = (), at: datetime | None = None) -> int:
        """Put back what the last batch that is not undone itself has changed; the number of the new batch, or 0.

        With ``kinds`` the last batch about one of these.
        """
        with self._writing() as connection:  # nobody records anything between the look back and the entry
            history = [one for one in self.entries() if not kinds or one.kind in kinds]
            undone = {one.undoes for one in history}
            batches = [one.batch for one in history if one.undoes is None and one.batch not in undone]
            if not batches:
                return 0
            last = max(batches)
            changes = [Change(one.kind, one.subject, one.field, one.before) for one in history if one.batch == last]
            return self._append(connection, changes, author, at, last)

    def entries(self, *, kind: str = "", subject: str = "", as_of: str = "") -> list[Entry]:
        """What was recorded, oldest first; up to the end of the day ``as_of`` (UTC) where one is given."""
        if not self.path.exists():
            return []
        where, values = ["1"], []
        for column, value in (("kind", kind), ("subject", subject)):
            if value:
                where.append(f"{column} = ?")
                values.append(value)
        if as_of:
            where.append("substr(recorded_at, 1, 10) <= ?")
            values.append(as_of)
        with self._connected() as connection:
            found = connection.execute(
                "SELECT number, batch, recorded_at, author, kind, subject, field, before, value, undoes FROM entry "
                f"WHERE {' AND '.join(where)} ORDER BY number",  # the columns are fixed above
                values,
            )
            return [Entry(*row) for row in found]

    def state(self, kind: str, *, as_of: str = "") -> dict[str, dict[str, str]]:
        """The fields that are set, by subject, as they stand or stood at the end of a day."""
        found: dict[str, dict[str, str]] = {}
        for entry in self.entries(kind=kind, as_of=as_of):
            found.setdefault(entry.subject, {})[entry.field] = entry.value
        filled = {
            subject: {name: value for name, value in fields.items() if value} for subject, fields in found.items()
        }
        return {subject: fields for subject, fields in filled.items() if fields}

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that nobody else writes during; rolled back where anything fails."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        except sqlite3.Error as error:
            raise DataError(f"the journal cannot be opened: {error}", file=self.path) from error
        try:
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.executescript(_SCHEMA)
            yield connection
        except sqlite3.DatabaseError as error:
            raise DataError(f"the journal cannot be read or written: {error}", file=self.path) from error
        finally:
            connection.close()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")

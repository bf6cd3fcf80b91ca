"""Tables as files: their columns, reading them row by row, and the one canonical way to write them.

All cells are text, files are UTF-8 with LF and end in a newline. What is wrong is said with file, line and column.
"""

from __future__ import annotations

import csv
import io
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harmonizer.errors import DataError, did_you_mean, nearest

REQUIREMENT_COLUMNS = ("id", "parent", "kind", "modality", "title", "summary", "applies_when", "status", "checked",
                       "residual")  # fmt: skip
DATE_COLUMNS = ("requirement", "dimension", "scope", "valid_from", "valid_to", "status", "source", "note")
SSSOM_COLUMNS = ("subject_id", "predicate_id", "predicate_modifier", "object_id", "mapping_justification",
                 "confidence", "comment", "author_id", "reviewer_id", "mapping_date", "part", "basis", "any_of",
                 "review_state")  # fmt: skip
CONSTRAINT_COLUMNS = ("requirement", "objective", "dimension", "operator", "value", "unit", "extension", "clock",
                      "scope", "wording", "note")  # fmt: skip
TENSION_COLUMNS = ("id", "title", "members", "nature", "ways_out", "condition", "status")
CONTROL_COLUMNS = ("id", "title", "statement", "kind", "settable", "effort_low", "effort_likely", "effort_high",
                   "effort_basis", "prerequisites", "exclusions", "evidence", "owner", "automation")  # fmt: skip
SATISFIES_COLUMNS = ("control", "objective", "reason")
LEVEL_COLUMNS = ("control", "objective", "dimension", "value", "unit", "effort_low", "effort_likely", "effort_high",
                 "note")  # fmt: skip

PUBLISHED_COLUMNS = ("subject_id", "predicate_id", "predicate_modifier", "object_id", "mapping_justification",
                     "confidence", "comment")  # fmt: skip

DIFFERENCE_COLUMNS = ("mapping_set", "subject", "object", "reason")

FRAMEWORK_FILES = ("framework.toml", "requirements.csv", "dates.csv", "objectives.sssom.tsv", "constraints.csv")
MAXIMUM_FILE_SIZE = 200_000_000


@dataclass(frozen=True)
class Files:
    """The files of one or more roots laid over each other: a later root's file replaces an earlier one's."""

    roots: tuple[Path, ...]

    def paths(self) -> dict[str, Path]:
        """Relative name to path, sorted by name. Raises :class:`DataError` for a root that is not there."""
        found: dict[str, Path] = {}
        for root in self.roots:
            if not root.is_dir():
                raise DataError("no such folder", file=root)
            for top in ("ontologies", "data"):
                for folder, _, names in os.walk(root / top):
                    within = Path(folder).relative_to(root).as_posix()
                    for name in names:
                        if name.endswith((".ttl", ".csv", ".tsv", ".toml")) and (path := Path(folder, name)).is_file():
                            found[f"{within}/{name}"] = path
        return dict(sorted(found.items()))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; a :class:`DataError` where it is missing or too large to be what it claims to be."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise DataError("this is a folder; expected a file", file=path)
        if not stat.S_ISREG(status.st_mode):  # a pipe or device: it may never end, or never begin
            raise DataError("this is no plain file but a pipe or device; save its content to a file first", file=path)
        if status.st_size > MAXIMUM_FILE_SIZE:
            raise DataError(f"the file is larger than {MAXIMUM_FILE_SIZE // 1_000_000} MB", file=path)
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"the file cannot be read: {reason}", file=path) from error


def read_text(path: Path) -> str:
    """The text of a UTF-8 file; a :class:`DataError` with the line where it is not UTF-8, or no text at all."""
    data = read_bytes(path)
    if (nul := data.find(b"\0")) >= 0:
        raise DataError("a NUL byte: this is no text, or not in UTF-8; save the file as UTF-8", file=path,
                        line=data.count(b"\n", 0, nul) + 1)  # fmt: skip
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(f"byte {data[error.start]:#04x} is not UTF-8; save the file as UTF-8", file=path,
                        line=line) from error  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def problem(self, message: str, column: str | None = None) -> DataError:
        return DataError(message, file=self.path, line=self.line, column=column)

    def one_of(self, column: str, allowed: Iterable[str]) -> str:
        """The cell, which must be one of ``allowed``."""
        value, choices = self[column], list(allowed)
        if value not in choices:
            hint = did_you_mean(nearest(value, choices, 1)) or f"; expected {', '.join(map(repr, choices))}"
            raise self.problem(f"{value!r} is not allowed{hint}", column)
        return value

    def integer(self, column: str) -> int:
        try:
            number = int(self[column])
        except ValueError:
            raise self.problem(f"{self[column]!r} is not a whole number", column) from None
        if number < 0:
            raise self.problem(f"{number} is negative", column)
        return number

    def many(self, column: str) -> tuple[str, ...]:
        """A ``;``-separated cell as a sorted tuple, each part once."""
        return tuple(sorted({part.strip() for part in self[column].split(";")} - {""}))


def rows(
    path: Path, columns: tuple[str, ...], delimiter: str = ",", *, optional: tuple[str, ...] | None = None
) -> list[Row]:
    """The rows of a table with exactly these columns; with ``optional``, in any order and with some of those.

    Lines that begin with ``#`` before the header are the metadata block of SSSOM and are skipped. An optional column
    that is not there reads as empty. Raises :class:`DataError` for a wrong header, a row with too few or too many
    cells, or a file that breaks off.
    """
    text = read_text(path)
    if not text.endswith("\n"):
        raise DataError("the file does not end with a newline; it may have been cut off",
                        file=path, line=text.count("\n") + 1)  # fmt: skip
    lines = text.splitlines(keepends=True)
    skipped = 0
    while skipped < len(lines) and lines[skipped].startswith("#"):
        skipped += 1
    reader = csv.reader(io.StringIO("".join(lines[skipped:]), newline=""), delimiter=delimiter, strict=True)
    absent = dict.fromkeys(optional or (), "")
    found: list[Row] = []
    try:
        header = tuple(next(reader, ()))
        if problem := _header_problem(header, columns, optional):
            raise DataError(problem, file=path, line=skipped + 1)
        start = reader.line_num + 1
        for cells in reader:
            if len(cells) != len(header):
                raise DataError(f"the row has {len(cells)} cells, expected {len(header)}; "
                                "it may have been cut off, or a comma is not quoted",
                                file=path, line=skipped + start)  # fmt: skip
            found.append(Row(path, skipped + start, absent | dict(zip(header, cells, strict=True))))
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"not well-formed: {error}", file=path, line=skipped + reader.line_num) from error
    return found


def sssom_metadata(path: Path) -> dict[str, str]:
    """The flat ``key: value`` lines of the metadata block that an SSSOM table begins with."""
    found: dict[str, str] = {}
    for line in read_text(path).splitlines():
        if not line.startswith("#"):
            break
        key, colon, value = line[1:].partition(":")
        if colon and key == key.strip() and value.strip():
            found[key] = value.strip().strip('"')
    return found


def _header_problem(header: tuple[str, ...], columns: tuple[str, ...], optional: tuple[str, ...] | None) -> str:
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in (*columns, *(optional or ()))]
    expected = f"expected {','.join(columns)}" + (f" and perhaps {','.join(optional)}" if optional else "")
    if missing:
        return f"the header lacks {', '.join(missing)}; {expected}"
    if unknown:
        return f"the header has unknown columns {', '.join(unknown)}; {expected}"
    if len(set(header)) < len(header):
        return f"the header names a column twice; {expected}"
    if optional is None and header != columns:
        return f"the header's columns are in another order; {expected}"
    return ""


def dump(columns: tuple[str, ...], table: Iterable[Mapping[str, str]], delimiter: str = ",") -> str:
    """A table in its canonical form: minimal quoting, LF, a final newline."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[column] for column in columns] for row in table)
    return buffer.getvalue()


def canonical(path: Path) -> str:
    """What the canonical writer makes of an authored table: its rows sorted and quoted the one right way."""
    columns, order = _CANONICAL[path.name]
    delimiter = "\t" if path.suffix == ".tsv" else ","
    header = "".join(line for line in read_text(path).splitlines(keepends=True) if line.startswith("#"))
    table = rows(path, columns, delimiter)
    if order:
        requirements = path.with_name("requirements.csv")
        place: dict[str, int] = {}
        if requirements.exists():
            place = {row["id"]: row.line for row in rows(requirements, REQUIREMENT_COLUMNS)}
        first, *others = order

        def key(row: Row) -> tuple[int, str, tuple[str, ...]]:
            head = row[first].partition(":")[2] or row[first]
            return place.get(head, 0), head, tuple(row[column] for column in others)

        table = sorted(table, key=key)
    return header + dump(columns, [row.cells for row in table], delimiter)


_CANONICAL: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "requirements.csv": (REQUIREMENT_COLUMNS, ()),  # in the order of the source
    "dates.csv": (DATE_COLUMNS, ("requirement", "dimension", "valid_from", "scope")),
    "objectives.sssom.tsv": (SSSOM_COLUMNS, ("subject_id", "object_id", "predicate_id")),
    "constraints.csv": (CONSTRAINT_COLUMNS, ("requirement", "objective", "dimension", "operator", "value", "clock",
                                             "scope")),
    "tensions.csv": (TENSION_COLUMNS, ("id",)),
    "controls.csv": (CONTROL_COLUMNS, ("id",)),
    "satisfies.csv": (SATISFIES_COLUMNS, ("control", "objective")),
    "differences.csv": (DIFFERENCE_COLUMNS, ("mapping_set", "subject", "object")),
    "levels.csv": (LEVEL_COLUMNS, ("control", "objective", "dimension", "value")),
}  # fmt: skip


def authored_tables(files: Files) -> Iterator[Path]:
    """The tables that have a canonical form."""
    for path in files.paths().values():
        if path.name in _CANONICAL:
            yield path


def write_aside(path: Path, data: bytes) -> None:
    """Write a file as a whole or not at all: aside, then in place of the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _share_like(path, Path(temporary))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _share_like(path: Path, temporary: Path) -> None:
    """Give the new file the old one's permissions, or those of any new file: mkstemp makes files private."""
    if path.exists():
        temporary.chmod(path.stat().st_mode & 0o777)
    else:
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)

"""The tables that experts edit: reading them into records, and the one canonical way to write them.

Layout below a root folder (the bundled data, or a user's workspace laid over them, file by file)::

    ontologies/*.ttl
    data/frameworks/<slug>/  framework.toml requirements.csv dates.csv objectives.sssom.tsv constraints.csv
    data/tensions.csv
    data/controls/           controls.csv satisfies.csv levels.csv

All cells are text, files are UTF-8 with LF and end in a newline. Every problem is collected with file, line and
column, so that one run shows all of them.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from harmonizer import model
from harmonizer.errors import CollectedDataError, DataError, did_you_mean, nearest
from harmonizer.model import short_key
from harmonizer.vocabulary import RELATION_PREDICATES

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

FRAMEWORK_FILES = ("framework.toml", "requirements.csv", "dates.csv", "objectives.sssom.tsv", "constraints.csv")
MAXIMUM_FILE_SIZE = 200_000_000

PREDICATE_RELATIONS = {
    (predicate, "Not" if relation == "no-relationship" else ""): relation
    for relation, predicate in RELATION_PREDICATES.items()
}


@dataclass(frozen=True)
class Place:
    """Where a record stands: file and line."""

    file: str
    line: int


@dataclass
class Tables:
    """Records read from tables, each with its place, and the problems met on the way."""

    frameworks: list[model.Framework] = field(default_factory=list)
    requirements: list[model.Requirement] = field(default_factory=list)
    mappings: list[model.Mapping] = field(default_factory=list)
    constraints: list[model.Constraint] = field(default_factory=list)
    dates: list[model.DateRule] = field(default_factory=list)
    tensions: list[model.Tension] = field(default_factory=list)
    controls: list[model.Control] = field(default_factory=list)
    places: dict[object, Place] = field(default_factory=dict)
    problems: list[DataError] = field(default_factory=list)

    def knowledge(self, ontology: model.Knowledge) -> model.Knowledge:
        """These records together with the objectives, dimensions and tags of ``ontology``."""
        return model.Knowledge(
            frameworks=tuple(self.frameworks), requirements=tuple(self.requirements),
            objectives=ontology.objectives, mappings=tuple(self.mappings), constraints=tuple(self.constraints),
            dates=tuple(self.dates), dimensions=ontology.dimensions, tags=ontology.tags,
            tensions=tuple(self.tensions), controls=tuple(self.controls),
        )  # fmt: skip

    def raise_problems(self) -> None:
        """Raise what was found, if anything was."""
        if self.problems:
            raise self.problems[0] if len(self.problems) == 1 else CollectedDataError(self.problems)


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
            for folder in ("ontologies", "data"):
                for path in sorted((root / folder).rglob("*")):
                    if path.suffix in (".ttl", ".csv", ".tsv", ".toml") and path.is_file():
                        found[path.relative_to(root).as_posix()] = path
        return dict(sorted(found.items()))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; a :class:`DataError` where it is missing or too large to be what it claims to be."""
    try:
        if path.stat().st_size > MAXIMUM_FILE_SIZE:
            raise DataError(f"the file is larger than {MAXIMUM_FILE_SIZE // 1_000_000} MB", file=path)
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"the file cannot be read: {error.strerror}", file=path) from error


def read_text(path: Path) -> str:
    """The text of a UTF-8 file; a :class:`DataError` with the line where it is not UTF-8."""
    data = read_bytes(path)
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
        """A ``;``-separated cell as a sorted tuple."""
        return tuple(sorted(part.strip() for part in self[column].split(";") if part.strip()))


def rows(path: Path, columns: tuple[str, ...], delimiter: str = ",") -> list[Row]:
    """The rows of a table with exactly these columns.

    Lines that begin with ``#`` before the header are the metadata block of SSSOM and are skipped. Raises
    :class:`DataError` for a wrong header, a row with too few or too many cells, or a file that breaks off.
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
    found: list[Row] = []
    try:
        header = tuple(next(reader, ()))
        if header != columns:
            raise DataError(_header_problem(header, columns), file=path, line=skipped + 1)
        start = reader.line_num + 1
        for cells in reader:
            if len(cells) != len(columns):
                raise DataError(f"the row has {len(cells)} cells, expected {len(columns)}; "
                                "it may have been cut off, or a comma is not quoted",
                                file=path, line=skipped + start)  # fmt: skip
            found.append(Row(path, skipped + start, dict(zip(columns, cells, strict=True))))
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"not well-formed: {error}", file=path, line=skipped + reader.line_num) from error
    return found


def _header_problem(header: tuple[str, ...], columns: tuple[str, ...]) -> str:
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns]
    if missing:
        return f"the header lacks {', '.join(missing)}; expected {','.join(columns)}"
    if unknown:
        return f"the header has unknown columns {', '.join(unknown)}; expected {','.join(columns)}"
    return f"the header's columns are in another order; expected {','.join(columns)}"


def read(files: Files) -> Tables:
    """Read every table. Problems are collected in the result; nothing is raised but for a missing root."""
    tables = Tables()
    paths = files.paths()
    slugs = sorted({name.split("/")[2] for name in paths if name.startswith("data/frameworks/")})
    for slug in slugs:
        own = {Path(name).name: path for name, path in paths.items() if name.startswith(f"data/frameworks/{slug}/")}
        _guarded(tables, _read_framework, slug, own)
    current = {framework.slug: framework.key for framework in tables.frameworks}
    for name, reader in (("data/tensions.csv", _read_tensions), ("data/controls/controls.csv", _read_controls)):
        if name in paths:
            _guarded(tables, reader, paths[name], current)
    return tables


def _guarded(tables: Tables, reader: object, *arguments: object) -> None:
    """Run a reader, keep its problems."""
    try:
        reader(tables, *arguments)  # type: ignore[operator]
    except CollectedDataError as several:
        tables.problems.extend(several.errors)
    except DataError as error:
        tables.problems.append(error)


def _collect(tables: Tables, table: Iterable[Row], read_row: object) -> None:
    """Read row by row; a bad row is a problem and the rest is still read."""
    for row in table:
        try:
            record = read_row(row)  # type: ignore[operator]
        except DataError as error:
            tables.problems.append(error)
        else:
            tables.places[record] = Place(str(row.path), row.line)


def _read_framework(tables: Tables, slug: str, own: dict[str, Path]) -> None:
    folder = next(iter(own.values())).parent
    for name in FRAMEWORK_FILES:
        if name not in own:
            raise DataError("the file is missing; a framework needs " + ", ".join(FRAMEWORK_FILES),
                            file=folder / name)  # fmt: skip
    framework = read_framework_file(own["framework.toml"])
    if framework.slug != slug:
        raise DataError(f"slug is {framework.slug!r}, expected the folder's name {slug!r}", file=own["framework.toml"])
    tables.frameworks.append(framework)
    tables.places[framework] = Place(str(own["framework.toml"]), 1)
    prefix = framework.key + ":"

    positions: dict[str, int] = {}

    def requirement(row: Row) -> model.Requirement:
        if not row["id"]:
            raise row.problem("the id is empty", "id")
        if row["id"] in positions:
            raise row.problem(f"the id {row['id']!r} stands already in line {positions[row['id']]}", "id")
        positions[row["id"]] = row.line
        record = model.Requirement(
            key=prefix + row["id"], parent=prefix + row["parent"] if row["parent"] else "",
            kind=row.one_of("kind", model.KINDS), modality=row.one_of("modality", ("", *model.MODALITIES)),
            title=row["title"], summary=row["summary"], applies_when=row["applies_when"],
            status=row.one_of("status", model.REVIEW_STATES), checked=row["checked"], residual=row["residual"],
            position=len(positions),
        )  # fmt: skip
        tables.requirements.append(record)
        return record

    def mapping(row: Row) -> model.Mapping:
        record = model.Mapping(
            requirement=_within(row, "subject_id", slug, prefix), relation=_relation(row),
            objective=_objective(row, "object_id"), part=row.one_of("part", model.PARTS),
            basis=row.one_of("basis", model.BASES), any_of=row["any_of"], confidence=_confidence(row),
            comment=row["comment"], review_state=row.one_of("review_state", model.REVIEW_STATES),
            author=row["author_id"], reviewer=row["reviewer_id"], date=row["mapping_date"],
            justification=row["mapping_justification"],
        )  # fmt: skip
        tables.mappings.append(record)
        return record

    def constraint(row: Row) -> model.Constraint:
        record = model.Constraint(
            requirement=_within(row, "requirement", slug, prefix), objective=row["objective"],
            dimension=row["dimension"], operator=row.one_of("operator", model.OPERATORS), value=row["value"],
            unit=row["unit"], extension=row["extension"], clock=row["clock"], scope=row["scope"],
            wording=row.one_of("wording", model.WORDINGS), note=row["note"],
        )  # fmt: skip
        tables.constraints.append(record)
        return record

    def date(row: Row) -> model.DateRule:
        record = model.DateRule(
            requirement=_within(row, "requirement", slug, prefix), dimension=row["dimension"], scope=row["scope"],
            valid_from=row["valid_from"], valid_to=row["valid_to"],
            status=row.one_of("status", model.DATE_STATUSES), source=row["source"], note=row["note"],
        )  # fmt: skip
        tables.dates.append(record)
        return record

    for name, columns, read_row in (
        ("requirements.csv", REQUIREMENT_COLUMNS, requirement),
        ("objectives.sssom.tsv", SSSOM_COLUMNS, mapping),
        ("constraints.csv", CONSTRAINT_COLUMNS, constraint),
        ("dates.csv", DATE_COLUMNS, date),
    ):
        delimiter = "\t" if name.endswith(".tsv") else ","
        _guarded(tables, lambda t, n=name, c=columns, r=read_row, d=delimiter: _collect(t, rows(own[n], c, d), r))


def read_framework_file(path: Path) -> model.Framework:
    """``framework.toml`` as a record."""
    try:
        content = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"not well-formed TOML: {error}", file=path) from error
    names = {one.name: one.default for one in fields(model.Framework)}
    if unknown := sorted(set(content) - set(names)):
        raise DataError(f"unknown key {unknown[0]!r}{did_you_mean(nearest(unknown[0], names))}", file=path)
    if missing := [name for name, default in names.items() if name not in content and default != ""]:
        raise DataError(f"the key {missing[0]!r} is missing", file=path)
    if wrong := [name for name, value in content.items() if not isinstance(value, str)]:
        raise DataError(f"{wrong[0]} must be text in quotes", file=path)
    return model.Framework(**content)


def _within(row: Row, column: str, slug: str, prefix: str) -> str:
    """Key of a requirement of this framework, written as ``id`` or ``slug:id``."""
    return prefix + row[column].removeprefix(slug + ":")


def _objective(row: Row, column: str) -> str:
    text = row[column]
    if not text.startswith("objective:"):
        raise row.problem(f"{text!r} is not an objective; expected objective:<slug>", column)
    return text.removeprefix("objective:")


def _relation(row: Row) -> str:
    found = PREDICATE_RELATIONS.get((row["predicate_id"], row["predicate_modifier"]))
    if not found:
        known = {predicate for predicate, _ in PREDICATE_RELATIONS}
        hint = did_you_mean(nearest(row["predicate_id"], known))
        raise row.problem(f"predicate {row['predicate_id']!r} {row['predicate_modifier']} is not one of the "
                          f"five relations{hint}", "predicate_id")  # fmt: skip
    return found


def _confidence(row: Row) -> float:
    try:
        number = float(row["confidence"])
    except ValueError:
        number = -1
    if not 0 <= number <= 1:
        raise row.problem(f"{row['confidence']!r} is not a number between 0 and 1", "confidence")
    return number


def _read_tensions(tables: Tables, path: Path, current: Mapping[str, str]) -> None:
    def tension(row: Row) -> model.Tension:
        members = tuple(sorted(current.get(m.partition(":")[0], m.partition(":")[0]) + ":" + m.partition(":")[2]
                               for m in row.many("members")))  # fmt: skip
        ways = tuple(way.strip() for way in row["ways_out"].split("||"))
        if any(way.count("=>") != 1 for way in ways):
            raise row.problem("each way out is written 'way => citation'", "ways_out")
        record = model.Tension(row["id"], row["title"], members, row["nature"], ways, row["condition"],
                               row.one_of("status", model.REVIEW_STATES))  # fmt: skip
        tables.tensions.append(record)
        return record

    _collect(tables, rows(path, TENSION_COLUMNS), tension)


def _read_controls(tables: Tables, path: Path, current: Mapping[str, str]) -> None:
    claims: dict[str, dict[str, str]] = {}
    levels: dict[str, list[model.Level]] = {}
    for row in rows(path.with_name("satisfies.csv"), SATISFIES_COLUMNS):
        own = claims.setdefault(row["control"], {})
        if row["objective"] in own:
            tables.problems.append(row.problem(f"{row['control']} claims {row['objective']} twice", "objective"))
        own[row["objective"]] = row["reason"]
    for row in rows(path.with_name("levels.csv"), LEVEL_COLUMNS):
        level = model.Level(row["objective"], row["dimension"], row["value"], row["unit"], row.integer("effort_low"),
                            row.integer("effort_likely"), row.integer("effort_high"), row["note"])  # fmt: skip
        levels.setdefault(row["control"], []).append(level)
    seen: dict[str, int] = {}

    def control(row: Row) -> model.Control:
        slug = row["id"]
        if slug in seen:
            raise row.problem(f"the control {slug!r} stands already in line {seen[slug]}", "id")
        seen[slug] = row.line
        satisfied = sorted(claims.pop(slug, {}).items())
        record = model.Control(
            slug=slug, title=row["title"], statement=row["statement"], kind=row["kind"],
            settable=row.many("settable"), effort_low=row.integer("effort_low"),
            effort_likely=row.integer("effort_likely"), effort_high=row.integer("effort_high"),
            effort_basis=row["effort_basis"], prerequisites=row.many("prerequisites"),
            exclusions=row.many("exclusions"), evidence=row.many("evidence"), owner=row["owner"],
            automation=row.many("automation"), satisfies=tuple(leaf for leaf, _ in satisfied),
            reasons=tuple(reason for _, reason in satisfied),
            levels=tuple(sorted(levels.pop(slug, []), key=repr)),
        )  # fmt: skip
        if not record.effort_low <= record.effort_likely <= record.effort_high:
            raise row.problem("effort must rise from low over likely to high", "effort_likely")
        tables.controls.append(record)
        return record

    _collect(tables, rows(path, CONTROL_COLUMNS), control)
    for name, orphans in (("satisfies.csv", claims), ("levels.csv", levels)):
        for slug in orphans:
            message = f"control {slug!r} is not in controls.csv{did_you_mean(nearest(slug, seen))}"
            tables.problems.append(DataError(message, file=path.with_name(name)))


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


def describe(record: object, places: Mapping[object, Place]) -> Place:
    """The place of a record; for one that came from no table, the record's own name."""
    name = getattr(record, "key", None) or getattr(record, "requirement", None) or getattr(record, "slug", "")
    return places.get(record, Place(short_key(str(name)), 0))

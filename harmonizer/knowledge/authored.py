"""The authored knowledge: frameworks, tensions, controls and published crosswalks, read from their tables.

Layout below a root folder (the bundled data, or a user's workspace laid over them, file by file)::

    ontologies/*.ttl
    data/frameworks/<slug>/  framework.toml requirements.csv dates.csv objectives.sssom.tsv constraints.csv
    data/frameworks/<slug>@<version>/  the same for a version that another one replaces
    data/tensions.csv
    data/controls/           controls.csv satisfies.csv levels.csv
    data/crosswalks/         <id>.sssom.tsv, one published mapping set each; differences.csv, why ours differ

Every problem is collected with its place, so that one run shows all of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import TypeVar

from harmonizer import model
from harmonizer.errors import CollectedDataError, DataError, did_you_mean, nearest
from harmonizer.knowledge.tables import (
    CONSTRAINT_COLUMNS,
    CONTROL_COLUMNS,
    DATE_COLUMNS,
    DIFFERENCE_COLUMNS,
    FRAMEWORK_FILES,
    LEVEL_COLUMNS,
    PUBLISHED_COLUMNS,
    REQUIREMENT_COLUMNS,
    SATISFIES_COLUMNS,
    SSSOM_COLUMNS,
    TENSION_COLUMNS,
    Files,
    Row,
    read_text,
    rows,
    sssom_metadata,
)
from harmonizer.model import short_key
from harmonizer.vocabulary import RELATION_PREDICATES

RELATED_PREDICATE = "skos:mappingRelation"  # related, of no type that was given
PREDICATE_RELATIONS = {
    (predicate, "Not" if relation == "no-relationship" else ""): relation
    for relation, predicate in RELATION_PREDICATES.items()
}

Record = TypeVar("Record")


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
    mapping_sets: list[model.MappingSet] = field(default_factory=list)
    links: list[model.Link] = field(default_factory=list)
    differences: list[model.Difference] = field(default_factory=list)
    places: dict[object, Place] = field(default_factory=dict)
    problems: list[DataError] = field(default_factory=list)

    def knowledge(self, ontology: model.Knowledge) -> model.Knowledge:
        """These records with the objectives, dimensions and tags of ``ontology``; a repeated row counts once."""
        return model.Knowledge(
            frameworks=tuple(self.frameworks), requirements=tuple(self.requirements),
            objectives=ontology.objectives, mappings=_once(self.mappings), constraints=_once(self.constraints),
            dates=_once(self.dates), dimensions=ontology.dimensions, tags=ontology.tags,
            tensions=_once(self.tensions), controls=tuple(self.controls),
            mapping_sets=tuple(self.mapping_sets), links=tuple(self.links),
            differences=_once(self.differences),
        )  # fmt: skip

    def raise_problems(self) -> None:
        """Raise what was found, if anything was."""
        if self.problems:
            raise self.problems[0] if len(self.problems) == 1 else CollectedDataError(self.problems)


def _once(records: list[Record]) -> tuple[Record, ...]:
    return tuple(dict.fromkeys(records))


def read(files: Files) -> Tables:
    """Read every table. Problems are collected in the result; nothing is raised but for a missing root."""
    tables = Tables()
    paths = files.paths()
    folders: dict[str, dict[str, Path]] = {}
    for name, path in paths.items():
        if name.startswith("data/frameworks/"):
            folders.setdefault(name.split("/")[2], {})[path.name] = path
    for slug, own in sorted(folders.items()):
        _guarded(tables, _read_framework, slug, own)
    replaced = {framework.replaces for framework in tables.frameworks}
    current = {one.slug: one.key for one in tables.frameworks if one.key not in replaced}
    for name, reader in (("data/tensions.csv", _read_tensions), ("data/controls/controls.csv", _read_controls)):
        if name in paths:
            _guarded(tables, reader, paths[name], current)
    for name, path in paths.items():
        if name.startswith("data/crosswalks/") and path.suffix == ".tsv":
            _guarded(tables, _read_published, path, current)
    if "data/crosswalks/differences.csv" in paths:
        _guarded(tables, _read_differences, paths["data/crosswalks/differences.csv"], current)
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
    if slug not in (framework.slug, framework.key):
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
            requirement=_within(row, "subject_id", framework.slug, prefix), relation=_relation(row),
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
            requirement=_within(row, "requirement", framework.slug, prefix), objective=row["objective"],
            dimension=row["dimension"], operator=row.one_of("operator", model.OPERATORS), value=row["value"],
            unit=row["unit"], extension=row["extension"], clock=row["clock"], scope=row["scope"],
            wording=row.one_of("wording", model.WORDINGS), note=row["note"],
        )  # fmt: skip
        tables.constraints.append(record)
        return record

    def date(row: Row) -> model.DateRule:
        record = model.DateRule(
            requirement=_within(row, "requirement", framework.slug, prefix), dimension=row["dimension"],
            scope=row["scope"], valid_from=row["valid_from"], valid_to=row["valid_to"],
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
    if framework.unmapped == model.INHERITED:
        _inherit(tables, prefix)


def _inherit(tables: Tables, prefix: str) -> None:
    """Give each requirement without rows those of the requirement that it enhances.

    The rows say so, entail nothing, and the requirement's residual says that what it adds is not expressed.
    """
    rows_of: dict[str, list[model.Mapping]] = {}
    for mapping in tables.mappings:
        rows_of.setdefault(mapping.requirement, []).append(mapping)
    for place, one in enumerate(tables.requirements):
        taken = rows_of.get(one.parent, ())
        if not one.key.startswith(prefix) or one.kind != "requirement" or one.key in rows_of or not taken:
            continue
        above = one.parent.removeprefix(prefix)
        heir = replace(one, residual=one.residual or f"what it adds to {above}, from which its mapping is inherited")
        tables.requirements[place] = heir
        tables.places[heir] = tables.places[one]
        for row in taken:
            own = replace(row, requirement=one.key, basis=model.INHERITED, review_state="draft", reviewer="",
                          justification="semapv:MappingChaining",
                          comment=f"{one.id} enhances {above}: {row.comment}")  # fmt: skip
            tables.mappings.append(own)
            tables.places[own] = tables.places[row]


def read_framework_file(path: Path) -> model.Framework:
    """``framework.toml`` as a record."""
    try:
        content = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"not well-formed TOML: {error}", file=path) from error
    names = {one.name: one.default for one in fields(model.Framework)}
    if unknown := sorted(set(content) - set(names)):
        raise DataError(f"unknown key {unknown[0]!r}{did_you_mean(nearest(unknown[0], names))}", file=path)
    if missing := [name for name, default in names.items() if name not in content and default is MISSING]:
        raise DataError(f"the key {missing[0]!r} is missing", file=path)
    if wrong := [name for name, value in content.items() if not isinstance(value, str)]:
        raise DataError(f"{wrong[0]} must be text in quotes", file=path)
    if content.get("unmapped", "") not in ("", model.INHERITED):
        raise DataError(f"unmapped is {content['unmapped']!r}; expected {model.INHERITED!r} or nothing", file=path)
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
            levels=tuple(sorted(set(levels.pop(slug, [])), key=repr)),
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


def _read_published(tables: Tables, path: Path, current: Mapping[str, str]) -> None:
    """One published mapping set. Its ends may name requirements that are not loaded: lint says so, loading does not."""
    metadata = sssom_metadata(path)
    identifier = path.name.removesuffix(".sssom.tsv")
    reading = metadata.get("reading", "plain")
    if reading not in ("plain", "strict"):
        raise DataError(f"the reading is {reading!r}; expected plain or strict", file=path, line=1)
    tables.mapping_sets.append(model.MappingSet(
        id=identifier, title=metadata.get("mapping_set_title", identifier),
        publisher=metadata.get("mapping_provider", ""), licence=metadata.get("license", ""),
        source=metadata.get("mapping_set_source", ""), version=metadata.get("mapping_set_version", ""),
        date=metadata.get("publication_date", ""), reading=reading, note=metadata.get("comment", ""),
    ))  # fmt: skip

    def link(row: Row) -> model.Link:
        record = model.Link(
            mapping_set=identifier, subject=link_end(row["subject_id"], current), relation=_published_relation(row),
            object=link_end(row["object_id"], current), confidence=_confidence(row) if row["confidence"] else 1.0,
            rationale=row["comment"], position=row.line,
        )  # fmt: skip
        if ":" not in record.subject or ":" not in record.object:
            raise row.problem("both ends are written slug:id or objective:slug", "subject_id")
        tables.links.append(record)
        return record

    _collect(tables, rows(path, PUBLISHED_COLUMNS, "\t"), link)


def _read_differences(tables: Tables, path: Path, current: Mapping[str, str]) -> None:
    known = {(link.mapping_set, link.subject, link.object) for link in tables.links}

    def difference(row: Row) -> model.Difference:
        record = model.Difference(row["mapping_set"], link_end(row["subject"], current),
                                  link_end(row["object"], current), row["reason"])  # fmt: skip
        if (record.mapping_set, record.subject, record.object) not in known:
            raise row.problem(f"{row['mapping_set']} has no row {row['subject']} to {row['object']}", "subject")
        if not record.reason:
            raise row.problem("the reason is empty", "reason")
        tables.differences.append(record)
        return record

    _collect(tables, rows(path, DIFFERENCE_COLUMNS), difference)


def link_end(text: str, current: Mapping[str, str]) -> str:
    """The key of an end ``slug:id``; of a framework that is not loaded the version is ``unknown``."""
    slug, colon, identifier = text.partition(":")
    if slug == "objective" or not colon or "@" in slug:
        return text
    return f"{current.get(slug, slug + '@unknown')}:{identifier}"


def _published_relation(row: Row) -> str:
    return "related" if row["predicate_id"] == RELATED_PREDICATE else _relation(row)


def describe(record: object, places: Mapping[object, Place]) -> Place:
    """The place of a record; for one that came from no table, the record's own name."""
    name = getattr(record, "key", None) or getattr(record, "requirement", None) or getattr(record, "slug", "")
    return places.get(record, Place(short_key(str(name)), 0))

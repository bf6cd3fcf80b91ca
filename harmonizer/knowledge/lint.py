"""Findings in authored data: what does not load, what SHACL refuses, and what a careful reviewer would ask about.

``error`` findings keep the data from loading or break an invariant; ``warning`` findings want a second look.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from harmonizer import model
from harmonizer.answer import Answer
from harmonizer.errors import DataError
from harmonizer.knowledge import store, tables, validate
from harmonizer.knowledge.authored import Tables, describe
from harmonizer.knowledge.tables import Files
from harmonizer.model import short_key

COLUMNS = ("file", "line", "rule", "severity", "message", "mend")
MANY_PRIMARIES = 8


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to mend."""

    file: str
    line: int
    rule: str
    severity: str
    message: str
    mend: str


def lint(files: Files) -> Answer:
    """Every finding, by file and line. Files that cannot be read at all give findings too, not an exception."""
    with store.held(files):
        findings = sorted(set(_findings(files)))
    rows = [(one.file, one.line or None, one.rule, one.severity, one.message, one.mend) for one in findings]
    counts = Counter(one.severity for one in findings)
    return Answer.of(COLUMNS, rows, {name: counts[name] for name in ("fatal", "error", "warning")}, "Findings")


def _findings(files: Files) -> Iterator[Finding]:
    try:
        read, knowledge = store.read_files(files)
    except DataError as error:
        yield _fatal(error)
        return
    problems = [*read.problems, *validate.check(knowledge, read.places)]
    yield from map(_fatal, problems)
    yield from _canonical(files)
    yield from _authoring(read, knowledge)
    if not problems:
        for violation in validate.shacl(store.store_of(files, knowledge), store.shapes(files)):
            yield Finding(violation.node, 0, "shacl", "error", violation.message, f"see {violation.path}")


def _fatal(error: DataError) -> Finding:
    return Finding(error.file or "", error.line or 0, "loads", "fatal", error.message,
                   f"correct column {error.column}" if error.column else "correct the line")  # fmt: skip


def _canonical(files: Files) -> Iterator[Finding]:
    for path in tables.authored_tables(files):
        try:
            if tables.read_text(path) != tables.canonical(path):
                yield Finding(str(path), 0, "canonical-form", "error", "the table is not in its canonical form",
                              "harmonizer lint --write")  # fmt: skip
        except DataError:
            continue  # already reported as fatal


def _authoring(read: Tables, knowledge: model.Knowledge) -> Iterator[Finding]:
    """The rules of authoring that a machine can see."""
    rows_of: dict[str, list[model.Mapping]] = defaultdict(list)
    for mapping in knowledge.mappings:
        rows_of[mapping.requirement].append(mapping)
    for requirement in knowledge.requirements:
        for rule, severity, message, mend in _requirement_rules(requirement, rows_of[requirement.key]):
            place = describe(requirement, read.places)
            yield Finding(place.file, place.line, rule, severity, message, mend)
    repeated = Counter(mapping.comment.casefold() for mapping in knowledge.mappings)
    for mapping in knowledge.mappings:
        if repeated[mapping.comment.casefold()] > 1:
            place = describe(mapping, read.places)
            message = f"the comment {mapping.comment!r} is used {repeated[mapping.comment.casefold()]} times"
            yield Finding(place.file, place.line, "own-reason", "error", message, "say why this pair belongs together")
    yield from _leaf_rules(read, knowledge)


def _requirement_rules(one: model.Requirement, rows: list[model.Mapping]) -> Iterator[tuple[str, str, str, str]]:
    text_rows = [row for row in rows if row.basis == "text"]
    primaries = sum(row.part == "primary" for row in rows)
    if one.kind == "requirement" and not rows and not one.residual:
        yield (
            "mapped-or-residual",
            "error",
            f"{one.short} has neither mapping nor residual",
            "map it or say what is left",
        )
    if rows and not primaries:
        yield "has-primary", "error", f"{one.short} has no primary mapping", "mark what an auditor would qualify it for"
    if primaries > MANY_PRIMARIES:
        yield ("few-primaries", "warning", f"{one.short} has {primaries} primary mappings",
               "keep those whose failure alone would qualify it")  # fmt: skip
    if len(text_rows) > 1 and any(row.relation == "equal" for row in text_rows):
        yield ("equal-stands-alone", "error", f"{one.short} is equal to one leaf and mapped to others by its text",
               "equal means that it asks for nothing else")  # fmt: skip
    if one.kind != "heading" and not one.summary:
        yield "summary", "error", f"{one.short} has no summary", "say in our own words what the reader must do"


def _leaf_rules(read: Tables, knowledge: model.Knowledge) -> Iterator[Finding]:
    asking: dict[str, set[str]] = defaultdict(set)
    for mapping in knowledge.mappings:
        asking[mapping.objective].add(mapping.requirement)
    twins: dict[frozenset[str], list[str]] = defaultdict(list)
    for objective in knowledge.objectives:
        if objective.level != "leaf":
            continue
        if not asking[objective.slug]:
            yield Finding("ontologies/objectives.ttl", 0, "leaf-is-asked-for", "warning",
                          f"no requirement asks for {objective.slug}", "map something to it or remove it")  # fmt: skip
        elif len(asking[objective.slug]) > 1:
            twins[frozenset(asking[objective.slug])].append(objective.slug)
    for keys, slugs in twins.items():
        if len(slugs) > 1:
            shown = ", ".join(sorted(map(short_key, keys))[:4])
            yield Finding("ontologies/objectives.ttl", 0, "leaves-are-told-apart", "warning",
                          f"{', '.join(slugs)} are asked for by the same requirements ({shown})",
                          "merge them if nothing will ever tell them apart")  # fmt: skip


def write_canonical(files: Files) -> list[str]:
    """Rewrite every table that is not in its canonical form; the paths that were written."""
    written = []
    with store.held(files):
        for path in tables.authored_tables(files):
            content = tables.canonical(path)
            if tables.read_text(path) != content:
                tables.write_aside(path, content.encode())
                written.append(str(path))
    return written

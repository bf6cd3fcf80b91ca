"""What was read, as files of a workspace: the one place where foreign contents are checked and become tables.

Frameworks become folders of ``data/frameworks``. Mappings of a framework that is brought in to leaf objectives become
its own rows, read plainly; all other mappings become published sets of ``data/crosswalks``, which take part in
inference only where the user trusts them. Everything is checked before anything is written, and every problem is
named in one go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from harmonizer.errors import MOST_HINTS, DataError, did_you_mean, nearest, raise_together
from harmonizer.formats.contents import Contents, Finding, ReadFramework, ReadMapping, ReadMappingSet, ReadRequirement
from harmonizer.formats.foreign_text import MAXIMUM_TEXT, id_problem, line_of, slug_of, text_of
from harmonizer.formats.mapping_ends import Ends
from harmonizer.knowledge.authored import RELATED_PREDICATE, read_framework_file
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.store import bundled_root
from harmonizer.knowledge.tables import (
    CONSTRAINT_COLUMNS,
    DATE_COLUMNS,
    PUBLISHED_COLUMNS,
    REQUIREMENT_COLUMNS,
    SSSOM_COLUMNS,
    dump,
    rows,
)
from harmonizer.knowledge.workspace import replace_files
from harmonizer.vocabulary import BASE, RELATION_PREDICATES

DRAFTS = "drafts"  # a folder of the workspace for what waits for its user
IMPORTED = "imported"
UNKNOWN_LICENCE = "unknown; see your source"
MAXIMUM_DEPTH = 50  # requirements above a requirement

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_TABLES = {
    "objectives.sssom.tsv": (SSSOM_COLUMNS, "subject_id"),
    "constraints.csv": (CONSTRAINT_COLUMNS, "requirement"),
    "dates.csv": (DATE_COLUMNS, "requirement"),
}


@dataclass
class Import:
    """What an import would write: file contents by their name in the workspace, and what it found on the way.

    ``dangling`` are the ends in frameworks that are not loaded; they are kept.
    """

    files: dict[str, str] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    dangling: list[str] = field(default_factory=list)


def slug_problem(slug: str) -> str:
    """What keeps a framework from having this slug, or nothing."""
    if not _SLUG.fullmatch(slug):
        return f"{slug!r} is no slug; expected lower case letters, digits and hyphens"
    if (bundled_root() / "data" / "frameworks" / slug).is_dir():
        return f"{slug!r} is a bundled framework; give yours another slug"
    return ""


def workspace_files(
    read: Mapping[Path, Contents], index: Callable[[], Index], *, workspace: Path | None = None, authored: bool = False
) -> Import:
    """The contents of files, by their path, as files of a workspace.

    Parameters
    ----------
    index: what is loaded; asked for only where mappings have ends to look up.
    workspace: where the files are to go; mappings, constraints and dates that stand there for a framework stay where
        the import brings none.
    authored: the user's own tables, in which an unknown id or a row that stands twice is a slip to be mended; in what
        others published they are listed, and the rest is taken.

    Raises :class:`DataError` (``CollectedDataError`` with all of them) for ids that are missing, unfit or stand twice,
    parents that are missing or run in a circle, unknown relations and objectives, and frameworks that are bundled.
    """
    builder = _Builder(index, workspace, authored)
    for path, contents in read.items():
        for framework in contents.frameworks:
            builder.add_framework(path, framework)
    builder.check_parents()
    for path, contents in read.items():
        for one in contents.mapping_sets:
            builder.add_mappings(path, one)
    raise_together(builder.problems)
    found = builder.result()
    for path, contents in read.items():
        found.files |= contents.kept
        found.figures = contents.figures | found.figures
        found.findings += contents.findings
        if contents.knowledge is not None:
            from harmonizer.formats.record_tables import add_records

            add_records(found, builder.problems, path, contents.knowledge, index())
    raise_together(builder.problems)
    found.figures["findings"] = len(found.findings)
    return found


def write(found: Import, workspace: Path) -> None:
    """Write the files of an import into a workspace folder, all of them or none."""
    replace_files(workspace, {name: content.encode() for name, content in found.files.items()})


def problem(path: Path, place: str, message: str) -> DataError:
    """A problem at a place of a file."""
    if match := re.fullmatch(r"line (\d+)", place):
        return DataError(message, file=path, line=int(match[1]))
    return DataError(f"{place}: {message}" if place else message, file=path)


def framework_file(values: Mapping[str, str]) -> str:
    """``framework.toml``: texts in quotes, without characters that TOML refuses."""
    return "".join(f"{key} = {json.dumps(line_of(value), ensure_ascii=False)}\n" for key, value in values.items())


def published_file(identifier: str, one: ReadMappingSet, table: list[dict[str, str]]) -> str:
    """A published mapping set: its metadata and its rows."""
    head = {"mapping_set_id": f"{BASE}mapping-set/{identifier}", "mapping_set_title": json.dumps(line_of(one.name)),
            "mapping_provider": json.dumps(line_of(one.provider or one.name)),
            "license": line_of(one.licence) or UNKNOWN_LICENCE,
            "mapping_set_source": line_of(one.url)}  # fmt: skip
    lines = "".join(f"#{key}: {value}\n" for key, value in head.items() if value)
    return lines + dump(PUBLISHED_COLUMNS, table, "\t")


def _stands(place: str) -> str:
    return f"in {place}" if place.startswith("line ") or "!" in place else f"at {place}"


class _Builder:
    def __init__(self, index: Callable[[], Index], workspace: Path | None, authored: bool) -> None:
        self._load, self.workspace, self.authored = index, workspace, authored
        self.problems: list[DataError] = []
        self.findings: list[Finding] = []
        self.stated: dict[str, ReadFramework] = {}
        self.rows: dict[str, dict[str, tuple[Path, ReadRequirement]]] = {}
        self.own: dict[str, dict[tuple[str, str], dict[str, str]]] = {}
        self.published: dict[str, tuple[ReadMappingSet, list[dict[str, str]]]] = {}
        self.seen: dict[tuple[str, ...], str] = {}
        self.aside: dict[str, str] = {}  # files of rows that are no longer of any use but are the user's

    @cached_property
    def ends(self) -> Ends:
        return Ends(self._load(), {slug: set(known) for slug, known in self.rows.items()}, strict=self.authored)

    def add_framework(self, path: Path, framework: ReadFramework) -> None:
        first = framework.requirements[0].place if framework.requirements else ""
        if wrong := slug_problem(framework.slug) or self._kept_framework(framework.slug):
            self.problems.append(problem(path, first, wrong))
        if not framework.requirements:
            self.problems.append(problem(path, "", f"{framework.slug} has no requirements"))
        known = self.rows.setdefault(framework.slug, {})
        self.stated.setdefault(framework.slug, framework)
        for one in framework.requirements:
            if wrong := _requirement_problem(one):
                self.problems.append(problem(path, one.place, wrong))
            elif one.id in known:
                there, other = known[one.id]
                also = _stands(other.place) + ("" if there == path else f" of {there.name}")
                self.problems.append(problem(path, one.place, f"the id {one.id!r} stands already {also}"))
            known.setdefault(one.id, (path, one))

    def _kept_framework(self, slug: str) -> str:
        """What keeps a framework of the workspace from being replaced: it was authored, not imported."""
        there = self.workspace / "data" / "frameworks" / slug / "framework.toml" if self.workspace else None
        if there is None or not there.is_file() or read_framework_file(there).text_status == IMPORTED:
            return ""
        return f"{slug!r} is a framework that the workspace did not import; give the imported one another slug"

    def check_parents(self) -> None:
        for known in self.rows.values():
            checked: set[str] = set()
            for path, one in known.values():
                if one.parent and one.parent not in known:
                    hint = did_you_mean(nearest(one.parent, known)) if len(self.problems) < MOST_HINTS else ""
                    self.problems.append(problem(path, one.place, f"unknown parent {one.parent!r}{hint}"))
                    continue
                above, passed = one.parent, [one.id]
                while above in known and above not in passed and above not in checked and len(passed) <= MAXIMUM_DEPTH:
                    passed.append(above)
                    above = known[above][1].parent
                if above == one.id:
                    circle = " -> ".join([*passed, above])
                    self.problems.append(problem(path, one.place, f"the parents run in a circle: {circle}"))
                elif len(passed) > MAXIMUM_DEPTH:
                    self.problems.append(problem(path, one.place, f"stands deeper than {MAXIMUM_DEPTH} requirements"))
                    return
                elif not one.parent:
                    checked.add(one.id)

    def add_mappings(self, path: Path, one: ReadMappingSet) -> None:
        identifier = slug_of(one.name) or IMPORTED
        if (bundled_root() / "data" / "crosswalks" / f"{identifier}.sssom.tsv").is_file():
            self.problems.append(problem(path, "", f"{identifier!r} is a bundled mapping set; give yours another name"))
            return
        for mapping in one.mappings:
            try:
                self._add_mapping(path, one, identifier, mapping)
            except DataError as error:
                self.problems.append(problem(path, mapping.place, error.message))

    def _add_mapping(self, path: Path, one: ReadMappingSet, identifier: str, mapping: ReadMapping) -> None:
        if mapping.relation not in RELATION_PREDICATES and mapping.relation != "related":
            hint = did_you_mean(nearest(mapping.relation, RELATION_PREDICATES))
            raise DataError(f"unknown relation {mapping.relation!r}{hint}")
        if not 0 <= mapping.confidence <= 1:
            raise DataError(f"the confidence {mapping.confidence!r} is not between 0 and 1")
        slug = mapping.source.partition(":")[0]
        owned = slug in self.rows and mapping.target.startswith(("objective:", "objectives:"))
        source = self.ends.resolve(mapping.source, strict=owned)
        target = self.ends.resolve(mapping.target, strict=owned)
        key = ("" if self.authored else identifier, source, target)
        if key in self.seen:
            if self.authored:
                raise DataError(f"{source} to {target} stands already {_stands(self.seen[key])}")
            self.findings.append(Finding(mapping.place, f"{source} to {target} stands twice; the first counts"))
            return
        self.seen[key] = mapping.place
        relation = "intersects-with" if owned and mapping.relation == "related" else mapping.relation
        cells = {
            "subject_id": source, "predicate_modifier": "Not" if relation == "no-relationship" else "",
            "predicate_id": RELATION_PREDICATES.get(relation, RELATED_PREDICATE), "object_id": target,
            "mapping_justification": mapping.justification, "confidence": f"{mapping.confidence:g}",
            "comment": line_of(mapping.rationale) or f"stated by {line_of(one.name)} without a reason",
        }  # fmt: skip
        if owned:
            cells |= {"author_id": line_of(one.name), "reviewer_id": "", "mapping_date": "", "part": "primary",
                      "basis": "text", "any_of": "", "review_state": "draft"}  # fmt: skip
            self.own.setdefault(slug, {})[source, target] = cells
        else:
            self.published.setdefault(identifier, (one, []))[1].append(cells)

    def result(self) -> Import:
        found = Import()
        for slug, known in self.rows.items():
            folder = f"data/frameworks/{slug}"
            own = sorted(self.own.get(slug, {}).values(), key=lambda one: (one["subject_id"], one["object_id"]))
            found.files[f"{folder}/framework.toml"] = _framework(self.stated[slug])
            found.files[f"{folder}/requirements.csv"] = dump(
                REQUIREMENT_COLUMNS, (_requirement(one) for _, one in known.values()))  # fmt: skip
            for name, (columns, column) in _TABLES.items():
                table = own if own and name == "objectives.sssom.tsv" else self._standing(slug, name, columns, column)
                found.files[f"{folder}/{name}"] = dump(columns, table, "\t" if name.endswith(".tsv") else ",")
        for identifier, (one, table) in self.published.items():
            found.files[f"data/crosswalks/{identifier}.sssom.tsv"] = published_file(identifier, one, table)
        found.files |= self.aside
        ends = self.__dict__.get("ends")
        found.dangling = sorted(ends.dangling) if ends else []
        found.findings = self.findings + (ends.findings() if ends else [])
        found.figures = {
            "frameworks": len(self.rows),
            "requirements": sum(map(len, self.rows.values())),
            "mappings to objectives": sum(map(len, self.own.values())),
            "mappings between requirements": sum(len(table) for _, table in self.published.values()),
            "ends in frameworks that are not loaded": len(found.dangling),
        }
        return found

    def _standing(self, slug: str, name: str, columns: tuple[str, ...], column: str) -> list[Mapping[str, str]]:
        """The rows that stand in the workspace for a framework, but for those of requirements that are gone."""
        there = self.workspace / "data" / "frameworks" / slug / name if self.workspace else None
        if there is None or not there.is_file():
            return []
        separator = "\t" if name.endswith(".tsv") else ","
        kept: list[Mapping[str, str]] = []
        gone: list[Mapping[str, str]] = []
        aside = f"{DRAFTS}/{slug}-gone-{name}"
        for row in rows(there, columns, separator):
            if row[column].removeprefix(f"{slug}:") in self.rows[slug]:
                kept.append(row.cells)
            else:
                gone.append(row.cells)
                message = f"line {row.line} of {name} is moved to {aside}: {row[column]} is no longer there"
                self.findings.append(Finding(slug, message))
        if gone and self.workspace:
            before = self.workspace / aside
            earlier = [row.cells for row in rows(before, columns, separator)] if before.is_file() else []
            self.aside[aside] = dump(columns, [*earlier, *(one for one in gone if one not in earlier)], separator)
        return kept


def _requirement_problem(one: ReadRequirement) -> str:
    if not one.id or not one.title.strip():
        return "a requirement needs an id and a title"
    for text in (one.title, one.summary):
        if len(text) > MAXIMUM_TEXT:
            return f"a text of {len(text):,} characters; at most {MAXIMUM_TEXT:,} are read"
    return id_problem(one.id) or (id_problem(one.parent, "parent") if one.parent else "")


def _framework(one: ReadFramework) -> str:
    version = re.sub(r"[^A-Za-z0-9.+-]+", "-", one.version).strip("-") or IMPORTED
    return framework_file({
        "slug": one.slug, "version": version, "title": one.title or one.slug, "short_title": one.slug,
        "publisher": one.publisher or IMPORTED, "kind": IMPORTED, "jurisdiction": "", "url": one.url or IMPORTED,
        "licence": one.licence or UNKNOWN_LICENCE, "text_status": IMPORTED, "mapping_licence": UNKNOWN_LICENCE,
        "reading": "plain",
    })  # fmt: skip


def _requirement(one: ReadRequirement) -> dict[str, str]:
    return {
        "id": one.id, "parent": one.parent, "kind": "heading" if one.heading else "requirement",
        "modality": "" if one.heading else "required", "title": line_of(one.title),
        "summary": text_of(one.summary),
        "applies_when": "", "status": "draft", "checked": "", "residual": "",
    }  # fmt: skip

"""Anyone's spreadsheet: two plain CSV tables, requirements and mappings.

``requirements``: framework, id, parent, title[, summary, core]. ``mappings``: source_framework, source_id,
target_framework, target_id, relation[, rationale, strength, source]. Any number of frameworks may stand in one file,
and a target may be a requirement or, with target_framework ``objective``, a leaf objective.

Requirements become frameworks of the workspace; mappings of these to objectives become their own rows, read plainly;
all other mappings become published mapping sets, one for each ``source`` (or file), which take part in inference only
where the user trusts them. Everything is checked before anything is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harmonizer.errors import CollectedDataError, DataError, did_you_mean, nearest
from harmonizer.formats.mappings import relation_of
from harmonizer.knowledge.authored import RELATED_PREDICATE
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import (
    CONSTRAINT_COLUMNS,
    DATE_COLUMNS,
    PUBLISHED_COLUMNS,
    REQUIREMENT_COLUMNS,
    SSSOM_COLUMNS,
    Row,
    dump,
    rows,
)
from harmonizer.knowledge.validate import MOST_HINTS
from harmonizer.knowledge.workspace import replace_files
from harmonizer.vocabulary import BASE, RELATION_PREDICATES

REQUIREMENTS = ("framework", "id", "parent", "title")
REQUIREMENTS_OPTIONAL = ("summary", "core")
MAPPINGS = ("source_framework", "source_id", "target_framework", "target_id", "relation")
MAPPINGS_OPTIONAL = ("rationale", "strength", "source")
OBJECTIVE = "objective"
VERSION = "imported"


@dataclass
class Import:
    """What an import would write: file contents by their name in the workspace, and what it found on the way."""

    files: dict[str, str] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)
    dangling: list[str] = field(default_factory=list)  # ends in frameworks that are not loaded; they are kept


def read(requirements: Sequence[Path], mappings: Sequence[Path], index: Index) -> Import:
    """Read and check the tables against what is loaded.

    Raises :class:`DataError` (``CollectedDataError`` with all of them) for unknown ids, relations and objectives,
    duplicates, parents that are missing or run in a circle, and frameworks that are bundled already.
    """
    reader = _Reader(index)
    for path in requirements:
        reader.read_requirements(path)
    for path in mappings:
        reader.read_mappings(path)
    reader.check_parents()
    if reader.problems:
        raise reader.problems[0] if len(reader.problems) == 1 else CollectedDataError(reader.problems)
    return reader.result()


def write(found: Import, workspace: Path) -> None:
    """Write the files of an import into a workspace folder, all of them or none."""
    replace_files(workspace, {name: content.encode() for name, content in found.files.items()})


class _Reader:
    def __init__(self, index: Index) -> None:
        self.index = index
        self.leaves = {leaf.slug: leaf for leaf in index.leaves}
        self.hints = 0
        self.problems: list[DataError] = []
        self.frameworks: dict[str, dict[str, Row]] = {}
        self.own: dict[str, dict[tuple[str, str], dict[str, str]]] = {}
        self.published: dict[str, list[dict[str, str]]] = {}
        self.seen: dict[tuple[str, ...], Row] = {}
        self.dangling: set[str] = set()

    def read_requirements(self, path: Path) -> None:
        for row in rows(path, REQUIREMENTS, optional=REQUIREMENTS_OPTIONAL):
            slug = row["framework"]
            known = self.frameworks.setdefault(slug, {})
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", slug):
                self._problem(row, f"{slug!r} is no slug; expected lower case letters, digits and hyphens", "framework")
            elif slug in self.index.frameworks and self.index.frameworks[slug].version != VERSION:
                self._problem(row, f"{slug!r} is a bundled framework; give yours another slug", "framework")
            if not row["id"] or not row["title"]:
                self._problem(row, "a requirement needs an id and a title", "id" if not row["id"] else "title")
            elif row["id"] in known:
                self._problem(row, f"the id {row['id']!r} stands already in line {known[row['id']].line}", "id")
            if row["core"] not in ("", "0", "1"):
                self._problem(row, f"{row['core']!r} is not allowed; expected 1, 0 or nothing", "core")
            known.setdefault(row["id"], row)

    def check_parents(self) -> None:
        for known in self.frameworks.values():
            for row in known.values():
                if row["parent"] and row["parent"] not in known:
                    hint = self._hint(row["parent"], known)
                    self._problem(row, f"unknown parent {row['parent']!r}{hint}", "parent")
                    continue
                above, passed = row["parent"], [row["id"]]
                while above in known and above not in passed:
                    passed.append(above)
                    above = known[above]["parent"]
                if above == row["id"]:
                    self._problem(row, f"the parents run in a circle: {' -> '.join([*passed, above])}", "parent")

    def read_mappings(self, path: Path) -> None:
        for row in rows(path, MAPPINGS, optional=MAPPINGS_OPTIONAL):
            try:
                relation = relation_of(row["relation"])
            except DataError as error:
                self._problem(row, error.message, "relation")
                continue
            source = self._end(row, "source")
            target = self._end(row, "target")
            if source is None or target is None:
                continue
            if (source, target) in self.seen:
                self._problem(row, f"{source} to {target} stands already in line {self.seen[source, target].line}")
                continue
            self.seen[source, target] = row
            self._keep(row, path, source, relation, target)

    def _keep(self, row: Row, path: Path, source: str, relation: str, target: str) -> None:
        slug = row["source_framework"]
        reason = row["rationale"] or f"stated by {row['source'] or path.name} without a reason"
        if row["strength"]:
            reason += f" (strength {row['strength']})"
        cells = {
            "subject_id": source, "predicate_modifier": "Not" if relation == "no-relationship" else "",
            "predicate_id": RELATION_PREDICATES.get(relation, RELATED_PREDICATE), "object_id": target,
            "mapping_justification": "semapv:ManualMappingCuration", "confidence": "1", "comment": reason,
        }  # fmt: skip
        if slug in self.frameworks and target.startswith(f"{OBJECTIVE}:"):
            if relation == "related":
                cells["predicate_id"] = RELATION_PREDICATES["intersects-with"]
            cells |= {"author_id": row["source"] or path.name, "reviewer_id": "", "mapping_date": "", "part": "primary",
                      "basis": "text", "any_of": "", "review_state": "draft"}  # fmt: skip
            self.own.setdefault(slug, {})[source, target] = cells
        else:
            self.published.setdefault(row["source"] or path.stem, []).append(cells)

    def _end(self, row: Row, side: str) -> str | None:
        """``slug:id`` of one end, or None after noting what is wrong with it."""
        slug, identifier = row[f"{side}_framework"], row[f"{side}_id"]
        if slug in (OBJECTIVE, "objectives"):
            if identifier in self.leaves:
                return f"{OBJECTIVE}:{identifier}"
            hint = self._hint(identifier, self.leaves)
            self._problem(row, f"unknown leaf objective {identifier!r}{hint}", f"{side}_id")
            return None
        if slug in self.frameworks:
            if identifier in self.frameworks[slug]:
                return f"{slug}:{identifier}"
            hint = self._hint(identifier, self.frameworks[slug])
            self._problem(row, f"{slug} has no requirement {identifier!r}{hint}", f"{side}_id")
            return None
        if slug in self.index.frameworks:
            try:
                return self.index.requirement(f"{slug}:{identifier}").short
            except KeyError as error:
                self._problem(row, str(error), f"{side}_id")
                return None
        self.dangling.add(f"{slug}:{identifier}")
        return f"{slug}:{identifier}"

    def _hint(self, name: str, known: Iterable[str]) -> str:
        """The nearest known name, for the first unknown ones; see :data:`MOST_HINTS`."""
        self.hints += 1
        return did_you_mean(nearest(name, known)) if self.hints <= MOST_HINTS else ""

    def _problem(self, row: Row, message: str, column: str | None = None) -> None:
        self.problems.append(row.problem(message, column))

    def result(self) -> Import:
        found = Import(dangling=sorted(self.dangling))
        for slug, known in self.frameworks.items():
            folder = f"data/frameworks/{slug}"
            found.files[f"{folder}/framework.toml"] = _framework_file(slug)
            found.files[f"{folder}/requirements.csv"] = dump(REQUIREMENT_COLUMNS, map(_requirement, known.values()))
            own = sorted(self.own.get(slug, {}).values(), key=lambda one: (one["subject_id"], one["object_id"]))
            found.files[f"{folder}/objectives.sssom.tsv"] = dump(SSSOM_COLUMNS, own, "\t")
            found.files[f"{folder}/constraints.csv"] = dump(CONSTRAINT_COLUMNS, ())
            found.files[f"{folder}/dates.csv"] = dump(DATE_COLUMNS, ())
        for name, table in self.published.items():
            identifier = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "imported"
            head = (f"#mapping_set_id: {BASE}mapping-set/{identifier}\n#mapping_set_title: {json.dumps(name)}\n"
                    f"#mapping_provider: {json.dumps(name)}\n#license: unknown; see your source\n")  # fmt: skip
            found.files[f"data/crosswalks/{identifier}.sssom.tsv"] = head + dump(PUBLISHED_COLUMNS, table, "\t")
        found.figures = {
            "frameworks": len(self.frameworks),
            "requirements": sum(map(len, self.frameworks.values())),
            "mappings to objectives": sum(map(len, self.own.values())),
            "mappings between requirements": sum(map(len, self.published.values())),
            "ends in frameworks that are not loaded": len(self.dangling),
        }
        return found


def _framework_file(slug: str) -> str:
    values = {"slug": slug, "version": VERSION, "title": slug, "short_title": slug, "publisher": "imported",
              "kind": "imported", "jurisdiction": "", "url": "imported table", "licence": "unknown; see your source",
              "text_status": "imported", "mapping_licence": "unknown; see your source", "reading": "plain"}  # fmt: skip
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())


def _requirement(row: Row) -> dict[str, str]:
    heading = row["core"] == "0"
    return {
        "id": row["id"], "parent": row["parent"], "kind": "heading" if heading else "requirement",
        "modality": "" if heading else "required", "title": row["title"], "summary": row["summary"],
        "applies_when": "", "status": "draft", "checked": "", "residual": "",
    }  # fmt: skip

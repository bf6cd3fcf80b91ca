"""Anyone's spreadsheet: two plain CSV tables, requirements and mappings, told apart by their header.

``requirements``: framework, id, parent, title[, summary, core]. ``mappings``: source_framework, source_id,
target_framework, target_id, relation[, rationale, strength, source]. Any number of frameworks may stand in one file,
and a target may be a requirement or, with target_framework ``objective``, a leaf objective.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harmonizer.errors import DataError, raise_together
from harmonizer.formats.contents import Contents, ReadFramework, ReadMapping, ReadMappingSet, ReadRequirement
from harmonizer.formats.foreign_text import reason_of
from harmonizer.formats.mappings import relation_of
from harmonizer.knowledge.tables import Row, read_text, rows

REQUIREMENTS = ("framework", "id", "parent", "title")
REQUIREMENTS_OPTIONAL = ("summary", "core")
MAPPINGS = ("source_framework", "source_id", "target_framework", "target_id", "relation")
MAPPINGS_OPTIONAL = ("rationale", "strength", "source")


def recognise(head: bytes) -> bool:
    """Whether the header of a file is that of one of the two tables."""
    names = set(head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].decode(errors="replace").strip().split(","))
    return set(REQUIREMENTS) <= names or set(MAPPINGS) <= names


def read(paths: Sequence[Path]) -> dict[Path, Contents]:
    """Read the tables.

    Raises :class:`DataError` (``CollectedDataError`` with all of them) for a wrong header, rows that were cut off, and
    words that are no set relation.
    """
    problems: list[DataError] = []
    found = {}
    for path in paths:
        header = read_text(path).partition("\n")[0]
        reader = _mappings if "source_id" in header or "relation" in header else _requirements
        found[path] = reader(path, problems)
    raise_together(problems)
    return found


def _requirements(path: Path, problems: list[DataError]) -> Contents:
    frameworks: dict[str, list[ReadRequirement]] = {}
    for row in rows(path, REQUIREMENTS, optional=REQUIREMENTS_OPTIONAL):
        if row["core"] not in ("", "0", "1"):
            problems.append(row.problem(f"{row['core']!r} is not allowed; expected 1, 0 or nothing", "core"))
        frameworks.setdefault(row["framework"], []).append(ReadRequirement(
            row["id"], row["title"], row["parent"], row["summary"], row["core"] == "0", f"line {row.line}",
        ))  # fmt: skip
    return Contents(
        tuple(ReadFramework(slug, tuple(table), url="imported table") for slug, table in frameworks.items())
    )


def _mappings(path: Path, problems: list[DataError]) -> Contents:
    sets: dict[str, list[ReadMapping]] = {}
    for row in rows(path, MAPPINGS, optional=MAPPINGS_OPTIONAL):
        name = row["source"] or path.stem
        try:
            sets.setdefault(name, []).append(ReadMapping(
                _end(row, "source"), relation_of(row["relation"]), _end(row, "target"),
                reason_of(row["rationale"], row["strength"], row["source"] or path.name), place=f"line {row.line}",
            ))  # fmt: skip
        except DataError as error:
            problems.append(row.problem(error.message, "relation"))
    return Contents(mapping_sets=tuple(ReadMappingSet(name, tuple(table)) for name, table in sets.items()))


def _end(row: Row, side: str) -> str:
    return f"{row[f'{side}_framework']}:{row[f'{side}_id']}"

"""Anyone's list of requirements or mappings, CSV or Excel, by saying which column holds what.

A list of requirements needs ``id`` and ``title``; a list of mappings ``source`` and ``target``. What is not said is
proposed from the headings.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harmonizer.errors import DataError, UsageError, did_you_mean, nearest, raise_together
from harmonizer.formats.contents import Contents, Finding, ReadFramework, ReadMapping, ReadMappingSet, ReadRequirement
from harmonizer.formats.foreign_text import line_of, reason_of, slug_of
from harmonizer.formats.mappings import relation_of
from harmonizer.formats.sheets import Sheet, folded, read_sheets

REQUIREMENT_ROLES: dict[str, tuple[str, ...]] = {
    "id": ("id", "control id", "requirement id", "identifier", "control number", "control no", "requirement number",
           "control #", "requirement #", "scf #", "ref id", "reference id", "ref", "reference", "number", "no", "code",
           "clause", "article", "section", "#"),
    "title": ("title", "name", "control title", "control name", "requirement title", "requirement name", "scf control",
              "short description", "control", "requirement"),
    "parent": ("parent", "parent id", "part of"),
    "group": ("group", "domain", "category", "family", "chapter", "theme", "function", "scf domain", "control family",
              "control domain"),
    "summary": ("summary", "description", "control description", "requirement description", "text", "control text",
                "requirement text", "statement", "control statement", "details",
                "secure controls framework scf control description"),
}  # fmt: skip
MAPPING_ROLES: dict[str, tuple[str, ...]] = {
    "source": ("source", "source id", "from", "from id"),
    "target": ("target", "target id", "to", "to id", "mapped to", "mapping"),
    "relation": ("relation", "relationship", "mapping type"),
    "rationale": ("rationale", "reason", "justification", "comment", "comments"),
    "strength": ("strength", "strength of relationship"),
    "source_framework": ("source framework", "from framework"),
    "target_framework": ("target framework", "to framework"),
}  # fmt: skip
ROLES = (*REQUIREMENT_ROLES, *MAPPING_ROLES)
_NEEDED = (("id", "title"), ("source", "target"))


@dataclass(frozen=True)
class Proposal:
    """A sheet, where its header stands among its rows, and the heading of the column for each role."""

    sheet: Sheet
    header: int
    columns: dict[str, str]

    @property
    def headings(self) -> list[str]:
        return [one for one in (line_of(cell) for cell in self.sheet.rows[self.header][1]) if one]

    @property
    def complete(self) -> bool:
        return any(all(role in self.columns for role in needed) for needed in _NEEDED)


def recognise(sheets: Sequence[Sheet]) -> bool:
    """Whether the headings of some sheet say where ids and titles, or the ends of mappings, are."""
    return any(propose(sheet).complete for sheet in sheets if sheet.rows)


def propose(sheet: Sheet) -> Proposal:
    """Which column holds what, as far as the headings tell."""
    best = Proposal(sheet, 0, {})
    for roles in (REQUIREMENT_ROLES, MAPPING_ROLES):
        at, places = sheet.header(roles)
        cells = sheet.rows[at][1] if sheet.rows else ()
        found = Proposal(sheet, at, {role: line_of(cells[place]) for role, place in places.items()})
        if (found.complete, len(found.columns)) > (best.complete, len(best.columns)):
            best = found
    return best


def parse_columns(text: str) -> dict[str, str]:
    """``id=Control ID,title=Name`` as a table; a heading with a comma is written ``"title=Name, short"``."""
    found = {}
    for part in next(csv.reader([text], skipinitialspace=True), []):
        role, equals, heading = part.partition("=")
        if not equals or role.strip() not in ROLES:
            hint = did_you_mean(nearest(role.strip(), ROLES)) or f"; expected {', '.join(ROLES)}"
            raise UsageError(f"{part!r} is not ROLE=HEADING{hint}")
        found[role.strip()] = heading.strip()
    return found


def read(
    path: Path, slug: str = "", source: str = "", target: str = "", columns: Mapping[str, str] | None = None
) -> Contents:
    """The requirements or mappings of the first sheet that has the columns.

    Raises :class:`DataError` for a heading that is not there, ids that are missing, and words that are no relation;
    :class:`UsageError` where columns or frameworks are not said.
    """
    sheets = [sheet for sheet in read_sheets(path) if sheet.rows]
    if not sheets:
        raise DataError("the file has no rows", file=path)
    chosen = _chosen(path, sheets, dict(columns or {}))
    cells = chosen.sheet.rows[chosen.header][1]
    places = {role: _place(path, cells, heading) for role, heading in chosen.columns.items()}
    if all(role in places for role in _NEEDED[0]):
        found = _requirements(chosen, places, slug or slug_of(path.stem))
    else:
        found = _mappings(chosen, places, source, target)
    message = f"is a list too and is not read, only {chosen.sheet.name}; save it to a file of its own"
    others = [one for one in sheets if one.name != chosen.sheet.name and propose(one).complete]
    passed_over = [Finding(one.name, message) for one in others]
    return replace(found, findings=(*found.findings, *passed_over))


def _chosen(path: Path, sheets: Sequence[Sheet], columns: dict[str, str]) -> Proposal:
    """The sheet with the user's columns; what they did not say is proposed."""
    if not columns:
        proposals = [one for one in map(propose, sheets) if one.complete]
        if not proposals:
            raise UsageError(f"say which columns of {path.name} hold what: --columns 'id=...,title=...' or "
                             f"'source=...,target=...'; first row: {', '.join(sheets[0].rows[0][1])}")  # fmt: skip
        return proposals[0]
    if not any(all(role in columns for role in needed) for needed in _NEEDED):
        raise UsageError("a list of requirements needs the columns id and title, one of mappings source and target; "
                         f"got {', '.join(columns)}")  # fmt: skip
    wanted = {role: (folded(heading),) for role, heading in columns.items()}
    found = [(sheet, *sheet.header(wanted)) for sheet in sheets]
    sheet, at, _ = max(found, key=lambda one: len(one[2]))
    return Proposal(sheet, at, columns)


def _place(path: Path, cells: Sequence[str], heading: str) -> int:
    names = [folded(cell) for cell in cells]
    if folded(heading) not in names:
        known = [line_of(cell) for cell in cells if cell.strip()]
        hint = did_you_mean(nearest(heading, known)) or f"; found {', '.join(known)}"
        raise DataError(f"no column is headed {heading!r}{hint}", file=path)
    if names.count(folded(heading)) > 1:
        raise DataError(f"the heading {heading!r} stands twice; give one of the columns another", file=path)
    return names.index(folded(heading))


def _requirements(chosen: Proposal, places: Mapping[str, int], slug: str) -> Contents:
    sheet, problems, findings = chosen.sheet, list[DataError](), list[Finding]()
    found: list[ReadRequirement] = []
    groups: dict[str, None] = {}
    for number, cells in sheet.rows[chosen.header + 1 :]:
        place = sheet.place(number, places["id"])
        try:
            text = {role: sheet.cell(number, cells, column) for role, column in places.items()}
        except DataError as error:
            problems.append(error)
            continue
        if not text["id"]:
            findings.append(Finding(place, "a row without an id is passed over"))
            continue
        group = line_of(text.get("group", ""))
        if group and group not in groups:
            groups[group] = None
            found.append(ReadRequirement(group, group, heading=True, place=place))
        title = text["title"] or text.get("summary", "")[:100] or text["id"]
        found.append(ReadRequirement(text["id"], title, text.get("parent", "") or group, text.get("summary", ""),
                                     place=place))  # fmt: skip
    raise_together(problems)
    return Contents((ReadFramework(slug, tuple(found), title=sheet.path.stem, url="imported sheet"),),
                    findings=tuple(findings))  # fmt: skip


def _mappings(chosen: Proposal, places: Mapping[str, int], source: str, target: str) -> Contents:
    sheet, problems, findings = chosen.sheet, list[DataError](), list[Finding]()
    found = []
    for role, option in (("source_framework", source), ("target_framework", target)):
        if role not in places and not option:
            raise UsageError(f"say which framework the ids are of: --{role.partition('_')[0]} SLUG, or the column "
                             f"{role}")  # fmt: skip
    for number, cells in sheet.rows[chosen.header + 1 :]:
        place = sheet.place(number, places["source"])
        try:
            text = {role: sheet.cell(number, cells, column) for role, column in places.items()}
            if not text["source"] or not text["target"]:
                findings.append(Finding(place, "names no counterpart and is passed over"))
                continue
            relation = relation_of(text.get("relation", ""))
        except DataError as error:
            problems.append(error if error.file else DataError(f"{place}: {error.message}", file=sheet.path))
            continue
        found.append(ReadMapping(
            f"{source or slug_of(text['source_framework'])}:{text['source']}", relation,
            f"{target or slug_of(text['target_framework'])}:{text['target']}",
            reason_of(text.get("rationale", ""), text.get("strength", ""), sheet.path.name), place=place,
        ))  # fmt: skip
    raise_together(problems)
    return Contents(mapping_sets=(ReadMappingSet(sheet.path.stem, tuple(found)),), findings=tuple(findings))

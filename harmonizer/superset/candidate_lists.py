"""Candidate controls that the user brings: a CSV list, or a loaded catalogue whose requirements serve as controls.

CSV columns: ``control, satisfies`` and perhaps ``title, statement, kind, effort, effort_low, effort_high, settable,
prerequisites, exclusions, evidence, owner``. ``satisfies`` holds leaf objectives and requirements (``slug:id``: all
that it asks for), separated by ``;``. Without ``effort`` every control costs 1, so that the fewest controls are chosen.
Without ``settable`` a control can be set to whatever binds.

A catalogue's requirement satisfies the leaves that its own mapping rows contain, and all that is asked by requirements
that a published crosswalk states to be equal to it or within it. Rows that say no more than "intersects" count nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harmonizer.errors import DataError, UnknownNameError
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import Row, rows
from harmonizer.model import Control, Framework, Requirement

COLUMNS = ("control", "satisfies")
OPTIONAL = ("title", "statement", "kind", "effort", "effort_low", "effort_high", "settable", "prerequisites",
            "exclusions", "evidence", "owner")  # fmt: skip


def candidate_list(index: Index, name: str) -> dict[str, Control]:
    """The candidates in a CSV file, or those that a loaded framework makes, by slug in order.

    Raises :class:`DataError` with file, line and nearest name for what a file holds amiss, and
    :class:`UnknownNameError` for a name that is neither a file nor a framework.
    """
    if Path(name).suffix == ".csv" or Path(name).is_file():
        found = [_control(index, row) for row in _distinct(rows(Path(name), COLUMNS, optional=OPTIONAL))]
        known = {control.slug for control in found}
        for control in found:
            for other in (*control.prerequisites, *control.exclusions):
                if other not in known:
                    raise DataError(str(UnknownNameError("control", other, known)), file=name)
    else:
        found = list(_of_catalogue(index, index.framework(name)))
    return {control.slug: control for control in sorted(found, key=lambda one: one.slug)}


def _distinct(table: list[Row]) -> Iterator[Row]:
    seen: dict[str, int] = {}
    for row in table:
        if not row["control"]:
            raise row.problem("a control needs a name", "control")
        if row["control"] in seen:
            raise row.problem(
                f"the control {row['control']!r} stands already in line {seen[row['control']]}", "control"
            )
        seen[row["control"]] = row.line
        yield row


def _control(index: Index, row: Row) -> Control:
    effort = row.integer("effort") if row["effort"] else 1
    low = row.integer("effort_low") if row["effort_low"] else effort
    high = row.integer("effort_high") if row["effort_high"] else effort
    if not low <= effort <= high:
        raise row.problem(f"the efforts {low}, {effort} and {high} do not rise from low to high", "effort")
    settable = row.many("settable") or tuple(index.dimensions)
    for one in settable:
        if one.rpartition(".")[2] not in index.dimensions:
            raise row.problem(str(UnknownNameError("dimension", one, index.dimensions)), "settable")
    title = row["title"] or row["control"]
    return Control(row["control"], title, row["statement"] or f"{title}.", row["kind"], settable, low, effort, high,
                   "as the list states", row.many("prerequisites"), row.many("exclusions"), row.many("evidence"),
                   row["owner"], (), tuple(sorted(_leaves(index, row))))  # fmt: skip


def _leaves(index: Index, row: Row) -> set[str]:
    found: set[str] = set()
    for name in row.many("satisfies"):
        try:
            if ":" in name.removeprefix("objective:"):
                found |= asked_leaves(index, index.requirement(name))
            else:
                found |= {leaf.slug for leaf in index.leaves_below(index.objective(name).slug)}
        except UnknownNameError as error:
            raise row.problem(str(error), "satisfies") from None
    return found


def asked_leaves(index: Index, requirement: Requirement) -> set[str]:
    """The leaves that a requirement and its parts ask for, every member of an any-of group included."""
    keys = [requirement.key, *(one.key for one in index.parts(requirement.key))]
    return {row.objective for key in keys for row in index.mappings_of.get(key, ())
            if row.relation != "no-relationship"}  # fmt: skip


def _of_catalogue(index: Index, framework: Framework) -> Iterator[Control]:
    within: dict[str, set[str]] = {}
    for link in index.knowledge.links:
        if link.relation in ("equal", "superset-of"):
            within.setdefault(link.subject, set()).add(link.object)
        if link.relation in ("equal", "subset-of"):
            within.setdefault(link.object, set()).add(link.subject)
    for requirement in index.requirements_of(framework):
        if requirement.kind != "requirement":
            continue
        leaves = {row.objective for row in index.mappings_of.get(requirement.key, ()) if row.contains_leaf}
        for other in within.get(requirement.key, ()):
            if other in index.requirements:
                leaves |= asked_leaves(index, index.requirements[other])
            elif other.removeprefix("objective:") in index.objectives:
                leaves |= {leaf.slug for leaf in index.leaves_below(other.removeprefix("objective:"))}
        if leaves:
            yield Control(requirement.id, requirement.title, requirement.summary or f"{requirement.title}.", "",
                          tuple(index.dimensions), 1, 1, 1, "each counts one", (), (), (), "", (),
                          tuple(sorted(leaves)))  # fmt: skip

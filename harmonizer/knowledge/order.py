"""The canonical order of records, so that no answer depends on the order of rows, files or quads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from harmonizer.model import Knowledge, Objective


def in_order(knowledge: Knowledge) -> Knowledge:
    """Canonical order: frameworks by slug and version, their rows by source position, objectives by hierarchy."""
    requirements = sorted(knowledge.requirements, key=lambda r: (r.key.partition(":")[0], r.position, r.key))
    place = {requirement.key: index for index, requirement in enumerate(requirements)}
    last = len(place)

    def by_requirement(record: Any) -> tuple[Any, ...]:
        return (place.get(record.requirement, last), record.requirement, repr(record))

    return Knowledge(
        frameworks=tuple(sorted(knowledge.frameworks, key=lambda f: f.key)),
        requirements=tuple(requirements),
        objectives=_hierarchy_order(knowledge.objectives),
        mappings=tuple(sorted(knowledge.mappings, key=lambda m: (place.get(m.requirement, last), m.requirement,
                                                                 m.objective, m.relation))),
        constraints=tuple(sorted(knowledge.constraints, key=by_requirement)),
        dates=tuple(sorted(knowledge.dates, key=by_requirement)),
        dimensions=tuple(sorted(knowledge.dimensions, key=lambda d: (d.position, d.slug))),
        tags=tuple(sorted(knowledge.tags, key=lambda t: (t.position, t.tag))),
        tensions=tuple(sorted(knowledge.tensions, key=lambda t: t.id)),
        controls=tuple(sorted(knowledge.controls, key=lambda c: c.slug)),
        mapping_sets=tuple(sorted(knowledge.mapping_sets, key=lambda s: s.id)),
        links=tuple(sorted(knowledge.links, key=lambda link: (link.mapping_set, link.position, repr(link)))),
        differences=tuple(sorted(knowledge.differences, key=lambda d: (d.mapping_set, d.subject, d.object))),
    )  # fmt: skip


def _hierarchy_order(objectives: tuple[Objective, ...]) -> tuple[Objective, ...]:
    """Depth first, siblings by position and slug, ``position`` rewritten as the place in that order."""
    children: dict[str, list[Objective]] = defaultdict(list)
    known = {objective.slug for objective in objectives}
    for objective in objectives:
        children[objective.parent if objective.parent in known else ""].append(objective)
    ordered: list[Objective] = []
    stack = sorted(children[""], key=lambda o: (o.position, o.slug), reverse=True)
    while stack:
        objective = stack.pop()
        ordered.append(replace(objective, position=len(ordered)))
        stack.extend(sorted(children[objective.slug], key=lambda o: (o.position, o.slug), reverse=True))
    return tuple(ordered)

"""The covering problem solved by trying everything, with nothing taken from the solver.

Retention values are whole years, so that they compare as numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, groupby, product

from harmonizer.model import Constraint, Control, Knowledge, Level

Choice = tuple[tuple[str, ...], tuple[tuple[str, Level], ...]]


def number(text: str) -> int:
    return int(text.strip("PY"))


def admits(constraint: Constraint, value: str) -> bool:
    if constraint.operator == "at-least":
        return number(value) >= number(constraint.value)
    return number(value) <= number(constraint.value)


def asks(knowledge: Knowledge) -> list[tuple[int, list[tuple[str, list[Constraint]]]]]:
    """Weight and, for each leaf of which one suffices, its constraints."""
    by_leaf: dict[str, set[str]] = {}
    groups: dict[str, list[str]] = {}
    for row in knowledge.mappings:
        if row.any_of:
            groups.setdefault(row.requirement, []).append(row.objective)
        else:
            by_leaf.setdefault(row.objective, set()).add(row.requirement)

    def on(leaf: str, keys: set[str]) -> list[Constraint]:
        return [one for one in knowledge.constraints if one.objective == leaf and one.requirement in keys]

    return [(len(keys), [(leaf, on(leaf, keys))]) for leaf, keys in by_leaf.items()] + [
        (1, [(leaf, on(leaf, {key})) for leaf in leaves]) for key, leaves in groups.items()
    ]


def contradictory(constraints: list[Constraint]) -> bool:
    low = [number(one.value) for one in constraints if one.dimension == "retention" and one.operator == "at-least"]
    high = [number(one.value) for one in constraints if one.dimension == "retention" and one.operator == "at-most"]
    return bool(low and high and max(low) > min(high))


def reaches(control: Control, levels: list[Level], leaf: str, constraints: list[Constraint]) -> bool:
    if leaf not in control.satisfies or contradictory(constraints):
        return False
    for dimension in {one.dimension for one in constraints} - set(control.settable):
        asked = [one for one in constraints if one.dimension == dimension]
        fitting = [level for level in levels if level.dimension == dimension and level.objective in ("", leaf)]
        if not any(all(admits(one, level.value) for one in asked) for level in fitting):
            return False
    return True


def choices(knowledge: Knowledge) -> Iterator[Choice]:
    """Every set of controls that can stand, at every combination of levels."""
    controls = {one.slug: one for one in knowledge.controls}
    for count in range(len(controls) + 1):
        for chosen in combinations(sorted(controls), count):
            members = [controls[slug] for slug in chosen]
            if any(not set(one.prerequisites) <= set(chosen) or set(one.exclusions) & set(chosen) for one in members):
                continue
            options: list[list[tuple[str, Level] | None]] = []
            for one in members:
                for _, group in groupby(sorted(one.levels, key=place), key=place):
                    options.append([None, *((one.slug, level) for level in group)])
            for picked in product(*options):
                yield chosen, tuple(pair for pair in picked if pair)


def place(level: Level) -> tuple[str, str]:
    return level.objective, level.dimension


def best(knowledge: Knowledge, budget: int | None = None) -> tuple[int, int, int, int, tuple[str, ...], int]:
    """Unmet pairs, effort, controls, evidence, slugs and number of levels of the best choice, in this order."""
    controls = {one.slug: one for one in knowledge.controls}
    demands = asks(knowledge)
    found = []
    for chosen, levels in choices(knowledge):
        effort = sum(controls[slug].effort_likely for slug in chosen) + sum(one.effort_likely for _, one in levels)
        if budget is not None and effort > budget:
            continue
        unmet = 0
        for weight, leaves in demands:
            if not any(reaches(controls[slug], [level for owner, level in levels if owner == slug], leaf, constraints)
                       for slug in chosen for leaf, constraints in leaves):  # fmt: skip
                unmet += weight
        evidence = sum(len(set(controls[slug].evidence)) for slug in chosen)
        found.append((unmet, effort, len(chosen), evidence, chosen, len(levels)))
    return min(found)

"""Which candidate control can satisfy a demand, at which of its levels, and why none can.

A control satisfies a leaf if it claims it and, on every dimension with comparable constraints on the leaf, can be set
to any value or has a level that all of these constraints admit (reasoning.md, section 4: a level is admissible if its
value lies in the intersection of all admissible sets).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from harmonizer.knowledge.index import Index
from harmonizer.model import Constraint, Control, Level, short_key
from harmonizer.strictness.applicability import condition_of
from harmonizer.strictness.ordering import admits, contradicts
from harmonizer.superset.demand import Demand
from harmonizer.values import Duration, describe_value, parse_value

OPERATOR_WORDS = {
    "at-least": "at least", "at-most": "at most", "equals": "exactly", "includes": "including",
    "one-of": "among", "forbidden": "without",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """A control that can satisfy a leaf of a demand.

    ``needs`` holds, for each dimension that must be set by a level, the admissible levels, of which one is needed.
    """

    control: str
    leaf: str
    needs: tuple[tuple[Level, ...], ...]


def available(controls: Mapping[str, Control], exclude: Collection[str]) -> dict[str, Control]:
    """The controls that can be chosen at all, by slug in order.

    Left out are those in ``exclude`` and those whose prerequisites, however far, are left out, are unknown or exclude
    each other or the control.
    """
    pool = {slug: controls[slug] for slug in sorted(controls) if slug not in set(exclude)}
    return {slug: control for slug, control in pool.items() if _can_stand(slug, pool)}


def bundle(slug: str, controls: Mapping[str, Control]) -> set[str]:
    """A control with all its prerequisites, however far; unknown slugs included."""
    found, todo = {slug}, [slug]
    while todo:
        control = controls.get(todo.pop())
        fresh = set(control.prerequisites) - found if control else set()
        found |= fresh
        todo.extend(fresh)
    return found


def _can_stand(slug: str, pool: Mapping[str, Control]) -> bool:
    members = bundle(slug, pool)
    return members <= pool.keys() and not any(members & set(pool[member].exclusions) for member in members)


def ways_to(index: Index, demand: Demand, candidates: Mapping[str, Control], scope: str) -> tuple[Way, ...]:
    """Every way in which a candidate can satisfy the demand, ordered by control and leaf; none if nothing can."""
    ways = []
    for leaf in demand.leaves:
        if contradiction(index, demand, leaf, scope):
            continue
        bounds = demand.bounds(leaf)
        for control in candidates.values():
            if leaf in control.satisfies:
                asked = [_levels_needed(index, control, leaf, *bound) for bound in bounds.items()]
                needs = tuple(levels for levels in asked if levels is not None)
                if all(needs):
                    ways.append(Way(control.slug, leaf, needs))
    return tuple(sorted(ways, key=lambda way: (way.control, way.leaf)))


def settable(control: Control, leaf: str, dimension: str) -> bool:
    """Whether the control can be set to any value of the dimension on the leaf, at no further effort."""
    return dimension in control.settable or f"{leaf}.{dimension}" in control.settable


def _levels_needed(
    index: Index, control: Control, leaf: str, dimension: str, constraints: Iterable[Constraint]
) -> tuple[Level, ...] | None:
    """The admissible levels, of which one is needed; None where no level is needed."""
    if settable(control, leaf, dimension):
        return None
    measure = index.dimensions[dimension]
    found = {
        level
        for level in control.levels
        if level.dimension == dimension
        and level.objective in ("", leaf)
        and all(admits(measure, constraint, level.value, level.unit) for constraint in constraints)
    }
    return tuple(sorted(found, key=lambda level: level_order(index, level)))


def level_order(index: Index, level: Level) -> tuple[str, str, float, str, str]:
    """Sort key that puts smaller levels first: leaf, dimension, size, wording."""
    value = parse_value(index.dimensions[level.dimension], level.value, level.unit)
    if isinstance(value, Duration):
        size = value.months * 2_629_746.0 + value.seconds  # a mean Gregorian month in seconds; for order alone
    else:
        size = float(len(value)) if isinstance(value, frozenset) else float(value)
    return level.objective, level.dimension, size, level.value, repr(level)


def contradiction(index: Index, demand: Demand, leaf: str, scope: str) -> tuple[Constraint, Constraint] | None:
    """The first two constraints on a leaf that no value can meet both, in scopes that can hold together."""
    for dimension, constraints in demand.bounds(leaf).items():
        for one, other in combinations(constraints, 2):
            if contradicts(index.dimensions[dimension], one, other) and index.scope.compatible(
                condition_of(index, one), condition_of(index, other), scope
            ):
                return one, other
    return None


def describe_constraint(index: Index, constraint: Constraint) -> str:
    """A constraint with its citation: ``retention at least 6 years (hipaa:164.316(b)(2)(i))``."""
    value = describe_value(index.dimensions[constraint.dimension], constraint.value, constraint.unit)
    operator = OPERATOR_WORDS[constraint.operator]
    return f"{constraint.dimension} {operator} {value} ({short_key(constraint.requirement)})"


def reason_uncovered(
    index: Index, demand: Demand, candidates: Mapping[str, Control], controls: Mapping[str, Control], scope: str
) -> str:
    """Why no candidate of all ``controls`` can satisfy the demand: a clause for each of its leaves."""
    return "; ".join(_reason(index, demand, leaf, candidates, controls, scope) for leaf in demand.leaves)


def _reason(
    index: Index,
    demand: Demand,
    leaf: str,
    candidates: Mapping[str, Control],
    controls: Mapping[str, Control],
    scope: str,
) -> str:
    clash = contradiction(index, demand, leaf, scope)
    if clash:
        one, other = (describe_constraint(index, constraint) for constraint in clash)
        return f"no setting of {leaf} can meet both {one} and {other}"
    claimants = [control for control in candidates.values() if leaf in control.satisfies]
    if claimants:
        return _reason_too_loose(index, demand, leaf, claimants)
    barred = sorted(slug for slug, control in controls.items() if leaf in control.satisfies)
    if barred:
        return f"{leaf} is claimed only by {_listed(barred)}, left out or in need of what is left out or excluded"
    return f"no candidate control claims {leaf}"


def _reason_too_loose(index: Index, demand: Demand, leaf: str, claimants: list[Control]) -> str:
    missed = {
        constraint: None
        for dimension, constraints in demand.bounds(leaf).items()
        if any(_levels_needed(index, control, leaf, dimension, constraints) == () for control in claimants)
        for constraint in constraints
    }
    asked = " and ".join(describe_constraint(index, constraint) for constraint in missed)
    names = _listed([control.slug for control in claimants])
    if len(claimants) == 1:
        return f"{names} claims {leaf} but does not reach {asked}"
    return f"{names} claim {leaf} but none reaches {asked}"


def _listed(names: list[str]) -> str:
    *firsts, last = names
    return f"{', '.join(firsts)} and {last}" if firsts else last

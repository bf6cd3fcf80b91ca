"""The most stringent requirement for each objective and dimension, with its citation.

Constraints are compared on one leaf objective, one dimension and one clock. A constraint is *dominated* by another
that is stricter and binds wherever it binds; what is left is *binding*. Qualitative and organization-defined duties
stay beside the numbers. Two kinds of row are added: a *uniform* value (scope ``*``) where the union of required
elements is more than any single source asks, and a *covered-in-practice* row that says which one internal deadline
would satisfy several duties that do not dominate each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harmonizer import model
from harmonizer.answer import Answer, joined
from harmonizer.knowledge.index import Index
from harmonizer.model import short_key
from harmonizer.strictness.applicability import Circumstances, applicable, condition_of
from harmonizer.strictness.ordering import at_least_as_strict, contradicts
from harmonizer.values import Duration, parse_value

COLUMNS = ("objective", "dimension", "operator", "value", "unit", "extension", "clock", "wording", "framework",
           "requirement", "scope", "valid_from", "valid_to", "status", "dominated_by", "incomparable_with",
           "satisfies", "note")  # fmt: skip

SET_JOINS = ("includes", "forbidden", "one-of")


@dataclass(frozen=True)
class Ranked:
    """A constraint with its standing among those on the same leaf and dimension.

    ``constraint`` is None for the rows that join several; ``satisfies`` then names whose.
    """

    objective: str
    dimension: str
    operator: str
    value: str
    unit: str
    clock: str
    scope: str
    status: str
    constraint: model.Constraint | None = None
    dominated_by: tuple[str, ...] = ()
    incomparable_with: tuple[str, ...] = ()
    satisfies: tuple[str, ...] = ()
    note: str = ""


def constraints_in(
    index: Index, frameworks: Sequence[model.Framework], circumstances: Circumstances
) -> list[model.Constraint]:
    """Every constraint of the frameworks' applicable requirements, whatever their modality."""
    return [
        constraint
        for framework in frameworks
        for requirement in applicable(index, framework, circumstances, modalities=None)
        for constraint in index.constraints_of.get(requirement.key, ())
        if index.scope.compatible(condition_of(index, constraint), circumstances.scope)
    ]


def rank(index: Index, constraints: Sequence[model.Constraint]) -> list[Ranked]:
    """Every constraint with its standing, and the joined rows, in the order of the objective hierarchy."""
    groups: dict[tuple[str, str], list[model.Constraint]] = defaultdict(list)
    for constraint in constraints:
        groups[constraint.objective, constraint.dimension].append(constraint)
    ranked: list[Ranked] = []
    for (_, dimension), group in groups.items():
        standing = [_stand(index, index.dimensions[dimension], constraint, group) for constraint in group]
        ranked += [*standing, *_uniform(index, standing)]
    ranked += _covered_in_practice(index, ranked)
    places = {slug: place for place, slug in enumerate(index.objectives)}
    dimensions = {slug: place for place, slug in enumerate(index.dimensions)}
    order = {"binding": 0, "conflict": 0, "qualitative": 1, "dominated": 2, "covered-in-practice": 3}
    return sorted(ranked, key=lambda row: (places[row.objective], dimensions[row.dimension], order[row.status]))


def _stand(
    index: Index, dimension: model.Dimension, one: model.Constraint, group: Sequence[model.Constraint]
) -> Ranked:
    scope = condition_of(index, one)
    row = Ranked(one.objective, one.dimension, one.operator, one.value, one.unit, one.clock, scope, "binding", one,
                 note=one.note)  # fmt: skip
    if not one.comparable:
        return row if one.is_trigger else replace(row, status="qualitative")
    rivals = [other for other in group if other is not one and other.comparable]
    meeting = [other for other in rivals if index.scope.compatible(scope, condition_of(index, other))]
    against = [other for other in meeting if contradicts(dimension, one, other)]
    if against:
        return replace(row, status="conflict", incomparable_with=_citations(against))
    stricter = [
        other for other in rivals
        if other.clock == one.clock
        and at_least_as_strict(dimension, other, one) and not at_least_as_strict(dimension, one, other)
        and index.scope.implies(scope, condition_of(index, other))
    ]  # fmt: skip
    if stricter:
        return replace(row, status="dominated", dominated_by=_citations(stricter))
    if one.operator in SET_JOINS:
        return row
    apart = [
        other for other in meeting
        if other.clock != one.clock
        or not (at_least_as_strict(dimension, other, one) or at_least_as_strict(dimension, one, other))
    ]  # fmt: skip
    return replace(row, incomparable_with=_citations(apart))


def _citations(constraints: Sequence[model.Constraint]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(short_key(constraint.requirement) for constraint in constraints))


def _uniform(index: Index, standing: Sequence[Ranked]) -> list[Ranked]:
    """One value for all segments, where it differs from each of them: the join of required or permitted elements."""
    rows: list[Ranked] = []
    for operator in SET_JOINS:
        members = [row for row in standing if row.status == "binding" and row.operator == operator]
        if len(members) < 2:
            continue
        sets = [frozenset(row.value.split(";")) for row in members]
        together = frozenset.intersection(*sets) if operator == "one-of" else frozenset.union(*sets)
        if together in sets or not together:
            continue
        rows.append(replace(
            members[0], value=";".join(sorted(together)), clock="", scope="*", constraint=None,
            incomparable_with=(), satisfies=_satisfied(members), note="one set of elements for every scope",
        ))  # fmt: skip
    return rows


def _satisfied(rows: Sequence[Ranked]) -> tuple[str, ...]:
    return _citations([row.constraint for row in rows if row.constraint])


def _covered_in_practice(index: Index, ranked: Sequence[Ranked]) -> list[Ranked]:
    """One row per middle-level objective and deadline dimension with more than one binding deadline below it."""
    groups: dict[tuple[str, str], list[Ranked]] = defaultdict(list)
    for row in ranked:
        if row.dimension.endswith("-deadline"):
            groups[index.middle(row.objective).slug, row.dimension].append(row)
    rows = []
    for (objective, dimension), members in groups.items():
        binding = [row for row in members if row.status == "binding" and row.operator == "at-most"]
        units = {row.unit for row in binding}
        if len(binding) < 2 or len(units) != 1:
            continue
        durations = [_duration(index.dimensions[dimension], row) for row in binding]
        value = longest_within(durations)
        clocks = sorted({row.clock for row in binding if row.clock})
        start = f"the earliest of {', '.join(clocks)}" if len(clocks) > 1 else "".join(clocks) or "its start"
        qualitative = _satisfied([row for row in members if row.status == "qualitative"])
        note = f"one internal deadline of {value}, run from {start}, satisfies every one of these"
        if qualitative:
            note += f"; still to be judged beside it: {', '.join(qualitative)}"
        rows.append(Ranked(
            objective, dimension, "at-most", value.text, value.unit, ";".join(clocks), "*", "covered-in-practice",
            satisfies=_satisfied(binding), note=note,
        ))  # fmt: skip
    return rows


def _duration(dimension: model.Dimension, row: Ranked) -> Duration:
    value = parse_value(dimension, row.value, row.unit)
    assert isinstance(value, Duration)
    return value


def longest_within(durations: Sequence[Duration]) -> Duration:
    """The longest duration that none of ``durations`` (all of one unit) falls below: one of them, or whole days."""
    for one in durations:
        if all(one.compare(other) in (-1, 0) for other in durations):
            return one
    unit = durations[0].unit
    days = min(duration.shortest_seconds() for duration in durations) // 86_400
    return Duration.parse(f"P{days}D", unit)


def strictest(index: Index, frameworks: Sequence[model.Framework], circumstances: Circumstances) -> Answer:
    """The table of the ``strictest`` command for these frameworks."""
    ranked = rank(index, constraints_in(index, frameworks, circumstances))
    rows = []
    for row in ranked:
        constraint = row.constraint
        framework = index.framework_versions[constraint.requirement.partition(":")[0]] if constraint else None
        valid_from, valid_to = _validity(index, constraint, framework)
        rows.append((
            row.objective, row.dimension, row.operator, row.value, row.unit,
            constraint.extension if constraint else "", row.clock, constraint.wording if constraint else "",
            framework.slug if framework else "", short_key(constraint.requirement) if constraint else "",
            row.scope, valid_from, valid_to, row.status, joined(row.dominated_by), joined(row.incomparable_with),
            joined(row.satisfies), row.note,
        ))  # fmt: skip
    return Answer.of(COLUMNS, rows, title="Most stringent requirements")


def _validity(index: Index, constraint: model.Constraint | None, framework: model.Framework | None) -> tuple[str, str]:
    if not constraint or not framework:
        return "", ""
    rules = [rule for rule in index.dates_of.get(constraint.requirement, ())
             if rule.status in ("in-force", "adopted") and rule.dimension in ("", constraint.dimension)]  # fmt: skip
    if not rules:
        return framework.valid_from, framework.valid_to
    return (
        joined([_dated(rule.valid_from, rule.scope) for rule in rules if rule.valid_from]),
        joined([_dated(rule.valid_to, rule.scope) for rule in rules if rule.valid_to]),
    )


def _dated(day: str, scope: str) -> str:
    return f"{day} [{scope}]" if scope else day

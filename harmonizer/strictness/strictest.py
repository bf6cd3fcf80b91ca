"""The most stringent requirement for each objective and dimension, with its citation.

Constraints are compared on one leaf objective, one dimension and one clock, world by world of the scope tags that they
name. A constraint is *dominated* where, in every world in which it holds, others that hold there are stricter, one
alone or several together; else it is *binding*, and its ``scope`` is what is left of its condition without the worlds
in which it is superfluous: one row for all segments in which it binds. Qualitative and organization-defined duties stay
beside the numbers. Two kinds of row are added: a *uniform* value (scope ``*``), one value for every scope, where it
differs from the value of every row, and a *covered-in-practice* row that says which one internal deadline would satisfy
several duties that do not dominate each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from harmonizer import model
from harmonizer.answer import Answer, joined
from harmonizer.knowledge.index import Index
from harmonizer.model import short_key
from harmonizer.strictness.admissible import join
from harmonizer.strictness.applicability import ANYONE, Circumstances, applicable, condition_of
from harmonizer.strictness.ordering import at_least_as_strict
from harmonizer.strictness.standing import Group, conflicting
from harmonizer.values import Duration, parse_value

COLUMNS = ("objective", "dimension", "operator", "value", "unit", "extension", "clock", "wording", "framework",
           "requirement", "scope", "valid_from", "valid_to", "status", "dominated_by", "incomparable_with",
           "satisfies", "note")  # fmt: skip

SET_JOINS = ("includes", "forbidden", "one-of")
MOST_SEGMENTS_NAMED = 3


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
        if index.scope.compatible(condition_of(index, constraint, circumstances), circumstances.scope)
    ]


def rank(index: Index, constraints: Sequence[model.Constraint], circumstances: Circumstances = ANYONE) -> list[Ranked]:
    """Every constraint with its standing, and the joined rows, in the order of the objective hierarchy."""
    groups: dict[tuple[str, str], list[model.Constraint]] = defaultdict(list)
    for constraint in constraints:
        groups[constraint.objective, constraint.dimension].append(constraint)
    ranked = [row for group in groups.values() for row in _standing(index, group, circumstances)]
    ranked += _covered_in_practice(index, ranked)
    places = {slug: place for place, slug in enumerate(index.objectives)}
    dimensions = {slug: place for place, slug in enumerate(index.dimensions)}
    order = {"binding": 0, "conflict": 0, "qualitative": 1, "dominated": 2, "covered-in-practice": 3}
    return sorted(ranked, key=lambda row: (places[row.objective], dimensions[row.dimension], order[row.status]))


def _standing(index: Index, constraints: Sequence[model.Constraint], circumstances: Circumstances) -> list[Ranked]:
    """The rows of one leaf and dimension: one for each constraint in its order, then the uniform ones."""
    comparable = [one for one in constraints if one.comparable]
    against: dict[model.Constraint, list[model.Constraint]] = {}
    for members in conflicting(index, comparable, circumstances):
        for one in members:
            against.setdefault(one, []).extend(other for other in members if other is not one)
    rows: dict[int, Ranked] = {}
    uniform: list[Ranked] = []
    for clock in dict.fromkeys(one.clock for one in comparable):
        group = Group(index, [one for one in comparable if one.clock == clock], circumstances)
        own = [_row(index, group, place, comparable, against, circumstances) for place in range(len(group.constraints))]
        rows |= {id(row.constraint): row for row in own}
        uniform += _uniform(index, group, own)
    for one in constraints:
        if not one.comparable:
            row = _plain(one, condition_of(index, one, circumstances))
            rows[id(one)] = row if one.is_trigger else replace(row, status="qualitative")
    return [*(rows[id(one)] for one in constraints), *uniform]


def _plain(one: model.Constraint, scope: str) -> Ranked:
    return Ranked(one.objective, one.dimension, one.operator, one.value, one.unit, one.clock, scope, "binding", one,
                  note=one.note)  # fmt: skip


def _row(
    index: Index,
    group: Group,
    place: int,
    comparable: Sequence[model.Constraint],
    against: Mapping[model.Constraint, list[model.Constraint]],
    circumstances: Circumstances,
) -> Ranked:
    one = group.constraints[place]
    row = _plain(one, group.conditions[place])
    if one in against:
        return replace(row, status="conflict", incomparable_with=_citations(against[one]))
    if place in group.dominated_by:
        stricter = [group.constraints[other] for other in group.dominated_by[place]]
        return replace(row, status="dominated", dominated_by=_citations(stricter))
    if place in group.elsewhere:
        stricter = [group.constraints[other] for other in group.elsewhere[place]]
        elsewhere = f"elsewhere {', '.join(_citations(stricter))} asks more"
        row = replace(row, scope=group.scopes[place], note="; ".join(filter(None, (one.note, elsewhere))))
    if one.operator in SET_JOINS:
        return row
    dimension = index.dimensions[one.dimension]
    apart = [
        other for other in comparable
        if other is not one
        and (other.clock != one.clock
             or not (at_least_as_strict(dimension, other, one) or at_least_as_strict(dimension, one, other)))
        and index.scope.compatible(row.scope, condition_of(index, other, circumstances), circumstances.scope)
    ]  # fmt: skip
    return replace(row, incomparable_with=_citations(apart))


def _citations(constraints: Sequence[model.Constraint]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(short_key(constraint.requirement) for constraint in constraints))


def _uniform(index: Index, group: Group, standing: Sequence[Ranked]) -> list[Ranked]:
    """One value for every scope, where it differs from the value of each row: required or permitted elements joined.

    Periods that are incomparable have one too; for deadlines the covered-in-practice row says it.
    """
    rows: list[Ranked] = []
    for operator in dict.fromkeys(row.operator for row in standing):
        members = [row for row in standing if row.status == "binding" and row.operator == operator]
        value = _one_value(index.dimensions[members[0].dimension], operator, members) if len(members) > 1 else ""
        if not value:
            continue
        rows.append(replace(
            members[0], value=value, scope="*", constraint=None, incomparable_with=(),
            satisfies=_satisfied(members), note=f"one {_noun(operator)} for every scope{_over_asked(group)}",
        ))  # fmt: skip
    return rows


def _noun(operator: str) -> str:
    return "set of elements" if operator in SET_JOINS else "value"


def _one_value(dimension: model.Dimension, operator: str, members: Sequence[Ranked]) -> str:
    """The value that meets all members, empty where one of theirs does or none can."""
    if dimension.type == "set" and operator in SET_JOINS:
        values = [parse_value(dimension, row.value) for row in members]
        sets = [value for value in values if isinstance(value, frozenset)]
        together = reduce(frozenset.__and__ if operator == "one-of" else frozenset.__or__, sets)
        return "" if together in sets else ";".join(sorted(together))
    if dimension.type != "duration" or dimension.slug.endswith("-deadline") or len({row.unit for row in members}) > 1:
        return ""
    durations = [_duration(dimension, row) for row in members]
    text = (longest_within if operator == "at-most" else shortest_reaching)(durations).text
    return "" if operator == "equals" or any(row.value == text for row in members) else text


def _over_asked(group: Group) -> str:
    """The segments in which less would do than the one value."""
    everything = join(group.sets)
    less = [segment.scope for segment in group.segments()
            if not join(group.sets[place] for place in segment.binding).within(everything)]  # fmt: skip
    if not less:
        return ""
    named = sorted(less, key=lambda scope: (len(scope), scope))
    more = f" and {len(named) - MOST_SEGMENTS_NAMED} more" if len(named) > MOST_SEGMENTS_NAMED else ""
    return "; less would do where " + ", ".join(f"[{scope}]" for scope in named[:MOST_SEGMENTS_NAMED]) + more


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
        binding = [row for row in members if row.status == "binding" and row.operator == "at-most" and row.constraint]
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


def shortest_reaching(durations: Sequence[Duration]) -> Duration:
    """The shortest duration that falls below none of ``durations`` (all of one unit): one of them, or whole days."""
    for one in durations:
        if all(one.compare(other) in (0, 1) for other in durations):
            return one
    days = -(-max(duration.longest_seconds() for duration in durations) // 86_400)
    return Duration.parse(f"P{days}D", durations[0].unit)


def strictest(index: Index, frameworks: Sequence[model.Framework], circumstances: Circumstances) -> Answer:
    """The table of the ``strictest`` command for these frameworks."""
    ranked = rank(index, constraints_in(index, frameworks, circumstances), circumstances)
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
    counting = [rule for rule in index.dates_of.get(constraint.requirement, ())
                if rule.status in ("in-force", "adopted", "superseded")]  # fmt: skip
    own = [rule for rule in counting if rule.dimension == constraint.dimension]
    rules = own or [rule for rule in counting if not rule.dimension]
    if all(rule.scope not in ("", "*") for rule in rules):  # outside their scopes the framework's dates hold
        first, last = [framework.valid_from], [framework.valid_to]
    else:
        first, last = [], []
    first += [_dated(rule.valid_from, rule.scope) for rule in rules if rule.valid_from]
    last += [_dated(rule.valid_to, rule.scope) for rule in rules if rule.valid_to]
    return joined(list(filter(None, first))), joined(list(filter(None, last)))


def _dated(day: str, scope: str) -> str:
    return f"{day} [{scope}]" if scope else day

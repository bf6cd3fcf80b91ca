"""Where duties collide: computed contradictions of constraints, and authored tensions between duties.

A computed conflict is two constraints on one leaf and dimension that no value can meet, in scopes that can hold
together. An authored tension (``data/tensions.csv``) lies between duties on different leaves. Both come with ways
out; none is ever picked.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from harmonizer import model
from harmonizer.answer import Answer, joined
from harmonizer.knowledge.index import Index
from harmonizer.model import short_key
from harmonizer.scope import both
from harmonizer.strictness.applicability import Circumstances, applies, condition_of
from harmonizer.strictness.ordering import contradicts
from harmonizer.strictness.strictest import constraints_in
from harmonizer.values import describe_value

COLUMNS = ("id", "kind", "title", "members", "nature", "ways_out", "condition", "status")


def conflicts(index: Index, frameworks: Sequence[model.Framework], circumstances: Circumstances) -> Answer:
    """The smallest conflicting sets among the frameworks, each with its citations and ways out."""
    rows = [*_computed(index, frameworks, circumstances), *_authored(index, frameworks, circumstances)]
    return Answer.of(COLUMNS, rows, title="Conflicts and tensions")


def _computed(
    index: Index, frameworks: Sequence[model.Framework], circumstances: Circumstances
) -> list[tuple[str, ...]]:
    groups: dict[tuple[str, str], list[model.Constraint]] = {}
    for constraint in constraints_in(index, frameworks, circumstances):
        groups.setdefault((constraint.objective, constraint.dimension), []).append(constraint)
    rows = []
    for (objective, dimension), group in groups.items():
        for one, other in combinations(group, 2):
            scopes = (condition_of(index, one), condition_of(index, other))
            if contradicts(index.dimensions[dimension], one, other) and index.scope.compatible(*scopes):
                rows.append(_conflict(index, objective, one, other, scopes))
    return rows


def _conflict(
    index: Index, objective: str, one: model.Constraint, other: model.Constraint, scopes: tuple[str, str]
) -> tuple[str, ...]:
    members = [short_key(one.requirement), short_key(other.requirement)]
    asks = [f"{member} asks {_asked(index, constraint)}"
            for member, constraint in zip(members, (one, other), strict=True)]  # fmt: skip
    ways = []
    if scopes[0] != scopes[1]:
        ways.append(f"split the scope, so that no data fall under both: [{scopes[0]}] and [{scopes[1]}]")
    ways += ["read the narrower of the two as the exception that it may be", "a decision by a person with authority"]
    title = f"{index.objectives[objective].title}: {one.dimension}"
    return (f"computed:{objective}/{one.dimension}:{'+'.join(members)}", "computed", title, joined(members),
            " and ".join(asks), " || ".join(ways), both(*scopes), "computed")  # fmt: skip


def _asked(index: Index, constraint: model.Constraint) -> str:
    value = describe_value(index.dimensions[constraint.dimension], constraint.value, constraint.unit)
    return f"{constraint.operator.replace('-', ' ')} {value}"


def _authored(
    index: Index, frameworks: Sequence[model.Framework], circumstances: Circumstances
) -> list[tuple[str, ...]]:
    chosen = {framework.key for framework in frameworks}
    rows: list[tuple[str, ...]] = []
    for tension in index.knowledge.tensions:
        members = [index.requirements[key] for key in tension.members]
        if (
            all(member.key.partition(":")[0] in chosen for member in members)
            and all(applies(index, member, circumstances) for member in members)
            and index.scope.compatible(tension.condition, circumstances.scope)
        ):
            rows.append((tension.id, "authored", tension.title, joined([member.short for member in members]),
                         tension.nature, " || ".join(tension.ways_out), tension.condition or "*",
                         tension.status))  # fmt: skip
    return rows

"""Where duties collide: computed contradictions of constraints, and authored tensions between duties.

A computed conflict is a smallest set of constraints on one leaf and dimension that no value meets together, in scopes
that can hold together: usually two; three where two leave a value that the third takes away. An authored tension
(``data/tensions.csv``) lies between duties on different leaves. Both come with ways out; none is ever picked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harmonizer import model
from harmonizer.answer import Answer, joined
from harmonizer.knowledge.index import Index
from harmonizer.model import short_key
from harmonizer.scope import both
from harmonizer.strictness.applicability import Circumstances, applies, condition_of
from harmonizer.strictness.standing import conflicting
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
        if constraint.comparable:
            groups.setdefault((constraint.objective, constraint.dimension), []).append(constraint)
    return [
        _conflict(index, members, circumstances)
        for group in groups.values()
        for members in conflicting(index, group, circumstances)
    ]


def _conflict(index: Index, members: Sequence[model.Constraint], circumstances: Circumstances) -> tuple[str, ...]:
    cited = list(dict.fromkeys(short_key(one.requirement) for one in members))
    asks = [f"{short_key(one.requirement)} asks {_asked(index, one)}" for one in members]
    objective, dimension = members[0].objective, members[0].dimension
    title = f"{index.objectives[objective].title}: {dimension}"
    condition = both(*(condition_of(index, one, circumstances) for one in members))
    identifier = f"computed:{objective}/{dimension}:{'+'.join(cited)}"
    ways = " || ".join(_ways_out(index, members, circumstances))
    return (identifier, "computed", title, joined(cited), " and ".join(asks), ways, condition, "computed")


def _ways_out(index: Index, members: Sequence[model.Constraint], circumstances: Circumstances) -> list[str]:
    """What resolves a computed conflict; offered, never picked."""
    ways = []
    scopes = list(dict.fromkeys(condition_of(index, one, circumstances) for one in members))
    if len(scopes) > 1:
        named = [f"[{scope}]" for scope in scopes]
        ways.append(f"split the scope, so that no data fall under {_every(named)}: {' and '.join(named)}")
    if precedence := _precedence(index, members, circumstances):
        ways.append(precedence)
    clocks = sorted({one.clock for one in members if one.clock})
    if len(clocks) > 1:
        ways.append(f"the periods run from different events ({', '.join(clocks)}): see whether one setting meets both")
    narrower = "narrower of the two" if len(members) == 2 else "narrowest of them"
    return [*ways, f"read the {narrower} as the exception that it may be", "a decision by a person with authority"]


def _every(named: Sequence[str]) -> str:
    return "both" if len(named) == 2 else "all"


def _precedence(index: Index, members: Sequence[model.Constraint], circumstances: Circumstances) -> str:
    """The days on which not all of them are in force together, where their dates say so."""
    if circumstances.as_of:
        return ""
    days = sorted({day for one in members for day in _turns(index, one)})
    apart = [day for day in days if not index.scope.compatible(
        *(condition_of(index, one, Circumstances(as_of=day)) for one in members), circumstances.scope)]  # fmt: skip
    if not apart:
        return ""
    if len(apart) == len(days):
        return f"the dates decide: on none of {', '.join(days)} are they all in force; ask with --as-of"
    return f"the dates decide on {', '.join(apart)}, when not all are in force; ask with --as-of"


def _turns(index: Index, constraint: model.Constraint) -> Iterator[str]:
    """The first and last days of the periods that a constraint's dates name."""
    framework = index.framework_versions[constraint.requirement.partition(":")[0]]
    rules = [rule for rule in index.dates_of.get(constraint.requirement, ())
             if rule.status not in ("proposed", "stayed") and rule.dimension in ("", constraint.dimension)]  # fmt: skip
    periods = [(framework.valid_from, framework.valid_to), *((rule.valid_from, rule.valid_to) for rule in rules)]
    for period in periods:
        yield from filter(None, period)


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

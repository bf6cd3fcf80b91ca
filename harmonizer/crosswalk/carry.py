"""Carrying findings between frameworks: what the finding on one requirement says of another, and never more.

A finding is a set of the three states in which a requirement can be: met, partly met, not met at all ("nothing of it
is done"). "Not fully met", all that an audit's "not satisfied" says, and "at most partly" are the same set of states.

What A's finding says of B follows from what is entailed of their content, their scopes and their numbers:

====================  =============================================================  ===========================
of B can be ruled out where A is                                                     and
====================  =============================================================  ===========================
not met at all        met, and overlaps B                                            whatever the numbers
not met at all        at least partly met, and is within B                           whatever the numbers
all but met           met, and contains B                                            B is nowhere stricter
met                   not met at all, and overlaps B                                 whatever the numbers
met                   not fully met, and is within B                                 B is nowhere looser
all but not at all    not met at all, and contains B                                 whatever the numbers
====================  =============================================================  ===========================

"Within" asks that the scope lies within as well as the content, "contains" that both contain, "overlaps" that one
scope lies within the other: scopes that are disjoint, or not known to overlap, carry nothing. With equal numbers and
scopes this is the table of reasoning.md, section 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harmonizer import model
from harmonizer.crosswalk.assertions import Assertion
from harmonizer.crosswalk.closure import Closure, Entailment
from harmonizer.errors import UsageError, did_you_mean, nearest
from harmonizer.knowledge.index import Index
from harmonizer.scope import both
from harmonizer.strictness.admissible import admissible, join
from harmonizer.strictness.applicability import ANYONE, Circumstances, applicable, applies, condition_of, in_force_where

NOT_AT_ALL, PARTLY, MET = "not met at all", "partly", "met"
UNKNOWN, NOT_FULLY, AT_MOST = "unknown", "not fully met", "at most partly"
FINDINGS: dict[str, frozenset[str]] = {
    MET: frozenset({MET}),
    "at least partly": frozenset({MET, PARTLY}),
    PARTLY: frozenset({PARTLY}),
    AT_MOST: frozenset({PARTLY, NOT_AT_ALL}),
    NOT_FULLY: frozenset({PARTLY, NOT_AT_ALL}),
    NOT_AT_ALL: frozenset({NOT_AT_ALL}),
    UNKNOWN: frozenset({MET, PARTLY, NOT_AT_ALL}),
}
"""The states that each finding leaves open."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A finding with its reason as a sentence.

    ``sources`` are the keys of the requirements that it rests on. Where sources contradict each other
    ``contradictory`` is true and the finding is unknown: which of them is wrong is for a person to find out.
    """

    finding: str
    reason: str
    sources: tuple[str, ...] = ()
    contradictory: bool = False


def carry(
    index: Index,
    relation: Entailment,
    finding: str,
    source: model.Requirement,
    target: model.Requirement,
    circumstances: Circumstances = ANYONE,
) -> Carried:
    """What a finding on ``source`` says of ``target``.

    Parameters
    ----------
    relation: what is entailed of the content of the source relative to the target.
    finding: one of :data:`FINDINGS`; :class:`UsageError` with the nearest for any other.
    circumstances: of whom, and on which day; conditions are compared for them.
    """
    if finding not in FINDINGS:
        raise UsageError(f"{finding!r} is not a finding{did_you_mean(nearest(finding, FINDINGS))}")
    if finding == UNKNOWN:
        return Carried(UNKNOWN, f"nothing is found on {source.short}")
    where_source, where_target = (_condition(index, one, circumstances) for one in (source, target))
    narrower = index.scope.implies(where_source, where_target)
    wider = index.scope.implies(where_target, where_source)
    if not (narrower or wider) or not index.scope.compatible(where_source, where_target):
        reason = (f"the scopes of {source.short} [{where_source}] and {target.short} [{where_target}] "
                  "are not known to overlap")  # fmt: skip
        return Carried(UNKNOWN, reason)
    within, contains = relation.within and narrower, relation.contains and wider
    overlap = relation.within or relation.contains or relation.overlap
    stricter = _beyond(index, target, source, circumstances)
    looser = _beyond(index, source, target, circumstances)
    given, left = FINDINGS[finding], set(FINDINGS[UNKNOWN])
    if (given == {MET} and overlap) or (NOT_AT_ALL not in given and within):
        left.discard(NOT_AT_ALL)
    if given == {MET} and contains and not stricter:
        left = {MET}
    if (given == {NOT_AT_ALL} and overlap) or (MET not in given and within and not looser):
        left.discard(MET)
    if given == {NOT_AT_ALL} and contains:
        left = {NOT_AT_ALL}
    found = _named(left, NOT_FULLY if finding == NOT_FULLY else AT_MOST)
    because = [f"{source.short} is {finding} and {_content(relation, target)}"]
    if found != finding:
        because += [f"{target.short} asks more on {', '.join(stricter)}"] if stricter and MET in given else []
        because += [f"{target.short} asks less on {', '.join(looser)}"] if looser and MET not in given else []
        because += [] if wider else [f"{target.short} holds beyond its scope [{where_source}]"]
        because += [] if narrower else [f"{target.short} holds only where {where_target}"]
    return Carried(found, "; ".join(because), () if found == UNKNOWN else (source.key,))


def _named(states: Iterable[str], at_most: str) -> str:
    wanted = frozenset(states)
    names = [name for name, left in FINDINGS.items() if left == wanted]
    return at_most if at_most in names else names[0]


def _content(relation: Entailment, target: model.Requirement) -> str:
    return f"stands to {target.short}, in content, as: {relation.relation or 'nothing is entailed'}"


def _condition(index: Index, requirement: model.Requirement, circumstances: Circumstances) -> str:
    when = in_force_where(index, requirement.key, circumstances.as_of)
    return both(requirement.applies_when, when, circumstances.scope)


def _beyond(
    index: Index, one: model.Requirement, other: model.Requirement, circumstances: Circumstances
) -> tuple[str, ...]:
    """The dimensions on which meeting the numbers of ``other`` does not entail meeting those of ``one``.

    A number is entailed by the join of the numbers on the same leaf, dimension and clock that hold wherever it does;
    where the other states none it is not. Qualitative duties are entailed by the same words alone, and a value that
    the organisation sets is by none, since it may be set differently for each.
    """
    own, theirs = (_constraints(index, requirement, circumstances) for requirement in (one, other))
    return tuple(dict.fromkeys(each.dimension for each in own if not _entailed(index, each, theirs, circumstances)))


def _constraints(index: Index, requirement: model.Requirement, circumstances: Circumstances) -> list[model.Constraint]:
    return [one for one in index.constraints_of.get(requirement.key, ())
            if index.scope.compatible(condition_of(index, one, circumstances), circumstances.scope)]  # fmt: skip


def _entailed(
    index: Index, one: model.Constraint, others: Sequence[model.Constraint], circumstances: Circumstances
) -> bool:
    place = (one.objective, one.dimension, one.clock)
    where = both(condition_of(index, one, circumstances), circumstances.scope)
    holding = [
        other for other in others
        if (other.objective, other.dimension, other.clock) == place
        and index.scope.implies(where, _own_condition(index, other, circumstances))
    ]  # fmt: skip
    if not one.comparable:
        said = (one.operator, one.value, one.unit)
        return one.wording != "organization-defined" and any(
            (other.operator, other.value, other.unit) == said and other.wording == one.wording for other in holding
        )
    dimension = index.dimensions[one.dimension]
    numbers = [admissible(dimension, other) for other in holding if other.comparable]
    if not numbers:
        return False
    together = join(numbers)
    return not together.empty and together.within(admissible(dimension, one))


def _own_condition(index: Index, one: model.Constraint, circumstances: Circumstances) -> str:
    """A constraint's condition beside its requirement's, which the scopes of the two requirements answer for."""
    return both(one.scope, in_force_where(index, one.requirement, circumstances.as_of, one.dimension))


def carry_all(
    index: Index,
    findings: Mapping[str, str],
    target_framework: model.Framework,
    assertions: Iterable[Assertion],
    circumstances: Circumstances = ANYONE,
) -> dict[str, Carried]:
    """What findings on requirements of any frameworks say of every requirement of one that applies, by key.

    Parameters
    ----------
    findings: by requirement key; every one of them counts, in no order.
    assertions: what relates the requirements, all mapping sets that are trusted.

    Several sources leave what all of them leave: "at least partly" and "at most partly" make "partly". Time: sources
    times targets, after one closure of the assertions.
    """
    closure = Closure(assertions)
    asked = [index.requirements[key] for key in sorted(findings)]
    sources = [requirement for requirement in asked if applies(index, requirement, circumstances)]
    carried: dict[str, Carried] = {}
    for target in applicable(index, target_framework, circumstances, modalities=None):
        said = [
            one for source in sources if source.key != target.key
            for one in [carry(index, closure.between(source.key, target.key), findings[source.key], source, target,
                              circumstances)]
            if one.finding != UNKNOWN
        ]  # fmt: skip
        carried[target.key] = _combined(said, target)
    return carried


def _combined(said: Sequence[Carried], target: model.Requirement) -> Carried:
    if not said:
        return Carried(UNKNOWN, f"no finding says anything of {target.short}")
    left = frozenset.intersection(*(FINDINGS[one.finding] for one in said))
    keys = tuple(key for one in said for key in one.sources)
    if not left:
        sides = " against ".join(f"{one.finding} ({one.reason})" for one in said)
        return Carried(UNKNOWN, f"the findings contradict each other: {sides}", keys, contradictory=True)
    all_audits = all(one.finding == NOT_FULLY for one in said if MET not in FINDINGS[one.finding])
    found = _named(left, NOT_FULLY if all_audits else AT_MOST)
    return Carried(found, " and ".join(one.reason for one in said), keys)

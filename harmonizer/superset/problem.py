"""The covering problem: what must be satisfied, what is reached already, and which controls can do it.

The atoms are (requirement, leaf objective) pairs, reasoning.md section 4. Pairs on one leaf form one :class:`Demand`;
the members of an ``any_of`` group form one demand with several leaves. Nothing is dropped silently: what no candidate
can satisfy is ``uncovered``, what no mapped leaf expresses is ``not_shown``. All tuples are sorted by content, so the
problem does not depend on the order of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Literal, TypedDict

from harmonizer.errors import UnknownNameError
from harmonizer.knowledge.index import Index
from harmonizer.model import Constraint, Control, Framework, Level, Requirement
from harmonizer.strictness.applicability import (
    DEFAULT_MODALITIES,
    Circumstances,
    applicable,
    binding_constraints,
    condition_of,
)
from harmonizer.strictness.ordering import at_least_as_strict
from harmonizer.superset.candidates import Way, available, reason_uncovered, ways_to
from harmonizer.superset.demand import Demand

Addressable = Literal["implemented", "alternative"]
EQUIVALENT_MEASURE = "equivalent-measures-implemented"
"""The leaf that stands for the documented alternative to an addressable specification."""
Estimate = Literal["low", "likely", "high"]


class Given(TypedDict, total=False):
    """What is in place and what is ruled out; see :func:`build`."""

    have: Sequence[str]
    have_framework: Sequence[str]
    exclude: Sequence[str]


PRACTICE = "practice"
ALWAYS = frozenset({"required", "prohibited"})
"""Modalities that are asked whatever the caller chose (reasoning.md, section 4)."""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A demand that stays unmet, with the reason as a sentence."""

    demand: Demand
    reason: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A demand that frameworks already in place meet; ``by`` holds the keys of their requirements."""

    demand: Demand
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotShown:
    """Something asked that no mapped leaf expresses: a requirement without mapping, or a residual."""

    requirement: str
    reason: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A covering problem, complete in itself but for the wording that ``index`` holds.

    ``ways[i]`` are the ways to satisfy ``demands[i]``, at least one each. ``candidates`` holds the controls that may
    be chosen by slug, in the order of slugs; ``have`` those of them that are in place and cost no base effort.
    """

    index: Index
    frameworks: tuple[Framework, ...]
    circumstances: Circumstances
    demands: tuple[Demand, ...]
    ways: tuple[tuple[Way, ...], ...]
    candidates: dict[str, Control]
    have: frozenset[str]
    reached: tuple[Reached, ...]
    uncovered: tuple[Uncovered, ...]
    not_shown: tuple[NotShown, ...]
    estimate: Estimate = "likely"

    def effort(self, control: str, levels: Iterable[Level] = (), estimate: Estimate | None = None) -> int:
        """Person-days for a control at the given levels, by the problem's own estimate unless another is named."""
        base = 0 if control in self.have else getattr(self.candidates[control], f"effort_{estimate or self.estimate}")
        return int(base + sum(self.level_effort(level, estimate) for level in levels))

    def level_effort(self, level: Level, estimate: Estimate | None = None) -> int:
        """Person-days that a level adds."""
        return int(getattr(level, f"effort_{estimate or self.estimate}"))


def build(
    index: Index,
    frameworks: Sequence[str],
    *,
    circumstances: Circumstances,
    modalities: Collection[str] = DEFAULT_MODALITIES,
    have: Collection[str] = (),
    have_framework: Collection[str] = (),
    exclude: Collection[str] = (),
    controls: Mapping[str, Control] | None = None,
    addressable: Addressable = "implemented",
) -> Problem:
    """State the covering problem of one or more frameworks.

    Parameters
    ----------
    frameworks: slugs or ``slug@version``, in the order in which answers show them.
    modalities: what is asked; ``required`` and ``prohibited`` always are. ``practice`` among them asks also for what
        no text or guidance of a requirement names, but the field argues it means.
    have: slugs of controls in place, which cost no base effort; a level still costs what it adds.
    have_framework: frameworks whose leaves are reached at no effort, at their own numbers and within their scope.
    exclude: slugs of controls that may not be chosen, in place or not.
    controls: candidate controls by slug instead of the bundled ones.
    addressable: ``alternative`` lets an addressable specification be met by an equivalent measure whose choice is
        documented (45 CFR 164.306(d)(3)(ii)(B)) as well; what that measure costs is not known and not counted.

    Raises :class:`~harmonizer.errors.UnknownNameError` for a name that the index lacks,
    :class:`~harmonizer.errors.UsageError` for circumstances that cannot be read.
    """
    circumstances.check(index)
    asked_modalities = frozenset(modalities) | ALWAYS
    chosen = tuple({index.framework(name).key: index.framework(name) for name in frameworks}.values())
    requirements = sorted(
        (one for framework in chosen for one in applicable(index, framework, circumstances, asked_modalities)),
        key=source_order,
    )
    practice = PRACTICE in modalities
    asks = [ask for requirement in requirements for ask in _asks(index, requirement, circumstances, practice)]
    if addressable == "alternative":
        asks = [_with_alternative(index, ask) for ask in asks]
    controls = index.controls if controls is None else controls
    inheritance = _Inheritance(index, [index.framework(name) for name in have_framework], circumstances,
                               asked_modalities)  # fmt: skip
    reached, open_asks = [], []
    for ask in asks:
        by = inheritance.reaching(ask)
        if by:
            reached.append(Reached(ask, by))
        else:
            open_asks.append(ask)
    for name in (*have, *exclude):
        if name not in controls:
            raise UnknownNameError("control", name, controls)
    candidates = available(controls, exclude)
    demands: list[Demand] = []
    ways: list[tuple[Way, ...]] = []
    uncovered: list[Uncovered] = []
    for demand in _merged(index, open_asks):
        if found := ways_to(index, demand, candidates, circumstances.scope):
            demands.append(demand)
            ways.append(found)
        else:
            reason = reason_uncovered(index, demand, candidates, controls, circumstances.scope)
            uncovered.append(Uncovered(demand, reason))
    return Problem(
        index=index, frameworks=chosen, circumstances=circumstances, demands=tuple(demands), ways=tuple(ways),
        candidates=candidates, have=frozenset(have) & candidates.keys(), reached=_merged_reached(index, reached),
        uncovered=tuple(uncovered), not_shown=tuple(_not_shown(index, requirements)),
    )  # fmt: skip


def _with_alternative(index: Index, ask: Demand) -> Demand:
    """What an addressable specification asks, or else the documented alternative to it."""
    modalities = {index.requirements[key].modality for key in ask.requirements}
    if modalities != {"addressable"} or EQUIVALENT_MEASURE not in index.objectives:
        return ask
    leaf, *others = sorted({*ask.leaves, EQUIVALENT_MEASURE})
    return replace(ask, leaf=leaf, alternatives=tuple(others))


def source_order(requirement: Requirement) -> tuple[str, int, str]:
    """Sort key: framework version, place in its source, key."""
    return requirement.key.partition(":")[0], requirement.position, requirement.key


def _asks(index: Index, requirement: Requirement, circumstances: Circumstances, practice: bool) -> Iterator[Demand]:
    """What one requirement asks: a demand for each leaf outside any-of groups, and one for each group.

    Rows of basis practice are readings that hold for some organisations only: they are asked for on request.
    """
    groups: dict[str, set[str]] = {}
    for mapping in index.mappings_of.get(requirement.key, ()):
        if mapping.relation != "no-relationship" and (practice or mapping.basis != PRACTICE):
            groups.setdefault(mapping.any_of, set()).add(mapping.objective)
    alone = groups.pop("", set())
    for leaves in [*((leaf,) for leaf in sorted(alone)), *(tuple(sorted(groups[name])) for name in sorted(groups))]:
        constraints = [constraint for leaf in leaves
                       for constraint in binding_constraints(index, requirement, leaf, circumstances)]  # fmt: skip
        yield Demand(leaves[0], (requirement.key,), tuple(sorted(constraints, key=astuple)), leaves[1:])


def _merged(index: Index, asks: Iterable[Demand]) -> list[Demand]:
    """One demand for each leaf; demands with alternatives stay by themselves, for they may be met differently."""
    merged: dict[object, Demand] = {}
    for ask in asks:
        place: object = ask if ask.alternatives else ask.leaf
        earlier = merged.get(place)
        merged[place] = _together(index, earlier, ask) if earlier else ask
    return sorted(merged.values(), key=lambda demand: (demand.leaves, demand.requirements))


def _together(index: Index, one: Demand, other: Demand) -> Demand:
    requirements = {index.requirements[key] for key in (*one.requirements, *other.requirements)}
    constraints = {*one.constraints, *other.constraints}
    return replace(one, requirements=tuple(r.key for r in sorted(requirements, key=source_order)),
                   constraints=tuple(sorted(constraints, key=astuple)))  # fmt: skip


def _merged_reached(index: Index, reached: Iterable[Reached]) -> tuple[Reached, ...]:
    by: dict[str, set[str]] = {}
    for one in reached:
        by.setdefault(one.demand.name, set()).update(one.by)
    return tuple(
        Reached(demand, tuple(sorted(by[demand.name]))) for demand in _merged(index, (one.demand for one in reached))
    )


def _not_shown(index: Index, requirements: Iterable[Requirement]) -> Iterator[NotShown]:
    for requirement in requirements:
        if all(row.relation == "no-relationship" for row in index.mappings_of.get(requirement.key, ())):
            yield NotShown(requirement.key, "no leaf objective is mapped to it")
        if requirement.residual:
            yield NotShown(requirement.key, f"residual: {requirement.residual}")


class _Inheritance:
    """What frameworks in place have reached: their leaves and their own comparable constraints, by leaf."""

    def __init__(
        self,
        index: Index,
        frameworks: Sequence[Framework],
        circumstances: Circumstances,
        modalities: frozenset[str],
    ) -> None:
        self._index = index
        self._containing: dict[str, list[Requirement]] = {}
        self._constraints: dict[str, list[Constraint]] = {}
        for framework in frameworks:
            for requirement in applicable(index, framework, circumstances, modalities):
                self._take(requirement, circumstances)

    def _take(self, requirement: Requirement, circumstances: Circumstances) -> None:
        rows = self._index.mappings_of.get(requirement.key, ())
        for leaf in {row.objective for row in rows if row.contains_leaf}:
            self._containing.setdefault(leaf, []).append(requirement)
        for leaf in {one.objective for one in self._index.constraints_of.get(requirement.key, ())}:
            found = binding_constraints(self._index, requirement, leaf, circumstances)
            self._constraints.setdefault(leaf, []).extend(found)

    def reaching(self, ask: Demand) -> tuple[str, ...]:
        """Keys of the requirements in place that reach what one requirement asks; empty if it is not reached."""
        for leaf in ask.leaves:
            by = self._serving(leaf, self._index.requirements[ask.requirements[0]])
            if by and all(self._as_strict(c) for c in ask.constraints if c.objective == leaf and c.comparable):
                return by
        return ()

    def _serving(self, leaf: str, asking: Requirement) -> tuple[str, ...]:
        return tuple(sorted(one.key for one in self._containing.get(leaf, ())
                            if self._index.scope.serves(asking.applies_when, one.applies_when)))  # fmt: skip

    def _as_strict(self, asked: Constraint) -> bool:
        """Different clocks do not dominate each other (reasoning.md, section 3)."""
        dimension = self._index.dimensions[asked.dimension]
        return any(
            own.clock == asked.clock
            and at_least_as_strict(dimension, own, asked)
            and self._index.scope.serves(condition_of(self._index, asked), condition_of(self._index, own))
            for own in self._constraints.get(asked.objective, ())
        )

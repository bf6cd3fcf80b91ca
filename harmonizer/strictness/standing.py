"""What binds among constraints on one leaf and dimension: in one case, and over every scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from harmonizer import model
from harmonizer.knowledge.index import Index
from harmonizer.strictness.admissible import Admissible, admissible, join
from harmonizer.strictness.applicability import ANYONE, Circumstances, condition_of
from harmonizer.strictness.segments import Cases

LARGEST_CONFLICT = 4
"""Conflicting sets are looked for up to this size. Larger ones take five duties each of which bars another value."""


def dominators(sets: Sequence[Admissible]) -> dict[int, tuple[int, ...]]:
    """The places of the superfluous sets among ``sets`` that all hold at once, each with those that make it so.

    First whatever one other, strictly smaller set lies within goes; then, of the minimal sets that are left, whatever
    the join of the *essential* ones lies within, where a set is essential if the join of all that are not equal to it
    does not. So equal sets all stay, what stays is an antichain, and its join is the join of all. Sets that could each
    be spared for the others, but not together, all stay.
    """
    places = range(len(sets))
    inside = {(one, other) for one in places for other in places if sets[one].within(sets[other])}
    smaller = {one: [other for other in places if (other, one) in inside and (one, other) not in inside]
               for one in places}  # fmt: skip
    minimal = [one for one in places if not smaller[one]]
    essential = [one for one in minimal
                 if not _implied(sets, one, [other for other in minimal if (one, other) not in inside])]  # fmt: skip
    spared = {one: _fewest(sets, one, essential) for one in minimal
              if one not in essential and _implied(sets, one, essential)}  # fmt: skip
    dominated = {one: tuple(other for other in smaller[one] if other in minimal and other not in spared)
                 or _fewest(sets, one, essential) for one in places if smaller[one]}  # fmt: skip
    return spared | dominated


def _implied(sets: Sequence[Admissible], one: int, others: Sequence[int]) -> bool:
    """Whether the join of the others lies within a set; an empty join is a conflict and implies nothing."""
    if not others:
        return False
    together = join(sets[other] for other in others)
    return not together.empty and together.within(sets[one])


def _fewest(sets: Sequence[Admissible], one: int, others: Sequence[int]) -> tuple[int, ...]:
    """Those of the others that suffice to imply a set: none of them can be spared."""
    kept = list(others)
    for other in reversed(others):
        fewer = [each for each in kept if each != other]
        if _implied(sets, one, fewer):
            kept = fewer
    return tuple(kept)


@dataclass(frozen=True)
class Segment:
    """A part of the scope in which the same constraints bind, by their place in the group."""

    scope: str
    binding: tuple[int, ...]


class Group:
    """Comparable constraints on one leaf, dimension and clock, in the circumstances.

    ``dominated_by`` holds for each place that binds nowhere, and ``elsewhere`` for each that binds only in part of its
    scope, the places that are stricter. ``scopes`` says where each binds.
    """

    def __init__(
        self, index: Index, constraints: Sequence[model.Constraint], circumstances: Circumstances = ANYONE
    ) -> None:
        self.constraints = tuple(constraints)
        self.sets = [admissible(index.dimensions[one.dimension], one) for one in constraints]
        self.conditions = [condition_of(index, one, circumstances) for one in constraints]
        self.cases = Cases(index.scope, self.conditions, circumstances.scope)
        self._outcomes: dict[int, Mapping[int, tuple[int, ...]]] = {}
        self.scopes, self.dominated_by, self.elsewhere = list(self.conditions), {}, {}  # type: ignore[var-annotated]
        for place in range(len(constraints)):
            self._stand(place)

    def present(self, case: int) -> list[int]:
        """The places of the constraints whose condition holds in a case."""
        return [place for place, one in enumerate(self.conditions) if self.cases.holds(one, case)]

    def _superfluous(self, case: int) -> Mapping[int, tuple[int, ...]]:
        if case not in self._outcomes:
            present = self.present(case)
            found = dominators([self.sets[place] for place in present])
            self._outcomes[case] = {present[one]: tuple(present[by] for by in others) for one, others in found.items()}
        return self._outcomes[case]

    def _stand(self, place: int) -> None:
        if len(self.constraints) == 1:
            return
        cases = self.cases.of(self.conditions[place])
        beaten = {case: self._superfluous(case)[place] for case in cases if place in self._superfluous(case)}
        by = tuple(sorted({other for others in beaten.values() for other in others}))
        if cases and len(beaten) == len(cases):
            self.dominated_by[place] = by
        elif beaten:
            self.elsewhere[place] = by
            self.scopes[place] = self.cases.expression([case for case in cases if case not in beaten])

    def segments(self) -> list[Segment]:
        """The fewest parts of the scope within each of which the binding set is the same; none where not exact."""
        if not self.cases.exact:
            return []
        parts: dict[tuple[int, ...], list[int]] = {}
        for case in self.cases.all:
            binding = tuple(place for place in self.present(case) if place not in self._superfluous(case))
            if binding:
                parts.setdefault(binding, []).append(case)
        return [Segment(self.cases.expression(parts[binding]), binding) for binding in sorted(parts)]


def conflicting(
    index: Index, constraints: Sequence[model.Constraint], circumstances: Circumstances = ANYONE
) -> list[tuple[model.Constraint, ...]]:
    """The smallest sets of constraints that no value meets together, in scopes that can hold together.

    All constraints are comparable and on one leaf and dimension. Drop any member of a set and a value is left. Where
    the join of all is not empty, which is nearly always, that is all that is computed; else subsets are tried up to
    :data:`LARGEST_CONFLICT` members.
    """
    sets = [admissible(index.dimensions[one.dimension], one) for one in constraints]
    if not sets or not join(sets).empty:
        return []
    found: list[tuple[int, ...]] = []
    for size in range(2, LARGEST_CONFLICT + 1):
        for members in combinations(range(len(sets)), size):
            smaller = any(set(one) <= set(members) for one in found)
            if not smaller and join(sets[place] for place in members).empty:
                found.append(members)
    conflicts = [tuple(constraints[place] for place in members) for members in found]
    return [
        members for members in conflicts
        if index.scope.compatible(*(condition_of(index, one, circumstances) for one in members), circumstances.scope)
    ]  # fmt: skip

"""Scope segments: the worlds that a few conditions tell apart, and expressions for parts of them.

A *world* is a consistent assignment of the tags that the conditions name. Worlds in which the same conditions hold
are one *case*, written as a bit mask over the conditions. Whatever binds is the same throughout a case, so questions
about every world are answered over the cases, of which there are few.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from harmonizer.scope import Node, ScopeLogic, both, either, holds, parse, tags_of
from harmonizer.strictness.applicability import negation

MOST_TAGS = 12
"""Up to so many tags all worlds are tried (4,096 at most)."""


class Cases:
    """The cases of some conditions, of the worlds in which ``within`` holds.

    Parameters
    ----------
    conditions: scope expressions; the bit of each is its place among the different ones.

    Time: worlds times conditions, with at most 2 ** :data:`MOST_TAGS` worlds. With more tags nothing is enumerated:
    ``exact`` is false, and all that is known of a condition is which others it implies (:meth:`of`).
    """

    def __init__(self, logic: ScopeLogic, conditions: Sequence[str], within: str = "*") -> None:
        self.logic, self.within = logic, within
        self.conditions = tuple(dict.fromkeys(conditions))
        self.exact = len(frozenset().union(*map(tags_of, (*self.conditions, within)))) <= MOST_TAGS

    @cached_property
    def all(self) -> tuple[int, ...]:
        """Every case that some world shows, in the order of masks; only where ``exact``."""
        return tuple(sorted({
            self._mask(condition for condition in self.conditions if holds(condition, world))
            for world in self.logic.worlds(*self.conditions, self.within) if holds(self.within, world)
        }))  # fmt: skip

    def of(self, condition: str) -> tuple[int, ...]:
        """The cases in which a condition holds; where not ``exact`` the one of what certainly holds beside it.

        More may hold beside it then, so that what is found superfluous in that case is so in every world, but not
        everything superfluous is found.
        """
        if self.exact:
            bit = self._mask([condition])
            return tuple(case for case in self.all if case & bit)
        start = both(condition, self.within)
        if not self.logic.compatible(condition, self.within):
            return ()
        return (self._mask(other for other in self.conditions if self.logic.implies(start, other)),)

    def _mask(self, conditions: Iterator[str] | Sequence[str]) -> int:
        return sum(1 << self.conditions.index(condition) for condition in conditions)

    def holds(self, condition: str, case: int) -> bool:
        """Whether the condition holds in the case."""
        return bool(case >> self.conditions.index(condition) & 1)

    def expression(self, cases: Collection[int]) -> str:
        """A short expression that, among the worlds looked at, holds in exactly these cases; only where ``exact``.

        Each term is a case with every condition dropped that does not matter; terms are added until all cases are
        covered, those that cover most first. Short rather than shortest.
        """
        wanted, left, terms = set(cases), set(cases), []
        widest = [self._widened(case, wanted) for case in sorted(wanted)]
        while left:
            term, covered = max(widest, key=lambda one: (len(one[1] & left), -len(one[0])))
            terms.append(self._written(term))
            left -= covered
        return either(*terms)

    def _widened(self, case: int, wanted: set[int]) -> tuple[dict[int, bool], set[int]]:
        """Bits that have to hold or not to hold to stay among the wanted cases, and the cases that they admit."""
        places = range(len(self.conditions))
        term = {place: bool(case >> place & 1) for place in places}
        for place in sorted(places, key=lambda one: (term[one], -len(self.conditions[one]))):
            fewer = {one: value for one, value in term.items() if one != place}
            if self._admitted(fewer) <= wanted:
                term = fewer
        return term, self._admitted(term)

    def _admitted(self, term: dict[int, bool]) -> set[int]:
        return {case for case in self.all if all(bool(case >> place & 1) == value for place, value in term.items())}

    def _written(self, term: dict[int, bool]) -> str:
        true = [self.conditions[place] for place, value in term.items() if value]
        held = both(*(part for condition in true for part in _parts(parse(condition))))
        barred = [self._contrary(self.conditions[place], held) for place, value in term.items() if not value]
        return both(held, *barred)

    def _contrary(self, condition: str, held: str) -> str:
        """The contrary of a condition, without those of its parts that hold anyway."""
        start = both(held, self.within)
        parts = [part for part in _parts(parse(condition)) if not self.logic.implies(start, part)]
        return negation(both(*parts))


def _parts(node: Node) -> list[str]:
    """The members of a conjunction as expressions; the expression itself where it is none."""
    return [*_parts(node[1]), *_parts(node[2])] if node[0] == "&" else [_text(node)]


def _text(node: Node) -> str:
    match node:
        case ("tag", str(tag)):
            return tag
        case ("!", child):
            return negation(_text(child))
        case ("&", left, right):
            return both(_text(left), _text(right))
        case ("|", left, right):
            return either(_text(left), _text(right))
    return "*"

"""Admissible sets: a constraint is the set of settings that it admits.

Stricter means a smaller set, the join of constraints is the intersection of their sets, and a conflict is an empty
join (reasoning.md, section 3). There is one kind of set for each type of dimension. All of them are frozen, and the
join (``&``) is commutative, associative and idempotent, so that no answer depends on the order of constraints.

Values in different units (calendar and business days) are kept side by side and never compared: a setting in one of
them provably meets no bound in the other, and no conflict is claimed between the two.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from math import inf
from typing import Self

from harmonizer.model import Constraint, Dimension
from harmonizer.values import Duration, Value, month_lengths, parse_value, steps_of

Lengths = tuple[float, ...]
"""Seconds from each of the four reference instants of XML Schema 1.1 part 2; durations are ordered pointwise."""
_SHORTEST: Lengths = (0, 0, 0, 0)
_LONGEST: Lengths = (inf, inf, inf, inf)


class Admissible(ABC):
    """A set of settings of one dimension."""

    @abstractmethod
    def __and__(self, other: Self) -> Self:
        """The join: what both admit."""

    @property
    @abstractmethod
    def empty(self) -> bool:
        """Whether no setting is admitted."""

    @abstractmethod
    def within(self, other: Self) -> bool:
        """Whether ``other`` admits whatever this admits, so that this is at least as strict. Neither may be empty."""

    @abstractmethod
    def admits(self, value: Value) -> bool:
        """Whether a setting belongs to the set."""


@dataclass(frozen=True, slots=True)
class Numbers(Admissible):
    """Quantities from ``low`` to ``high``, both included."""

    low: float = -inf
    high: float = inf

    def __and__(self, other: Numbers) -> Numbers:
        return Numbers(max(self.low, other.low), min(self.high, other.high))

    @property
    def empty(self) -> bool:
        return self.low > self.high

    def within(self, other: Numbers) -> bool:
        return self.low >= other.low and self.high <= other.high

    def admits(self, value: Value) -> bool:
        return isinstance(value, (int, float)) and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Steps(Admissible):
    """Ranks of an ordinal scale, or of a flag (0 false, 1 true)."""

    ranks: frozenset[int]

    def __and__(self, other: Steps) -> Steps:
        return Steps(self.ranks & other.ranks)

    @property
    def empty(self) -> bool:
        return not self.ranks

    def within(self, other: Steps) -> bool:
        return self.ranks <= other.ranks

    def admits(self, value: Value) -> bool:
        return value in self.ranks


@dataclass(frozen=True, slots=True)
class Elements(Admissible):
    """Non-empty sets that hold all ``required`` names, only ``allowed`` ones (any for None), and no ``forbidden`` one.

    Made by :meth:`of`, which brings the three into the one form that equal families share.
    """

    required: frozenset[str]
    allowed: frozenset[str] | None
    forbidden: frozenset[str]

    @classmethod
    def of(
        cls,
        required: frozenset[str] = frozenset(),
        allowed: frozenset[str] | None = None,
        forbidden: frozenset[str] = frozenset(),
    ) -> Elements:
        nothing: frozenset[str] = frozenset()
        if allowed is None:
            return cls(nothing, nothing, nothing) if required & forbidden else cls(required, None, forbidden)
        left = allowed - forbidden
        if not left or not required <= left:
            return cls(nothing, nothing, nothing)
        return cls(left if len(left) == 1 else required, left, nothing)

    def __and__(self, other: Elements) -> Elements:
        limits = [one.allowed for one in (self, other) if one.allowed is not None]
        allowed = frozenset.intersection(*limits) if limits else None
        return Elements.of(self.required | other.required, allowed, self.forbidden | other.forbidden)

    @property
    def empty(self) -> bool:
        return self.allowed is not None and not self.allowed

    def within(self, other: Elements) -> bool:
        if other.allowed is not None and (self.allowed is None or not self.allowed <= other.allowed):
            return False
        barred = other.forbidden <= self.forbidden if self.allowed is None else not other.forbidden & self.allowed
        return other.required <= self.required and barred

    def admits(self, value: Value) -> bool:
        return (
            isinstance(value, frozenset)
            and bool(value)
            and self.required <= value
            and (self.allowed is None or value <= self.allowed)
            and not self.forbidden & value
        )


@dataclass(frozen=True, slots=True)
class Span:
    """Durations whose lengths lie between ``low`` and ``high`` from every reference instant."""

    low: Lengths = _SHORTEST
    high: Lengths = _LONGEST

    def __and__(self, other: Span) -> Span:
        low = tuple(max(pair) for pair in zip(self.low, other.low, strict=True))
        return Span(low, tuple(min(pair) for pair in zip(self.high, other.high, strict=True)))

    def edges(self, beyond: Lengths = _SHORTEST) -> Iterator[tuple[Lengths, Lengths]]:
        """For each whole number of months the shortest and the longest admitted duration with so many.

        Every admitted duration lies between the two of its months. Without an upper bound the months stop where all
        are longer than the lower bound and ``beyond``. Time: the months of the longest bound.
        """
        reach = max(*self.low, *beyond)
        months = 0
        while True:
            base = month_lengths(months)
            least = max(0, *(low - length for low, length in zip(self.low, base, strict=True)))
            most = min(high - length for high, length in zip(self.high, base, strict=True))
            if least <= most:
                yield tuple(length + least for length in base), tuple(length + most for length in base)
            if most < 0 or (most == inf and min(base) >= reach):
                return
            months += 1

    @property
    def empty(self) -> bool:
        """Whether no duration lies between the bounds: at least thirty days and at most one month leave none."""
        return any(low > high for low, high in zip(self.low, self.high, strict=True)) or not any(
            True for _ in self.edges()
        )

    def within(self, other: Span) -> bool:
        if _longer(self.low, other.low) and _longer(other.high, self.high):
            return True
        if self.high == _LONGEST != other.high:
            return False
        return all(_longer(least, other.low) and _longer(other.high, most) for least, most in self.edges(other.low))


def _longer(one: Lengths, other: Lengths) -> bool:
    """Whether one is as long as the other or longer, from every reference instant."""
    return all(left >= right for left, right in zip(one, other, strict=True))


@dataclass(frozen=True, slots=True)
class Periods(Admissible):
    """Periods, each with the longest to which it may be extended.

    A setting without extension is extended to itself. ``spans`` holds, for each unit in order, the periods and the
    extended periods that are admitted. A constraint without extension bounds both alike.
    """

    spans: tuple[tuple[str, Span, Span], ...] = ()

    def __and__(self, other: Periods) -> Periods:
        found: dict[str, tuple[Span, Span]] = {}
        for unit, period, extended in (*self.spans, *other.spans):
            before = found.get(unit, (Span(), Span()))
            found[unit] = (before[0] & period, before[1] & extended)
        return Periods(tuple((unit, *found[unit]) for unit in sorted(found)))

    @property
    def empty(self) -> bool:
        return any(period.empty or extended.empty for _, period, extended in self.spans)

    def within(self, other: Periods) -> bool:
        own = {unit: (period, extended) for unit, period, extended in self.spans}
        return all(
            unit in own and own[unit][0].within(period) and own[unit][1].within(extended)
            for unit, period, extended in other.spans
        )

    def admits(self, value: Value) -> bool:
        if not isinstance(value, Duration):
            return False
        lengths = value.lengths()
        return all(
            unit == value.unit
            and all(_longer(lengths, span.low) and _longer(span.high, lengths) for span in (period, extended))
            for unit, period, extended in self.spans
        )


@lru_cache(maxsize=65_536)
def admissible(dimension: Dimension, constraint: Constraint) -> Admissible:
    """What a comparable constraint admits; ValueError where its value or operator does not fit the dimension."""
    value = parse_value(dimension, constraint.value, constraint.unit)
    from_below = constraint.operator in ("at-least", "includes", "equals")
    from_above = constraint.operator in ("at-most", "one-of", "equals")
    if isinstance(value, frozenset):
        if constraint.operator == "forbidden":
            return Elements.of(forbidden=value)
        return Elements.of(value if from_below else frozenset(), value if from_above else None)
    if dimension.type in ("ordinal", "flag"):
        ranks = range(len(steps_of(dimension)))
        at = steps_of(dimension).index(constraint.value)
        if constraint.operator == "forbidden":
            return Steps(frozenset(ranks) - {at})
        return Steps(frozenset(ranks[at if from_below else 0 : at + 1 if from_above else None]))
    if constraint.operator == "forbidden":
        raise ValueError(f"operator 'forbidden' does not fit {dimension.slug}; expected at-least, at-most or equals")
    if isinstance(value, Duration):
        low = value.lengths() if from_below else _SHORTEST
        high = value.lengths() if from_above else _LONGEST
        extended = _extended(value, constraint.extension).lengths() if from_above else _LONGEST
        return Periods(((value.unit, Span(low, high), Span(low, extended)),))
    return Numbers(value if from_below else -inf, value if from_above else inf)


def _extended(period: Duration, extension: str) -> Duration:
    if not extension:
        return period
    further = Duration.parse(extension)
    return Duration(period.months + further.months, period.seconds + further.seconds, period.text, period.unit)


def join(sets: Iterable[Admissible]) -> Admissible:
    """What all of one or more sets of one dimension admit."""
    return reduce(lambda one, other: one & other, sets)

"""A minimum-cost binary program: the bare question beneath every plan, without a word of compliance.

Minimise ``costs @ x`` over x in {0, 1} with, for each row, ``sum of coefficient * x >= least``. Plain covering has rows
of ones with least 1; prerequisites, levels and exclusions are rows with negative coefficients. All figures are whole
numbers, so that every bound can be checked exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harmonizer.errors import UsageError


@dataclass(frozen=True, slots=True)
class Row:
    """``sum of coefficient * column >= least``; terms are sorted by column and no coefficient is 0."""

    terms: tuple[tuple[int, int], ...]
    least: int
    name: str = ""

    @classmethod
    def of(cls, coefficients: Mapping[int, int], least: int, name: str = "") -> Row:
        return cls(tuple(sorted((column, one) for column, one in coefficients.items() if one)), least, name)

    def restricted(self, fixed: Mapping[int, int], place_of: Mapping[int, int]) -> Row:
        """The row for the columns that ``place_of`` renumbers, the others being fixed."""
        terms = tuple((place_of[column], a) for column, a in self.terms if column in place_of)
        return Row(terms, self.least - sum(a * fixed[column] for column, a in self.terms if column in fixed), self.name)


@dataclass(frozen=True, slots=True)
class Instance:
    """Costs and names of the columns, and the rows. Costs are not negative."""

    costs: tuple[int, ...]
    rows: tuple[Row, ...]
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(cost < 0 for cost in self.costs):
            raise UsageError("a cost is negative; expected whole numbers, 0 or more")

    def cost(self, chosen: Iterable[int]) -> int:
        """What a set of columns costs."""
        return sum(self.costs[column] for column in chosen)

    def broken(self, chosen: Iterable[int]) -> list[int]:
        """The places of the rows that a set of columns does not meet."""
        ones = set(chosen)
        return [place for place, row in enumerate(self.rows)
                if sum(value for column, value in row.terms if column in ones) < row.least]  # fmt: skip


def covering_rows(rows: Sequence[Iterable[int]], columns: int) -> list[Row]:
    """Plain covering rows: at least one of the columns of each."""
    found = []
    for place, members in enumerate(rows):
        wanted = set(members)
        if not wanted:
            raise UsageError(f"row {place} has no column that covers it")
        if min(wanted) < 0 or max(wanted) >= columns:
            wrong = min(wanted) if min(wanted) < 0 else max(wanted)
            raise UsageError(f"row {place} names column {wrong}; expected 0 to {columns - 1}, one for each cost")
        found.append(Row.of(dict.fromkeys(wanted, 1), 1))
    return found

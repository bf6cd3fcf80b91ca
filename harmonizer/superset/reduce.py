"""Make an instance smaller without losing its best answer, in steps that a checker can replay.

Essential columns (a row that only one column can still meet), columns that no open row gains from, and dominated
columns, over and over until nothing gives way or the budget of comparisons is spent: academic instances do not shrink,
real ones nearly vanish. Textbook dominance is wrong where columns have prerequisites, exclusions or levels; the rule
here is the one of reasoning.md, section 4, stated on rows: column l may stand in for j if it is no worse in the order
given, every open row that gains from j is met by l alone and has no negative coefficient left, and wherever l lowers a
row more than j did, another row asks the same of j (its mirror: both need the same prerequisite).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harmonizer.superset.deadline import Deadline
from harmonizer.superset.instance import Instance

Step = tuple[str, int] | tuple[str, int, int] | tuple[str, int, int, tuple[tuple[int, int], ...]]
COMPARISONS = 400_000
"""Pairs of rows or columns that may be held against each other: a second or so."""


@dataclass(frozen=True, slots=True)
class Component:
    """Free columns that rows tie together, and these rows by their place; the smaller of like rows stand for all."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reduced:
    """What is left: columns fixed at 0 or 1 by the steps, and the components of the rest.

    ``unmeetable`` holds rows that nothing can meet any more; with any of them the instance has no answer.
    """

    fixed: dict[int, int]
    steps: tuple[Step, ...]
    components: tuple[Component, ...]
    unmeetable: tuple[int, ...]


def reduce(
    instance: Instance, order: Sequence[tuple[int, ...]] | None = None, deadline: Deadline | None = None
) -> Reduced:
    """Reduce an instance, as far as the deadline allows.

    Parameters
    ----------
    order: for each column what it adds to the objectives in sequence, then its place among ties; smaller is better. A
        column gives way only to one that is no worse in this order. Costs, then the place, by default.
    """
    work = _Work(instance, order or [(cost, place) for place, cost in enumerate(instance.costs)],
                 deadline or Deadline())  # fmt: skip
    work.run()
    unmeetable = work.unmeetable()
    return Reduced(work.fixed, tuple(work.steps), () if unmeetable else tuple(work.components()), unmeetable)


@dataclass
class _Work:
    instance: Instance
    order: Sequence[tuple[int, ...]]
    deadline: Deadline
    steps: list[Step] = field(default_factory=list)
    fixed: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = self.instance.rows
        self._coefficient = [dict(row.terms) for row in rows]
        self._need = [row.least for row in rows]
        self._gain = [sum(a for _, a in row.terms if a > 0) for row in rows]
        self._loss = [sum(a for _, a in row.terms if a < 0) for row in rows]
        self._of_column: list[list[int]] = [[] for _ in self.instance.costs]
        self._comparisons = COMPARISONS
        self._alive = self._distinct()
        for place in self._alive:
            for column in self._coefficient[place]:
                self._of_column[column].append(place)
        self._open = [False] * len(rows)
        for place in self._alive:
            self._open[place] = self._loss[place] < self._need[place]
        self._suspects = deque(self._alive)

    def _distinct(self) -> list[int]:
        """The first of the rows with the same terms, the one that asks most."""
        best: dict[tuple[tuple[int, int], ...], int] = {}
        for place, row in enumerate(self.instance.rows):
            known = best.get(row.terms)
            if known is None or row.least > self.instance.rows[known].least:
                best[row.terms] = place
        return sorted(best.values())

    def run(self) -> None:
        changed = True
        while changed:
            self._propagate()
            self._close_implied_rows()
            changed = self._drop_useless() | self._drop_dominated()
        self._propagate()

    def _fix(self, step: Step) -> None:
        column, value = step[1], int(step[0] == "one")
        self.steps.append(step)
        self.fixed[column] = value
        for place in self._of_column[column]:
            a = self._coefficient[place][column]
            self._need[place] -= a * value
            self._gain[place] -= max(a, 0)
            self._loss[place] -= min(a, 0)
            if self._open[place]:
                self._open[place] = self._loss[place] < self._need[place]
                self._suspects.append(place)

    def _free(self, place: int) -> Iterator[tuple[int, int]]:
        return ((column, a) for column, a in self._coefficient[place].items() if column not in self.fixed)

    def _propagate(self) -> None:
        """Fix what a single row forces."""
        while self._suspects:
            place = self._suspects.popleft()
            if not self._open[place]:
                continue
            slack = self._gain[place] - self._need[place]
            for column, a in list(self._free(place)):
                if a > slack >= 0:
                    self._fix(("one", column, place))
                elif -a > slack >= 0:
                    self._fix(("zero", column, place))
                else:
                    continue
                break  # the row is a suspect again

    def _close_implied_rows(self) -> None:
        """Leave out plain covering rows that a smaller one implies."""
        plain = [place for place in self._alive if self._open[place] and self._is_plain(place)]
        members = {place: {column for column, _ in self._free(place)} for place in plain}
        by_column: dict[int, list[int]] = defaultdict(list)
        for place in sorted(members, key=lambda one: (len(members[one]), one)):
            smallest = members[place]
            for column in smallest:
                other = next((one for one in by_column[column] if members[one] <= smallest), None)
                if other is not None:
                    self._open[place] = False
                    self.steps.append(("implied", place, other))
                    break
                self._comparisons -= len(by_column[column]) + 1
            else:
                # a row that implies another has all its columns there: filing it under one of them is enough
                by_column[min(smallest, key=lambda one: (len(by_column[one]), one))].append(place)
            if self._comparisons < 0:
                return

    def _is_plain(self, place: int) -> bool:
        """Whether any one of the row's free columns with a positive coefficient meets it."""
        need = self._need[place]
        return self._loss[place] == 0 < self._gain[place] and all(a >= need for _, a in self._free(place))

    def _drop_useless(self) -> bool:
        dropped = False
        for column in range(len(self.instance.costs)):
            if column not in self.fixed and not any(
                self._open[place] and self._coefficient[place][column] > 0 for place in self._of_column[column]
            ):
                self._fix(("useless", column))
                dropped = True
        return dropped

    def _drop_dominated(self) -> bool:
        dropped = False
        free = [column for column in range(len(self.instance.costs)) if column not in self.fixed]
        for column in sorted(free, key=lambda one: self.order[one], reverse=True):
            found = self._stand_in(column)
            if found:
                self._fix(("drop", column, *found))
                dropped = True
            if self._comparisons < 0 or self.deadline.has_passed:
                break
        return dropped

    def _stand_in(self, column: int) -> tuple[int, tuple[tuple[int, int], ...]] | None:
        """A column that can stand in for another, with the mirror rows that show it."""
        gains = [place for place in self._of_column[column]
                 if self._open[place] and self._coefficient[place][column] > 0]  # fmt: skip
        if not gains or not all(self._loss[place] == 0 for place in gains):
            return None
        rarest = min(gains, key=lambda place: len(self._coefficient[place]))
        for other, _ in self._free(rarest):
            self._comparisons -= 1
            if other == column or self.order[other] > self.order[column]:
                continue
            if self.instance.costs[other] <= self.instance.costs[column] and all(
                self._coefficient[place].get(other, 0) >= self._need[place] for place in gains
            ):
                mirrors = self._mirrors(column, other)
                if mirrors is not None:
                    return other, mirrors
        return None

    def _mirrors(self, column: int, other: int) -> tuple[tuple[int, int], ...] | None:
        """For each row that ``other`` lowers more than ``column`` did, the row that asks the same of ``column``."""
        found = []
        for place in self._of_column[other]:
            a = self._coefficient[place][other]
            if a >= min(0, self._coefficient[place].get(column, 0)) or not self._open[place]:
                continue
            mirror = next((one for one in self._of_column[column] if self._is_mirror(place, one, column, other)), None)
            if mirror is None:
                return None
            found.append((place, mirror))
        return tuple(found)

    def _is_mirror(self, place: int, mirror: int, column: int, other: int) -> bool:
        self._comparisons -= 1
        left = {one: a for one, a in self._free(place) if one not in (column, other)}
        right = {one: a for one, a in self._free(mirror) if one not in (column, other)}
        a, b = self._coefficient[place][other], self._coefficient[mirror][column]
        return left == right and a - self._need[place] >= b - self._need[mirror]

    def unmeetable(self) -> tuple[int, ...]:
        return tuple(place for place in self._alive if self._gain[place] < self._need[place])

    def components(self) -> Iterator[Component]:
        """The connected parts of the open rows, by their first column."""
        leader: dict[int, int] = {}

        def find(column: int) -> int:
            while leader.setdefault(column, column) != column:
                leader[column] = leader[leader[column]]
                column = leader[column]
            return column

        open_rows = [place for place in self._alive if self._open[place]]
        for place in open_rows:
            first, *rest = (column for column, _ in self._free(place))
            for column in (first, *rest):
                one, two = sorted((find(first), find(column)))
                leader[two] = one
        columns: dict[int, list[int]] = defaultdict(list)
        rows: dict[int, list[int]] = defaultdict(list)
        for column in sorted(leader):
            columns[find(column)].append(column)
        for place in open_rows:
            rows[find(next(self._free(place))[0])].append(place)
        return (Component(tuple(columns[one]), tuple(rows[one])) for one in sorted(columns))

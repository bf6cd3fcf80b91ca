"""The cheapest sufficient set of controls: an exact mixed-integer program, its objectives in sequence.

Effort, then the number of controls, then the evidence burden (evidence types of each control, summed), then the
lexicographically smallest set of slugs, then the fewest and smallest levels; each is fixed before the next, so that the
answer is unique and depends on nothing but the question. Effort and number are asked for at once, one person-day
weighing more than all controls, which is the same in exact numbers and several times as fast. Every answer is verified
without the solver.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from harmonizer.errors import UsageError
from harmonizer.model import Level
from harmonizer.superset.candidates import Way, bundle, level_order
from harmonizer.superset.mixed_integer import Optimum, Program, Row, SolverError
from harmonizer.superset.problem import Problem, Uncovered

BEST_KNOWN = "best known"
Answered = TypeVar("Answered")
_CHUNK = 10  # columns decided at once in lexicographic order: weights up to 2^9 stay far within float tolerances


@dataclass(frozen=True, slots=True)
class LevelChoice:
    """A control run at one of its levels."""

    control: str
    level: Level


@dataclass(frozen=True, slots=True)
class Selection:
    """Controls in the order of slugs, their levels, and the effort of both in person-days."""

    controls: tuple[str, ...]
    levels: tuple[LevelChoice, ...]
    effort: int
    lower_bound: int

    def levels_of(self, control: str) -> tuple[Level, ...]:
        """The levels chosen for one control."""
        return tuple(choice.level for choice in self.levels if choice.control == control)

    def realises(self, way: Way) -> bool:
        """Whether a way to satisfy a demand is open: its control chosen, and a level for each of its needs."""
        if way.control not in self.controls:
            return False
        levels = set(self.levels_of(way.control))
        return all(levels.intersection(need) for need in way.needs)


@dataclass(frozen=True, slots=True)
class Solution:
    """The chosen set with what is known of it.

    ``met`` and ``unmet`` are places in ``problem.demands``; ``uncovered`` names what stays unmet, with reasons, what no
    candidate can satisfy first. ``gap`` is (effort - lower_bound) / effort.
    """

    selection: Selection
    met: tuple[int, ...]
    unmet: tuple[int, ...]
    uncovered: tuple[Uncovered, ...]
    status: str = BEST_KNOWN
    certificate: None = None

    @property
    def controls(self) -> tuple[str, ...]:
        return self.selection.controls

    @property
    def levels(self) -> tuple[LevelChoice, ...]:
        return self.selection.levels

    @property
    def effort(self) -> int:
        return self.selection.effort

    @property
    def lower_bound(self) -> int:
        return self.selection.lower_bound

    @property
    def gap(self) -> float:
        return (self.effort - self.lower_bound) / self.effort if self.effort else 0.0


class CoverModel:
    """One problem as a binary program, asked again and again with controls forbidden or demands released."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        used = sorted(
            {slug for ways in problem.ways for way in ways for slug in bundle(way.control, problem.candidates)}
        )
        choices = {LevelChoice(way.control, level) for ways in problem.ways for way in ways
                   for need in way.needs for level in need}  # fmt: skip
        ordered = sorted(choices, key=lambda one: (one.control, level_order(problem.index, one.level)))
        self._control = {slug: place for place, slug in enumerate(used)}
        self._level = {choice: len(used) + place for place, choice in enumerate(ordered)}
        self._columns = len(used) + len(ordered)
        self._unmet = [self._column() for _ in problem.demands]
        rows = [*self._demand_rows(), *self._level_rows(), *self._control_rows()]
        self._effort = {column: problem.effort(slug) for slug, column in self._control.items()}
        self._effort |= {column: choice.level.effort_likely for choice, column in self._level.items()}
        self._burden = {column: len(set(problem.candidates[slug].evidence)) for slug, column in self._control.items()}
        self._program = Program(self._columns, rows)

    def _column(self) -> int:
        self._columns += 1
        return self._columns - 1

    def _demand_rows(self) -> list[Row]:
        """Some way to each demand is realised, or the demand is unmet."""
        rows = []
        for ways, unmet in zip(self._problem.ways, self._unmet, strict=True):
            columns = {unmet}
            for way in ways:
                if len(way.needs) < 2:
                    columns.update(self._way_columns(way))
                    continue
                way_open = self._column()
                columns.add(way_open)
                rows += [Row({way_open: -1} | {self._level[LevelChoice(way.control, one)]: 1 for one in need}, lower=0)
                         for need in way.needs]  # fmt: skip
            rows.append(Row(dict.fromkeys(sorted(columns), 1), lower=1))
        return rows

    def _way_columns(self, way: Way) -> list[int]:
        """The columns of which one realises a way with at most one need."""
        if not way.needs:
            return [self._control[way.control]]
        return [self._level[LevelChoice(way.control, level)] for level in way.needs[0]]

    def _level_rows(self) -> list[Row]:
        """One level for each control, leaf (or none) and dimension, and only for chosen controls."""
        groups: dict[tuple[str, str, str], list[int]] = {}
        for choice, column in self._level.items():
            groups.setdefault((choice.control, choice.level.objective, choice.level.dimension), []).append(column)
        return [Row({self._control[place[0]]: -1} | dict.fromkeys(columns, 1), upper=0)
                for place, columns in groups.items()]  # fmt: skip

    def _control_rows(self) -> list[Row]:
        """A control needs its prerequisites and rules out its exclusions, whichever of the two names them."""
        rows = []
        for slug, column in self._control.items():
            control = self._problem.candidates[slug]
            rows += [Row({self._control[one]: 1, column: -1}, lower=0) for one in sorted(set(control.prerequisites))]
        pairs = [(one, other) for one, other in combinations(self._control, 2) if excluding(self._problem, one, other)]
        return rows + [Row({self._control[one]: 1, self._control[other]: 1}, upper=1) for one, other in pairs]

    def fewest_unmet(self, budget: int | None = None) -> tuple[int, ...]:
        """The demands that stay unmet in the best set, by place; the best leaves the fewest pairs unmet.

        Ties between sets that leave equally many pairs unmet are broken by the objectives in sequence.
        """
        weights = {column: demand.weight for demand, column in zip(self._problem.demands, self._unmet, strict=True)}
        with self._program.trial():
            if budget is not None:
                self._program.add(Row(self._effort, upper=budget))
            optimum = _required(self._program.minimise(weights))
            if optimum.cost == 0:
                return ()
            self._program.add(Row(weights, upper=optimum.cost))
            final = _required(self._in_sequence())[0]
            return tuple(place for place, column in enumerate(self._unmet) if final.values[column])

    def select(self, unmet: Collection[int] = (), forbidden: Collection[str] = ()) -> Selection | None:
        """The best set without ``forbidden`` controls that meets all but the ``unmet`` demands; None if none does."""
        with self._program.trial():
            for place, column in enumerate(self._unmet):
                self._program.fix(column, int(place in unmet))
            for slug in forbidden:
                if slug in self._control:
                    self._program.fix(self._control[slug], 0)
            found = self._in_sequence()
        return None if found is None else self._selection(*found)

    def nearest(self, known: Selection, unmet: Collection[int], forbidden: str) -> Selection | None:
        """The cheapest set without ``forbidden``, among equals the one that changes the known set least.

        Ties beyond that go to the lexicographically smallest set. None if nothing else meets the same demands.
        """
        chosen = {self._control[slug] for slug in known.controls} | {self._level[choice] for choice in known.levels}
        changes = {column: -1 if column in chosen else 1 for column in (*self._control.values(), *self._level.values())}
        step = 2 * len(changes) + 1  # one person-day outweighs every change
        with self._program.trial():
            for place, column in enumerate(self._unmet):
                self._program.fix(column, int(place in unmet))
            self._program.fix(self._control[forbidden], 0)
            costs = {column: step * self._effort[column] + change for column, change in changes.items()}
            first = self._program.minimise(costs)
            if first is None:
                return None
            self._program.add(Row(costs, upper=first.cost))
            final = self._smallest(list(changes), first)
            return self._selection(final, 0)

    def _selection(self, final: Optimum, lower_bound: int) -> Selection:
        controls = tuple(slug for slug, column in self._control.items() if final.values[column])
        levels = tuple(choice for choice, column in self._level.items() if final.values[column])
        effort = sum(cost for column, cost in self._effort.items() if final.values[column])
        return Selection(controls, levels, effort, lower_bound)

    def _in_sequence(self) -> tuple[Optimum, int] | None:
        """The one best answer and the bound on its effort; adds rows and bounds, so call it within a trial."""
        step = len(self._control) + 1  # one person-day outweighs all controls: effort, then count, in one question
        controls = list(self._control.values())
        effort_then_count = {column: step * cost + (column in self._burden) for column, cost in self._effort.items()}
        first = self._program.minimise(effort_then_count)
        if first is None:
            return None
        effort, count = divmod(first.cost, step)
        self._program.add(Row(self._effort, upper=effort))
        self._program.add(Row(dict.fromkeys(controls, 1), lower=count, upper=count))
        leanest = _required(self._program.minimise(self._burden, first))
        self._program.add(Row(self._burden, upper=leanest.cost))
        final = self._smallest(controls, leanest)
        levels = [column for choice, column in self._level.items() if final.values[self._control[choice.control]]]
        if levels:
            counted = dict.fromkeys(levels, 1)
            final = _required(self._program.minimise(counted, final))
            self._program.add(Row(counted, upper=final.cost))
            final = self._smallest(levels, final)
        return final, -((step - 1 - first.lower_bound) // step)

    def _smallest(self, columns: Sequence[int], known: Optimum) -> Optimum:
        """Fix ``columns`` at the lexicographically smallest of all sets that are as small as the known one."""
        if not self._is_only([column for column in columns if known.values[column]]):
            for start in range(0, len(columns), _CHUNK):
                chunk = columns[start : start + _CHUNK]
                weights = {column: -(2 ** (len(chunk) - 1 - place)) for place, column in enumerate(chunk)}
                known = _required(self._program.minimise(weights, known))
                self._fix(chunk, known)
        self._fix(columns, known)
        return known

    def _is_only(self, chosen: Sequence[int]) -> bool:
        """Whether every answer contains all of the chosen columns."""
        if not chosen:
            return True
        with self._program.trial():
            self._program.add(Row(dict.fromkeys(chosen, 1), upper=len(chosen) - 1))
            return self._program.minimise({}) is None

    def _fix(self, columns: Iterable[int], optimum: Optimum) -> None:
        for column in columns:
            self._program.fix(column, optimum.values[column])


def _required(answer: Answered | None) -> Answered:
    """The answer to a question that an earlier answer satisfies."""
    if answer is None:
        raise SolverError("HiGHS found no answer to a question that an earlier answer satisfies")
    return answer


def excluding(problem: Problem, one: str, other: str) -> bool:
    """Whether two controls cannot stand together, whichever of them says so."""
    return other in problem.candidates[one].exclusions or one in problem.candidates[other].exclusions


def solve(problem: Problem, *, budget: int | None = None, model: CoverModel | None = None) -> Solution:
    """The cheapest set that meets every demand, or within ``budget`` person-days the set that meets the most.

    Demands weigh as many (requirement, leaf) pairs as ask for them. Where exclusions keep demands apart, the fewest
    pairs are left unmet. ``model`` saves building the program again. Raises :class:`UsageError` for a negative budget,
    :class:`SolverError` if an answer fails the independent check.
    """
    if budget is not None and budget < 0:
        raise UsageError(f"the budget is {budget} person-days; expected 0 or more")
    model = model or CoverModel(problem)
    unmet: tuple[int, ...] = ()
    selection = model.select()
    apart = selection is None
    if selection is None or (budget is not None and selection.effort > budget):
        unmet = model.fewest_unmet(budget)
        selection = _required(model.select(unmet))
    met = tuple(place for place in range(len(problem.demands)) if place not in unmet)
    verify(problem, selection, met, budget)
    reasons = tuple(
        Uncovered(problem.demands[place], _reason(problem, place, selection, apart, budget)) for place in unmet
    )
    return Solution(selection, met, unmet, problem.uncovered + reasons)


def _reason(problem: Problem, place: int, selection: Selection, apart: bool, budget: int | None) -> str:
    """Why a demand that some candidate can satisfy stays unmet; ``apart``: not all can be met, whatever the effort."""
    if not apart:
        return "not within the budget"
    able = sorted({way.control for way in problem.ways[place]})
    clauses = [f"{slug} is needed at another level" for slug in able if slug in selection.controls]
    clauses += [f"{slug} is kept out by exclusions" for slug in able if slug not in selection.controls]
    reason = f"not satisfiable together with the rest: {', '.join(clauses)}"
    return reason if budget is None else f"not within the budget, or {reason}"


def verify(problem: Problem, selection: Selection, met: Iterable[int], budget: int | None = None) -> None:
    """Check a selection without the solver; :class:`SolverError` names the first promise that it breaks."""
    chosen = set(selection.controls)
    for place in met:
        if not any(selection.realises(way) for way in problem.ways[place]):
            raise SolverError(f"the chosen set does not satisfy {problem.demands[place].name}")
    for slug in selection.controls:
        missing = set(problem.candidates[slug].prerequisites) - chosen
        if missing:
            raise SolverError(f"{slug} was chosen without its prerequisite {min(missing)}")
    for one, other in combinations(selection.controls, 2):
        if excluding(problem, one, other):
            raise SolverError(f"{one} and {other} exclude each other and were both chosen")
    places = [(choice.control, choice.level.objective, choice.level.dimension) for choice in selection.levels]
    if len(set(places)) < len(places) or not {place[0] for place in places} <= chosen:
        raise SolverError("a control was given two levels of one dimension, or a level without being chosen")
    effort = sum(problem.effort(slug, selection.levels_of(slug)) for slug in selection.controls)
    if effort != selection.effort or selection.lower_bound > effort or (budget is not None and effort > budget):
        raise SolverError(f"the effort of {effort} person-days is not the {selection.effort} that the solver claims")

"""The cheapest sufficient set of controls: a problem stated as an instance, solved, verified and proven.

Effort, then the number of controls, then the evidence burden (evidence types of each control, summed), then the
lexicographically smallest set of slugs, then the fewest and smallest levels; each is fixed before the next, so that the
answer is unique and depends on nothing but the question. The certificate proves the effort; what comes after it is the
solver's word. Every answer is verified without the solver.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from harmonizer.errors import UsageError
from harmonizer.model import Level, short_key
from harmonizer.superset.candidates import Way, bundle, level_order
from harmonizer.superset.certificate import Certificate, certify
from harmonizer.superset.cover import Found, minimum_cover, optimum
from harmonizer.superset.deadline import Deadline
from harmonizer.superset.demand import Demand
from harmonizer.superset.instance import Instance, Row
from harmonizer.superset.mixed_integer import SolverError
from harmonizer.superset.problem import Problem, Uncovered
from harmonizer.superset.sequence import Least, Smallest, Stage


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
    candidate can satisfy first. ``certificate`` proves that the ``met`` demands cost ``lower_bound`` person-days at
    least. ``pairs_bound`` is the proven least number of (requirement, leaf) pairs that must stay unmet where a budget
    or exclusions keep demands apart. ``gap`` is (effort - lower_bound) / effort.
    """

    selection: Selection
    met: tuple[int, ...]
    unmet: tuple[int, ...]
    uncovered: tuple[Uncovered, ...]
    certificate: Certificate
    pairs_bound: int = 0

    @property
    def status(self) -> str:
        """``optimal`` in effort if the checker verified it, else ``best known``."""
        return self.certificate.status

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
        return self.certificate.lower_bound

    @property
    def gap(self) -> float:
        return (self.effort - self.lower_bound) / self.effort if self.effort else 0.0


class CoverModel:
    """A problem as instances: columns for controls, their levels, ways with several needs, then for unmet demands."""

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
        self._names = [*used, *(_level_name(choice) for choice in ordered)]
        self._efforts = [*(problem.effort(slug) for slug in used),
                         *(problem.level_effort(choice.level) for choice in ordered)]  # fmt: skip
        self._way_rows: dict[int, list[Row]] = {}
        self._demand_terms = [self._terms(place, ways) for place, ways in enumerate(problem.ways)]
        self._standing = [*self._level_rows(), *self._control_rows()]

    def _terms(self, place: int, ways: Iterable[Way]) -> dict[int, int]:
        """The columns of which one realises some way to a demand; a way with several needs gets a column of its own."""
        terms: dict[int, int] = {}
        for way in ways:
            if not way.needs:
                terms[self._control[way.control]] = 1
            elif len(way.needs) == 1:
                terms.update({self._level[LevelChoice(way.control, level)]: 1 for level in way.needs[0]})
            else:
                column = len(self._names)
                self._names.append(f"{way.control} for {way.leaf}, demand {place}")
                self._efforts.append(0)
                terms[column] = 1
                self._way_rows.setdefault(place, []).extend(
                    Row.of({column: -1} | {self._level[LevelChoice(way.control, one)]: 1 for one in need}, 0,
                           f"{way.control} for {way.leaf} needs a level")
                    for need in way.needs
                )  # fmt: skip
        return terms

    def _level_rows(self) -> list[Row]:
        """One level for each control, leaf (or none) and dimension, and only for chosen controls."""
        groups: dict[tuple[str, str, str], list[int]] = {}
        for choice, column in self._level.items():
            groups.setdefault((choice.control, choice.level.objective, choice.level.dimension), []).append(column)
        return [Row.of({self._control[place[0]]: 1} | dict.fromkeys(columns, -1), 0, f"levels of {place[0]}")
                for place, columns in groups.items()]  # fmt: skip

    def _control_rows(self) -> list[Row]:
        """A control needs its prerequisites and rules out its exclusions, whichever of the two names them."""
        rows = []
        for slug, column in self._control.items():
            needed = sorted(set(self._problem.candidates[slug].prerequisites))
            rows += [Row.of({self._control[one]: 1, column: -1}, 0, f"{slug} needs {one}") for one in needed]
        pairs = [(one, other) for one, other in combinations(self._control, 2) if excluding(self._problem, one, other)]
        return rows + [Row.of({self._control[one]: -1, self._control[other]: -1}, -1, f"{one} excludes {other}")
                       for one, other in pairs]  # fmt: skip

    def instance(self, unmet: Collection[int] = (), without: Collection[str] = ()) -> Instance:
        """Meet all but the ``unmet`` demands at the least effort, ``without`` these controls."""
        rows = [row for place, demand in enumerate(self._problem.demands) if place not in unmet
                for row in (Row.of(self._demand_terms[place], 1, _demand_name(demand)),
                            *self._way_rows.get(place, ()))]  # fmt: skip
        barred = [Row.of({self._control[slug]: -1}, 0, f"without {slug}") for slug in without if slug in self._control]
        return Instance(tuple(self._efforts), (*rows, *self._standing, *barred), tuple(self._names))

    def relaxed(self, budget: int | None = None, firm: Collection[int] = ()) -> Instance:
        """Leave as few (requirement, leaf) pairs unmet as can be, within the budget in person-days.

        The ``firm`` demands are met in any case. The last columns stand for the unmet demands, in their order.
        """
        rows: list[Row] = []
        names, weights = list(self._names), [0] * len(self._names)
        for place, demand in enumerate(self._problem.demands):
            unmet = {} if place in firm else {len(names): 1}
            rows.append(Row.of(self._demand_terms[place] | unmet, 1, _demand_name(demand)))
            rows += self._way_rows.get(place, ())
            names.append(f"unmet {place}: {demand.name}")
            weights.append(demand.weight)
        if budget is not None:
            rows.append(Row.of({column: -cost for column, cost in enumerate(self._efforts)}, -budget, "the budget"))
        return Instance(tuple(weights), (*rows, *self._standing), tuple(names))

    @property
    def ties(self) -> list[Stage]:
        """The objectives that come after effort."""
        controls, levels = list(self._control.values()), list(self._level.values())
        burden = {column: len(set(self._problem.candidates[slug].evidence)) for slug, column in self._control.items()}
        return [Least(dict.fromkeys(controls, 1)), Least(burden), Smallest(controls), Least(dict.fromkeys(levels, 1)),
                Smallest(levels)]  # fmt: skip

    def select(
        self, unmet: Collection[int] = (), without: Collection[str] = (), deadline: Deadline | None = None
    ) -> tuple[Selection, Found, Instance] | None:
        """The best set ``without`` some controls that meets all but the ``unmet`` demands; None if none does."""
        instance = self.instance(unmet, without)
        found = optimum(instance, self.ties, deadline)
        return None if found is None else (self._selection(found), found, instance)

    def fewest_unmet(self, budget: int | None, deadline: Deadline | None = None) -> tuple[tuple[int, ...], int]:
        """The demands that stay unmet in the best set, by place, and the proven least number of unmet pairs.

        Ties between sets that leave equally many pairs unmet are broken by the objectives in sequence.
        """
        instance = self.relaxed(budget)
        found = optimum(instance, [Least(dict(enumerate(self._efforts))), *self.ties], deadline)
        if found is None:
            raise SolverError("no set of controls stands at all")
        first = len(self._names)
        return tuple(column - first for column in found.chosen if column >= first), found.lower_bound(instance)

    def smallest_clash(self) -> tuple[int, ...]:
        """The fewest demands that cannot be met together, by place; empty if all can.

        Every set of demands whose loss lets the rest be met must hit every clash, and the smallest clash is the
        smallest set that hits all of these (Ignatiev et al., Smallest MUS extraction with minimal hitting set
        dualization, 2015). The cover engine finds the hitting sets.
        """
        losses: list[tuple[int, ...]] = []
        count = len(self._problem.demands)
        while True:
            firm = minimum_cover(losses, [1] * count).chosen if losses else ()
            found = optimum(self.relaxed(firm=firm))
            if found is None:
                return firm
            loss = tuple(column - len(self._names) for column in found.chosen if column >= len(self._names))
            if not loss:
                return ()
            losses.append(loss)

    def nearest(self, known: Selection, unmet: Collection[int], forbidden: str) -> Selection | None:
        """The cheapest set without ``forbidden``, among equals the one that adds least to the known set.

        Ties beyond that go to the lexicographically smallest set. None if nothing else meets the same demands.
        """
        chosen = {self._control[slug] for slug in known.controls} | {self._level[choice] for choice in known.levels}
        columns = [*self._control.values(), *self._level.values()]
        ties: list[Stage] = [Least({one: 1 for one in columns if one not in chosen}), Smallest(columns)]
        found = optimum(self.instance(unmet, (forbidden,)), ties)
        return None if found is None else self._selection(found)

    def _selection(self, found: Found) -> Selection:
        chosen = set(found.chosen)
        controls = tuple(slug for slug, column in self._control.items() if column in chosen)
        levels = tuple(choice for choice, column in self._level.items() if column in chosen)
        return Selection(controls, levels, sum(self._efforts[column] for column in chosen))


def _level_name(choice: LevelChoice) -> str:
    level = choice.level
    return f"{choice.control}: {level.objective or 'every leaf'} {level.dimension} {level.value} {level.unit}".rstrip()


def _demand_name(demand: Demand) -> str:
    return f"{demand.name} for {', '.join(map(short_key, demand.requirements))}"


def excluding(problem: Problem, one: str, other: str) -> bool:
    """Whether two controls cannot stand together, whichever of them says so."""
    return other in problem.candidates[one].exclusions or one in problem.candidates[other].exclusions


def solve(
    problem: Problem, *, budget: int | None = None, model: CoverModel | None = None, deadline: Deadline | None = None
) -> Solution:
    """The cheapest set that meets every demand, or within ``budget`` person-days the set that meets the most.

    Demands weigh as many (requirement, leaf) pairs as ask for them. Where exclusions keep demands apart, the fewest
    pairs are left unmet. ``model`` saves stating the problem again; at the ``deadline`` the best set known is returned
    with the bound that is proven by then. Raises :class:`UsageError` for a negative budget, :class:`SolverError` if an
    answer fails the independent check.
    """
    if budget is not None and budget < 0:
        raise UsageError(f"the budget is {budget} person-days; expected 0 or more")
    model = model or CoverModel(problem)
    unmet: tuple[int, ...] = ()
    pairs_bound = 0
    answer = model.select(deadline=deadline)
    apart = answer is None
    if answer is None or (budget is not None and answer[0].effort > budget):
        unmet, pairs_bound = model.fewest_unmet(budget, deadline)
        answer = model.select(unmet, deadline=deadline)
    if answer is None:
        raise SolverError("no set meets the demands that an earlier answer met")
    selection, found, instance = answer
    met = tuple(place for place in range(len(problem.demands)) if place not in unmet)
    verify(problem, selection, met, budget)
    certificate = certify(instance, found, "person-days")
    clash = [problem.demands[place] for place in (model.smallest_clash() if apart else ())]
    reasons = tuple(
        Uncovered(problem.demands[place], _reason(problem, place, selection, clash, budget)) for place in unmet
    )
    return Solution(selection, met, unmet, problem.uncovered + reasons, certificate, pairs_bound)


def _reason(problem: Problem, place: int, selection: Selection, clash: Sequence[Demand], budget: int | None) -> str:
    """Why a demand that some candidate can satisfy stays unmet; ``clash``: the fewest that cannot be met together."""
    if not clash:
        return "not within the budget"
    able = sorted({way.control for way in problem.ways[place]})
    clauses = [f"{slug} is needed at another level" for slug in able if slug in selection.controls]
    clauses += [f"{slug} is kept out by exclusions" for slug in able if slug not in selection.controls]
    reason = f"not satisfiable together with the rest: {', '.join(clauses)}"
    reason += f"; the smallest clash: {' against '.join(map(_demand_name, clash))}"
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
    if effort != selection.effort or (budget is not None and effort > budget):
        raise SolverError(f"the effort of {effort} person-days is not the {selection.effort} that the solver claims")

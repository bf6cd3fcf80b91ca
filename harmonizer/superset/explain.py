"""What the chosen set means: the answer of ``solve``, a row for each control.

Each row says what the control serves, what it alone holds up, and what doing without it would cost (its regret: the
further person-days of the cheapest set without it).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harmonizer.answer import Answer, Cell, joined
from harmonizer.model import Constraint, Framework, short_key
from harmonizer.superset.candidates import Way, bundle
from harmonizer.superset.deadline import Deadline, Progress
from harmonizer.superset.demand import Demand
from harmonizer.superset.optimize import CoverModel, LevelChoice, Selection, Solution, verify
from harmonizer.superset.problem import Estimate, Problem, Uncovered, source_order
from harmonizer.superset.settings import Statement, fill_statement
from harmonizer.values import describe_value

NO_ALTERNATIVE = "none"


@dataclass(frozen=True, slots=True)
class Alternative:
    """The cheapest set without one control: what comes in, and the further effort in person-days."""

    comes_in: tuple[str, ...]
    regret: int | None


UNKNOWN = Alternative(("not looked for, the time was up",), None)


class Service:
    """Who holds up what in a chosen set."""

    def __init__(self, problem: Problem, solution: Solution) -> None:
        self.open_ways: list[tuple[Demand, tuple[Way, ...]]] = [
            (problem.demands[place], tuple(way for way in problem.ways[place] if solution.selection.realises(way)))
            for place in solution.met
        ]

    def served(self, control: str) -> list[tuple[Demand, str]]:
        """The demands that a control meets, each with the leaf by which it does."""
        return [(demand, way.leaf) for demand, ways in self.open_ways for way in ways if way.control == control]

    def held_alone(self, control: str) -> list[str]:
        """The leaves, sorted, by which this control alone meets a demand."""
        return sorted({way.leaf for _, ways in self.open_ways if {way.control for way in ways} == {control}
                       for way in ways})  # fmt: skip


def alternatives(
    problem: Problem, solution: Solution, model: CoverModel, deadline: Deadline | None = None,
    progress: Progress | None = None,
) -> dict[str, Alternative | None]:  # fmt: skip
    """For each chosen control the cheapest set without it that meets the same demands; None where there is none.

    Among equally cheap sets the one that adds least to the plan is shown. Controls that the ``deadline`` leaves no
    time for are missing.
    """
    found: dict[str, Alternative | None] = {}
    bundles = {slug: bundle(slug, problem.candidates) for slug in problem.candidates}
    for place, slug in enumerate(solution.controls):
        if progress:
            progress("alternatives to each control", place, len(solution.controls))
        lost = {control for control, members in bundles.items() if slug in members}
        stuck = any(all(way.control in lost for way in problem.ways[place]) for place in solution.met)
        if not stuck and deadline and deadline.has_passed:
            continue
        other = None if stuck else model.nearest(solution.selection, solution.unmet, slug)
        if other is None:
            found[slug] = None
            continue
        verify(problem, other, solution.met)
        found[slug] = Alternative(_coming_in(problem, solution.selection, other), other.effort - solution.effort)
    return found


def _coming_in(problem: Problem, one: Selection, other: Selection) -> tuple[str, ...]:
    """The controls that the other set adds, and those that it runs at further levels."""
    added = set(other.controls) - set(one.controls)
    raised = [_describe_choice(problem, choice) for choice in other.levels
              if choice not in one.levels and choice.control not in added]  # fmt: skip
    return tuple(sorted([*added, *raised]))


def _describe_choice(problem: Problem, choice: LevelChoice) -> str:
    level = choice.level
    value = describe_value(problem.index.dimensions[level.dimension], level.value, level.unit)
    return f"{choice.control} at {level.dimension} {value}"


def plan_answer(
    problem: Problem, solution: Solution, model: CoverModel | None = None, deadline: Deadline | None = None,
    progress: Progress | None = None, look_for_others: bool = True,
) -> Answer:  # fmt: skip
    """The chosen set as rows ordered by control, with the summary figures of ``solve`` beside them.

    ``model`` saves stating the problem again. After the ``deadline`` alternatives are no longer looked for.
    """
    if look_for_others:
        others = alternatives(problem, solution, model or CoverModel(problem), deadline, progress)
    else:
        others = dict.fromkeys(solution.controls, Alternative(("not looked for",), None))
    service = Service(problem, solution)
    names = _framework_columns(problem.frameworks)
    columns = ("control", "statement", "objectives", *names.values(), "effort", "only_control_for",
               "cheapest_alternative", "regret")  # fmt: skip
    rows = [_row(problem, solution, service, names, slug, others.get(slug, UNKNOWN))
            for slug in solution.controls]  # fmt: skip
    title = "Superset controls for " + ", ".join(framework.short_title for framework in problem.frameworks)
    return Answer.of(columns, rows, _summary(problem, solution), title)


def requirements_met(problem: Problem, solution: Solution) -> int:
    """How many requirements have every demand met that some candidate can satisfy."""
    asking = {key for demand in problem.demands for key in demand.requirements}
    waiting = {key for place in solution.unmet for key in problem.demands[place].requirements}
    return len(asking - waiting)


def _framework_columns(frameworks: Iterable[Framework]) -> dict[str, str]:
    """The column of each framework version by its key: its slug, with the version where two versions meet."""
    slugs = [framework.slug for framework in frameworks]
    return {one.key: one.slug if slugs.count(one.slug) == 1 else one.key for one in frameworks}


def _row(
    problem: Problem, solution: Solution, service: Service, names: dict[str, str], slug: str, other: Alternative | None
) -> list[Cell]:
    served = service.served(slug)
    levels = solution.selection.levels_of(slug)
    by_framework: dict[str, list[str]] = {key: [] for key in names}
    asking = {problem.index.requirements[key] for demand, _ in served for key in demand.requirements}
    for requirement in sorted(asking, key=source_order):
        by_framework[requirement.key.partition(":")[0]].append(requirement.id)
    return [
        slug,
        str(fill_statement(problem.index, problem.candidates[slug], _answered(served), levels)),
        joined(sorted({leaf for _, leaf in served})),
        *(joined(ids) for ids in by_framework.values()),
        problem.effort(slug, levels),
        joined(service.held_alone(slug)),
        joined(other.comes_in) if other else NO_ALTERNATIVE,
        other.regret if other else None,
    ]


def _answered(served: Iterable[tuple[Demand, str]]) -> list[Constraint]:
    """The constraints on the leaves by which a control meets its demands, whatever their wording."""
    return [constraint for demand, leaf in served for constraint in demand.constraints if constraint.objective == leaf]


@dataclass(frozen=True, slots=True)
class Detail:
    """A chosen control's statement in its parts, and the keys of the requirements that it meets by itself.

    By itself: it meets everything that the requirement asks for, and all that is asked is expressed by objectives.
    """

    statement: Statement
    whole: frozenset[str]


def details(problem: Problem, solution: Solution) -> dict[str, Detail]:
    """What the rows of the answer leave out, for each chosen control."""
    service = Service(problem, solution)
    asked: dict[str, set[str]] = {}
    left = [one.demand for one in problem.reached] + [one.demand for one in problem.uncovered]
    for demand in (*problem.demands, *left):
        for key in demand.requirements:
            asked.setdefault(key, set()).add(demand.name)
    unexpressed = {one.requirement for one in problem.not_shown}
    found = {}
    for slug in solution.controls:
        served = service.served(slug)
        met: dict[str, set[str]] = {}
        for demand, _ in served:
            for key in demand.requirements:
                met.setdefault(key, set()).add(demand.name)
        whole = frozenset(key for key in met if met[key] == asked[key] and key not in unexpressed)
        statement = fill_statement(problem.index, problem.candidates[slug], _answered(served),
                                   solution.selection.levels_of(slug))  # fmt: skip
        found[slug] = Detail(statement, whole)
    return found


def _summary(problem: Problem, solution: Solution) -> dict[str, object]:
    def effort(estimate: Estimate) -> int:
        return sum(problem.effort(slug, solution.selection.levels_of(slug), estimate) for slug in solution.controls)

    return {
        "status": solution.status,
        "effort": solution.effort,
        "effort_low": effort("low"),
        "effort_high": effort("high"),
        "lower_bound": solution.lower_bound,
        "gap": solution.gap,
        "uncovered": [_uncovered(one) for one in solution.uncovered],
        "not_shown": [{"requirement": short_key(one.requirement), "reason": one.reason} for one in problem.not_shown],
        "reached": [{**_demanded(one.demand), "by": [short_key(key) for key in one.by]} for one in problem.reached],
        "certificate": solution.certificate.hash,
        "frameworks": [framework.key for framework in problem.frameworks],
        "scope": problem.circumstances.scope,
        "as_of": problem.circumstances.as_of,
    }


def _demanded(demand: Demand) -> dict[str, object]:
    return {"objective": demand.name, "requirements": [short_key(key) for key in demand.requirements]}


def _uncovered(one: Uncovered) -> dict[str, object]:
    return {**_demanded(one.demand), "reason": one.reason}

"""How a plan answers to what is not sure: the effort estimates, the budget, and an earlier plan."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack, get_args

from harmonizer.answer import Answer, Cell
from harmonizer.errors import DataError
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import read_text
from harmonizer.model import Framework
from harmonizer.strictness.applicability import Circumstances
from harmonizer.superset.deadline import Deadline, Progress
from harmonizer.superset.explain import requirements_met
from harmonizer.superset.optimize import CoverModel, solve
from harmonizer.superset.problem import Estimate, Given, build

SENSITIVITY_COLUMNS = ("control", "title", "low", "likely", "high", "chosen under")
CURVE_COLUMNS = ("budget", "effort", "controls", "pairs met", "share of pairs", "requirements met", "at most", "proven")
CHANGE_COLUMNS = ("control", "change", "effort before", "effort after", "before", "after")


def sensitivity(index: Index, frameworks: Sequence[Framework], circumstances: Circumstances) -> Answer:
    """How the choice changes when all efforts are at their low, likely or high estimates.

    One row for each control that some estimate chooses, with its effort in person-days under each where it is chosen.
    The summary says what keeping the likely plan would cost beyond the best plan, should the other estimates come true.
    """
    problem = build(index, [one.key for one in frameworks], circumstances=circumstances)
    estimates: tuple[Estimate, ...] = get_args(Estimate)
    found = {one: solve(replace(problem, estimate=one)) for one in estimates}
    chosen = sorted({slug for solution in found.values() for slug in solution.controls})
    rows: list[tuple[Cell, ...]] = []
    for slug in chosen:
        under = [one for one in estimates if slug in found[one].controls]
        efforts = [problem.effort(slug, found[one].selection.levels_of(slug), one) if one in under else None
                   for one in estimates]  # fmt: skip
        rows.append((slug, problem.candidates[slug].title, *efforts, ", ".join(under)))
    likely = found["likely"]
    figures: dict[str, object] = {f"effort {one}": found[one].effort for one in estimates}
    for one in ("low", "high"):
        kept = sum(problem.effort(slug, likely.selection.levels_of(slug), one) for slug in likely.controls)
        figures[f"regret of the likely plan if {one}"] = kept - found[one].effort
    figures["chosen under every estimate"] = sum(row[-1] == "low, likely, high" for row in rows)
    figures["status"] = ", ".join(f"{one} {found[one].status}" for one in estimates)
    return Answer.of(SENSITIVITY_COLUMNS, rows, figures, "How the choice changes with the effort estimates")


def budget_curve(
    index: Index, frameworks: Sequence[Framework], circumstances: Circumstances, steps: int = 10, *,
    deadline: Deadline | None = None, progress: Progress | None = None, **given: Unpack[Given],
) -> Answer:  # fmt: skip
    """How far a budget reaches: the most (requirement, leaf) pairs that each tenth of the full effort can meet.

    ``at most`` is the proven bound on the pairs, ``proven`` whether it is reached. Budget and effort in person-days.
    After the ``deadline`` no further budget is looked at.
    """
    problem = build(index, [one.key for one in frameworks], circumstances=circumstances, **given)
    model = CoverModel(problem)
    full = solve(problem, model=model, deadline=deadline)
    total = sum(demand.weight for demand in problem.demands)
    budgets = sorted({full.effort * step // steps for step in range(1, steps + 1)} - {0})
    rows: list[tuple[Cell, ...]] = []
    for place, budget in enumerate(budgets):
        if deadline and deadline.has_passed:
            break
        if progress:
            progress("budgets", place, len(budgets))
        solution = solve(problem, budget=budget, model=model, deadline=deadline)
        met = sum(problem.demands[place].weight for place in solution.met)
        most = total - solution.pairs_bound
        rows.append((budget, solution.effort, len(solution.controls), met, round(met / total, 4),
                     requirements_met(problem, solution), most, met == most))  # fmt: skip
    figures = {"pairs": total, "full effort": full.effort, "uncovered whatever the budget": len(problem.uncovered)}
    return Answer.of(CURVE_COLUMNS, rows, figures, "How far a budget reaches")


def plan_difference(before: Path, after: Path) -> Answer:
    """What changed between two plans, each the output of ``solve --format json``; effort in person-days."""
    return difference(_plan_rows(before), _plan_rows(after), f"From {before.name} to {after.name}")


def difference(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]], title: str = "") -> Answer:
    """What changed between the rows of two plans in statement, objectives or effort; effort in person-days."""
    old, new = ({str(row["control"]): row for row in rows} for rows in (before, after))
    rows: list[tuple[Cell, ...]] = []
    for slug in sorted(old.keys() | new.keys()):
        one, other = old.get(slug), new.get(slug)
        if one and other and all(one.get(name) == other.get(name) for name in ("statement", "objectives", "effort")):
            continue
        change = "added" if one is None else "dropped" if other is None else "changed"
        one, other = one or {}, other or {}
        parts = [name for name in ("statement", "objectives") if one.get(name) != other.get(name)]
        shown = parts[:1] if change == "changed" else ["statement"]
        rows.append((slug, change, one.get("effort"), other.get("effort"),
                     " ".join(str(one.get(name) or "") for name in shown),
                     " ".join(str(other.get(name) or "") for name in shown)))  # fmt: skip
    changes = [row[1] for row in rows]
    figures = {name: changes.count(name) for name in ("added", "dropped", "changed")}
    for name, plan in (("effort before", old), ("effort after", new)):
        figures[name] = sum(int(row["effort"] or 0) for row in plan.values())
    return Answer.of(CHANGE_COLUMNS, rows, figures, title)


def _plan_rows(path: Path) -> list[Mapping[str, Any]]:
    try:
        return [{**row, "control": row["control"]} for row in json.loads(read_text(path))["rows"]]
    except ValueError as error:
        raise DataError(f"not JSON: {error}; expected the output of `solve --format json`", file=path) from None
    except (KeyError, TypeError):
        raise DataError("not a plan; expected the output of `solve --format json`", file=path) from None

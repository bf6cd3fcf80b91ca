"""In which order to adopt a plan's controls, and what one more framework adds to others."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Unpack

from harmonizer.answer import Answer, Cell, joined
from harmonizer.knowledge.index import Index
from harmonizer.model import Framework
from harmonizer.strictness.applicability import Circumstances
from harmonizer.superset.candidates import Way, bundle
from harmonizer.superset.deadline import Deadline
from harmonizer.superset.demand import Demand
from harmonizer.superset.optimize import Solution, solve
from harmonizer.superset.problem import Given, Problem, build

ROADMAP_COLUMNS = ("step", "control", "effort", "cumulative effort")
UNLOCK_COLUMNS = ("control", "title", "effort", "requirements", "frameworks", "waiting")
MARGINAL_COLUMNS = ("control", "title", "effort", "standing")


def roadmap(
    index: Index, frameworks: Sequence[Framework], circumstances: Circumstances, deadline: Deadline | None = None,
    **given: Unpack[Given],
) -> Answer:  # fmt: skip
    """The cheapest sufficient plan as steps, what newly satisfies most (requirement, leaf) pairs per person-day first.

    A step is a control; prerequisites that are still missing come just before it and count into its price. The choice
    at each step is greedy, the whole is the optimal plan whatever the order. One column per framework holds how many
    of its requirements are satisfied in full from that step on. Ties go to the smaller slug.
    """
    problem = build(index, [one.key for one in frameworks], circumstances=circumstances, **given)
    solution = solve(problem, deadline=deadline)
    open_ways = _open_ways(problem, solution)
    rows: list[tuple[Cell, ...]] = []
    adopted: list[str] = []
    spent = 0
    complete: set[str] = set()
    while len(adopted) < len(solution.controls):
        for slug in _next(problem, solution, open_ways, adopted):
            adopted.append(slug)
            effort = problem.effort(slug, solution.selection.levels_of(slug))
            spent += effort
            reached = _complete(open_ways, adopted)
            fresh = reached - complete
            complete = reached
            counts = [sum(key.startswith(f"{one.key}:") for key in fresh) for one in frameworks]
            rows.append((len(adopted), slug, effort, spent, *counts))
    figures = {"controls": len(adopted), "effort": solution.effort, "status": solution.status,
               "lower_bound": solution.lower_bound, "uncovered": len(solution.uncovered)}  # fmt: skip
    columns = (*ROADMAP_COLUMNS, *(one.slug for one in frameworks))
    return Answer.of(columns, rows, figures, "Roadmap: requirements newly satisfied by each step")


OpenWays = list[tuple[Demand, tuple[Way, ...]]]


def _open_ways(problem: Problem, solution: Solution) -> OpenWays:
    """Each demand that the plan meets, with the ways by which it does."""
    return [
        (problem.demands[place], tuple(way for way in problem.ways[place] if solution.selection.realises(way)))
        for place in solution.met
    ]


def _next(problem: Problem, solution: Solution, open_ways: OpenWays, adopted: Sequence[str]) -> list[str]:
    """The control that satisfies most per person-day, after its missing prerequisites."""
    have = set(adopted)
    unmet = [(demand, {way.control for way in ways}) for demand, ways in open_ways
             if not any(way.control in have for way in ways)]  # fmt: skip

    def worth(slug: str) -> tuple[Fraction, str]:
        new = bundle(slug, problem.candidates) - have
        gained = sum(demand.weight for demand, controls in unmet if controls & new)
        effort = sum(problem.effort(one, solution.selection.levels_of(one)) for one in new)
        return -Fraction(gained, max(effort, 1)), slug

    best = min((slug for slug in solution.controls if slug not in have), key=worth)
    missing = bundle(best, problem.candidates) - have
    return sorted(missing, key=lambda one: (len(bundle(one, problem.candidates)), one))


def _complete(open_ways: OpenWays, adopted: Sequence[str]) -> set[str]:
    """The requirements of which every demand that the plan meets is met by what is adopted."""
    have = set(adopted)
    asking: set[str] = set()
    waiting: set[str] = set()
    for demand, ways in open_ways:
        asking.update(demand.requirements)
        if not any(way.control in have for way in ways):
            waiting.update(demand.requirements)
    return asking - waiting


def unlocks(
    index: Index, frameworks: Sequence[Framework], circumstances: Circumstances, deadline: Deadline | None = None,
    **given: Unpack[Given],
) -> Answer:  # fmt: skip
    """What each control that the plan still lacks would newly satisfy, beside what is in place (``have``).

    ``requirements`` counts those that would then be satisfied in full, ``frameworks`` how many frameworks these are of,
    ``waiting`` the further requirements that it serves and that wait for other controls too. A control counts with
    its missing prerequisites, the effort (person-days) too. What unlocks most comes first, the cheaper of equals.
    """
    problem = build(index, [one.key for one in frameworks], circumstances=circumstances, **given)
    solution = solve(problem, deadline=deadline)
    open_ways = _open_ways(problem, solution)
    have = problem.have
    complete = _complete(open_ways, sorted(have))
    rows: list[tuple[Cell, ...]] = []
    for slug in solution.controls:
        if slug in have:
            continue
        new = bundle(slug, problem.candidates) - have
        fresh = _complete(open_ways, sorted(have | new)) - complete
        served = {key for demand, ways in open_ways if any(way.control in new for way in ways)
                  for key in demand.requirements}  # fmt: skip
        rows.append((slug, problem.candidates[slug].title,
                     sum(problem.effort(one, solution.selection.levels_of(one)) for one in new),
                     len(fresh), len({key.partition(":")[0] for key in fresh}),
                     len(served - fresh - complete)))  # fmt: skip
    rows.sort(key=lambda row: (-int(row[3] or 0), -int(row[5] or 0), int(row[2] or 0), str(row[0])))
    asking = {key for demand, _ in open_ways for key in demand.requirements}
    figures = {"controls to add": len(rows), "effort": solution.effort, "requirements": len(asking),
               "satisfied by what is in place": len(complete), "status": solution.status}  # fmt: skip
    return Answer.of(UNLOCK_COLUMNS, rows, figures, "What each control that is missing would unlock")


def marginal(index: Index, frameworks: Sequence[Framework], add: Framework, circumstances: Circumstances) -> Answer:
    """What one more framework adds: the joint plan beside the plan without it and the plan for it alone.

    ``standing`` is ``extra`` for a control that comes in with the added framework, ``reused`` for one that serves both
    the earlier frameworks and it, ``dropped`` for one that the joint plan no longer needs. Effort in person-days.
    """
    earlier = [one.key for one in frameworks if one.key != add.key]
    sets = ([add.key], earlier, [*earlier, add.key])
    problems = [build(index, keys, circumstances=circumstances) for keys in sets]
    alone, before, joint = (solve(problem) for problem in problems)
    effort = {
        slug: problem.effort(slug, solution.selection.levels_of(slug))
        for problem, solution in zip(problems[1:], (before, joint), strict=True)
        for slug in solution.controls
    }
    serves_added = {way.control for demand, ways in _open_ways(problems[2], joint) for way in ways
                    if any(key.startswith(f"{add.key}:") for key in demand.requirements)}  # fmt: skip
    standing = {slug: "extra" for slug in joint.controls if slug not in before.controls}
    standing |= {slug: "dropped" for slug in before.controls if slug not in joint.controls}
    standing |= {slug: "reused" for slug in joint.controls if slug in before.controls and slug in serves_added}
    order = {"extra": 0, "reused": 1, "dropped": 2}
    rows = [(slug, index.controls[slug].title, effort[slug], word)
            for slug, word in sorted(standing.items(), key=lambda one: (order[one[1]], one[0]))]  # fmt: skip
    needed = [slug for slug in joint.controls if slug in serves_added]
    reused = sum(standing.get(slug) == "reused" for slug in needed)
    extra = joint.effort - before.effort
    figures = {
        "extra controls": sum(word == "extra" for word in standing.values()),
        "extra effort": extra,
        "effort alone": alone.effort,
        "extra as share of effort alone": round(extra / alone.effort, 4) if alone.effort else 0.0,
        "share reused": round(reused / len(needed), 4) if needed else 0.0,
        "effort before": before.effort,
        "joint effort": joint.effort,
        "frameworks": joined(earlier),
        "added": add.key,
    }
    return Answer.of(MARGINAL_COLUMNS, rows, figures, f"What {add.short_title} adds")

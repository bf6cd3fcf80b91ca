"""The chosen set against trying everything, and its independence of the order of rows."""

from __future__ import annotations

import json

import pytest

from harmonizer.errors import UsageError
from harmonizer.knowledge.index import Index
from harmonizer.strictness.applicability import Circumstances
from harmonizer.superset.mixed_integer import SolverError
from harmonizer.superset.optimize import CoverModel, Selection, Solution, solve, verify
from harmonizer.superset.plan import plan
from harmonizer.superset.problem import Problem, build
from tests.builders import random_builder, shuffled

from . import brute_force


def figures(problem: Problem, solution: Solution) -> tuple[int, int, int, int, tuple[str, ...], int]:
    """What :func:`brute_force.best` returns, of a solution."""
    evidence = sum(len(set(problem.candidates[slug].evidence)) for slug in solution.controls)
    unmet = sum(one.demand.weight for one in solution.uncovered)
    return unmet, solution.effort, len(solution.controls), evidence, solution.controls, len(solution.levels)


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_the_chosen_set_agrees_with_trying_everything(start: int) -> None:
    for seed in range(start, start + 50):
        builder = random_builder(seed)
        problem = build(builder.index(), builder.frameworks, circumstances=Circumstances())
        solution = solve(problem)
        assert figures(problem, solution) == brute_force.best(builder.knowledge()), seed
        assert solution.lower_bound == solution.effort, seed


@pytest.mark.parametrize("start", range(0, 100, 50))
def test_a_budget_is_spent_as_well_as_trying_everything_would(start: int) -> None:
    for seed in range(start, start + 50):
        builder = random_builder(seed)
        budget = seed % 7
        problem = build(builder.index(), builder.frameworks, circumstances=Circumstances())
        solution = solve(problem, budget=budget)
        assert figures(problem, solution) == brute_force.best(builder.knowledge(), budget), seed


def test_regret_agrees_with_solving_again_without_the_control() -> None:
    for seed in range(40):
        builder = random_builder(seed)
        found = plan(builder.index(), builder.frameworks)
        if any("exclusions" in one["reason"] for one in found.uncovered):
            continue  # what is left unmet could change with the control, and the regret would compare unlike sets
        for row in found:
            without = plan(builder.index(), builder.frameworks, exclude=[str(row["control"])])
            if len(without.uncovered) > len(found.uncovered):
                assert (row["cheapest_alternative"], row["regret"]) == ("none", None), seed
            else:
                assert row["regret"] == without.effort - found.effort, seed
                coming = set(without.controls) - set(found.controls)
                assert coming <= set(str(row["cheapest_alternative"]).split("; ")), seed


def test_the_same_question_gives_the_same_bytes_whatever_the_order_of_rows() -> None:
    for seed in range(25):
        builder = random_builder(seed)
        texts = set()
        for order in range(3):
            answer = plan(Index(shuffled(builder.knowledge(), order)), builder.frameworks, budget=seed or None).answer
            texts.add(json.dumps([answer.columns, answer.rows, dict(answer.summary), answer.title]))
        assert len(texts) == 1, seed


def test_a_selection_that_breaks_a_promise_is_caught() -> None:
    builder = random_builder(1)
    problem = build(builder.index(), builder.frameworks, circumstances=Circumstances())
    with pytest.raises(SolverError, match="does not satisfy"):
        verify(problem, Selection((), (), 0), range(len(problem.demands)))
    chosen = solve(problem).selection
    with pytest.raises(SolverError, match="person-days"):
        verify(problem, Selection(chosen.controls, chosen.levels, chosen.effort + 1), range(len(problem.demands)))


def test_a_negative_budget_is_refused() -> None:
    builder = random_builder(1)
    with pytest.raises(UsageError, match="expected 0 or more"):
        plan(builder.index(), builder.frameworks, budget=-1)


def test_a_model_asked_twice_answers_the_same() -> None:
    builder = random_builder(7)
    problem = build(builder.index(), builder.frameworks, circumstances=Circumstances())
    model = CoverModel(problem)
    first = solve(problem, model=model)
    for slug in first.controls:
        model.select(first.unmet, (slug,))
    model.fewest_unmet(1)
    assert solve(problem, model=model) == first

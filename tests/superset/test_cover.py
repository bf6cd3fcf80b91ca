"""The bare engine against trying everything, on textbook instances, and under a time limit."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence

import pytest

from harmonizer.errors import UsageError
from harmonizer.superset import minimum_cover
from harmonizer.superset.cover import optimum
from harmonizer.superset.instance import Instance, Row, covering_rows
from tests.conftest import ROOT


def cheapest(rows: Sequence[set[int]], costs: Sequence[int], needs: Mapping[int, Iterable[int]],
             excludes: Iterable[tuple[int, int]], one_of: Iterable[Iterable[int]]) -> int | None:  # fmt: skip
    """The least cost of all sets that may stand, found by trying every set."""
    found = []
    for mask in range(1 << len(costs)):
        chosen = {column for column in range(len(costs)) if mask >> column & 1}
        if (
            all(row & chosen for row in rows)
            and all(column not in chosen or set(ones) <= chosen for column, ones in needs.items())
            and not any(one in chosen and other in chosen for one, other in excludes)
            and all(len(chosen & set(group)) <= 1 for group in one_of)
        ):
            found.append(sum(costs[column] for column in chosen))
    return min(found, default=None)


def random_cover(seed: int) -> dict[str, object]:
    """Weights, rows that columns cover in part only by not naming them, prerequisites, exclusions and levels."""
    draw = random.Random(seed)
    count = draw.randint(2, 9)
    columns = range(count)
    groups = [draw.sample(columns, min(count, 3))] if draw.random() < 0.3 else []
    return {
        "rows": [set(draw.sample(columns, draw.randint(1, min(4, count)))) for _ in range(draw.randint(1, 8))],
        "costs": [draw.choice([0, 1, 1, 2, 3, 5, 8]) for _ in columns],
        "needs": {one: draw.sample([k for k in columns if k != one], 1) for one in columns if draw.random() < 0.25},
        "excludes": [tuple(draw.sample(columns, 2)) for _ in range(draw.choice([0, 0, 1, 2]))],
        "one_of": groups,
    }


@pytest.mark.parametrize("start", range(0, 2000, 500))
def test_the_cheapest_cover_agrees_with_trying_everything(start: int) -> None:
    feasible = 0
    for seed in range(start, start + 500):
        asked = random_cover(seed)
        expected = cheapest(**asked)  # type: ignore[arg-type]
        if expected is None:
            with pytest.raises(UsageError, match="cannot be met together"):
                minimum_cover(**asked)  # type: ignore[arg-type]
            continue
        feasible += 1
        cover = minimum_cover(**asked)  # type: ignore[arg-type]
        assert (cover.cost, cover.lower_bound, cover.status) == (expected, expected, "optimal"), seed
    assert feasible > 300


def textbook(rows: int, columns: int, density: float, seed: int) -> tuple[list[set[int]], list[int]]:
    """OR-Library's recipe (Beasley 1987)."""
    draw = random.Random(seed)
    costs = [draw.randint(1, 100) for _ in range(columns)]
    members = [set(draw.sample(range(columns), 2)) for _ in range(rows)]
    for column in sorted(set(range(columns)).difference(*members)):
        members[draw.randrange(rows)].add(column)
    while sum(map(len, members)) < rows * columns * density:
        members[draw.randrange(rows)].add(draw.randrange(columns))
    return members, costs


@pytest.mark.parametrize("density", [0.02, 0.05])
def test_textbook_instances_are_proven(density: float) -> None:
    cover = minimum_cover(*textbook(200, 1000, density, 7))
    assert cover.status == "optimal"
    assert cover.lower_bound == cover.cost


def test_when_the_time_is_up_no_more_is_claimed_than_is_proven() -> None:
    cover = minimum_cover(*textbook(300, 2000, 0.1, 1), time_limit=0.3)
    assert cover.status == "best known"
    assert 0 < cover.lower_bound < cover.cost
    assert 0 < cover.gap < 1


def test_ctrl_c_ends_the_search_with_the_best_known_and_its_bound() -> None:
    program = (
        "from tests.superset.test_cover import textbook; from harmonizer.superset import minimum_cover\n"
        "print('searching', flush=True)\n"
        "cover = minimum_cover(*textbook(400, 3000, 0.1, 1))\n"
        "print(cover.status, cover.lower_bound < cover.cost)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "searching\n"
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "best known True\n"


def test_the_same_question_gives_the_same_certificate() -> None:
    rows, costs = textbook(60, 200, 0.05, 3)
    hashes = {minimum_cover(rows, costs).certificate.hash for _ in range(3)}
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("rows", "costs", "message"),
    [([[]], [1], "row 0 has no column"), ([[0, 3]], [1], "row 0 names column 3; expected 0 to 0"),
     ([[0]], [-1], "a cost is negative")],
)  # fmt: skip
def test_what_cannot_be_a_cover_is_refused(rows: list[list[int]], costs: list[int], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        minimum_cover(rows, costs)


def test_nothing_to_cover_costs_nothing() -> None:
    assert minimum_cover([], [3, 4]).chosen == ()


def trap(*rows: Row, costs: Sequence[int]) -> tuple[int, ...]:
    found = optimum(Instance(tuple(costs), rows))
    assert found is not None
    return found.chosen


def test_a_column_with_a_prerequisite_does_not_dominate_a_free_standing_one() -> None:
    """Column 0 covers what 1 covers and costs less, but needs the dear column 2: the naive reduction drops 1."""
    cover = minimum_cover(rows=[[0, 1]], costs=[1, 2, 9], needs={0: [2]})
    assert (cover.chosen, cover.cost) == ((1,), 2)


def test_a_column_that_others_need_is_not_dropped_for_a_cheaper_twin() -> None:
    """Column 1 covers what 0 covers at equal cost, but only 0 opens the cheap column 2."""
    cover = minimum_cover(rows=[[0, 1], [2, 3]], costs=[2, 2, 1, 9], needs={2: [0]})
    assert (cover.chosen, cover.cost) == ((0, 2), 3)


def test_a_column_with_an_exclusion_does_not_dominate_one_without() -> None:
    """Column 0 covers what 1 covers and costs less, but rules out 2, which alone covers the second row."""
    cover = minimum_cover(rows=[[0, 1], [2]], costs=[1, 3, 1], excludes=[(0, 2)])
    assert (cover.chosen, cover.cost) == ((1, 2), 4)


def test_a_shared_prerequisite_does_not_hinder_the_reduction() -> None:
    """Both 0 and 1 need 2, so the cheaper one stands in for the other; nothing is left to search."""
    rows = (*covering_rows([[0, 1]], 3), Row.of({2: 1, 0: -1}, 0), Row.of({2: 1, 1: -1}, 0))
    found = optimum(Instance((1, 2, 5), rows))
    assert found is not None
    assert found.chosen == (0, 2)
    assert found.reduced.components == ()


def test_a_higher_level_stands_in_only_where_it_costs_no_more() -> None:
    """Control 0 with levels 1 (cheap) and 2 (dear, covers more): the second row forces level 2."""
    needs = {1: [0], 2: [0]}
    assert minimum_cover([[1, 2]], [5, 0, 4], needs=needs, one_of=[[1, 2]]).cost == 5
    assert minimum_cover([[1, 2], [2]], [5, 0, 4], needs=needs, one_of=[[1, 2]]).cost == 9

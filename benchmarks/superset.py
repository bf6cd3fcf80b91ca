"""The superset solver on instances of the largest catalogues, beside plain HiGHS and greedy on the same instance.

Two kinds: textbook instances by OR-Library's recipe (Beasley 1987), which hardly shrink, and catalogues with the skew
of real crosswalks, which nearly vanish. Run one: ``superset.py textbook`` or ``superset.py catalogue``.
"""

from __future__ import annotations

import math
import random
import resource
import sys
import time
from collections.abc import Iterator

import highspy
import numpy as np

from harmonizer.superset import minimum_cover
from harmonizer.superset.cover import greedy
from harmonizer.superset.instance import Row

SEED = 20261125
Instance = dict[str, object]


def textbook(rows: int, columns: int, density: float, seed: int) -> Instance:
    """Beasley's recipe: two columns for each row at the least, one row for each column, then random to the density."""
    draw = random.Random(seed)
    costs = [draw.randint(1, 100) for _ in range(columns)]
    members = [set(draw.sample(range(columns), 2)) for _ in range(rows)]
    empty = set(range(columns)).difference(*members)
    for column in sorted(empty):
        members[draw.randrange(rows)].add(column)
    filled = sum(map(len, members))
    while filled < rows * columns * density:
        row, column = draw.randrange(rows), draw.randrange(columns)
        filled += column not in members[row]
        members[row].add(column)
    return {"rows": members, "costs": costs}


def catalogue(*, controls: int, requirements: int, seed: int, levels: int = 1, bundles: int = 0) -> Instance:
    """A hub catalogue: 1.9 controls a requirement on average, half of the requirements with a single one.

    With levels each control has a base column and ``levels`` columns of rising cost; a requirement that asks for level
    k is covered by the levels from k. A bundle does what some controls do at their second level, for less than their
    sum. A tenth of the controls needs another one.
    """
    draw = random.Random(seed)
    popularity = [1 / (rank + 5) ** 0.9 for rank in range(controls)]
    base = [draw.randint(2, 40) for _ in range(controls)]
    costs = list(base)
    needs: dict[int, list[int]] = {}
    one_of: list[list[int]] = []
    column_of: list[list[int]] = [[control] for control in range(controls)]
    if levels > 1:
        for control in range(controls):
            column_of[control] = list(range(len(costs), len(costs) + levels))
            costs += [step * max(1, base[control] // 3) for step in range(levels)]
            needs |= {column: [control] for column in column_of[control]}
            one_of.append(column_of[control])
    rows: list[set[int]] = []
    for _ in range(requirements):
        count = draw.choices((1, 2, 3, 4, 6), (50, 28, 12, 6, 4))[0]
        level = draw.choices(range(levels), [3**-step for step in range(levels)])[0]
        chosen = set(draw.choices(range(controls), popularity, k=count))
        rows.append({column for control in chosen for column in column_of[control][level:]})
    for _ in range(bundles):
        members = set(draw.choices(range(controls), popularity, k=draw.randint(2, 4)))
        inside = {column for control in members for column in column_of[control][:2]}
        for row in rows:
            if row & inside:
                row.add(len(costs))
        costs.append(int(0.8 * sum(base[control] for control in members)))
    for control in draw.sample(range(controls), controls // 10 if levels > 1 else 0):
        needs[control] = [draw.choice([other for other in range(controls) if other < control] or [control])]
    return {"rows": rows, "costs": costs, "needs": {a: b for a, b in needs.items() if b != [a]}, "one_of": one_of}


def plain_highs(instance: Instance, limit: float) -> tuple[float, float]:
    """Cost and bound of HiGHS as it comes, gap 0, one thread."""
    costs, rows = instance["costs"], [(dict.fromkeys(row, 1.0), 1.0, highspy.kHighsInf) for row in instance["rows"]]
    rows += [({one: 1.0, column: -1.0}, 0.0, highspy.kHighsInf)
             for column, ones in instance.get("needs", {}).items() for one in ones]  # fmt: skip
    rows += [(dict.fromkeys(group, 1.0), -highspy.kHighsInf, 1.0) for group in instance.get("one_of", [])]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(costs), len(rows)
    model.col_cost_ = np.array(costs, dtype=float)
    model.col_lower_, model.col_upper_ = np.zeros(len(costs)), np.ones(len(costs))
    model.row_lower_ = np.array([low for _, low, _ in rows])
    model.row_upper_ = np.array([high for _, _, high in rows])
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(costs)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(terms) for terms, _, _ in rows)]).astype(np.int32)
    model.a_matrix_.index_ = np.array([column for terms, _, _ in rows for column in terms], dtype=np.int32)
    model.a_matrix_.value_ = np.array([value for terms, _, _ in rows for value in terms.values()])
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("time_limit", limit)):
        solver.setOptionValue(option, value)
    solver.passModel(model)
    solver.run()
    return solver.getInfo().objective_function_value, solver.getInfo().mip_dual_bound


def instances(kind: str) -> Iterator[tuple[str, Instance, float]]:
    if kind == "textbook":
        for density, limit in ((0.02, 1.0), (0.05, 30.0)):
            for seed in range(5):
                yield f"200 x 1000, {density:.0%}, seed {seed}", textbook(200, 1000, density, seed), limit
        yield "500 x 5000, 10%, 20 s at most", textbook(500, 5000, 0.1, 1), 20.0
    else:
        yield ("1,100 controls, 23,000 requirements",
               catalogue(controls=1100, requirements=23_000, seed=SEED), 3.0)  # fmt: skip
        yield ("the same, 3 levels, 60 bundles, prerequisites",
               catalogue(controls=1100, requirements=23_000, seed=SEED, levels=3, bundles=60), 30.0)  # fmt: skip


def main(kinds: list[str]) -> None:
    for kind in kinds or ["textbook", "catalogue"]:
        for name, instance, limit in instances(kind):
            start = time.perf_counter()
            cover = minimum_cover(**instance, time_limit=limit if "at most" in name else math.inf)
            ours = time.perf_counter() - start
            start = time.perf_counter()
            cost, bound = plain_highs(instance, limit=120.0 if "at most" not in name else limit)
            theirs = time.perf_counter() - start
            rows = [Row.of(dict.fromkeys(row, 1), 1) for row in instance["rows"]]
            quick = greedy(rows, instance["costs"]) if not instance.get("needs") else None
            greedily = sum(c for c, v in zip(instance["costs"], quick, strict=True) if v) if quick else None
            print(
                f"{name}: {cover.status}, cost {cover.cost}, bound {cover.lower_bound}, {ours:.2f} s certified "
                f"(target {limit:g} s); HiGHS alone {cost:.0f} (bound {bound:.1f}) {theirs:.2f} s; greedy {greedily}"
            )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Each framework's fair share of the joint effort.

It is the Shapley value of the game in which a set of frameworks costs the effort of its cheapest plan.

Shapley, A value for n-person games, 1953; sampled by permutations for many frameworks (Castro, Gomez and Tejada 2009).
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Unpack

from harmonizer.answer import Answer, Cell
from harmonizer.errors import UsageError
from harmonizer.knowledge.index import Index
from harmonizer.model import Framework
from harmonizer.strictness.applicability import Circumstances
from harmonizer.superset.candidates import Way, ways_to
from harmonizer.superset.cover import optimum
from harmonizer.superset.deadline import Progress
from harmonizer.superset.demand import Demand
from harmonizer.superset.optimize import CoverModel
from harmonizer.superset.problem import Given, Problem, build

COLUMNS = ("framework", "alone", "on top", "fair share", "share", "error")
IN_TURN_COLUMNS = ("framework", "alone", "adds", "together")
EXACT = 10  # frameworks; their 1,024 sets are still priced one by one
SAMPLES = 200
SEED = 1953


class SetPrices:
    """The effort of the cheapest plan for any set of some frameworks, each asked once."""

    def __init__(
        self, index: Index, frameworks: Sequence[Framework], circumstances: Circumstances, **given: Unpack[Given]
    ) -> None:
        self._problem = build(index, [one.key for one in frameworks], circumstances=circumstances, **given)
        self._demands = (*self._problem.demands, *(one.demand for one in self._problem.uncovered))
        self._ways: dict[tuple[int, tuple[str, ...]], tuple[Demand, tuple[Way, ...]]] = {}
        self._known: dict[frozenset[str], int] = {frozenset(): 0}

    def of(self, keys: Iterable[str]) -> int:
        """Person-days for the frameworks with these keys; what no candidate can satisfy costs nothing."""
        chosen = frozenset(keys)
        if chosen not in self._known:
            instance = CoverModel(self._restricted(chosen)).instance()
            found = optimum(instance)
            if found is None:
                raise UsageError(f"what {', '.join(sorted(chosen))} ask cannot be met together; see `solve`")
            self._known[chosen] = instance.cost(found.chosen)
        return self._known[chosen]

    def _restricted(self, chosen: frozenset[str]) -> Problem:
        """The problem as these frameworks alone pose it."""
        pairs = []
        for place, demand in enumerate(self._demands):
            requirements = tuple(key for key in demand.requirements if key.partition(":")[0] in chosen)
            if not requirements:
                continue
            if (place, requirements) not in self._ways:
                constraints = tuple(one for one in demand.constraints if one.requirement in requirements)
                own = replace(demand, requirements=requirements, constraints=constraints)
                found = ways_to(self._problem.index, own, self._problem.candidates, self._problem.circumstances.scope)
                self._ways[place, requirements] = own, found
            pairs.append(self._ways[place, requirements])
        able = [(demand, ways) for demand, ways in pairs if ways]
        return replace(self._problem, demands=tuple(demand for demand, _ in able),
                       ways=tuple(ways for _, ways in able))  # fmt: skip


def shares(
    index: Index, frameworks: Sequence[Framework], circumstances: Circumstances, progress: Progress | None = None
) -> Answer:
    """What each framework fairly bears of the joint effort, beside its effort alone and on top of the others.

    All in person-days. Exact for up to ten frameworks; beyond, the mean of sampled orders with the half-width of its
    95 % confidence interval in ``error``. The shares add up to the joint effort.
    """
    prices = SetPrices(index, frameworks, circumstances)
    keys = [one.key for one in frameworks]
    exact = len(keys) <= EXACT
    values = _exact(keys, prices, progress) if exact else _sampled(keys, prices, progress)
    joint = prices.of(keys)
    rows: list[tuple[Cell, ...]] = []
    for framework in frameworks:
        value, error = values[framework.key]
        on_top = joint - prices.of(key for key in keys if key != framework.key)
        rows.append((framework.slug, prices.of([framework.key]), on_top, round(float(value), 1),
                     round(float(value) / joint, 4) if joint else 0.0, round(error, 1)))  # fmt: skip
    alone = sum(int(row[1] or 0) for row in rows)
    figures = {"joint effort": joint, "effort one by one": alone,
               "saved": round(1 - joint / alone, 4) if alone else 0.0,
               "method": "exact" if exact else f"{SAMPLES} sampled orders"}  # fmt: skip
    return Answer.of(COLUMNS, rows, figures, "Fair shares of the joint effort (Shapley)")


def in_turn(
    index: Index, frameworks: Sequence[Framework], circumstances: Circumstances, progress: Progress | None = None,
    **given: Unpack[Given],
) -> Answer:  # fmt: skip
    """What each framework adds to those before it, in the order given, beside its effort alone; in person-days.

    ``together`` is the effort of the cheapest plan for the frameworks up to this one. The figures say what doing all
    of them at once saves over a plan of its own for each.
    """
    prices = SetPrices(index, frameworks, circumstances, **given)
    keys = [one.key for one in frameworks]
    rows: list[tuple[Cell, ...]] = []
    before = 0
    for place, framework in enumerate(frameworks):
        if progress:
            progress("frameworks", place, len(keys))
        together = prices.of(keys[: place + 1])
        rows.append((framework.slug, prices.of([framework.key]), together - before, together))
        before = together
    alone = sum(int(row[1] or 0) for row in rows)
    figures = {
        "joint effort": before,
        "effort one by one": alone,
        "saved": round(1 - before / alone, 4) if alone else 0.0,
    }
    return Answer.of(IN_TURN_COLUMNS, rows, figures, "What each framework adds to those before it")


def _exact(keys: Sequence[str], prices: SetPrices, progress: Progress | None) -> dict[str, tuple[Fraction, float]]:
    count, total, done = len(keys), 2 ** len(keys), 0
    for size in range(count + 1):
        for members in combinations(keys, size):
            prices.of(members)
            done += 1
            if progress:
                progress("sets of frameworks", done, total)
    values = {}
    for key in keys:
        others = [one for one in keys if one != key]
        value = Fraction(0)
        for size in range(count):
            weight = Fraction(math.factorial(size) * math.factorial(count - size - 1), math.factorial(count))
            gain = sum(prices.of((*members, key)) - prices.of(members) for members in combinations(others, size))
            value += weight * gain
        values[key] = value, 0.0
    return values


def _sampled(keys: Sequence[str], prices: SetPrices, progress: Progress | None) -> dict[str, tuple[Fraction, float]]:
    draw = random.Random(SEED)
    gains: dict[str, list[int]] = {key: [] for key in keys}
    for number in range(SAMPLES):
        order = draw.sample(keys, len(keys))
        for place, key in enumerate(order):
            gains[key].append(prices.of(order[: place + 1]) - prices.of(order[:place]))
        if progress:
            progress("orders", number + 1, SAMPLES)
    values = {}
    for key, sample in gains.items():
        mean = Fraction(sum(sample), len(sample))
        variance = float(sum((one - mean) ** 2 for one in sample) / (len(sample) - 1))
        values[key] = mean, 1.96 * math.sqrt(variance / len(sample))
    return values

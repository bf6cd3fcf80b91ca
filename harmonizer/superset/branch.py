"""Prove a bound on a component by branch and bound with exact dual weights.

HiGHS shows no branch tree, so we keep our own. At each node it solves the linear relaxation; its dual values, rounded
to whole numbers over a scale, prove a bound by weak duality in exact arithmetic (reasoning.md, section 4). Costs are
whole numbers, so a node is done once its bound rounds up to the target. A node that nothing can satisfy is done in the
same way: with a heavy charge on unmet rows its weights grow until the bound passes any target.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harmonizer.superset.deadline import Deadline
from harmonizer.superset.instance import Instance
from harmonizer.superset.reduce import Component

SCALE = 1_000_000
Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proof:
    """A tree whose every leaf proves ``bound`` for a component."""

    bound: int
    tree: Tree


class Relaxation:
    """The linear relaxation of a component, solved again and again with columns held."""

    def __init__(self, instance: Instance, component: Component, fixed: Mapping[int, int]) -> None:
        import highspy
        import numpy as np

        self.columns, self._places = component.columns, component.rows
        place_of = {column: place for place, column in enumerate(component.columns)}
        self.rows = [instance.rows[place].restricted(fixed, place_of) for place in component.rows]
        terms_of = [row.terms for row in self.rows]
        self.costs = [instance.costs[column] for column in component.columns]
        charge = sum(self.costs) + 1
        count, size = len(self.columns), len(self.rows)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = count + size, size  # a column for what each row lacks, at a heavy charge
        lp.col_cost_ = np.array([float(cost) for cost in self.costs] + [float(charge)] * size)
        lp.col_lower_ = np.zeros(count + size)
        lp.col_upper_ = np.array([1.0] * count + [highspy.kHighsInf] * size)
        lp.row_lower_ = np.array([float(row.least) for row in self.rows])
        lp.row_upper_ = np.full(size, highspy.kHighsInf)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *(len(terms) + 1 for terms in terms_of)]).astype(np.int32)
        lp.a_matrix_.index_ = np.array(
            [one for row, terms in enumerate(terms_of) for one in (*(place for place, _ in terms), count + row)],
            dtype=np.int32,
        )
        lp.a_matrix_.value_ = np.array([one for terms in terms_of for one in (*(float(a) for _, a in terms), 1.0)])
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("presolve", "off"),
                              ("solver", "simplex")):  # fmt: skip
            self._highs.setOptionValue(option, value)
        self._highs.passModel(lp)
        self.size = sum(map(len, terms_of)) + size
        self._held: dict[int, int] = {}

    def solve(self, held: Mapping[int, int]) -> tuple[Sequence[float], Sequence[float], float]:
        """Values of the columns, dual values of the rows, and the relaxed cost, with columns held by their place."""
        for place in self._held.keys() - held.keys():
            self._highs.changeColBounds(place, 0.0, 1.0)
        for place, value in held.items():
            if self._held.get(place) != value:
                self._highs.changeColBounds(place, float(value), float(value))
        self._held = dict(held)
        self._highs.run()
        solution = self._highs.getSolution()
        return (solution.col_value[: len(self.columns)], solution.row_dual,
                self._highs.getInfo().objective_function_value)  # fmt: skip

    def exact_bound(self, weights: Mapping[int, int], scale: int, held: Mapping[int, int]) -> int:
        """What whole weights on rows, over ``scale``, prove for the columns as held, rounded up."""
        total, reduced = self._priced(weights, scale)
        for place, value in enumerate(reduced):
            total += value * held[place] if place in held else min(0, value)
        return -(-total // scale)

    def forced(self, upper: int) -> dict[int, int]:
        """Columns, by place, that have one value in every answer that costs ``upper`` or less (reduced-cost fixing)."""
        _, duals, _ = self.solve({})
        weights = whole_weights(duals, SCALE)
        total, reduced = self._priced(weights, SCALE)
        total += sum(min(0, value) for value in reduced)
        room = upper * SCALE - total  # what a change may add before the bound passes ``upper``
        return {place: int(value < 0) for place, value in enumerate(reduced) if abs(value) > room}

    def _priced(self, weights: Mapping[int, int], scale: int) -> tuple[int, list[int]]:
        """What the rows give by their weights, and each column's reduced cost; both times the scale."""
        reduced = [cost * scale for cost in self.costs]
        total = 0
        for row, weight in weights.items():
            total += weight * self.rows[row].least
            for place, a in self.rows[row].terms:
                reduced[place] -= a * weight
        return total, reduced

    def leaf(self, weights: Mapping[int, int], scale: int) -> Tree:
        """Weights with the rows' places in the instance."""
        return {"scale": scale, "weights": [[self._places[row], weight] for row, weight in sorted(weights.items())]}


def whole_weights(duals: Sequence[float], scale: int) -> dict[int, int]:
    """Dual values as whole numbers over a scale; what rounding makes negative is left out."""
    rounded = {row: math.floor(dual * scale + 0.5) for row, dual in enumerate(duals)}
    return {row: weight for row, weight in rounded.items() if weight > 0}


@dataclass(frozen=True, slots=True)
class _Node:
    """Columns held, where its part of the tree goes, and the weights of the node above, which hold here too."""

    held: dict[int, int]
    tree: Tree
    weights: dict[int, int]


class Search:
    """Find the cheapest answer of a component and prove it, best bound first.

    A node with a bound as high as the optimum is never opened before the optimum is found, and what is proven when the
    time is up is the most that could be. ``best`` holds the columns of the best answer known, ``upper`` its cost; an
    answer from elsewhere can be offered.
    """

    def __init__(self, instance: Instance, component: Component, fixed: Mapping[int, int]) -> None:
        self.lp = Relaxation(instance, component, fixed)
        self.best: tuple[int, ...] | None = None
        self.upper = sum(self.lp.costs) + 1
        self.tree: Tree = {}
        self._open: list[tuple[float, int, _Node]] = [(0.0, 0, _Node({}, self.tree, {}))]
        self._nodes = 0
        self._work = 0  # nonzeros of the relaxations solved
        self._proven = math.inf
        self._gain: dict[tuple[int, int], tuple[float, int]] = {}  # what branching on a column brought, and how often

    @property
    def is_done(self) -> bool:
        return not self._open

    def offer(self, values: Sequence[int]) -> None:
        """Take over an answer, values by place, if it is better than the known one."""
        cost = sum(cost for cost, value in zip(self.lp.costs, values, strict=True) if value)
        if cost < self.upper:
            self.upper = cost
            self.best = tuple(column for column, value in zip(self.lp.columns, values, strict=True) if value)

    def run(self, deadline: Deadline, work: float = math.inf) -> None:
        """Search on until all is proven, the deadline has passed, or this many nonzeros have been worked through.

        One relaxation is solved in any case, so that there is a bound.
        """
        limit = self._work + work
        while self._open and self._work < limit and not (self._work and deadline.has_passed):
            for relaxed, child in self._look_at(heapq.heappop(self._open)[2]):
                self._nodes += 1
                heapq.heappush(self._open, (relaxed, self._nodes, child))

    def proof(self) -> Proof:
        """What is proven by now; closes the search."""
        while self._open:
            _, _, node = heapq.heappop(self._open)
            self._close(node, node.weights, SCALE)
        bound = self.upper if self.best is not None else math.inf
        return Proof(int(max(min(self._proven, bound), 0)), self.tree)

    def _look_at(self, node: _Node) -> list[tuple[float, _Node]]:
        values, duals, relaxed = self._solve(node.held)
        weights, scale, bound = self._best_weights(duals, node.held)
        column = None
        if bound < self.upper:
            paid = sum(cost * value for cost, value in zip(self.lp.costs, values, strict=True))
            if relaxed < paid + 0.5 and all(min(value, 1 - value) < 1e-6 for value in values):
                self.offer([round(value) for value in values])
            if bound < self.upper:
                column = self._branching_column(node, values, relaxed)
        if column is None:
            self._close(node, weights, scale)
            return []
        node.tree.update(branch=self.lp.columns[column], zero={}, one={})
        below = weights if scale == SCALE else whole_weights(duals, SCALE)
        return [(relaxed, _Node({**node.held, column: value}, node.tree[name], below))
                for name, value in (("zero", 0), ("one", 1))]  # fmt: skip

    def _solve(self, held: Mapping[int, int]) -> tuple[Sequence[float], Sequence[float], float]:
        self._work += self.lp.size
        return self.lp.solve(held)

    def _best_weights(self, duals: Sequence[float], held: Mapping[int, int]) -> tuple[dict[int, int], int, int]:
        """Whole weights that prove the bound asked for, else those on the finer scale; with what they prove."""
        weights = whole_weights(duals, SCALE)
        bound = self.lp.exact_bound(weights, SCALE, held)
        if bound >= self.upper:
            return weights, SCALE, bound
        fine = whole_weights(duals, SCALE * SCALE)
        return fine, SCALE * SCALE, self.lp.exact_bound(fine, SCALE * SCALE, held)

    def _close(self, node: _Node, weights: dict[int, int], scale: int) -> None:
        node.tree.update(self.lp.leaf(weights, scale))
        self._proven = min(self._proven, self.lp.exact_bound(weights, scale, node.held))

    def _branching_column(self, node: _Node, values: Sequence[float], relaxed: float) -> int | None:
        """The column whose halves promise most, tried out for the few that are most torn; None if all are held."""
        torn = [(abs(value - 0.5), place) for place, value in enumerate(values)
                if place not in node.held and 1e-6 < value < 1 - 1e-6]  # fmt: skip
        if not torn:
            return next((place for place in range(len(values)) if place not in node.held), None)
        scored = []
        for _, place in sorted(torn)[:_TRIED]:
            scored.append((self._promise(node, place, values[place], relaxed), -place))
        return -max(scored)[1]

    def _promise(self, node: _Node, place: int, value: float, relaxed: float) -> float:
        """The product of what the two halves raise the relaxed cost by, learned from a first look."""
        raised = []
        for side, distance in ((0, value), (1, 1 - value)):
            known, count = self._gain.get((place, side), (0.0, 0))
            if count < _LOOKS:
                _, _, cost = self._solve({**node.held, place: side})
                gain = max(cost - relaxed, 0.0) / max(distance, 1e-6)
                known = (known * count + gain) / (count + 1)
                self._gain[place, side] = (known, count + 1)
            raised.append(max(known * distance, 1e-6))
        low, high = sorted(min(one, self.upper - relaxed) for one in raised)
        return low * high


_TRIED = 12  # columns looked at in a node
_LOOKS = 2  # times that a half is solved before its average is trusted

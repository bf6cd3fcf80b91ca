"""Binary programs with integer costs, solved exactly by HiGHS.

One model is passed once; questions are then asked of it by bounds, further rows and costs, all of which a
:meth:`Program.trial` takes back. HiGHS runs with gap 0, on one thread and silently; highspy is imported on first use.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from harmonizer.errors import HarmonizerError
from harmonizer.superset.deadline import Deadline
from harmonizer.superset.instance import Row

THREADS = 1  # more would not change an answer, and components are small
_GRACE = 2.0  # seconds to find a first answer, whatever the deadline
_WHOLE = 1e-4  # how far from a whole number a value of HiGHS may lie; its own tolerance is 1e-6


class SolverError(HarmonizerError):
    """The solver broke a promise: no answer where there must be one, or an answer that fails the check."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """The values of all columns (0 or 1), their cost, and whether the solver had the time to be sure of it."""

    values: tuple[int, ...]
    cost: int
    is_final: bool = True

    @classmethod
    def of(cls, values: Sequence[int], costs: Sequence[int]) -> Optimum:
        """An answer known from elsewhere."""
        return cls(tuple(values), sum(value * cost for value, cost in zip(values, costs, strict=True)))


class Program:
    """Minimise integer costs over columns that are 0 or 1."""

    def __init__(self, columns: int, rows: Sequence[Row]) -> None:
        import highspy
        import numpy as np

        self.columns = columns
        self._infinity = highspy.kHighsInf
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, len(rows)
        lp.col_cost_ = np.zeros(columns)
        lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.ones(columns)
        lp.row_lower_ = np.array([float(row.least) for row in rows])
        lp.row_upper_ = np.full(len(rows), highspy.kHighsInf)
        lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *(len(row.terms) for row in rows)]).astype(np.int32)
        lp.a_matrix_.index_ = np.array([column for row in rows for column, _ in row.terms], dtype=np.int32)
        lp.a_matrix_.value_ = np.array([float(value) for row in rows for _, value in row.terms])
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("threads", THREADS), ("random_seed", 0), ("mip_rel_gap", 0.0),
                              ("mip_abs_gap", 0.5)):  # fmt: skip
            self._highs.setOptionValue(option, value)
        self._highs.passModel(lp)
        self._statuses = highspy.HighsModelStatus
        self._rows = len(rows)
        self._bounds = dict.fromkeys(range(columns), (0, 1))

    def fix(self, column: int, value: int) -> None:
        """Hold a column at 0 or 1."""
        self._set_bounds(column, (value, value))

    def _set_bounds(self, column: int, bounds: tuple[int, int]) -> None:
        if self._bounds[column] != bounds:
            self._bounds[column] = bounds
            self._highs.changeColBounds(column, float(bounds[0]), float(bounds[1]))

    def add(self, row: Row) -> None:
        """Ask for one more row."""
        import numpy as np

        indices = np.array([column for column, _ in row.terms], dtype=np.int32)
        values = np.array([float(value) for _, value in row.terms])
        self._highs.addRow(float(row.least), self._infinity, len(indices), indices, values)
        self._rows += 1

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Take back, at the end, all rows added and columns fixed within."""
        import numpy as np

        rows, bounds = self._rows, dict(self._bounds)
        try:
            yield
        finally:
            if self._rows > rows:
                added = np.arange(rows, self._rows, dtype=np.int32)
                self._highs.deleteRows(len(added), added)
                self._rows = rows
            for column, limits in bounds.items():
                self._set_bounds(column, limits)

    def minimise(
        self, costs: Mapping[int, int], start: Optimum | None = None, deadline: Deadline | None = None
    ) -> Optimum | None:
        """The optimum of the program as it stands; None if nothing satisfies it.

        ``start`` is an answer known to satisfy it, which saves the solver the search for a first one. At the
        ``deadline`` or at Ctrl-C the best answer known by then is returned, not final. Raises :class:`SolverError` if
        HiGHS ends without an answer or with one that is not whole.
        """
        import numpy as np

        vector = np.zeros(self.columns)
        for column, cost in costs.items():
            vector[column] = cost
        columns = np.arange(self.columns, dtype=np.int32)
        self._highs.changeColsCost(self.columns, columns, vector)
        self._highs.clearSolver()  # nothing of an earlier question may steer this one
        if start:
            self._highs.setSolution(self.columns, columns, np.array(start.values, dtype=float))
        deadline = deadline or Deadline()
        self._highs.setOptionValue(
            "time_limit", min(deadline.left if start else max(deadline.left, _GRACE), self._infinity)
        )
        self._run(deadline)
        status = self._highs.getModelStatus()
        if status in (self._statuses.kInfeasible, self._statuses.kUnboundedOrInfeasible):
            return None
        final = status in (self._statuses.kOptimal, self._statuses.kModelEmpty)
        if not final and status not in (self._statuses.kTimeLimit, self._statuses.kInterrupt):
            raise SolverError(f"HiGHS ended with {self._highs.modelStatusToString(status)}")
        if not final and not math.isfinite(self._highs.getInfo().mip_gap):
            if start:
                return Optimum(start.values, sum(start.values[column] * cost for column, cost in costs.items()), False)
            raise SolverError("no answer was found in the time given")
        values = _whole(self._highs.getSolution().col_value)
        return Optimum(values, sum(values[column] * cost for column, cost in costs.items()), final)

    def _run(self, deadline: Deadline) -> None:
        """Run HiGHS beside this thread, which can then stop it with what it knows."""
        self._highs.HandleUserInterrupt = True
        worker = self._highs.startSolve()
        while worker.is_alive():
            worker.join(0.05)
            if deadline.was_stopped:
                self._highs.cancelSolve()  # type: ignore[no-untyped-call]


def _whole(values: Iterable[float]) -> tuple[int, ...]:
    rounded = []
    for value in values:
        rounded.append(round(value))
        if abs(value - rounded[-1]) > _WHOLE:
            raise SolverError(f"HiGHS returned {value} for a column that must be 0 or 1")
    return tuple(rounded)

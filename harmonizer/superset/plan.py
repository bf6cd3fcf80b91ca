"""The plan that the Python API returns: the chosen set with what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harmonizer.answer import Answer, Cell
from harmonizer.errors import UsageError
from harmonizer.knowledge.index import Index
from harmonizer.model import Control
from harmonizer.strictness.applicability import DEFAULT_MODALITIES, Circumstances
from harmonizer.superset.certificate import Certificate
from harmonizer.superset.deadline import Deadline, Progress
from harmonizer.superset.explain import Detail, details, plan_answer
from harmonizer.superset.optimize import CoverModel, solve
from harmonizer.superset.problem import Addressable, build

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Plan:
    """A sufficient set of controls. Iterating gives one dict per control; effort is in person-days."""

    controls: tuple[str, ...]
    effort: int
    status: str
    certificate: Certificate
    lower_bound: int
    gap: float
    uncovered: tuple[Mapping[str, Any], ...]
    answer: Answer
    details: Mapping[str, Detail] = field(repr=False)
    write_workbook: Callable[[Plan, Path], Path] | None = field(default=None, repr=False, compare=False)

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        return iter(self.answer)

    def __len__(self) -> int:
        return len(self.answer)

    def __getstate__(self) -> dict[str, Any]:
        """A pickled plan leaves behind the graph that it was made from, and with it the way to write a workbook."""
        return {**self.__dict__, "write_workbook": None}

    def to_frame(self) -> pd.DataFrame:
        """The rows as a pandas DataFrame."""
        return self.answer.to_frame()

    def to_excel(self, path: str | Path) -> Path:
        """Write the control matrix workbook of this plan; returns its path."""
        if self.write_workbook is None:
            raise UsageError("this plan was not made by Harmonizer.solve, which knows how to write workbooks")
        return self.write_workbook(self, Path(path))

    def _repr_html_(self) -> str:
        return self.answer._repr_html_()


def plan(
    index: Index,
    frameworks: Sequence[str],
    *,
    circumstances: Circumstances | None = None,
    modalities: Collection[str] = DEFAULT_MODALITIES,
    have: Collection[str] = (),
    have_framework: Collection[str] = (),
    exclude: Collection[str] = (),
    budget: int | None = None,
    controls: Mapping[str, Control] | None = None,
    addressable: Addressable = "implemented",
    deadline: Deadline | None = None,
    progress: Progress | None = None,
    alternatives: bool = True,
) -> Plan:
    """Build, solve and explain in one go; parameters as in :func:`harmonizer.superset.problem.build`.

    ``budget`` is in person-days; within it, the plan meets as much as it can. At the ``deadline`` the best set known is
    taken; ``progress`` is told what is being done. Looking for ``alternatives`` to each control takes most of the time.
    Raises :class:`~harmonizer.errors.UsageError` for unknown names and
    circumstances or a budget that cannot be read.
    """
    problem = build(
        index,
        frameworks,
        circumstances=circumstances or Circumstances(),
        modalities=modalities,
        have=have,
        have_framework=have_framework,
        exclude=exclude,
        controls=controls,
        addressable=addressable,
    )
    model = CoverModel(problem)
    if progress:
        progress("the cheapest set", 0, 1)
    solution = solve(problem, budget=budget, model=model, deadline=deadline)
    answer = plan_answer(problem, solution, model, deadline, progress, look_for_others=alternatives)
    return Plan(solution.controls, solution.effort, solution.status, solution.certificate, solution.lower_bound,
                solution.gap, tuple(answer.summary["uncovered"]), answer,
                details(problem, solution))  # fmt: skip

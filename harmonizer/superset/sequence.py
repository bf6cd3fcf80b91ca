"""Objectives in sequence, each fixed before the next, so that the same question always has the same answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harmonizer.superset.deadline import Deadline
from harmonizer.superset.instance import Row
from harmonizer.superset.mixed_integer import Optimum, Program, SolverError

_CHUNK = 10  # columns decided at once in lexicographic order: weights up to 2^9 stay far within float tolerances


@dataclass(frozen=True, slots=True)
class Least:
    """Minimise these costs."""

    costs: Mapping[int, int]

    def renumbered(self, place_of: Mapping[int, int]) -> Least:
        """The same for the columns that ``place_of`` renumbers."""
        return Least({place_of[column]: cost for column, cost in self.costs.items() if column in place_of})

    def no_more_than(self, limit: int) -> Row:
        """The row that keeps these costs at ``limit`` or below."""
        return Row.of({column: -cost for column, cost in self.costs.items()}, -limit)


@dataclass(frozen=True, slots=True)
class Smallest:
    """Take the lexicographically smallest set of these columns, all sets being of one size by now."""

    columns: Sequence[int]

    def renumbered(self, place_of: Mapping[int, int]) -> Smallest:
        """The same for the columns that ``place_of`` renumbers."""
        return Smallest([place_of[column] for column in self.columns if column in place_of])


Stage = Least | Smallest


def in_sequence(
    program: Program, stages: Sequence[Stage], deadline: Deadline | None = None, known: Optimum | None = None
) -> Optimum | None:
    """The one best answer; None if nothing satisfies the program. Adds rows and bounds: call it within a trial.

    ``known`` is an answer that satisfies the program, where there is one. Once the ``deadline`` has passed the stages
    that are left are not asked, and the answer is not final.
    """
    for stage in stages:
        if isinstance(stage, Least):
            found = program.minimise(stage.costs, known, deadline)
            if found is None and known is not None:
                raise SolverError("HiGHS found no answer to a question that an earlier answer satisfies")
            if found is None:
                return None
            program.add(stage.no_more_than(found.cost))
        else:
            found = _smallest(program, stage.columns, known, deadline)
        known = found
        if not known.is_final:
            break
    return known


def _smallest(program: Program, columns: Sequence[int], known: Optimum | None, deadline: Deadline | None) -> Optimum:
    """Fix ``columns`` at the lexicographically smallest of all sets that are as small as the known one."""
    if known is None:
        raise SolverError("ties are broken only between known answers")
    if not _is_only(program, [column for column in columns if known.values[column]], known, deadline):
        for start in range(0, len(columns), _CHUNK):
            chunk = columns[start : start + _CHUNK]
            weights = {column: -(2 ** (len(chunk) - 1 - place)) for place, column in enumerate(chunk)}
            found = program.minimise(weights, known, deadline)
            if found is None:
                raise SolverError("HiGHS found no answer to a question that an earlier answer satisfies")
            known = found
            if not known.is_final:
                return known
            for column in chunk:
                program.fix(column, known.values[column])
    for column in columns:
        program.fix(column, known.values[column])
    return known


def _is_only(program: Program, chosen: Sequence[int], known: Optimum, deadline: Deadline | None) -> bool:
    """Whether every answer contains all of the chosen columns."""
    if not chosen:
        return True
    with program.trial():
        program.add(Row.of(dict.fromkeys(chosen, -1), 1 - len(chosen)))
        try:
            return program.minimise({}, None, deadline) is None
        except SolverError:
            return False  # not known in the time given

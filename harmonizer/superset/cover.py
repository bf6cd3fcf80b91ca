"""The bare engine: reduce, solve what is left, prove the bound, and let an independent checker verify it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harmonizer.errors import UsageError
from harmonizer.superset.branch import Proof, Search
from harmonizer.superset.certificate import Certificate, certify
from harmonizer.superset.deadline import Deadline
from harmonizer.superset.instance import Instance, Row, covering_rows
from harmonizer.superset.mixed_integer import Optimum, Program
from harmonizer.superset.reduce import Component, Reduced, reduce
from harmonizer.superset.sequence import Least, Stage, in_sequence


@dataclass(frozen=True, slots=True)
class Cover:
    """Columns, sorted, that cover every row, with what is proven of their cost.

    ``status`` is ``optimal`` only if the checker verified that nothing cheaper exists; else ``best known``, with the
    lower bound that it verified.
    """

    chosen: tuple[int, ...]
    cost: int
    lower_bound: int
    status: str
    certificate: Certificate

    @property
    def gap(self) -> float:
        """(cost - lower_bound) / cost."""
        return (self.cost - self.lower_bound) / self.cost if self.cost else 0.0


def minimum_cover(
    rows: Sequence[Iterable[int]],
    costs: Sequence[int],
    *,
    needs: Mapping[int, Iterable[int]] | None = None,
    excludes: Iterable[tuple[int, int]] = (),
    one_of: Iterable[Iterable[int]] = (),
    time_limit: float = math.inf,
) -> Cover:
    """The cheapest set of columns that covers every row, with a certificate.

    Parameters
    ----------
    rows: for each element the columns that cover it. A column that covers it in part only does not belong here.
    costs: for each column a whole number, 0 or more.
    needs: for a column the columns that must be chosen with it (prerequisites; the control of a level).
    excludes: pairs of columns that cannot stand together.
    one_of: groups of columns of which one at most may be chosen (the levels of a control).
    time_limit: seconds after which the best known cover is returned with its bound.

    The same question always has the same answer, unless the time runs out. Raises :class:`UsageError` for a row that
    nothing covers and for rows that cannot be covered together.

    >>> minimum_cover(rows=[[0, 2], [1]], costs=[3, 1, 4]).chosen
    (0, 1)
    """
    asked = (
        *covering_rows(rows, len(costs)),
        *(Row.of({one: 1, column: -1}, 0) for column, ones in (needs or {}).items() for one in ones),
        *(Row.of({one: -1, other: -1}, -1) for one, other in excludes),
        *(Row.of(dict.fromkeys(group, -1), -1) for group in one_of),
    )
    return solve_instance(Instance(tuple(costs), asked), time_limit=time_limit)


def solve_instance(instance: Instance, *, time_limit: float = math.inf) -> Cover:
    """The cheapest answer of an instance, with a certificate; see :func:`minimum_cover`."""
    found = optimum(instance, deadline=Deadline(time_limit))
    if found is None:
        raise UsageError("the rows cannot be met together")
    certificate = certify(instance, found)
    return Cover(found.chosen, instance.cost(found.chosen), certificate.lower_bound, certificate.status, certificate)


@dataclass(frozen=True, slots=True)
class Found:
    """The best columns of an instance, sorted, with what is proven of each component of the reduced instance."""

    chosen: tuple[int, ...]
    reduced: Reduced
    proofs: tuple[Proof, ...]

    def lower_bound(self, instance: Instance) -> int:
        """What is proven of the cost of every answer; a certificate lets the checker see it."""
        fixed = instance.cost(column for column, value in self.reduced.fixed.items() if value)
        return fixed + sum(proof.bound for proof in self.proofs)


def optimum(instance: Instance, ties: Sequence[Stage] = (), deadline: Deadline | None = None) -> Found | None:
    """The cheapest answer, and among the cheapest the best by further objectives in sequence; None if there is none.

    ``ties`` speak of the columns of the instance. What they leave open is decided in a fixed but arbitrary way.
    """
    deadline = deadline or Deadline()
    order = [(cost, *(stage.costs.get(column, 0) for stage in ties if isinstance(stage, Least)), column)
             for column, cost in enumerate(instance.costs)]  # fmt: skip
    with deadline.stopping_at_interrupt():
        return _optimum(instance, order, ties, deadline)


def _optimum(
    instance: Instance, order: Sequence[tuple[int, ...]], ties: Sequence[Stage], deadline: Deadline
) -> Found | None:
    reduced = reduce(instance, order, deadline)
    if reduced.unmeetable:
        return None
    chosen = [column for column, value in reduced.fixed.items() if value]
    proofs = []
    for component in reduced.components:
        found = _solve_component(instance, component, reduced, ties, deadline)
        if found is None:
            return None
        chosen += found[0]
        proofs.append(found[1])
    return Found(tuple(sorted(chosen)), reduced, tuple(proofs))


WORK = 20_000_000
"""Nonzeros that our own search may work through before HiGHS is asked for the optimum: some seconds."""


def _solve_component(
    instance: Instance, component: Component, reduced: Reduced, ties: Sequence[Stage], deadline: Deadline
) -> tuple[tuple[int, ...], Proof] | None:
    """The columns chosen in one component, and the proof of their cost; None if its rows cannot be met.

    Our own search proves most components on its own. Where it does not come to an end soon, HiGHS finds the optimum
    and the search goes on to prove it. Columns whose reduced cost shows that no answer as good as the known one has
    another value for them are fixed before HiGHS is asked, so that breaking ties costs little.
    """
    search = Search(instance, component, reduced.fixed)
    relaxation = search.lp
    start = greedy(relaxation.rows, relaxation.costs)
    if start:
        search.offer(start)
    search.run(deadline, WORK)
    if not search.is_done:
        program, known = _narrowed(search)
        found = in_sequence(program, [Least(dict(enumerate(relaxation.costs)))], deadline, known)
        if found is None:
            return None
        search.offer(found.values)
        search.run(deadline)
    if search.best is None:
        return None
    best = search.best
    if ties and search.is_done:
        place_of = {column: place for place, column in enumerate(component.columns)}
        program, known = _narrowed(search)
        program.add(Least(dict(enumerate(relaxation.costs))).no_more_than(search.upper))
        found = in_sequence(program, [stage.renumbered(place_of) for stage in ties], deadline, known)
        if found:
            best = tuple(column for column, place in place_of.items() if found.values[place])
    return best, search.proof()


def _narrowed(search: Search) -> tuple[Program, Optimum | None]:
    """The component as a program for HiGHS, with the known answer, and fixed what no answer as good changes."""
    relaxation = search.lp
    program = Program(len(relaxation.costs), relaxation.rows)
    if search.best is None:
        return program, None
    for place, value in relaxation.forced(search.upper).items():
        program.fix(place, value)
    chosen = set(search.best)
    return program, Optimum.of([int(column in chosen) for column in relaxation.columns], relaxation.costs)


def greedy(rows: Sequence[Row], costs: Sequence[int]) -> list[int] | None:
    """A cover, as a value for each column: what costs least per row newly met, then less what it does not need.

    Chvatal, A greedy heuristic for the set-covering problem, 1979.
    None unless all rows are plain covering rows.
    """
    if any(row.least != 1 or any(a != 1 for _, a in row.terms) for row in rows):
        return None
    members = [{column for column, _ in row.terms} for row in rows]
    covers: list[set[int]] = [set() for _ in costs]
    for place, row in enumerate(members):
        for column in row:
            covers[column].add(place)
    left, chosen = set(range(len(rows))), []
    while left:
        column = min((one for one, rows_met in enumerate(covers) if rows_met & left),
                     key=lambda one: (costs[one] / len(covers[one] & left), one))  # fmt: skip
        chosen.append(column)
        left -= covers[column]
    for column in sorted(chosen, key=lambda one: (-costs[one], one)):
        others = {one for one in chosen if one != column}
        if all(members[place] & others for place in covers[column]):
            chosen.remove(column)
    return [int(column in chosen) for column in range(len(costs))]

"""What must be satisfied: one leaf objective, or one of several, with the constraints that bind it."""

from __future__ import annotations

from dataclasses import dataclass

from harmonizer.model import Constraint


@dataclass(frozen=True, slots=True)
class Demand:
    """One atom of the covering problem.

    ``leaf`` or, where an ``any_of`` group allows it, one of ``alternatives`` must be satisfied, at every comparable
    one of the ``constraints`` on the leaf in question. ``requirements`` are the keys of those who ask for it, in the
    order of their sources.
    """

    leaf: str
    requirements: tuple[str, ...]
    constraints: tuple[Constraint, ...] = ()
    alternatives: tuple[str, ...] = ()

    @property
    def leaves(self) -> tuple[str, ...]:
        """All leaves of which one suffices, sorted."""
        return (self.leaf, *self.alternatives)

    @property
    def name(self) -> str:
        """The leaf, or ``a or b`` for alternatives."""
        return " or ".join(self.leaves)

    @property
    def weight(self) -> int:
        """How many (requirement, leaf) pairs are met by meeting it."""
        return len(self.requirements)

    def bounds(self, leaf: str) -> dict[str, tuple[Constraint, ...]]:
        """The comparable constraints on one of its leaves by dimension, in the order of dimensions."""
        found: dict[str, list[Constraint]] = {}
        for constraint in self.constraints:
            if constraint.objective == leaf and constraint.comparable:
                found.setdefault(constraint.dimension, []).append(constraint)
        return {dimension: tuple(found[dimension]) for dimension in sorted(found)}

"""What the mapping rows entail: the four facts of set relations and their closure.

Every requirement and objective is read as a non-empty set of things to do. Rows that state facts are read strictly
(``superset-of`` means more than the leaf). On the facts ``S`` within, ``N`` not within, ``O`` overlap, ``D`` disjoint,
complete inference is a transitive closure and a few boolean products (reasoning.md, section 1)::

    S* = reflexive-transitive closure of S      D* = S* D S*'
    O* = S*' (O + I) S*                         N* = S*' N S*' + O* D*
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from harmonizer.crosswalk.assertions import Assertion

Matrix = Any  # scipy.sparse.csr_array of booleans, nodes by nodes; scipy ships no types


@dataclass(frozen=True)
class Entailment:
    """What is entailed of an ordered pair: is a within b, b within a, and so on."""

    within: bool = False
    contains: bool = False
    not_within: bool = False
    not_contains: bool = False
    overlap: bool = False
    disjoint: bool = False

    @property
    def relation(self) -> str:
        """The one relation that is left, or what is known short of that, or empty."""
        if self.within and self.contains:
            return "equal"
        if self.within:
            return "subset-of" if self.not_contains else "equal or subset-of"
        if self.contains:
            return "superset-of" if self.not_within else "equal or superset-of"
        if self.disjoint:
            return "no-relationship"
        if self.overlap:
            return "intersects-with" if self.not_within and self.not_contains else "at least overlaps"
        return ""

    @property
    def definite(self) -> bool:
        """Whether exactly one base relation is left."""
        return self.relation in ("equal", "subset-of", "superset-of", "intersects-with", "no-relationship")


class Closure:
    """The closed facts over named nodes.

    Parameters
    ----------
    assertions: what is asserted, each with its own reading.
    """

    def __init__(self, assertions: Iterable[Assertion]) -> None:
        stated: dict[str, list[tuple[str, str]]] = {"S": [], "N": [], "O": [], "D": []}
        for assertion in assertions:
            ends = (assertion.subject, assertion.object)
            for fact, start, end in assertion.facts:
                stated[fact].append((ends[start], ends[end]))
        names = sorted({name for pairs in stated.values() for pair in pairs for name in pair})
        self._place = {name: place for place, name in enumerate(names)}
        self._stated = {fact: self._matrix(pairs) for fact, pairs in stated.items()}

    def _matrix(self, pairs: list[tuple[str, str]]) -> Matrix:
        size = len(self._place)
        starts = [self._place[start] for start, _ in pairs]
        ends = [self._place[end] for _, end in pairs]
        return _boolean(sparse.csr_array((np.ones(len(pairs), dtype=bool), (starts, ends)), shape=(size, size)))

    @cached_property
    def within(self) -> Matrix:
        """S*: reflexive-transitive closure, by squaring."""
        size = len(self._place)
        closed = _boolean(self._stated["S"] + sparse.eye_array(size, dtype=bool, format="csr"))
        while True:
            longer = _product(closed, closed)
            if longer.nnz == closed.nnz:
                return closed
            closed = longer

    @cached_property
    def overlap(self) -> Matrix:
        """O*: two sets overlap where both contain one that is not empty, or parts that are stated to overlap."""
        stated = self._stated["O"]
        size = len(self._place)
        base = _boolean(stated + stated.T + sparse.eye_array(size, dtype=bool, format="csr"))
        return _product(_product(self.within.T.tocsr(), base), self.within)

    @cached_property
    def disjoint(self) -> Matrix:
        """D*: parts of disjoint sets are disjoint."""
        stated = self._stated["D"]
        return _product(_product(self.within, _boolean(stated + stated.T)), self.within.T.tocsr())

    @cached_property
    def not_within(self) -> Matrix:
        """N*: what contains a set that is not within another is not within any part of that other."""
        down = self.within.T.tocsr()
        inherited = _product(_product(down, self._stated["N"]), down)
        return _boolean(inherited + _product(self.overlap, self.disjoint))

    def between(self, a: str, b: str) -> Entailment:
        """What is entailed of a pair of nodes (requirement keys, or ``objective:<slug>``)."""
        i, j = self._place.get(a), self._place.get(b)
        if i is None or j is None:
            return Entailment()
        return Entailment(
            within=bool(self.within[i, j]), contains=bool(self.within[j, i]),
            not_within=bool(self.not_within[i, j]), not_contains=bool(self.not_within[j, i]),
            overlap=bool(self.overlap[i, j]), disjoint=bool(self.disjoint[i, j]),
        )  # fmt: skip

    def contradictions(self) -> list[tuple[str, str]]:
        """Ordered pairs of nodes on which S meets N, or O meets D."""
        names = list(self._place)
        clash = _boolean(self.within.multiply(self.not_within) + self.overlap.multiply(self.disjoint)).tocoo()
        return sorted((names[i], names[j]) for i, j in zip(*clash.coords, strict=True))


def _boolean(matrix: Any) -> Matrix:
    result = sparse.csr_array(matrix, dtype=bool)
    result.eliminate_zeros()
    return result


def _product(left: Matrix, right: Matrix) -> Matrix:
    return _boolean(left @ right)

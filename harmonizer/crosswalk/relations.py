"""The algebra of the five set relations of NIST IR 8477: the base relations of RCC-5 over non-empty sets.

What is known of an ordered pair is the set of base relations that it may still have, kept as a 5-bit int (a bit for
each of :data:`BASE`, in that order). Fewer bits say more; no bit left is a contradiction, all five say nothing.

The composition table is generated, not typed in. Three sets cut any universe into eight regions, and a base relation
between two of them depends only on which regions are empty. Elements outside all three change nothing, so the seven
other regions, each empty or not, stand for every three sets there are: 2**7 = 128 models are all models, and one
element for each region (a universe of seven) suffices. On RCC-5: Bennett, "Spatial reasoning with propositional
logics", KR 1994.

Four facts on an ordered pair (S within, N not within, O overlap, D disjoint) close what is ever asserted to the
fourteen relations of :data:`WORDS`: no inverse, intersection or composition leads out of them, so nothing is lost by
computing on facts alone (reasoning.md, section 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from harmonizer.crosswalk.assertions import Fact

Relation = int

BASE = ("equal", "subset-of", "superset-of", "intersects-with", "no-relationship")
EQUAL, SUBSET, SUPERSET, INTERSECTS, DISJOINT = (1 << place for place in range(5))
ANYTHING: Relation = 0b11111
NOTHING: Relation = 0
OVERLAPS: Relation = EQUAL | SUBSET | SUPERSET | INTERSECTS

OF_FACT: dict[Fact, Relation] = {
    ("S", 0, 1): EQUAL | SUBSET,
    ("S", 1, 0): EQUAL | SUPERSET,
    ("N", 0, 1): SUPERSET | INTERSECTS | DISJOINT,
    ("N", 1, 0): SUBSET | INTERSECTS | DISJOINT,
    ("O", 0, 1): OVERLAPS,
    ("D", 0, 1): DISJOINT,
}
"""What each fact on a pair leaves open."""

WORDS: dict[Relation, str] = {
    EQUAL: "equal",
    SUBSET: "subset-of",
    SUPERSET: "superset-of",
    INTERSECTS: "intersects-with",
    DISJOINT: "no-relationship",
    EQUAL | SUBSET: "equal or subset-of",
    EQUAL | SUPERSET: "equal or superset-of",
    SUBSET | INTERSECTS: "subset-of or intersects-with",
    SUPERSET | INTERSECTS: "superset-of or intersects-with",
    INTERSECTS | DISJOINT: "neither within the other",
    SUPERSET | INTERSECTS | DISJOINT: "not within",
    SUBSET | INTERSECTS | DISJOINT: "does not contain",
    OVERLAPS: "at least overlaps",
    ANYTHING: "anything",
}
"""The fourteen relations that assertions and their consequences can have, in words."""


def members(relation: Relation) -> Iterator[Relation]:
    """The base relations of a relation, each as a relation of its own."""
    return (1 << place for place in range(5) if relation >> place & 1)


def between_sets(a: frozenset[int], b: frozenset[int]) -> Relation:
    """The one base relation that two non-empty sets have."""
    if a == b:
        return EQUAL
    if a < b:
        return SUBSET
    if a > b:
        return SUPERSET
    return INTERSECTS if a & b else DISJOINT


def inverse(relation: Relation) -> Relation:
    """What is known of (b, a) when this is known of (a, b): subset-of and superset-of change places."""
    kept = relation & (EQUAL | INTERSECTS | DISJOINT)
    return kept | (SUPERSET if relation & SUBSET else 0) | (SUBSET if relation & SUPERSET else 0)


def intersection(first: Relation, second: Relation) -> Relation:
    """What is known when both are known of one pair; :data:`NOTHING` where they contradict each other."""
    return first & second


def compose(first: Relation, second: Relation) -> Relation:
    """What is known of (a, c) when the first is known of (a, b) and the second of (b, c): a look-up."""
    return _COMPOSED[first][second]


def _base_compositions() -> dict[tuple[Relation, Relation], Relation]:
    """For two base relations, every base relation that a and c have in some model: 128 models, see the module."""
    regions = range(1, 8)  # the bits of a region say which of a, b, c it lies in
    found: dict[tuple[Relation, Relation], Relation] = {}
    for filled in product((False, True), repeat=7):
        present = [region for region, full in zip(regions, filled, strict=True) if full]
        a, b, c = (frozenset(region for region in present if region >> place & 1) for place in range(3))
        if a and b and c:
            ends = (between_sets(a, b), between_sets(b, c))
            found[ends] = found.get(ends, NOTHING) | between_sets(a, c)
    return found


def _compositions() -> list[list[Relation]]:
    """The base table extended to all 32 x 32 relations: composition distributes over union."""
    base = _base_compositions()
    table = [[NOTHING] * 32 for _ in range(32)]
    for first, second in product(range(32), repeat=2):
        for one, other in product(members(first), members(second)):
            table[first][second] |= base[one, other]
    return table


_COMPOSED = _compositions()


def closed_under_the_operations(relations: Iterable[Relation]) -> frozenset[Relation]:
    """The smallest set with these relations that inverse, intersection and composition do not leave.

    A contradiction is not counted as a relation. At most 31 relations, so at most 31 rounds.
    """
    closed = set(relations)
    while True:
        found = {inverse(one) for one in closed}
        for one, other in product(closed, repeat=2):
            found |= {intersection(one, other), compose(one, other)}
        found.discard(NOTHING)
        if found <= closed:
            return frozenset(closed)
        closed |= found


def from_facts(facts: Iterable[Fact]) -> Relation:
    """What facts on one ordered pair leave open; :data:`NOTHING` where they contradict each other."""
    relation = ANYTHING
    for fact in facts:
        relation &= OF_FACT[fact]
    return relation


def to_facts(relation: Relation) -> frozenset[Fact]:
    """Every fact that holds whichever of its base relations a pair has. Inverse of :func:`from_facts` on the 14."""
    return frozenset(fact for fact, left_open in OF_FACT.items() if not relation & ~left_open)

"""What mapping rows entail, held against every way the sets could be."""

from __future__ import annotations

import random
from itertools import product

import pytest

from harmonizer.crosswalk.assertions import assertions_of
from harmonizer.crosswalk.closure import Closure as _Closure
from harmonizer.model import Mapping


def Closure(rows: list[Mapping] | tuple[Mapping, ...]) -> _Closure:  # noqa: N802
    return _Closure(assertions_of(rows))


RELATIONS = ("equal", "subset-of", "superset-of", "intersects-with", "no-relationship")


def row(requirement: str, relation: str, objective: str, **changes: object) -> Mapping:
    values = {"part": "primary", "basis": "text", "any_of": "", "confidence": 0.9, "comment": "why",
              "review_state": "reviewed", "author": "", "reviewer": "", "date": "", "justification": ""}  # fmt: skip
    return Mapping(requirement, relation, objective, **{**values, **changes})  # type: ignore[arg-type]


def relation_of(a: frozenset[int], b: frozenset[int]) -> str:
    if a == b:
        return "equal"
    if a < b:
        return "subset-of"
    if a > b:
        return "superset-of"
    return "intersects-with" if a & b else "no-relationship"


ELEMENTS = range(4)
SETS = [frozenset(e for e, bit in zip(ELEMENTS, bits, strict=True) if bit) for bits in product((0, 1), repeat=4)][1:]


def possible(first: str, second: str) -> set[str]:
    """Relations that a and b can have when both stand in these relations to one leaf, over all small sets."""
    return {
        relation_of(a, b)
        for leaf in SETS
        for a in SETS
        if relation_of(a, leaf) == first
        for b in SETS
        if relation_of(b, leaf) == second
    }


@pytest.mark.parametrize(("first", "second"), list(product(RELATIONS, repeat=2)))
def test_two_rows_on_a_leaf_entail_what_every_model_has_and_no_more(first: str, second: str) -> None:
    found = Closure([row("a", first, "leaf"), row("b", second, "leaf")]).between("a", "b")
    models = possible(first, second)
    overlapping = {"equal", "subset-of", "superset-of", "intersects-with"}
    assert found.within == (models <= {"equal", "subset-of"})
    assert found.contains == (models <= {"equal", "superset-of"})
    assert found.not_within == (models <= {"superset-of", "intersects-with", "no-relationship"})
    assert found.overlap == (models <= overlapping)
    assert found.disjoint == (models == {"no-relationship"})
    assert found.definite == (len(models) == 1)


@pytest.mark.parametrize(
    "changes", [{"basis": "guidance"}, {"confidence": 0.6}, {"any_of": "either"}, {"review_state": "withdrawn"}]
)
def test_rows_that_state_no_fact_entail_nothing(changes: dict[str, object]) -> None:
    closure = Closure([row("a", "equal", "leaf", **changes), row("b", "equal", "leaf")])
    assert closure.between("a", "b").relation == ""


def test_overlaps_never_chain() -> None:
    rows = [row("a", "intersects-with", "x"), row("b", "intersects-with", "x")]
    assert Closure(rows).between("a", "b").relation == ""


def test_containment_chains_over_leaves() -> None:
    rows = [row("a", "equal", "x"), row("b", "superset-of", "x"), row("b", "subset-of", "y"), row("c", "equal", "y")]
    assert Closure(rows).between("a", "c").relation == "subset-of"


def test_a_contradiction_is_found() -> None:
    rows = [row("a", "equal", "x"), row("b", "equal", "x"), row("a", "equal", "y"), row("b", "superset-of", "y")]
    (found,) = Closure(rows).contradictions()
    assert (found.kind, found.fact, found.subject, found.object) == ("TYPE", "N", "b", "objective:y")


def test_random_consistent_networks_entail_only_what_is_true() -> None:
    draw = random.Random(3)
    for _ in range(200):
        world = {name: draw.choice(SETS) for name in "abcdxyz"}
        rows = [
            row(r, relation_of(world[r], world[leaf]), leaf) for r in "abcd" for leaf in "xyz" if draw.random() < 0.6
        ]
        closure = Closure(rows)
        assert closure.contradictions() == []
        for a, b in product("abcd", repeat=2):
            found, true = closure.between(a, b), relation_of(world[a], world[b])
            if found.definite:
                assert found.relation == true
            if found.overlap:
                assert true != "no-relationship"


def test_the_bundled_rows_do_not_contradict_each_other(kg) -> None:  # type: ignore[no-untyped-def]
    assert Closure(kg.index.knowledge.mappings).contradictions() == []

"""The algebra of set relations, held against every three sets of a small universe."""

from __future__ import annotations

from itertools import product

import pytest

from harmonizer.crosswalk import relations
from harmonizer.crosswalk.assertions import Assertion
from harmonizer.crosswalk.relations import (
    ANYTHING,
    BASE,
    DISJOINT,
    EQUAL,
    INTERSECTS,
    NOTHING,
    OVERLAPS,
    SUBSET,
    SUPERSET,
    WORDS,
    between_sets,
    compose,
    from_facts,
    inverse,
    members,
    to_facts,
)  # fmt: skip

SETS = [frozenset(e for e in range(4) if bits >> e & 1) for bits in range(1, 16)]
SINGLE = [EQUAL, SUBSET, SUPERSET, INTERSECTS, DISJOINT]


def test_the_composition_table_is_what_sets_of_four_things_show() -> None:
    seen = dict.fromkeys(product(SINGLE, repeat=2), NOTHING)
    for a, b, c in product(SETS, repeat=3):
        seen[between_sets(a, b), between_sets(b, c)] |= between_sets(a, c)
    assert {ends: compose(*ends) for ends in seen} == seen


def test_composition_distributes_over_what_is_left_open() -> None:
    for first, second in product(range(32), repeat=2):
        parts = NOTHING
        for one, other in product(members(first), members(second)):
            parts |= compose(one, other)
        assert compose(first, second) == parts


def test_equal_is_neutral_and_the_inverse_turns_a_composition_round() -> None:
    for first, second in product(range(32), repeat=2):
        assert compose(EQUAL, first) == first == compose(first, EQUAL)
        assert inverse(inverse(first)) == first
        assert inverse(compose(first, second)) == compose(inverse(second), inverse(first))


def test_composition_is_associative() -> None:
    for one, two, three in product(SINGLE, repeat=3):
        assert compose(compose(one, two), three) == compose(one, compose(two, three))


def test_two_overlaps_in_a_row_allow_anything() -> None:
    assert compose(INTERSECTS, INTERSECTS) == compose(OVERLAPS, OVERLAPS) == ANYTHING


def test_what_can_be_asserted_closes_to_exactly_fourteen_relations() -> None:
    asserted = [*SINGLE, OVERLAPS, EQUAL | SUBSET, ANYTHING]
    closed = relations.closed_under_the_operations(asserted)
    assert len(closed) == 14
    assert closed == set(WORDS)
    assert len(set(WORDS.values())) == 14


def test_the_fourteen_are_the_relations_that_facts_can_state() -> None:
    facts = list(relations.OF_FACT)
    stated = {from_facts(f for f, chosen in zip(facts, bits, strict=True) if chosen)
              for bits in product((0, 1), repeat=6)}  # fmt: skip
    assert stated - {NOTHING} == set(WORDS)


def test_facts_and_relations_translate_into_each_other() -> None:
    for relation in WORDS:
        assert from_facts(to_facts(relation)) == relation


@pytest.mark.parametrize("name", BASE)
def test_a_strict_assertion_states_its_base_relation(name: str) -> None:
    assert WORDS[from_facts(Assertion("a", name, "b", "strict").facts)] == name
    assert WORDS[1 << BASE.index(name)] == name


def test_a_plain_assertion_leaves_open_what_publishers_leave_open() -> None:
    plain = {name: WORDS[from_facts(Assertion("a", name, "b").facts)] for name in (*BASE, "related")}
    assert plain == {
        "equal": "equal", "subset-of": "equal or subset-of", "superset-of": "equal or superset-of",
        "intersects-with": "at least overlaps", "no-relationship": "no-relationship", "related": "at least overlaps",
    }  # fmt: skip


def test_facts_that_exclude_each_other_leave_nothing() -> None:
    assert from_facts([("S", 0, 1), ("N", 0, 1)]) == NOTHING
    assert from_facts([("O", 0, 1), ("D", 0, 1)]) == NOTHING

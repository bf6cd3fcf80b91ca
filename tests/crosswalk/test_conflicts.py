"""Derivations, chains and repairs on random networks, held against the closure and against trying everything."""

from __future__ import annotations

from itertools import combinations, permutations, product
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmonizer.crosswalk.assertions import Assertion
from harmonizer.crosswalk.closure import Closure
from harmonizer.crosswalk.conflicts import EXACT, Conflict, conflicts, repairs
from harmonizer.crosswalk.derivations import AssertionGraph, FactName, confidence, derivation

RELATIONS = ("equal", "subset-of", "superset-of", "intersects-with", "no-relationship", "related")
HOLDS: dict[FactName, str] = {"S": "within", "O": "overlap", "D": "disjoint", "N": "not_within"}
PAIRS = list(permutations("abcde", 2))
assertion = st.builds(
    lambda pair, relation, reading, sure, line: Assertion(pair[0], relation, pair[1], reading, "set", sure / 10, "",
                                                          f"file:{line}"),
    st.sampled_from(PAIRS), st.sampled_from(RELATIONS), st.sampled_from(("plain", "strict")), st.integers(0, 10),
    st.integers(1, 99),
)  # fmt: skip
networks = st.lists(assertion, min_size=1, max_size=7, unique=True)


def pairs_denied(network: list[Assertion], kind: str) -> set[tuple[str, str]]:
    """Where the closure sees contradictions; a disjoint pair both ways round."""
    found = [one for one in Closure(network).contradictions() if one.kind == kind]
    return {(one.subject, one.object) for one in found} | {
        (one.object, one.subject) for one in found if one.fact == "D"
    }


@settings(deadline=None)
@given(networks)
def test_a_fact_has_a_derivation_where_it_is_entailed_and_its_derivation_entails_it(network: list[Assertion]) -> None:
    closure, graph = Closure(network), AssertionGraph(network)
    for a, b in PAIRS:
        for fact, holds in HOLDS.items():
            why = derivation(graph, fact, a, b)
            assert (why is not None) == getattr(closure.between(a, b), holds)
            assert why is None or getattr(Closure(why.assertions).between(a, b), holds)


def shortest(network: list[Assertion]) -> dict[tuple[str, str, str], float]:
    """How many assertions each fact needs at least: sums of distances, with no walk (the rules of facts.py)."""
    stated = [(fact, (one.subject, one.object)[i], (one.subject, one.object)[j])
              for one in network for fact, i, j in one.facts]  # fmt: skip
    stated += [(fact, b, a) for fact, a, b in stated if fact in "OD"]
    far = {(a, b): 0.0 if a == b else inf for a in "abcde" for b in "abcde"}
    far |= {(a, b): 1 for fact, a, b in stated if fact == "S" and a != b}
    for c, a, b in product("abcde", repeat=3):
        far[a, b] = min(far[a, b], far[a, c] + far[c, b])
    found: dict[tuple[str, str, str], float] = {}
    for a, b in PAIRS:
        found["S", a, b] = far[a, b]
        found["D", a, b] = min([far[a, u] + 1 + far[b, v] for fact, u, v in stated if fact == "D"], default=inf)
    for a, b in product("abcde", repeat=2):
        meeting = [far[c, a] + far[c, b] for c in "abcde"]
        found["O", a, b] = min(meeting + [far[u, a] + 1 + far[v, b] for fact, u, v in stated if fact == "O"])
    for a, b in PAIRS:
        denied = [far[u, a] + 1 + far[b, v] for fact, u, v in stated if fact == "N"]
        apart = [found["O", a, u] + 1 + far[b, v] for fact, u, v in stated if fact == "D"]
        found["N", a, b] = min(denied + apart, default=inf)
    return found


@settings(deadline=None)
@given(networks)
def test_a_derivation_is_as_short_as_any(network: list[Assertion]) -> None:
    least, graph = shortest(network), AssertionGraph(network)
    for fact in HOLDS:
        for a, b in PAIRS:
            why = derivation(graph, fact, a, b)
            assert (len(why.steps) if why else inf) == least[fact, a, b]


def test_a_part_that_costs_nothing_is_not_reached_by_a_longer_way() -> None:
    network = [Assertion("b", "subset-of", "a"), Assertion("n", "subset-of", "a"),
               Assertion("b", "intersects-with", "n")]  # fmt: skip
    why = derivation(network, "O", "a", "n")
    assert why is not None
    assert why.assertions == (network[1],)


@settings(deadline=None)
@given(networks)
def test_a_fact_is_as_sure_as_the_surest_rows_that_still_entail_it(network: list[Assertion]) -> None:
    graph = AssertionGraph(network)
    for a, b in PAIRS:
        for fact in HOLDS:
            sure = confidence(graph, fact, a, b)
            if sure is not None:
                less = {one for one in network if one.confidence < sure}
                assert derivation(graph, fact, a, b, without=less)
                assert not derivation(
                    graph, fact, a, b, without=less | {one for one in network if one.confidence == sure}
                )


@settings(deadline=None)
@given(networks)
def test_dropping_any_row_of_a_chain_ends_its_contradiction(network: list[Assertion]) -> None:
    for one in conflicts(network):
        shown = set(one.shows_at)
        assert shown <= pairs_denied(list(one.chain), one.kind)
        for dropped in one.chain:
            assert not shown & pairs_denied([other for other in one.chain if other != dropped], one.kind)


@settings(deadline=None)
@given(networks)
def test_a_repair_leaves_no_conflict_and_nothing_smaller_does(network: list[Assertion]) -> None:
    withdrawn = [one.assertion for one in repairs(conflicts(network), network)]
    assert not conflicts([one for one in network if one not in withdrawn])
    for fewer in combinations(network, max(len(withdrawn) - 1, 0)):
        assert not withdrawn or conflicts([one for one in network if one not in fewer])


@settings(deadline=None)
@given(networks, st.randoms())
def test_the_order_of_rows_changes_neither_chains_nor_repairs(network: list[Assertion], random: object) -> None:
    shuffled = list(network)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert conflicts(shuffled) == conflicts(network)
    assert repairs(conflicts(shuffled), shuffled) == repairs(conflicts(network), network)


@pytest.mark.parametrize("size", [EXACT, EXACT + 5])
def test_one_row_that_is_in_every_chain_is_the_whole_repair(size: int) -> None:
    culprit = Assertion("a", "equal", "z")
    network = [culprit]
    for number in range(size):
        network += [Assertion(f"n{number}", "subset-of", "z"), Assertion(f"n{number}", "no-relationship", "a")]
    (repair,) = repairs(conflicts(network), network)
    assert (repair.assertion, repair.resolves) == (culprit, size)


def test_what_many_chains_uphold_is_repaired_too() -> None:
    network = [Assertion("a", "no-relationship", "z", confidence=0.9)]
    for number in range(EXACT + 5):
        network += [Assertion(f"n{number}", "subset-of", "a", confidence=0.1),
                    Assertion(f"n{number}", "subset-of", "z", confidence=0.1)]  # fmt: skip
    withdrawn = [one.assertion for one in repairs(conflicts(network), network)]
    assert not conflicts([one for one in network if one not in withdrawn])
    assert network[0] in withdrawn


def test_among_equals_an_unreviewed_row_is_withdrawn_before_an_unsure_one() -> None:
    unsure = Assertion("a", "subset-of", "b", confidence=0.3)
    unreviewed = Assertion("a", "no-relationship", "b", confidence=0.9, reviewed=False)
    (found,) = conflicts([unsure, unreviewed])
    assert isinstance(found, Conflict)
    assert [one.assertion for one in repairs([found])] == [unreviewed]

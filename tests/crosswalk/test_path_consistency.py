"""The closure on sparse facts against naive path consistency, on thousands of random small networks.

The naive algebra keeps for every pair the base relations that are left and refines them by composition until nothing
changes. It knows nothing of S, N, O and D.
"""

from __future__ import annotations

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmonizer.crosswalk import relations
from harmonizer.crosswalk.assertions import Assertion
from harmonizer.crosswalk.closure import Closure
from harmonizer.crosswalk.relations import ANYTHING, NOTHING, compose, from_facts, inverse

STATED = ("equal", "subset-of", "superset-of", "intersects-with", "no-relationship", "related")
Network = list[Assertion]


def path_consistency(network: Network) -> dict[tuple[str, str], int] | None:
    """What is left of every pair, or None where nothing is left of one."""
    nodes = sorted({end for one in network for end in (one.subject, one.object)})
    left = {(a, b): relations.EQUAL if a == b else ANYTHING for a, b in product(nodes, repeat=2)}
    for one in network:
        known = from_facts(one.facts)
        left[one.subject, one.object] &= known
        left[one.object, one.subject] &= inverse(known)
    changed = True
    while changed:
        changed = False
        for a, b, c in product(nodes, repeat=3):
            refined = left[a, c] & compose(left[a, b], left[b, c])
            if refined != left[a, c]:
                left[a, c], changed = refined, True
    return None if NOTHING in left.values() else left


def random_network(draw: random.Random) -> Network:
    nodes = "abcdef"[: draw.randint(3, 6)]
    return [
        Assertion(*draw.sample(nodes, 1), draw.choice(STATED), draw.choice(nodes), draw.choice(("plain", "strict")))
        for _ in range(draw.randint(2, 9))
    ]  # fmt: skip


def agree(network: Network) -> bool:
    """Compare the two on one network; returns whether it is consistent."""
    closure, naive = Closure(network), path_consistency(network)
    assert (closure.contradictions() == []) == (naive is not None), network
    if naive is None:
        return False
    for (a, b), left in naive.items():
        assert closure.between(a, b).left_open == left, (a, b, network)
    return True


@pytest.mark.parametrize("block", range(8))
def test_closure_and_path_consistency_agree_on_every_random_network(block: int) -> None:
    draw = random.Random(block)
    consistent = sum(agree(random_network(draw)) for _ in range(500))
    assert 50 < consistent < 450, "both kinds must be among them"


networks = st.lists(
    st.builds(Assertion, st.sampled_from("abcde"), st.sampled_from(STATED), st.sampled_from("abcde"),
              st.sampled_from(["plain", "strict"])),
    min_size=1, max_size=8,
)  # fmt: skip


@given(networks, st.randoms())
@settings(max_examples=100)
def test_the_order_of_assertions_changes_nothing(network: Network, draw: random.Random) -> None:
    mixed = draw.sample(network, len(network))
    one, other = Closure(network), Closure(mixed)
    assert one.contradictions() == other.contradictions()
    assert all(one.between(a, b) == other.between(a, b) for a, b in product("abcde", repeat=2))


@given(networks, networks)
@settings(max_examples=100)
def test_more_assertions_never_lose_a_fact(network: Network, more: Network) -> None:
    before, after = Closure(network), Closure([*network, *more])
    for a, b in product("abcde", repeat=2):
        assert after.between(a, b).left_open & ~before.between(a, b).left_open == NOTHING


@given(networks)
@settings(max_examples=100)
def test_what_is_known_of_a_pair_is_known_of_its_inverse(network: Network) -> None:
    closure = Closure(network)
    for a, b in product("abcde", repeat=2):
        assert closure.between(b, a).left_open == inverse(closure.between(a, b).left_open)


@given(networks, networks, st.data())
@settings(max_examples=150)
def test_a_what_if_finds_what_a_rebuild_finds(network: Network, added: Network, data: st.DataObject) -> None:
    withdrawn = data.draw(st.lists(st.sampled_from(range(len(network))), unique=True, max_size=3))
    rest = [one for place, one in enumerate(network) if place not in withdrawn]
    before, after = Closure(network), Closure([*rest, *added])
    change = before.what_if(added, [network[place] for place in withdrawn])
    old, new = set(before.contradictions()), set(after.contradictions())
    assert set(change.appear) == new - old
    assert set(change.disappear) == old - new

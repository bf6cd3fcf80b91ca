"""Scope expressions: grammar, and questions under a closed list of tags."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import harmonizer as hz
from harmonizer.model import Tag
from harmonizer.scope import ScopeError, ScopeLogic, both, either, holds, parse

TAGS = (
    Tag("data:phi", ""),
    Tag("data:ephi", "", implies=("data:phi",)),
    Tag("role:controller", ""),
    Tag("role:processor", ""),
    Tag("event:large", "", excludes=("event:small",)),
    Tag("event:small", ""),
)
LOGIC = ScopeLogic(TAGS)
NAMES = [tag.tag for tag in TAGS]

expressions = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]} & {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} | {p[1]})"),
        inner.map(lambda e: f"!{e}"),
    ),
    max_leaves=5,
)


def test_and_binds_closer_than_or() -> None:
    assert parse("data:phi | role:controller & role:processor")[0] == "|"


@pytest.mark.parametrize("text", ["", "*", "  "])
def test_nothing_and_a_star_always_hold(text: str) -> None:
    assert holds(text, ())


@pytest.mark.parametrize(
    "text", ["data:phi &", "(data:phi", "data:phi)", "data:phi role:controller", "& data:phi", "phi", "data:phi ! "]
)
def test_what_breaks_the_grammar_is_refused_with_the_expression(text: str) -> None:
    with pytest.raises(ScopeError, match="scope expression"):
        parse(text)


def test_an_unknown_tag_is_answered_with_the_nearest() -> None:
    with pytest.raises(ScopeError, match="did you mean data:ephi"):
        LOGIC.check("data:ephii")


def test_implied_tags_are_true_with_what_implies_them() -> None:
    assert LOGIC.implies("data:ephi", "data:phi")
    assert not LOGIC.implies("data:phi", "data:ephi")
    assert not LOGIC.compatible("data:ephi", "!data:phi")


def test_excluded_tags_never_hold_together() -> None:
    assert not LOGIC.compatible("event:large", "event:small")
    assert LOGIC.compatible("event:large", "role:controller")


def test_one_fitting_organisation_serves_but_circumstances_must_all_be_met() -> None:
    assert LOGIC.serves("role:controller", "role:processor"), "one organisation can be both"
    assert not LOGIC.serves("role:controller", "event:large"), "the event may not happen"
    assert LOGIC.serves("event:large & role:controller", "event:large & data:phi")
    assert not LOGIC.serves("data:ephi", "!data:phi")


@given(expressions, expressions)
def test_implication_means_that_the_contrary_cannot_hold(left: str, right: str) -> None:
    assert LOGIC.implies(left, right) == (not LOGIC.compatible(left, f"!({right})"))


@given(expressions, expressions, st.sets(st.sampled_from(NAMES)))
def test_both_and_either_are_conjunction_and_disjunction(left: str, right: str, true: set[str]) -> None:
    assert holds(both(left, right), true) == (holds(left, true) and holds(right, true))
    assert holds(either(left, right), true) == (holds(left, true) or holds(right, true))


def test_compatibility_and_service_are_what_trying_every_organisation_gives(kg: hz.Harmonizer) -> None:
    chance, logic = random.Random(11), kg.index.scope
    some = ("data:ephi", "data:phi", "role:covered-entity", "role:controller", "role:processor", "event:breach",
            "event:500-or-more", "data:personal-eu")  # fmt: skip

    def expression(depth: int) -> str:
        if depth == 0:
            return chance.choice(["!", ""]) + chance.choice(some)
        parts = [expression(depth - 1) for _ in range(2)]
        return chance.choice(["{} & {}", "({} | {})", "!({} & {})", "!({} | {})"]).format(*parts)

    for _ in range(300):
        one, other, third = (expression(chance.randrange(3)) for _ in range(3))
        together = any(holds(one, world) and holds(other, world) for world in logic.worlds(one, other))
        assert logic.compatible(one, other) == together, (one, other)
        organisations: dict[frozenset[str], list[bool]] = {}
        for world in logic.worlds(one, other, third):
            if holds(one, world):
                kept = frozenset(tag for tag in world if not tag.startswith("event:"))
                organisations.setdefault(kept, []).append(holds(other, world) or holds(third, world))
        assert logic.serves(one, other, third) == any(map(all, organisations.values())), (one, other, third)


KNOWN = (frozenset({"data:ephi", "data:phi", "role:processor"}), frozenset({"role:controller"}))
OF_KNOWN = ScopeLogic(TAGS, KNOWN)
HAPPENING = (frozenset(), frozenset({"event:large"}), frozenset({"event:small"}))  # the two events exclude each other


@given(expressions, expressions)
def test_of_known_organisations_only_events_are_open(left: str, right: str) -> None:
    worlds = [organisation | events for organisation in KNOWN for events in HAPPENING]
    assert OF_KNOWN.compatible(left, right) == any(holds(left, one) and holds(right, one) for one in worlds)
    assert OF_KNOWN.implies(left, right) == all(holds(right, one) for one in worlds if holds(left, one))
    asked = [[holds(right, organisation | events) for events in HAPPENING if holds(left, organisation | events)]
             for organisation in KNOWN]  # fmt: skip
    arising = [one for one in asked if one]
    assert OF_KNOWN.serves(left, right) == (bool(arising) and all(all(one) for one in arising))

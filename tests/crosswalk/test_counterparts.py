"""The counterparts of one requirement: the same as its crosswalks say, with the same shares as coverage works out."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

import harmonizer as hz
from harmonizer.crosswalk.assertions import Statements, own_assertions, own_statements
from harmonizer.crosswalk.counterparts import counterparts, pairs
from harmonizer.crosswalk.coverage import Coverer
from harmonizer.knowledge.index import Index
from harmonizer.strictness.applicability import ANYONE, Circumstances
from tests.builders import Builder

LEAVES = ("a", "b", "c", "d")
SCOPES = ("", "role:controller", "role:processor", "role:controller & role:processor")
RELATIONS = ("equal", "superset-of", "subset-of", "intersects-with")
PERIODS = ("", "P6M", "P1Y", "P6Y")


@st.composite
def indexes(draw: st.DrawFn) -> Index:
    """Three requirements each of two frameworks, with alternatives, scopes and numbers."""
    builder = Builder()
    for name in ("hipaa:1", "hipaa:2", "hipaa:3", "soc2:1", "soc2:2", "soc2:3"):
        leaves = draw(st.lists(st.sampled_from(LEAVES), min_size=1, unique=True))
        alternatives = draw(st.lists(st.sampled_from(LEAVES), unique=True, min_size=2)) if draw(st.booleans()) else []
        builder.requirement(name, *leaves, any_of=alternatives, relation=draw(st.sampled_from(RELATIONS)),
                            applies_when=draw(st.sampled_from(SCOPES)))  # fmt: skip
        if period := draw(st.sampled_from(PERIODS)):
            builder.constraint(name, leaves[0], "retention", draw(st.sampled_from(("at-least", "at-most"))), period)
    return builder.index()


@given(indexes(), st.sampled_from(("*", "role:controller")))
def test_the_shares_of_a_pair_are_the_coverage_of_the_one_by_the_other_alone(index: Index, scope: str) -> None:
    asked = Circumstances(scope)
    found = pairs(index, index.framework("hipaa"), index.framework("soc2"), asked, everything=True)
    for pair in found:
        one, other = pair.source.requirement, pair.target.requirement
        if pair.certainty != "related":
            assert pair.coverage == Coverer(index, [other], asked).of(one).share
            assert pair.back == Coverer(index, [one], asked).of(other).share


@given(indexes(), st.sampled_from(("*", "role:controller")))
def test_counterparts_are_the_rows_of_the_crosswalks_that_meet_in_a_leaf(index: Index, scope: str) -> None:
    asked = Circumstances(scope)
    soc2 = index.framework("soc2")
    met = [one for one in pairs(index, index.framework("hipaa"), soc2, asked, everything=True)
           if one.certainty != "related"]  # fmt: skip
    for requirement in index.requirements_of(index.framework("hipaa")):
        expected = [(one.target.requirement.id, one.certainty, round(one.coverage, 4))
                    for one in met if one.source.requirement == requirement]  # fmt: skip
        found = counterparts(index, requirement, [soc2], asked)
        assert [(row["target_id"], row["certainty"], row["coverage"]) for row in found] == expected


def test_bundled_counterparts_are_the_rows_of_the_bundled_crosswalks(kg: hz.Harmonizer) -> None:
    index = kg.index
    draw = random.Random(9)
    for slug, other in (("gdpr", "nist-800-53"), ("iso-27001", "soc2"), ("hipaa", "pci-dss")):
        rows = kg.crosswalk(slug, other, everything=True).rows
        mapped = [one for one in index.requirements_of(index.framework(slug)) if one.key in index.mappings_of]
        for requirement in draw.sample(mapped, 12):
            expected = [row for row in rows if row[1] == requirement.id and row[5] != "related"]
            assert list(kg[requirement.short].counterparts(other).rows) == expected


def test_what_does_not_apply_has_no_counterparts_and_is_none(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", applies_when="role:controller").requirement("soc2:1", "a")
    index = builder.index()
    hipaa, soc2 = (index.requirement(name) for name in ("hipaa:1", "soc2:1"))
    both = [index.framework("hipaa"), index.framework("soc2")]
    assert len(counterparts(index, hipaa, both, ANYONE)) == len(counterparts(index, soc2, both, ANYONE)) == 1
    elsewhere = Circumstances("!role:controller")
    assert not counterparts(index, hipaa, both, elsewhere).rows
    assert not counterparts(index, soc2, both, elsewhere).rows


def test_what_is_stated_is_what_is_asserted(kg: hz.Harmonizer) -> None:
    knowledge = kg.index.knowledge
    stated, asserted = own_statements(knowledge), Statements.of(own_assertions(knowledge))
    assert sorted(zip(*stated, strict=True)) == sorted(zip(*asserted, strict=True))

"""All bundled frameworks together: satisfied, proven, traced; and how model bias is carried between them."""

from __future__ import annotations

import pytest

import harmonizer as hz
from harmonizer.strictness.applicability import Circumstances, applicable
from harmonizer.superset import checker


@pytest.fixture(scope="module")
def plan(kg: hz.Harmonizer) -> hz.Plan:
    return kg.solve(*kg.index.frameworks)


def test_one_set_of_controls_satisfies_all_frameworks_and_is_proven_cheapest(plan: hz.Plan) -> None:
    assert plan.uncovered == ()
    assert plan.status == "optimal"
    content = checker.check_bytes(plan.certificate.to_bytes())
    assert content["cost"] == plan.effort == plan.lower_bound


def test_every_applicable_requirement_is_traced_to_the_controls_that_satisfy_it(
    kg: hz.Harmonizer, plan: hz.Plan
) -> None:
    for slug, framework in kg.index.frameworks.items():
        traced = {one for row in plan for one in str(row[slug]).split("; ") if one}
        asked = {one.id for one in applicable(kg.index, framework, Circumstances())}
        not_shown = {str(one["requirement"]).partition(":")[2] for one in plan.answer.summary["not_shown"]
                     if str(one["requirement"]).startswith(f"{slug}:")}  # fmt: skip
        practice_only = {one.id for one in applicable(kg.index, framework, Circumstances())
                         if all(row.basis == "practice" for row in kg.index.mappings_of[one.key])}  # fmt: skip
        assert asked - traced - not_shown - practice_only == set(), slug


def test_a_scope_without_european_data_leaves_what_hipaa_alone_asks(kg: hz.Harmonizer) -> None:
    scope = "data:ephi & !data:personal-eu"
    both = kg.solve("hipaa", "gdpr", scope=scope)
    assert both.controls == kg.solve("hipaa", scope=scope).controls
    assert both.status == "optimal"
    assert not any(row["gdpr"] for row in both)


def test_a_scope_without_high_risk_ai_asks_for_less_of_the_ai_act(kg: hz.Harmonizer) -> None:
    everyone = kg.solve("eu-ai-act")
    limited = kg.solve("eu-ai-act", scope="!ai:high-risk-annex-iii & !ai:high-risk-annex-i")
    assert limited.effort < everyone.effort
    assert limited.status == everyone.status == "optimal"


@pytest.mark.parametrize(
    ("requirement", "leaves"),
    [
        ("soc2:PI1.3", {"model-outputs-tested-for-bias"}),
        ("eu-ai-act:Art.10(2)(f)", {"training-data-examined-for-bias"}),
        ("eu-ai-act:Art.10(2)(g)", {"bias-mitigated"}),
        ("nist-ai-rmf:MEASURE 2.11", {"model-outputs-tested-for-bias"}),
    ],
)
def test_model_bias_is_one_thing_under_many_laws(kg: hz.Harmonizer, requirement: str, leaves: set[str]) -> None:
    """A processing-integrity failure, a data-governance duty and a fairness measure meet in the same leaves."""
    assert leaves <= set(kg[requirement].objectives)


def test_bias_as_a_processing_integrity_failure_is_an_argued_reading(kg: hz.Harmonizer) -> None:
    rows = [row for row in kg.index.mappings_to["model-outputs-tested-for-bias"]
            if row.requirement.startswith("soc2@")]  # fmt: skip
    assert rows
    for row in rows:
        assert (row.basis, row.relation) == ("practice", "intersects-with")
        assert len(row.comment.split()) >= 8


def test_the_tension_of_bias_testing_cites_what_replaced_article_10_5(kg: hz.Harmonizer) -> None:
    [tension] = [one for one in kg.index.knowledge.tensions if one.id == "bias-testing-vs-special-category-ban"]
    assert any("eu-ai-act@2026:Art.4a" in member for member in tension.members)
    assert "gdpr@2016-679:Art.9(1)" in tension.members


def test_our_own_mappings_contradict_nothing_in_the_strict_reading(kg: hz.Harmonizer) -> None:
    from harmonizer.crosswalk.assertions import own_assertions
    from harmonizer.crosswalk.closure import Closure

    assert Closure(own_assertions(kg.index.knowledge)).contradictions() == []


def test_no_two_constraints_of_all_frameworks_contradict_each_other(kg: hz.Harmonizer) -> None:
    found = kg.conflicts(*kg.index.frameworks)
    assert [row["members"] for row in found if row["kind"] == "computed"] == []
    assert len(found) >= 30

"""Derivations are shortest, no surer than their weakest link, and read as sentences."""

from __future__ import annotations

import pytest

import harmonizer as hz
from harmonizer.crosswalk.assertions import Assertion
from harmonizer.crosswalk.derivations import confidence, derivation

ROWS = [
    Assertion("a", "subset-of", "m", "plain", "one", 0.9), Assertion("m", "subset-of", "b", "plain", "one", 0.6),
    Assertion("a", "subset-of", "n", "plain", "two", 0.8), Assertion("n", "equal", "o", "plain", "two", 0.8),
    Assertion("o", "subset-of", "b", "plain", "two", 0.8),
]  # fmt: skip


def test_the_shortest_derivation_is_given_and_is_as_sure_as_its_least_sure_step() -> None:
    found = derivation(ROWS, "S", "a", "b")
    assert found is not None
    assert found.assertions == (ROWS[0], ROWS[1])
    assert found.confidence == 0.6


def test_a_fact_is_as_sure_as_its_surest_derivation_and_nothing_is_multiplied() -> None:
    assert confidence(ROWS, "S", "a", "b") == 0.8


def test_what_does_not_follow_has_no_derivation() -> None:
    assert derivation(ROWS, "S", "b", "a") is None
    assert derivation(ROWS, "D", "a", "b") is None


def test_the_order_of_assertions_changes_no_derivation() -> None:
    assert derivation(ROWS[::-1], "S", "a", "b") == derivation(ROWS, "S", "a", "b")


@pytest.mark.parametrize(
    ("a", "b", "certainty", "says"),
    [
        (
            "hipaa:164.312(a)(2)(iv)",
            "gdpr:Art.32(1)(a)",
            "definite",
            "asks for everything that HIPAA 164.312(a)(2)(iv)",
        ),
        ("hipaa:164.314(a)(1)", "gdpr:Art.28(4)", "overlapping", "at least some of the same things"),
        ("soc2:CC6.1", "gdpr:Art.32(1)(a)", "shared", "it does not follow that they have anything in common"),
    ],
)
def test_each_kind_of_pair_is_told_in_its_own_words(
    kg: hz.Harmonizer, a: str, b: str, certainty: str, says: str
) -> None:
    answer = kg.explain(a, b)
    sentences = [str(one) for one in answer.column("sentence")]
    assert answer.summary["certainty"] == certainty
    assert says in sentences[0]
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in sentences)
    assert answer.rows[-1][0] == "weakest link"


def test_a_definite_result_is_said_to_be_definite_in_content(kg: hz.Harmonizer) -> None:
    assert "definite in content" in str(kg.explain("hipaa:164.312(a)(2)(iv)", "gdpr:Art.32(1)(a)").rows[0][1])


def test_a_related_pair_names_the_objective_above(kg: hz.Harmonizer) -> None:
    related = [row for row in kg.crosswalk("hipaa", "soc2", everything=True) if row["certainty"] == "related"]
    answer = kg.explain(f"hipaa:{related[0]['source_id']}", f"soc2:{related[0]['target_id']}")
    assert answer.summary["certainty"] == "related"
    assert "objective" in str(answer.rows[0][1])

"""A finding is carried only as far as content, scope and strength allow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import harmonizer as hz
from harmonizer.crosswalk.assertions import own_assertions
from harmonizer.crosswalk.carry import FINDINGS, carry, carry_all
from harmonizer.crosswalk.closure import Closure, Entailment
from harmonizer.errors import UsageError
from harmonizer.knowledge import tables
from harmonizer.knowledge.index import Index
from harmonizer.model import Tag
from tests.builders import Builder

TOML = """slug = "{slug}"
version = "1"
title = "{slug}"
short_title = "{slug}"
publisher = "fixture"
kind = "law"
jurisdiction = ""
url = "fixture"
licence = "fixture"
text_status = "paraphrase"
mapping_licence = "Apache-2.0"
"""
LEAF = """@prefix hz: <https://w3id.org/harmonizer/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix objective: <https://w3id.org/harmonizer/objective/> .
objective:fixture-logs-retained a hz:ControlObjective ; hz:level "leaf" ; skos:broader objective:audit-logging ;
    skos:prefLabel "Logs are retained" ; skos:definition "Logs are kept for the set period." .
"""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """EU AI Act Art.19(1), six months, and PCI DSS 10.5.1, twelve, as two tiny frameworks in the tables' format."""
    root = tmp_path_factory.mktemp("logs")
    (root / "ontologies").mkdir()
    (root / "ontologies" / "logs.ttl").write_text(LEAF)
    for slug, identifier, period in (("ai-logs", "Art.19(1)", "P6M"), ("card-logs", "10.5.1", "P12M")):
        folder = root / "data" / "frameworks" / slug
        folder.mkdir(parents=True)
        requirement = dict.fromkeys(tables.REQUIREMENT_COLUMNS, "") | {
            "id": identifier, "kind": "requirement", "modality": "required", "title": "Log retention",
            "summary": "Keep logs.", "status": "draft",
        }  # fmt: skip
        mapping = dict.fromkeys(tables.SSSOM_COLUMNS, "") | {
            "subject_id": f"{slug}:{identifier}", "predicate_id": "skos:exactMatch", "object_id": "objective:fixture-logs-retained",
            "confidence": "0.95", "comment": f"logs are kept for {period}", "part": "primary", "basis": "text",
            "review_state": "draft",
        }  # fmt: skip
        constraint = dict.fromkeys(tables.CONSTRAINT_COLUMNS, "") | {
            "requirement": identifier, "objective": "fixture-logs-retained", "dimension": "retention", "operator": "at-least",
            "value": period, "wording": "exact",
        }  # fmt: skip
        (folder / "framework.toml").write_text(TOML.format(slug=slug))
        (folder / "requirements.csv").write_text(tables.dump(tables.REQUIREMENT_COLUMNS, [requirement]))
        (folder / "objectives.sssom.tsv").write_text(tables.dump(tables.SSSOM_COLUMNS, [mapping], "\t"))
        (folder / "constraints.csv").write_text(tables.dump(tables.CONSTRAINT_COLUMNS, [constraint]))
        (folder / "dates.csv").write_text(tables.dump(tables.DATE_COLUMNS, []))
    return hz.load(Path(root)).index


def carried(index: Index, source: str, target: str, finding: str) -> str:
    one, other = index.requirement(source), index.requirement(target)
    found = carry_all(index, {one.key: finding}, index.framework(other.framework), own_assertions(index.knowledge))
    return found[other.key].finding


def test_logs_kept_six_months_do_not_make_the_twelve_months_of_pci_dss_met(logs: Index) -> None:
    closure = Closure(own_assertions(logs.knowledge))
    pair = closure.between(logs.requirement("ai-logs:Art.19(1)").key, logs.requirement("card-logs:10.5.1").key)
    assert pair.relation == "equal", "in content they are the same duty"
    assert carried(logs, "ai-logs:Art.19(1)", "card-logs:10.5.1", "met") == "at least partly"


def test_logs_kept_twelve_months_do_make_the_six_months_of_the_ai_act_met(logs: Index) -> None:
    assert carried(logs, "card-logs:10.5.1", "ai-logs:Art.19(1)", "met") == "met"


def test_missing_the_stricter_duty_says_little_of_the_looser_one(logs: Index) -> None:
    assert carried(logs, "card-logs:10.5.1", "ai-logs:Art.19(1)", "not fully met") == "unknown"
    assert carried(logs, "ai-logs:Art.19(1)", "card-logs:10.5.1", "not fully met") == "not fully met"


EQUAL = Entailment(within=True, contains=True, overlap=True)
WITHIN = Entailment(within=True, not_contains=True, overlap=True)
CONTAINS = Entailment(contains=True, not_within=True, overlap=True)
CROSSING = Entailment(not_within=True, not_contains=True, overlap=True)
APART = Entailment(disjoint=True, not_within=True, not_contains=True)


@pytest.mark.parametrize(
    ("relation", "met", "partly", "not_at_all"),
    [
        (EQUAL, "met", "partly", "not met at all"),
        (CONTAINS, "met", "unknown", "not met at all"),
        (WITHIN, "at least partly", "partly", "at most partly"),
        (CROSSING, "at least partly", "unknown", "at most partly"),
        (APART, "unknown", "unknown", "unknown"),
        (Entailment(), "unknown", "unknown", "unknown"),
    ],
)
def test_the_sound_table_holds_where_scope_and_numbers_are_equal(
    builder: Builder, relation: Entailment, met: str, partly: str, not_at_all: str
) -> None:
    builder.requirement("hipaa:1", "a").requirement("soc2:1", "a")
    index = builder.index()
    source, target = index.requirement("hipaa:1"), index.requirement("soc2:1")
    for finding, expected in (("met", met), ("partly", partly), ("not met at all", not_at_all)):
        assert carry(index, relation, finding, source, target).finding == expected, finding


def test_unknown_stays_unknown_and_an_unknown_word_is_refused(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a").requirement("soc2:1", "a")
    index = builder.index()
    source, target = index.requirement("hipaa:1"), index.requirement("soc2:1")
    assert carry(index, EQUAL, "unknown", source, target).finding == "unknown"
    with pytest.raises(UsageError, match="did you mean met"):
        carry(index, EQUAL, "mett", source, target)


@pytest.mark.parametrize(
    ("source_scope", "target_scope", "met", "not_at_all"),
    [
        ("role:controller", "", "at least partly", "at most partly"),
        ("", "role:controller", "met", "not met at all"),
        ("role:controller", "role:processor", "unknown", "unknown"),
    ],
)
def test_a_scope_that_does_not_lie_within_weakens_what_is_carried(
    builder: Builder, source_scope: str, target_scope: str, met: str, not_at_all: str
) -> None:
    builder.requirement("hipaa:1", "a", applies_when=source_scope).requirement("soc2:1", "a", applies_when=target_scope)
    index = builder.index()
    source, target = index.requirement("hipaa:1"), index.requirement("soc2:1")
    assert carry(index, EQUAL, "met", source, target).finding == met
    assert carry(index, EQUAL, "not met at all", source, target).finding == not_at_all


def test_disjoint_scopes_carry_nothing(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", applies_when="role:controller")
    builder.requirement("soc2:1", "a", applies_when="role:processor")
    tags = (Tag("role:controller", "", excludes=("role:processor",)), Tag("role:processor", ""))
    index = Index(replace(builder.knowledge(), tags=tags))
    found = carry(index, EQUAL, "met", index.requirement("hipaa:1"), index.requirement("soc2:1"))
    assert found.finding == "unknown"


def test_several_sources_count_and_contradictory_ones_are_reported(builder: Builder) -> None:
    builder.requirement("hipaa:1", "a", relation="equal").requirement("hipaa:2", "b", relation="equal")
    builder.requirement("soc2:1", "a", "b")
    index = builder.index()
    soc2, assertions = index.framework("soc2"), own_assertions(index.knowledge)

    def found(first: str, second: str) -> tuple[str, bool]:
        (one,) = carry_all(index, {"hipaa@1:1": first, "hipaa@1:2": second}, soc2, assertions).values()
        return one.finding, one.contradictory

    assert found("met", "unknown") == ("at least partly", False)
    assert found("met", "not met at all") == ("partly", False)
    assert found("not met at all", "not met at all") == ("at most partly", False)
    builder.requirement("gdpr:1", "a", relation="equal")
    index = builder.index()
    findings = {"hipaa@1:1": "met", "soc2@1:1": "not met at all"}
    (one,) = carry_all(index, findings, index.framework("gdpr"), own_assertions(index.knowledge)).values()
    assert (one.finding, one.contradictory) == ("unknown", True)
    assert set(FINDINGS) >= {one.finding}


def test_the_api_carries_by_short_names_for_an_organisation_that_both_bind(kg: hz.Harmonizer) -> None:
    both_bind = "data:ephi & data:personal-eu & role:controller & role:covered-entity"
    answer = {row["id"]: row for row in kg.carry({"gdpr:Art.32(1)(a)": "met"}, "hipaa", scope=both_bind)}
    assert answer["164.312(a)(2)(iv)"]["finding"] == "met"
    assert answer["164.404(b)"]["finding"] == "unknown"

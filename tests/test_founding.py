"""The promises that the product was founded on, each with its citations."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

import harmonizer as hz
from harmonizer.api import MAIN_FRAMEWORKS
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import Files
from harmonizer.superset import checker

Row = dict[str, object]


@pytest.fixture(scope="module")
def strictest(kg: hz.Harmonizer) -> list[Row]:
    return list(kg.strictest(*MAIN_FRAMEWORKS))


def one(rows: list[Row], **wanted: object) -> Row:
    found = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    assert len(found) == 1, f"{wanted}: {len(found)} rows"
    return found[0]


def test_encryption_at_rest_is_asked_for_by_all_three(kg: hz.Harmonizer) -> None:
    items = kg.show("data-at-rest-encrypted").column("item")
    for citation in ("gdpr:Art.32(1)(a)", "hipaa:164.312(a)(2)(iv)", "soc2:CC6.1"):
        assert citation in items


def test_the_crosswalk_pairs_encryption_with_encryption_and_says_why(kg: hz.Harmonizer) -> None:
    row = one(list(kg.crosswalk("hipaa", "gdpr")), source_id="164.312(a)(2)(iv)", target_id="Art.32(1)(a)")
    assert row["certainty"] == "definite"
    assert row["relation"] == "subset-of"
    assert "ncrypt" in str(row["reason"])


def test_each_recipient_of_a_breach_notice_has_its_own_duty_and_clock(strictest: list[Row]) -> None:
    expected = {
        "gdpr:Art.33(1)": ("supervisory-authority-notified-of-breach", "PT72H", "awareness"),
        "hipaa:164.404(b)": ("individuals-notified-of-breach", "P60D", "discovery"),
        "hipaa:164.406(b)": ("media-notified-of-breach", "P60D", "discovery"),
        "hipaa:164.408(b)": ("hhs-notified-of-breach", "P60D", "discovery"),
        "hipaa:164.408(c)": ("hhs-notified-of-breach", "P60D", "calendar-year-end"),
        "hipaa:164.410(b)": ("controller-notified-of-breach", "P60D", "discovery"),
    }
    for citation, (objective, value, clock) in expected.items():
        row = one(strictest, requirement=citation, objective=objective, value=value)
        assert (row["dimension"], row["clock"], row["status"]) == ("notice-deadline", clock, "binding"), citation
        assert "event:breach" in str(row["scope"])


def test_one_internal_deadline_is_told_that_covers_every_breach_notice(strictest: list[Row]) -> None:
    row = one(strictest, status="covered-in-practice", objective="breach-notices", dimension="notice-deadline")
    assert row["value"] == "PT72H"
    for citation in ("gdpr:Art.33(1)", "hipaa:164.404(b)", "hipaa:164.406(b)", "hipaa:164.408(b)", "hipaa:164.410(b)"):
        assert citation in str(row["satisfies"])
    assert "gdpr:Art.34(1)" not in str(row["satisfies"]), "a qualitative duty is never satisfied by a number"
    assert "gdpr:Art.34(1)" in str(row["note"])


def test_security_documentation_is_kept_six_years(strictest: list[Row]) -> None:
    row = one(strictest, requirement="hipaa:164.316(b)(2)(i)", dimension="retention")
    assert (row["objective"], row["operator"], row["value"]) == ("security-documentation-retained", "at-least", "P6Y")
    assert row["clock"] == "creation-or-last-effective-date"


def test_access_requests_one_month_and_thirty_days_both_bind(strictest: list[Row]) -> None:
    month = one(strictest, requirement="gdpr:Art.12(3)", objective="access-request-answered-in-time", value="P1M")
    days = one(strictest, requirement="hipaa:164.524(b)(2)(i)", objective="access-request-answered-in-time")
    assert month["status"] == days["status"] == "binding"
    assert (month["extension"], days["value"], days["extension"]) == ("P2M", "P30D", "P30D")
    assert "hipaa:164.524(b)(2)(i)" in str(month["incomparable_with"])
    assert "gdpr:Art.12(3)" in str(days["incomparable_with"])


def test_undue_delay_stands_beside_the_number(strictest: list[Row]) -> None:
    for citation, wording in (
        ("gdpr:Art.33(1)", "without undue delay"),
        ("hipaa:164.404(b)", "without unreasonable delay"),
    ):
        row = one(strictest, requirement=citation, value=wording)
        assert row["status"] == "qualitative"


def test_erasure_against_retention_has_only_honest_ways_out(kg: hz.Harmonizer) -> None:
    tensions = [row for row in kg.conflicts(*MAIN_FRAMEWORKS)
                if "gdpr:Art.17(1)" in str(row["members"]) and "hipaa:164.316(b)(2)(i)" in str(row["members"])]  # fmt: skip
    (row,) = tensions
    ways = str(row["ways_out"]).split(" || ")
    assert len(ways) >= 3
    opened = [way.rpartition("=>")[2].strip() for way in ways]
    assert "gdpr:Art.17(3)(e)" in opened
    assert "gdpr:Art.17(1)(a)" in opened
    for way in ways:
        if way.endswith("gdpr:Art.17(3)(b)"):
            assert "Member State" in way, "point (b) yields to Union or Member State law, not to a US rule"


def test_no_two_constraints_of_the_three_contradict_each_other(kg: hz.Harmonizer) -> None:
    assert [row["id"] for row in kg.conflicts(*MAIN_FRAMEWORKS) if row["kind"] == "computed"] == []


def test_the_three_are_satisfied_completely(kg: hz.Harmonizer) -> None:
    plan = kg.solve(*MAIN_FRAMEWORKS)
    assert plan.uncovered == ()
    assert plan.status == "optimal"
    assert 0 < plan.lower_bound == plan.effort
    checker.check_bytes(plan.certificate.to_bytes())
    chosen = {leaf for slug in plan.controls for leaf in kg.index.controls[slug].satisfies}
    asked = {row.objective for row in kg.index.knowledge.mappings if not row.any_of and row.basis != "practice"
             and row.requirement.partition("@")[0] in MAIN_FRAMEWORKS
             and kg.index.requirements[row.requirement].modality not in ("optional", "recommended")}  # fmt: skip
    assert asked <= chosen


def test_every_control_says_what_only_it_holds_up(kg: hz.Harmonizer) -> None:
    plan = kg.solve(*MAIN_FRAMEWORKS)
    for row in plan:
        if not row["only_control_for"]:
            assert row["regret"] == 0 or any(row["control"] in kg.index.controls[other].prerequisites
                                             for other in plan.controls), row["control"]  # fmt: skip


def test_shuffled_input_gives_the_same_plan_byte_for_byte(kg: hz.Harmonizer) -> None:
    def answer(index: Index) -> str:
        plan = hz.Harmonizer(index, Files(())).solve("hipaa")
        return json.dumps([list(plan.answer), dict(plan.answer.summary)], default=str)

    first = answer(kg.index)
    knowledge, draw = kg.index.knowledge, random.Random(11)
    mixed = replace(knowledge, **{
        name: tuple(draw.sample(rows, len(rows)))
        for name in ("requirements", "mappings", "constraints", "objectives", "controls", "frameworks", "tags")
        for rows in [getattr(knowledge, name)]
    })  # fmt: skip
    assert answer(Index(mixed)) == first


def test_what_is_left_for_hipaa_when_soc_2_is_met(kg: hz.Harmonizer) -> None:
    answer = kg.gap("hipaa", have_framework=["soc2"])
    alone = kg.solve("hipaa")
    assert 0 < int(answer.summary["effort in person-days"]) < alone.effort
    assert answer.summary["uncovered"] == 0
    for row in answer:
        assert row["status"] in ("partly", "not-covered")


def test_scope_restricts_what_applies(kg: hz.Harmonizer) -> None:
    everyone, processor = kg.solve("gdpr"), kg.solve("gdpr", scope="role:processor & !role:controller")
    assert processor.effort < everyone.effort

"""What applies on which day and to whom, as the laws themselves say."""

from __future__ import annotations

import pytest

import harmonizer as hz
from harmonizer.strictness.applicability import Circumstances, applicable

ANNEX_III_ONLY = "!ai:high-risk-annex-i"
ANNEX_I_ONLY = "!ai:high-risk-annex-iii"
ONE_ROLE = "{} & " + " & ".join(f"!role:{one}" for one in ("gpai-provider", "ai-importer", "ai-distributor"))
DEPLOYER = ONE_ROLE.format("role:ai-deployer & !role:ai-provider")
PROVIDER = ONE_ROLE.format("role:ai-provider & !role:ai-deployer")


def asked(kg: hz.Harmonizer, framework: str, scope: str, day: str) -> set[str]:
    """Ids of the requirements that apply."""
    found = applicable(kg.index, kg.index.framework(framework), Circumstances(scope, day))
    return {one.id for one in found}


def starts(kg: hz.Harmonizer, framework: str, scope: str, before: str, day: str) -> set[str]:
    """What begins to apply from one day to a later one; nothing may stop."""
    old, new = asked(kg, framework, scope, before), asked(kg, framework, scope, day)
    assert old <= new
    return new - old


def test_literacy_and_prohibitions_apply_since_february_2025(kg: hz.Harmonizer) -> None:
    """Regulation (EU) 2024/1689 Art. 113(a)."""
    assert not {"Art.4", "Art.5(1)(a)"} & asked(kg, "eu-ai-act", "*", "2025-02-01")
    assert {"Art.4", "Art.5(1)(a)"} <= asked(kg, "eu-ai-act", "*", "2025-02-02")


def test_general_purpose_model_duties_apply_since_august_2025(kg: hz.Harmonizer) -> None:
    """Art. 113(b)."""
    assert "Art.53(1)(a)" not in asked(kg, "eu-ai-act", "*", "2025-08-01")
    assert "Art.53(1)(a)" in asked(kg, "eu-ai-act", "*", "2025-08-02")


def test_transparency_and_market_surveillance_apply_on_23_november_2026(kg: hz.Harmonizer) -> None:
    """Art. 113, second paragraph: 2 August 2026; Art. 4a with Regulation (EU) 2026/1744, in force 27 July 2026."""
    found = starts(kg, "eu-ai-act", "*", "2026-07-01", "2026-11-23")
    assert {"Art.50(1)", "Art.72(1)", "Art.73(2)", "Art.4a(1)"} <= found
    assert not any(one.startswith(("Art.9(", "Art.10(", "Art.26(")) for one in found)


def test_the_new_prohibitions_apply_from_2_december_2026(kg: hz.Harmonizer) -> None:
    """Art. 113(a) as amended by Regulation (EU) 2026/1744."""
    assert starts(kg, "eu-ai-act", "*", "2026-12-01", "2026-12-02") == {
        "Art.5(1)(ba)",
        "Art.5(1)(bb)",
        "Art.5(1a)(a)(ii)",
    }


def test_marking_of_outputs_binds_systems_marketed_before_august_2026_from_2_december(kg: hz.Harmonizer) -> None:
    """Art. 111(4): the systems placed on the market before 2 August 2026 comply with Art. 50(2) by 2 December 2026."""
    old = "ai:system-on-market-before-2026-08-02"
    assert "Art.50(2)" not in asked(kg, "eu-ai-act", old, "2026-12-01")
    assert "Art.50(2)" in asked(kg, "eu-ai-act", old, "2026-12-02")
    assert "Art.50(2)" in asked(kg, "eu-ai-act", f"!{old}", "2026-08-02")


def test_annex_iii_systems_are_bound_from_2_december_2027(kg: hz.Harmonizer) -> None:
    """Art. 113(c)(i) as amended."""
    found = starts(kg, "eu-ai-act", ANNEX_III_ONLY, "2027-12-01", "2027-12-02")
    assert {"Art.9(1)", "Art.10(2)(f)", "Art.14(1)", "Art.15(1)", "Art.17(1)", "Art.26(6)", "Art.27(1)"} <= found
    annex_i = starts(kg, "eu-ai-act", ANNEX_I_ONLY, "2027-12-01", "2027-12-02")
    assert not {"Art.9(1)", "Art.10(2)(f)", "Art.26(6)"} & annex_i


def test_annex_i_products_are_bound_from_2_august_2028(kg: hz.Harmonizer) -> None:
    """Art. 113(c)(ii) as amended."""
    found = starts(kg, "eu-ai-act", ANNEX_I_ONLY, "2028-08-01", "2028-08-02")
    assert {"Art.8(2)", "Art.9(1)", "Art.10(2)(f)", "Art.26(6)"} <= found
    assert starts(kg, "eu-ai-act", ANNEX_III_ONLY, "2028-08-01", "2028-08-02") == set()


def test_colorado_asks_from_1_january_2027(kg: hz.Harmonizer) -> None:
    """SB 26-189, section 5; the replaced SB 24-205 is carried as stayed, without requirements."""
    assert asked(kg, "colorado-ai-act", "*", "2026-12-31") == set()
    assert len(asked(kg, "colorado-ai-act", "*", "2027-01-01")) >= 20
    rules = kg.index.dates_of["colorado-ai-act@sb26-189:SB24-205"]
    assert {rule.status for rule in rules} == {"stayed"}


def test_nothing_of_the_ai_act_changes_on_1_january_2027(kg: hz.Harmonizer) -> None:
    assert starts(kg, "eu-ai-act", "*", "2026-12-31", "2027-01-01") == set()


def test_deployers_and_providers_are_asked_for_different_articles(kg: hz.Harmonizer) -> None:
    """Art. 26 and 27 bind deployers, Art. 9 to 21 providers, Art. 4 both."""
    deployer = asked(kg, "eu-ai-act", DEPLOYER, "2028-08-02")
    provider = asked(kg, "eu-ai-act", PROVIDER, "2028-08-02")
    assert {"Art.26(1)", "Art.26(6)", "Art.27(1)", "Art.50(4)"} <= deployer - provider
    assert {"Art.9(1)", "Art.10(2)(f)", "Art.16(a)", "Art.17(1)", "Art.19(1)"} <= provider - deployer
    assert "Art.4" in deployer & provider


def test_limited_risk_asks_for_transparency_and_not_for_high_risk_duties(kg: hz.Harmonizer) -> None:
    """Art. 6 and 8 against Art. 50."""
    limited = "role:ai-provider & ai:limited-risk & !ai:high-risk-annex-iii & !ai:high-risk-annex-i"
    high = "role:ai-provider & ai:high-risk-annex-iii"
    low, full = (asked(kg, "eu-ai-act", scope, "2028-08-02") for scope in (limited, high))
    assert "Art.50(1)" in low
    assert not {"Art.9(1)", "Art.10(2)(f)", "Art.15(1)"} & low
    assert {"Art.9(1)", "Art.10(2)(f)", "Art.15(1)"} <= full


def test_the_amended_ids_are_there_and_the_replaced_point_is_in_the_earlier_version(kg: hz.Harmonizer) -> None:
    current = set(kg.requirements("eu-ai-act").column("id"))
    assert {
        "Art.4a",
        "Art.5(1)(ba)",
        "Art.5(1)(bb)",
        "Art.5(1a)",
        "Art.5(1b)",
        "Art.6(1a)",
        "Art.6(1b)",
        "Art.6(1c)",
    } <= current
    earlier = {row["id"]: row for row in kg.requirements("eu-ai-act@2024")}
    assert earlier["Art.10(5)"]["kind"] in ("requirement", "heading")
    changes = {row["id"]: row["change"] for row in kg.diff("eu-ai-act@2024", "eu-ai-act")}
    assert str(changes["Art.4"]).startswith("changed")


@pytest.mark.parametrize("day", ["2026-12-06", "2026-12-07"])
def test_fedramps_remediation_periods_end_on_6_december_2026(kg: hz.Harmonizer, day: str) -> None:
    """The vulnerability detection and response rules replace the 30, 90 and 180 days from 7 December 2026."""
    periods = {row["value"] for row in kg.strictest("fedramp", as_of=day) if row["requirement"] == "fedramp:RA-5(d)"
               and row["dimension"] == "completion-deadline" and row["wording"] == "exact"}  # fmt: skip
    assert periods == ({"P30D", "P90D", "P180D"} if day < "2026-12-07" else set())


def test_hipaas_vacated_duties_are_not_asked(kg: hz.Harmonizer) -> None:
    """Purl v. HHS (N.D. Tex., 18 June 2025) vacated the reproductive-health amendments of 89 FR 32976."""
    assert not any(one.startswith("164.509") for one in asked(kg, "hipaa", "*", "2026-11-25"))

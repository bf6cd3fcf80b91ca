"""What a plan takes into account, and what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harmonizer.errors import UnknownNameError
from harmonizer.strictness.applicability import Circumstances
from harmonizer.superset.plan import plan
from tests.builders import Builder, years


def reasons(found: object) -> dict[str, str]:
    """The reason for each uncovered objective of a plan."""
    return {one["objective"]: one["reason"] for one in found.uncovered}  # type: ignore[attr-defined]


def test_at_least_six_years_is_not_met_by_five(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept").constraint("hipaa:1", "logs-kept", "retention", "at-least", "P6Y")
    builder.control("archive", ["logs-kept"], levels=[years(5)])
    found = plan(builder.index(), ["hipaa"])
    assert found.controls == ()
    assert reasons(found) == {
        "logs-kept": "archive claims logs-kept but does not reach retention at least 6 years (hipaa:1)"
    }


def test_a_level_costs_what_it_adds_and_the_cheapest_admissible_one_is_chosen(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept").constraint("hipaa:1", "logs-kept", "retention", "at-least", "P6Y")
    builder.requirement("gdpr:1", "logs-kept").constraint("gdpr:1", "logs-kept", "retention", "at-most", "P8Y")
    builder.control("archive", ["logs-kept"], 10, levels=[years(5), years(7, 3), years(8, 2), years(9, 1)],
                    statement="Keep logs for {retention}.")  # fmt: skip
    found = plan(builder.index(), ["hipaa", "gdpr"])
    assert (found.controls, found.effort) == (("archive",), 12)
    assert found.answer.column("statement") == ["Keep logs for 8 years. Bound by gdpr:1; hipaa:1."]


def test_of_equal_levels_the_smallest_is_chosen(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept").constraint("hipaa:1", "logs-kept", "retention", "at-least", "P6Y")
    builder.control("archive", ["logs-kept"], levels=[years(10, 1), years(7, 1)], statement="Keep for {retention}.")
    assert "Keep for 7 years." in str(plan(builder.index(), ["hipaa"]).answer.column("statement")[0])


def test_one_setting_for_all_leaves_cannot_have_two_values(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept").constraint("hipaa:1", "logs-kept", "retention", "at-least", "P6Y")
    builder.requirement("hipaa:2", "data-kept-short").constraint(
        "hipaa:2", "data-kept-short", "retention", "at-most", "P1Y"
    )
    builder.control("archive", ["logs-kept", "data-kept-short"], levels=[years(1), years(6)])
    found = plan(builder.index(), ["hipaa"])
    [reason] = reasons(found).values()
    assert reason == (
        "not satisfiable together with the rest: archive is needed at another level; the smallest clash: "
        "data-kept-short for hipaa:2 against logs-kept for hipaa:1"
    )
    builder.control("eraser", ["data-kept-short"], levels=[years(1)])
    assert plan(builder.index(), ["hipaa"]).controls == ("archive", "eraser")


def test_a_settable_dimension_takes_any_value(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept", "mail-kept")
    builder.constraint("hipaa:1", "logs-kept", "retention", "at-least", "P6Y")
    builder.constraint("hipaa:1", "mail-kept", "retention", "at-least", "P6Y")
    builder.control("archive", ["logs-kept", "mail-kept"], settable=["logs-kept.retention"])
    found = plan(builder.index(), ["hipaa"])
    assert (found.controls, list(reasons(found))) == (("archive",), ["mail-kept"])


def test_contradictory_constraints_are_reported_with_both_citations(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept").constraint("hipaa:1", "logs-kept", "retention", "at-least", "P6Y")
    builder.requirement("gdpr:1", "logs-kept").constraint("gdpr:1", "logs-kept", "retention", "at-most", "P1Y")
    builder.control("archive", ["logs-kept"], settable=["retention"])
    reason = reasons(plan(builder.index(), ["hipaa", "gdpr"]))["logs-kept"]
    assert "no setting of logs-kept can meet both" in reason
    assert "at most 1 year (gdpr:1)" in reason
    assert "at least 6 years (hipaa:1)" in reason


def test_constraints_for_different_organisations_do_not_contradict(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept", applies_when="role:processor")
    builder.constraint("hipaa:1", "logs-kept", "retention", "at-least", "P6Y")
    builder.requirement("gdpr:1", "logs-kept", applies_when="!role:processor")
    builder.constraint("gdpr:1", "logs-kept", "retention", "at-most", "P1Y")
    builder.control("archive", ["logs-kept"], settable=["retention"], statement="Keep for {retention}.")
    [row] = plan(builder.index(), ["hipaa", "gdpr"])
    assert "at least 6 years for logs-kept where role:processor" in str(row["statement"])
    narrowed = plan(builder.index(), ["hipaa", "gdpr"], circumstances=Circumstances(scope="role:processor"))
    assert "Keep for 6 years. Bound by hipaa:1." in narrowed.answer.column("statement")


def test_a_leaf_that_no_control_claims_is_uncovered(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept", "data-encrypted").control("archive", ["logs-kept"])
    found = plan(builder.index(), ["hipaa"])
    assert reasons(found) == {"data-encrypted": "no candidate control claims data-encrypted"}
    assert found.controls == ("archive",)


def test_one_of_several_alternatives_suffices(builder: Builder) -> None:
    builder.requirement("hipaa:1", any_of=["supervised", "authorised"])
    builder.control("authorise", ["authorised"], 5).control("supervise", ["supervised"], 9)
    found = plan(builder.index(), ["hipaa"])
    assert found.controls == ("authorise",)
    assert found.answer.column("only_control_for") == ["authorised"]


def test_a_control_in_place_costs_nothing_but_what_its_level_adds(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept").constraint("hipaa:1", "logs-kept", "retention", "at-least", "P6Y")
    builder.control("archive", ["logs-kept"], 50, levels=[years(6, 4)])
    builder.control("cloud", ["logs-kept"], 20, settable=["retention"])
    assert plan(builder.index(), ["hipaa"]).controls == ("cloud",)
    with_archive = plan(builder.index(), ["hipaa"], have=["archive"])
    assert (with_archive.controls, with_archive.effort) == (("archive",), 4)
    assert with_archive.answer.summary["effort_high"] == 4


def test_an_unknown_control_in_place_is_named(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept").control("archive", ["logs-kept"])
    with pytest.raises(UnknownNameError, match="did you mean archive"):
        plan(builder.index(), ["hipaa"], have=["archives"])


def test_a_framework_in_place_reaches_the_leaves_that_it_contains(builder: Builder) -> None:
    builder.requirement("hipaa:1", "data-encrypted", "access-reviewed")
    builder.requirement("soc2:1", "data-encrypted")
    builder.requirement("soc2:2", "access-reviewed", relation="intersects-with")
    builder.control("encrypt", ["data-encrypted"]).control("review", ["access-reviewed"])
    found = plan(builder.index(), ["hipaa"], have_framework=["soc2"])
    assert found.controls == ("review",)
    assert found.answer.summary["reached"] == [
        {"objective": "data-encrypted", "requirements": ["hipaa:1"], "by": ["soc2:1"]}
    ]


@pytest.mark.parametrize(
    ("own", "wording", "clock", "reached"),
    [("PT48H", "exact", "discovery", True), ("P90D", "exact", "discovery", False),
     ("prompt", "qualitative", "discovery", False), ("", "organization-defined", "discovery", False),
     ("PT48H", "exact", "awareness", False)],
)  # fmt: skip
def test_a_framework_in_place_counts_only_at_its_own_numbers(
    builder: Builder, own: str, wording: str, clock: str, reached: bool
) -> None:
    builder.requirement("hipaa:1", "breach-told").requirement("soc2:1", "breach-told").control("tell", ["breach-told"],
                        settable=["notice-deadline"])  # fmt: skip
    builder.constraint("hipaa:1", "breach-told", "notice-deadline", "at-most", "P60D", clock="discovery")
    builder.constraint("soc2:1", "breach-told", "notice-deadline", "at-most", own, clock=clock, wording=wording)
    assert (plan(builder.index(), ["hipaa"], have_framework=["soc2"]).controls == ()) is reached


def test_a_framework_in_place_counts_only_within_its_scope(builder: Builder) -> None:
    builder.requirement("hipaa:1", "data-encrypted", applies_when="!role:controller")
    builder.requirement("gdpr:1", "data-encrypted", applies_when="role:controller").control(
        "encrypt", ["data-encrypted"]
    )
    assert plan(builder.index(), ["hipaa"], have_framework=["gdpr"]).controls == ("encrypt",)


def test_what_is_not_asked_is_left_out_unless_asked_for(builder: Builder) -> None:
    builder.requirement("hipaa:1", "data-encrypted", modality="recommended").control("encrypt", ["data-encrypted"])
    assert plan(builder.index(), ["hipaa"]).controls == ()
    assert plan(builder.index(), ["hipaa"], modalities={"recommended"}).controls == ("encrypt",)


def test_requirements_without_mapping_and_residuals_are_listed(builder: Builder) -> None:
    builder.requirement("hipaa:1").requirement("hipaa:2", "logs-kept", residual="the format of the logs")
    builder.requirement("hipaa:3", "other", relation="no-relationship").control("archive", ["logs-kept"])
    assert plan(builder.index(), ["hipaa"]).answer.summary["not_shown"] == [
        {"requirement": "hipaa:1", "reason": "no leaf objective is mapped to it"},
        {"requirement": "hipaa:2", "reason": "residual: the format of the logs"},
        {"requirement": "hipaa:3", "reason": "no leaf objective is mapped to it"},
    ]


def test_a_budget_buys_the_most_demanded_pairs(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept").requirement("soc2:1", "logs-kept").requirement(
        "soc2:2", "data-encrypted"
    )
    builder.control("archive", ["logs-kept"], 10).control("encrypt", ["data-encrypted"], 10)
    found = plan(builder.index(), ["hipaa", "soc2"], budget=15)
    assert (found.controls, found.effort) == (("archive",), 10)
    assert reasons(found) == {"data-encrypted": "not within the budget"}
    assert plan(builder.index(), ["hipaa", "soc2"], budget=20).uncovered == ()


def test_each_control_says_what_it_alone_holds_up_and_what_doing_without_costs(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept", "data-encrypted", "access-reviewed")
    builder.control("archive", ["logs-kept", "access-reviewed"], 10).control(
        "encrypt", ["data-encrypted", "logs-kept"], 5
    )
    builder.control("review", ["access-reviewed"], 12)
    found = plan(builder.index(), ["hipaa"])
    assert found.controls == ("archive", "encrypt")
    assert found.answer.column("only_control_for") == ["access-reviewed", "data-encrypted"]
    assert found.answer.column("cheapest_alternative") == ["review", "none"]
    assert found.answer.column("regret") == [2, None]


def test_prerequisites_come_in_and_exclusions_stay_out(builder: Builder) -> None:
    builder.requirement("hipaa:1", "access-reviewed", "data-encrypted")
    builder.control("review", ["access-reviewed"], 1, prerequisites=["directory"]).control("directory", [], 3)
    builder.control("encrypt", ["data-encrypted"], 1, exclusions=["directory"]).control("seal", ["data-encrypted"], 9)
    found = plan(builder.index(), ["hipaa"])
    assert (found.controls, found.effort) == (("directory", "review", "seal"), 13)
    stuck = plan(builder.index(), ["hipaa"], exclude=["seal"])
    assert len(stuck.uncovered) == 1
    assert "is kept out by exclusions" in stuck.uncovered[0]["reason"]
    barred = plan(builder.index(), ["hipaa"], exclude=["directory"])
    assert "access-reviewed is claimed only by review, left out or in need" in reasons(barred)["access-reviewed"]


def test_a_statement_is_filled_with_the_strictest_values_and_names_the_rest(builder: Builder) -> None:
    builder.requirement("gdpr:1", "breach-told").requirement("hipaa:1", "breach-told", "logs-kept")
    builder.constraint("gdpr:1", "breach-told", "notice-deadline", "at-most", "PT72H", clock="awareness")
    builder.constraint(
        "gdpr:1", "breach-told", "notice-deadline", "at-most", "without undue delay", wording="qualitative"
    )
    builder.constraint("hipaa:1", "breach-told", "notice-deadline", "at-most", "P60D", clock="discovery")
    builder.constraint("gdpr:1", "breach-told", "content", "includes", "nature;contact")
    builder.constraint("hipaa:1", "breach-told", "content", "includes", "contact;steps-taken")
    builder.constraint("hipaa:1", "logs-kept", "retention", "at-least", "", wording="organization-defined")
    builder.control("tell", ["breach-told", "logs-kept"], settable=["notice-deadline", "content", "retention"],
                    statement="Tell within {breach-told.notice-deadline}; keep records for {retention}.")  # fmt: skip
    [row] = plan(builder.index(), ["gdpr", "hipaa"])
    assert row["statement"] == (
        "Tell within 72 hours from awareness and 60 days from discovery and without undue delay; "
        "keep records for a period that the organisation sets. "
        "Settings: content including nature, contact, steps taken. Bound by gdpr:1; hipaa:1."
    )


def test_incomparable_periods_are_both_named(builder: Builder) -> None:
    builder.requirement("gdpr:1", "told").requirement("hipaa:1", "told")
    builder.constraint("gdpr:1", "told", "notice-deadline", "at-most", "P1M")
    builder.constraint("hipaa:1", "told", "notice-deadline", "at-most", "P30D")
    builder.control("tell", ["told"], settable=["notice-deadline"])
    [row] = plan(builder.index(), ["gdpr", "hipaa"])
    assert "Settings: notice-deadline at most 1 month and 30 days." in str(row["statement"])


def test_the_answer_has_a_column_for_each_framework_and_its_figures(builder: Builder) -> None:
    builder.requirement("hipaa:1", "logs-kept").requirement("soc2:1", "logs-kept").requirement("soc2:2", "logs-kept")
    builder.control("archive", ["logs-kept"])
    answer = plan(builder.index(), ["soc2", "hipaa"]).answer
    assert answer.columns == ("control", "statement", "objectives", "soc2", "hipaa", "effort", "only_control_for",
                              "cheapest_alternative", "regret")  # fmt: skip
    assert answer.rows == (("archive", "Do it.", "logs-kept", "1; 2", "1", 10, "logs-kept", "none", None),)
    summary = dict(answer.summary)
    assert len(summary.pop("certificate")) == 64
    assert summary == {
        "status": "optimal", "effort": 10, "effort_low": 5, "effort_high": 20, "lower_bound": 10, "gap": 0.0,
        "uncovered": [], "not_shown": [], "reached": [], "frameworks": ["soc2@1", "hipaa@1"],
        "scope": "*", "as_of": "",
    }  # fmt: skip


def test_what_only_practice_argues_is_asked_on_request(builder: Builder) -> None:
    builder.requirement("soc2:PI1", "accurate", "bias-tested").control("check", ["accurate"], 5)
    builder.control("test", ["bias-tested"], 7)
    builder.mappings = [replace(row, basis="practice", relation="intersects-with") if row.objective == "bias-tested"
                        else row for row in builder.mappings]  # fmt: skip
    assert plan(builder.index(), ["soc2"]).controls == ("check",)
    assert plan(builder.index(), ["soc2"], modalities={"practice"}).controls == ("check", "test")


def test_nothing_asked_gives_an_empty_plan(builder: Builder) -> None:
    builder.requirement("hipaa:1").control("archive", ["logs-kept"])
    found = plan(builder.index(), ["hipaa"])
    assert (found.controls, found.effort, found.gap, len(found)) == ((), 0, 0.0, 0)
    assert list(found.to_frame().columns) == list(found.answer.columns)

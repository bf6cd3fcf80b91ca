"""What binds over the security and privacy frameworks, topic by topic, with the paragraph that says so.

Each row was read off the sources; a change here is a change of what people are told to do.
"""

from __future__ import annotations

import pytest

import harmonizer as hz

SECURITY = ("soc2", "hipaa", "gdpr", "iso-27001", "nist-csf", "nist-800-53", "pci-dss", "fedramp")
EUROPE = (*SECURITY, "nis2", "dora", "eu-ai-act", "ccpa")

BINDING = {
    ("data-in-transit-encrypted", "encryption-strength"): ["pci-dss:4.2.1 strong"],
    ("administrative-access-encrypted", "encryption-strength"): ["pci-dss:2.2.7 strong"],
    ("data-at-rest-encrypted", "encryption-strength"): ["pci-dss:3.5.1 strong", "pci-dss:3.3.3 strong"],
    ("key-generation-strong", "key-strength"): ["pci-dss:3.7.1 112"],
    ("multi-factor-authentication-used", "authentication-factors"): [
        "pci-dss:8.4.2 2", "pci-dss:8.5.1 2", "nist-800-53:IA-2(2) 2"],
    ("administrative-access-uses-mfa", "authentication-factors"): ["pci-dss:8.4.1 2", "nist-800-53:IA-2(1) 2"],
    ("remote-access-uses-mfa", "authentication-factors"): ["pci-dss:8.4.3 2"],
    ("passwords-long-enough", "length"): ["fedramp:IA-5(1)(h) 14", "pci-dss:8.3.6 12"],
    ("passwords-not-reused", "remembered-passwords"): ["pci-dss:8.3.7 4"],
    ("sessions-ended-after-inactivity", "idle-timeout"): ["pci-dss:8.2.8 PT15M", "fedramp:AC-11(a) PT15M"],
    ("accounts-locked-after-failures", "lockout-attempts"): ["pci-dss:8.3.4 10"],
    ("accounts-locked-after-failures", "lockout-duration"): ["pci-dss:8.3.4 PT30M"],
    ("access-reviewed", "interval"): ["pci-dss:7.2.4 P6M"],
    ("inactive-accounts-disabled", "inactivity-period"): ["fedramp:AC-2(3)(d) P35D", "pci-dss:8.2.6 P90D"],
    ("log-retention-kept", "retention"): ["pci-dss:10.5.1 P1Y"],
    ("logs-readily-available", "immediate-availability"): ["pci-dss:10.5.1 P3M", "fedramp:AU-11 P90D"],
    ("important-logs-reviewed", "interval"): ["pci-dss:10.4.1 P1D"],
    ("vulnerability-scans-performed", "interval"): ["fedramp:RA-5(a) P1M", "pci-dss:11.3.1 P3M"],
    ("external-scans-performed", "interval"): ["pci-dss:11.3.2 P3M"],
    ("patches-installed-in-time", "completion-deadline"): ["pci-dss:6.3.3 P1M", "fedramp:SI-2(c) P30D"],
    ("penetration-tests-performed", "interval"): ["pci-dss:11.4.2 P1Y", "pci-dss:11.4.3 P1Y", "fedramp:CA-8 P1Y"],
    ("segmentation-tested", "interval"): ["pci-dss:11.4.6 P6M", "pci-dss:11.4.5 P1Y"],
    ("security-training-given", "interval"): ["pci-dss:12.6.3 P1Y", "fedramp:AT-2(a)(1) P1Y"],
    ("backups-made", "interval"): ["fedramp:CP-9(a) P1D", "fedramp:CP-9(b) P1D", "fedramp:CP-9(c) P1D"],
    ("supervisory-authority-notified-of-breach", "notice-deadline"): ["gdpr:Art.33(1) PT72H"],
    ("hhs-notified-of-breach", "notice-deadline"): ["hipaa:164.408(b) P60D", "hipaa:164.408(c) P60D"],
    ("individuals-notified-of-breach", "notice-deadline"): ["hipaa:164.404(b) P60D"],
    ("media-notified-of-breach", "notice-deadline"): ["hipaa:164.406(b) P60D"],
    ("controller-notified-of-breach", "notice-deadline"): ["hipaa:164.410(b) P60D"],
    ("incident-early-warning-given", "notice-deadline"): ["nis2:Art.23(4)(a) PT24H"],
    ("incident-notification-submitted", "notice-deadline"): ["nis2:Art.23(4)(b) PT72H"],
    ("incident-final-report-submitted", "notice-deadline"): ["nis2:Art.23(4)(d) P1M"],
    ("financial-authority-notified-of-incident", "notice-deadline"): [
        "dora:Art.19(4)(a) PT4H", "dora:Art.19(4)(a) PT24H"],
    ("financial-authority-intermediate-report", "notice-deadline"): ["dora:Art.19(4)(b) PT72H"],
    ("serious-ai-incidents-reported", "notice-deadline"): [
        "eu-ai-act:Art.73(2) P15D", "eu-ai-act:Art.73(3) P2D", "eu-ai-act:Art.73(4) P10D"],
    ("security-documentation-retained", "retention"): ["hipaa:164.316(b)(2)(i) P6Y"],
    ("privacy-documentation-retained", "retention"): ["hipaa:164.530(j)(2) P6Y"],
    ("ai-documentation-retained", "retention"): ["eu-ai-act:Art.18(1) P10Y"],
    ("ai-logs-retained", "retention"): ["eu-ai-act:Art.19(1) P6M", "eu-ai-act:Art.26(6) P6M"],
    ("access-request-answered-in-time", "response-deadline"): [
        "hipaa:164.524(b)(2)(i) P30D", "gdpr:Art.12(3) P1M", "ccpa:7021(b) P45D"],
    ("requests-answered-in-time", "response-deadline"): ["gdpr:Art.12(3) P1M", "hipaa:164.526(b)(2)(i) P60D"],
    ("sale-opt-out-honoured", "completion-deadline"): ["ccpa:7026(f) P15D"],
}  # fmt: skip


@pytest.fixture(scope="module")
def binding(kg: hz.Harmonizer) -> dict[tuple[str, str], set[str]]:
    """Binding rows by objective and dimension, as ``requirement value``."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in kg.strictest(*EUROPE):
        if row["status"] == "binding" and row["requirement"]:
            place = (str(row["objective"]), str(row["dimension"]))
            found.setdefault(place, set()).add(f"{row['requirement']} {row['value']}")
    return found


@pytest.mark.parametrize("place", BINDING, ids=lambda place: f"{place[0]}, {place[1]}")
def test_what_binds_is_named_with_its_paragraph(
    binding: dict[tuple[str, str], set[str]], place: tuple[str, str]
) -> None:
    missing = set(BINDING[place]) - binding.get(place, set())
    assert not missing, f"binding instead: {sorted(binding.get(place, ()))}"


def test_a_looser_period_is_dominated_by_a_stricter_one_where_both_hold(kg: hz.Harmonizer) -> None:
    """FedRAMP IA-11 at Moderate asks for 30 minutes where AC-11(a) asks for 15."""
    rows = [row for row in kg.strictest("pci-dss", "fedramp") if row["requirement"] == "fedramp:IA-11"
            and row["objective"] == "sessions-ended-after-inactivity" and row["value"] == "PT30M"]  # fmt: skip
    assert rows
    assert {row["status"] for row in rows} == {"dominated"}
    assert all("fedramp:AC-11(a)" in str(row["dominated_by"]) for row in rows)


def test_organisation_defined_retention_meets_no_number_when_carried(kg: hz.Harmonizer) -> None:
    """The carrying test: AU-11 leaves the period open, so logs kept under it do not make PCI DSS 10.5.1 met."""
    carried = {row["id"]: row["finding"] for row in kg.carry({"nist-800-53:AU-11": "met"}, "pci-dss")}
    assert carried.get("10.5.1", "unknown") != "met"
    back = {row["id"]: row["finding"] for row in kg.carry({"pci-dss:10.5.1": "met"}, "nist-800-53")}
    assert back.get("AU-11", "unknown") != "not met at all"


def test_six_months_of_ai_logs_do_not_make_twelve_months_of_audit_logs(kg: hz.Harmonizer) -> None:
    carried = {row["id"]: row["finding"] for row in kg.carry({"eu-ai-act:Art.19(1)": "met"}, "pci-dss")}
    assert carried.get("10.5.1", "unknown") != "met"

"""The commands about an organisation's programme: what they print, record and refuse."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import harmonizer as hz
from harmonizer import cli, printing
from harmonizer.api import MAIN_FRAMEWORKS
from tests.conftest import ROOT

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command on a workspace of the AI platform, and expects it to end with ``code``."""
    workspace = tmp_path / "w"
    assert CliRunner().invoke(cli.app, ["init", str(workspace), "--example", "ai-platform"]).exit_code == 0

    def invoke(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(cli.app, [*words, "--workspace", str(workspace)])
        assert result.exit_code == code, (words, result.output[-600:])
        return result

    return invoke


def rows(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_statuses_and_findings_are_recorded_undone_and_told(run: Run) -> None:
    run("assess", "set", "sso-with-mfa,asset-inventory", "status=implemented", "owner=Ann", "--at", "2026-03-02")
    run("assess", "find", "soc2:CC6.1", "met", "--notes", "sampled", "--at", "2026-03-03", "--author", "eve")
    assert [row["control"] for row in rows(run("assess", "list"))] == ["asset-inventory", "sso-with-mfa"]
    (finding,) = rows(run("assess", "list", "--requirements"))
    assert (finding["requirement"], finding["finding"], finding["notes"]) == ("soc2:CC6.1", "met", "sampled")
    assert not rows(run("assess", "list", "--as-of", "2026-03-01"))
    assert not rows(run("assess", "list", "--requirements", "--as-of", "2026-03-02"))
    assert {row["author"] for row in rows(run("assess", "history", "soc2:CC6.1"))} == {"eve"}
    run("assess", "undo")
    assert not rows(run("assess", "list", "--requirements"))
    assert len(rows(run("assess", "history"))) == 8  # four of statuses, two of the finding, two that undo it
    assert "stands so already" in run("assess", "set", "sso-with-mfa", "status=implemented").output


def test_a_control_that_is_not_applicable_needs_a_reason(run: Run) -> None:
    refused = run("assess", "set", "sso-with-mfa", "status=not applicable", code=2)
    assert "without a reason" in refused.output
    run("assess", "set", "sso-with-mfa", "status=not applicable", "--reason", "met by a third party")
    assert rows(run("assess", "list"))[0]["reason_code"] == "met by a third party"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["assess", "set", "sso-with-mfa", "status"], "expected FIELD=VALUE"),
        (["assess", "set", "sso-with-mf", "status=implemented"], "did you mean sso-with-mfa"),
        (["assess", "find", "soc2:CC6.1", "mett"], "did you mean met"),
        (["assess", "set", "sso-with-mfa", "status=implemented", "--at", "2999-01-01"], "has not come yet"),
        (["assess", "set", "sso-with-mfa", "status=implemented", "--at", "1.3.2026"], "expected YYYY-MM-DD"),
        (["audit-pack", "soc2", "--period", "2026"], "expected YYYY-MM-DD/YYYY-MM-DD"),
        (["organisation", "flows", "-o", "x.png"], "written as .svg or .md"),
        (["organisation", "tags", "--system", "trainin"], "did you mean training"),
    ],
)
def test_what_is_asked_wrongly_ends_with_2_and_says_what_was_expected(run: Run, words: list[str], message: str) -> None:
    assert message in run(*words, code=2).output


def test_findings_are_carried_and_show_in_what_is_left(run: Run) -> None:
    run("assess", "find", "soc2:CC6.3", "met")
    carried = {row["id"]: row["finding"] for row in rows(run("assess", "carry", "iso-27001"))}
    assert carried["A.5.3"] == "met"  # segregation of duties, which CC6.3 asks for too
    left = {row["requirement"]: row for row in rows(run("assess", "left", "iso-27001"))}
    assert (left["iso-27001:A.5.3"]["finding"], left["iso-27001:A.5.3"]["state"]) == ("met", "open")


def test_evidence_is_registered_listed_due_asked_for_and_withdrawn(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "users.csv"
    source.write_text("ann\n")
    run("assess", "set", "sso-with-mfa", "status=implemented", "due=2026-09-01")
    run("evidence", "add", str(source), "--control", "sso-with-mfa", "--kind", "user list", "--every", "P3M",
        "--collected", "2026-03-01", "--id", "users")  # fmt: skip
    (listed,) = rows(run("evidence", "list", "soc2"))
    assert (listed["artefact"], listed["requirements"]) == ("users", "soc2:CC6.1; soc2:CC6.2; soc2:CC6.6")
    (due,) = rows(run("evidence", "due", "--today", "2026-06-02"))
    assert (due["due"], due["state"]) == ("2026-06-01", "overdue")
    run("evidence", "due", "-o", str(tmp_path / "due.ics"))
    assert "DTSTART;VALUE=DATE:20260601" in (tmp_path / "due.ics").read_text()
    run("evidence", "request", "soc2", "sso-with-mfa/3", "auditor=accepted")
    asked = {row["request"]: (row["internal"], row["auditor"]) for row in rows(run("evidence", "requests", "soc2"))}
    assert asked["sso-with-mfa/3"] == ("ready", "accepted")
    run("evidence", "withdraw", "users", "--reason", "of another tenant")
    assert not rows(run("evidence", "list"))
    assert "unknown artefact" in run("evidence", "withdraw", "users", "--reason", "again", code=2).output


def test_what_the_organisation_is_can_be_asked_for(run: Run) -> None:
    assert {row["tag"]: row["value"] for row in rows(run("organisation", "tags"))}["role:ai-provider"] == "true"
    applying = {row["framework"]: row["applies"] for row in rows(run("organisation", "applies"))}
    assert (applying["hipaa"], applying["pci-dss"]) == ("yes", "no")
    of_corporate = {
        row["framework"]: row["applies"] for row in rows(run("organisation", "applies", "--system", "corporate"))
    }
    assert (of_corporate["hipaa"], of_corporate["gdpr"]) == ("no", "yes")
    assert len(rows(run("organisation", "flows"))) == 16
    assert rows(run("organisation", "lineage")) and rows(run("organisation", "classes"))
    assert len(rows(run("organisation", "processing", "--as", "processor"))) == 1
    assert "organisation file" in CliRunner().invoke(cli.app, ["organisation", "tags"]).output


def test_the_main_job_says_for_whom_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    kg = hz.load(organisation=ROOT / "data" / "examples" / "ai-platform" / "organisation.yaml")
    few = ["sso-with-mfa"]
    plan = kg.solve(*MAIN_FRAMEWORKS, have=few, exclude=[slug for slug in kg.index.controls if slug not in few])
    printing.write_summary(kg, MAIN_FRAMEWORKS, plan, sys.stdout)
    printed = capsys.readouterr().out
    assert "for Fernhill Clinical AI, Inc." in printed
    assert "93 of 514 apply" in printed

"""The register of evidence: nothing acknowledged is lost, and each artefact is counted for all that it shows."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import harmonizer as hz
from harmonizer.errors import DataError, UsageError
from harmonizer.model import short_key
from harmonizer.programme.artefacts import read_kept
from harmonizer.programme.days import after, check_day, period_of
from harmonizer.programme.evidence import Register
from harmonizer.programme.evidence_due import artefact_due, calendar_file, intervals
from harmonizer.programme.evidence_requests import KIND
from harmonizer.programme.evidence_use import REGISTERED, EvidenceUse
from harmonizer.programme.journal import Change, Journal
from harmonizer.programme.programme import Programme
from harmonizer.values import Duration
from tests.conftest import ROOT

MARCH = datetime(2026, 3, 2, 12, tzinfo=UTC)
JULY = datetime(2026, 7, 2, 12, tzinfo=UTC)
AUDITS = ("soc2", "hipaa", "gdpr")


@pytest.fixture(scope="session")
def platform_graph() -> hz.Harmonizer:
    return hz.load(organisation=ROOT / "data" / "examples" / "ai-platform" / "organisation.yaml")


@pytest.fixture
def programme(platform_graph: hz.Harmonizer, tmp_path: Path) -> Programme:
    """The programme of an empty workspace of the AI platform."""
    from harmonizer.programme.assessment import Assessment

    return Programme(Assessment(platform_graph.index, tmp_path / "w"), platform_graph.circumstances, AUDITS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "users.csv"
    path.write_text("ann\nben\n")
    return path


# nothing is lost ------------------------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from harmonizer.programme.evidence import Register
workspace, name = Path(sys.argv[1]), sys.argv[2]
register = Register(workspace, ("control",))
source = workspace / f"source-{name}"
for number in range(100_000):
    source.write_bytes(f"{name} {number} ".encode() * 3000)
    found = register.add(str(source), controls=["control"], name=f"{name}-{number}")
    print(found.id, found.sha256, flush=True)
"""


def writing(workspace: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(workspace), name], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def test_a_hundred_kills_while_writing_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    draw = random.Random(7)
    told: dict[str, str] = {}
    for kill in range(100):
        process = writing(tmp_path, str(kill))
        assert process.stdout
        first = process.stdout.readline()
        assert first, process.wait()  # it acknowledged something before it is killed
        time.sleep(draw.random() * 0.02)
        process.kill()
        lines = [first, *process.stdout.read().splitlines(keepends=True)]
        process.wait()
        told.update(line.split() for line in lines if line.endswith("\n"))  # type: ignore[misc]
    assert len(told) >= 100
    artefacts = Register(tmp_path, ("control",)).artefacts()
    assert told.items() <= {name: one.sha256 for name, one in artefacts.items()}.items()
    for one in artefacts.values():  # also what was recorded and not acknowledged any more is whole
        assert hashlib.sha256(read_kept(tmp_path, one.place, one.sha256)).hexdigest() == one.sha256
        assert one.controls == ("control",) and one.title and one.collected


APPENDER = """
import sys
from pathlib import Path
from harmonizer.programme.journal import Change, Journal
journal, name = Journal(Path(sys.argv[1])), sys.argv[2]
for number in range(40):
    journal.append([Change("evidence", f"{name}-{number}", field, f"{number}") for field in "abcde"], name)
"""


def test_two_processes_that_write_at_once_do_not_interleave(tmp_path: Path) -> None:
    both = [
        subprocess.Popen([sys.executable, "-c", APPENDER, str(tmp_path), name], cwd=ROOT) for name in ("ann", "ben")
    ]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    entries = Journal(tmp_path).entries()
    assert len(entries) == 2 * 40 * 5
    for start in range(0, len(entries), 5):
        batch = entries[start : start + 5]
        assert len({(one.batch, one.author, one.subject, one.recorded_at) for one in batch}) == 1
        assert [one.field for one in batch] == list("abcde")
    assert [one.recorded_at for one in entries] == sorted(one.recorded_at for one in entries)
    assert {one.author for one in entries} == {"ann", "ben"}


def test_a_clock_that_was_put_back_keeps_nobody_from_writing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    future = datetime(2100, 1, 1, tzinfo=UTC)
    journal.append([Change("evidence", "a", "title", "x")], "ann", at=future)
    assert journal.append([Change("evidence", "b", "title", "x")], "ann") == 2
    assert journal.entries()[-1].recorded_at == journal.entries()[0].recorded_at


def test_a_file_that_was_changed_or_removed_is_noticed(programme: Programme, file: Path) -> None:
    one = programme.register.add(str(file), controls=["sso-with-mfa"])
    kept = programme.register.workspace / one.place
    assert kept.read_bytes() == file.read_bytes()
    kept.write_bytes(b"ann\nben\nmallory\n")
    with pytest.raises(DataError, match="was changed after it was registered"):
        read_kept(programme.register.workspace, one.place, one.sha256)
    kept.unlink()
    with pytest.raises(DataError, match="is missing"):
        read_kept(programme.register.workspace, one.place, one.sha256)


def test_equal_content_is_kept_once(programme: Programme, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "again.csv"
    other.write_bytes(file.read_bytes())
    first = programme.register.add(str(file), controls=["sso-with-mfa"])
    second = programme.register.add(str(other), controls=["sso-with-mfa", "periodic-access-review"])
    assert first.id == second.id
    assert len(list((programme.register.workspace / "evidence").iterdir())) == 1
    assert programme.register.artefacts()[first.id].controls == ("periodic-access-review", "sso-with-mfa")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"controls": ["sso-with-mf"]}, "did you mean sso-with-mfa"),
        ({"controls": []}, "name the controls"),
        ({"collected": "20260301"}, "expected YYYY-MM-DD"),
        ({"period": "2026-06-30/2026-01-01"}, "ends before it begins"),
        ({"every": "PT1H"}, "shorter than a day"),
        ({"every": "monthly"}, "not an ISO 8601 duration"),
        ({"sensitivity": "secret"}, "expected one of public"),
        ({"source": "not-there.csv"}, "cannot be read"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    programme: Programme, file: Path, changed: dict[str, object], message: str
) -> None:
    given = {"source": str(file), "controls": ["sso-with-mfa"], **changed}
    with pytest.raises(UsageError, match=message):
        programme.register.add(**given)  # type: ignore[arg-type]
    assert not programme.register.artefacts()
    assert not list(programme.register.workspace.glob("evidence/*"))


def test_the_register_of_a_past_day_can_be_asked_for(programme: Programme, file: Path) -> None:
    one = programme.register.add(str(file), controls=["sso-with-mfa"], at=MARCH)
    link = programme.register.add("https://example.org/report", controls=["sso-with-mfa"], at=JULY)
    assert (link.place, link.sha256) == ("https://example.org/report", "")
    programme.register.withdraw(one.id, "of the wrong system")
    assert list(programme.register.artefacts()) == [link.id]
    assert list(programme.register.artefacts(as_of="2026-03-31")) == [one.id]
    assert not programme.register.artefacts(as_of="2026-03-01")


# collect once, show many ----------------------------------------------------------------------------------------------


def test_an_artefact_serves_what_its_controls_answer_and_nothing_else(programme: Programme, file: Path) -> None:
    one = programme.register.add(str(file), controls=["sso-with-mfa"], kind="user list")
    use = programme.use()
    served = use.served(one.controls)
    assert {use.index.requirement(name).key for name in ("soc2:CC6.1", "hipaa:164.312(d)")} <= served
    leaves = set(use.index.controls["sso-with-mfa"].satisfies)
    for key in served:
        assert leaves & {row.objective for row in use.index.mappings_of[key]}
    assert not use.served(["no-such-control"])


def test_one_command_counts_reuse_and_finds_the_smallest_set_for_three_audits(programme: Programme) -> None:
    answer = programme.use(*AUDITS).reuse()
    figures = answer.summary
    assert figures["frameworks served"] == 3
    assert figures["requirements served"] > figures["artefacts"] / 2 > 100
    assert figures["status"] == "optimal" and figures["lower bound"] == figures["of these to be collected"]
    alone = [figures[f"smallest set for {slug} alone"] for slug in AUDITS]
    assert max(alone) <= figures["smallest set"] < sum(alone)
    assert figures["saved by collecting once"] == sum(alone) - figures["smallest set"] > 0
    assert figures["asked for and not shown by any control in use"] == 0


def test_the_smallest_set_shows_everything_and_none_of_it_can_be_spared(programme: Programme) -> None:
    use = programme.use("soc2")
    chosen = set(use.cover().chosen)
    showing = [controls for _, controls in use.answering if controls]
    kept = {control for place in chosen for control in use.items[place].controls}
    assert all(controls & kept for controls in showing)
    for place in chosen:
        others = {control for other in chosen - {place} for control in use.items[other].controls}
        assert not all(controls & others for controls in showing)


def test_what_is_registered_is_not_asked_for_again(programme: Programme, file: Path) -> None:
    before = programme.use("soc2").minimum()
    control = str(before.column("control")[0])
    programme.register.add(str(file), controls=[control], kind=programme.index.controls[control].evidence[0])
    after_it = programme.use("soc2").minimum()
    assert after_it.summary["to be collected"] == before.summary["to be collected"] - 1
    assert REGISTERED in after_it.column("state")


def test_without_statuses_the_cheapest_set_counts_and_with_them_the_controls_in_use(programme: Programme) -> None:
    frameworks = programme.chosen(["soc2"])
    assert len(programme.controls_in_use(frameworks)) > 50
    programme.assessment.record([Change("control", "sso-with-mfa", "status", "in progress")], at=MARCH)
    assert programme.controls_in_use(frameworks) == ["sso-with-mfa"]
    before = replace(programme, circumstances=replace(programme.circumstances, as_of="2026-03-01"))
    assert len(before.controls_in_use(frameworks)) > 50


# when it is due -------------------------------------------------------------------------------------------------------


def test_evidence_is_due_by_the_shortest_interval_that_binds_with_its_citation(
    programme: Programme, file: Path
) -> None:
    use = programme.use("pci-dss", "iso-27001", "nist-800-53")
    cardholder = EvidenceUse(hz.load().index, use.frameworks, use.circumstances, ["periodic-access-review"], {})
    one = programme.register.add(str(file), controls=["periodic-access-review"], collected="2026-02-28",
                                 period="2026-01-01/2026-01-31")  # fmt: skip
    bound = [row for row in intervals(cardholder, "periodic-access-review") if row.comparable]
    due = artefact_due(cardholder, one)
    assert due.day == min(after(date(2026, 1, 31), Duration.parse(row.value, row.unit)) for row in bound)
    assert due.because in {f"{short_key(row.requirement)} on {row.objective}" for row in bound}
    assert due.state(due.day) == "due soon" and due.state(date(2099, 1, 1)) == "overdue"


def test_where_the_law_says_periodically_only_the_organisation_sets_a_day(programme: Programme, file: Path) -> None:
    name = programme.register.add(str(file), controls=["compliance-calendar-and-checks"], collected="2026-02-28").id
    (row,) = programme.due("hipaa", today=date(2026, 3, 1))
    assert (row["due"], row["state"]) == ("", "no number binds")
    assert "periodic" in str(row["interval"]) and "hipaa:164.308(a)(8) on" in str(row["because"])
    programme.register.add(str(file), controls=["compliance-calendar-and-checks"], collected="2026-02-28", every="P3M")
    (row,) = programme.due("hipaa", today=date(2026, 3, 1))
    assert (row["id"], row["due"], row["because"]) == (name, "2026-05-28", "set by the organisation itself")


def test_the_calendar_holds_what_has_a_day(programme: Programme) -> None:
    from icalendar import Calendar

    programme.assessment.record([Change("control", "sso-with-mfa", "due", "2026-05-01"),
                                 Change("requirement", "soc2:CC6.1", "due", "2026-06-01")])  # fmt: skip
    dues = programme.dues()
    written = calendar_file(dues, date(2026, 4, 1))
    events = Calendar.from_ical(written).walk("VEVENT")
    assert [event["dtstart"].dt for event in events] == [date(2026, 5, 1), date(2026, 6, 1)]
    assert written == calendar_file(dues, date(2026, 4, 1))
    assert b"\r\n" in written


@pytest.mark.parametrize(
    ("day", "duration", "unit", "wanted"),
    [
        ("2024-02-29", "P1Y", "", "2025-02-28"),
        ("2026-01-31", "P1M", "", "2026-02-28"),
        ("2026-01-31", "P90D", "", "2026-05-01"),
        ("2026-01-31", "PT24H", "", "2026-02-01"),
        ("2026-01-31", "PT8H", "", "2026-01-31"),
        ("2026-11-27", "P2D", "business-day", "2026-12-01"),  # a Friday
    ],
)
def test_a_duration_after_a_day_is_the_calendars(day: str, duration: str, unit: str, wanted: str) -> None:
    assert after(date.fromisoformat(day), Duration.parse(duration, unit)) == date.fromisoformat(wanted)


@pytest.mark.parametrize(
    "text", ["", "20260101", "2026-W01-1", "2026-13-01", "2026-02-29", "2026-1-1", "2026-01-01T00:00"]
)
def test_a_day_is_written_in_one_way_only(text: str) -> None:
    with pytest.raises(UsageError, match="expected YYYY-MM-DD"):
        check_day(text)
    with pytest.raises(UsageError):
        period_of(f"2026-01-01/{text}")


# what auditors ask for ------------------------------------------------------------------------------------------------


def test_our_status_and_the_auditors_are_kept_apart(programme: Programme, file: Path) -> None:
    programme.assessment.record([Change("control", "sso-with-mfa", "status", "implemented")])
    programme.register.add(str(file), controls=["sso-with-mfa"], kind="user list")
    rows = {str(row["request"]): row for row in programme.requests("soc2")}
    assert (rows["sso-with-mfa/3"]["internal"], rows["sso-with-mfa/3"]["auditor"]) == ("ready", "not reviewed")
    assert (rows["sso-with-mfa/1"]["internal"], rows["sso-with-mfa/1"]["auditor"]) == ("open", "not reviewed")
    programme.set_request("soc2", "sso-with-mfa/1", {"auditor": "more wanted"})
    programme.set_request("soc2", "sso-with-mfa/3", {"internal": "handed over"})
    rows = {str(row["request"]): row for row in programme.requests("soc2")}
    assert (rows["sso-with-mfa/1"]["internal"], rows["sso-with-mfa/1"]["auditor"]) == ("open", "more wanted")
    assert (rows["sso-with-mfa/3"]["internal"], rows["sso-with-mfa/3"]["auditor"]) == ("handed over", "not reviewed")
    assert all(row["auditor"] == "not reviewed" for row in programme.requests("hipaa"))
    assert set(programme.assessment.journal.state(KIND)) == {"soc2 sso-with-mfa/1", "soc2 sso-with-mfa/3"}
    with pytest.raises(UsageError, match="did you mean accepted"):
        programme.set_request("soc2", "sso-with-mfa/1", {"auditor": "acepted"})
    with pytest.raises(UsageError, match="unknown request"):
        programme.set_request("soc2", "sso-with-mfa/9", {"auditor": "accepted"})


def test_a_request_names_only_requirements_of_its_audit(programme: Programme) -> None:
    for row in programme.requests("hipaa"):
        assert {name.partition(":")[0] for name in str(row["requirements"]).split("; ")} == {"hipaa"}


# what is left ---------------------------------------------------------------------------------------------------------


def test_what_is_left_is_proven_and_ordered_by_the_effort_saved(programme: Programme) -> None:
    nothing = programme.left("hipaa")
    assert nothing.summary["effort saved"] == nothing.summary["satisfied by what is implemented"] == 0
    have = ["sso-with-mfa", "acceptable-use-and-handling-rules"]
    programme.assessment.record([Change("control", slug, "status", "implemented") for slug in have])
    answer = programme.left("hipaa")
    saved = [int(str(row["effort saved"])) for row in answer]
    assert saved == sorted(saved, reverse=True) and saved[0] > 0
    assert answer.summary["effort from nothing"] == nothing.summary["effort left"]
    assert answer.summary["effort left"] + answer.summary["effort saved"] == nothing.summary["effort left"]
    assert answer.summary["status"] == "optimal"
    assert answer.summary["left"] + answer.summary["satisfied by what is implemented"] == nothing.summary["left"]
    assert all(row["in place"] for row in answer if row["state"] == "partly in place")


def test_an_assessment_is_undone_without_touching_the_register(programme: Programme, file: Path) -> None:
    programme.assessment.record([Change("control", "sso-with-mfa", "status", "implemented")])
    one = programme.register.add(str(file), controls=["sso-with-mfa"])
    assert programme.assessment.undo()
    assert not programme.assessment.controls()
    assert list(programme.register.artefacts()) == [one.id]


def test_the_register_needs_no_graph() -> None:
    code = ("import sys, harmonizer.programme.evidence\n"
            "print([name for name in ('numpy', 'pandas', 'rdflib', 'pyoxigraph', 'typer') if name in sys.modules])")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == []


def test_evidence_use_is_the_same_in_whatever_order_it_is_given(programme: Programme) -> None:
    use = programme.use(*AUDITS)
    turned = EvidenceUse(use.index, use.frameworks, use.circumstances, list(reversed(list(use.controls))), {})
    assert [turned.items[place].id for place in turned.cover().chosen] == [
        use.items[place].id for place in use.cover().chosen
    ]

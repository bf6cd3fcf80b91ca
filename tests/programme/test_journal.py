"""The journal and the assessment: nothing is lost, nothing is rewritten, every day can be asked for."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

import harmonizer as hz
from harmonizer.errors import DataError, UsageError
from harmonizer.programme.assessment import Assessment
from harmonizer.programme.journal import Change, Journal

MONDAY, TUESDAY = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 3, 9, tzinfo=UTC)
CONTROL = "sso-with-mfa"


def status(value: str) -> Change:
    return Change("control", CONTROL, "status", value)


@pytest.fixture
def assessment(kg: hz.Harmonizer, tmp_path: Path) -> Assessment:
    return Assessment(kg.index, tmp_path)


def test_what_stood_on_a_day_is_what_was_recorded_up_to_its_end(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append([status("in progress")], "ann", at=MONDAY)
    journal.append([status("implemented")], "ben", at=TUESDAY)
    assert journal.state("control", as_of="2026-03-01") == {}
    assert journal.state("control", as_of="2026-03-02") == {CONTROL: {"status": "in progress"}}
    assert journal.state("control") == {CONTROL: {"status": "implemented"}}
    assert [(one.author, one.before, one.value) for one in journal.entries()] == [
        ("ann", "", "in progress"), ("ben", "in progress", "implemented")]  # fmt: skip


def test_what_does_not_change_anything_is_not_recorded(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert journal.append([status("implemented")], "ann") == 1
    assert journal.append([status("implemented")], "ben") == 0
    assert len(journal.entries()) == 1


def test_undo_goes_back_one_batch_at_a_time_and_is_itself_recorded(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append([status("in progress"), Change("control", CONTROL, "owner", "Ann")], "ann")
    journal.append([status("implemented")], "ann")
    assert journal.undo("ben") == 3
    assert journal.state("control") == {CONTROL: {"status": "in progress", "owner": "Ann"}}
    assert journal.undo("ben") == 4
    assert journal.state("control") == {}
    assert journal.undo("ben") == 0
    assert len({one.batch for one in journal.entries()}) == 4


def test_the_file_refuses_that_its_past_is_changed(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append([status("implemented")], "ann", at=TUESDAY)
    with sqlite3.connect(journal.path) as connection, pytest.raises(sqlite3.DatabaseError, match="append-only"):
        connection.execute("UPDATE entry SET value = 'not started'")
    with sqlite3.connect(journal.path) as connection, pytest.raises(sqlite3.DatabaseError, match="append-only"):
        connection.execute("DELETE FROM entry")
    with pytest.raises(UsageError, match="nothing can be recorded before"):
        journal.append([status("not started")], "ann", at=MONDAY)


def test_a_clock_that_was_put_back_keeps_nobody_from_writing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    later = datetime(2200, 1, 1, tzinfo=UTC)
    journal.append([status("in progress")], "ann", at=later)
    assert journal.append([status("implemented")], "ben") == 2
    assert [one.recorded_at for one in journal.entries()] == sorted(one.recorded_at for one in journal.entries())


def test_a_file_that_is_no_journal_is_named(tmp_path: Path) -> None:
    (tmp_path / "programme.sqlite").write_bytes(b"this is not a database, whatever its name says" * 40)
    with pytest.raises(DataError, match="programme.sqlite: the journal cannot be read or written"):
        Journal(tmp_path).entries()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Change("control", "sso-with-mf", "status", "implemented"), "did you mean sso-with-mfa"),
        (Change("control", CONTROL, "status", "done"), "'done' is no status.*expected one of not started"),
        (Change("control", CONTROL, "state", "implemented"), "no field 'state'; did you mean status"),
        (Change("control", CONTROL, "due", "31.12.2026"), "expected YYYY-MM-DD"),
        (Change("requirement", "hipaa:164.312(a)(1)", "finding", "mett"), "did you mean met"),
        (Change("control", CONTROL, "status", "not applicable"), "without a reason"),
    ],
)
def test_what_cannot_be_is_refused_with_the_nearest_that_can(
    assessment: Assessment, change: Change, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        assessment.record([change])
    assert not assessment.history()


def test_a_status_and_a_finding_stand_side_by_side(assessment: Assessment, kg: hz.Harmonizer) -> None:
    finding = Change("requirement", "hipaa:164.312(a)(1)", "finding", "at most partly")
    assessment.record([status("implemented"), finding], author="ann")
    assert assessment.implemented() == [CONTROL]
    assert assessment.findings() == {kg["hipaa:164.312(a)(1)"].key: "at most partly"}


def test_a_reason_in_the_same_batch_lets_a_control_be_not_applicable(assessment: Assessment) -> None:
    assessment.record([status("not applicable"), Change("control", CONTROL, "reason_code", "outside scope")])
    assert assessment.controls()[CONTROL] == {"status": "not applicable", "reason_code": "outside scope"}


def test_two_threads_that_undo_at_once_take_back_two_batches(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for value in ("a", "b", "c"):
        journal.append([Change("control", "x", "notes", value)], "ann")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(journal.undo, ("ann", "bob")))
    assert journal.state("control")["x"]["notes"] == "a"

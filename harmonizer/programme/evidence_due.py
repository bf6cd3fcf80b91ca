"""When evidence goes stale: the day by which it has to be collected again, and the calendar of what is due.

A control shows that something is done every so often. How often is what binds on the leaf objectives that it answers:
the constraints of the dimension ``interval`` that nothing stricter makes superfluous, and what the organisation has set
itself. The day on which the shortest of them has passed since the end of an artefact's period (or since it was
collected) is the day it is due again. A law that says "periodically" sets no day: the word is shown with its citation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from harmonizer.answer import Answer, Cell, joined
from harmonizer.model import Constraint, short_key
from harmonizer.programme.days import after
from harmonizer.programme.evidence import Artefact
from harmonizer.programme.evidence_use import EvidenceUse
from harmonizer.superset.settings import binding
from harmonizer.values import Duration

INTERVAL = "interval"
SOON_DAYS = 30
OVERDUE, SOON, CURRENT, OPEN = "overdue", "due soon", "current", "no number binds"
OWN = "set by the organisation itself"
COLUMNS = ("due", "state", "what", "id", "title", "interval", "because", "control", "owner", "since")


@dataclass(frozen=True, slots=True)
class Due:
    """Something with its day, ``None`` where nothing says when. ``interval`` and ``because`` say what binds."""

    day: date | None
    what: str
    id: str
    title: str
    interval: str = ""
    because: str = ""
    control: str = ""
    owner: str = ""
    since: str = ""

    def state(self, today: date) -> str:
        if self.day is None:
            return OPEN
        left = (self.day - today).days
        return OVERDUE if left < 0 else SOON if left <= SOON_DAYS else CURRENT


def intervals(use: EvidenceUse, control: str) -> list[Constraint]:
    """The intervals that bind what the control answers, those that no other makes superfluous."""
    found: set[Constraint] = set()
    for demand, ways in zip(use.problem.demands, use.problem.ways, strict=True):
        for way in ways:
            if way.control == control:
                found.update(one for one in demand.constraints
                             if one.dimension == INTERVAL and one.objective == way.leaf)  # fmt: skip
    return binding(use.index, found)


def artefact_due(use: EvidenceUse, artefact: Artefact) -> Due:
    """When an artefact is due again: the earliest day that an interval of one of its controls, or its own, sets."""
    since = date.fromisoformat(artefact.until)
    bound = [(one, control) for control in artefact.controls for one in intervals(use, control)]
    days = [(after(since, Duration.parse(one.value, one.unit)), str(Duration.parse(one.value, one.unit)), _cited(one),
             control) for one, control in bound if one.comparable]  # fmt: skip
    if artefact.every:
        own = Duration.parse(artefact.every)
        days.append((after(since, own), str(own), OWN, joined(artefact.controls)))
    if days:
        day, interval, because, control = min(days)
    else:
        day, control = None, joined(artefact.controls)
        interval = joined(list(dict.fromkeys(one.value or "set by you" for one, _ in bound)))
        because = joined(list(dict.fromkeys(_cited(one) for one, _ in bound)))
    owner = use.index.controls[control].owner if control in use.index.controls else ""
    return Due(day, "evidence", artefact.id, artefact.title, interval, because, control, owner, artefact.until)


def _cited(constraint: Constraint) -> str:
    return f"{short_key(constraint.requirement)} on {constraint.objective}"


def planned(controls: dict[str, dict[str, str]], requirements: dict[str, dict[str, str]]) -> Iterable[Due]:
    """The due dates that were set for controls that are not done and for findings."""
    for slug, fields in controls.items():
        if fields.get("due") and fields.get("status") not in ("implemented", "not applicable"):
            title = f"{slug}: {fields.get('status', 'not started')}"
            owner = fields.get("owner", "")
            yield Due(date.fromisoformat(fields["due"]), "control", slug, title, control=slug, owner=owner)
    for key, fields in requirements.items():
        if fields.get("due"):
            name, owner = short_key(key), fields.get("owner", "")
            title = f"{name}: {fields.get('finding', 'unknown')}"
            yield Due(date.fromisoformat(fields["due"]), "finding", name, title, owner=owner)


def due_answer(dues: Iterable[Due], today: date) -> Answer:
    """What is due, the earliest first, counted by state in the summary."""
    ordered = sorted(dues, key=lambda one: (one.day is None, one.day or today, one.what, one.id))
    rows: list[Sequence[Cell]] = [
        (one.day.isoformat() if one.day else "", one.state(today), one.what, one.id, one.title, one.interval,
         one.because, one.control, one.owner, one.since)
        for one in ordered
    ]  # fmt: skip
    counts = {state: sum(row[1] == state for row in rows) for state in (OVERDUE, SOON, CURRENT, OPEN)}
    return Answer.of(COLUMNS, rows, counts, f"What is due as of {today.isoformat()}")


def calendar_file(dues: Iterable[Due], today: date) -> bytes:
    """An iCalendar file (RFC 5545) with an all-day event for everything that has a day; the same for the same dues."""
    from icalendar import Calendar, Event

    book = Calendar()
    book.add("prodid", "-//harmonizer//programme//EN")
    book.add("version", "2.0")
    for one in sorted((one for one in dues if one.day), key=lambda one: (one.day, one.what, one.id)):
        event = Event()
        event.add("uid", f"{one.what}-{one.id}@harmonizer".replace(" ", "-"))
        event.add("dtstamp", datetime.combine(today, datetime.min.time()))
        event.add("dtstart", one.day)
        event.add("summary", f"Due: {one.title}")
        event.add("description", joined([part for part in (one.because, one.control, one.owner) if part]))
        book.add_component(event)
    return bytes(book.to_ical())

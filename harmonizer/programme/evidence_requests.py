"""The list of requests of an audit: what is asked for, how far we are with it, and what the auditor says of it.

The two are kept apart: that something is ready says nothing of whether it is accepted, and the auditor's word changes
nothing of our own work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from harmonizer.answer import Answer, Cell, joined
from harmonizer.errors import UnknownNameError, UsageError, did_you_mean, nearest
from harmonizer.model import short_key
from harmonizer.programme.evidence_use import EvidenceUse, request_id
from harmonizer.programme.journal import Change, Journal

KIND = "request"
INTERNAL = ("open", "collecting", "ready", "handed over", "not applicable")
AUDITOR = ("not reviewed", "accepted", "more wanted", "rejected")
CHOICES: Mapping[str, tuple[str, ...]] = {"internal": INTERNAL, "auditor": AUDITOR}
FIELDS = (*CHOICES, "owner", "due", "notes")
COLUMNS = (
    "request",
    "evidence",
    "control",
    "requirements",
    "artefacts",
    "internal",
    "auditor",
    "owner",
    "due",
    "notes",
)


def requests(use: EvidenceUse, audit: str, held: Mapping[str, Mapping[str, str]]) -> Answer:
    """The requests of an audit of the framework(s) of ``use``: one for each kind of evidence of a control.

    ``internal`` is ``ready`` by itself once an artefact of that kind is registered for the control and nobody has set
    anything else; ``auditor`` is only what somebody has recorded.
    """
    rows: list[Sequence[Cell]] = []
    for request, slug, kind in known_requests(use):
        control = use.index.controls[slug]
        having = [one.id for one in use.artefacts.values() if slug in one.controls and one.kind == kind]
        own = held.get(f"{audit} {request}", {})
        internal = own.get("internal") or (INTERNAL[2] if having else INTERNAL[0])
        rows.append((request, kind, slug, joined(sorted(short_key(key) for key in use.served([slug]))), joined(having),
                     internal, own.get("auditor", AUDITOR[0]), own.get("owner") or control.owner, own.get("due", ""),
                     own.get("notes", "")))  # fmt: skip
    figures = {"requests": len(rows)}
    for place, states in ((5, INTERNAL), (6, AUDITOR)):
        figures |= {f"{COLUMNS[place]}: {state}": sum(row[place] == state for row in rows) for state in states}
    return Answer.of(COLUMNS, rows, figures, f"Requests of the audit {audit}")


def known_requests(use: EvidenceUse) -> Iterable[tuple[str, str, str]]:
    """Id, control and kind of each piece of evidence of the controls in use that serve the frameworks."""
    for slug in sorted(set(use.controls) & set(use.served_by)):
        for number, kind in enumerate(use.index.controls[slug].evidence, 1):
            yield request_id(slug, number), slug, kind


def set_request(
    journal: Journal, use: EvidenceUse, audit: str, request: str, fields: Mapping[str, str], *, author: str,
    at: datetime | None = None,
) -> int:  # fmt: skip
    """Record what is known of a request; :class:`UsageError` with the nearest for what does not fit."""
    known = {one for one, _, _ in known_requests(use)}
    if request not in known:
        raise UnknownNameError("request", request, known)
    for name, value in fields.items():
        if name not in FIELDS:
            raise UsageError(f"a request has no field {name!r}{did_you_mean(nearest(name, FIELDS))}; "
                             f"expected one of {', '.join(FIELDS)}")  # fmt: skip
        if name in CHOICES and value and value not in CHOICES[name]:
            allowed = CHOICES[name]
            raise UsageError(f"{value!r} is no {name} status{did_you_mean(nearest(value, allowed, 1))}; "
                             f"expected one of {', '.join(allowed)}")  # fmt: skip
    return journal.append([Change(KIND, f"{audit} {request}", *one) for one in fields.items()], author, at=at)

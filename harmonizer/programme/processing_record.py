"""The record of processing activities of GDPR Art. 30: the controller's of paragraph 1, the processor's of 2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from harmonizer.answer import Answer, Cell, joined
from harmonizer.programme.organisation import Entry, Organisation

Record = Literal["controller", "processor"]
MISSING = "(not stated)"
CONTROLLER_COLUMNS = (
    "activity", "controller, joint controllers, representative, data protection officer (Art.30(1)(a))",
    "purposes (Art.30(1)(b))", "categories of data subjects (Art.30(1)(c))",
    "categories of personal data (Art.30(1)(c))", "categories of recipients (Art.30(1)(d))",
    "transfers and safeguards (Art.30(1)(e))", "time limits for erasure (Art.30(1)(f))",
    "security measures (Art.30(1)(g))", "line",
)  # fmt: skip
PROCESSOR_COLUMNS = (
    "activity", "processor, representative, data protection officer (Art.30(2)(a))", "controllers (Art.30(2)(a))",
    "categories of processing (Art.30(2)(b))", "transfers and safeguards (Art.30(2)(c))",
    "security measures (Art.30(2)(d))", "line",
)  # fmt: skip


def record_of_processing(organisation: Organisation, record: Record) -> Answer:
    """One row for each processing activity in that role; what the law asks for and the file does not say is marked.

    Time limits and security measures are asked for "where possible" (Art. 30(1)(f), (g), (2)(d)); they are marked too.
    """
    rows: list[Sequence[Cell]] = []
    for entry in organisation.entries["processing"]:
        if (entry["as"] == "processor") != (record == "processor"):
            continue
        transfers = joined([f"{one.get('to')}: {one.get('safeguard')}" for one in entry.tables("transfers")]) or "none"
        security = entry["security"] or MISSING
        if record == "processor":
            rows.append((entry.name, _contacts(organisation), joined(entry.many("on_behalf_of")), entry["purposes"],
                         transfers, security, entry.line))  # fmt: skip
        else:
            who = joined([_contacts(organisation), *(f"jointly with {one}" for one in entry.many("joint_with"))])
            rows.append((entry.name, who, entry["purposes"], joined(entry.many("people")),
                         _classes(organisation, entry), _recipients(organisation, entry), transfers,
                         entry["retention"] or MISSING, security, entry.line))  # fmt: skip
    columns = PROCESSOR_COLUMNS if record == "processor" else CONTROLLER_COLUMNS
    missing = sum(MISSING in str(cell) for row in rows for cell in row)
    paragraph = 2 if record == "processor" else 1
    return Answer.of(columns, rows, {"activities": len(rows), "not stated": missing},
                     f"Record of processing activities of {organisation.name}, GDPR Art.30({paragraph})")  # fmt: skip


def _contacts(organisation: Organisation) -> str:
    """Who it is and how to reach it; a representative is owed by who has no establishment in the Union (Art. 27(1))."""
    given = organisation.top.fields.get("contacts")
    contacts = given if isinstance(given, dict) else {}
    parts = [contacts.get("organisation") or f"{organisation.name} {MISSING}"]
    for field, what, tag in (
        ("eu_representative", "representative", "jurisdiction:not-established-in-eu"),
        ("data_protection_officer", "data protection officer", "role:dpo-designated"),
    ):
        if contacts.get(field) or tag in organisation.tags():
            parts.append(f"{what}: {contacts.get(field) or MISSING}")
    return joined(parts)


def _classes(organisation: Organisation, entry: Entry) -> str:
    return joined([organisation.scope.known[f"data:{word}"].title.rstrip(".") for word in entry.many("data")])


def _recipients(organisation: Organisation, entry: Entry) -> str:
    return joined([organisation.endpoints[one].name for one in entry.many("recipients")]) or "none"

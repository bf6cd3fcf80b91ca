"""HIPAA technical safeguards: where PHI flows and lies, and for each category of 45 CFR 164.312 what is set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harmonizer.answer import joined
from harmonizer.programme.organisation import Entry
from harmonizer.reports.documents.document import CITATION, Block, Document, Items, Paragraph, Picture, Section, Table
from harmonizer.reports.documents.draft import NOTHING, Draft
from harmonizer.reports.documents.drawing import Box, Drawing

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer

TITLE = "HIPAA technical safeguards"
NAME = "hipaa-safeguards"
SAFEGUARDS = "hipaa:164.312"
PHI = "data:phi"
GUIDANCE = "74 FR 19006"


def hipaa_safeguards(kg: Harmonizer) -> Document:
    """Data flow, places of PHI, safeguards by category with their settings, and what is open."""
    draft = Draft(kg, NAME, ["hipaa"])
    return draft.document(TITLE, [
        _purpose(draft), *_flow(draft), *_places(draft), *_safeguards(draft), _guidance(draft), _open(draft),
    ])  # fmt: skip


def _purpose(draft: Draft) -> Section:
    facts = draft.organisation.facts()
    roles = [
        draft.in_words(str(facts[tag][0])) for tag in ("role:covered-entity", "role:business-associate") if tag in facts
    ]
    return Section("What this covers", (
        Paragraph(draft.organisation.top["description"] or NOTHING),
        draft.say("The technical safeguards bind covered entities and business associates that hold electronic "
                  "protected health information (ePHI). What makes the organisation one, with the line of its "
                  f"organisation file: {joined(roles)}.", "hipaa:164.302"),
    ))  # fmt: skip


def _phi_flows(draft: Draft) -> list[Entry]:
    """The flows that carry PHI, and those of models between: what has to be seen to follow the data to inference."""
    flows = draft.organisation.entries["flows"]
    return [one for one in flows if draft.contains(one, PHI) or draft.contains(one, "data:model-artefacts")]


def _flow(draft: Draft) -> Iterator[Section]:
    flows = _phi_flows(draft)
    if not flows:
        yield Section("Data flow", (Paragraph("The organisation file names no flow that carries PHI."),))
        return
    ends = dict.fromkeys(end for flow in flows for end in (flow["from"], flow["to"]))
    boxes = tuple(Box(one, draft.entry(one).collection, draft.entry(one).name, _about(draft, draft.entry(one)))
                  for one in ends)  # fmt: skip
    arrows = tuple((str(number), flow["from"], flow["to"]) for number, flow in enumerate(flows, 1))
    rows = tuple(
        (f"{number}", draft.entry(flow["from"]).name, draft.entry(flow["to"]).name, flow["stage"],
         draft.data(flow.many("data")), joined([one for one in (flow["purpose"], flow["safeguard"]) if one]))
        for number, flow in enumerate(flows, 1)
    )  # fmt: skip
    yield Section("Data flow", (
        Picture(Drawing(boxes, arrows), "Flows of PHI and of the models that were made from them; the numbers are "
                                        "those of the table."),
        Table(("No.", "From", "To", "Stage", "Data", "Purpose and safeguard"), (10, 30, 30, 22, 40, 40), rows),
    ))  # fmt: skip


def _about(draft: Draft, entry: Entry) -> str:
    if entry.collection == "stores":
        return "stores PHI" if draft.contains(entry, PHI) else "holds no PHI"
    touched = any(entry["id"] in (flow["from"], flow["to"]) and draft.contains(flow, PHI)
                  for flow in draft.organisation.entries["flows"])  # fmt: skip
    return (
        ("sends or receives PHI" if entry.collection in ("parties", "vendors") else "processes PHI") if touched else ""
    )


def _places(draft: Draft) -> Iterator[Section]:
    """Where PHI is stored, where it is processed without being kept, and to whom it goes."""
    entries, flows = draft.organisation.entries, draft.organisation.entries["flows"]
    stores = tuple((one.name, draft.entry(one["system"]).name, draft.data(one.many("data")), one["location"],
                    one["retention"], one["security"])
                   for one in entries["stores"] if draft.contains(one, PHI))  # fmt: skip
    heads = ("Data store", "System", "Data", "Location", "Kept for", "Protection")
    yield Section("Where PHI is", ())
    yield Section("Stored", (Table(heads, (28, 26, 44, 26, 24, 36), stores),), 2)
    rows = []
    for one in (*entries["systems"], *entries["ai_systems"]):
        stages = dict.fromkeys(flow["stage"] for flow in flows
                               if draft.contains(flow, PHI) and one["id"] in (flow["from"], flow["to"]))  # fmt: skip
        if stages:
            rows.append(
                (
                    one.name,
                    one["purpose"],
                    joined(list(stages)),
                    one["owner"] or draft.entry(one["system"])["owner"] if one["owner"] or one["system"] else NOTHING,
                )
            )
    yield Section("Processed", (Table(("System", "Purpose", "Stages", "Owner"), (36, 66, 34, 34), tuple(rows)),), 2)
    vendors = [one for one in entries["vendors"] if draft.contains(one, PHI)]
    if not vendors:
        return
    cited = draft.cite("hipaa:164.308(b)(3)", "hipaa:164.502(e)(2)")
    given = []
    for one in vendors:
        contracts = [each for each in one.tables("agreements") if each["kind"] == "business-associate-agreement"]
        until = f", until {contracts[0]['expires']}" if contracts and "expires" in contracts[0] else ""
        given.append((one.name, one["purpose"], draft.data(one.many("data")),
                      f"signed {contracts[0]['signed']}{until}" if contracts else "NONE RECORDED", cited))  # fmt: skip
    columns = ("Vendor", "Purpose", "Data", "Business associate contract", CITATION)
    yield Section("Given to business associates", (Table(columns, (28, 40, 44, 32, 26), tuple(given)),), 2)


def _safeguards(draft: Draft) -> Iterator[Section]:
    """A part for each category: what the rule asks, what is set, and which controls carry it."""
    yield Section(
        "Safeguards",
        (
            draft.say(
                "Each specification of the rule is required or addressable. Addressable does not mean optional: it is "
                "assessed, and carried out where that is reasonable and appropriate; otherwise the reasons are "
                "documented and an equivalent measure is taken where that is reasonable and appropriate.",
                "hipaa:164.306(d)(2)",
                "hipaa:164.306(d)(3)(i)",
                "hipaa:164.306(d)(3)(ii)(A)",
                "hipaa:164.306(d)(3)(ii)(B)(1)",
                "hipaa:164.306(d)(3)(ii)(B)(2)",
            ),
            Paragraph(
                "The rule names hardly a number or technique. A setting below is therefore marked for what it is: "
                "what meets or misses a number that binds, what a person has to judge, or the organisation's own "
                "choice."
            ),
        ),
    )
    for category in draft.index.children(draft.index.requirement(SAFEGUARDS).key):
        asked = draft.below(category.key)
        if not asked:
            continue
        blocks: list[Block] = [draft.duties(asked)]
        chosen = draft.settings_table(asked)
        blocks.append(chosen or Paragraph("The organisation file states no setting for this category."))
        rows = dict.fromkeys(slug for one in asked for slug in draft.meeting.get(one.key, ()))
        controls = tuple((draft.index.controls[slug].title, draft.activity(slug), draft.owner(slug),
                          f"{draft.subject.status_of(slug)}\n{draft.evidence(slug)}") for slug in rows)  # fmt: skip
        blocks.append(Table(("Control", "What it does", "Owner", "Status and evidence"), (30, 74, 28, 42), controls))
        yield Section(f"{category.id} {category.title}", tuple(blocks), 2)


def _guidance(draft: Draft) -> Section:
    return Section(
        "Guidance beside the rule",
        (
            draft.refer(
                "Which encryption takes PHI out of the breach rule is said by guidance, not by 164.312. For data at "
                "rest the guidance points to NIST SP 800-111; for data in motion to NIST SP 800-52 (TLS), 800-77 "
                "(IPsec) and 800-113 (SSL VPN), or to other processes validated under FIPS 140-2; in both cases "
                "the key must not have been taken along with the data.",
                GUIDANCE,
            ),
            draft.say(
                "The guidance binds nobody to encrypt. It decides what counts as unsecured, and so whether a breach "
                "has to be notified at all.",
                "hipaa:164.402",
            ),
        ),
    )


def _open(draft: Draft) -> Section:
    asked = draft.below(SAFEGUARDS)
    set_leaves = {one.objective for one in draft.settings}
    bare = [one for one in asked if one.modality == "addressable"
            and not {row.objective for row in draft.index.mappings_of.get(one.key, ())} & set_leaves]  # fmt: skip
    items = draft.weak_settings()
    items += [draft.say(f"{one.id} {one.title} is addressable and no setting is stated for it: record the assessment.",
                        one.key, "hipaa:164.306(d)(3)(i)") for one in bare]  # fmt: skip
    items += [
        draft.say(f"{one.name} is given PHI and no business associate contract is recorded.", "hipaa:164.308(b)(3)")
        for one in draft.organisation.entries["vendors"]
        if draft.contains(one, PHI)
        and "business-associate-agreement" not in [each["kind"] for each in one.tables("agreements")]
    ]
    meeting = dict.fromkeys(slug for one in asked for slug in draft.meeting.get(one.key, ()))
    waiting = [draft.index.controls[slug].title for slug in meeting if draft.subject.status_of(slug) != "implemented"]
    if waiting:
        items.append(Paragraph(f"{len(waiting)} of {len(meeting)} controls are not implemented yet: "
                               f"{joined(sorted(waiting))}."))  # fmt: skip
    return Section("What is open", (Items(tuple(items)),) if items else (Paragraph("Nothing that the files tell."),))

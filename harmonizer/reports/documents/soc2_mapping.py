"""The SOC 2 mapping table: what the service is, and from each criterion to control, activity and evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harmonizer.answer import joined
from harmonizer.model import Requirement
from harmonizer.programme.assessment import STATUSES
from harmonizer.programme.days import duration_of
from harmonizer.reports.documents.document import CITATION, Document, Items, Paragraph, Section, Table
from harmonizer.reports.documents.draft import NOTHING, Draft, rows_of, spoken
from harmonizer.reports.subject import parts

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer

TITLE = "SOC 2 mapping table"
NAME = "soc2-mapping"


def soc2_mapping(kg: Harmonizer) -> Document:
    """Criteria of the categories in scope, the controls that answer them, one worked control activity, what is open."""
    draft = Draft(kg, NAME, ["soc2"])
    return draft.document(TITLE, [
        *_system(draft), _scope(draft), *_mapping(draft), *_worked(draft), _register(draft), _open(draft),
    ])  # fmt: skip


def _system(draft: Draft) -> Iterator[Section]:
    entries = draft.organisation.entries
    yield Section("The system in short", (Paragraph(draft.organisation.top["description"] or NOTHING),))
    components = tuple((*row, spoken(one.many("properties"))) for one in entries["systems"]
                    for row in rows_of([one], "purpose", "owner"))  # fmt: skip
    yield Section("Components", (Table(("System", "Purpose", "Owner", "Properties"), (35, 70, 35, 30), components),), 2)
    stores = tuple((one.name, draft.data(one.many("data")), one["location"], one["retention"], one["security"])
                   for one in entries["stores"])  # fmt: skip
    if stores:
        heads = ("Data store", "Data", "Location", "Retention", "Protection")
        yield Section("Data", (Table(heads, (28, 46, 28, 28, 40), stores),), 2)
    vendors = tuple((*row, joined([f"{each['kind'].replace('-', ' ')}, {each['signed']}"
                                   for each in one.tables("agreements")]) or NOTHING)
                    for one in entries["vendors"] for row in rows_of([one], "purpose", "location"))  # fmt: skip
    if vendors:
        yield Section(
            "Subservice organisations and vendors",
            (Table(("Vendor", "Purpose", "Location", "Agreements"), (35, 55, 35, 45), vendors),),
            2,
        )


def _scope(draft: Draft) -> Section:
    framework = draft.frameworks[0]
    inside = draft.asked(framework)
    outside = [one for one in draft.index.requirements_of(framework) if one.kind == "requirement" and one not in inside]
    categories = joined(draft.organisation.top.many("categories"))
    blocks = [Paragraph(f"Categories in scope: {categories}. {len(inside)} criteria of {framework.title} apply, "
                        f"{inside[0].id} to {inside[-1].id}.", draft.cite(inside[0].key, inside[-1].key))]  # fmt: skip
    if outside:
        series = dict.fromkeys(draft.index.requirements[one.parent] for one in outside)
        titles = joined([f"{one.id} {one.title}" for one in series])
        blocks.append(Paragraph(f"Out of scope, since the organisation file names no other category: {titles}."))
    audits = [one for one in draft.organisation.entries["audits"] if one["framework"] == framework.slug]
    blocks += [
        Paragraph(f"{one['report']} by {one['auditor']}, period {one['from']} to {one['to']}.") for one in audits
    ]
    return Section("Scope", tuple(blocks))


def _mapping(draft: Draft) -> Iterator[Section]:
    """A table for each series. The activity of a control stands where it is named first."""
    yield Section(
        "Mapping table",
        (
            Paragraph(
                "From each criterion to the controls that answer it, what they do, and what shows it. A control is "
                "key to a criterion where it alone reaches one of the objectives that the criterion asks for; the "
                "others are named after them as supporting. Where no control is key, those named answer it together. A "
                "control is described where it is named first."
            ),
        ),
    )
    alone = {str(row["control"]): set(parts(row["only_control_for"])) for row in draft.subject.plan}
    said: dict[str, str] = {}
    series: dict[str, list[tuple[str, ...]]] = {}
    for criterion in draft.asked(draft.frameworks[0]):
        leaves = {row.objective for row in draft.index.mappings_of.get(criterion.key, ())}
        meeting = draft.meeting.get(criterion.key, [])
        key = [slug for slug in meeting if alone.get(slug, set()) & leaves]
        name, cited = f"{criterion.id} {criterion.title}", draft.cite(criterion.key)
        rows = series.setdefault(criterion.parent, [])
        for slug in key:
            seen = f"see {said[slug]}" if slug in said else ""
            rows.append((name, draft.index.controls[slug].title, seen or draft.activity(slug),
                         seen or draft.evidence(slug), cited))  # fmt: skip
            said.setdefault(slug, criterion.id)
        others = [draft.index.controls[slug].title for slug in meeting if slug not in key]
        if others or not key:
            rows.append((name, "Supporting" if key else "Together", joined(others) or "no control yet", "", cited))
    for parent, rows in series.items():
        heading = draft.index.requirements[parent]
        table = Table(("Criterion", "Key control", "Control activity", "Evidence", CITATION), (30, 28, 64, 36, 18),
                      tuple(rows))  # fmt: skip
        yield Section(f"{heading.id} {heading.title}", (table,), 2)


def _worked(draft: Draft) -> Iterator[Section]:
    """One activity from design to evidence: the control with evidence on file that serves most criteria."""
    serving = _serving(draft)
    slug = max(sorted(serving), key=lambda one: (bool(draft.shown_by(one)), len(serving[one])))
    control, shown = draft.index.controls[slug], draft.shown_by(slug)
    every = next((one.every for one in shown if one.every), "")
    often = f"every {duration_of(every)}" if every else "as the activity says; no interval is set in the register"
    yield Section(f"A control activity worked out: {control.title}", (
        Table(("What", "How it is here"), (40, 130), (
            ("Control activity", draft.activity(slug)),
            ("Owner", draft.owner(slug)),
            ("Frequency", often),
            ("Status", draft.subject.status_of(slug)),
            ("Criteria", joined([f"{one.id} {one.title}" for one in serving[slug]])),
            ("Objectives reached", joined([draft.index.objectives[leaf].title for leaf in _reached(draft, slug)])),
            ("Evidence asked for", joined(control.evidence)),
        )),
    ))  # fmt: skip
    kinds = ", ".join(control.evidence)
    yield Section("Test procedure", (Items((
        Paragraph(f"Ask the owner ({draft.owner(slug)}) how the activity is performed, by whom, and who stands in."),
        Paragraph(f"Inspect what shows it in the period ({kinds}) and compare it with the activity as described."),
        Paragraph("List every time that the activity was due in the period, choose from that list, and inspect what "
                  "was kept for each. How many to choose is the auditor's judgement."),
        Paragraph("For one of them compare the artefact with the system that it was taken from, and its SHA-256 with "
                  "the register."),
        Paragraph("Note each deviation, its cause and what was done about it, as a finding on the criterion."),
    ), numbered=True),), 2)  # fmt: skip
    rows = tuple((f"{one.title} ({one.kind or 'kind not stated'})", one.collected, one.period.replace("/", " to "),
                  one.source, f"{one.id}\nSHA-256 {one.sha256}" if one.sha256 else f"{one.id}\n{one.place}")
                 for one in shown)  # fmt: skip
    heads = ("Artefact", "Collected", "Period", "Taken from", "Where and proof")
    yield Section("Evidence on file", (
        Table(heads, (40, 20, 26, 32, 52), rows) if rows
        else Paragraph("Nothing is in the register for any control yet; harmonizer evidence add puts it there."),
    ), 2)  # fmt: skip


def _serving(draft: Draft) -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for key, controls in draft.meeting.items():
        for slug in controls:
            found.setdefault(slug, []).append(draft.index.requirements[key])
    return {slug: sorted(rows, key=lambda one: one.position) for slug, rows in found.items()}


def _reached(draft: Draft, slug: str) -> list[str]:
    rows = [parts(row["objectives"]) for row in draft.subject.plan if row["control"] == slug]
    return rows[0] if rows else list(draft.index.controls[slug].satisfies)


def _register(draft: Draft) -> Section:
    rows = [
        (draft.index.controls[slug].title, draft.owner(slug), draft.subject.status_of(slug),
         joined([one.id for one in criteria]), joined(draft.index.controls[slug].evidence))
        for slug, criteria in _serving(draft).items()
    ]  # fmt: skip
    heads = ("Control", "Owner", "Status", "Criteria", "Evidence asked for")
    return Section("Controls", (
        Paragraph("An owner who is proposed is the post that the graph suggests; none is recorded yet."),
        Table(heads, (42, 30, 20, 36, 42), tuple(sorted(rows))),
    ))  # fmt: skip


def _open(draft: Draft) -> Section:
    """What an auditor would find missing."""
    serving = _serving(draft)
    left = [slug for slug in serving if draft.subject.status_of(slug) == STATUSES[0]]
    bare = [slug for slug in serving if draft.subject.status_of(slug) == STATUSES[2] and not draft.shown_by(slug)]
    items = [
        Paragraph(f"{len(left)} of {len(serving)} controls are not started."),
        Paragraph(
            f"{len(bare)} implemented controls have no evidence in the register"
            + (f": {joined(sorted(draft.index.controls[one].title for one in bare))}." if bare else ".")
        ),
    ]
    summary = draft.subject.summary
    items += [Paragraph(f"No control in the graph reaches {draft.index.objectives[one['objective']].title.lower()}: "
                        f"{one['reason']}", draft.cite(*one["requirements"]))
              for one in summary["uncovered"] if one["objective"] in draft.index.objectives]  # fmt: skip
    unexpressed = {one["requirement"]: one["reason"].removeprefix("residual: ") for one in summary["not_shown"]}
    items += [Paragraph(f"Not expressed by objectives, so to be judged by a person: {reason}", draft.cite(name))
              for name, reason in unexpressed.items()]  # fmt: skip
    return Section("What is open", (Items(tuple(items)), *draft.weak_settings()))

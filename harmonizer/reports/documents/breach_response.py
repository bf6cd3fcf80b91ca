"""The breach response procedure: whom to tell by when, under every law that binds, and what each notice holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from harmonizer.answer import joined
from harmonizer.model import Constraint, Requirement, short_key
from harmonizer.reports.documents.document import CITATION, Document, Items, Paragraph, Section, Table
from harmonizer.reports.documents.draft import Draft
from harmonizer.scope import tags_of
from harmonizer.strictness.applicability import condition_of

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer

TITLE = "Breach response procedure"
NAME = "breach-response"
FRAMEWORKS = ("hipaa", "gdpr")
BREACH = "event:breach"
TAKEN_FOR_GRANTED = (BREACH, "event:phi-secured")  # said once, not in each row


def breach_response(kg: Harmonizer) -> Document:
    """When there is a breach, the clocks, the steps, the notices, and what has to be on file."""
    draft = Draft(kg, NAME, [slug for slug in FRAMEWORKS if slug in (kg.known_organisation.frameworks or FRAMEWORKS)])
    return draft.document(TITLE, [
        *_what(draft), *_clocks(draft), _steps(draft), _contents(draft), _form(draft), _kept(draft), _controls(draft),
    ])  # fmt: skip


def _asked(draft: Draft) -> list[Requirement]:
    """The requirements that a breach sets off."""
    return [
        one for framework in draft.frameworks for one in draft.asked(framework) if BREACH in tags_of(one.applies_when)
    ]


def _what(draft: Draft) -> Iterator[Section]:
    blocks: list[Paragraph | Items | Table] = []
    if draft.applies("hipaa:164.414(b)"):
        proof = draft.constraints(
            [draft.index.requirement("hipaa:164.414(b)")], "permitted-grounds", "required-factors"
        )
        words = {one.dimension: draft.value(one, operator=False) for one in proof}
        blocks += [
            draft.say(
                "Use or disclosure of unsecured PHI that the Privacy Rule does not permit is presumed to be a "
                "breach. The presumption falls only on one of these grounds, and the organisation has to prove "
                f"it: {words['permitted-grounds']}. A low probability of compromise is shown by an assessment of "
                f"at least: {words['required-factors']}.",
                "hipaa:164.402",
                "hipaa:164.414(b)",
            ),
            draft.say(
                "PHI that was made unusable, unreadable or indecipherable as guidance says is not unsecured; then "
                "nothing below is due under HIPAA.",
                "hipaa:164.402",
            ),
        ]
    if draft.applies("gdpr:Art.33(1)"):
        blocks.append(
            draft.say(
                "Under the GDPR every breach of security that leads to destruction, loss, alteration or "
                "disclosure of personal data, or access to them, counts; notice to the authority falls "
                "away only where a risk to people is unlikely.",
                "gdpr:Art.33(1)",
                "gdpr:Art.33(5)",
            )
        )
    yield Section("When this procedure runs", tuple(blocks))
    contacts = draft.organisation.top.fields.get("contacts")
    rows = [(name.replace("_", " ").capitalize(), str(value)) for name, value in (contacts or {}).items()]
    rows += [(one.name, joined([one["decides"], *one.many("members")])) for one in draft.organisation.entries["bodies"]]
    if rows:
        yield Section("Who acts", (Table(("Who", "What for and how to reach"), (50, 120), tuple(rows)),), 2)


def _deadlines(draft: Draft) -> list[Constraint]:
    return draft.constraints(_asked(draft), "notice-deadline")


def _clocks(draft: Draft) -> Iterator[Section]:
    rows = []
    by_duty: dict[tuple[str, str], list[Constraint]] = {}
    places = {slug: place for place, slug in enumerate(draft.index.objectives)}
    for one in sorted(_deadlines(draft), key=lambda one: places[one.objective]):
        by_duty.setdefault((one.requirement, one.objective), []).append(one)
    for (key, objective), members in by_duty.items():
        numbers = [one for one in members if one.comparable]
        others = [draft.value(one) for one in members if not one.comparable]
        condition = condition_of(draft.index, members[0], draft.kg.circumstances)
        rows.append((
            draft.index.objectives[objective].title,
            joined([draft.value(one, operator=False) for one in numbers]) or "no number",
            joined(list(dict.fromkeys(one.clock.replace("-", " ") for one in numbers or members if one.clock))),
            joined(others),
            draft.events(condition, TAKEN_FOR_GRANTED, otherwise="every breach"),
            draft.cite(key),
        ))  # fmt: skip
    heads = ("What is due", "At the latest", "Clock starts with", "And in any case", "When", CITATION)
    blocks: list[Paragraph | Table] = [
        Paragraph("Every clock that can run for this organisation. The number is the outer limit; the words beside it "
                  "bind before it is reached."),
        Table(heads, (38, 22, 24, 34, 34, 22), tuple(rows)),
    ]  # fmt: skip
    joint = [
        row
        for row in draft.kg.strictest(*(one.key for one in draft.frameworks))
        if row["status"] == "covered-in-practice"
        and row["dimension"] == "notice-deadline"
        and {short_key(one.requirement) for one in _deadlines(draft)} & set(str(row["satisfies"]).split("; "))
    ]
    blocks += [
        draft.say(
            f"{_first_upper(str(row['note']).partition(';')[0])} (of the numbers; the words beside them are "
            "judged case by case).",
            *str(row["satisfies"]).split("; "),
        )
        for row in joint
    ]
    notes: dict[str, list[str]] = {}
    for one in _deadlines(draft):
        if one.note:
            notes.setdefault(one.note, []).append(one.requirement)
    yield Section("The clocks", tuple(blocks))
    yield Section("Notes on the clocks", (Items(tuple(
        draft.say(f"{_first_upper(note)}.", *cited) for note, cited in notes.items())),), 2)  # fmt: skip
    if draft.applies("hipaa:164.412(a)"):
        yield Section("Delay that law enforcement asks for", (draft.duties(draft.below("hipaa:164.412")),), 2)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _steps(draft: Draft) -> Section:
    steps = [Paragraph("Note the hour at which anybody of the workforce, or an agent, first knew or should have known. "
                       "Clocks run from there, not from the end of the inquiry.",
                       draft.cite(*_that_apply(draft, "hipaa:164.404(a)(2)", "hipaa:164.410(a)(2)", "gdpr:Art.33(1)"))),
             Paragraph("Contain: stop the disclosure, keep the logs, and do not change what shows what happened.",
                       draft.cite(*_that_apply(draft, "hipaa:164.308(a)(6)(ii)"))),
             Paragraph("Find out which data of whom are concerned, where they flowed (see the data flow) and in which "
                       "roles they were held: each role has its own duties.")]  # fmt: skip
    if draft.applies("hipaa:164.414(b)"):
        steps.append(draft.say("Assess the risk in writing, or notify without an assessment: the presumption holds "
                               "until it is disproved.", "hipaa:164.414(b)"))  # fmt: skip
    if draft.applies("gdpr:Art.33(1)"):
        steps.append(draft.say("Decide whether a risk to people is unlikely. If it is not, notify the supervisory "
                               "authority with what is known, and send the rest in phases.",
                               "gdpr:Art.33(1)", "gdpr:Art.33(4)"))  # fmt: skip
    if upstream := _that_apply(draft, "hipaa:164.410(a)(1)", "gdpr:Art.33(2)"):
        steps.append(draft.say("Tell those for whom the data were held.", *upstream))
    steps += [
        draft.say(
            "Send the notices of the table above, each before its clock ends, with the content below.",
            *dict.fromkeys(one.requirement for one in _deadlines(draft)),
        ),
        Paragraph(
            "Enter the breach in the register, notified or not, with facts, effects, remedies, notices and proof "
            "of dispatch.",
            draft.cite(*_that_apply(draft, "hipaa:164.408(c)", "hipaa:164.414(b)", "gdpr:Art.33(5)")),
        ),
        Paragraph("Afterwards mend the cause, and change this procedure where it failed."),
    ]
    return Section("Steps", (Items(tuple(steps), numbered=True),))


def _that_apply(draft: Draft, *names: str) -> list[str]:
    return [name for name in names if draft.applies(name)]


def _contents(draft: Draft) -> Section:
    return Section("What each notice holds", (_elements(draft, "required-content"),))


def _form(draft: Draft) -> Section:
    return Section("How it is given", (_elements(draft, "form", "posting-period"),))


def _elements(draft: Draft, *dimensions: str) -> Table:
    """What the constraints on some dimensions ask of each notice, in the order of the objectives."""
    places = {slug: place for place, slug in enumerate(draft.index.objectives)}
    found = sorted(draft.constraints(_asked(draft), *dimensions), key=lambda one: places[one.objective])
    rows = tuple((draft.index.objectives[one.objective].title,
                  draft.value(one, operator=one.operator != "includes"), one.note, draft.cite(one.requirement))
                 for one in found)  # fmt: skip
    return Table(("Notice", "What is asked", "Note", CITATION), (40, 66, 42, 24), rows)


def _kept(draft: Draft) -> Section:
    names = _that_apply(draft, "hipaa:164.414(a)", "hipaa:164.414(b)", "hipaa:164.408(c)", "gdpr:Art.33(5)")
    return Section("What has to be on file", (draft.duties(draft.index.requirement(name) for name in names),))


def _controls(draft: Draft) -> Section:
    slugs: Sequence[str] = list(dict.fromkeys(
        slug for one in _asked(draft) for slug in draft.meeting.get(one.key, ())))  # fmt: skip
    rows = tuple((draft.index.controls[slug].title, draft.owner(slug), draft.subject.status_of(slug),
                  draft.evidence(slug)) for slug in slugs)  # fmt: skip
    return Section(
        "Controls that carry it", (Table(("Control", "Owner", "Status", "Evidence"), (55, 40, 25, 50), rows),)
    )

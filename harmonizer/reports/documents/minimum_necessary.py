"""The minimum-necessary policy: who of the workforce needs which PHI, and how use and disclosure are kept to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harmonizer.reports.documents.document import CITATION, Document, Items, Paragraph, Section, Table
from harmonizer.reports.documents.draft import NOTHING, Draft

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer

TITLE = "Minimum necessary policy"
NAME = "minimum-necessary"
PHI = "data:phi"
LIMITED = "data:limited-data-set"


def minimum_necessary(kg: Harmonizer) -> Document:
    """The duty and its exceptions, classes of persons with their access, the rules for work on data, what is open."""
    draft = Draft(kg, NAME, ["hipaa"])
    return draft.document(TITLE, [
        *_duty(draft), _access(draft), _rules(draft), *_less(draft), _controls(draft), _open(draft),
    ])  # fmt: skip


def _duty(draft: Draft) -> Iterator[Section]:
    yield Section("The duty", (draft.duties(draft.below("hipaa:164.502(b)")),))
    exceptions = tuple((one.title, one.summary, draft.cite(one.key))
                       for one in draft.index.children(draft.index.requirement("hipaa:164.502(b)(2)").key))  # fmt: skip
    yield Section("Where it does not hold", (
        Paragraph("Training, testing and monitoring a model is none of these; the duty holds for all work of data "
                  "scientists on PHI."),
        Table(("Exception", "What is left out", CITATION), (34, 100, 36), exceptions),
    ), 2)  # fmt: skip
    if asked := draft.below("hipaa:164.514(d)"):
        yield Section("How a covered entity satisfies it", (draft.duties(asked),), 2)
    else:
        yield Section("How it is satisfied", (
            draft.say("The implementation specifications bind covered entities alone. The organisation keeps to them "
                      "by its own choice and by contract.", "hipaa:164.514(d)(1)"),
        ), 2)  # fmt: skip


def _access(draft: Draft) -> Section:
    cited = draft.cite("hipaa:164.514(d)(2)(i)(A)", "hipaa:164.514(d)(2)(i)(B)")
    rows = tuple((one["who"], draft.names(one.many("stores")), draft.data(one.many("data")), one["purpose"],
                  one["conditions"] or NOTHING, cited)
                 for one in draft.organisation.entries["access"])  # fmt: skip
    heads = ("Class of persons", "Where", "Categories of data", "Purpose", "Conditions", CITATION)
    return Section(
        "Who needs what",
        (
            Paragraph(
                "Whoever is not named here has no access to PHI. A new purpose is a new row, decided before access is "
                "given."
            ),
            Table(heads, (26, 28, 34, 32, 36, 20), rows)
            if rows
            else Paragraph("The organisation file names no class of persons; put them under 'access'."),
        ),
    )


def _rules(draft: Draft) -> Section:
    return Section(
        "Rules for data scientists",
        (
            Items(
                (
                    draft.say(
                        "Say first what the work is for and which elements it needs; take the least identifying form "
                        "that serves: de-identified, then a limited data set, then PHI.",
                        "hipaa:164.502(b)(1)",
                        "hipaa:164.514(a)",
                        "hipaa:164.514(e)(1)",
                    ),
                    draft.say(
                        "Work only in the stores named for your class, under the conditions named; copies elsewhere "
                        "are not allowed.",
                        "hipaa:164.514(d)(2)(ii)",
                    ),
                    draft.say(
                        "A whole medical record is used only where the purpose needs it and that is justified "
                        "specifically, in writing.",
                        "hipaa:164.514(d)(5)",
                    ),
                    draft.say(
                        "What recurs, such as the monthly extract for training, follows a standard protocol that names "
                        "the fields; what does not is reviewed one by one against criteria set beforehand.",
                        "hipaa:164.514(d)(3)(i)",
                        "hipaa:164.514(d)(3)(ii)",
                    ),
                    draft.say(
                        "When you ask another institution for data, ask for no more than the purpose needs.",
                        "hipaa:164.514(d)(4)(i)",
                    ),
                    Paragraph(
                        "Strip text burnt into images and the headers of image files as you would strip fields of a "
                        "table; an image that shows a face is an identifier too.",
                        draft.cite("hipaa:164.514(b)(2)(i)(Q)", "hipaa:164.514(b)(2)(i)(R)"),
                    ),
                ),
                numbered=True,
            ),
        ),
    )


def _less(draft: Draft) -> Iterator[Section]:
    """The forms of data that ask for less, from the graph."""
    yield Section("Forms that identify less", ())
    removed = [
        one for one in draft.below("hipaa:164.514(b)(2)(i)") if "(b)(2)(i)(" in one.id and one.id.count("(") == 4
    ]
    if removed:
        yield Section("De-identified", (
            draft.say("What is de-identified is no PHI any more. Of the two ways one is an expert's finding, the other "
                      "the removal of all of these, with no actual knowledge that the rest identifies anybody.",
                      "hipaa:164.502(d)(2)", "hipaa:164.514(b)(1)", "hipaa:164.514(b)(2)"),
            Table(("To be removed", "What exactly", CITATION), (40, 94, 36),
                  tuple((one.title, one.summary, draft.cite(one.key)) for one in removed)),
        ), 2)  # fmt: skip
    if asked := draft.below("hipaa:164.514(e)"):
        yield Section("Limited data set", (draft.duties(one for one in asked if "(C)(" not in one.id),), 2)


def _controls(draft: Draft) -> Section:
    asked = [*draft.below("hipaa:164.502(b)"), *draft.below("hipaa:164.514(d)")]
    slugs = dict.fromkeys(slug for one in asked for slug in draft.meeting.get(one.key, ()))
    rows = tuple((draft.index.controls[slug].title, draft.activity(slug), draft.owner(slug),
                  f"{draft.subject.status_of(slug)}\n{draft.evidence(slug)}") for slug in slugs)  # fmt: skip
    return Section(
        "Controls", (Table(("Control", "What it does", "Owner", "Status and evidence"), (30, 74, 28, 42), rows),)
    )


def _open(draft: Draft) -> Section:
    """Stores of PHI that nobody is named for: either nobody needs access, or somebody is missing."""
    named = {store for one in draft.organisation.entries["access"] for store in one.many("stores")}
    bare = [one for one in draft.organisation.entries["stores"] if draft.contains(one, PHI) and one["id"] not in named]
    items = [draft.say(f"{one.name} holds PHI and no class of persons is named for it: give nobody access, or name who "
                       "needs it.", "hipaa:164.514(d)(2)(i)(A)") for one in bare]  # fmt: skip
    items += [draft.say(f"{one['who']}: no condition of access is named.", "hipaa:164.514(d)(2)(i)(B)")
              for one in draft.organisation.entries["access"] if not one["conditions"]]  # fmt: skip
    return Section("What is open", (Items(tuple(items)),) if items else (Paragraph("Nothing that the files tell."),))

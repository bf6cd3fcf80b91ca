"""The front page of the control matrix workbook: what it is, how it was made, where things stand, what words mean."""

from __future__ import annotations

from collections.abc import Sequence

from harmonizer.answer import Cell
from harmonizer.model import Framework
from harmonizer.reports.dashboard import answers
from harmonizer.reports.subject import Subject
from harmonizer.reports.tables import FRONT_PAGE, Page, Section, Sheet

WIDTHS = (26, 62, 14, 44, 13)

PURPOSE = (
    ("What this is", "One set of controls for all the frameworks below at their strictest settings, with what it "
     "leaves open, the crosswalk, the comparison of constraints, the conflicts and the coverage that it rests on. "
     "It was computed from a knowledge graph that maps requirements to control objectives."),
    ("What this is not", "This is not legal advice, and no finding of compliance. A mapping supports the judgement of "
     "a counsel or an auditor; it does not replace it. Summaries are paraphrases: the source decides."),
)  # fmt: skip

STATUS_WORDS = {
    "optimal": "no sufficient set costs less effort; an independent checker verified the certificate",
    "best known": "the best set that was found in the time given; the bound beside it is verified",
}

WORDS: dict[str, tuple[tuple[str, str], ...]] = {
    "Words: relation": (
        ("equal", "source and target ask for the same"),
        ("subset-of", "the source is part of the target: meeting the target meets the source, in content"),
        ("superset-of", "the source asks for all of the target and for more"),
        ("intersects-with", "each has a part that the other lacks"),
        ("equal or subset-of", "within the target; whether the target asks for more is not known; likewise equal or "
         "superset-of"),
        ("at least overlaps", "they have something in common; more is not known"),
        ("no-relationship", "they have nothing in common"),
        ("(empty)", "nothing is entailed; see the certainty"),
    ),
    "Words: certainty": (
        ("definite", "exactly one relation is entailed; definite in content, not in scope or strength"),
        ("overlapping", "overlap is entailed, the exact relation is not"),
        ("shared", "both are mapped to one objective through rows that entail nothing: a lead, not a finding"),
    ),
    "Words: coverage": (
        ("covered", "all that it asks for is contained in the others, as strictly and within scope, and nothing is "
         "left unexpressed"),
        ("partly", "a part is contained; the missing objectives, looser constraints and the rest are named"),
        ("not-covered", "nothing of it is contained"),
        ("not-reviewed", "it is mapped to no objective yet, so nothing can be said"),
        ("out-of-scope", "its condition cannot be true in the scope that was asked"),
        ("coverage (%)", "the weight of what is contained over the weight of what is asked: 1 for a primary, 1/3 for a "
         "secondary objective"),
    ),
    "Words: status of a constraint": (
        ("binding", "nothing stricter binds wherever it binds: this decides"),
        ("dominated", "a stricter constraint, which is named, binds wherever this one does"),
        ("qualitative", "a duty without a number, or one whose value the organisation sets; it stands beside them"),
        ("conflict", "no value meets it and the one named, in scopes that can hold together; see Conflicts"),
        ("covered-in-practice", "not a duty: one internal deadline that satisfies all the requirements named"),
        ("scope", "for whom it holds, in tags joined by & (and), | (or), ! (not); * is everyone"),
    ),
}  # fmt: skip


def front_page(subject: Subject, sheets: Sequence[Page | Sheet]) -> Page:
    """The page for a workbook that holds these sheets."""
    return Page(
        FRONT_PAGE, f"Control matrix: {', '.join(subject.headings)}",
        "Made by harmonizer from its knowledge graph. Not legal advice.", WIDTHS,
        [
            Section("About", PURPOSE),
            Section("Frameworks", _frameworks(subject), ("Framework", "Title", "Version", "Licence", "Last check")),
            Section("How it was made", _making(subject)),
            Section("What the controls answer", [_answered(subject, one, heading) for one, heading in
                                                 zip(subject.frameworks, subject.headings, strict=True)]),
            Section("Sheets", [(sheet.name, f"{sheet.title}. {sheet.note}") for sheet in sheets], links=True),
            *(Section(heading, words) for heading, words in WORDS.items()),
        ],
    )  # fmt: skip


def _frameworks(subject: Subject) -> list[Sequence[Cell]]:
    return [(heading, one.title, one.version, one.licence, one.checked)
            for one, heading in zip(subject.frameworks, subject.headings, strict=True)]  # fmt: skip


def _making(subject: Subject) -> list[Sequence[Cell]]:
    plan, index, summary = subject.plan, subject.kg.index, subject.summary
    asked = subject.circumstances
    certificate = summary.get("certificate")
    rows: list[Sequence[Cell]] = [
        ("Controls", f"{len(plan)} chosen of {len(index.controls)} candidate controls"),
        ("Effort", f"{plan.effort} person-days likely, {summary['effort_low']} by the low and {summary['effort_high']} "
         "by the high estimates: first year, company of 100 people"),
        ("Status", f"{plan.status}: {STATUS_WORDS.get(plan.status, 'as the solver reports it')}. Lower bound "
         f"{plan.lower_bound} person-days, gap {plan.gap:.1%}: no set that meets as much takes less than the bound"),
        ("Objectives", _reached(subject)),
        ("Mappings", _mappings(subject)),
        ("Scope", _scope(subject)),
        ("As of", asked.as_of or "no date given: everything in the dataset counts"),
        ("Dataset", f"SHA-256 {index.hash}"),
    ]  # fmt: skip
    return [*rows, ("Certificate", str(certificate))] if certificate else rows


def _scope(subject: Subject) -> str:
    """For whom: the organisation or one of its systems, where a file says what it is, and the expression asked."""
    organisation, system, asked = subject.kg.organisation, subject.kg.system, subject.circumstances.scope
    whom = f"{system + ' of ' if system else ''}{organisation.name}" if organisation else "every organisation (*)"
    return whom if asked == "*" else f"{whom}, where {asked}" if organisation else asked


def _reached(subject: Subject) -> str:
    touched = {str(slug) for slug in subject.ask(subject.kg.overlap, *subject.keys).column("objective")}
    reached = len(touched & subject.reaching.keys())
    return f"{reached} of the {len(touched)} leaf objectives that the frameworks ask for are reached by the controls"


def _mappings(subject: Subject) -> str:
    rows = [row for framework in subject.frameworks for row in subject.mappings(framework)]
    reviewed = sum(row.review_state == "reviewed" for row in rows)
    return f"{len(rows)} mapping rows from requirements to objectives, {reviewed} of them reviewed by a second person"


def _answered(subject: Subject, framework: Framework, heading: str) -> tuple[str, str]:
    """How many of a framework's requirements the controls answer in all, some and no mapped parts."""
    counts = answers(subject, framework)
    words = ", ".join(f"{count} {part}" for part, count in counts.items())
    return heading, f"of {sum(counts.values())} requirements in scope the controls answer {words}"

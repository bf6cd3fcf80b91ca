"""The dashboard: the figures that a manager asks for first, as small tables with charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harmonizer.model import Framework
from harmonizer.programme.assessment import STATUSES
from harmonizer.reports.subject import ANSWERED, Subject
from harmonizer.reports.tables import Page, Section, Sheet

WIDTHS = (30, 13, 13, 13, 13, 72)


def answers(subject: Subject, framework: Framework) -> dict[str, int]:
    """How many of a framework's requirements that apply the controls answer in every, some and no part."""
    found = Counter(answer for key, answer in subject.answered.items() if key.partition(":")[0] == framework.key)
    return {answer: found[answer] for answer in ANSWERED}


def dashboard(subject: Subject, sheets: Sequence[Sheet]) -> Page:
    """Figures of the plan and of its progress; ``sheets`` are those of the same report, for links."""
    plan, index, names = subject.plan, subject.kg.index, {sheet.name for sheet in sheets}
    by_framework = list(zip(subject.frameworks, subject.headings, strict=True))
    statuses = Counter(subject.status_of(slug) for slug in plan.controls)
    days: Counter[str] = Counter()
    for row in plan:
        days[index.control(str(row["control"])).kind] += int(row["effort"] or 0)
    standing = Counter(map(str, subject.ask(subject.kg.strictest, *subject.keys).column("status")))
    conflicts = len(subject.ask(subject.kg.conflicts, *subject.keys))
    figures = [
        ("Controls", f"{len(plan)} chosen, {statuses['implemented']} implemented"),
        ("Effort", f"{plan.effort} person-days in the first year, company of 100 people"),
        ("Conflicts", f"{conflicts} sets of duties that collide or pull apart"),
        ("Gaps", f"{len(plan.uncovered)} demands that no control meets, {len(subject.summary.get('not_shown', ()))} "
         "that no objective expresses"),
    ]  # fmt: skip
    return Page(
        "Dashboard", "Where things stand", f"Computed for {', '.join(subject.headings)} on the day of export.", WIDTHS,
        [
            Section("Figures", [row for row in figures if row[0] in names], links=True),
            Section("Requirements answered by the controls", [
                (heading, *answers(subject, framework).values()) for framework, heading in by_framework
            ], ("Framework", *(answer.capitalize() for answer in ANSWERED)), chart="stacked"),
            Section("Controls by status", [(status, statuses[status]) for status in STATUSES],
                    ("Status", "Controls"), chart="bars"),
            Section("Effort by kind of control", sorted(days.items()), ("Kind", "Person-days"), chart="bars"),
            Section("Constraints by standing", [(one, count) for one, count in standing.most_common()],
                    ("Standing", "Constraints"), chart="bars"),
        ],
    )  # fmt: skip

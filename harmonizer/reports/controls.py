"""The tables about the chosen controls: what they say, cost, leave open, and what evidence they call for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harmonizer.answer import Cell, joined
from harmonizer.reports.inputs import STATUS_TINTS, input_cells, input_columns
from harmonizer.reports.subject import Subject, parts
from harmonizer.reports.tables import AMBER, BLUE, DATE, NUMBER, ORANGE, STRONG, Column, Sheet

PARTIAL = " (partial)"
GAP_TINTS = {"uncovered": ORANGE, "not shown": AMBER, "reached already": BLUE}


def controls(subject: Subject) -> Sheet:
    """One row for each chosen control, with the columns that people fill in."""
    index, summary, held = subject.kg.index, subject.summary, subject.held["control"]
    inputs = input_columns("control", subject.plan.controls, held)
    rows: list[Sequence[Cell]] = []
    for row in subject.plan:
        control = index.control(str(row["control"]))
        detail = subject.plan.details[control.slug]
        rows.append((
            control.slug, control.title, detail.statement.text,
            "\n".join(f"• {one}" for one in detail.statement.settings), joined(detail.statement.bound_by),
            *(_marked(row[column], framework.key, detail.whole)
              for framework, column in zip(subject.frameworks, subject.plan_columns, strict=True)),
            control.owner, row["effort"], *input_cells(inputs, control.slug, held),
        ))  # fmt: skip
    days = f"{summary['effort']} person-days (low {summary['effort_low']}, high {summary['effort_high']})"
    columns = (
        Column("Control", 18, STRONG), Column("Title", 18), Column("Statement", 38), Column("Settings", 52),
        Column("Bound by", 20), *(Column(heading, 20) for heading in subject.headings),
        Column("Owner role", 11), Column("Effort", 7, NUMBER), *inputs,
    )  # fmt: skip
    return Sheet(
        "Controls", f"Superset controls for {', '.join(subject.headings)}",
        f"{len(rows)} controls, {days}. Coloured columns are yours to fill in; everything else is read again from the "
        "knowledge graph. (partial): the control meets a part of the requirement, others the rest.",
        columns, rows, "no control was chosen", fixed=2, subject="control",
    )  # fmt: skip


def _marked(ids: Cell, framework: str, whole: frozenset[str]) -> str:
    return joined([one if f"{framework}:{one}" in whole else f"{one}{PARTIAL}" for one in parts(ids)])


def effort(subject: Subject) -> Sheet:
    """What each chosen control costs, what it alone holds up, and what would come in its place."""
    index = subject.kg.index
    rows: list[Sequence[Cell]] = []
    for row in subject.plan:
        control = index.control(str(row["control"]))
        rows.append((
            control.slug, control.title, control.kind, row["effort"], control.effort_low, control.effort_likely,
            control.effort_high, control.effort_basis, row["only_control_for"], row["cheapest_alternative"],
            row["regret"], joined(control.prerequisites),
        ))  # fmt: skip
    return Sheet(
        "Effort", "What each control costs and holds up",
        "Person-days of the first year in a company of 100 people. Effort counts the settings and what is in place, "
        "the estimates by itself do not. Regret: the further effort of the cheapest set without the control.",
        (Column("Control", 22, STRONG), Column("Title", 26), Column("Kind", 14), Column("Effort", 8, NUMBER),
         Column("By itself: low", 9, NUMBER), Column("By itself: likely", 9, NUMBER),
         Column("By itself: high", 9, NUMBER), Column("Basis of the estimate", 40), Column("Only control for", 34),
         Column("Cheapest alternative", 26), Column("Regret", 9, NUMBER), Column("Prerequisites", 22)),
        rows, "no control was chosen",
    )  # fmt: skip


def gaps(subject: Subject) -> Sheet:
    """What the controls leave open or cannot show, each with its reason."""
    index, summary = subject.kg.index, subject.summary
    rows: list[Sequence[Cell]] = []
    for state in ("uncovered", "reached"):
        for one in summary.get(state, ()):
            slug = str(one["objective"])
            title = index.objectives[slug].title if slug in index.objectives else ""
            words = ("uncovered", one["reason"]) if state == "uncovered" else (
                "reached already", f"by {joined(one['by'])}")  # fmt: skip
            rows.append((words[0], slug, joined(one["requirements"]), title, words[1]))
    rows += [("not shown", None, one["requirement"], index.requirement(one["requirement"]).title, one["reason"])
             for one in summary.get("not_shown", ())]  # fmt: skip
    counts = Counter(str(row[0]) for row in rows)
    figures = ", ".join(f"{count} {state}" for state, count in counts.items()) or "Nothing is left open"
    return Sheet(
        "Gaps", "What the controls leave open",
        f"{figures}. Uncovered: no chosen control reaches it. Not shown: no control objective expresses it, so judge "
        "it by reading the source.",
        (Column("State", 15, tints=GAP_TINTS), Column("Objective", 32), Column("Requirements", 36),
         Column("Title", 40), Column("Reason", 70)),
        rows, "the controls leave nothing open",
    )  # fmt: skip


def evidence_requests(subject: Subject) -> Sheet:
    """One row for each piece of evidence that a chosen control leaves behind, for whoever has to fetch it."""
    index = subject.kg.index
    rows: list[Sequence[Cell]] = []
    for row in subject.plan:
        control = index.control(str(row["control"]))
        held = subject.held["control"].get(control.slug, {})
        rows += [
            (f"{control.slug}/{number}", evidence, control.title, control.owner, held.get("owner"), held.get("due"),
             subject.status_of(control.slug), *(row[column] for column in subject.plan_columns))
            for number, evidence in enumerate(control.evidence, 1)
        ]  # fmt: skip
    return Sheet(
        "Evidence requests", "The evidence to ask for",
        f"{len(rows)} pieces of evidence. Owner, due date and status are those of the control on the day of export; "
        "fill them in on the sheet Controls. The frameworks' columns say which requirements the evidence is for.",
        (Column("Request", 30, STRONG), Column("Evidence", 32), Column("Control", 26), Column("Owner role", 14),
         Column("Owner", 14), Column("Due date", 11, DATE), Column("Status", 12, tints=STATUS_TINTS),
         *(Column(heading, 26) for heading in subject.headings)),
        rows, "no control leaves evidence behind",
    )  # fmt: skip

"""The Statement of Applicability: for each requirement of a framework whether it applies, why, and what meets it.

ISO/IEC 27001:2022 asks for one in 6.1.3 d): the necessary controls, why each is there, whether it is implemented, and
why any control of Annex A is left out. The other frameworks get the same, requirement by requirement.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from harmonizer.answer import Cell, joined
from harmonizer.model import Framework, Requirement
from harmonizer.reports.inputs import input_cells, input_columns
from harmonizer.reports.subject import ANSWERED, Subject
from harmonizer.reports.tables import AMBER, BLUE, GREEN, GREY, ORANGE, STRONG, Column, Sheet
from harmonizer.scope import both
from harmonizer.strictness.applicability import DEFAULT_MODALITIES, in_force_where

ANSWERED_TINTS = dict(zip(ANSWERED, (GREEN, AMBER, ORANGE), strict=True))
MAXIMUM_NAME = 31  # characters that spreadsheet programs allow in the name of a sheet


def statement_of_applicability(subject: Subject, framework: Framework, heading: str) -> Sheet:
    """Every requirement of one framework, with the columns for what was found of it."""
    index, held = subject.kg.index, subject.held["requirement"]
    requirements = [one for one in index.requirements_of(framework) if one.kind == "requirement"]
    inputs = input_columns("requirement", [one.key for one in requirements], held)
    rows: list[Sequence[Cell]] = []
    for one in requirements:
        applies, reason = _applicability(subject, one)
        meeting = subject.meeting.get(one.key, []) if applies else []
        rows.append((
            subject.requirement_name(one.key), one.title, "yes" if applies else "no", reason,
            subject.answered.get(one.key) if applies else None, joined(meeting), _progress(subject, meeting),
            *input_cells(inputs, one.key, held),
        ))  # fmt: skip
    applying = Counter(row[2] for row in rows)
    return Sheet(
        re.sub(r"[\[\]:*?/\\]", " ", f"SoA {heading}")[:MAXIMUM_NAME].strip("' "),
        f"Statement of Applicability: {framework.title}",
        f"{applying['yes']} of {len(rows)} requirements apply. Met: how far the chosen controls answer it once they "
        "work; progress: how far they are. The findings are yours to fill in.",
        (Column("Requirement", 24, STRONG), Column("Title", 32),
         Column("Applicable", 11, tints={"yes": BLUE, "no": GREY}), Column("Reason", 34),
         Column("Met", 13, tints=ANSWERED_TINTS), Column("Controls", 34), Column("Progress", 20), *inputs),
        rows, "the framework has no requirement", subject="requirement",
    )  # fmt: skip


def _applicability(subject: Subject, requirement: Requirement) -> tuple[bool, str]:
    """Whether a requirement applies in the subject's circumstances, and why or why not."""
    index, asked = subject.kg.index, subject.circumstances
    when = in_force_where(index, requirement.key, asked.as_of)
    condition = both(requirement.applies_when or "*", when)
    modality = requirement.modality.replace("-", " ")
    if not index.scope.compatible(when, asked.scope):
        return False, f"not in force on {asked.as_of}"
    if not index.scope.compatible(condition, asked.scope):
        cannot = f"its condition {condition} cannot hold together with {asked.scope}"
        return False, subject.judge.reason(condition) if subject.judge else cannot
    if requirement.modality not in DEFAULT_MODALITIES and requirement.key not in subject.meeting:
        return False, f"{modality}: the plan does not ask for it"
    if condition == "*":
        return True, f"{modality}; always"
    return True, f"{modality}; {subject.judge.reason(condition) if subject.judge else f'where {condition}'}"


def _progress(subject: Subject, controls: Sequence[str]) -> str | None:
    """How many of the controls are implemented, those that are not applicable left out."""
    if not controls:
        return None
    counts = Counter(subject.status_of(one) for one in controls)
    asked = len(controls) - counts["not applicable"]
    return f"{counts['implemented']} of {asked} implemented" if asked else "not applicable"

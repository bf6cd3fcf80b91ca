"""The control matrix: the chosen controls, and everything that they were computed from, as one report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from harmonizer.errors import UsageError, did_you_mean, nearest
from harmonizer.model import Framework
from harmonizer.reports import comparison, controls, html, plain
from harmonizer.reports.applicability_statement import statement_of_applicability
from harmonizer.reports.dashboard import dashboard
from harmonizer.reports.front_page import front_page
from harmonizer.reports.subject import Subject
from harmonizer.reports.tables import FRONT_PAGE, Page, Report, Sheet

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer
    from harmonizer.superset.plan import Plan

NO_DATE = datetime(1980, 1, 1)
DASHBOARD, STATEMENTS = "Dashboard", "Statement of Applicability"
SHEETS: dict[str, Callable[[Subject], Sheet]] = {
    "Coverage": comparison.coverage,
    "Controls": controls.controls,
    "Effort": controls.effort,
    "Crosswalk": comparison.crosswalk,
    "Most stringent": comparison.strictest,
    "Conflicts": comparison.conflicts,
    "Gaps": controls.gaps,
    "Evidence requests": controls.evidence_requests,
    "Coverage by requirement": comparison.coverage_by_requirement,
    "Objectives": comparison.objectives,
    "Sources": comparison.sources,
}
"""The tables by name, in their order; the statements of applicability follow the gaps."""


def control_matrix(kg: Harmonizer, frameworks: Sequence[str], plan: Plan, only: Sequence[str] = ()) -> Report:
    """The whole control matrix of these frameworks, or ``only`` the tables named.

    Where it is not whole the front page stays: it says what the tables rest on.

    Raises
    ------
    UnknownNameError: for a framework that the graph lacks.
    UsageError: for a framework that the plan was not made for, and for a table that does not exist.
    """
    subject = Subject(kg, tuple({one.key: one for one in map(kg.index.framework, frameworks)}.values()), plan)
    names = (DASHBOARD, *SHEETS, STATEMENTS)
    wanted = {_known(name, names) for name in only} or set(names)
    sheets: list[Sheet] = []
    for name, make in SHEETS.items():
        if name in wanted:
            sheets.append(make(subject))
        if name == "Gaps" and STATEMENTS in wanted:
            sheets += [statement_of_applicability(subject, framework, heading)
                       for framework, heading in zip(subject.frameworks, subject.headings, strict=True)]  # fmt: skip
    pages: list[Page] = [dashboard(subject, sheets)] if DASHBOARD in wanted else []
    parts: tuple[Page | Sheet, ...] = (*pages, *sheets)
    parts = (front_page(subject, parts), *parts)
    asked = subject.circumstances
    return Report(f"Control matrix: {', '.join(subject.headings)}", kg.index.hash, tuple(subject.keys), asked.scope,
                  asked.as_of, _day(subject.frameworks), parts)  # fmt: skip


FORMATS = ("xlsx", "csv", "json", "md", "html")
"""What the control matrix can be written as."""


def write_matrix(report: Report, format_name: str, path: Path) -> Path:
    """Write the report in one of :data:`FORMATS`; returns its path. :class:`UsageError` for any other."""
    if format_name not in FORMATS:
        raise UsageError(f"unknown format {format_name!r}{did_you_mean(nearest(format_name, FORMATS))}")
    if format_name == "xlsx":
        from harmonizer.reports.workbook import write_workbook

        return write_workbook(report, path)
    writers = {"csv": plain.write_csv, "json": plain.write_json, "md": plain.write_markdown, "html": html.write_html}
    return writers[format_name](report, path)


def _known(name: str, names: Sequence[str]) -> str:
    by_folded = {one.casefold(): one for one in names}
    if name.casefold() not in by_folded:
        raise UsageError(f"there is no table {name!r}{did_you_mean(nearest(name, names))}; "
                         f"expected {', '.join(names)} ({FRONT_PAGE} is always there)")  # fmt: skip
    return by_folded[name.casefold()]


def _day(frameworks: Sequence[Framework]) -> datetime:
    """The day of the last check of the frameworks: a fact about the content, where a clock would not be."""
    try:
        return datetime.fromisoformat(max(framework.checked for framework in frameworks))
    except ValueError:
        return NO_DATE

"""What a report is about: the graph, the chosen frameworks and the plan for them, asked in the same circumstances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from harmonizer.answer import Answer, Cell, joined
from harmonizer.errors import UsageError
from harmonizer.model import Framework, short_key
from harmonizer.model import Mapping as MappingRow
from harmonizer.programme.applicability import Judge
from harmonizer.programme.assessment import STATUSES
from harmonizer.reports.inputs import Held
from harmonizer.strictness.applicability import Circumstances, applicable

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer
    from harmonizer.superset.plan import Plan

HEADING_TELLS = 27  # characters: the name of a sheet holds 31, of which we use four
ANSWERED = ("in every part", "in some parts", "in no part")


@dataclass(frozen=True)
class Subject:
    """What a workbook is about: the graph, the chosen frameworks in their order, and the plan for them."""

    kg: Harmonizer
    frameworks: tuple[Framework, ...]
    plan: Plan

    @property
    def summary(self) -> dict[str, Any]:
        """The figures beside the plan's rows."""
        return dict(self.plan.answer.summary)

    @cached_property
    def circumstances(self) -> Circumstances:
        """For whom the plan was made; every sheet is asked for the same."""
        own = self.kg.circumstances
        return Circumstances(str(self.summary.get("scope", own.scope)), str(self.summary.get("as_of", own.as_of)))

    @cached_property
    def judge(self) -> Judge | None:
        """Who says why something applies to the organisation, where its file says what it is."""
        kg = self.kg
        return Judge(kg.index, kg.organisation, self.circumstances, kg.system) if kg.organisation else None

    @cached_property
    def keys(self) -> list[str]:
        return [framework.key for framework in self.frameworks]

    @cached_property
    def headings(self) -> list[str]:
        """Short titles, with the version where two versions of one framework meet, or the key where that is no help.

        No two are alike in their first characters, so that each can name a sheet.
        """
        for name in (lambda one: one.short_title, lambda one: f"{one.short_title} {one.version}"):
            names = [name(one) for one in self.frameworks]
            if len({one[:HEADING_TELLS].casefold() for one in names}) == len(names):
                return names
        return self.keys

    @cached_property
    def plan_columns(self) -> list[str]:
        """The plan's column of requirement ids for each framework."""
        known = self.plan.answer.columns
        columns = [one.slug if one.slug in known else one.key for one in self.frameworks]
        if missing := [column for column in columns if column not in known]:
            raise UsageError(f"the plan was not made for {joined(missing)}; solve for the frameworks of the workbook")
        return columns

    def ask(self, question: Callable[..., Answer], *names: str, **more: object) -> Answer:
        """The answer of one of the graph's methods in the plan's circumstances."""
        return question(*names, scope=self.circumstances.scope, as_of=self.circumstances.as_of, **more)

    def mappings(self, framework: Framework) -> list[MappingRow]:
        """The mapping rows of a framework's requirements, withdrawn ones left out."""
        index = self.kg.index
        return [row for one in index.requirements_of(framework) for row in index.mappings_of.get(one.key, ())]

    @cached_property
    def held(self) -> Mapping[str, Held]:
        """What the workspace holds for controls and requirements on the day asked; nothing without a workspace."""
        if self.kg.workspace is None:
            return {"control": {}, "requirement": {}}
        assessment, day = self.kg.assessment, self.circumstances.as_of
        return {"control": assessment.controls(as_of=day), "requirement": assessment.requirements(as_of=day)}

    def status_of(self, control: str) -> str:
        """The status that the workspace holds for a control, ``not started`` where it holds none."""
        return self.held["control"].get(control, {}).get("status", STATUSES[0])

    @cached_property
    def meeting(self) -> dict[str, list[str]]:
        """The chosen controls that meet each requirement in whole or part, by the requirement's key."""
        found: dict[str, list[str]] = {}
        for row in self.plan:
            for framework, column in zip(self.frameworks, self.plan_columns, strict=True):
                for one in parts(row[column]):
                    found.setdefault(f"{framework.key}:{one}", []).append(str(row["control"]))
        return found

    @cached_property
    def answered(self) -> dict[str, str]:
        """How far each requirement that applies is met, by key: one of :data:`ANSWERED`."""
        summary, index = self.summary, self.kg.index
        met = {short_key(one) for one in self.meeting}
        met |= {one for reached in summary.get("reached", ()) for one in reached["requirements"]}
        left = {one for uncovered in summary.get("uncovered", ()) for one in uncovered["requirements"]}
        left |= {one["requirement"] for one in summary.get("not_shown", ())}
        asked = [one for framework in self.frameworks for one in applicable(index, framework, self.circumstances)]
        return {one.key: ANSWERED[2 if one.short not in met else 1 if one.short in left else 0] for one in asked}

    def requirement_name(self, key: str) -> str:
        """``slug:id``, or the full key where it is not of the current version."""
        return short_key(key) if self.kg.index.is_current(key) else key

    @cached_property
    def reaching(self) -> dict[str, list[str]]:
        """The chosen controls that reach each leaf objective."""
        found: dict[str, list[str]] = {}
        for row in self.plan:
            for leaf in parts(row["objectives"]):
                found.setdefault(leaf, []).append(str(row["control"]))
        return found


def parts(cell: Cell) -> list[str]:
    """The values that :func:`~harmonizer.answer.joined` put into one cell."""
    return str(cell).split("; ") if cell else []

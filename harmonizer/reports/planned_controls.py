"""The controls of a plan as other tools list controls: an id, a name, a description, what each serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harmonizer.knowledge.index import Index
from harmonizer.superset.plan import Plan


@dataclass(frozen=True, slots=True)
class PlannedControl:
    """One control of a plan. ``serves``: by framework the ids of the requirements, as its source writes them."""

    slug: str
    title: str
    kind: str
    statement: str
    serves: Mapping[str, str]
    evidence: tuple[str, ...]

    @property
    def serving(self) -> str:
        """``Serves SOC 2: CC6.1; CC6.2. HIPAA: ...``, or nothing."""
        told = " ".join(f"{framework}: {ids}." for framework, ids in self.serves.items())
        return f"Serves {told}" if told else ""


def planned_controls(plan: Plan, index: Index) -> list[PlannedControl]:
    """The controls in the order of the plan, each with the settings that bind it in its statement."""
    columns = plan.answer.columns
    frameworks = columns[columns.index("objectives") + 1 : columns.index("effort")]
    found = []
    for row in plan:
        slug = str(row["control"])
        known = index.controls.get(slug)
        serves = {_heading(index, name): str(row[name]) for name in frameworks if row[name]}
        found.append(PlannedControl(slug, known.title if known else slug, known.kind if known else "",
                                    str(row["statement"]), serves, known.evidence if known else ()))  # fmt: skip
    return found


def _heading(index: Index, name: str) -> str:
    framework = index.framework(name)
    return framework.short_title or framework.slug

"""Questions about plans and tables of their answers: pure functions of the index and of answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

import harmonizer as hz
from harmonizer.answer import Answer
from harmonizer.explorer.details import asks
from harmonizer.explorer.session import Question
from harmonizer.knowledge.index import Index
from harmonizer.superset import checker
from harmonizer.superset.deadline import Deadline, Progress

if TYPE_CHECKING:
    from harmonizer.superset.plan import Plan
    from harmonizer.superset.problem import Given


@dataclass(frozen=True)
class PlanQuestion:
    """What a plan is asked for: the question of every page, what is in place and ruled out, and the budget."""

    question: Question
    have: tuple[str, ...] = ()
    have_framework: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    budget: int | None = None

    @property
    def given(self) -> Given:
        return {"have": self.have, "have_framework": self.have_framework, "exclude": self.exclude}

    @property
    def fingerprint(self) -> str:
        """A short name that an address carries: this question was asked for."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:10]

    def without(self, control: str) -> PlanQuestion:
        """The same question if this control may not be chosen."""
        return replace(self, have=tuple(one for one in self.have if one != control), exclude=(*self.exclude, control))

    def solve(self, kg: hz.Harmonizer, deadline: Deadline, progress: Progress) -> Plan:
        """The cheapest plan, or within the budget the one that satisfies most."""
        return kg.solve(*self.question.frameworks, scope=self.question.scope, as_of=self.question.as_of,
                        budget=self.budget, time_limit=deadline, progress=progress, **self.given)  # fmt: skip

    def in_turn(self, kg: hz.Harmonizer, deadline: Deadline, progress: Progress) -> Answer:
        """What each framework adds to those before it. It has no answer in part: once stopped it goes no further."""

        def told(what: str, done: int, total: int) -> None:
            if deadline.has_passed:
                raise hz.HarmonizerError("stopped; what frameworks add is known only at the end")
            progress(what, done, total)

        return kg.in_turn(*self.question.frameworks, scope=self.question.scope, as_of=self.question.as_of,
                          progress=told, **self.given)  # fmt: skip

    def budget_curve(self, kg: hz.Harmonizer, deadline: Deadline, progress: Progress) -> Answer:
        """How far a budget reaches."""
        return kg.budget_curve(*self.question.frameworks, scope=self.question.scope, as_of=self.question.as_of,
                               deadline=deadline, progress=progress, **self.given)  # fmt: skip

    def roadmap(self, kg: hz.Harmonizer, deadline: Deadline, progress: Progress) -> Answer:
        """In which order to adopt the controls."""
        return kg.roadmap(*self.question.frameworks, scope=self.question.scope, as_of=self.question.as_of,
                          deadline=deadline, **self.given)  # fmt: skip

    def unlocks(self, kg: hz.Harmonizer, deadline: Deadline, progress: Progress) -> Answer:
        """What each missing control would newly satisfy."""
        return kg.unlocks(*self.question.frameworks, scope=self.question.scope, as_of=self.question.as_of,
                          deadline=deadline, **self.given)  # fmt: skip


def plan_table(index: Index, plan: Plan) -> pd.DataFrame:
    """The chosen controls with their titles, statements and what each alone holds up."""
    frame = plan.to_frame()
    frame.insert(1, "title", [control_title(index, str(slug)) for slug in frame["control"]])
    first = ["control", "title", "effort", "statement", "only_control_for", "cheapest_alternative", "regret"]
    rest = [name for name in frame.columns if name not in first]
    return frame[[*first, *rest]].rename(columns=lambda name: str(name).replace("_", " "))


def control_title(index: Index, slug: str) -> str:
    """The title of a control, or nothing for one that is not among the bundled candidates."""
    return index.controls[slug].title if slug in index.controls else ""


def open_table(index: Index, uncovered: Iterable[Any]) -> pd.DataFrame:
    """What no candidate can satisfy, with the reason."""
    rows = [
        (" or ".join(leaf_title(index, slug) for slug in str(one["objective"]).split(" or ")),
         "; ".join(one["requirements"]), one["reason"])
        for one in uncovered
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["objective", "asked for by", "reason"])


def leaf_title(index: Index, slug: str) -> str:
    """The title of an objective; its slug where it is not loaded."""
    return index.objectives[slug].title if slug in index.objectives else slug


def leaves_held(plan: Plan) -> int:
    """How many leaf objectives the chosen controls satisfy for somebody who asks for them."""
    return len({leaf for cell in plan.answer.column("objectives") for leaf in parts(cell)})


def parts(cell: object) -> list[str]:
    """The values that one cell holds."""
    return [one for one in str(cell or "").split("; ") if one]


@dataclass(frozen=True)
class Chosen:
    """One control of a plan: why it is in, and what leaving it out would take."""

    slug: str
    title: str
    statement: str
    effort: int
    alone_for: tuple[str, ...]
    drop: str
    requirements: pd.DataFrame
    binding: pd.DataFrame


def chosen(index: Index, plan: Plan, strictest: Answer, slug: str) -> Chosen:
    """The control ``slug`` of the plan with its requirements and the constraints that bind its settings."""
    row = next(row for row in plan.answer if row["control"] == slug)
    columns = plan.answer.columns
    frameworks = columns[columns.index("objectives") + 1 : columns.index("effort")]
    asked_by = [(name, index.requirement(f"{name}:{one}")) for name in frameworks for one in parts(row[name])]
    requirements = pd.DataFrame([(one.short, one.title, one.summary) for _, one in asked_by],
                                columns=["requirement", "title", "summary"])  # fmt: skip
    keys = {one.short for _, one in asked_by}
    leaves = set(parts(row["objectives"]))
    rows = [
        (leaf_title(index, str(one["objective"])), index.dimensions[str(one["dimension"])].title,
         asks(index, str(one["dimension"]), str(one["operator"]), str(one["value"]), str(one["unit"] or ""),
              str(one["wording"] or "")), one["requirement"], one["scope"])
        for one in strictest
        if one["status"] == "binding" and one["objective"] in leaves and one["requirement"] in keys
    ]  # fmt: skip
    binding = pd.DataFrame(rows, columns=["objective", "dimension", "asks", "stated by", "scope"])
    alone = tuple(leaf_title(index, leaf) for leaf in parts(row["only_control_for"]))
    return Chosen(slug, control_title(index, slug), str(row["statement"]), int(row["effort"] or 0), alone,
                  _drop(index, row), requirements, binding)  # fmt: skip


def _drop(index: Index, row: dict[str, Any]) -> str:
    """What doing without the control takes, as a sentence."""
    if row["cheapest_alternative"] == "none":
        return "Nothing else among the candidates satisfies all that it does."
    if row["regret"] is None:
        return "What would come in instead was not looked for: the time was up."
    incoming = [f"{control_title(index, one) or one} ({one})" for one in parts(row["cheapest_alternative"])]
    instead = f"{', '.join(incoming)} would come in" if incoming else "no control would have to come in"
    return f"{instead[0].upper()}{instead[1:]}; the cheapest set without it costs {row['regret']} person-days more."


def marginal_table(index: Index, answer: Answer) -> pd.DataFrame:
    """What each framework costs alone and adds to those before it, in person-days."""
    rows = [(index.framework(str(row["framework"])).short_title, row["alone"], row["adds"], row["together"])
            for row in answer]  # fmt: skip
    return pd.DataFrame(rows, columns=["framework", "alone", "adds", "together"])


def savings(answer: Answer) -> str:
    """What one plan for all saves, as a sentence."""
    alone, joint = int(answer.summary["effort one by one"]), int(answer.summary["joint effort"])
    return (f"One by one the frameworks take {alone:,} person-days, together {joint:,}: "
            f"{alone - joint:,} person-days ({answer.summary['saved']:.0%}) are saved.")  # fmt: skip


def roadmap_table(index: Index, answer: Answer) -> pd.DataFrame:
    """The steps with the titles of their controls."""
    frame = answer.to_frame()
    frame.insert(2, "title", [control_title(index, str(slug)) for slug in frame["control"]])
    return frame


def change_table(index: Index, answer: Answer) -> pd.DataFrame:
    """What changed between two plans."""
    frame = answer.to_frame()
    frame.insert(1, "title", [control_title(index, str(slug)) for slug in frame["control"]])
    return frame


def changes(answer: Answer) -> str:
    """What changed between two plans, as a sentence."""
    found = answer.summary
    return (f"{found['added']} controls come in, {found['dropped']} go, {found['changed']} change; effort from "
            f"{found['effort before']:,} to {found['effort after']:,} person-days.")  # fmt: skip


def verdict(certificate: bytes) -> str:
    """What the checker, which knows nothing of the solver, says of a certificate."""
    try:
        content = checker.check_bytes(certificate)
    except checker.Refuted as refuted:
        return f"Refuted: {refuted}"
    return (f"Verified: {len(content['chosen'])} columns at {content['cost']} {content['subject']}; less than "
            f"{content['lower_bound']} is impossible; {content['status']}.")  # fmt: skip

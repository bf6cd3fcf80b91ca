"""The programme of a workspace: its evidence, the requests of its audits, and what is left to do for a framework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from harmonizer.answer import Answer, Cell, joined
from harmonizer.knowledge.index import Index
from harmonizer.model import Framework
from harmonizer.programme.assessment import STATUSES, Assessment, user
from harmonizer.programme.evidence import Register
from harmonizer.programme.evidence_due import Due, artefact_due, due_answer, planned
from harmonizer.programme.evidence_requests import KIND as REQUEST
from harmonizer.programme.evidence_requests import requests, set_request
from harmonizer.programme.evidence_use import EvidenceUse, listing
from harmonizer.strictness.applicability import Circumstances
from harmonizer.superset.optimize import solve
from harmonizer.superset.problem import build

LEFT_COLUMNS = ("requirement", "title", "state", "missing", "controls that would close it", "effort left",
                "effort saved", "in place", "finding")  # fmt: skip
IN_USE = (STATUSES[1], STATUSES[2])  # in progress, implemented


@dataclass(frozen=True)
class Programme:
    """Questions about one workspace, as it stands or, where the circumstances name a day, stood at its end.

    ``frameworks`` are what it answers to, unless a question names its own.
    """

    assessment: Assessment
    circumstances: Circumstances
    frameworks: tuple[str, ...]

    @property
    def index(self) -> Index:
        return self.assessment.index

    @property
    def day(self) -> str:
        return self.circumstances.as_of

    @cached_property
    def register(self) -> Register:
        """The register of evidence."""
        return Register(self.assessment.workspace, self.index.controls)

    def chosen(self, names: Sequence[str]) -> list[Framework]:
        """The frameworks named, or those of the programme."""
        return [self.index.framework(name) for name in dict.fromkeys(names or self.frameworks)]

    def controls_in_use(self, frameworks: Sequence[Framework]) -> list[str]:
        """The controls that are in progress or implemented; where none is, those of the cheapest sufficient set."""
        states = self.assessment.controls(as_of=self.day)
        own = sorted(slug for slug, fields in states.items() if fields.get("status") in IN_USE)
        if own:
            return own
        problem = build(self.index, [one.key for one in frameworks], circumstances=self.circumstances)
        return list(solve(problem).controls)

    def use(self, *names: str) -> EvidenceUse:
        """What the evidence shows for frameworks."""
        frameworks, artefacts = self.chosen(names), self.register.artefacts(as_of=self.day)
        controls = self.controls_in_use(frameworks)
        return EvidenceUse(self.index, frameworks, self.circumstances, controls, artefacts)

    def evidence(self, *names: str) -> Answer:
        """The register, each artefact with the requirements that it serves."""
        use = self.use(*names)
        return listing(use.artefacts, use)

    def dues(self, *names: str) -> list[Due]:
        """What is due: evidence by the intervals that bind, and the dates set for controls and findings."""
        use = self.use(*names)
        found = [artefact_due(use, one) for one in use.artefacts.values()]
        return [
            *found,
            *planned(self.assessment.controls(as_of=self.day), self.assessment.requirements(as_of=self.day)),
        ]

    def due(self, *names: str, today: date | None = None) -> Answer:
        """The same as a table, the earliest first."""
        return due_answer(self.dues(*names), today or date.today())

    def requests(self, framework: str, *, audit: str = "") -> Answer:
        """The requests of an audit (by default called as its framework), our status and the auditor's apart."""
        held = self.assessment.journal.state(REQUEST, as_of=self.day)
        return requests(self.use(framework), audit or framework, held)

    def set_request(
        self, framework: str, request: str, fields: Mapping[str, str], *, audit: str = "", author: str = ""
    ) -> int:
        """Record our status (``internal``) or the auditor's of a request; the number of the batch, 0 if none."""
        return set_request(self.assessment.journal, self.use(framework), audit or framework, request, fields,
                           author=author or user())  # fmt: skip

    def left(self, name: str, *, carried: Mapping[str, str] | None = None) -> Answer:
        """What is left to do for a framework beside the controls that are implemented, what saves most effort first.

        ``effort saved`` of a requirement is the effort, in person-days, of the implemented controls that already answer
        parts of it; ``effort left`` that of the controls of the cheapest plan that answer the rest. Each control is
        counted once in the summary, whose figures are proven. ``carried`` are findings by requirement key.
        """
        framework = self.index.framework(name)
        have = [slug for slug in self.assessment.implemented(as_of=self.day) if slug in self.index.controls]
        problem = build(self.index, [framework.key], circumstances=self.circumstances, have=have)
        solution = solve(problem)
        whole = solve(build(self.index, [framework.key], circumstances=self.circumstances))
        answered: dict[str, dict[str, list[str]]] = {}  # requirement, then what it asks: the controls that answer it
        for place in solution.met:
            demand = problem.demands[place]
            ways = [way.control for way in problem.ways[place] if solution.selection.realises(way)]
            for key in demand.requirements:
                answered.setdefault(key, {})[demand.name] = ways
        uncovered = {key: one.demand.name for one in problem.uncovered for key in one.demand.requirements}
        findings = self.assessment.findings(as_of=self.day)
        rows: list[Sequence[Cell]] = []
        satisfied = 0
        for key in sorted({*answered, *uncovered}, key=lambda one: self.index.requirements[one].position):
            asks = answered.get(key, {})
            missing = {leaf: ways for leaf, ways in asks.items() if not set(ways) & problem.have}
            if not missing and key not in uncovered:
                satisfied += 1
                continue
            closing = sorted({slug for ways in missing.values() for slug in ways})
            placed = sorted({slug for ways in asks.values() for slug in ways if slug in problem.have})
            left = sum(problem.effort(slug, solution.selection.levels_of(slug)) for slug in closing)
            saved = sum(self.index.controls[slug].effort_likely for slug in placed)
            state = "partly in place" if placed else "open"
            names = [*missing, *([uncovered[key]] if key in uncovered else [])]
            finding = findings.get(key) or (carried or {}).get(key, "")
            rows.append((self.index.requirements[key].short, self.index.requirements[key].title, state, joined(names),
                         joined(closing), left, saved, joined(placed), finding))  # fmt: skip
        rows.sort(key=lambda row: (-int(row[6] or 0), int(row[5] or 0)))
        figures = {
            "requirements": satisfied + len(rows), "satisfied by what is implemented": satisfied, "left": len(rows),
            "controls to add": len(set(solution.controls) - problem.have), "effort left": solution.effort,
            "effort from nothing": whole.effort, "effort saved": whole.effort - solution.effort,
            "status": solution.status,
        }  # fmt: skip
        return Answer.of(LEFT_COLUMNS, rows, figures, f"What is left for {framework.short_title}")

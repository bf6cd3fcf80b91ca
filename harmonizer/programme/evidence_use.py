"""What evidence is good for: collect once, show many, and the smallest set that shows everything.

An artefact shows its controls at work. A control answers a leaf objective that a requirement asks for where the
covering problem of :mod:`harmonizer.superset.problem` says that it can, at the settings that bind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from harmonizer.answer import Answer, Cell, joined
from harmonizer.knowledge.index import Index
from harmonizer.model import Framework, short_key
from harmonizer.programme.evidence import Artefact
from harmonizer.strictness.applicability import Circumstances
from harmonizer.superset.cover import Cover, minimum_cover
from harmonizer.superset.problem import Problem, build

REUSE_COLUMNS = ("artefact", "title", "state", "controls", "requirements", "frameworks")
MINIMUM_COLUMNS = ("artefact", "evidence", "control", "state", "requirements", "frameworks", "owner")
REGISTERED, WANTED = "registered", "to be collected"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is, or could be, collected: an artefact of the register, or a kind of evidence of a control."""

    id: str
    title: str
    controls: tuple[str, ...]
    state: str
    owner: str = ""


@dataclass(frozen=True)
class EvidenceUse:
    """What evidence shows for some frameworks, whose controls in use are ``controls``."""

    index: Index
    frameworks: Sequence[Framework]
    circumstances: Circumstances
    controls: Collection[str]
    artefacts: Mapping[str, Artefact]

    @cached_property
    def problem(self) -> Problem:
        return build(self.index, [one.key for one in self.frameworks], circumstances=self.circumstances)

    @cached_property
    def answering(self) -> list[tuple[tuple[str, ...], frozenset[str]]]:
        """For each thing that is asked: who asks for it (keys), and the controls in use that answer it."""
        found = []
        for demand, ways in zip(self.problem.demands, self.problem.ways, strict=True):
            found.append((demand.requirements, frozenset(way.control for way in ways) & frozenset(self.controls)))
        return found

    @cached_property
    def served_by(self) -> dict[str, set[str]]:
        """The requirements (keys) that each control in use serves, wholly or in part."""
        found: dict[str, set[str]] = {}
        for asking, controls in self.answering:
            for control in controls:
                found.setdefault(control, set()).update(asking)
        return found

    def served(self, controls: Iterable[str]) -> set[str]:
        """The requirements that some of these controls serve."""
        return set().union(*(self.served_by.get(one, ()) for one in controls))

    @cached_property
    def items(self) -> list[Item]:
        """The artefacts of the register, and the kinds of evidence that controls in use still lack."""
        own = [Item(one.id, one.title, one.controls, REGISTERED) for one in self.artefacts.values()]
        return [*own, *(item for item in self._kinds() if item.state == WANTED)]

    def _kinds(self) -> Iterable[Item]:
        having = {(control, one.kind) for one in self.artefacts.values() for control in one.controls}
        for slug in sorted(self.controls):
            control = self.index.controls[slug]
            for number, kind in enumerate(control.evidence, 1):
                state = REGISTERED if (slug, kind) in having else WANTED
                yield Item(request_id(slug, number), kind, (slug,), state, control.owner)

    def _figures(self, keys: Collection[str]) -> tuple[int, int]:
        """How many requirements of how many frameworks."""
        return len(keys), len({key.partition(":")[0] for key in keys})

    def reuse(self) -> Answer:
        """Each artefact and each missing kind of evidence: how many requirements of how many frameworks it serves.

        The summary counts them together and holds the smallest set for all the frameworks, with its proof, beside what
        the frameworks would ask for one by one.
        """
        rows: list[Sequence[Cell]] = []
        for item in self.items:
            served = self.served(item.controls)
            rows.append((item.id, item.title, item.state, joined(item.controls), *self._figures(served)))
        rows.sort(key=lambda row: (-int(row[4] or 0), str(row[0])))
        useful = [item for item in self.items if self.served(item.controls)]
        requirements, frameworks = self._figures(set().union(*(self.served(one.controls) for one in useful), set()))
        cover = self.cover()
        alone = {framework.slug: len(self.of(framework).cover().chosen) for framework in self.frameworks}
        figures = {
            "artefacts": len(useful),
            "registered": sum(one.state == REGISTERED for one in useful),
            "requirements served": requirements,
            "frameworks served": frameworks,
            "served by each on average": round(sum(len(self.served(one.controls)) for one in useful) / len(useful), 1)
            if useful else 0.0,
            "smallest set": len(cover.chosen),
            "of these to be collected": cover.cost,
            "lower bound": cover.lower_bound,
            "status": cover.status,
            "certificate": cover.certificate.hash,
            **{f"smallest set for {slug} alone": count for slug, count in alone.items()},
            "saved by collecting once": sum(alone.values()) - len(cover.chosen),
            "asked for and not shown by any control in use": self.not_shown,
        }  # fmt: skip
        names = ", ".join(one.short_title for one in self.frameworks)
        return Answer.of(REUSE_COLUMNS, rows, figures, f"Evidence for {names}: collect once, show many")

    def of(self, framework: Framework) -> EvidenceUse:
        """The same for one framework."""
        return EvidenceUse(self.index, [framework], self.circumstances, self.controls, self.artefacts)

    def cover(self) -> Cover:
        """The smallest set of :attr:`items` such that everything asked is shown by one at least.

        What is registered costs nothing, what is to be collected 1, so that as little as possible is left to do.
        """
        costs = [0 if item.state == REGISTERED else 1 for item in self.items]
        return minimum_cover([row for row in self._rows if row], costs)

    @cached_property
    def _rows(self) -> list[set[int]]:
        """For each thing that is asked the places of the items that show it."""
        places: dict[str, list[int]] = {}
        for place, item in enumerate(self.items):
            for control in item.controls:
                places.setdefault(control, []).append(place)
        return [{place for one in controls for place in places.get(one, ())} for _, controls in self.answering]

    @property
    def not_shown(self) -> int:
        """How many of the things that are asked no evidence of any control in use shows."""
        return sum(not row for row in self._rows)

    def minimum(self) -> Answer:
        """The smallest evidence set, each with what it serves, and its proof in the summary."""
        cover = self.cover()
        rows: list[Sequence[Cell]] = []
        for place in cover.chosen:
            item = self.items[place]
            served = self.served(item.controls)
            rows.append((item.id, item.title, joined(item.controls), item.state, *self._figures(served), item.owner))
        figures = {
            "smallest set": len(rows), "to be collected": cover.cost, "lower bound": cover.lower_bound,
            "status": cover.status, "certificate": cover.certificate.hash,
            "not shown": self.not_shown,
        }  # fmt: skip
        names = ", ".join(one.short_title for one in self.frameworks)
        return Answer.of(MINIMUM_COLUMNS, rows, figures, f"The smallest set of evidence for {names}")


def request_id(control: str, number: int) -> str:
    """What a kind of evidence of a control is called, as in the workbook: ``sso-with-mfa/2``."""
    return f"{control}/{number}"


def listing(artefacts: Mapping[str, Artefact], use: EvidenceUse) -> Answer:
    """The register: every artefact with what it serves."""
    columns = ("artefact", "title", "kind", "collected", "period", "every", "source", "sensitivity", "controls",
               "requirements", "place", "sha256", "size")  # fmt: skip
    rows = [
        (one.id, one.title, one.kind, one.collected, one.period, one.every, one.source, one.sensitivity,
         joined(one.controls), joined(sorted(short_key(key) for key in use.served(one.controls))), one.place,
         one.sha256, one.size)
        for one in artefacts.values()
    ]  # fmt: skip
    return Answer.of(columns, rows, {"artefacts": len(rows)}, "Register of evidence")

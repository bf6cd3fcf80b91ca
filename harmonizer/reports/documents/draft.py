"""What documents are made of: the facts of the graph and of a workspace in words, and a record of what is cited."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from harmonizer.answer import joined
from harmonizer.errors import UnknownNameError, UsageError
from harmonizer.model import Constraint, Framework, Requirement
from harmonizer.programme.applicability import Judge
from harmonizer.programme.evidence import Artefact
from harmonizer.programme.organisation import Entry
from harmonizer.programme.programme import IN_USE
from harmonizer.programme.settings import Setting, settings
from harmonizer.reports.documents.document import CITATION, Document, Items, Paragraph, Section, Table
from harmonizer.reports.subject import Subject
from harmonizer.scope import Node, is_event, parse
from harmonizer.strictness.applicability import applicable, condition_of
from harmonizer.superset.candidates import OPERATOR_WORDS
from harmonizer.superset.plan import plan
from harmonizer.superset.settings import fill_statement
from harmonizer.values import describe_value

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer

NOTHING = "none recorded"
ELSEWHERE = {
    "74 FR 19006": (
        "Guidance of the Department of Health and Human Services on technologies that make protected health "
        "information unusable to those without authority, 27 April 2009, part II.B",
        "https://www.govinfo.gov/content/pkg/FR-2009-04-27/pdf/E9-9512.pdf",
    ),
}
"""What the graph does not hold and a document refers to: its title and address."""


_TAG = re.compile(r"\b[a-z]+:[a-z0-9-]+")
ORIGIN = "from-"
"""Words that say where data come from, and so name no class of data."""
_ACRONYM = re.compile(r"\b(phi|hhs)\b")


class Draft:
    """A document in the making. What it cites is remembered, and told in the sources at its end."""

    def __init__(self, kg: Harmonizer, name: str, frameworks: Sequence[str]) -> None:
        self.kg, self.name, self.index = kg, name, kg.index
        self.organisation = kg.known_organisation
        self.frameworks: tuple[Framework, ...] = tuple(self.index.framework(one) for one in frameworks)
        self.judge = Judge(self.index, self.organisation, kg.circumstances, kg.system)
        self._cited: dict[str, None] = {}
        self._elsewhere: dict[str, None] = {}
        if not any(self.asked(one) for one in self.frameworks):
            names = " or ".join(one.short_title for one in self.frameworks)
            raise UsageError(f"nothing of {names} applies to {self.organisation.name}, so there is no {name} to write; "
                             f"harmonizer organisation applies says why")  # fmt: skip

    # what is cited ------------------------------------------------------------------------------------------------

    def cite(self, *names: str) -> str:
        """``HIPAA 164.312(b); GDPR Art.33(1)`` for requirements by key or short key; remembered for the sources."""
        found = [self.index.requirements.get(name) or self.index.requirement(name) for name in names]
        self._cited |= dict.fromkeys(one.key for one in found)
        return joined(list(dict.fromkeys(self.called(one) for one in found)))

    def cited(self, name: str) -> str:
        """The same for a citation that may be of something that the graph does not hold, which stands as it is."""
        try:
            return self.cite(name)
        except UnknownNameError:
            return name.replace(":", " ")

    def called(self, requirement: Requirement) -> str:
        """``HIPAA 164.312(b)``."""
        framework = self.index.framework_versions[requirement.key.partition(":")[0]]
        return f"{framework.short_title} {requirement.id}"

    def say(self, text: str, *names: str) -> Paragraph:
        """A paragraph that rests on requirements."""
        return Paragraph(text, self.cite(*names))

    def refer(self, text: str, elsewhere: str) -> Paragraph:
        """A paragraph that rests on a text of :data:`ELSEWHERE`."""
        self._elsewhere[elsewhere] = None
        return Paragraph(text, elsewhere)

    # what applies -------------------------------------------------------------------------------------------------

    def asked(self, framework: Framework) -> list[Requirement]:
        """The requirements of a framework that apply, in the order of its source."""
        return applicable(self.index, framework, self.kg.circumstances)

    def below(self, name: str) -> list[Requirement]:
        """What stands below a requirement and applies, in the order of the source, itself first; headings left out."""
        top = self.index.requirement(name)
        return [one for one in (top, *self.index.descendants(top.key))
                if one.kind == "requirement" and self.judge.applies(self.judge.condition(one))]  # fmt: skip

    def applies(self, name: str) -> bool:
        return self.judge.applies(self.judge.condition(self.index.requirement(name)))

    def duties(self, requirements: Iterable[Requirement]) -> Table:
        """What requirements ask, a row for each."""
        rows = [(f"{one.id} {one.title}", one.summary, one.modality.replace("-", " "), self.cite(one.key))
                for one in requirements]  # fmt: skip
        return Table(("Provision", "What it asks", "Standing", CITATION), (30, 74, 22, 24), tuple(rows))

    # what binds ---------------------------------------------------------------------------------------------------

    def constraints(self, requirements: Iterable[Requirement], *dimensions: str) -> list[Constraint]:
        """The constraints that requirements put on these dimensions, or on any, for this organisation."""
        return [one for requirement in requirements for one in self.index.constraints_of.get(requirement.key, ())
                if (not dimensions or one.dimension in dimensions)
                and self.judge.applies(condition_of(self.index, one, self.kg.circumstances))]  # fmt: skip

    def value(self, one: Constraint, *, operator: bool = True) -> str:
        """``at most 60 days``; words stand as they are."""
        if one.wording == "organization-defined":
            return "set by the organisation"
        words = _ACRONYM.sub(lambda found: found[0].upper(),
                             describe_value(self.index.dimensions[one.dimension], one.value, one.unit))  # fmt: skip
        return f"{OPERATOR_WORDS[one.operator]} {words}" if operator and one.comparable else words

    def events(self, expression: str, told: Collection[str] = (), otherwise: str = "always") -> str:
        """What has to happen for a condition to hold, in words, but for the events that are ``told`` elsewhere.

        What the organisation is goes without saying.
        """
        return _in_words(self, parse(expression), told) or otherwise

    # what is done -------------------------------------------------------------------------------------------------

    @cached_property
    def subject(self) -> Subject:
        """The cheapest sufficient set of controls for the frameworks, those in progress or in place taken as given."""
        names = [one.key for one in self.frameworks]
        found = plan(self.index, names, circumstances=self.kg.circumstances, have=self.in_use, alternatives=False)
        return Subject(self.kg, self.frameworks, found)

    @cached_property
    def meeting(self) -> dict[str, list[str]]:
        """The controls that meet each requirement, by its key: those of the set, and whatever else is in use."""
        found = {key: list(controls) for key, controls in self.subject.meeting.items()}
        if others := [slug for slug in self.in_use if slug not in self.subject.plan.controls]:
            use = self.kg.programme.use(*(one.key for one in self.frameworks))
            for slug in others:
                for key in use.served([slug]):
                    found.setdefault(key, []).append(slug)
        return found

    @cached_property
    def in_use(self) -> list[str]:
        """The controls that are in progress or implemented."""
        if self.kg.workspace is None:
            return []
        states = self.kg.assessment.controls(as_of=self.kg.circumstances.as_of)
        return sorted(slug for slug, held in states.items()
                      if held.get("status") in IN_USE and slug in self.index.controls)  # fmt: skip

    def held(self, control: str, field: str) -> str:
        """What the workspace holds for a control."""
        return self.subject.held["control"].get(control, {}).get(field, "")

    def owner(self, control: str) -> str:
        """Who answers for a control: as recorded, or the post that the graph proposes."""
        return self.held(control, "owner") or f"{self.index.controls[control].owner} (proposed)"

    def activity(self, control: str) -> str:
        """What a control does, with the settings that bind in the places that its text has for them."""
        detail = self.subject.plan.details.get(control)
        return detail.statement.text if detail else fill_statement(self.index, self.index.controls[control], ()).text

    @cached_property
    def artefacts(self) -> dict[str, Artefact]:
        """The register of evidence."""
        if self.kg.workspace is None:
            return {}
        return self.kg.programme.register.artefacts(as_of=self.kg.circumstances.as_of)

    def shown_by(self, control: str) -> list[Artefact]:
        return [one for one in self.artefacts.values() if control in one.controls]

    def evidence(self, control: str) -> str:
        """What is on file for a control, or what to collect."""
        if found := self.shown_by(control):
            return joined([f"{one.title} ({one.period.replace('/', ' to ') or one.collected}), {one.id}"
                           for one in found])  # fmt: skip
        return f"to collect: {joined(self.index.controls[control].evidence)}"

    @cached_property
    def settings(self) -> list[Setting]:
        """What the organisation has set, held against the frameworks that it answers to."""
        own = self.organisation.frameworks
        known = [self.index.framework(slug) for slug in own] if own else list(self.frameworks)
        return [one for one in settings(self.kg.nobody_in_particular, self.organisation, self.kg.circumstances, known)
                if self.kg.system in ("", one.system)]  # fmt: skip

    def settings_table(self, asked: Iterable[Requirement]) -> Table | None:
        """The settings that answer requirements, each with how it stands to what binds; None where there is none."""
        asking: dict[str, list[Requirement]] = {}
        for requirement in asked:
            for row in self.index.mappings_of.get(requirement.key, ()):
                if row.part == "primary":
                    asking.setdefault(row.objective, []).append(requirement)
        rows = []
        for one in (each for each in self.settings if each.objective in asking):
            measured = one.measured(self.index)
            chosen = f"{one.how}\n({measured})" if measured else one.how
            duties = asking[one.objective]
            standing = joined(list(dict.fromkeys(each.modality for each in duties)))
            cited = self.cite(*(each.key for each in duties), *(each.requirement for each in one.cited))
            rows.append((self.index.objectives[one.objective].title, self.entry(one.system).name, chosen,
                         f"{standing}; {one.because(self.index)}", cited))  # fmt: skip
        headings = ("Objective", "System", "Setting", "How it stands", CITATION)
        return Table(headings, (28, 22, 46, 36, 22), tuple(sorted(rows))) if rows else None

    def weak_settings(self) -> list[Paragraph]:
        """Every setting that is weaker than what binds."""
        return [Paragraph(f"{self.entry(one.system).name}, {self.index.objectives[one.objective].title.lower()}: "
                          f"{one.measured(self.index)} is {one.because(self.index)}",
                          self.cite(*(each.requirement for each in one.missed)))
                for one in self.settings if one.missed]  # fmt: skip

    # what the organisation is ---------------------------------------------------------------------------------------

    def entry(self, name: str) -> Entry:
        return self.organisation.endpoints[name]

    def names(self, ids: Iterable[str]) -> str:
        """The names of systems, stores and the like."""
        return joined([self.entry(one).name for one in ids])

    def data(self, words: Iterable[str]) -> str:
        """Classes of data as people say them."""
        titles = {tag.tag: tag.title for tag in self.index.knowledge.tags}
        return joined([_plain(titles.get(f"data:{word}", word)) for word in words if not word.startswith(ORIGIN)])

    def in_words(self, text: str) -> str:
        """A text in which scope tags stand as what they mean."""
        known = self.organisation.scope.known
        return _TAG.sub(lambda found: _plain(known[found[0]].title) if found[0] in known else found[0], text)

    def contains(self, entry: Entry, tag: str) -> bool:
        """Whether what an entry holds or carries implies a class of data."""
        return any(tag in self.organisation.scope.implied_by(f"data:{word}") for word in entry.many("data"))

    # how it ends ----------------------------------------------------------------------------------------------------

    def document(self, title: str, sections: Iterable[Section]) -> Document:
        """The document: its sections, the sources that they cite, and the state that it speaks of."""
        body = [one for one in sections if one.blocks or one.level == 1]
        return Document(self.name, title, self.organisation.name, (*body, self._sources(), self._state()))

    def _sources(self) -> Section:
        index = self.index
        cited = sorted((index.requirements[key] for key in self._cited),
                       key=lambda one: (one.key.partition(":")[0], one.position))  # fmt: skip
        rows = [(self.called(one), f"{one.title}. {one.summary}".strip()) for one in cited]
        blocks: list[Paragraph | Items | Table] = [
            Paragraph("Summaries are in our own words; the text of the source decides. This document supports the "
                      "judgement of those who know the facts. It is not legal advice."),
            Table(("Source", "What it says"), (30, 140), tuple(rows)),
        ]  # fmt: skip
        versions = {key.partition(":")[0] for key in self._cited}
        blocks.append(Items(tuple(
            Paragraph(f"{one.short_title}: {one.title}, {one.publisher}, version {one.version}, {one.url}")
            for key, one in index.framework_versions.items() if key in versions)))  # fmt: skip
        if self._elsewhere:
            blocks.append(Items(tuple(Paragraph(f"{one}: {', '.join(ELSEWHERE[one])}") for one in self._elsewhere)))
        return Section("Sources", tuple(blocks))

    def _state(self) -> Section:
        path = self.organisation.document.path
        rows = [("Dataset", f"SHA-256 {self.kg.nobody_in_particular.hash}"),
                (path.name, f"SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}"),
                ("State as of", self.kg.circumstances.as_of or "the last entry")]  # fmt: skip
        if self.kg.system:
            rows.append(("System", self.entry(self.kg.system).name))
        if self.kg.workspace is not None:
            entries = self.kg.assessment.journal.entries(as_of=self.kg.circumstances.as_of)
            last = f"{len(entries)} entries, the last of {entries[-1].recorded_at[:10]}" if entries else "no entry"
            rows.append(("Journal of the workspace", last))
        return Section("State of this document", (
            Paragraph("Made from the knowledge graph and the workspace as they stood; the same state makes the same "
                      "document."),
            Table(("What", "State"), (40, 130), tuple(rows)),
        ))  # fmt: skip


def _in_words(draft: Draft, node: Node, told: Collection[str]) -> str:
    """The events of a condition. What is no event is true of the organisation, or the condition would not apply."""
    match node:
        case ("tag", str(tag)):
            return _plain(draft.organisation.scope.known[tag].title) if is_event(tag) and tag not in told else ""
        case ("!", child):
            words = _in_words(draft, child, told)
            return f"unless: {words}" if words else ""
        case (("&" | "|") as operator, left, right):
            sides = [one for one in (_in_words(draft, left, told), _in_words(draft, right, told)) if one]
            return ("; " if operator == "&" else " or ").join(dict.fromkeys(sides))
    return ""


def _plain(title: str) -> str:
    """A definition as a phrase: without the full stop and without what stands in brackets at its end."""
    return title.rstrip(".").partition(" (")[0]


def spoken(words: Iterable[str]) -> str:
    """Names as people say them: ``AI provider``."""
    return joined([re.sub(r"^ai ", "AI ", word.replace("-", " ")) for word in words])


def rows_of(entries: Iterable[Entry], *fields: str) -> Iterator[tuple[str, ...]]:
    """The names of entries with some of their fields, as they stand in the file."""
    for entry in entries:
        yield (entry.name, *(entry[field] for field in fields))

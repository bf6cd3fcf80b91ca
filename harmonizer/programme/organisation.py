"""The organisation file of a workspace: what an organisation is, and the scope tags that follow from it.

Every tag is fixed by it: true where something in the file says so, directly or by implication, else false. Only events
stay open, since they come and go. A tag may be true of one system and not of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harmonizer.errors import CollectedDataError, UnknownNameError
from harmonizer.programme.document import Document, Place, read_document
from harmonizer.scope import ScopeLogic

if TYPE_CHECKING:
    from harmonizer.knowledge.index import Index

FILE_NAME = "organisation.yaml"
TAG_KINDS: Mapping[str, tuple[str, ...]] = {
    "roles": ("role",), "as": ("role",), "jurisdictions": ("jurisdiction",), "categories": ("category",),
    "data": ("data",), "properties": ("system", "ai"), "risk": ("ai",),
}  # fmt: skip
"""The fields whose words name tags, with the kinds that stand before the word."""
COLLECTIONS = ("parties", "systems", "stores", "ai_systems", "vendors", "flows", "processing", "access", "bodies",
               "audits")  # fmt: skip
ENDPOINTS = ("parties", "systems", "stores", "ai_systems", "vendors")
"""The collections whose entries a flow can start from and lead to; their ids are one name space."""


@dataclass(frozen=True)
class Entry:
    """One system, store, flow or the like, with its place in the file. Missing fields are empty."""

    collection: str
    fields: Mapping[str, Any]
    place: Place
    line: int

    def __getitem__(self, field: str) -> str:
        value = self.fields.get(field)
        return value if isinstance(value, str) else ""

    def many(self, field: str) -> list[str]:
        """The words of a list."""
        return [one for one in _listed(self.fields.get(field)) if isinstance(one, str)]

    def tables(self, field: str) -> list[Mapping[str, Any]]:
        """The mappings of a list."""
        return [one for one in _listed(self.fields.get(field)) if isinstance(one, Mapping)]

    @property
    def name(self) -> str:
        """What people call it: its name, or its id."""
        return self["name"] or self["id"]


@dataclass(frozen=True)
class Fact:
    """A place in the file that makes a tag true: ``what`` in the words of the file, with its line."""

    tag: str
    what: str
    line: int
    through: str = ""

    @property
    def because(self) -> str:
        """``line 12: systems hr, roles``; with the tag that implies it, where one does."""
        return f"line {self.line}: {self.what}" + (f", which {self.through} implies" if self.through else "")

    def __str__(self) -> str:
        return f"{self.tag} ({self.because})"


@dataclass(frozen=True)
class Organisation:
    """What an organisation file says. Made by :func:`read_organisation`."""

    document: Document
    scope: ScopeLogic
    known_frameworks: tuple[str, ...] = ()

    @property
    def frameworks(self) -> list[str]:
        """Slugs of the frameworks that the organisation answers to, as far as it says so."""
        return self.top.many("frameworks")

    @property
    def name(self) -> str:
        return self.top["name"]

    @cached_property
    def top(self) -> Entry:
        """The file as a whole."""
        content = self.document.content
        return Entry("", content if isinstance(content, Mapping) else {}, (), 1)

    @cached_property
    def entries(self) -> dict[str, list[Entry]]:
        """Systems, stores and so on, in the order of the file."""
        return {name: list(self._entries(name)) for name in COLLECTIONS}

    def _entries(self, collection: str) -> Iterator[Entry]:
        for number, fields in enumerate(_listed(self.top.fields.get(collection))):
            if isinstance(fields, Mapping):
                place = (collection, number)
                yield Entry(collection, fields, place, self.document.line(place))

    @cached_property
    def endpoints(self) -> dict[str, Entry]:
        """What data can flow from and to, by id."""
        return {entry["id"]: entry for name in ENDPOINTS for entry in self.entries[name] if entry["id"]}

    @property
    def systems(self) -> list[str]:
        """Ids of the systems, in the order of the file."""
        return [entry["id"] for entry in self.entries["systems"]]

    def system_of(self, endpoint: str) -> str:
        """The system that an endpoint is or belongs to; empty for parties and vendors."""
        entry = self.endpoints.get(endpoint)
        if entry is None or entry.collection in ("parties", "vendors"):
            return ""
        return endpoint if entry.collection == "systems" else entry["system"]

    def statements(self) -> Iterator[tuple[Place, str, tuple[str, ...] | None]]:
        """Every word that names a tag: its place, the tag, and the systems it holds for (None: all of them)."""
        yield from self._words(self.top, None)
        for place, tag in _named(self.top.many("tags"), ("tags",), ("",), self.scope):
            yield place, tag, None
        for entry in self.entries["systems"]:
            yield from self._words(entry, (entry["id"],))
        for name in ("stores", "ai_systems"):
            for entry in self.entries[name]:
                yield from self._words(entry, (entry["system"],))
        for entry in self.entries["flows"]:
            ends = {self.system_of(entry["from"]), self.system_of(entry["to"])}
            yield from self._words(entry, tuple(sorted(ends - {""})))
        for entry in self.entries["processing"]:
            yield from self._words(entry, tuple(entry.many("systems")))
        for entry in self.entries["access"]:  # who may see data has them already
            yield from self._words(entry, ())
        for entry in self.entries["vendors"]:  # what a vendor is given is held by whoever sends it: see the flows
            yield from self._words(entry, ())

    def _words(
        self, entry: Entry, systems: tuple[str, ...] | None
    ) -> Iterator[tuple[Place, str, tuple[str, ...] | None]]:
        for field, kinds in TAG_KINDS.items():
            words = entry.many(field) or [entry[field]]
            for place, tag in _named(words, (*entry.place, field), kinds, self.scope):
                yield place, tag, systems

    def facts(self, system: str = "") -> dict[str, tuple[Fact, ...]]:
        """The true tags with what makes them so: of one system, or of the organisation as a whole.

        Raises :class:`UnknownNameError` for a system that the file does not name.
        """
        if system and system not in self.systems:
            raise UnknownNameError("system", system, self.systems)
        found: dict[str, list[Fact]] = {}
        for place, tag, systems in self.statements():
            if systems is None or (systems and not system) or system in systems:
                for implied in sorted(self.scope.implied_by(tag)):
                    through = tag if implied != tag else ""
                    fact = Fact(implied, self._called(place), self.document.line(place), through)
                    found.setdefault(implied, []).append(fact)
        return {
            tag: tuple(sorted(set(facts), key=lambda one: (bool(one.through), one.line, one.what)))
            for tag, facts in sorted(found.items())
        }

    def _called(self, place: Place) -> str:
        """``systems hr, roles``: a place as a person would say it."""
        if len(place) > 1 and place[0] in COLLECTIONS and isinstance(place[1], int):
            entry = self.entries[str(place[0])][place[1]]
            called = entry["id"] or f"{entry['from']} to {entry['to']}"
            return f"{place[0]} {called}, {place[2]}"
        return str(place[0])

    def tags(self, system: str = "") -> frozenset[str]:
        """The true tags of one system, or of the organisation as a whole."""
        return frozenset(self.facts(system))

    def seen(self, system: str = "") -> tuple[frozenset[str], ...]:
        """For whom questions are asked: one system, or the organisation as a whole and each of its systems.

        A condition may hold of a system without holding of the whole, where it says what must not be the case.
        """
        if system:
            return (self.tags(system),)
        return tuple(dict.fromkeys([self.tags(), *(self.tags(one) for one in self.systems)]))


def read_organisation(
    path: Path, scope: ScopeLogic, frameworks: Iterable[str] = (), index: Index | None = None
) -> Organisation:
    """The organisation that a file describes, checked; ``frameworks`` are the slugs that it may name.

    With an ``index`` the objectives, dimensions and values of its settings are checked too.

    Raises :class:`DataError`, or :class:`CollectedDataError` with all that is wrong, each with its line.
    """
    from harmonizer.programme.organisation_checks import problems

    organisation = Organisation(read_document(path), ScopeLogic(scope.tags), tuple(frameworks))
    found = sorted(problems(organisation, index), key=lambda one: one.line or 0)
    if found:
        raise CollectedDataError(found)
    return organisation


def _named(words: list[str], place: Place, kinds: tuple[str, ...], scope: ScopeLogic) -> Iterator[tuple[Place, str]]:
    """The tags that words name, those that name none left out."""
    for number, word in enumerate(words):
        for kind in kinds:
            tag = f"{kind}:{word}" if kind else word
            if tag in scope.known:
                yield (*place, number), tag
                break


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

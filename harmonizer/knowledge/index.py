"""The dataset as an immutable, integer-indexed index: what everything computes on.

An index knows every record by name, the trees, and which rows meet where. It is built from a store, carries a hash
of what it holds, and can be written to and read from bytes without loss.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any

import msgspec

from harmonizer import model
from harmonizer.errors import UnknownNameError
from harmonizer.knowledge import identifiers
from harmonizer.knowledge.order import in_order
from harmonizer.model import Knowledge, short_key
from harmonizer.scope import ScopeLogic


class Index:
    """Lookup over one :class:`~harmonizer.model.Knowledge`. All attributes are read-only by convention."""

    def __init__(
        self, knowledge: Knowledge, *, content_hash: str | None = None, organisations: Sequence[frozenset[str]] = ()
    ) -> None:
        self.knowledge = knowledge if content_hash else in_order(knowledge)
        self.organisations = tuple(organisations)
        self._hash = content_hash
        self._seen: dict[tuple[frozenset[str], ...], Index] = {}

    def seen_by(self, organisations: Sequence[frozenset[str]]) -> Index:
        """The same knowledge for known organisations, each the set of its true tags; see :class:`ScopeLogic`.

        The hash tells them apart: what is computed on the one does not hold for the other. Asked again for the same,
        it gives the same index, with all that was worked out of it.
        """
        key = tuple(organisations)
        if key not in self._seen:
            told = "".join(f"\0{' '.join(sorted(one))}" for one in organisations)
            digest = hashlib.sha256(f"{self.hash}{told}".encode()).hexdigest()
            self._seen[key] = Index(self.knowledge, content_hash=digest, organisations=organisations)
        return self._seen[key]

    def make_ready(self) -> None:
        """Build all look-ups now, not each when it is first asked for."""
        for name, held in vars(type(self)).items():
            if isinstance(held, cached_property):
                getattr(self, name)

    # names ------------------------------------------------------------------------------------------------------

    @cached_property
    def frameworks(self) -> dict[str, model.Framework]:
        """Current version of each framework by slug."""
        replaced = {framework.replaces for framework in self.knowledge.frameworks}
        return {f.slug: f for f in self.knowledge.frameworks if f.key not in replaced}

    def is_current(self, key: str) -> bool:
        """Whether a requirement's key belongs to the current version of its framework."""
        head = key.partition(":")[0]
        return self.frameworks[head.partition("@")[0]].key == head

    @cached_property
    def framework_versions(self) -> dict[str, model.Framework]:
        """Every framework version by ``slug@version``."""
        return {framework.key: framework for framework in self.knowledge.frameworks}

    def framework(self, name: str) -> model.Framework:
        """The framework ``slug`` or ``slug@version``; :class:`UnknownNameError` names the nearest."""
        found = self.frameworks.get(name) or self.framework_versions.get(name)
        if not found:
            raise UnknownNameError("framework", name, [*self.frameworks, *self.framework_versions])
        return found

    @cached_property
    def requirements(self) -> dict[str, model.Requirement]:
        """Requirements of every version by key, in source order."""
        return {requirement.key: requirement for requirement in self.knowledge.requirements}

    @cached_property
    def objectives(self) -> dict[str, model.Objective]:
        """Objectives of all levels by slug, depth first."""
        return {objective.slug: objective for objective in self.knowledge.objectives}

    @cached_property
    def dimensions(self) -> dict[str, model.Dimension]:
        return {dimension.slug: dimension for dimension in self.knowledge.dimensions}

    @cached_property
    def controls(self) -> dict[str, model.Control]:
        return {control.slug: control for control in self.knowledge.controls}

    @cached_property
    def scope(self) -> ScopeLogic:
        return ScopeLogic(self.knowledge.tags, self.organisations)

    @cached_property
    def _folded_ids(self) -> dict[str, dict[str, str]]:
        return {}

    def _ids_of(self, framework: model.Framework) -> dict[str, str]:
        """Keys by the id in the one spelling that all spellings come down to."""
        if framework.key not in self._folded_ids:
            rows = self.requirements_of(framework)
            self._folded_ids[framework.key] = {identifiers.fold(one.id): one.key for one in rows}
        return self._folded_ids[framework.key]

    def requirement(self, name: str) -> model.Requirement:
        """The requirement ``slug:id`` or ``slug@version:id``, in any common spelling of the id."""
        head, colon, _ = name.partition(":")
        if not colon:
            raise UnknownNameError("requirement", name, (short_key(key) for key in self.requirements))
        framework = self.framework(head.strip())
        found = self.find_requirement(name)
        if found is None:
            raise UnknownNameError("requirement", name, [one.short for one in self.requirements_of(framework)])
        return found

    def find_requirement(self, name: str) -> model.Requirement | None:
        """The same, or None for one that an existing framework does not have."""
        head, _, identifier = name.partition(":")
        key = identifiers.resolve(identifier, self._ids_of(self.framework(head.strip())))
        return None if key is None else self.requirements[key]

    def objective(self, name: str) -> model.Objective:
        """The objective with this slug, with or without ``objective:`` before it."""
        slug = name.removeprefix("objective:")
        if slug not in self.objectives:
            raise UnknownNameError("objective", name, self.objectives)
        return self.objectives[slug]

    def control(self, name: str) -> model.Control:
        if name not in self.controls:
            raise UnknownNameError("control", name, self.controls)
        return self.controls[name]

    # trees ------------------------------------------------------------------------------------------------------

    @cached_property
    def _requirements_by_framework(self) -> dict[str, list[model.Requirement]]:
        return _grouped(self.knowledge.requirements, lambda r: r.key.partition(":")[0])

    def requirements_of(self, framework: model.Framework) -> list[model.Requirement]:
        """All rows of a framework version in source order, headings included."""
        return self._requirements_by_framework.get(framework.key, [])

    @cached_property
    def _children(self) -> dict[str, list[model.Requirement]]:
        return _grouped((r for r in self.knowledge.requirements if r.parent), attrgetter("parent"))

    def children(self, key: str) -> list[model.Requirement]:
        return self._children.get(key, [])

    def descendants(self, key: str) -> list[model.Requirement]:
        """Everything below a requirement, depth first, itself left out."""
        found: list[model.Requirement] = []
        for child in self.children(key):
            found.append(child)
            found.extend(self.descendants(child.key))
        return found

    def parts(self, key: str) -> list[model.Requirement]:
        """What stands below a requirement and is part of it: specifications and points, but not enhancements."""
        enhanced = self.framework_versions[key.partition(":")[0]].unmapped == model.INHERITED
        return [] if enhanced else self.descendants(key)

    @cached_property
    def leaves(self) -> list[model.Objective]:
        """Leaf objectives in hierarchy order."""
        return [objective for objective in self.knowledge.objectives if objective.level == "leaf"]

    @cached_property
    def _narrower(self) -> dict[str, list[model.Objective]]:
        return _grouped(self.knowledge.objectives, attrgetter("parent"))

    def narrower(self, slug: str) -> list[model.Objective]:
        """The objectives directly below one; those of the top level for the empty slug."""
        return self._narrower.get(slug, [])

    def middle(self, leaf: str) -> model.Objective:
        """The objective that a leaf belongs to."""
        return self.objectives[self.objectives[leaf].parent]

    def domain(self, leaf: str) -> model.Objective:
        """The domain that a leaf belongs to."""
        return self.objectives[self.middle(leaf).parent]

    def leaves_below(self, slug: str) -> list[model.Objective]:
        """The leaves of an objective or domain; a leaf itself for its own slug."""
        objective = self.objectives[slug]
        if objective.level == "leaf":
            return [objective]
        return [leaf for child in self.narrower(slug) for leaf in self.leaves_below(child.slug)]

    # rows -------------------------------------------------------------------------------------------------------

    @cached_property
    def mappings_of(self) -> dict[str, list[model.Mapping]]:
        """Mapping rows by requirement key, withdrawn ones left out."""
        return _grouped(self._live_mappings, attrgetter("requirement"))

    @cached_property
    def mappings_to(self) -> dict[str, list[model.Mapping]]:
        """Mapping rows by leaf slug, withdrawn ones left out."""
        return _grouped(self._live_mappings, attrgetter("objective"))

    @cached_property
    def _live_mappings(self) -> list[model.Mapping]:
        return [mapping for mapping in self.knowledge.mappings if mapping.review_state != "withdrawn"]

    @cached_property
    def with_alternatives(self) -> frozenset[str]:
        """The keys of the requirements that have rows of which any one suffices."""
        return frozenset(mapping.requirement for mapping in self._live_mappings if mapping.any_of)

    @cached_property
    def constraints_of(self) -> dict[str, list[model.Constraint]]:
        """Constraints by requirement key."""
        return _grouped(self.knowledge.constraints, attrgetter("requirement"))

    @cached_property
    def numbered(self) -> frozenset[tuple[str, str]]:
        """Requirement keys with the leaves that they put a number on."""
        return frozenset((one.requirement, one.objective) for one in self.knowledge.constraints if one.comparable)

    @cached_property
    def constraints_on(self) -> dict[str, list[model.Constraint]]:
        """Constraints by leaf slug."""
        return _grouped(self.knowledge.constraints, attrgetter("objective"))

    @cached_property
    def mapping_sets(self) -> dict[str, model.MappingSet]:
        """Published crosswalks by id."""
        return {one.id: one for one in self.knowledge.mapping_sets}

    @cached_property
    def dates_of(self) -> dict[str, list[model.DateRule]]:
        return _grouped(self.knowledge.dates, attrgetter("requirement"))

    # bytes ------------------------------------------------------------------------------------------------------

    @property
    def hash(self) -> str:
        """SHA-256 of the content, the same from whichever store it was read."""
        if self._hash is None:
            self._hash = hashlib.sha256(self._content()).hexdigest()
        return self._hash

    def _content(self) -> bytes:
        return msgspec.json.encode(self.knowledge)

    def to_bytes(self) -> bytes:
        """The whole index as bytes."""
        return self.hash.encode() + b"\n" + self._content()

    @classmethod
    def from_bytes(cls, data: bytes) -> Index:
        """What :meth:`to_bytes` wrote; ValueError where it was cut off."""
        if data[64:65] != b"\n":
            raise ValueError("not an index")
        return cls(msgspec.json.decode(memoryview(data)[65:], type=Knowledge), content_hash=data[:64].decode())


def _grouped(records: Iterable[Any], key: Any) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for record in records:
        groups[key(record)].append(record)
    return dict(groups)

"""The dataset as an immutable, integer-indexed index: what everything computes on.

An index knows every record by name, the trees, and which rows meet where. It is built from a store, carries a hash
of what it holds, and can be written to and read from bytes without loss.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from functools import cached_property
from typing import Any, get_type_hints

from harmonizer import model
from harmonizer.errors import UnknownNameError
from harmonizer.knowledge import identifiers
from harmonizer.knowledge.order import in_order
from harmonizer.model import Knowledge, short_key
from harmonizer.scope import ScopeLogic

_RECORDS: dict[str, type] = {
    "frameworks": model.Framework, "requirements": model.Requirement, "objectives": model.Objective,
    "mappings": model.Mapping, "constraints": model.Constraint, "dates": model.DateRule,
    "dimensions": model.Dimension, "tags": model.Tag, "tensions": model.Tension, "controls": model.Control,
    "mapping_sets": model.MappingSet, "links": model.Link,
    "differences": model.Difference,
}  # fmt: skip


class Index:
    """Lookup over one :class:`~harmonizer.model.Knowledge`. All attributes are read-only by convention."""

    def __init__(
        self, knowledge: Knowledge, *, content_hash: str | None = None, organisations: Sequence[frozenset[str]] = ()
    ) -> None:
        self.knowledge = knowledge if content_hash else in_order(knowledge)
        self.organisations = tuple(organisations)
        self._hash = content_hash

    def seen_by(self, organisations: Sequence[frozenset[str]]) -> Index:
        """The same knowledge for known organisations, each the set of its true tags; see :class:`ScopeLogic`.

        The hash tells them apart: what is computed on the one does not hold for the other.
        """
        told = "".join(f"\0{' '.join(sorted(one))}" for one in organisations)
        digest = hashlib.sha256(f"{self.hash}{told}".encode()).hexdigest()
        return Index(self.knowledge, content_hash=digest, organisations=organisations)

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
        folded: dict[str, dict[str, str]] = defaultdict(dict)
        for key in self.requirements:
            framework, _, identifier = key.partition(":")
            folded[framework][identifiers.fold(identifier)] = key
        return folded

    def requirement(self, name: str) -> model.Requirement:
        """The requirement ``slug:id`` or ``slug@version:id``, in any common spelling of the id."""
        head, colon, _ = name.partition(":")
        if not colon:
            raise UnknownNameError("requirement", name, (short_key(key) for key in self.requirements))
        framework = self.framework(head.strip())
        found = self.find_requirement(name)
        if found is None:
            ids = [key.partition(":")[2] for key in self._folded_ids[framework.key].values()]
            raise UnknownNameError("requirement", name, [f"{framework.slug}:{one}" for one in ids])
        return found

    def find_requirement(self, name: str) -> model.Requirement | None:
        """The same, or None for one that an existing framework does not have."""
        head, _, identifier = name.partition(":")
        key = identifiers.resolve(identifier, self._folded_ids[self.framework(head.strip()).key])
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
        return _grouped((r for r in self.knowledge.requirements if r.parent), lambda r: r.parent)

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
        return _grouped(self.knowledge.objectives, lambda o: o.parent)

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
        return _grouped(self._live_mappings, lambda m: m.requirement)

    @cached_property
    def mappings_to(self) -> dict[str, list[model.Mapping]]:
        """Mapping rows by leaf slug, withdrawn ones left out."""
        return _grouped(self._live_mappings, lambda m: m.objective)

    @cached_property
    def _live_mappings(self) -> list[model.Mapping]:
        return [mapping for mapping in self.knowledge.mappings if mapping.review_state != "withdrawn"]

    @cached_property
    def constraints_of(self) -> dict[str, list[model.Constraint]]:
        """Constraints by requirement key."""
        return _grouped(self.knowledge.constraints, lambda c: c.requirement)

    @cached_property
    def constraints_on(self) -> dict[str, list[model.Constraint]]:
        """Constraints by leaf slug."""
        return _grouped(self.knowledge.constraints, lambda c: c.objective)

    @cached_property
    def mapping_sets(self) -> dict[str, model.MappingSet]:
        """Published crosswalks by id."""
        return {one.id: one for one in self.knowledge.mapping_sets}

    @cached_property
    def dates_of(self) -> dict[str, list[model.DateRule]]:
        return _grouped(self.knowledge.dates, lambda d: d.requirement)

    # bytes ------------------------------------------------------------------------------------------------------

    @property
    def hash(self) -> str:
        """SHA-256 of the content, the same from whichever store it was read."""
        if self._hash is None:
            self._hash = hashlib.sha256(self._content().encode()).hexdigest()
        return self._hash

    def _content(self) -> str:
        content = {name: [_flat(record) for record in getattr(self.knowledge, name)] for name in _RECORDS}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    def to_bytes(self) -> bytes:
        """The whole index as bytes."""
        return f"{self.hash}\n{self._content()}".encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Index:
        """What :meth:`to_bytes` wrote; ValueError where it was cut off."""
        digest, _, content = data.decode().partition("\n")
        if len(digest) != 64:
            raise ValueError("not an index")
        raw = json.loads(content)
        knowledge = Knowledge(**{name: _records(record, raw[name]) for name, record in _RECORDS.items()})
        return cls(knowledge, content_hash=digest)


def _grouped(records: Iterable[Any], key: Any) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for record in records:
        groups[key(record)].append(record)
    return dict(groups)


def _flat(record: Any) -> list[Any]:
    row = [getattr(record, one.name) for one in fields(record)]
    return [[_flat(part) if is_dataclass(part) else part for part in value] if isinstance(value, tuple) else value
            for value in row]  # fmt: skip


def _records(record: type, table: list[list[Any]]) -> tuple[Any, ...]:
    if record is model.Control:
        for row in table:
            row[-1] = [model.Level(*level) for level in row[-1]]
    hints = get_type_hints(record)
    tuples = [place for place, one in enumerate(fields(record)) if str(hints[one.name]).startswith("tuple")]
    if tuples:
        for row in table:
            for place in tuples:
                row[place] = tuple(row[place])
    return tuple(record(*row) for row in table)

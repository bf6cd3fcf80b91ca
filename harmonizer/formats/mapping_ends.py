"""The ends of foreign mappings, looked up among what is brought in with them and what is loaded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from harmonizer.errors import MOST_HINTS, DataError, did_you_mean, nearest
from harmonizer.formats.contents import Finding
from harmonizer.formats.foreign_text import id_problem
from harmonizer.knowledge import identifiers
from harmonizer.knowledge.index import Index

OBJECTIVE = "objective"


class Ends:
    """Looks up ends and remembers which are not there.

    ``brought`` are the ids of the frameworks that come in with the mappings. An end that is unknown in a framework
    that is there is an error where the lookup is ``strict``, else it is kept and told in :meth:`findings`.
    """

    def __init__(self, index: Index, brought: Mapping[str, set[str]], *, strict: bool) -> None:
        self.index, self.brought, self.strict = index, brought, strict
        self.dangling: set[str] = set()
        self._leaves = {leaf.slug for leaf in index.leaves}
        self._known: dict[tuple[str, bool], str] = {}
        self._unknown: Counter[str] = Counter()
        self._renamed: dict[str, str] = {}
        self._brought_ids = {slug: {identifiers.fold(one): one for one in ids} for slug, ids in brought.items()}
        self._named = {
            _folded(name): framework.slug
            for framework in index.frameworks.values()
            for name in (framework.title, framework.short_title, framework.slug)
        }

    def resolve(self, end: str, *, strict: bool = False) -> str:
        """``slug:id`` of an end in the spelling of its framework. Raises :class:`DataError` for what is unfit."""
        key = (end, strict)
        if key not in self._known:
            self._known[key] = self._resolved(end, self.strict or strict)
        return self._known[key]

    def _resolved(self, end: str, strict: bool) -> str:
        slug, colon, identifier = end.partition(":")
        if not colon or not slug:
            raise DataError(f"the end {end!r} names no framework; expected slug:id")
        if wrong := id_problem(identifier):
            raise DataError(wrong)
        if slug in (OBJECTIVE, "objectives"):
            if identifier in self._leaves:
                return f"{OBJECTIVE}:{identifier}"
            return self._missing(f"{OBJECTIVE}:{identifier}", strict, self._leaves,
                                 f"unknown leaf objective {identifier!r}")  # fmt: skip
        if slug in self.brought:
            if identifier in self.brought[slug]:
                return end
            if spelled := identifiers.resolve(identifier, self._brought_ids[slug]):
                return f"{slug}:{spelled}"
            return self._missing(end, strict, self.brought[slug], f"{slug} has no requirement {identifier!r}")
        if slug.partition("@")[0] not in self.index.frameworks and (named := self._named.get(_folded(slug))):
            self._renamed[slug] = named
            slug, end = named, f"{named}:{identifier}"
        if slug in self.index.frameworks or slug in self.index.framework_versions:
            if found := self.index.find_requirement(end):
                return found.short if self.index.is_current(found.key) else found.key
            framework = self.index.framework(slug)
            known = {one.short for one in self.index.requirements_of(framework)} if strict else set()
            return self._missing(end, strict, known, f"unknown requirement {end!r}")
        if wrong := id_problem(slug, "framework"):
            raise DataError(wrong)
        self.dangling.add(end)
        return end

    def _missing(self, end: str, strict: bool, known: set[str], message: str) -> str:
        self._unknown[end] += 1
        if strict:
            near = nearest(end if ":" in next(iter(known), "") else end.partition(":")[2], known)
            raise DataError(message + did_you_mean(near if len(self._unknown) <= MOST_HINTS else []))
        return end

    def findings(self) -> list[Finding]:
        """What was not found and kept, and frameworks that were found under another name."""
        renamed = [Finding(slug, f"read as {named}, by its title") for slug, named in self._renamed.items()]
        unknown = [Finding(end, "is not in its framework; the row is kept") for end in self._unknown]
        frameworks = Counter(end.partition(":")[0] for end in self.dangling)
        absent = [
            Finding(slug, f"this framework is not loaded; its {count:,} ends are kept"
                          + did_you_mean(nearest(slug, self.index.frameworks)))
            for slug, count in sorted(frameworks.items())
        ]  # fmt: skip
        return [*renamed, *absent, *unknown]


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.casefold())

"""The JSON export of NIST's Cybersecurity and Privacy Reference Tool (CPRT).

``documents`` each become a framework, their ``elements`` its requirements. A ``projection`` leads from an element to
the one below it. Elements that only say something about another one (examples, discussions, assessment methods, sort
keys) are no requirements. References to elements of other documents become mapping sets, of no stated relation
(``related``) unless the relationship names one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from harmonizer.errors import DataError, UsageError
from harmonizer.formats.contents import (
    Contents,
    Finding,
    ReadFramework,
    ReadMapping,
    ReadMappingSet,
    ReadRequirement,
)
from harmonizer.formats.foreign_text import slug_of
from harmonizer.formats.located import Located, read_document, title_of
from harmonizer.formats.mappings import RELATED, relation_of

_HEADINGS = ("function", "category", "family", "domain", "theme", "topic", "group", "part")
_REMARKS = ("sort", "party", "implementation_example", "withdraw_reason", "discussion", "determination", "examine",
            "interview", "test", "odp", "odp_statement", "odp_type", "odp_choice", "objective_reference", "reference",
            "supplemental_guidance", "assessment_objective", "assessment_method")  # fmt: skip
_SUCCESSORS = ("incorporated_into", "moved_to", "addressed_by")
# Whose documents are bundled, under the slug that they have here.
_BUNDLED = (("sp_800_53_5", "nist-800-53"), ("csf_2_0", "nist-csf"))

Key = tuple[str, str]  # document, element


def recognise(document: object) -> bool:
    """Whether a document holds ``elements`` and ``relationships``, at the top or within ``response.elements``."""
    for step in ("response", "elements"):
        if isinstance(document, dict) and isinstance(document.get(step), dict):
            document = document[step]
    return isinstance(document, dict) and all(
        isinstance(document.get(key), list) for key in ("documents", "elements", "relationships")
    )


def read(path: Path, slug: str = "") -> Contents:
    """The documents of an export as frameworks, its references between documents as mapping sets.

    ``slug`` names its one document anew.

    Listed: elements that stand twice (the one that says more counts), that have a second parent (the first counts) or
    are their own ancestors, elements that are passed over, and relationships that lead from or to nothing. Raises
    :class:`DataError` for what is no such export, :class:`UsageError` for a slug where there are several documents.
    """
    export = read_document(path)
    if not recognise(export.value):
        raise export.problem("no export of CPRT; expected documents, elements and relationships")
    for step in ("response", "elements"):
        if isinstance(export.value.get(step), dict):
            export = export.object(step)
    reader = _Reader()
    for one in export.items("elements"):
        reader.element(one)
    reader.slugs = {document: slug or slug_of(document) for document, _ in reader.elements}
    if slug and len(reader.slugs) != 1:
        raise UsageError(f"a slug names one framework; {path.name} holds {len(reader.slugs)}")
    for one in export.items("relationships"):
        reader.relationship(one)
    return reader.contents(list(export.items("documents")))


class _Reader:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.elements: dict[Key, Located] = {}
        self.slugs: dict[str, str] = {}  # of the documents that have elements here
        self.parents: dict[Key, Key] = {}
        self.order: dict[Key, str] = {}
        self.withdrawn: dict[Key, list[str]] = {}
        self.reasons: dict[Key, list[str]] = defaultdict(list)
        self.mappings: dict[Key, dict[tuple[str, str], ReadMapping]] = defaultdict(dict)

    def element(self, one: Located) -> None:
        key = (one.text("doc_identifier"), one.text("element_identifier", required=True))
        one.text("element_type", required=True)
        if key in self.elements:
            self.findings.append(one.finding(f"{key[1]} stands already at {self.elements[key].place}"))
            if _length(one) <= _length(self.elements[key]):
                return
        self.elements[key] = one

    def relationship(self, one: Located) -> None:
        source, dest = (
            (one.text(f"{side}_doc_identifier"), one.text(f"{side}_element_identifier", required=True))
            for side in ("source", "dest")
        )
        kind = one.text("relationship_identifier", required=True)
        if kind in _SUCCESSORS and self._kind(source) == "withdraw_reason":
            self.reasons[source].append(dest[1])
        elif source not in self.elements:
            self.findings.append(one.finding(f"{source[1]} is no element; its relationship to {dest[1]} is left out"))
        elif kind == "projection":
            self._project(one, source, dest)
        elif source[0] != dest[0]:
            self._refer(one, source, dest, kind)

    def _kind(self, key: Key) -> str:
        return self.elements[key].text("element_type") if key in self.elements else ""

    def _project(self, one: Located, source: Key, dest: Key) -> None:
        kind = self._kind(dest)
        if kind == "":
            self.findings.append(one.finding(f"{dest[1]}, named as a part of {source[1]}, is no element"))
        elif kind == "sort":
            self.order[source] = self.elements[dest].text("title")
        elif kind == "withdraw_reason":
            self.withdrawn[source] = self.reasons[dest]
        elif kind in _REMARKS or source == dest or self._kind(source) in _REMARKS:
            return
        elif self.parents.setdefault(dest, source) != source:
            self.findings.append(one.finding(f"{dest[1]} is a part of {self.parents[dest][1]} already"))

    def _refer(self, one: Located, source: Key, dest: Key, kind: str) -> None:
        try:
            relation = relation_of(kind.replace("_", " "))
        except DataError:
            relation = RELATED
        first, second = f"{self._slug(source[0])}:{source[1]}", f"{self._slug(dest[0])}:{dest[1]}"
        table = self.mappings[source[0], dest[0]]
        if (first, second) in table:
            before = table[first, second].place
            self.findings.append(one.finding(f"{first} to {second} stands already at {before}; the first counts"))
            return
        table[first, second] = ReadMapping(first, relation, second, kind.replace("_", " "), place=one.place)

    def contents(self, documents: list[Located]) -> Contents:
        known = {one.text("doc_identifier", required=True): one for one in documents}
        frameworks = [self._framework(name, known.get(name)) for name in self.slugs]
        sets = [
            ReadMappingSet(f"CPRT {self._slug(source)} to {slug_of(dest)}", tuple(table.values()), "NIST")
            for (source, dest), table in self.mappings.items()
        ]
        return Contents(tuple(one for one in frameworks if one.requirements), tuple(sets), tuple(self.findings))

    def _framework(self, name: str, document: Located | None) -> ReadFramework:
        kept = {key: one for key, one in self.elements.items() if key[0] == name and self._kind(key) not in _REMARKS}
        left = Counter(self._kind(key) for key in self.elements if key[0] == name and key not in kept)
        self.findings += [
            Finding(name, f"{number} elements of the type {kind} are no requirements and are left out")
            for kind, number in left.items() if kind not in ("sort", "withdraw_reason", "party")
        ]  # fmt: skip
        below: dict[Key | None, list[Key]] = defaultdict(list)
        for key in kept:
            above = self.parents.get(key)
            below[above if above in kept else None].append(key)
        requirements: dict[Key, ReadRequirement] = {}
        # A circle is reached from no root: it is entered where the file first names it.
        for root in [*self._sorted(below[None]), *kept]:
            ahead = [root] if root not in requirements else []
            if ahead and root not in below[None]:
                self.findings.append(kept[root].finding(f"{root[1]} is a part of itself; left without a parent"))
                self.parents.pop(root)
            while ahead:
                key = ahead.pop()
                if key not in requirements:
                    requirements[key] = self._requirement(key, kept[key], kept)
                    ahead += reversed(self._sorted(below[key]))
        text = document.text if document else lambda *_: ""
        return ReadFramework(
            slug=self._slug(name), requirements=tuple(requirements.values()), title=text("name") or name,
            version=text("version"), publisher="NIST", url=text("website"),
        )  # fmt: skip

    def _slug(self, document: str) -> str:
        """The slug of a document: of one that has no elements here, that of the bundled framework if it is one."""
        bundled = (slug for prefix, slug in _BUNDLED if document.casefold().startswith(prefix))
        return self.slugs.get(document) or next(bundled, slug_of(document))

    def _sorted(self, keys: list[Key]) -> list[Key]:
        """By their sort keys where all have one, else as the file has them."""
        return sorted(keys, key=lambda key: self.order[key]) if all(key in self.order for key in keys) else keys

    def _requirement(self, key: Key, one: Located, kept: dict[Key, Located]) -> ReadRequirement:
        title, summary = one.text("title"), one.text("text")
        parent = self.parents.get(key)
        if key in self.withdrawn:
            ends = self.withdrawn[key]
            summary = "Withdrawn." + (f" See {', '.join(ends)}." if ends else "")
        return ReadRequirement(
            id=key[1], title=title_of(title or summary or key[1]), parent=parent[1] if parent in kept else "",
            summary=summary, heading=self._kind(key) in _HEADINGS or key in self.withdrawn, place=one.place,
        )  # fmt: skip


def _length(one: Located) -> int:
    return len(one.text("title") + one.text("text"))

"""A library of CISO Assistant (YAML): its frameworks and its requirement mapping sets.

``objects`` holds them one by one (``framework``, ``requirement_mapping_set``) or, in later versions, as lists
(``frameworks``, ``requirement_mapping_sets``). A node that is not ``assessable`` is a heading. ``rationale`` is one of
the kinds of reason that NIST IR 8477 tells apart (syntactic, semantic, functional), ``strength_of_relationship`` runs
from 0 to 10 and is no confidence. Threats, reference controls and risk matrices are passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
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
from harmonizer.formats.mappings import relation_of

_FRAMEWORKS = ("framework", "frameworks")
_MAPPING_SETS = ("requirement_mapping_set", "requirement_mapping_sets")
_INVERSE = {"subset-of": "superset-of", "superset-of": "subset-of"}


def recognise(document: object) -> bool:
    """Whether a document is a library with a framework or a mapping set."""
    objects = document.get("objects") if isinstance(document, dict) else None
    return isinstance(objects, dict) and any(key in objects for key in (*_FRAMEWORKS, *_MAPPING_SETS))


def read(path: Path, slug: str = "", source: str = "", target: str = "") -> Contents:
    """The frameworks and mapping sets of a library.

    ``slug`` names its one framework anew, ``source`` and ``target`` those of its first mapping set, in the whole file.

    The id of a requirement is its ``ref_id`` where that is given and its own, else the end of its URN; the ends of a
    mapping are named in the same way where the library holds their framework, else by the end of their URN. Listed and
    passed over: nodes and pairs that stand twice, parents that are not there, and a mapping set that is another one
    read backwards. Raises :class:`DataError` for what is no such library and for relationships that are not known,
    :class:`UsageError` for a slug where the library does not hold one framework.
    """
    library = read_document(path)
    if not recognise(library.value):
        raise library.problem("no CISO Assistant library; expected a framework or a requirement mapping set in objects")
    findings: list[Finding] = []
    slugs = _slugs(library, source, target)
    given = list(_several(library, _FRAMEWORKS))
    if slug and len(given) != 1:
        raise UsageError(f"a slug names one framework; {path.name} holds {len(given)}")
    if slug:
        slugs[_own_slug(given[0])] = slug
    ids: dict[str, str] = {}
    frameworks = [_framework(library, one, slugs, ids, findings) for one in given]
    sets: list[ReadMappingSet] = []
    for one in _several(library, _MAPPING_SETS):
        found = _mapping_set(library, one, slugs, ids, findings)
        pairs = {(each.source, each.relation, each.target) for each in found.mappings}
        backwards = {(target, _INVERSE.get(relation, relation), source) for source, relation, target in pairs}
        if any(backwards == {(each.source, each.relation, each.target) for each in other.mappings} for other in sets):
            findings.append(one.finding(f"{found.name} is another set read backwards and is left out"))
        else:
            sets.append(found)
    return Contents(tuple(frameworks), tuple(sets), tuple(findings))


def _several(library: Located, keys: tuple[str, str]) -> Iterator[Located]:
    objects = library.object("objects")
    for key in keys:
        if (found := objects.get(key)) is not None:
            if isinstance(found.value, list):
                yield from objects.items(key)
            else:
                yield objects.object(key)


def _slugs(library: Located, source: str, target: str) -> dict[str, str]:
    """What the user calls the frameworks of the first mapping set, by what its URNs call them."""
    first = next(_several(library, _MAPPING_SETS), None)
    if first is None:
        return {}
    return {_own_slug(first, f"{side}_framework_urn"): name for side, name in (("source", source), ("target", target))
            if name}  # fmt: skip


def _own_slug(one: Located, key: str = "urn") -> str:
    return slug_of(one.text(key, required=True).rpartition(":")[2])


def _framework(library: Located, framework: Located, slugs: dict[str, str], ids: dict[str, str],
               findings: list[Finding]) -> ReadFramework:  # fmt: skip
    urn, slug = framework.text("urn", required=True).casefold(), _own_slug(framework)
    slug = slugs.get(slug, slug)
    nodes: dict[str, Located] = {}
    for node in framework.items("requirement_nodes"):
        name = node.text("urn", required=True).casefold()
        if name in nodes:
            findings.append(node.finding(f"the node {name} stands already at {nodes[name].place} and is left out"))
        nodes.setdefault(name, node)
    references = [node.text("ref_id") for node in nodes.values()]
    twice = {one for one, number in Counter(references).items() if number > 1}
    own: dict[str, str] = {}
    taken: set[str] = set()
    for name, reference in zip(nodes, references, strict=True):
        choices = (reference if reference not in twice else "", _tail(name), name)
        own[name] = next(one for one in choices if one and one not in taken)
        taken.add(own[name])
    ids |= {name: f"{slug}:{identifier}" for name, identifier in own.items()}
    requirements, above = [], {0: ""}
    for name, node in nodes.items():
        depth = _depth(node)
        parent = node.text("parent_urn").casefold()
        if parent and (parent not in own or parent == name):
            findings.append(node.finding(f"{own[name]}: the parent {parent} is not there; left without a parent"))
        title, description = node.text("name"), node.text("description")
        requirements.append(ReadRequirement(
            id=own[name], title=title_of(title or description or own[name]), place=node.place, summary=description,
            parent=("" if parent == name else own.get(parent, "")) if parent else above.get(depth - 1, ""),
            heading=node.text("assessable").casefold() != "true",
        ))  # fmt: skip
        above[depth] = own[name]
    return ReadFramework(
        slug=slug, requirements=tuple(requirements), title=framework.text("name") or library.text("name"),
        version=library.text("version"), publisher=library.text("provider"), licence=library.text("copyright"), url=urn,
    )  # fmt: skip


def _depth(node: Located) -> int:
    text = node.text("depth")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _tail(urn: str) -> str:
    """What a node's URN says after its framework: ``urn:PACKAGER:risk:req_node:FRAMEWORK:ID``; ids may have colons."""
    return urn.split(":", 5)[-1]


def _mapping_set(library: Located, one: Located, slugs: dict[str, str], ids: dict[str, str], findings: list[Finding],
                 ) -> ReadMappingSet:  # fmt: skip
    own = {side: _own_slug(one, f"{side}_framework_urn") for side in ("source", "target")}
    named = {side: slugs.get(slug, slug) for side, slug in own.items()}
    mappings: dict[tuple[str, str], ReadMapping] = {}
    for row in one.items("requirement_mappings"):
        urns = {side: row.text(f"{side}_requirement_urn", required=True).casefold() for side in named}
        source, target = (ids.get(urns[side], f"{named[side]}:{_tail(urns[side])}") for side in named)
        try:
            relation = relation_of(row.text("relationship").replace("_", " "))
        except DataError as error:
            raise row.problem(error.message) from None
        if (source, target) in mappings:
            before = mappings[source, target].place
            findings.append(row.finding(f"{source} to {target} stands already at {before}; the first counts"))
            continue
        reason = "; ".join(text for key in ("rationale", "annotation") if (text := row.text(key)))
        strength = row.text("strength_of_relationship", "strength")
        mappings[source, target] = ReadMapping(
            source, relation, target, place=row.place,
            rationale=f"{reason} (strength {strength} of 10)".strip() if strength else reason,
        )  # fmt: skip
    return ReadMappingSet(
        name=one.text("ref_id", "name", "urn", required=True), mappings=tuple(mappings.values()),
        provider=library.text("provider"), licence=library.text("copyright"), url=one.text("urn"),
    )  # fmt: skip

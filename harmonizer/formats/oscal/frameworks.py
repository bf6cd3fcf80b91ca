"""A catalog, or the catalog that a profile means, as a framework of the workspace; and back to OSCAL.

The requirements are what the tables of the workspace hold; the document itself is kept beside them
(``data/sources/oscal/<slug>.json``), so that an export gives back everything that came in, with the titles that were
changed since.

A parameter is a setting that the catalog leaves to its reader: it stands in the summary as ``[assignment: ...]``, or
with its values where it carries some. It becomes no row of constraints.csv yet: such a row tightens a leaf objective
along one of our dimensions, and OSCAL says neither. :mod:`harmonizer.formats.oscal.parameters` takes it from there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harmonizer.errors import UnknownNameError, UsageError
from harmonizer.formats.contents import Contents, Finding, ReadFramework, ReadRequirement
from harmonizer.formats.foreign_text import line_of, slug_of, text_of
from harmonizer.formats.oscal.catalog import Place, faults, parameters, places, statement
from harmonizer.formats.oscal.documents import Document
from harmonizer.formats.oscal.parameters import SOURCES, drafts
from harmonizer.formats.oscal.resolve import resolve
from harmonizer.formats.safe_documents import read_json
from harmonizer.formats.workspace_files import slug_problem
from harmonizer.knowledge.tables import REQUIREMENT_COLUMNS, rows, write_aside

_SUCCESSORS = ("incorporated-into", "moved-to")


def read_framework(documents: Sequence[Document], slug: str = "") -> Contents:
    """One catalog, or one profile with the catalogs and profiles that it imports, as a framework.

    Where profiles are given, the first is the one that is brought in. Raises :class:`DataError` for ids that are
    missing or stand twice, and :class:`UsageError` for a slug that is bundled.
    """
    profiles = [one for one in documents if one.kind == "profile"]
    catalogs = [one for one in documents if one.kind == "catalog"]
    told: list[Finding] = []
    if profiles:
        document, told = resolve(profiles[0], documents)
    elif len(catalogs) == 1:
        document = catalogs[0]
    else:
        raise UsageError("name one catalog, or a profile first and then what it imports")
    slug = slug or slug_of(document.path.stem)
    if wrong := slug_problem(slug):
        raise UsageError(wrong)
    told += faults(document, links=not profiles)
    requirements = _requirements(document)
    controls = [place for place in places(document.body) if place.kind == "control"]
    known = parameters(document.body)
    return Contents(
        frameworks=(_framework(document, slug, requirements),), findings=tuple(told),
        kept={f"{SOURCES}/{slug}.json": json.dumps({document.kind: document.body}, ensure_ascii=False)},
        figures={
            "controls": len(controls),
            "withdrawn": sum(place.withdrawn for place in controls),
            "groups": len(requirements) - len(controls),
            "parameters": len(known),
            "parameters with values": sum(bool(one.get("values")) for one in known.values()),
            "parameters with quantities": len(drafts(document.body)),
        },
    )  # fmt: skip


def export_catalog(workspace: Path, slug: str, output: Path) -> list[Finding]:
    """Write the catalog that a framework was imported from, with the titles that were changed in the workspace.

    Returns what the workspace says otherwise and OSCAL cannot be given: summaries that were rewritten (OSCAL holds
    the statement in labelled parts) and requirements that were added or deleted.
    """
    source = workspace / SOURCES / f"{slug}.json"
    if not source.is_file():
        raise UnknownNameError("imported OSCAL framework", slug, [path.stem for path in source.parent.glob("*.json")])
    document = Document(source, "catalog", read_json(source)["catalog"])
    table = workspace / "data" / "frameworks" / slug / "requirements.csv"
    now = {row["id"]: row for row in rows(table, REQUIREMENT_COLUMNS)}
    kept: list[Finding] = []
    for place, before in zip(places(document.body), _requirements(document), strict=True):
        row = now.pop(before.id, None)
        if row is None:
            kept.append(Finding(before.id, "was deleted in the workspace and stays in the catalog"))
            continue
        if row["title"] != line_of(before.title):
            place.value["title"] = row["title"]
        if row["summary"] != text_of(before.summary):
            kept.append(Finding(before.id, "its summary was changed in the workspace; its statement stays as it was"))
    kept += [Finding(identifier, "was added in the workspace and is not in the catalog") for identifier in now]
    write_aside(output, (json.dumps({"catalog": document.body}, ensure_ascii=False, indent=2) + "\n").encode())
    return kept


def _requirements(document: Document) -> list[ReadRequirement]:
    """One for each group and control. Raises :class:`DataError` for ids that are missing or stand twice."""
    known = parameters(document.body)
    at_path: dict[str, str] = {}
    table = []
    for at, place in enumerate(places(document.body)):
        identifier = place.id or (f"group-{at + 1}" if place.kind == "group" else "")
        if not identifier:
            raise document.problem(place.path, "a control needs an id")
        if identifier in at_path:
            raise document.problem(place.path, f"the id {identifier!r} stands already at {at_path[identifier]}")
        at_path[identifier] = place.path
        table.append(ReadRequirement(
            identifier, str(place.value.get("title") or identifier), place.parent,
            _withdrawn(place) if place.withdrawn else statement(place.value, known),
            heading=place.kind == "group" or place.withdrawn, place=place.path,
        ))  # fmt: skip
    return table


def _withdrawn(place: Place) -> str:
    ends = [str(link.get("href", "")).removeprefix("#") for link in place.value.get("links", ())
            if link.get("rel") in _SUCCESSORS]  # fmt: skip
    return "Withdrawn." + (f" See {', '.join(ends)}." if ends else "")


def _framework(document: Document, slug: str, requirements: Sequence[ReadRequirement]) -> ReadFramework:
    metadata: dict[str, Any] = document.body.get("metadata", {})
    names = (str(one.get("name") or "") for one in metadata.get("parties", ()))
    return ReadFramework(
        slug, tuple(requirements), document.title, str(metadata.get("version") or ""),
        publisher=next(filter(None, names), ""), url=f"OSCAL {document.kind}",
    )  # fmt: skip

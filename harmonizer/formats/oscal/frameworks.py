"""A catalog, or the catalog that a profile means, as a framework of the workspace; and back to OSCAL.

The requirements are what the tables of the workspace hold; the document itself is kept beside them
(``data/sources/oscal/<slug>.json``), so that an export gives back everything that came in, with the titles that were
changed since.

A parameter is a setting that the catalog leaves to its reader: it stands in the summary as ``[assignment: ...]``, or
with its values where it carries some. Values that are plain quantities become drafts of constraints
(:mod:`harmonizer.formats.oscal.parameters`). What the user adds to the tables of a framework (objectives, constraints,
dates, what is filled in in drafts) outlives another import of it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from harmonizer.errors import UnknownNameError, UsageError
from harmonizer.formats.oscal.catalog import Fault, Place, faults, parameters, places, statement
from harmonizer.formats.oscal.documents import Document, read
from harmonizer.formats.oscal.parameters import DRAFTS, drafts, filled_in
from harmonizer.formats.oscal.resolve import resolve
from harmonizer.formats.safe_documents import read_json
from harmonizer.knowledge.store import bundled_root
from harmonizer.knowledge.tables import (
    CONSTRAINT_COLUMNS,
    DATE_COLUMNS,
    REQUIREMENT_COLUMNS,
    SSSOM_COLUMNS,
    dump,
    rows,
    write_aside,
)
from harmonizer.knowledge.workspace import replace_files

SOURCES = "data/sources/oscal"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_SUCCESSORS = ("incorporated-into", "moved-to")
# The tables of a framework that an import leaves to the user: where they name the requirement, and how they are read.
_OWN = {"objectives.sssom.tsv": ("subject_id", SSSOM_COLUMNS, "\t"),
        "constraints.csv": ("requirement", CONSTRAINT_COLUMNS, ","),
        "dates.csv": ("requirement", DATE_COLUMNS, ",")}  # fmt: skip


@dataclass
class Import:
    """What an import would write: file contents by their name in the workspace, and what it found on the way."""

    files: dict[str, str] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_framework(paths: Sequence[Path], slug: str | None = None) -> Import:
    """Read one catalog, or one profile with the catalogs and profiles that it imports, as a framework.

    Where profiles are given, the first is the one that is brought in. Raises
    :class:`DataError` for what cannot be read, ids that are missing or stand twice, and a slug that is bundled.
    """
    documents = [read(path) for path in paths]
    found = Import()
    profiles = [one for one in documents if one.kind == "profile"]
    catalogs = [one for one in documents if one.kind == "catalog"]
    if profiles:
        document, found.faults = resolve(profiles[0], documents)
    elif len(catalogs) == 1:
        document = catalogs[0]
    else:
        raise UsageError("name one catalog, or a profile first and then what it imports")
    slug = slug or re.sub(r"[^a-z0-9]+", "-", document.path.stem.casefold()).strip("-")
    if not _SLUG.fullmatch(slug):
        raise UsageError(f"{slug!r} is no slug; expected lower case letters, digits and hyphens")
    if (bundled_root() / "data" / "frameworks" / slug).is_dir():
        raise UsageError(f"{slug!r} is a bundled framework; give yours another slug")
    found.faults += faults(document, links=not profiles)
    table = _requirements(document)
    folder = f"data/frameworks/{slug}"
    found.files = {
        f"{folder}/framework.toml": _framework(document, slug),
        f"{folder}/requirements.csv": dump(REQUIREMENT_COLUMNS, table),
        f"{folder}/objectives.sssom.tsv": dump(SSSOM_COLUMNS, (), "\t"),
        f"{folder}/constraints.csv": dump(CONSTRAINT_COLUMNS, ()),
        f"{folder}/dates.csv": dump(DATE_COLUMNS, ()),
        f"{SOURCES}/{slug}.json": json.dumps({document.kind: document.body}, ensure_ascii=False),
    }
    if drafted := drafts(document.body):
        found.files[f"{DRAFTS}/{slug}-constraints.csv"] = dump(CONSTRAINT_COLUMNS, drafted)
    everything = [place for place in places(document.body) if place.kind == "control"]
    known = parameters(document.body)
    found.figures = {
        "controls": len(everything),
        "withdrawn": sum(place.withdrawn for place in everything),
        "groups": len(table) - len(everything),
        "parameters": len(known),
        "parameters with values": sum(bool(one.get("values")) for one in known.values()),
        "drafts of constraints": len(drafted),
        "findings": len(found.faults),
    }
    return found


def write(found: Import, workspace: Path) -> None:
    """Write the files of an import into a workspace folder, all of them or none; what the user added stays.

    Raises :class:`DataError` where that speaks of a requirement that the import no longer has.
    """
    files = dict(found.files)
    for name, content in found.files.items():
        path = workspace / name
        if not path.is_file():
            continue
        if path.name in _OWN:
            known = found.files[f"{PurePosixPath(name).parent}/requirements.csv"]
            _check_still_there(path, {row["id"] for row in csv.DictReader(io.StringIO(known))})
            del files[name]
        elif name.startswith(f"{DRAFTS}/"):
            files[name] = filled_in(content, path)
    replace_files(workspace, {name: content.encode() for name, content in files.items()})


def _check_still_there(path: Path, known: set[str]) -> None:
    column, columns, delimiter = _OWN[path.name]
    for row in rows(path, columns, delimiter):
        identifier = row[column].rpartition(":")[2] if column == "subject_id" else row[column]
        if identifier not in known:
            raise row.problem(f"speaks of {identifier!r}, which the import does not have any more; take the row out, "
                              "or give the import another slug", column)  # fmt: skip


def export_catalog(workspace: Path, slug: str, output: Path) -> list[Fault]:
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
    kept: list[Fault] = []
    for place, before in zip(places(document.body), _requirements(document), strict=True):
        row = now.pop(before["id"], None)
        if row is None:
            kept.append(Fault(before["id"], "was deleted in the workspace and stays in the catalog"))
            continue
        if row["title"] != before["title"]:
            place.value["title"] = row["title"]
        if row["summary"] != before["summary"]:
            kept.append(Fault(before["id"], "its summary was changed in the workspace; its statement stays as it was"))
    kept += [Fault(identifier, "was added in the workspace and is not in the catalog") for identifier in now]
    write_aside(output, (json.dumps({"catalog": document.body}, ensure_ascii=False, indent=2) + "\n").encode())
    return kept


def _requirements(document: Document) -> list[dict[str, str]]:
    """One row for each group and control. Raises :class:`DataError` for ids that are missing or stand twice."""
    known = parameters(document.body)
    titles: dict[str, str] = {}
    table = []
    for at, place in enumerate(places(document.body)):
        identifier = place.id or (f"group-{at + 1}" if place.kind == "group" else "")
        if not identifier:
            raise document.problem(place.path, "a control needs an id")
        if identifier in titles:
            raise document.problem(place.path, f"the id {identifier!r} stands already at {titles[identifier]}")
        titles[identifier] = place.path
        heading = place.kind == "group" or place.withdrawn
        title = " ".join(str(place.value.get("title") or identifier).split())
        table.append({
            "id": identifier, "parent": place.parent, "kind": "heading" if heading else "requirement",
            "modality": "" if heading else "required", "title": title,
            "summary": _withdrawn(place) if place.withdrawn else statement(place.value, known),
            "applies_when": "", "status": "draft", "checked": "", "residual": "",
        })  # fmt: skip
    return table


def _withdrawn(place: Place) -> str:
    ends = [str(link.get("href", "")).removeprefix("#") for link in place.value.get("links", ())
            if link.get("rel") in _SUCCESSORS]  # fmt: skip
    return "Withdrawn." + (f" See {', '.join(ends)}." if ends else "")


def _framework(document: Document, slug: str) -> str:
    metadata: dict[str, Any] = document.body.get("metadata", {})
    version = re.sub(r"[^A-Za-z0-9.+-]+", "-", str(metadata.get("version") or "")).strip("-") or "imported"
    parties = {one.get("uuid"): one.get("name") for one in metadata.get("parties", ())}
    publisher = next((name for name in parties.values() if name), "imported")
    values = {"slug": slug, "version": version, "title": document.title, "short_title": slug,
              "publisher": str(publisher), "kind": "imported", "jurisdiction": "", "url": f"OSCAL {document.kind}",
              "licence": "unknown; see your source", "text_status": "imported",
              "mapping_licence": "unknown; see your source", "reading": "plain"}  # fmt: skip
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())

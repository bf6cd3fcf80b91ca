"""A component-definition: what each component says it implements, as a framework of statements and a mapping set.

A statement of how a product meets a control is a claim of its maker. It says nothing about this organisation, so it
sets no status and no finding; and it tells no relation of sets, so it is mapped to its control as ``related``. As a
framework the claims can be read, searched and compared beside the controls that they are about, and a user who has
checked one can state the relation of it. The document is kept beside the tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from harmonizer.formats.contents import (
    Contents,
    Finding,
    ReadFramework,
    ReadMapping,
    ReadMappingSet,
    ReadRequirement,
)
from harmonizer.formats.foreign_text import line_of, slug_of
from harmonizer.formats.located import title_of
from harmonizer.formats.oscal.catalog import places, readable
from harmonizer.formats.oscal.documents import Document
from harmonizer.formats.oscal.resolve import hrefs_of, meant, resolve

SOURCES = "data/sources/oscal-components"


def read_components(document: Document, given: Sequence[Document] = (), slug: str = "", target: str = "") -> Contents:
    """The statements of a component-definition under their components, and what they are about.

    ``given`` are the catalogs and profiles (with what they import) to check the control ids against: an id that the
    source does not have is listed and its statement kept. A control is named ``<slug>:<id>``, the slug ``target`` or
    else that of the source's file, as an import of it without a slug of its own would take. Statements that a component
    makes twice of one control of one source are joined.
    """
    slug = slug or slug_of(document.path.stem)
    findings: list[Finding] = []
    known: dict[str, set[str] | None] = {}
    requirements: dict[str, ReadRequirement] = {}
    mappings: dict[tuple[str, str], ReadMapping] = {}
    for holder, place in _holders(document.body):
        name = _free(slug_of(str(holder.get("title") or holder.get("name"))) or "component", requirements)
        requirements[name] = ReadRequirement(
            name, title_of(str(holder.get("title") or holder.get("name"))), heading=True, place=place,
            summary=line_of(str(holder.get("description", ""))),
        )  # fmt: skip
        implementations = holder.get("control-implementations", ())
        several = len({one["source"] for one in implementations}) > 1
        for at, implementation in enumerate(implementations):
            where = f"{place}.control-implementations[{at}]"
            href = str(implementation["source"])
            source = target or _slug(document, href)
            if href not in known:
                known[href] = _controls(document, href, given, where, findings)
            for number, one in enumerate(implementation["implemented-requirements"]):
                control, here = str(one["control-id"]), f"{where}.implemented-requirements[{number}]"
                ids = known[href]
                if ids is not None and control not in ids:
                    findings.append(Finding(here, f"{source} has no control {control!r}"))
                identifier = f"{name}/{source}/{control}" if several else f"{name}/{control}"
                summary = _statement(implementation, one)
                if identifier in requirements:
                    summary = f"{requirements[identifier].summary} {summary}"
                requirements[identifier] = ReadRequirement(
                    identifier, title_of(f"{holder.get('title') or holder.get('name')}: {control}"), name, summary,
                    place=here,
                )  # fmt: skip
                ends = f"{slug}:{identifier}", f"{source}:{control}"
                mappings.setdefault(ends, ReadMapping(ends[0], "related", ends[1], _reason(one), place=here))
    metadata = document.body["metadata"]
    parties = [one["name"] for one in metadata.get("parties", ()) if one.get("name")]
    framework = ReadFramework(slug, tuple(requirements.values()), document.title, str(metadata.get("version", "")),
                              parties[0] if parties else "")  # fmt: skip
    found = ReadMappingSet(f"{slug}-implements", tuple(mappings.values()), framework.publisher or document.title)
    kept = {f"{SOURCES}/{slug}.json": json.dumps({document.kind: document.body}, ensure_ascii=False)}
    return Contents((framework,), (found,) if mappings else (), tuple(findings), kept)


def _holders(body: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for key in ("components", "capabilities"):
        for at, one in enumerate(body.get(key, ())):
            yield one, f"component-definition.{key}[{at}]"


def _controls(document: Document, href: str, given: Sequence[Document], place: str, findings: list[Finding],
              ) -> set[str] | None:  # fmt: skip
    """The ids of a source's controls, or None where it was not given, which is listed."""
    source = meant(document, href, given)
    if source is None:
        findings.append(Finding(place, f"{_slug(document, href)} was not given: its control ids are not checked"))
        return None
    catalog = resolve(source, given)[0] if source.kind == "profile" else source
    return {one.id for one in places(catalog.body) if one.kind == "control"}


def _slug(document: Document, href: str) -> str:
    """The slug of a source: of its file's name, or its title where the document gives no file."""
    *_, last = hrefs_of(document, href)
    path = PurePosixPath(last.partition("#")[0])
    return slug_of(path.stem if path.suffix in (".json", ".xml", ".yaml", ".yml") else path.name or href) or "source"


def _statement(implementation: dict[str, Any], one: dict[str, Any]) -> str:
    """The description with what is said of single statements, parameters as they are set here."""
    set_here = {str(setting["param-id"]): {"id": setting["param-id"], **setting}
                for setting in (*implementation.get("set-parameters", ()), *one.get("set-parameters", ()))}  # fmt: skip
    texts = [one.get("description", ""), *(each.get("description", "") for each in one.get("statements", ()))]
    return line_of(" ".join(readable(str(text), set_here) for text in texts))


def _reason(one: dict[str, Any]) -> str:
    status = next((str(prop.get("value")) for prop in one.get("props", ())
                   if prop.get("name") == "implementation-status"), "")  # fmt: skip
    return "stated to implement it" + (f": {status}" if status else "")


def _free(identifier: str, taken: dict[str, ReadRequirement]) -> str:
    number, found = 1, identifier
    while found in taken:
        number += 1
        found = f"{identifier}-{number}"
    return found

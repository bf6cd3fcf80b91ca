"""What a catalog says: its controls in order with their groups, parameters, readable statements; and its faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harmonizer.formats.contents import Finding
from harmonizer.formats.oscal.documents import Document

INSERT = re.compile(r"\{\{\s*(?:insert:\s*)?param,?\s+([^\s}]+)\s*\}\}|\{\{\s*([^\s:}]+)\s*\}\}")
_MARKUP = re.compile(r"\[([^\]]*)\]\(#[^)]*\)")  # links within the document, which lead nowhere outside it


@dataclass(frozen=True)
class Place:
    """A group or control where it stands: its kind, its parent's id and its place as a path."""

    kind: str  # group or control
    value: dict[str, Any]
    parent: str
    path: str

    @property
    def id(self) -> str:
        return str(self.value.get("id", ""))

    @property
    def withdrawn(self) -> bool:
        return self.kind == "control" and any(
            prop.get("name") == "status" and str(prop.get("value", "")).casefold() == "withdrawn"
            for prop in self.value.get("props", ())
        )


def places(body: dict[str, Any]) -> Iterator[Place]:
    """The groups and controls of a catalog in the order of the document, parents first."""
    yield from _below(body, "", "catalog")


def _below(value: dict[str, Any], parent: str, path: str) -> Iterator[Place]:
    for key, kind in (("groups", "group"), ("controls", "control")):
        for at, child in enumerate(value.get(key, ())):
            where = f"{path}.{key}[{at}]"
            yield Place(kind, child, parent, where)
            yield from _below(child, str(child.get("id") or parent), where)


def parameters(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The parameters of a catalog by id; of two with the same id the first."""
    found: dict[str, dict[str, Any]] = {}
    for value in [body, *(place.value for place in places(body))]:
        for parameter in value.get("params", ()):
            found.setdefault(str(parameter.get("id", "")), parameter)
    return found


def parts(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All parts of a control, however deep, in order."""
    for part in value.get("parts", ()):
        yield part
        yield from parts(part)


def faults(document: Document, *, links: bool = True) -> list[Finding]:
    """Duplicate ids, controls without id or title, and inserted parameters and links that lead nowhere.

    ``links=False`` is for a resolved profile, whose controls still name related ones that were not selected.
    """
    found: list[Finding] = []
    owners: dict[str, str] = {}
    body = document.body

    def claim(identifier: object, path: str) -> None:
        if identifier and isinstance(identifier, str):
            if identifier in owners:
                found.append(Finding(path, f"the id {identifier!r} stands already at {owners[identifier]}"))
            owners.setdefault(identifier, path)

    everything = list(places(body))
    for place in everything:
        claim(place.value.get("id"), place.path)
        if place.kind == "control" and not place.id:
            found.append(Finding(place.path, "a control needs an id"))
        if not place.value.get("title"):
            found.append(Finding(place.path, f"{place.id or 'this'} has no title"))
        for part in parts(place.value):
            claim(part.get("id"), f"{place.path} part")
    known = set(owners)
    for value, path in [(body, "catalog"), *((place.value, place.path) for place in everything)]:
        for at, parameter in enumerate(value.get("params", ())):
            claim(parameter.get("id"), f"{path}.params[{at}]")
    resources = {one.get("uuid", "") for one in body.get("back-matter", {}).get("resources", ())}
    parameter_ids = set(owners) - known
    for place in everything:
        for link in place.value.get("links", ()) if links else ():
            href = str(link.get("href", ""))
            if href.startswith("#") and href[1:] not in owners and href[1:] not in resources:
                found.append(Finding(f"{place.path}.links", f"{href} leads nowhere in this document"))
        found.extend(
            Finding(
                f"{place.path} part {part.get('id', '')}".strip(), f"the parameter {name!r} is inserted, not defined"
            )
            for part in parts(place.value)
            for match in INSERT.finditer(part.get("prose", ""))
            if (name := match[1] or match[2]) not in parameter_ids
        )
    return found


def assignment(parameter: dict[str, Any], known: dict[str, dict[str, Any]], depth: int = 0) -> str:
    """A parameter as a reader sees it: its values, or ``[assignment: ...]`` or ``[selection (one or more): a; b]``."""
    if values := parameter.get("values"):
        return ", ".join(values)
    if select := parameter.get("select"):
        choices = "; ".join(readable(choice, known, depth + 1) for choice in select.get("choice", ()))
        many = " (one or more)" if select.get("how-many") == "one-or-more" else ""
        return f"[selection{many}: {choices}]"
    return f"[assignment: {readable(str(parameter.get('label') or parameter.get('id', '')), known, depth + 1)}]"


def readable(prose: str, known: dict[str, dict[str, Any]], depth: int = 0) -> str:
    """Prose with its parameters readable in place. Parameters that insert each other end as their ids."""

    def replaced(match: re.Match[str]) -> str:
        identifier = match[1] or match[2]
        parameter = known.get(identifier)
        return f"[assignment: {identifier}]" if parameter is None or depth > 4 else assignment(parameter, known, depth)

    return INSERT.sub(replaced, _MARKUP.sub(r"\1", prose)).strip()


def statement(value: dict[str, Any], known: dict[str, dict[str, Any]]) -> str:
    """The statement of a control as one running text: labels and prose of its statement parts in order."""
    words: list[str] = []
    for top in value.get("parts", ()):
        if top.get("name") in ("statement", "overview"):
            for part in (top, *parts(top)):
                label = next((str(p.get("value", "")) for p in part.get("props", ()) if p.get("name") == "label"), "")
                if prose := readable(part.get("prose", ""), known):
                    words.append(f"{label} {prose}".strip() if part is not top else prose)
    return " ".join(" ".join(words).split())


def label(value: dict[str, Any]) -> str:
    """How the source prints the id (``AC-2(1)``), or the id."""
    return next((str(p["value"]) for p in value.get("props", ()) if p.get("name") == "label" and "class" not in p
                 and p.get("value")), str(value.get("id", "")))  # fmt: skip

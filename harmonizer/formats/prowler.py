"""A compliance framework of Prowler (JSON): requirements, each with the checks of a cloud account that look at it.

The sections of the requirements' attributes become headings. A check looks at one technical side of a requirement and
proves none: the summary names the first ones, and all stay beside the tables (``data/sources/prowler/<slug>.json``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from harmonizer.formats.contents import Contents, Finding, ReadFramework, ReadRequirement
from harmonizer.formats.foreign_text import slug_of
from harmonizer.formats.located import Located, read_document, title_of

SOURCES = "data/sources/prowler"
_NAMED = 5  # checks that a summary names
# From the outside in; each framework of Prowler has its own attributes.
_SECTIONS = (("Section", "section"), ("SubSection", "subsection"), ("Marco", "Domain", "Category"),
             ("Categoria", "Subdomain"))  # fmt: skip


def recognise(document: object) -> bool:
    """Whether a document has a framework's name and requirements with checks."""
    if not isinstance(document, dict):
        return False
    requirements = document.get("Requirements", document.get("requirements"))
    return (
        isinstance(document.get("Framework", document.get("framework")), str)
        and isinstance(requirements, list)
        and any(isinstance(one, dict) and ("Checks" in one or "checks" in one) for one in requirements)
    )


def read(path: Path, slug: str = "") -> Contents:
    """The framework of a file, under the slug given or one of its name, version and provider.

    Requirements that stand twice and those without a check are listed.

    Raises :class:`DataError` for what is no such framework.
    """
    document = read_document(path)
    if not recognise(document.value):
        raise document.problem("no Prowler framework; expected Framework, and Requirements with Checks")
    name, version, provider = (document.text(key, key.lower()) for key in ("Framework", "Version", "Provider"))
    slug = slug or slug_of(" ".join(text for text in (name, version, provider) if text))
    findings: list[Finding] = []
    places: dict[str, str] = {}
    found: list[tuple[Located, str, list[str]]] = []
    for one in document.items("Requirements", "requirements"):
        identifier = one.text("Id", "id", required=True)
        if identifier in places:
            findings.append(one.finding(f"{identifier} stands already at {places[identifier]} and is left out"))
            continue
        places[identifier] = one.place
        found.append((one, identifier, list(_checks(one))))
    headings: dict[tuple[str, ...], str] = {}
    requirements: list[ReadRequirement] = []
    for one, identifier, checks in found:
        parent = ""
        sections = _sections(one)
        for depth in range(1, len(sections) + 1):
            path_ = sections[:depth]
            if path_ not in headings:
                headings[path_] = _free("section-" + slug_of(" ".join(path_)), {*places, *headings.values()})
                requirements.append(ReadRequirement(headings[path_], title_of(path_[-1]), parent, heading=True,
                                                    place=one.place))  # fmt: skip
            parent = headings[path_]
        title, description = one.text("Name", "name"), one.text("Description", "description")
        requirements.append(ReadRequirement(
            identifier, title_of(title or description or identifier), parent, place=one.place,
            summary=f"{description} {_told(checks)}".strip(),
        ))  # fmt: skip
    if without := sum(not checks for _, _, checks in found):
        findings.append(Finding("Requirements", f"{without} of {len(found)} have no check: a person looks at them"))
    kept = {"provider": provider, "checks": {identifier: checks for _, identifier, checks in found if checks}}
    framework = ReadFramework(slug, tuple(requirements), document.text("Name", "name") or name, version, "Prowler")
    return Contents((framework,), (), tuple(findings), {f"{SOURCES}/{slug}.json": json.dumps(kept, indent=1)})


def _checks(requirement: Located) -> Iterator[str]:
    """The checks, of one provider as a list or of several as an object of lists."""
    found = requirement.get("Checks", "checks")
    if found is not None and isinstance(found.value, dict):
        for provider in found.value:
            yield from (f"{provider}: {one.as_text()}" for one in found.items(provider))
    else:
        yield from (one.as_text() for one in requirement.items("Checks", "checks"))


def _sections(requirement: Located) -> tuple[str, ...]:
    """The sections that a requirement stands in by its first attributes, from the outside in."""
    attributes = requirement.get("Attributes", "attributes")
    if attributes is None:
        return ()
    several = isinstance(attributes.value, list)
    first = next(requirement.items("Attributes", "attributes"), None) if several else attributes
    if first is None:
        return ()
    names = [first.text(*keys) for keys in _SECTIONS]
    return tuple(name for name in (names[:2] if names[0] else names[2:]) if name)


def _told(checks: list[str]) -> str:
    if not checks:
        return ""
    more = f" and {len(checks) - _NAMED} more" if len(checks) > _NAMED else ""
    return f"Prowler checks: {', '.join(checks[:_NAMED])}{more}."


def _free(identifier: str, taken: set[str]) -> str:
    while identifier in taken:
        identifier += "-"
    return identifier

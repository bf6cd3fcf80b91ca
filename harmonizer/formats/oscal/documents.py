"""An OSCAL document in any of its three notations, brought to the one shape of its JSON and checked for that shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harmonizer.errors import DataError
from harmonizer.formats.oscal.markup import from_xml
from harmonizer.formats.safe_documents import read_json, read_xml, read_yaml
from harmonizer.knowledge.tables import read_bytes

KINDS = ("catalog", "profile", "mapping-collection", "component-definition")
OTHER_KINDS = ("system-security-plan", "assessment-plan", "assessment-results", "plan-of-action-and-milestones")
VERSION = re.compile(r"v?1\.[012](\.\d+)?(-.*)?")

_TABLES = ("controls", "groups", "params", "parts", "props", "links", "resources", "rlinks", "imports",
           "set-parameters", "alters", "adds", "removes", "constraints", "guidelines", "mappings", "maps", "sources",
           "targets", "components", "capabilities", "control-implementations", "implemented-requirements",
           "matching")  # fmt: skip
_TEXTS = ("id", "uuid", "title", "prose", "name", "value", "label", "href", "rel", "class", "description", "control-id",
          "param-id", "id-ref", "oscal-version", "last-modified", "usage", "ns", "by-id", "position")  # fmt: skip
_LISTS_OF_TEXT = ("values", "choice", "with-ids")
_OBJECTS = ("metadata", "merge", "modify", "back-matter", "select", "source-resource", "target-resource")

_SHAPES: dict[str, type] = (
    dict.fromkeys(_TEXTS, str) | dict.fromkeys((*_TABLES, *_LISTS_OF_TEXT), list) | dict.fromkeys(_OBJECTS, dict)
)


@dataclass(frozen=True)
class Document:
    """One OSCAL document: ``body`` is the value under its one key (``catalog``, ...), shaped as in JSON."""

    path: Path
    kind: str
    body: dict[str, Any]

    @property
    def title(self) -> str:
        return str(self.body.get("metadata", {}).get("title", "")) or self.path.stem

    def problem(self, place: str, message: str) -> DataError:
        return DataError(f"{place}: {message}" if place else message, file=self.path)


def read(path: Path) -> Document:
    """Read an OSCAL document, its notation recognised by content.

    Raises :class:`DataError` for what is no OSCAL, a kind or version that is not read, and values of another shape than
    OSCAL gives them, with their place.
    """
    content = _value(path)
    if not isinstance(content, dict):
        raise DataError("an OSCAL document is one object with one key; this is something else", file=path)
    kinds = [key for key in content if key in KINDS or key in OTHER_KINDS]
    if len(kinds) != 1:
        raise DataError(f"no OSCAL document; expected one of {', '.join(KINDS)} at the top", file=path)
    kind = kinds[0]
    if kind not in KINDS:
        raise DataError(f"documents of the kind {kind} are not read; expected one of {', '.join(KINDS)}", file=path)
    body = content[kind]
    if not isinstance(body, dict):
        raise DataError(f"{kind} is expected to be an object", file=path)
    document = Document(path, kind, body)
    for place, message in _misshapen(body, (kind,)):
        raise document.problem(place, message)
    version = body.get("metadata", {}).get("oscal-version", "")
    if not VERSION.fullmatch(version):
        raise document.problem(f"{kind}.metadata.oscal-version", f"{version!r} is not read; expected 1.0 to 1.2")
    return document


def _value(path: Path) -> Any:
    head = read_bytes(path)[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return from_xml(read_xml(path), path)
    if head.startswith((b"{", b"[")):
        return read_json(path)
    return _typed(read_yaml(path))


def _typed(value: Any) -> Any:
    """YAML is read as strings; the few booleans of OSCAL get their type back."""
    if isinstance(value, dict):
        return {
            key: child == "true" if key == "as-is" and child in ("true", "false") else _typed(child)
            for key, child in value.items()
        }
    return [_typed(child) for child in value] if isinstance(value, list) else value


def _misshapen(value: Any, place: tuple[Any, ...]) -> Iterator[tuple[str, str]]:
    """What has another type than OSCAL gives it, with its place, for the keys that are read.

    ``place`` is nested (the place above, the step), so that only the place of a fault is ever spelled out.
    """
    stack = [(place, value)]
    while stack:
        place, value = stack.pop()
        if type(value) is list:
            stack.extend(((place, at), child) for at, child in enumerate(value) if isinstance(child, (dict, list)))
            continue
        for key, child in value.items():
            kind = _SHAPES.get(key)
            if kind is str:
                if not isinstance(child, str):
                    yield _spelled((place, key)), f"expected text, got {type(child).__name__}"
                continue
            if kind is not None and not isinstance(child, kind):
                yield _spelled((place, key)), f"expected {'a list' if kind is list else 'an object'}"
            elif key in _TABLES and not all(isinstance(one, dict) for one in child):
                yield _spelled((place, key)), "expected a list of objects"
            elif key in _LISTS_OF_TEXT and not all(isinstance(one, str) for one in child):
                yield _spelled((place, key)), "expected a list of texts"
            elif isinstance(child, (dict, list)):
                stack.append(((place, key), child))


def _spelled(place: tuple[Any, ...]) -> str:
    *above, step = place
    before = _spelled(above[0]) if above else ""
    return f"{before}[{step}]" if isinstance(step, int) else f"{before}.{step}".lstrip(".")

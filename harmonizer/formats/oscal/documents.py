"""An OSCAL document in any of its three notations, brought to the one shape of its JSON and checked.

What is read must be valid by NIST's JSON schema of OSCAL 1.2.3 (``data/schemas/oscal``), which also takes documents of
1.0 and 1.1: what is not is refused with the places of the first violations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from harmonizer.errors import CollectedDataError, DataError
from harmonizer.formats.oscal.markup import from_xml
from harmonizer.formats.safe_documents import read_json, read_xml, read_yaml
from harmonizer.knowledge.store import bundled_root
from harmonizer.knowledge.tables import read_bytes

KINDS = ("catalog", "profile", "mapping-collection", "component-definition")
OTHER_KINDS = ("system-security-plan", "assessment-plan", "assessment-results", "plan-of-action-and-milestones")
VERSION = re.compile(r"v?1\.[012](\.\d+)?(-.*)?")

_WRONG = re.compile(r"^.*(?= (?:is not|has|does not|is (?:shorter|longer|less|greater|a required)|was))", re.DOTALL)
VIOLATIONS = 5  # so many violations of the schema are told at once


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

    Raises :class:`DataError` for what is no OSCAL, a kind or version that is not read, and for what breaks the schema
    (``CollectedDataError`` with the first violations and their places).
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
    metadata = body.get("metadata")
    version = metadata.get("oscal-version", "") if isinstance(metadata, dict) else ""
    if not VERSION.fullmatch(str(version)):
        raise document.problem(f"{kind}.metadata.oscal-version", f"{version!r} is not read; expected 1.0 to 1.2")
    if problems := list(islice(violations(content, kind), VIOLATIONS)):
        raise _together([document.problem(place, message) for place, message in problems])
    return document


def violations(content: dict[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    """Where ``{kind: {...}}`` breaks NIST's JSON schema of OSCAL 1.2, and how; nothing for a valid document."""
    for found in _schema(kind).iter_errors(content):
        error = _innermost(found)
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
        yield place.lstrip("."), _WRONG.sub(_abridged, error.message, count=1)


def _innermost(error: Any) -> Any:
    """Of what fits none of several alternatives, the violation that lies deepest in the alternative that fits best."""
    while alternatives := [one for one in getattr(error.kind, "context", ()) if one]:
        error = max((one[0] for one in alternatives), key=lambda one: len(one.instance_path))
    return error


@cache
def _schema(kind: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(read_json(bundled_root() / "data" / "schemas" / "oscal" / f"{kind}.json"))


def _abridged(match: re.Match[str]) -> str:
    """A value that a message quotes, in at most 60 characters."""
    return match[0] if len(match[0]) <= 60 else match[0][:60] + "..."


def _together(problems: list[DataError]) -> DataError:
    return problems[0] if len(problems) == 1 else CollectedDataError(problems)


def _value(path: Path) -> Any:
    head = read_bytes(path)[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return _typed(from_xml(read_xml(path), path))
    if head.startswith((b"{", b"[")):
        return read_json(path)
    return _typed(read_yaml(path))


def _typed(value: Any) -> Any:
    """XML and YAML are read as strings; the few booleans and numbers of OSCAL get their type back."""
    if isinstance(value, dict):
        return {key: _TYPED[key](child) if key in _TYPED else _typed(child) for key, child in value.items()}
    return [_typed(child) for child in value] if isinstance(value, list) else value


def _boolean(text: Any) -> Any:
    return text == "true" if text in ("true", "false") else text


def _number(text: Any) -> Any:
    return float(text) if isinstance(text, str) and re.fullmatch(r"\d{1,15}(\.\d{1,15})?", text) else text


def _integer(text: Any) -> Any:
    return int(text) if isinstance(text, str) and re.fullmatch(r"\d{1,15}", text) else text


# What is none of its type stays text, for the schema to refuse.
_TYPED: dict[str, Callable[[Any], Any]] = {"as-is": _boolean, "start": _integer, "end": _integer,
                                           "percentage": _number}  # fmt: skip

"""JSON, YAML and XML from strangers: read whole or refused with the place, and nothing is ever fetched or executed.

All three cap the size of the file and the depth of its nesting and refuse what readers disagree about: a key that
stands twice in one object (JSON, YAML), references that repeat content (YAML aliases), and document type
declarations with their entities (XML).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from harmonizer.errors import DataError
from harmonizer.knowledge.tables import read_bytes

MAXIMUM_SIZE = 100_000_000
MAXIMUM_DEPTH = 100
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Table(dict[str, Any]):
    """A mapping of a YAML document that knows the lines (from 1) of its keys; equal to a plain dict."""

    lines: dict[str, int]


class Items(list[Any]):
    """A list of a YAML document that knows the line (from 1) of each item; equal to a plain list."""

    lines: list[int]


def read_json(path: Path) -> Any:
    """The value of a JSON file in UTF-8.

    Raises :class:`DataError` with the line for what is not well-formed, a key that stands twice in an object, nesting
    deeper than 100, and files over 100 MB.
    """
    import msgspec

    data = _bytes(path)
    try:
        value = msgspec.json.decode(data)
        # A decoder keeps the last of two equal keys. Where writing the value again gives the same bytes, apart from
        # white space, none was lost; else (other escapes, other ways to write a number) every object is looked at.
        again = msgspec.json.encode(value)
        if again != data and again != msgspec.json.format(data, indent=-1):
            json.loads(data, object_pairs_hook=_once)
        _check_depth(value)
    except _TwiceError as error:
        key = json.dumps(error.key).encode()
        places = [match.start() for match in re.finditer(re.escape(key) + rb"\s*:", data)]
        line = data.count(b"\n", 0, places[-1]) + 1 if len(places) == 2 else None
        raise DataError(f"the key {error.key!r} stands twice in one object", file=path, line=line) from None
    except (RecursionError, _DeepError):
        raise _too_deep(path) from None
    except (msgspec.DecodeError, ValueError) as error:
        place = re.search(r"byte (\d+)", str(error))
        line = data.count(b"\n", 0, int(place[1])) + 1 if place else None
        raise DataError(f"not well-formed JSON: {error}", file=path, line=line) from error
    return value


def read_yaml(path: Path) -> Any:
    """The document of a YAML file: tables, lists, strings, and None for an empty value; every scalar as written.

    Nothing is guessed: ``NO`` stays "NO" and ``1.10`` "1.10". Mappings are :class:`Table`, lists :class:`Items`, both
    with line numbers. Raises :class:`DataError` with the line for what is not well-formed, keys that stand twice or are
    no strings, aliases and tags, several documents, nesting deeper than 100, and files over 100 MB.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(_bytes(path))
    try:
        found = _document(loader, path)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = " ".join(str(getattr(error, "problem", None) or error).split())
        raise DataError(f"not well-formed YAML: {message}", file=path, line=mark.line + 1 if mark else None) from error
    finally:
        loader.dispose()
    return found


def read_xml(path: Path) -> Element:
    """The root element of an XML file, names as ``{namespace}name``.

    Raises :class:`DataError` with the line for what is not well-formed, a DOCTYPE, nesting deeper than 100, and files
    over 100 MB.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = 0

    def name(raw: str) -> str:
        return "{" + raw if "}" in raw else raw

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAXIMUM_DEPTH:
            raise _too_deep(path, parser.CurrentLineNumber)
        builder.start(name(tag), {name(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name(tag))

    def doctype(*_: object) -> None:
        raise DataError("the file has a DOCTYPE, which is refused: it can hide and multiply content; remove it",
                        file=path, line=parser.CurrentLineNumber)  # fmt: skip

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(_bytes(path), True)
    except expat.ExpatError as error:
        message = expat.ErrorString(error.code)
        raise DataError(f"not well-formed XML: {message}", file=path, line=error.lineno) from error
    except (LookupError, ValueError) as error:  # an encoding that is not known, or not allowed
        raise DataError(f"not readable XML: {error}", file=path) from error
    return builder.close()


class _TwiceError(Exception):
    def __init__(self, key: str) -> None:
        self.key = key


class _DeepError(Exception):
    pass


def _bytes(path: Path) -> bytes:
    data = read_bytes(path)
    if len(data) > MAXIMUM_SIZE:
        raise DataError(f"the file is larger than {MAXIMUM_SIZE // 1_000_000} MB", file=path)
    return data.removeprefix(BYTE_ORDER_MARK)


def _too_deep(path: Path, line: int | None = None) -> DataError:
    return DataError(f"nested deeper than {MAXIMUM_DEPTH}", file=path, line=line)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(next(key for key in keys if keys.count(key) > 1))
    return found


def _check_depth(value: Any) -> None:
    """Level by level, so that no nesting can exhaust the stack."""
    level = [value] if type(value) in (dict, list) else []
    for _ in range(MAXIMUM_DEPTH):
        if not level:
            return
        level = [
            child
            for container in level
            for child in (container.values() if type(container) is dict else container)
            if type(child) is dict or type(child) is list
        ]
    if level:
        raise _DeepError


def _document(loader: Any, path: Path) -> Any:
    import yaml

    events: Iterator[Any] = iter(loader.get_event, None)
    found: list[Any] = []
    for event in events:
        if isinstance(event, yaml.StreamEndEvent):
            break
        if isinstance(event, yaml.DocumentStartEvent):
            if found:
                mark: Any = event.start_mark
                raise DataError("several YAML documents in one file", file=path, line=mark.line + 1)
            found.append(_node(loader.get_event(), events, path, 0))
    return found[0] if found else None


def _node(event: Any, events: Iterator[Any], path: Path, depth: int) -> Any:
    import yaml

    line = event.start_mark.line + 1
    if isinstance(event, yaml.AliasEvent):
        raise DataError(
            "an alias (*name) is refused: it can multiply content; write the value out", file=path, line=line
        )
    if depth > MAXIMUM_DEPTH:
        raise _too_deep(path, line)
    if event.tag not in (None, "!"):
        raise DataError(f"the tag {event.tag} is refused; expected plain values", file=path, line=line)
    if isinstance(event, yaml.ScalarEvent):
        plain = event.style is None or event.style == ""
        return None if plain and event.value in ("", "~", "null") else event.value
    if isinstance(event, yaml.SequenceStartEvent):
        items = Items()
        items.lines = []
        while not isinstance(one := next(events), yaml.SequenceEndEvent):
            items.lines.append(one.start_mark.line + 1)
            items.append(_node(one, events, path, depth + 1))
        return items
    table = Table()
    table.lines = {}
    while not isinstance(one := next(events), yaml.MappingEndEvent):
        key = _node(one, events, path, depth + 1)
        at = one.start_mark.line + 1
        if not isinstance(key, str):
            raise DataError("a key is expected to be a string", file=path, line=at)
        if key in table:
            raise DataError(f"the key {key!r} stands already in line {table.lines[key]}", file=path, line=at)
        table.lines[key] = at
        table[key] = _node(next(events), events, path, depth + 1)
    return table

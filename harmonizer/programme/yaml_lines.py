"""Reading YAML whose every value is a string and knows its line.

YAML's own guesses are off (``NO`` stays a country, ``1.10`` a version); equal keys, anchors, several documents and
absurd sizes are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harmonizer.errors import DataError
from harmonizer.knowledge.tables import read_text

MAXIMUM_SIZE = 5_000_000
MAXIMUM_DEPTH = 40

Place = tuple[str | int, ...]
"""Keys and positions that lead to a value from the top of its document."""


@dataclass(frozen=True)
class Document:
    """Mappings, lists and strings (an empty value is the empty string), with the line of each by its place."""

    path: Path
    content: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest thing around it that is there."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, message: str, place: Place) -> DataError:
        return DataError(message, file=self.path, line=self.line(place))


def read_yaml(path: Path) -> Document:
    """The document in a file; :class:`DataError` with its line where it is not what this module says."""
    import yaml

    text = read_text(path)
    if len(text) > MAXIMUM_SIZE:
        raise DataError(f"the file is larger than {MAXIMUM_SIZE // 1_000_000} MB", file=path)
    try:
        _refuse_depth(yaml.parse(text, Loader=yaml.CBaseLoader), path)
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise DataError(f"not well-formed YAML: {error.problem}", file=path, line=line) from error
    except yaml.YAMLError as error:
        raise DataError(f"not well-formed YAML: {error}", file=path) from error
    lines: dict[Place, int] = {}
    return Document(path, _value(node, (), lines, path), lines)


def _refuse_depth(events: Any, path: Path) -> None:
    """Stop before a recursion that is too deep, and at whatever repeats a part of the document."""
    import yaml

    depth = 0
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise DataError("aliases (*name) are not read; write the value out", file=path, line=line)
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        if depth > MAXIMUM_DEPTH:
            raise DataError(f"nested more than {MAXIMUM_DEPTH} deep", file=path, line=line)


def _value(node: Any, place: Place, lines: dict[Place, int], path: Path) -> Any:
    import yaml

    if node is None:
        return ""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, (*place, number), lines, path) for number, one in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return node.value
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise DataError("a key must be a word", file=path, line=line)
        if key.value in found:
            raise DataError(f"the key {key.value!r} stands there twice", file=path, line=line)
        lines[*place, key.value] = line
        found[key.value] = _value(value, (*place, key.value), lines, path)
    return found

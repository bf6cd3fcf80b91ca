"""Reading the fields of a TOML table: each is checked when asked for, and what nobody asked for is refused.

Problems are collected with file and line, so that all can be mended at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harmonizer.errors import CollectedDataError, DataError, did_you_mean, nearest
from harmonizer.knowledge.tables import read_text

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
AN_ID = "lower-case letters, digits and hyphens"


@dataclass
class TomlFile:
    """A TOML file whose tables of one kind stand under ``[[section]]``."""

    path: Path
    section: str
    text: str = field(init=False)
    content: dict[str, Any] = field(init=False)
    problems: list[DataError] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.text = read_text(self.path)
        try:
            self.content = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            raise DataError(f"not well-formed TOML: {error}", file=self.path,
                            line=int(line[1]) if line else None) from error  # fmt: skip

    def line(self, number: int, *keys: str) -> int:
        """The line of the last of the keys that is found in the section of this number (0: before the first).

        ``tomllib`` does not tell lines, so they are looked for in the text; what is written in an unusual way is
        located at the head of its section.
        """
        lines = self.text.splitlines()
        head = re.compile(rf"\s*\[\[\s*{self.section}\s*\]\]")
        heads = [place for place, line in enumerate(lines) if head.match(line)]
        bounds = [0, *heads, len(lines)]
        if number >= len(bounds) - 1:
            return 1
        found = bounds[number]
        for key in keys:
            quoted = rf"[\"']?{re.escape(key)}[\"']?"
            written = re.compile(rf"\s*(\[\s*{self.section}\s*\.\s*{quoted}\s*\]|{quoted}\s*[=.])")
            found = next((n for n in range(bounds[number], bounds[number + 1]) if written.match(lines[n])), found)
        return found + 1

    def problem(self, message: str, number: int, *keys: str) -> None:
        self.problems.append(DataError(message, file=self.path, line=self.line(number, *keys)))

    def done(self) -> None:
        """Raise what was found, if anything."""
        if self.problems:
            raise self.problems[0] if len(self.problems) == 1 else CollectedDataError(self.problems)


class Fields:
    """The fields of one table: that of a section by its number from 1, or with 0 the top of the file."""

    def __init__(self, file: TomlFile, table: Mapping[str, Any], number: int) -> None:
        self.file, self.table, self.number = file, table, number
        self._asked: list[str] = []

    def problem(self, message: str, *keys: str) -> None:
        self.file.problem(message, self.number, *keys)

    def has(self, key: str) -> bool:
        return key in self.table

    def get(self, key: str, default: Any, fits: Callable[[Any], bool], expected: str) -> Any:
        """The value, or the default where it is not there or unfit; without a default (None) it must be there."""
        self._asked.append(key)
        if key not in self.table:
            if default is None:
                self.problem(f"the field {key!r} is missing; expected {expected}")
            return default
        value = self.table[key]
        if fits(value):
            return value
        self.problem(f"{key!r} is {value!r}; expected {expected}", key)
        return default

    def text(self, key: str, default: str | None = None, expected: str = "a text") -> str:
        return self.get(key, default, is_text, expected) or ""

    def identifier(self, key: str) -> str:
        return self.get(key, None, lambda value: isinstance(value, str) and bool(ID.fullmatch(value)), AN_ID) or ""

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(self.get(key, (), is_texts, 'a list of texts, such as ["a", "b"]'))

    def number_in(self, key: str, default: float | None, low: float, high: float) -> float:
        """A number from ``low`` to ``high``."""
        found = self.get(key, default, lambda value: is_number(value) and low <= value <= high,
                         f"a number from {low:g} to {high:g}")  # fmt: skip
        return float(found or 0)

    def whole_from(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        found = self.get(key, default, lambda value: type(value) is int and low <= value <= high,
                         f"a whole number from {low} to {high}")  # fmt: skip
        return int(found)

    def choice(self, key: str, default: str | None, allowed: Sequence[str]) -> str:
        """One of some words."""
        value = self.text(key, default, f"one of {', '.join(allowed)}")
        if value and value not in allowed:
            self.unknown(key, value, allowed, key)
        return value

    def table_of(self, key: str, fits: Callable[[Any], bool], expected: str, default: Any = ()) -> dict[str, Any]:
        """A table of values that all fit."""
        held = self.get(key, default, lambda value: isinstance(value, dict) and bool(value), "a table")
        found = {}
        for name, value in dict(held or {}).items():
            if fits(value):
                found[name] = value
            else:
                self.problem(f"{name!r} of {key!r} is {value!r}; expected {expected}", key, name)
        return found

    def unknown(self, what: str, name: str, known: Sequence[str], *keys: str) -> None:
        """A problem with a name that is not known, with the nearest that is."""
        meant = did_you_mean(nearest(name, known)) or f"; expected {', '.join(known)}"
        self.problem(f"unknown {what} {name!r}{meant}", *keys)

    def done(self) -> None:
        """Refuse the fields that nobody asked for."""
        for key in self.table:
            if key not in self._asked:
                self.unknown("field", key, self._asked, key)


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(is_text, value))

"""A JSON or YAML document from a stranger, asked for the shape that its format gives it.

Each value knows its place, so that what has another shape is refused where it stands.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harmonizer.errors import DataError
from harmonizer.formats.contents import Finding
from harmonizer.formats.foreign_text import line_of
from harmonizer.formats.safe_documents import BYTE_ORDER_MARK, Items, Table, read_json, read_yaml
from harmonizer.knowledge.tables import read_bytes

TITLE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Located:
    """A value with its file and its place, a path (``requirements[3].id``); ``line`` is known in YAML."""

    file: Path
    value: Any
    path: str = ""
    line: int | None = None

    @property
    def place(self) -> str:
        return f"line {self.line}" if self.line else self.path

    def problem(self, message: str) -> DataError:
        before = f"{self.path}: " if self.path else ""
        return DataError(before + message, file=self.file, line=self.line)

    def finding(self, message: str) -> Finding:
        return Finding(self.place, message)

    def get(self, *keys: str) -> Located | None:
        """The value under the first of the keys that has one. Raises :class:`DataError` where this is no object."""
        if not isinstance(self.value, dict):
            raise self.problem(f"expected an object, got {_named(self.value)}")
        for key in keys:
            if (value := self.value.get(key)) is not None:
                line = self.value.lines.get(key) if isinstance(self.value, Table) else self.line
                return Located(self.file, value, f"{self.path}.{key}".lstrip("."), line)
        return None

    def object(self, *keys: str) -> Located:
        """The object under the first of the keys that has a value. Raises :class:`DataError` where there is none."""
        found = self.get(*keys)
        if found is None:
            raise self.problem(f"expected an object under {' or '.join(map(repr, keys))}")
        if not isinstance(found.value, dict):
            raise found.problem(f"expected an object, got {_named(found.value)}")
        return found

    def items(self, *keys: str) -> Iterator[Located]:
        """The items of the list under the first of the keys that has a value; none where no key has."""
        found = self.get(*keys)
        if found is None:
            return
        if not isinstance(found.value, list):
            raise found.problem(f"expected a list, got {_named(found.value)}")
        lines = found.value.lines if isinstance(found.value, Items) else None
        for at, item in enumerate(found.value):
            yield Located(self.file, item, f"{found.path}[{at}]", lines[at] if lines else found.line)

    def text(self, *keys: str, required: bool = False) -> str:
        """The text under the first of the keys that has a value, on one line; a number as text; else empty.

        Raises :class:`DataError` for lists and objects, and for nothing where the text is ``required``.
        """
        found = self.get(*keys)
        text = "" if found is None else found.as_text()
        if required and not text:
            raise self.problem(f"expected a text under {' or '.join(map(repr, keys))}")
        return text

    def as_text(self) -> str:
        if isinstance(self.value, bool):
            return str(self.value).lower()
        if not isinstance(self.value, (str, int, float)):
            raise self.problem(f"expected text, got {_named(self.value)}")
        return line_of(str(self.value))


def read_document(path: Path) -> Located:
    """The document of a JSON file, or else of a YAML file. Raises :class:`DataError` as their readers do."""
    head = read_bytes(path)[:64].removeprefix(BYTE_ORDER_MARK).lstrip()
    return Located(path, (read_json if head.startswith((b"{", b"[")) else read_yaml)(path))


def title_of(text: str) -> str:
    """A text cut at a word to what a title holds."""
    return textwrap.shorten(text, TITLE_LENGTH, placeholder=" ...") if len(text) > TITLE_LENGTH else text


def _named(value: object) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", str: "text", type(None): "nothing"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), "a number")

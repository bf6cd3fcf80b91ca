"""A YAML document with the line of everything in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harmonizer.errors import DataError
from harmonizer.formats.safe_documents import read_yaml

Place = tuple[str | int, ...]
"""Keys and positions that lead to a value from the top of its document."""


@dataclass(frozen=True)
class Document:
    """What :func:`~harmonizer.formats.safe_documents.read_yaml` read from a file."""

    path: Path
    content: Any

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest thing around it that is there."""
        value, line = self.content, 1
        for part in place:
            try:
                line = value.lines[part]
            except (AttributeError, LookupError):  # a scalar, or a field that is not there
                break
            value = value[part]
        return line

    def problem(self, message: str, place: Place) -> DataError:
        return DataError(message, file=self.path, line=self.line(place))


def read_document(path: Path) -> Document:
    """The document in a file; :class:`DataError` with its line where it cannot be read."""
    return Document(path, read_yaml(path))

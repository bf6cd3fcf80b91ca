"""A first look at a file whose format nobody has named: its first bytes, the document, or the tables that it holds."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from harmonizer.errors import DataError
from harmonizer.formats.safe_documents import read_json, read_yaml
from harmonizer.formats.sheets import Sheet, read_sheets
from harmonizer.knowledge.tables import read_bytes

HEAD = 65_536  # bytes
_KEY = re.compile(rb"(---[^\n]*\n|\s*#[^\n]*\n|\s*\n)*(- )?[\"']?[A-Za-z_][\w .-]*[\"']?\s*:(\s|$)")


class FirstLook:
    """What is seen of a file; each view is taken when a format asks for it.

    Raises :class:`DataError` where the file is missing, no plain file, too large or empty, and in :attr:`document` for
    JSON that is not well-formed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.head = read_bytes(path)[:HEAD]
        if not self.head.strip():
            raise DataError("the file is empty", file=path)

    @cached_property
    def document(self) -> object:
        """The value of a JSON or YAML document, or None for anything else."""
        start = self.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if re.match(rb"\{\s*[\"}]|\[\s*[\[\]{\"\d]", start):
            return read_json(self.path)
        if _KEY.match(start):
            try:
                return read_yaml(self.path)
            except DataError as error:
                self.trouble = error.message
        return None

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The sheets of a workbook, or the one table of a text; none for documents."""
        if self.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[", b"<", b"@")) or self.document is not None:
            return []
        return read_sheets(self.path)

    trouble = ""

    def described(self) -> str:
        """What the file looks like, for a message."""
        if self.head.startswith(b"PK"):
            return f"a workbook with the sheets {', '.join(sheet.name for sheet in self.sheets)}"
        if isinstance(self.document, dict):
            return f"a document with the keys {', '.join(map(str, list(self.document)[:8]))}"
        line = self.head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n")[0].decode(errors="replace").strip()
        return f"a text that begins with {line[:80]!r}" + (f" ({self.trouble})" if self.trouble else "")

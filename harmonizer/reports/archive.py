"""Zip archives with one fixed date and no trace of the system they are written on: equal parts make equal bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping


def entry(name: str) -> zipfile.ZipInfo:
    """The head of one part, dated 1980, the first day that a zip archive can name."""
    found = zipfile.ZipInfo(name)
    found.create_system, found.compress_type = 0, zipfile.ZIP_DEFLATED
    return found


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """An archive of the parts, in their order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            archive.writestr(entry(name), data)
    return out.getvalue()

"""Checking an audit pack against its manifest: which parts were changed, are missing, or were added."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from harmonizer.answer import Answer
from harmonizer.errors import DataError
from harmonizer.reports.audit_pack import FORMAT, MANIFEST

COLUMNS = ("file", "verdict", "reason")
_MANIFEST_BYTES = 50_000_000


def verify_pack(path: Path) -> Answer:
    """One row for each part that is not as it was packed; the summary counts them and holds the manifest's SHA-256.

    Whoever can change the parts can change the manifest too: compare its SHA-256 with the one told when the pack was
    made. Raises :class:`DataError` for a file that is no pack.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest, digest = _manifest(archive, path)
            rows = list(_verdicts(archive, manifest["files"]))
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"not a zip file that can be read: {error}", file=path) from error
    counts = Counter(row[1] for row in rows)
    figures = {"parts": len(manifest["files"]), "changed": counts["changed"], "missing": counts["missing"],
               "added": counts["added"], "manifest": digest}  # fmt: skip
    title = f"{path.name}: {'as packed' if not rows else 'not as packed'}"
    return Answer.of(COLUMNS, rows, figures, title)


def _manifest(archive: zipfile.ZipFile, path: Path) -> tuple[dict[str, Any], str]:
    try:
        data = _read(archive, MANIFEST, _MANIFEST_BYTES)
        found = json.loads(data)
        files = found["files"]
        sound = found["format"] == FORMAT and all(
            isinstance(one["bytes"], int) and isinstance(one["sha256"], str) for one in files.values()
        )
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, RecursionError):
        sound = False
    if not sound:
        raise DataError(f"there is no {MANIFEST} of an audit pack ({FORMAT}) in it", file=path)
    return found, sha256(data).hexdigest()


def _verdicts(archive: zipfile.ZipFile, files: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    names = Counter(archive.namelist())
    for name, about in sorted(files.items()):
        if name not in names:
            yield name, "missing", "the manifest names it"
            continue
        try:
            data = _read(archive, name, about["bytes"])
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            yield name, "changed", f"cannot be read: {error}"
            continue
        if sha256(data).hexdigest() != about["sha256"]:
            yield name, "changed", f"its SHA-256 is not {about['sha256']}"
    for name, count in sorted(names.items()):
        if name != MANIFEST and name not in files:
            yield name, "added", "the manifest does not name it"
        elif count > 1:
            yield name, "added", f"stands there {count} times"


def _read(archive: zipfile.ZipFile, name: str, expected: int) -> bytes:
    """A part, as far as it should go and one byte more: what is longer has changed, however long it claims to be."""
    with archive.open(name) as file:
        return file.read(expected + 1)

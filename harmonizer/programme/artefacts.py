"""The files of evidence in a workspace, each kept under the SHA-256 of its content.

A file is durable, with its name, before :func:`keep` returns; only then may the journal say that it is there. The same
content is kept once. Nothing here needs the knowledge graph.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harmonizer.errors import DataError, UsageError

FOLDER = "evidence"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a file is kept, relative to the workspace, with its SHA-256 and its size in bytes."""

    path: str
    sha256: str
    size: int


def keep(workspace: Path, source: Path) -> Kept:
    """Copy a file into the workspace. Raises :class:`UsageError` where it cannot be read."""
    folder = workspace / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".incoming.")
    try:
        with os.fdopen(handle, "wb") as out, source.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        target = folder / f"{digest.hexdigest()}{_ending(source)}"
        Path(temporary).replace(target)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise UsageError(f"the evidence {source} cannot be read or kept: {error.strerror}") from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _make_durable(folder)
    _make_durable(workspace)
    return Kept(f"{FOLDER}/{target.name}", digest.hexdigest(), size)


def read_kept(workspace: Path, path: str, sha256: str) -> bytes:
    """The content of a kept file; :class:`DataError` where it is missing or is no longer what was kept."""
    try:
        data = (workspace / path).read_bytes()
    except OSError as error:
        raise DataError(f"the artefact is missing: {error.strerror}", file=workspace / path) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DataError("the artefact was changed after it was registered: its SHA-256 differs", file=workspace / path)
    return data


def _ending(source: Path) -> str:
    """A plain file ending, so that the file still opens; anything else is left out."""
    return source.suffix.lower() if re.fullmatch(r"\.[A-Za-z0-9]{1,10}", source.suffix) else ""


def _make_durable(folder: Path) -> None:
    """Have the folder's list of names written, where the system lets folders be opened (not on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

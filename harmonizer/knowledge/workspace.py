"""The files of a workspace folder, changed as a whole or not at all, by one process at a time.

Several files are replaced in one transaction: they are written aside and made durable, then a manifest that names
them is written in one step, then each takes its place. A process that is killed before the manifest stands has changed
nothing; one that is killed after it leaves the rest to the next who opens the folder, who first completes what the
manifest says. Readers hold the same lock while they read the tables, so none sees half of a change. The lock is the
operating system's (it goes with its process), so that none is ever stale.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from harmonizer.errors import DataError, UsageError
from harmonizer.knowledge.tables import write_aside

STATE_FOLDER = ".harmonizer"
LOCK_SECONDS = 60.0

_MANIFEST = "manifest.json"
_ASIDE = "aside"


@contextlib.contextmanager
def locked(folder: Path, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the folder's lock, its files whole. Raises :class:`UsageError` where another process keeps it too long.

    A folder that cannot be written to is read without a lock: nobody else writes to it either.
    """
    from filelock import FileLock, Timeout

    try:
        (folder / STATE_FOLDER).mkdir(parents=True, exist_ok=True)
        lock = FileLock(
            folder / STATE_FOLDER / "lock", is_singleton=True
        )  # one for each path, so that it may be nested
        lock.acquire(timeout=seconds)
    except Timeout:
        raise UsageError(f"another process has been writing to {folder} for {seconds:g} seconds; "
                         "try again when it is done") from None  # fmt: skip
    except OSError:
        yield
        return
    try:
        _complete(folder)
        yield
    finally:
        lock.release()


def replace_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by their name relative to the folder, all of them or none.

    Raises :class:`DataError` for a name that leads out of the folder.
    """
    for name in files:
        _check_name(folder, name)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        state = folder / STATE_FOLDER
        aside = state / _ASIDE
        shutil.rmtree(aside, ignore_errors=True)  # what a killed process left before its manifest stood
        aside.mkdir()
        for place, content in enumerate(files.values()):
            with (aside / str(place)).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        write_aside(state / _MANIFEST, json.dumps(list(files)).encode())
        _complete(folder)


def _complete(folder: Path) -> None:
    """Put in place what a manifest says, if there is one; may be repeated from any point."""
    manifest = folder / STATE_FOLDER / _MANIFEST
    if not manifest.exists():
        return
    aside = folder / STATE_FOLDER / _ASIDE
    for place, name in enumerate(json.loads(manifest.read_bytes())):
        _check_name(folder, name)
        staged, target = aside / str(place), folder / name
        if staged.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.replace(target)
    manifest.unlink()
    shutil.rmtree(aside, ignore_errors=True)


def _check_name(folder: Path, name: str) -> None:
    path = PurePosixPath(name)
    inside = (folder / name).resolve().is_relative_to(folder.resolve())
    if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in name or ":" in name or not inside:
        raise DataError(f"the file name {name!r} leads out of the workspace", file=folder)

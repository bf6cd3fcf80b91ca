"""The dataset as RDF files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harmonizer.errors import UsageError, did_you_mean, nearest
from harmonizer.knowledge.tables import write_aside
from harmonizer.vocabulary import PREFIXES

if TYPE_CHECKING:
    import pyoxigraph as ox

FORMATS = {"nquads": "N-Quads, sorted", "trig": "TriG with prefixes"}


def write_dataset(store: ox.Store, format_name: str, path: Path) -> Path:
    """Write every quad of the store; N-Quads are sorted, so that the same dataset gives the same bytes."""
    import pyoxigraph as ox

    if format_name not in FORMATS:
        raise UsageError(f"unknown format {format_name!r}{did_you_mean(nearest(format_name, FORMATS))}")
    if format_name == "trig":
        data = store.dump(format=ox.RdfFormat.TRIG, prefixes=PREFIXES)
    else:
        lines = sorted((store.dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True))
        data = b"".join(lines)
    write_aside(path, data or b"")
    return path

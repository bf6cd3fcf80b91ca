"""From files to one validated RDF dataset, and to the index that everything computes on.

The dataset lives in an in-memory Oxigraph store, a named graph per framework version and per mapping set. The
index is read from that store, never from the tables directly, and its binary form is cached in the user's cache
folder under a hash of the files (and of the code that reads them), so that a command usually opens no store.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.resources
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from harmonizer import vocabulary
from harmonizer.errors import DataError, UsageError
from harmonizer.knowledge import authored, tables
from harmonizer.knowledge.authored import Tables
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import Files
from harmonizer.knowledge.workspace import locked
from harmonizer.model import Knowledge

if TYPE_CHECKING:
    import pyoxigraph as ox

_CODE = ("model.py", "vocabulary.py", "scope.py", "values.py", "knowledge")


def bundled_root() -> Path:
    """The folder that holds the bundled ``ontologies/`` and ``data/``: the package, or its checkout."""
    package = Path(str(importlib.resources.files("harmonizer")))
    return package if (package / "data").is_dir() else package.parent


def files_of(workspace: str | Path | None = None) -> Files:
    """The bundled files, with those of a workspace folder laid over them."""
    if workspace is None:
        return Files((bundled_root(),))
    if str(workspace).startswith(("http://", "https://")):
        raise UsageError("a SPARQL endpoint as workspace is not supported yet; give a folder")
    if not Path(workspace).is_dir():
        raise UsageError(f"the workspace {str(workspace)!r} is not a folder")
    return Files((bundled_root(), Path(workspace)))


def open_index(files: Files) -> Index:
    """The index of the files' dataset, from the cache where the same files were read before."""
    with contextlib.ExitStack() as held:
        for root in files.roots[1:]:
            held.enter_context(locked(root))
        return _open_index(files)


def _open_index(files: Files) -> Index:
    cached = _cache_folder() / f"{_digest(files)}.json"
    if cached.exists():
        try:
            return Index.from_bytes(cached.read_bytes())
        except (ValueError, TypeError, KeyError, OSError):
            cached.unlink(missing_ok=True)  # cut off or foreign: build it again
    index = Index(read_store(open_store(files)))
    with contextlib.suppress(OSError):  # a read-only home only costs speed
        tables.write_aside(cached, index.to_bytes())
    return index


def open_store(files: Files) -> ox.Store:
    """The validated dataset in memory.

    Raises :class:`~harmonizer.errors.DataError` (or ``CollectedDataError`` with all of them) where files are unfit.
    """
    read, knowledge = read_files(files)
    from harmonizer.knowledge import validate

    read.problems.extend(validate.check(knowledge, read.places))
    read.raise_problems()
    return store_of(files, knowledge)


def read_files(files: Files) -> tuple[Tables, Knowledge]:
    """The tables as records with their places, and the knowledge they make together with the ontologies."""
    from harmonizer.knowledge import rdf

    ontology = rdf.records(ontology_quads(files))
    read = authored.read(files)
    return read, read.knowledge(ontology)


def store_of(files: Files, knowledge: Knowledge) -> ox.Store:
    """A store that holds the ontologies and the records."""
    import pyoxigraph as ox

    from harmonizer.knowledge import rdf

    store = ox.Store()
    store.bulk_extend(ontology_quads(files))
    store.bulk_extend(rdf.quads(_without_ontology(knowledge)))
    return store


def _without_ontology(knowledge: Knowledge) -> Knowledge:
    """What comes from tables; the ontologies' own triples are loaded as they were written."""
    from dataclasses import replace

    return replace(knowledge, objectives=(), dimensions=(), tags=())


def ontology_quads(files: Files) -> Iterable[ox.Quad]:
    """The triples of every Turtle file but the shapes, in the ontology graph."""
    import pyoxigraph as ox

    graph = ox.NamedNode(vocabulary.ONTOLOGY_GRAPH)
    quads: list[ox.Quad] = []
    for name, path in files.paths().items():
        if name.startswith("ontologies/") and path.suffix == ".ttl" and path.name != "shapes.ttl":
            try:
                parsed = ox.parse(tables.read_text(path).encode(), format=ox.RdfFormat.TURTLE)
                quads.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in parsed)
            except SyntaxError as error:
                raise DataError(f"not well-formed Turtle: {error.msg}", file=path, line=error.lineno) from error
    return quads


def shapes(files: Files) -> bytes:
    """The SHACL shapes as Turtle."""
    return tables.read_bytes(files.paths()["ontologies/shapes.ttl"])


def read_store(store: ox.Store) -> Knowledge:
    """The records that a store holds."""
    from harmonizer.knowledge import rdf

    return rdf.records(store)


def _digest(files: Files) -> str:
    digest = hashlib.sha256()
    package = Path(str(importlib.resources.files("harmonizer")))
    for name in _CODE:
        path = package / name
        for source in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            digest.update(source.read_bytes())
    for name, path in files.paths().items():
        content = tables.read_bytes(path)
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _cache_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_dir("harmonizer", appauthor=False))

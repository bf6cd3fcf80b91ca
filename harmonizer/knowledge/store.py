"""Where a dataset lies, and how it is opened: as validated tables, in memory or on disk, or behind an endpoint.

Tables (the bundled ones, with those of a workspace laid over them) become one validated RDF dataset, a named graph
per framework version and per mapping set. It is held in memory, and for queries on disk: in the workspace, or for the
bundled data in the user's cache folder. The index is made of the same validated records as the dataset (writing them
as RDF and reading them back changes nothing, which the tests hold), and its binary form is cached under a hash of the
files (and of the code that reads them), so that a command usually opens no store; none is built until somebody asks in
SPARQL. The rest of the code asks a :class:`Dataset` and never which kind it is.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib.resources
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from harmonizer import vocabulary
from harmonizer.answer import Answer
from harmonizer.errors import DataError, UsageError
from harmonizer.knowledge import authored, query, tables
from harmonizer.knowledge.authored import Tables
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import Files
from harmonizer.knowledge.workspace import locked
from harmonizer.model import Knowledge

if TYPE_CHECKING:
    import pyoxigraph as ox

    from harmonizer.knowledge.endpoint import Endpoint

_CODE = ("model.py", "vocabulary.py", "scope.py", "values.py", "knowledge")


def bundled_root() -> Path:
    """The folder that holds the bundled ``ontologies/`` and ``data/``: the package, or its checkout."""
    package = Path(str(importlib.resources.files("harmonizer")))
    return package if (package / "data").is_dir() else package.parent


class Dataset(Protocol):
    """A dataset, wherever it lies."""

    @property
    def workspace(self) -> Path | None:
        """The folder that a user's own files live in, if any."""

    @property
    def files(self) -> Files:
        """The tables it was made from; :class:`UsageError` where there are none."""

    def index(self) -> Index:
        """The index of what it holds."""

    def store(self) -> ox.Store:
        """All of it in memory."""

    def select(self, text: str, *, seconds: float = query.SECONDS) -> Answer:
        """The result of a read-only SPARQL query; see :func:`harmonizer.knowledge.query.run`."""


def open_dataset(where: str | Path | None = None) -> Dataset:
    """The bundled dataset, that of a workspace folder laid over it, or the one behind the URL of an endpoint."""
    if str(where).startswith(("http://", "https://")):
        from harmonizer.knowledge.endpoint import Endpoint

        return EndpointDataset(Endpoint(str(where)))
    return TableDataset(files_of(where))


@dataclass(frozen=True)
class TableDataset:
    """The dataset of tables."""

    files: Files

    @property
    def workspace(self) -> Path | None:
        return self.files.roots[-1] if len(self.files.roots) > 1 else None

    def index(self) -> Index:
        return open_index(self.files)

    def store(self) -> ox.Store:
        return open_store(self.files)

    def select(self, text: str, *, seconds: float = query.SECONDS) -> Answer:
        return query.run(on_disk(self.files), text, seconds=seconds)


@dataclass(frozen=True)
class EndpointDataset:
    """The dataset behind an endpoint. Its index is read at each opening: nothing tells whether it has changed."""

    endpoint: Endpoint
    workspace: None = None

    @property
    def files(self) -> Files:
        raise UsageError(f"the tables of {self.endpoint.url} are not here; this needs the bundled data or a folder")

    def index(self) -> Index:
        from harmonizer.knowledge import rdf

        return Index(rdf.records(self.endpoint.quads()))

    def store(self) -> ox.Store:
        import pyoxigraph as ox

        store = ox.Store()
        store.bulk_extend(self.endpoint.quads())
        return store

    def select(self, text: str, *, seconds: float = query.SECONDS) -> Answer:
        return self.endpoint.select(text, seconds=seconds)


def files_of(workspace: str | Path | None = None) -> Files:
    """The bundled files, with those of a workspace folder laid over them."""
    if workspace is None:
        return Files((bundled_root(),))
    if not Path(workspace).is_dir():
        raise UsageError(f"the workspace {str(workspace)!r} is not a folder")
    return Files((bundled_root(), Path(workspace)))


@contextlib.contextmanager
def held(files: Files) -> Iterator[None]:
    """Hold the locks of the workspaces among the folders, so that their tables are whole while they are read."""
    with contextlib.ExitStack() as locks:
        for root in files.roots[1:]:
            locks.enter_context(locked(root))
        yield


def open_index(files: Files) -> Index:
    """The index of the files' dataset, from the cache where the same files were read before."""
    with held(files), without_collection():
        index = _open_index(files)
        gc.freeze()  # what is open stays: no later collection need walk through all of it
        return index


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """Let the garbage collector rest while millions of objects are made that all stay: it would only look at them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _open_index(files: Files) -> Index:
    cached = cache_folder() / f"{_digest(files)}.json"
    if cached.exists():
        try:
            return Index.from_bytes(cached.read_bytes())
        except (ValueError, TypeError, KeyError, OSError):
            cached.unlink(missing_ok=True)  # cut off or foreign: build it again
    index = Index(_validated(files))
    with contextlib.suppress(OSError):  # a read-only home only costs speed
        tables.write_aside(cached, index.to_bytes())
    return index


def on_disk(files: Files) -> Path:
    """The folder of the dataset as an Oxigraph store on disk, built where it is not there or not current.

    It lies in the workspace's ``store/``, or for the bundled data in the user's cache folder.
    """
    import pyoxigraph as ox

    place = files.roots[-1] / "store" if len(files.roots) > 1 else cache_folder() / "store"
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"queries need a folder to keep the dataset in, and {place} cannot be made: "
                         f"{error.strerror}; give a workspace that can be written to") from error  # fmt: skip
    with locked(place.parent):
        folder = place / _digest(files)[:32]
        if not folder.exists():
            building = place / "building"
            shutil.rmtree(building, ignore_errors=True)
            store = ox.Store(building)
            _fill(store, files, _validated(files))
            store.flush()
            del store  # closes it
            for old in place.iterdir():
                if old != building:
                    shutil.rmtree(old, ignore_errors=True)
            building.rename(folder)
        return folder


def open_store(files: Files) -> ox.Store:
    """The validated dataset in memory.

    Raises :class:`~harmonizer.errors.DataError` (or ``CollectedDataError`` with all of them) where files are unfit.
    """
    with held(files):
        return store_of(files, _validated(files))


def _validated(files: Files) -> Knowledge:
    from harmonizer.knowledge import validate

    read, knowledge = read_files(files)
    read.problems.extend(validate.check(knowledge, read.places))
    read.raise_problems()
    return knowledge


def read_files(files: Files) -> tuple[Tables, Knowledge]:
    """The tables as records with their places, and the knowledge they make together with the ontologies."""
    from harmonizer.knowledge import rdf

    ontology = rdf.records(ontology_quads(files))
    read = authored.read(files)
    return read, read.knowledge(ontology)


def store_of(files: Files, knowledge: Knowledge) -> ox.Store:
    """A store that holds the ontologies and the records."""
    import pyoxigraph as ox

    store = ox.Store()
    _fill(store, files, knowledge)
    return store


def _fill(store: ox.Store, files: Files, knowledge: Knowledge) -> None:
    from harmonizer.knowledge import rdf

    store.bulk_extend(ontology_quads(files))
    store.bulk_extend(rdf.quads(_without_ontology(knowledge)))


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


def cache_folder() -> Path:
    """The user's cache folder for this program."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("harmonizer", appauthor=False))

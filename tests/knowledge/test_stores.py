"""The same answers from wherever the dataset lies: memory and cache, a workspace on disk, a SPARQL endpoint."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

import harmonizer as hz
from harmonizer.errors import DataError, UsageError
from harmonizer.knowledge import endpoint as endpoint_module
from harmonizer.knowledge.endpoint import Endpoint

COUNTS = "SELECT ?type (COUNT(?s) AS ?n) WHERE { ?s a ?type } GROUP BY ?type"
GRAPHS = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
TITLES = "SELECT ?id ?title WHERE { ?f dct:title ?title ; skos:notation ?id ; a hz:FrameworkVersion } ORDER BY DESC(?id) ?title"
SINGLE = "SELECT ?id ?kind WHERE { ?f hz:kind ?kind ; skos:notation ?id ; a hz:FrameworkVersion } ORDER BY DESC(?id)"
LEAF = "CONSTRUCT { ?m ?p ?o } WHERE { ?m sssom:object_id objective:data-at-rest-encrypted ; ?p ?o }"

VIRTUOSO = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temporary.db
TransactionFile = temporary.trx
[Parameters]
ServerPort = {sql}
DirsAllowed = .
NumberOfBuffers = 20000
[HTTPServer]
ServerPort = 127.0.0.1:{web}
ServerRoot = .
"""


@pytest.fixture(scope="module")
def quads(tmp_path_factory: pytest.TempPathFactory, kg: hz.Harmonizer) -> Path:
    return kg.export("nquads", tmp_path_factory.mktemp("served") / "dataset.nq")


@contextlib.contextmanager
def served(command: list[str | Path], port: int, folder: Path) -> Iterator[None]:
    """A server of its own, from when it listens until the tests are done with it."""
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1200):
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.05)
        yield
    finally:
        server.kill()
        server.wait()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def address(quads: Path) -> Iterator[str]:
    """An Oxigraph server that holds the bundled dataset."""
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        pytest.skip("the Oxigraph server is not installed: pip install oxigraph")
    store, port = quads.with_name("store"), free_port()
    subprocess.run([program, "load", "--location", store, "--file", quads], check=True, capture_output=True)
    command = [program, "serve-read-only", "--location", store, "--bind", f"127.0.0.1:{port}"]
    with served(command, port, quads.parent):
        yield f"http://127.0.0.1:{port}/query"


@pytest.fixture(scope="module")
def behind_virtuoso(quads: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[hz.Harmonizer]:
    """A Virtuoso with settings and database of its own that holds the bundled dataset."""
    if not (shutil.which("virtuoso-t") and shutil.which("isql-vt")):
        pytest.skip("Virtuoso is not installed: apt-get install virtuoso-opensource-7-bin")
    folder = tmp_path_factory.mktemp("virtuoso")
    sql, web = f"127.0.0.1:{free_port()}", free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO.format(sql=sql, web=web), encoding="utf-8")
    shutil.copy(quads, folder)
    (folder / "load.sql").write_text(
        "DB.DBA.TTLP_MT(file_to_string_output('dataset.nq'), '', 'urn:none', 512, 2);\ncheckpoint;\n", encoding="utf-8"
    )
    with served(["virtuoso-t", "-f", "-c", "virtuoso.ini"], web, folder):
        subprocess.run(["isql-vt", sql, "dba", "dba", "load.sql"], cwd=folder, check=True, capture_output=True)
        yield hz.load(f"http://127.0.0.1:{web}/sparql")


@pytest.fixture(scope="module")
def behind_endpoint(address: str) -> hz.Harmonizer:
    return hz.load(address)


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> hz.Harmonizer:
    return hz.load(tmp_path_factory.mktemp("workspace"))


@pytest.mark.parametrize("place", ["on_disk", "behind_endpoint", "behind_virtuoso"])
def test_every_place_gives_the_same_index_and_answers(
    place: str, kg: hz.Harmonizer, request: pytest.FixtureRequest
) -> None:
    other: hz.Harmonizer = request.getfixturevalue(place)
    assert other.index.hash == kg.index.hash
    for ask in (
        lambda graph: graph.crosswalk("soc2", "hipaa"),
        lambda graph: graph.strictest("soc2", "gdpr"),
        lambda graph: graph.solve("colorado-ai-act", "nyc-ll144").answer,
        lambda graph: graph.sparql(COUNTS),
        lambda graph: graph.sparql(GRAPHS),
        lambda graph: graph.sparql(SINGLE if place == "behind_virtuoso" else TITLES),  # see docs/stores.md
        lambda graph: graph.sparql(LEAF),
        lambda graph: graph.sparql("ASK { hz:nothing a hz:Mapping }"),
        lambda graph: graph.sparql("ASK { ?one a hz:Mapping }"),
    ):
        ours, theirs = ask(kg), ask(other)
        assert len(ours)
        assert printed(theirs) == printed(ours)


def printed(answer: hz.Answer) -> bytes:
    return json.dumps([answer.columns, answer.rows, dict(answer.summary)], default=str).encode()


def test_a_graph_of_which_the_engine_gives_only_part_is_read_page_by_page(
    address: str, kg: hz.Harmonizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 997
    monkeypatch.setattr(endpoint_module, "PAGE", most)
    whole = Endpoint._triples
    monkeypatch.setattr(Endpoint, "_triples", lambda self, name, part: whole(self, name, part or f"LIMIT {most}"))
    small = Endpoint(address)
    name = next(one for one in small.graphs if one.endswith("framework/ccpa/2026"))
    vars(small)["graphs"] = (name,)
    read = list(small.quads())
    assert len(read) > 2 * most
    assert set(read) == {quad for quad in kg.rdf.store._inner if quad.graph_name.value == name}


def test_the_workspace_keeps_its_dataset_on_disk_and_follows_its_tables(tmp_path: Path) -> None:
    def count() -> str:
        return str(hz.load(tmp_path).sparql("SELECT (COUNT(*) AS ?n) WHERE { ?t a hz:Tension }").rows[0][0])

    before = count()
    (built,) = (tmp_path / "store").iterdir()
    stamp = built.stat().st_mtime_ns
    assert count() == before
    assert built.stat().st_mtime_ns == stamp
    bundled = (Path(__file__).parents[2] / "data" / "tensions.csv").read_text()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tensions.csv").write_text("\n".join(bundled.splitlines()[:-1]) + "\n")
    assert int(count()) == int(before) - 1
    assert [one.name for one in (tmp_path / "store").iterdir()] != [built.name]


def test_an_endpoint_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match=r"http://127\.0\.0\.1:9/query cannot be reached"):
        hz.load("http://127.0.0.1:9/query")


class _Elsewhere(BaseHTTPRequestHandler):
    """A server that sends its visitors to another address, or knows no graph."""

    def do_POST(self) -> None:  # the name that the library asks for
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/empty")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        if self.path == "/page":
            self.wfile.write(b"<html>Welcome</html>")
            return
        self.wfile.write(b'{"head": {"vars": ["g"]}, "results": {"bindings": []}}')

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_no_other_address_than_the_one_given_is_asked(elsewhere: str) -> None:
    with pytest.raises(UsageError, match="refuses the query .302"):
        hz.load(f"{elsewhere}/moved")


def test_an_endpoint_without_the_dataset_says_what_to_load(elsewhere: str) -> None:
    with pytest.raises(DataError, match="harmonizer export nquads"):
        hz.load(f"{elsewhere}/empty")


def test_an_address_that_is_no_endpoint_is_told_as_such(elsewhere: str) -> None:
    with pytest.raises(DataError, match="neither SPARQL JSON nor N-Triples"):
        hz.load(f"{elsewhere}/page")


def test_what_needs_tables_says_so_behind_an_endpoint(behind_endpoint: hz.Harmonizer) -> None:
    with pytest.raises(UsageError, match="tables of .* are not here"):
        behind_endpoint.lint()
    with pytest.raises(UsageError, match="kept in a workspace"):
        _ = behind_endpoint.assessment


def test_a_result_too_large_for_the_memory_is_stopped_while_it_is_made(kg: hz.Harmonizer) -> None:
    with pytest.raises(UsageError, match="larger than 200 MB; add a LIMIT"):
        kg.sparql("SELECT * { ?a ?b ?c . ?d ?e ?f }")

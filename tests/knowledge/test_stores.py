"""The same answers from wherever the dataset lies: memory and cache, a workspace on disk, a SPARQL endpoint."""

from __future__ import annotations

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
TITLES = (
    "SELECT ?id ?title WHERE { ?f dct:title ?title ; skos:notation ?id ; a hz:FrameworkVersion } ORDER BY DESC(?title)"
)
LEAF = "CONSTRUCT { ?m ?p ?o } WHERE { ?m sssom:object_id objective:data-at-rest-encrypted ; ?p ?o }"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, kg: hz.Harmonizer) -> Iterator[str]:
    """An Oxigraph server that holds the bundled dataset."""
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        pytest.skip("the Oxigraph server is not installed: pip install oxigraph")
    folder = tmp_path_factory.mktemp("server")
    quads = folder / "dataset.nq"
    kg.export("nquads", quads)
    store = folder / "store"
    subprocess.run([program, "load", "--location", store, "--file", quads], check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([program, "serve-read-only", "--location", store, "--bind", f"127.0.0.1:{port}"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/query"
    finally:
        server.kill()
        server.wait()


VIRTUOSO = """
[Database]
DatabaseFile = v.db
ErrorLogFile = v.log
LockFile = v.lck
TransactionFile = v.trx
xa_persistent_file = v.pxa
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
NumberOfBuffers = 10000
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
[SPARQL]
ResultSetMaxRows = 100000
"""


@pytest.fixture(scope="module")
def behind_virtuoso(tmp_path_factory: pytest.TempPathFactory, kg: hz.Harmonizer) -> Iterator[hz.Harmonizer]:
    """The dataset behind a Virtuoso server, loaded by its own bulk loader."""
    if not (shutil.which("virtuoso-t") and shutil.which("isql-vt")):
        pytest.skip("Virtuoso is not installed (Debian: virtuoso-opensource-7-bin)")
    folder = tmp_path_factory.mktemp("virtuoso")
    kg.export("nquads", folder / "dataset.nq")
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        sql, http = one.getsockname()[1], other.getsockname()[1]
    (folder / "v.ini").write_text(VIRTUOSO.format(sql=sql, http=http))
    server = subprocess.Popen(["virtuoso-t", "+configfile", "v.ini", "+foreground"], cwd=folder,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    load = ("exec=log_enable(2, 1); DB.DBA.TTLP_MT(file_open('dataset.nq'), '', 'http://example.org/', 512); "
            "checkpoint;")  # fmt: skip
    try:
        for _ in range(300):
            if "Server online" in (log.read_text() if (log := folder / "v.log").exists() else ""):
                break
            time.sleep(0.1)
        subprocess.run(["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", "VERBOSE=OFF", load], cwd=folder, check=True,
                       capture_output=True, timeout=120)  # fmt: skip
        yield hz.load(f"http://127.0.0.1:{http}/sparql")
    finally:
        server.kill()
        server.wait()


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
        lambda graph: graph.sparql(TITLES),
        lambda graph: graph.sparql(LEAF),
        lambda graph: graph.sparql("ASK { hz:nothing a hz:Mapping }"),
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

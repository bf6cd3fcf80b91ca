"""Files that nobody should send: each is refused with one clear message, and the workspace stays as it was.

Every case builds its file and says what the message must tell. All go through the command as a user would run it.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import harmonizer as hz
from harmonizer import cli
from tests.formats.samples import JSON_LD, LIST, OLIR, REQUIREMENTS, SSSOM, TURTLE, workbook
from tests.formats.test_oscal import SMALL

MAPPINGS = "source_framework,source_id,target_framework,target_id,relation\n"
CISO = "urn: urn:x:library:y\nname: Y\nobjects:\n  framework:\n    urn: urn:x:framework:y\n    requirement_nodes:\n"
Build = Callable[[Path], object]


def text(content: str, name: str = "file", encoding: str = "utf-8") -> Build:
    return lambda folder: _put(folder / name, content.encode(encoding))


def data(content: bytes, name: str = "file") -> Build:
    return lambda folder: _put(folder / name, content)


def _put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def catalog(**changes: object) -> str:
    return json.dumps({"catalog": SMALL | changes})


def zipped(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO(workbook(A=[["Control ID", "Control Name"], ["1", "One"]]))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def lying_size() -> bytes:
    """A workbook whose directory says that a part unzips to four gigabytes."""
    content = bytearray(workbook(A=[["Control ID", "Control Name"], ["1", "One"]]))
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(content)


def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def loop(folder: Path) -> Path:
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    return folder / "a"


def dangling_link(folder: Path) -> Path:
    (folder / "link").symlink_to(folder / "nowhere")
    return folder / "link"


def circle() -> str:
    return REQUIREMENTS.replace("own,1,,Access", "own,1,1.2,Access")


def deep_parents() -> str:
    return "framework,id,parent,title\nown,0,,t\n" + "".join(f"own,{n},{n - 1},t\n" for n in range(1, 2_000))


NASTY: dict[str, tuple[Build, str]] = {
    # no file, or none that can be read
    "missing": (lambda folder: folder / "nothing.csv", "No such file"),
    "a folder": (lambda folder: folder, "this is a folder"),
    "a pipe": (fifo, "pipe or device"),
    "a device": (lambda folder: Path("/dev/zero"), "pipe or device"),
    "a link in a circle": (loop, "cannot be read"),
    "a link to nowhere": (dangling_link, "No such file"),
    "empty": (text(""), "the file is empty"),
    "white space": (text(" \n\t\n "), "the file is empty"),
    "a name without end": (lambda folder: folder / ("x" * 300 + ".csv"), "cannot be read"),
    # bytes
    "random bytes": (data(bytes(range(256)) * 4), "NUL byte"),
    "NUL bytes": (text(REQUIREMENTS.replace("Access", "Acc\0ess", 1)), "NUL byte"),
    "UTF-16": (text(REQUIREMENTS, encoding="utf-16"), "NUL byte"),
    "Latin-1": (text(REQUIREMENTS.replace("Access", "Zugänge"), encoding="latin-1"), "is not UTF-8"),
    "half a character": (data(REQUIREMENTS.encode()[:-1] + b"\xc3\n"), "is not UTF-8"),
    "SSSOM in Latin-1": (text(SSSOM.replace("acme:A.1", "acme:Ä"), encoding="latin-1"), "is not UTF-8"),
    "Turtle in Latin-1": (text(TURTLE.replace("Access", "Zugänge"), encoding="latin-1"), "is not UTF-8"),
    # tables
    "cut off": (text(REQUIREMENTS[:-10]), "cut off"),
    "an open quote": (text(REQUIREMENTS + 'own,2,,"Open\n'), "not well-formed"),
    "too many cells": (text(REQUIREMENTS + "own,2,,a,b,c,d\n"), "expected 4"),
    "a cell of 10 MB": (text(REQUIREMENTS + f"own,2,,{'x' * 10_000_000}\n"), "field larger than field limit"),
    "a summary of 120,000": (text("framework,id,parent,title,summary\nown,1,,a," + "x" * 120_000 + "\n"), "120,000"),
    "an id of 1,000": (text(REQUIREMENTS + f"own,{'x' * 1_000},,a\n"), "at most 500 are read"),
    "an id with a newline": (text(REQUIREMENTS + 'own,"2\n3",,a\n'), "a character that nobody sees"),
    "an id with a bell": (text(REQUIREMENTS + "own,2\a,,a\n"), "a character that nobody sees"),
    "an id that turns the text around": (text(REQUIREMENTS + "own,2\u202e,,a\n"), "a character that nobody sees"),
    "an id that ends with a space": (text(REQUIREMENTS + "own,2 ,,a\n"), "begins or ends with a space"),
    "an id that is a formula": (text(REQUIREMENTS + 'own,"=HYPERLINK(""x"")",,a\n'), "run as a formula"),
    "an id twice": (text(REQUIREMENTS + "own,1.1,,again\n"), "stands already in line 3"),
    "parents in a circle": (text(circle()), "run in a circle"),
    "its own parent": (text(REQUIREMENTS + "own,2,2,a\n"), "run in a circle"),
    "a tower of parents": (text(deep_parents()), "stands deeper than 50"),
    "a slug that leads out": (text("framework,id,parent,title\n../../x,1,,a\n"), "is no slug"),
    "a slug of a thousand": (text(f"framework,id,parent,title\n{'x' * 1_000},1,,a\n"), "is no slug"),
    "a bundled framework": (text(REQUIREMENTS.replace("own,", "gdpr,")), "is a bundled framework"),
    "no relation": (text(MAPPINGS + "hipaa,164.312(b),gdpr,Art.32(1),alike\n"), "is not a set relation"),
    "an end that is not there": (text(MAPPINGS + "hipaa,164.999,gdpr,Art.32(1),equal\n"), "unknown requirement"),
    "an end that is a formula": (text(MAPPINGS + "x,=1+1,gdpr,Art.32(1),equal\n"), "run as a formula"),
    "a row twice": (text(MAPPINGS + "hipaa,164.312(b),gdpr,Art.32(1),equal\n" * 2), "stands already in line 2"),
    "a letter": (text("Dear all,\nplease find attached\n"), "no format fits"),
    "a script": (text("#!/bin/sh\nrm -rf /\n"), "no format fits"),
    "a web page": (text("<!DOCTYPE html><html><body>hello</body></html>"), "no format fits"),
    "SSSOM with a bad confidence": (text(SSSOM.replace("0.8", "1.8")), "is not a number between 0 and 1"),
    "SSSOM without an end": (text(SSSOM.replace("acme:A.1", "")), "the cell is empty"),
    "SSSOM with a broken row": (text(SSSOM + "a\tb\n"), "expected 5"),
    "SSSOM ends without ids": (text(SSSOM.replace("acme:A.1", "acme:")), "the id is empty"),
    "SSSOM named as a bundled set": (
        text(SSSOM.replace("Acme to ours", "nist csf to 800 53")), "is a bundled mapping set"),
    "a sheet with an unknown relation": (text("Focal Document,HIPAA\nReference Document,GDPR\n" + OLIR.replace("subset of", "sub of")), "is not a set relation"),
    "a list without ids and an id twice": (text(LIST.replace("A-2", "A-1")), "stands already in line 2"),
    # workbooks
    "a zip bomb": (data(zipped(**{"xl/workbook.xml": bytes(60_000_000)})), "zip bomb"),
    "a size that is a lie": (data(lying_size()), "zip bomb"),
    "a part that leads out": (data(with_part("../../etc/cron.d/x", b"x")), "leads out of the archive"),
    "a part at the root": (data(with_part("/etc/passwd", b"x")), "leads out of the archive"),
    "a part in the other slashes": (data(with_part("..\\..\\x", b"x")), "leads out of the archive"),
    "a DOCTYPE in a part": (
        data(with_part("xl/x.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>')), "declares a document type"),
    "a zip that is no workbook": (data(zipped(readme=b"hello")), "no Excel workbook"),
    "half a workbook": (data(workbook(A=[["a"]])[:2_000]), "cut off or is damaged"),
    "an old workbook": (data(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)), "old Excel file"),
    "an empty workbook": (data(workbook(A=[])), "no format fits a workbook"),
    "a formula nobody computed": (
        data(workbook(A=[["Control ID", "Control Name"], ["1", '="a"&"b"']])), "A!B2: a formula without a value"),
    "an id with a newline in a cell": (
        data(workbook(A=[["Control ID", "Control Name"], ["1\n2", "One"]])), "a character that nobody sees"),
    # documents
    "half a JSON": (text(catalog()[:-40]), "not well-formed JSON"),
    "a key twice": (text('{"catalog": {"uuid": "a", "uuid": "b"}}'), "stands twice in one object"),
    "deep JSON": (text('{"catalog": ' + "[" * 100_000 + "]" * 100_000 + "}"), "nested deeper than 100"),
    "JSON with a comment": (text("{/* hello */ }"), "no format fits"),
    "a lone surrogate": (text('{"catalog": {"uuid": "\\ud800"}}'), "not well-formed JSON"),
    "another JSON": (text('{"hello": "world"}'), "no format fits a document with the keys hello"),
    "a list of numbers": (text("[1, 2, 3]"), "no format fits"),
    "another kind of OSCAL": (text('{"assessment-plan": {}}'), "documents of the kind assessment-plan are not read"),
    "OSCAL of another age": (
        text(catalog(metadata=SMALL["metadata"] | {"oscal-version": "2.0"})), "expected 1.0 to 1.2"),
    "OSCAL ids twice": (
        text(catalog(groups=[SMALL["groups"][0], SMALL["groups"][0] | {"id": "c"}])), "stands already at"),
    "an XML with a DOCTYPE": (
        text('<?xml version="1.0"?><!DOCTYPE c><catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0"/>'), "has a DOCTYPE"),
    "a billion laughs in XML": (
        text('<!DOCTYPE c [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
             '<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0">&b;</catalog>'), "has a DOCTYPE"),
    "a foreign entity": (
        text('<!DOCTYPE c [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
             '<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0">&a;</catalog>'), "has a DOCTYPE"),
    "half an XML": (text('<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0"><metadata>'), "not well-formed XML"),
    "deep XML": (
        text('<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0">' + "<group>" * 5_000), "nested deeper than 100"),
    "a billion laughs in YAML": (
        text("catalog:\n  a: &a [x, x]\n  b: &b [*a, *a]\n  c: [*b, *b]\n"), "an alias (*name) is refused"),
    "a tag of Python in YAML": (text("catalog: !!python/object/apply:os.system [ls]\n"), "is refused"),
    "a key twice in YAML": (text("catalog:\n  uuid: a\n  uuid: b\n"), "stands already in line 2"),
    "deep YAML": (text("catalog: " + "[" * 5_000), "nesting depth"),
    "several documents in YAML": (text("catalog:\n  a: b\n---\ncatalog:\n  a: b\n"), "several YAML documents"),
    "a library without ids": (text(CISO + "    - urn: urn:x:req_node:y:1\n      name: [1]\n"), "file"),
    # RDF
    "a remote context": (
        text('{"@context": "https://example.org/c.jsonld", "@id": "a"}'), "nothing is fetched"),
    "a remote context deep inside": (
        text(JSON_LD.replace('"hz:kind"', '"@context": "file:///etc/passwd", "hz:kind"')), "nothing is fetched"),
    "an imported context": (
        text('{"@context": {"@version": 1.1, "@import": "http://x.example/c"}, "@id": "a"}'), "nothing is fetched"),
    "deep JSON-LD": (text('{"@id": ' * 50_000 + "1" + "}" * 50_000), "nested deeper than 100"),
    "deep Turtle": (text("@prefix a: <http://a/> .\na:b a:c " + "[ a:c " * 100_000), "RDF"),
    "half a Turtle": (text(TURTLE[:-20]), "not well-formed RDF"),
    "a foreign ontology": (text("@prefix a: <http://a/> .\na:b a a:C .\n"), "no node of our ontology"),
    "a huge literal": (text(TURTLE.replace('"Access"', f'"{"x" * 2_000_000}"')), "2,000,000 characters"),
    "a literal with a control character": (text(TURTLE.replace('"Access"', '"a\\u0007"')), "control character"),
    "a requirement's IRI that leads out": (text(TURTLE.replace("<own/1/A>", "<own/1/..%2F..%0Ax>")), "nobody sees"),
    "a set's id that leads out": (
        text(TURTLE + '<own/1/S> a hz:MappingSet ; skos:notation "../../x" ; dct:title "t" ; hz:reading "plain" .'),
        "is no slug"),
    "a version that leads out": (text(TURTLE.replace('hz:version "1"', 'hz:version "../.."')), "the version"),
    "an unknown class": (text(TURTLE.replace("hz:Requirement", "hz:Requirements")), "did you mean hz:Requirement"),
}  # fmt: skip
"""What each is, how it is made, and a part of what is said."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with something in it, opened once; no tables, so that its graph is the bundled one."""
    folder = tmp_path_factory.mktemp("nasty")
    (folder / "data/sources/oscal").mkdir(parents=True)
    (folder / "data/sources/oscal/mine.json").write_text("{}")
    (folder / "notes.txt").write_text("mine")
    hz.load(folder)
    return folder


def bytes_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_file_is_refused_and_nothing_is_touched(name: str, workspace: Path, tmp_path: Path) -> None:
    build, told = NASTY[name]
    before = bytes_of(workspace)
    result = CliRunner().invoke(cli.app, ["import", str(build(tmp_path)), "--workspace", str(workspace)])
    assert result.exit_code == 3, result.output
    assert told in result.stderr
    assert result.stderr.startswith("harmonizer: ")
    assert "Traceback" not in result.output and "\n\n" not in result.stderr
    assert len(result.stderr) < 4_000, "a message, not the file"
    assert bytes_of(workspace) == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name what to import"),
        (["nosuchformat"], "neither a format nor a file"),
        (["oscal"], "name what to import"),
        (["sheet", "{}", "--columns", "ident=A"], "is not ROLE=HEADING"),
        (["sheet", "{}", "--columns", "id=A"], "needs the columns id and title"),
        (["strm", "{}", "--slug", "own"], "takes no --slug"),
    ],
)
def test_a_wrong_question_ends_with_2(arguments: list[str], told: str, workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(OLIR)
    before = bytes_of(workspace)
    filled = [one.format(tmp_path / "file") for one in arguments]
    result = CliRunner().invoke(cli.app, ["import", *filled, "--workspace", str(workspace)])
    assert (result.exit_code, told in result.stderr) == (2, True), result.output
    assert bytes_of(workspace) == before


def test_a_link_in_the_workspace_leads_nothing_out_of_it(tmp_path: Path) -> None:
    outside, workspace = tmp_path / "outside", tmp_path / "own"
    outside.mkdir()
    (workspace / "data").mkdir(parents=True)
    (workspace / "data" / "frameworks").symlink_to(outside)
    (tmp_path / "r.csv").write_text(REQUIREMENTS)
    result = CliRunner().invoke(cli.app, ["import", str(tmp_path / "r.csv"), "--workspace", str(workspace)])
    assert (result.exit_code, "leads out of the workspace" in result.stderr) == (3, True), result.output
    assert not list(outside.iterdir())

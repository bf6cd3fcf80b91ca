"""RDF of our own ontology comes back as it went out, and nothing is fetched for it."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

import harmonizer as hz
from harmonizer.errors import DataError
from harmonizer.formats import registry
from harmonizer.formats.workspace_files import Import, write
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.store import open_dataset
from harmonizer.model import Knowledge
from harmonizer.vocabulary import BASE, PREFIXES
from tests.formats.samples import JSON_LD, TURTLE


@pytest.fixture(scope="session")
def kg() -> hz.Harmonizer:
    return hz.load()


def bring(kg: hz.Harmonizer, path: Path, content: bytes | str, **options: str) -> Import:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return registry.bring_in([path], lambda: kg.index, **options)  # type: ignore[arg-type]


def framework(index: Index, slug: str, named: str) -> tuple[object, ...]:
    """All records of a framework, as if it had another slug."""
    known: Knowledge = index.knowledge
    key = index.frameworks[slug].key + ":"
    return tuple(
        sorted(repr(one).replace(f"{slug}@", f"{named}@").replace(f"slug='{slug}'", f"slug='{named}'")
               for one in records if getattr(one, "requirement", getattr(one, "key", "")).startswith(key[:-1]))
        for records in (known.frameworks, known.requirements, known.mappings, known.constraints, known.dates)
    )  # fmt: skip


@pytest.fixture(scope="session")
def quads() -> list[ox.Quad]:
    """HIPAA with its mappings, as it is exported."""
    whole = open_dataset().store()
    graphs = [f"{BASE}{space}/hipaa/2013" for space in ("framework", "mapping-set")]
    return [quad for graph in graphs for quad in whole.quads_for_pattern(None, None, None, ox.NamedNode(graph))]


@pytest.mark.parametrize("name", ["TURTLE", "TRIG", "N_QUADS", "JSON_LD"])
def test_a_bundled_framework_comes_back_under_another_slug(
    name: str, quads: list[ox.Quad], kg: hz.Harmonizer, tmp_path: Path
) -> None:
    items = [quad.triple for quad in quads] if name == "TURTLE" else quads
    data = ox.serialize(items, format=getattr(ox.RdfFormat, name), prefixes=PREFIXES)
    found = bring(kg, tmp_path / "export", data or b"", slug="own-hipaa")
    assert found.figures["requirements"] == len(kg.requirements("hipaa"))
    write(found, tmp_path / "own")
    if name == "N_QUADS":  # loading a workspace anew takes seconds; the files are the same
        again = hz.load(tmp_path / "own").index
        assert framework(again, "own-hipaa", "own-hipaa") == framework(kg.index, "hipaa", "own-hipaa")


def test_an_export_of_everything_brings_in_only_what_is_not_loaded(kg: hz.Harmonizer, tmp_path: Path) -> None:
    kg.export("nquads", tmp_path / "all.nq")
    text = (tmp_path / "all.nq").read_text() + _as_quads(TURTLE)
    found = bring(kg, tmp_path / "more.nq", text)
    assert {name.split("/")[2] for name in found.files} == {"own"}
    passed = [one for one in found.findings if "passed over" in one.message]
    assert len(passed) == len(kg.index.knowledge.frameworks) + len(kg.index.knowledge.mapping_sets)


def _as_quads(turtle: str) -> str:
    return (
        ox.serialize(ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE), format=ox.RdfFormat.N_QUADS) or b""
    ).decode()


@pytest.mark.parametrize("text", [TURTLE, JSON_LD, _as_quads(TURTLE)], ids=["turtle", "json-ld", "n-quads"])
def test_a_small_framework_comes_in_from_each_notation(text: str, kg: hz.Harmonizer, tmp_path: Path) -> None:
    found = bring(kg, tmp_path / "own", text)
    assert found.files["data/frameworks/own/requirements.csv"].splitlines()[1] == (
        "A,,requirement,required,Access,,,draft,,"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TURTLE.replace("hz:Requirement", "hz:Requirment"), "unknown class hz:Requirment; did you mean hz:Requirement"),
        (TURTLE.replace('"required"', '"requird"'), "'requird' is not allowed; did you mean required"),
        (TURTLE.replace('"own" ; hz:version', '"../own" ; hz:version'), "is no slug"),
        (TURTLE.replace("own/1/A", "hipaa/2013/A"), "requirements of no framework that the file describes"),
        (TURTLE.replace('"own"', '"hipaa"'), "is a bundled framework"),
        (TURTLE.replace("<own/1/A>", "<own/1/%0A>"), "holds a character that nobody sees"),
        (TURTLE.replace("hz:position 1", 'hz:position "one"'), "hz:position cannot be read"),
        (TURTLE.replace(" ; hz:version", " , \"other\" ; hz:version"), "has 2 values of skos:notation"),
        (JSON_LD.replace('{"hz": "https', '["https://example.org/context", {"hz": "https', 1).replace('core#"},', 'core#"}],', 1),
         "lies elsewhere, and nothing is fetched"),
        ('@prefix a: <http://a/> .\na:b a:c "d" .\n', "no node of our ontology"),
        (TURTLE[:-30], "not well-formed RDF"),
        (TURTLE.replace('"Access"', '"' + "x" * 200_000 + '"'), "a text of 200,000 characters"),
    ],
)  # fmt: skip
def test_what_does_not_follow_the_ontology_is_refused(
    text: str, message: str, kg: hz.Harmonizer, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        bring(kg, tmp_path / "bad", text)


def test_a_property_that_is_not_read_is_listed(kg: hz.Harmonizer, tmp_path: Path) -> None:
    found = bring(kg, tmp_path / "own", TURTLE.replace("hz:modality", "hz:strength 3 ; hz:modality") + "[] hz:note 1 .")
    told = [str(one) for one in found.findings]
    assert any("hz:Requirement: hz:strength of 1 nodes is not read" in one for one in told)
    assert "own: 1 statements about nodes without a name are not read" in told

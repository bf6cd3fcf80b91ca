"""The dataset as RDF files: what is written is what is read back, by pyoxigraph and by rdflib."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

import harmonizer as hz
from harmonizer.reports.dataset import FORMATS, write_dataset
from harmonizer.vocabulary import BASE, HZ, SKOS, XSD, framework_iri, requirement_iri

FORMS = {"nquads": (ox.RdfFormat.N_QUADS, "nquads"), "trig": (ox.RdfFormat.TRIG, "trig"),
         "turtle": (ox.RdfFormat.TURTLE, "turtle"), "json-ld": (ox.RdfFormat.JSON_LD, "json-ld")}  # fmt: skip
NAME = ox.NamedNode
HOSTILE = 'a "quoted" \\ text\nof\r\n two lines, é \u2028 and <b>tags</b> \t "\'\'\' """'


def quads(path: Path, form: str) -> set[ox.Quad]:
    return set(ox.parse(path.read_bytes(), format=FORMS[form][0]))


def triples(found: set[ox.Quad]) -> set[tuple[str, str, str]]:
    return {(str(one.subject), str(one.predicate), str(one.object)) for one in found}


@pytest.fixture(scope="module")
def written(kg: hz.Harmonizer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("rdf")
    return {form: kg.export(form, folder / form, "nyc-ll144") for form in FORMATS}


def test_every_format_holds_the_same_triples_and_all_but_turtle_the_same_graphs(written: dict[str, Path]) -> None:
    found = {form: quads(path, form) for form, path in written.items()}
    assert found["nquads"] == found["trig"] == found["json-ld"]
    assert triples(found["turtle"]) == triples(found["nquads"])
    assert {one.graph_name for one in found["turtle"]} == {ox.DefaultGraph()}
    assert len(found["nquads"]) > 1_000


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.parametrize("form", FORMATS)
def test_rdflib_reads_the_same_triples(form: str, written: dict[str, Path]) -> None:
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=written[form].read_bytes(), format=FORMS[form][1])
    read = {(s.n3(), p.n3(), o.n3()) for s, p, o, _ in dataset.quads()}
    assert read == triples(quads(written[form], form))


def test_the_whole_dataset_goes_out_and_comes_back(kg: hz.Harmonizer, tmp_path: Path) -> None:
    assert quads(kg.export("json-ld", tmp_path / "all"), "json-ld") == set(kg.quads)


def test_a_framework_brings_its_mappings_and_what_they_name_and_no_other_framework(
    written: dict[str, Path], kg: hz.Harmonizer
) -> None:
    found = quads(written["trig"], "trig")
    subjects = {str(one.subject).strip("<>") for one in found}
    assert framework_iri(kg.index.framework("nyc-ll144").key) in subjects
    leaves = {row.objective for one in kg.index.requirements_of(kg.index.framework("nyc-ll144"))
              for row in kg.index.mappings_of.get(one.key, ())}  # fmt: skip
    assert leaves and {f"{BASE}objective/{leaf}" for leaf in leaves} <= subjects
    assert {f"{BASE}objective/{kg.index.domain(leaf).slug}" for leaf in leaves} <= subjects
    others = [one for one in subjects if one.startswith(f"{BASE}framework/") and "/nyc-ll144/" not in one]
    assert others == []
    assert requirement_iri(kg.index.requirements_of(kg.index.framework("nyc-ll144"))[0].key) in subjects


def test_json_ld_has_its_context_inside_and_nothing_to_fetch(written: dict[str, Path]) -> None:
    document = json.loads(written["json-ld"].read_text())
    assert set(document) == {"@context", "@graph"}
    assert all(
        isinstance(one, str) and one.startswith(("http://", "https://")) for one in document["@context"].values()
    )
    assert written["json-ld"].read_text().count("@context") == 1


@pytest.mark.parametrize("form", FORMATS)
def test_text_and_names_that_are_hostile_to_a_format_survive(form: str, tmp_path: Path) -> None:
    store = ox.Store()
    subject, graph = NAME(f"{BASE}framework/x/1/a%20%28b%29"), NAME(f"{BASE}framework/x/1")
    objects = [
        ox.Literal(HOSTILE), ox.Literal("héllo", language="fr"), ox.Literal("1.50", datatype=NAME(XSD + "decimal")),
        ox.Literal("true", datatype=NAME(XSD + "boolean")), ox.Literal(""), NAME("tag:example.org,2026:one"),
        NAME("urn:a:b"), NAME(f"{HZ}//double"), NAME("date:not-ours"), NAME(f"{SKOS}"),
    ]  # fmt: skip
    for one in objects:
        store.add(ox.Quad(subject, NAME(f"{HZ}says"), one, graph))
    store.add(ox.Quad(subject, NAME("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), NAME(f"{HZ}Thing"), graph))
    store.add(ox.Quad(subject, NAME(f"{HZ}says"), ox.Literal("in the default graph")))
    back = quads(write_dataset(store, form, tmp_path / "file"), form)
    assert triples(back) == triples(set(store))
    if form != "turtle":
        assert back == set(store)

"""Tables become RDF and come back; the index keeps everything; queries only read."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from pathlib import Path

import pytest

import harmonizer as hz
from harmonizer.errors import UsageError
from harmonizer.knowledge import rdf, store, validate
from harmonizer.knowledge.index import Index
from harmonizer.model import Knowledge
from harmonizer.vocabulary import BASE, requirement_iri, requirement_key


def test_records_come_back_from_rdf_as_they_went_in(kg: hz.Harmonizer) -> None:
    knowledge = kg.index.knowledge
    assert rdf.records(rdf.quads(knowledge)) == knowledge


def test_the_order_of_quads_changes_nothing(kg: hz.Harmonizer) -> None:
    quads = list(rdf.quads(kg.index.knowledge))
    random.Random(7).shuffle(quads)
    assert rdf.records(quads) == kg.index.knowledge


def test_an_index_comes_back_from_bytes_with_its_hash(kg: hz.Harmonizer) -> None:
    again = Index.from_bytes(kg.index.to_bytes())
    assert again.knowledge == kg.index.knowledge
    assert again.hash == kg.index.hash == Index(kg.index.knowledge).hash


def test_another_content_has_another_hash(kg: hz.Harmonizer) -> None:
    knowledge = kg.index.knowledge
    first, *rest = knowledge.requirements
    changed = replace(knowledge, requirements=(replace(first, summary="changed"), *rest))
    assert Index(changed).hash != kg.index.hash


def test_ids_with_brackets_survive_in_iris() -> None:
    key = "hipaa@2013:164.312(a)(2)(iv)"
    assert "(" not in requirement_iri(key)
    assert requirement_key(requirement_iri(key)) == key


def test_each_framework_version_and_mapping_set_has_a_graph_of_its_own(kg: hz.Harmonizer) -> None:
    rows = kg.sparql("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }").column("g")
    for framework in kg.index.knowledge.frameworks:
        assert f"{BASE}framework/{framework.slug}/{framework.version}" in rows
        assert f"{BASE}mapping-set/{framework.slug}/{framework.version}" in rows


def test_no_literal_is_typed_as_a_string_and_no_authored_node_is_blank(kg: hz.Harmonizer, tmp_path: Path) -> None:
    text = kg.export("nquads", tmp_path / "all.nq").read_text()
    assert "XMLSchema#string" not in text
    assert "_:" not in "".join(line.split('"')[0] for line in text.splitlines())


def test_the_shapes_accept_the_bundled_dataset_and_refuse_a_broken_one(kg: hz.Harmonizer) -> None:
    files = store.files_of()
    assert validate.shacl(store.open_store(files), store.shapes(files)) == []
    knowledge = kg.index.knowledge
    broken = replace(knowledge, mappings=(replace(knowledge.mappings[0], comment="", part="main"),), controls=())
    messages = [one.message for one in validate.shacl(store.store_of(files, broken), store.shapes(files))]
    assert "a mapping gives its reason" in messages
    assert "part is primary or secondary" in messages


@pytest.mark.parametrize(
    "query",
    ["SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
     "SELECT * WHERE { ?s ?p ?o OPTIONAL { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } } }",
     "SELECT * { ?s ?p ?o FILTER NOT EXISTS { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } } }",
     "SELECT * FROM <http://127.0.0.1:9/> WHERE { ?s ?p ?o }", "LOAD <http://127.0.0.1:9/>",
     "INSERT DATA { <x:a> <x:b> <x:c> }", "DELETE WHERE { ?s ?p ?o }", "SELEKT 1"],
)  # fmt: skip
def test_a_query_that_could_write_or_reach_out_is_refused(kg: hz.Harmonizer, query: str) -> None:
    with pytest.raises(UsageError, match="refused|cannot be read"):
        kg.sparql(query)


def test_the_dataset_is_an_rdflib_dataset_too(kg: hz.Harmonizer) -> None:
    from rdflib import URIRef

    quads = list(kg.rdf.quads((URIRef(requirement_iri("gdpr@2016-679:Art.32(1)(a)")), None, None, None)))
    assert quads


def test_every_kind_of_record_survives_the_way_through_rdf(kg: hz.Harmonizer) -> None:
    read = store.read_files(store.files_of())[1]
    for kind in fields(Knowledge):
        assert getattr(kg.index.knowledge, kind.name), kind.name
        assert len(getattr(kg.index.knowledge, kind.name)) == len(getattr(read, kind.name)), kind.name


def test_shuffled_rows_make_the_same_dataset(kg: hz.Harmonizer, tmp_path: Path) -> None:
    """Rows of every table may come in any order, but for requirements.csv, whose order is that of the source, and
    published crosswalks, whose lines are cited."""
    draw = random.Random(5)
    for name, path in store.files_of().paths().items():
        if path.suffix not in (".csv", ".tsv") or path.name == "requirements.csv" or "crosswalks" in name:
            continue
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        start = 1 + next(place for place, line in enumerate(lines) if not line.startswith("#"))
        body = lines[start:]
        draw.shuffle(body)
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("".join([*lines[:start], *body]), encoding="utf-8")
    assert hz.load(tmp_path).index.hash == kg.index.hash


def test_a_graph_is_ready_for_its_first_question_unless_it_is_asked_not_to_be() -> None:
    lazy, ready = hz.load(ready=False), hz.load()
    assert "mappings_to" not in vars(lazy.index)
    assert "mappings_to" in vars(ready.index)
    asked = "hipaa:164.312(b)"
    assert lazy[asked].counterparts("gdpr").rows == ready[asked].counterparts("gdpr").rows


def test_the_index_of_an_organisation_is_made_once(kg: hz.Harmonizer) -> None:
    controller, processor = frozenset({"role:controller"}), frozenset({"role:processor"})
    assert kg.index.seen_by([controller]) is kg.index.seen_by((controller,))
    assert kg.index.seen_by([controller]).hash != kg.index.seen_by([controller, processor]).hash

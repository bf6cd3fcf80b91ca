"""SSSOM files: slots and header as the standard has them, and read back as what the graph says."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

import harmonizer as hz
from harmonizer.crosswalk.lint import lint_crosswalk
from harmonizer.crosswalk.relations import DISJOINT, EQUAL, OVERLAPS, SUBSET, SUPERSET, WORDS
from harmonizer.formats.mappings import read_mappings
from harmonizer.model import short_key
from harmonizer.vocabulary import requirement_iri
from tests.reports.small import in_workspace, knowledge

pytestmark = pytest.mark.filterwarnings("ignore:.*pairs that meet:UserWarning")

# The slots of a mapping and of a mapping set in SSSOM 1.0 that text may stand in (sssom-schema, classes «mapping» and
# «mapping set»), as far as a writer can use them; what is not here has to be declared as an extension.
MAPPING_SLOTS = {
    "subject_id", "subject_label", "subject_category", "predicate_id", "predicate_label", "predicate_modifier",
    "object_id", "object_label", "object_category", "mapping_justification", "author_id", "author_label",
    "reviewer_id", "reviewer_label", "creator_id", "creator_label", "license", "subject_type", "subject_source",
    "subject_source_version", "object_type", "object_source", "object_source_version", "mapping_provider",
    "mapping_source", "mapping_cardinality", "mapping_tool", "mapping_tool_version", "mapping_date", "confidence",
    "curation_rule", "curation_rule_text", "subject_match_field", "object_match_field", "match_string",
    "subject_preprocessing", "object_preprocessing", "similarity_score", "similarity_measure", "see_also",
    "issue_tracker_item", "other", "comment",
}  # fmt: skip
SET_SLOTS = {
    "curie_map", "mappings", "mapping_set_id", "mapping_set_version", "mapping_set_source", "mapping_set_title",
    "mapping_set_description", "creator_id", "creator_label", "license", "subject_type", "subject_source",
    "subject_source_version", "object_type", "object_source", "object_source_version", "mapping_provider",
    "mapping_tool", "mapping_tool_version", "mapping_date", "subject_match_field", "object_match_field",
    "subject_preprocessing", "object_preprocessing", "see_also", "issue_tracker", "other", "comment",
    "extension_definitions",
}  # fmt: skip
REQUIRED = {"subject_id", "predicate_id", "object_id", "mapping_justification"}


def parts(path: Path) -> tuple[dict[str, object], list[dict[str, str]]]:
    lines = path.read_text().splitlines(keepends=True)
    metadata = "".join(line[1:] for line in lines if line.startswith("#"))
    table = "".join(line for line in lines if not line.startswith("#"))
    return yaml.safe_load(metadata), list(csv.DictReader(io.StringIO(table, newline=""), delimiter="\t"))


@pytest.fixture(scope="module")
def mappings(kg: hz.Harmonizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kg.export("sssom", tmp_path_factory.mktemp("sssom") / "m.sssom.tsv", "hipaa", "nist-ai-rmf")


@pytest.fixture(scope="module")
def crosswalk(kg: hz.Harmonizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kg.export("sssom-crosswalk", tmp_path_factory.mktemp("sssom") / "c.sssom.tsv", "hipaa", "gdpr")


@pytest.mark.parametrize("which", ["mappings", "crosswalk"])
def test_slots_prefixes_and_required_cells_are_as_the_standard_has_them(
    which: str, request: pytest.FixtureRequest
) -> None:
    metadata, rows = parts(request.getfixturevalue(which))
    assert {"mapping_set_id", "license", "curie_map"} <= set(metadata) <= SET_SLOTS
    declared = {one["slot_name"] for one in metadata["extension_definitions"]}  # type: ignore[index,attr-defined]
    assert set(rows[0]) == (set(rows[0]) & MAPPING_SLOTS) | declared
    assert set(rows[0]) >= REQUIRED
    prefixes = metadata["curie_map"]
    assert isinstance(prefixes, dict)
    for row in rows:
        for slot in (*REQUIRED, *({"author_id", "reviewer_id"} & set(row))):
            assert row[slot] or slot not in REQUIRED
            assert not row[slot] or row[slot].partition(":")[0] in prefixes, row[slot]
        assert row["predicate_modifier"] in ("", "Not")
        assert 0 <= float(row["confidence"]) <= 1


def test_curies_expand_to_the_iris_of_the_rdf_exports(mappings: Path, kg: hz.Harmonizer) -> None:
    metadata, rows = parts(mappings)
    prefixes: dict[str, str] = metadata["curie_map"]  # type: ignore[assignment]
    iris = {requirement_iri(key) for key in kg.index.requirements}
    for row in rows:
        prefix, _, local = row["subject_id"].partition(":")
        assert prefixes[prefix] + local in iris
        assert " " not in local and "(" not in local


def test_our_mappings_are_read_back_as_they_are(mappings: Path, kg: hz.Harmonizer) -> None:
    read = read_mappings(mappings)
    assert read.problems == ()
    expected = [
        (short_key(row.requirement), row.relation, f"objective:{row.objective}", row.confidence, row.comment,
         row.states_fact)
        for slug in ("hipaa", "nist-ai-rmf") for one in kg.index.requirements_of(kg.index.framework(slug))
        for row in kg.index.mappings_of.get(one.key, ()) if not row.is_inherited
    ]  # fmt: skip
    assert [(one.subject, one.relation, one.object, one.confidence, one.comment, one.states_fact)
            for one in read.statements] == expected  # fmt: skip
    assert {one.reading for one in read.statements} == {"strict"}


def test_the_crosswalk_states_what_the_command_knows_and_no_more(crosswalk: Path, kg: hz.Harmonizer) -> None:
    known = {(f"hipaa:{row['source_id']}", f"gdpr:{row['target_id']}"): str(row["relation"])
             for row in kg.crosswalk("hipaa", "gdpr")}  # fmt: skip
    _, rows = parts(crosswalk)
    told = {(unquote(row["subject_id"]), unquote(row["object_id"])): row["known"] for row in rows}
    assert told.items() <= known.items()
    left_out = {words for pair, words in known.items() if pair not in told}
    assert left_out <= {"", "not within", "does not contain", "neither within the other"}
    exact = {row["known"] for row in rows if row["reading"] == "strict"}
    assert exact and exact <= {"equal", "subset-of", "superset-of", "intersects-with", "no-relationship"}
    assert not exact & {row["known"] for row in rows if row["reading"] == "plain"}


def test_no_predicate_says_more_than_is_known(crosswalk: Path) -> None:
    plainly = {"skos:exactMatch": EQUAL, "skos:broadMatch": EQUAL | SUBSET, "skos:narrowMatch": EQUAL | SUPERSET,
               "skos:relatedMatch": OVERLAPS}  # fmt: skip
    left_open = {words: relation for relation, words in WORDS.items()}
    _, rows = parts(crosswalk)
    for row in rows:
        stated = DISJOINT if row["predicate_modifier"] else plainly[row["predicate_id"]]
        assert left_open[row["known"]] | stated == stated, row["known"]


def test_the_crosswalk_beside_our_mappings_contradicts_nothing(
    crosswalk: Path, kg: hz.Harmonizer, tmp_path: Path
) -> None:
    ours = kg.export("sssom", tmp_path / "ours.sssom.tsv", "hipaa", "gdpr")
    answer = lint_crosswalk([crosswalk, ours], kg.index)
    assert answer.summary["error"] == answer.summary["fatal"] == 0


def test_a_row_tells_its_chain_of_reasons_and_its_weakest_link(crosswalk: Path, kg: hz.Harmonizer) -> None:
    _, rows = parts(crosswalk)
    row = next(one for one in rows if one["subject_id"] == "hipaa:164.312%28a%29%282%29%28iv%29")
    steps = [one for one in kg.explain("hipaa:164.312(a)(2)(iv)", unquote(row["object_id"])) if
             str(one["step"]).isdigit()]  # fmt: skip
    assert len(steps) >= 2
    assert all(str(one["sentence"]) in row["comment"] for one in steps)
    assert float(row["confidence"]) == min(float(one["confidence"] or 0) for one in steps)
    assert row["mapping_justification"] == "semapv:MappingChaining"


def test_text_with_tabs_quotes_and_line_ends_survives(tmp_path: Path) -> None:
    data = knowledge()
    comment = 'a\ttab, "quotes",\na line and #not: metadata'
    hostile = in_workspace(tmp_path / "w", replace(data, mappings=(replace(data.mappings[0], comment=comment),)))
    read = read_mappings(hostile.export("sssom", tmp_path / "m.sssom.tsv", "alpha"))
    assert [one.comment for one in read.statements] == [comment]


def test_a_pair_that_has_nothing_in_common_is_written_with_not(tmp_path: Path) -> None:
    data = knowledge()
    apart = (*data.mappings[:1], replace(data.mappings[2], relation="no-relationship"))
    made = in_workspace(tmp_path / "w", replace(data, mappings=apart))
    _, rows = parts(made.export("sssom", tmp_path / "m.sssom.tsv", "beta"))
    assert [(row["predicate_id"], row["predicate_modifier"]) for row in rows] == [("skos:relatedMatch", "Not")]
    (read,) = read_mappings(tmp_path / "m.sssom.tsv").statements
    assert read.relation == "no-relationship"


@pytest.mark.parametrize(("licence", "stated"), [("", "not stated"), ("own terms: ask", "own terms: ask")])
def test_a_licence_that_is_no_uri_is_told_in_words(licence: str, stated: str, tmp_path: Path) -> None:
    data = knowledge()
    frameworks = tuple(replace(one, mapping_licence=licence) for one in data.frameworks)
    made = in_workspace(tmp_path / "w", replace(data, frameworks=frameworks))
    metadata, _ = parts(made.export("sssom", tmp_path / "m.sssom.tsv", "alpha"))
    assert "license" not in metadata
    assert metadata["other"] == f"licence of the mappings: {stated}"

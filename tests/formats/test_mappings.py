"""Published crosswalks of both formats are read row by row; what cannot be read is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from harmonizer.crosswalk.published import read_assertions
from harmonizer.errors import DataError
from harmonizer.formats.mappings import MappingFile, read_mappings, relation_of

CSV = "source_framework,source_id,target_framework,target_id,relation\n"
SSSOM = "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tconfidence\treview_state\tbasis\tany_of\n"


def read(folder: Path, text: str, name: str = "m.csv") -> MappingFile:
    path = folder / name
    path.write_text(text)
    return read_mappings(path)


@pytest.mark.parametrize(
    ("word", "relation"),
    [
        ("Subset Of", "subset-of"),
        ("subset-of", "subset-of"),
        ("Intersects With", "intersects-with"),
        ("intersect", "intersects-with"),
        ("Equal", "equal"),
        ("EQUIVALENT_TO", "equal"),
        ("Superset Of", "superset-of"),
        ("No Relationship", "no-relationship"),
        ("skos:broadMatch", "subset-of"),
        ("http://www.w3.org/2004/02/skos/core#narrowMatch", "superset-of"),
        ("rdfs:subClassOf", "subset-of"),
        ("", "related"),
    ],
)
def test_relations_are_known_in_the_words_of_the_field(word: str, relation: str) -> None:
    assert relation_of(word) == relation


def test_an_unknown_relation_names_the_nearest() -> None:
    with pytest.raises(DataError, match="did you mean subset of"):
        relation_of("subset off")


def test_not_is_taken_only_where_it_states_one_relation() -> None:
    assert relation_of("skos:relatedMatch", negated=True) == "no-relationship"
    with pytest.raises(DataError, match="leaves several relations open"):
        relation_of("skos:exactMatch", negated=True)


def test_a_bad_row_is_a_problem_with_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, CSV + "a,1,b,1,equal\na,2,b,2,equals-ish\na,3,b\n,,,,\na,4,b,,equal\na,5,b,5,subset of")
    assert [(one.subject, one.line) for one in found.statements] == [("a:1", 2), ("a:5", 7)]
    assert [(one.line, one.column) for one in found.problems] == [(3, "relation"), (4, None), (6, "target_id")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_format_is_known_by_its_header_in_any_case_and_order(tmp_path: Path, separator: str) -> None:
    header = "Relationship,Target ID,Target Framework,Source ID,Source Framework,Remark"
    found = read(tmp_path, f"{header}\nEqual,2,b,1,a,x\n".replace(",", separator))
    (one,) = found.statements
    assert (one.subject, one.relation, one.object) == ("a:1", "equal", "b:2")


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="neither SSSOM"):
        read(tmp_path, "id,name\n1,x\n")


def test_sssom_rows_that_state_no_fact_are_read_and_kept_from_inference(tmp_path: Path) -> None:
    rows = ["a:1\tskos:exactMatch\t\tb:1\t0.9\treviewed\ttext\t\n", "a:2\tskos:exactMatch\t\tb:2\t0.6\tdraft\ttext\t\n",
            "a:3\tskos:exactMatch\t\tb:3\t0.9\tdraft\tguidance\t\n", "a:4\tskos:exactMatch\t\tb:4\t0.9\tdraft\ttext\tg\n",
            "a:5\tskos:exactMatch\t\tb:5\t0.9\twithdrawn\ttext\t\n", "a:6\tskos:exactMatch\t\tb:6\t0.2\tdraft\t\t\n",
            "a:7\tskos:exactMatch\t\tsssom:NoTermFound\t1\t\t\t\n"]  # fmt: skip
    read(tmp_path, SSSOM + "".join(rows), "m.sssom.tsv")
    assertions, problems = read_assertions(tmp_path / "m.sssom.tsv")
    assert problems == ()
    assert [(one.subject, one.reviewed) for one in assertions] == [("a:1", True), ("a:6", False)]


def test_a_set_is_read_plainly_unless_it_says_otherwise(tmp_path: Path) -> None:
    for head, reading in (("", "plain"), ("#reading: strict\n", "strict")):
        read(tmp_path, head + CSV + "a,1,b,1,subset of\n")
        assert [one.reading for one in read_assertions(tmp_path / "m.csv")[0]] == [reading]


def test_no_type_given_is_related_and_not_reviewed(tmp_path: Path) -> None:
    read(tmp_path, CSV + "a,1,b,1,\n")
    ((one,), _) = read_assertions(tmp_path / "m.csv")
    assert (one.relation, one.reviewed, one.place) == ("related", False, f"{tmp_path / 'm.csv'}:2")

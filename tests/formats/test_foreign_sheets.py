"""SSSOM sets, mapping sheets of NIST and the SCF, and anyone's lists."""

from __future__ import annotations

from pathlib import Path

import pytest

import harmonizer as hz
from harmonizer.errors import DataError, UsageError
from harmonizer.formats import registry, sheet_columns
from harmonizer.formats.sheets import read_sheets
from harmonizer.formats.workspace_files import Import, write
from tests.formats.samples import LIST, OLIR, SSSOM, STRM, workbook


def bring(folder: Path, content: bytes | str, name: str = "file", **options: object) -> Import:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return registry.bring_in([path], lambda: hz.load().index, **options)  # type: ignore[arg-type]


def rows(found: Import) -> list[list[str]]:
    (table,) = [content for name, content in found.files.items() if name.startswith("data/crosswalks")]
    return [line.split("\t") for line in table.splitlines() if not line.startswith("#")][1:]


def test_a_set_keeps_provider_licence_justification_and_confidence(tmp_path: Path) -> None:
    found = bring(tmp_path, SSSOM)
    head = found.files["data/crosswalks/acme-to-ours.sssom.tsv"]
    assert '#mapping_provider: "Acme"\n#license: https://creativecommons.org/licenses/by/4.0/\n' in head
    first, second = rows(found)
    assert first == ["hipaa:164.312(b)", "skos:broadMatch", "", "gdpr:Art.32(1)", "semapv:LexicalMatching", "0.8",
                     "stated by Acme to ours without a reason"]  # fmt: skip
    assert second[0] == "acme:A.1"
    assert [str(one) for one in found.findings] == [
        "acme: this framework is not loaded; its 1 ends are kept",
        "gdpr:Art.99999: is not in its framework; the row is kept"]  # fmt: skip


def test_a_pair_that_stands_twice_is_listed_and_taken_once(tmp_path: Path) -> None:
    found = bring(tmp_path, SSSOM + SSSOM.splitlines(keepends=True)[-1])
    assert len(rows(found)) == 2
    assert "line 9: acme:A.1 to gdpr:Art.99999 stands twice; the first counts" in map(str, found.findings)


def test_an_olir_sheet_is_read_with_the_frameworks_named(tmp_path: Path) -> None:
    found = bring(tmp_path, OLIR, source="hipaa", target="gdpr")
    assert [(row[0], row[1], row[3], row[6]) for row in rows(found)] == [
        ("hipaa:164.312(b)", "skos:broadMatch", "gdpr:Art.32(1)", "functional; logs (strength 8)"),
        ("hipaa:164.312(d)", "skos:mappingRelation", "gdpr:Art.32(1)(b)", "equal of the group X:G1 together; semantic"),
    ]
    assert [str(one) for one in found.findings] == ["line 4: names no counterpart and is passed over"]
    with pytest.raises(UsageError, match="does not say which framework its focal elements are of.*--source"):
        bring(tmp_path, OLIR)


def test_an_olir_workbook_says_its_frameworks_on_its_first_sheet(tmp_path: Path) -> None:
    table = [line.split(",") for line in OLIR.splitlines()]
    book = workbook(General_Information=[["Field", "Value"], ["Focal Document", "HIPAA"], ["Reference Document", "GDPR"]],
                    Relationships=table)  # fmt: skip
    assert [row[0] for row in rows(bring(tmp_path, book))] == ["hipaa:164.312(b)", "hipaa:164.312(d)"]


def test_an_olir_concept_crosswalk_without_relations_comes_in_as_related(tmp_path: Path) -> None:
    """With the headings of NIST's own sheets, line breaks and all: elements without a counterpart and padded ids."""
    headings = ["Focal Document\nElement", "Focal Document Element Description", "Reference Document\nElement",
                "Reference Document\nElement Description\n(Optional)", "Comments\n(Optional)",
                "Strength of\nRelationship\n(Optional)"]  # fmt: skip
    book = workbook(
        Relationships=[headings, ["GV", "..."], ["GV.OC-01", "...", "PM-11\n"], ["DE.CM-01", "...", "AC-02"]]
    )
    found = bring(tmp_path, book, source="nist-csf", target="nist-800-53")
    assert [(row[0], row[1], row[3]) for row in rows(found)] == [
        ("nist-csf:GV.OC-01", "skos:mappingRelation", "nist-800-53:PM-11"),
        ("nist-csf:DE.CM-01", "skos:mappingRelation", "nist-800-53:AC-2"),
    ]
    assert [str(one) for one in found.findings] == ["Relationships!C2: names no counterpart and is passed over"]


def test_supportive_relationships_are_no_set_relations_but_keep_their_word(tmp_path: Path) -> None:
    book = workbook(R=[
        ["Focal Document Element", "Relationship Type", "Relationship Explanation", "Reference Document Element"],
        ["164.312(b)", "is supported by", "logs show who", "Art.32(1)"], ["164.312(d)", "identical", "", "Art.32(1)(b)"],
        ["164.312(c)(1)", "contrary", "", "Art.32(1)"],
    ])  # fmt: skip
    assert [(row[1], row[6]) for row in rows(bring(tmp_path, book, source="hipaa", target="gdpr"))] == [
        ("skos:mappingRelation", "is supported by; logs show who"),
        ("skos:exactMatch", "stated by file without a reason"),
        ("skos:mappingRelation", "contrary"),
    ]


def test_an_strm_sheet_of_the_scf_names_its_frameworks_itself(tmp_path: Path) -> None:
    found = bring(tmp_path, STRM)
    assert [(row[0], row[1], row[3], row[6]) for row in rows(found)] == [
        ("hipaa:164.312(b)", "skos:relatedMatch", "scf:MON-01", "Functional (strength 5)"),
        ("hipaa:164.312(d)", "skos:broadMatch", "scf:IAC-02", "Functional (strength 10)"),
    ]
    assert found.dangling == ["scf:IAC-02", "scf:MON-01"]


def test_a_word_that_is_no_relation_is_named_with_its_cell(tmp_path: Path) -> None:
    book = workbook(S=[["FDE #", "STRM Relationship", "SCF #"], ["1", "sub set", "A"], ["2", "equals to it", "B"]])
    with pytest.raises(DataError) as caught:
        bring(tmp_path, book, source="own")
    assert "S!B2: 'sub set' is not a set relation; did you mean" in str(caught.value)
    assert "S!B3" in str(caught.value)


def test_a_list_comes_in_by_its_headings_with_its_groups_above(tmp_path: Path) -> None:
    write(bring(tmp_path, LIST, "My controls.csv"), tmp_path / "own")
    kg = hz.load(tmp_path / "own")
    assert [(row["id"], row["parent"], row["kind"]) for row in kg.requirements("my-controls")] == [
        ("Access", "", "heading"), ("A-1", "Access", "requirement"), ("A-2", "Access", "requirement"),
        ("Backups", "", "heading"), ("B-1", "Backups", "requirement")]  # fmt: skip
    assert kg["my-controls:A-1"].summary == "Accounts have\nowners."


def test_a_second_list_of_a_workbook_is_named_where_only_the_first_is_read(tmp_path: Path) -> None:
    book = workbook(
        Policies=[["ID", "Title"], ["P1", "One"]], Notes=[["about"]], Standards=[["ID", "Title"], ["S1", "x"]]
    )
    found = bring(tmp_path, book, slug="own")
    assert [str(one) for one in found.findings] == [
        "Standards: is a list too and is not read, only Policies; save it to a file of its own"]  # fmt: skip


def test_columns_are_taken_as_the_user_says(tmp_path: Path) -> None:
    book = workbook(
        Notes=[["about", "this"]],
        Data=[["a title above"], ["Nr", "Was, kurz", "Lang"], [1, "Eins", "x"], [1.5, "Zwei", ""]],
    )
    columns = sheet_columns.parse_columns('id=Nr,"title=Was, kurz",summary=Lang')
    found = bring(tmp_path, book, format_name="sheet", slug="own", columns=columns)
    assert found.files["data/frameworks/own/requirements.csv"].splitlines()[1:] == [
        "1,,requirement,required,Eins,x,,draft,,", "1.5,,requirement,required,Zwei,,,draft,,"]  # fmt: skip
    with pytest.raises(DataError, match="no column is headed 'Nummer'"):
        bring(tmp_path, book, format_name="sheet", columns={"id": "Nummer", "title": "Lang"})
    with pytest.raises(UsageError, match="'ident=Nr' is not ROLE=HEADING; did you mean id"):
        sheet_columns.parse_columns("ident=Nr")
    with pytest.raises(UsageError, match="needs the columns id and title"):
        bring(tmp_path, book, format_name="sheet", columns={"id": "Nr"})


def test_a_list_of_mappings_comes_in_as_a_published_set(tmp_path: Path) -> None:
    text = "From,To,Relation,Why\n164.312(b),Article 32(1),equal,because\n"
    found = bring(tmp_path, text, "list.csv", format_name="sheet", source="hipaa", target="gdpr",
                  columns={"source": "From", "target": "To", "relation": "Relation", "rationale": "Why"})  # fmt: skip
    assert rows(found) == [["hipaa:164.312(b)", "skos:exactMatch", "", "gdpr:Art.32(1)", "semapv:ManualMappingCuration",
                            "1", "because"]]  # fmt: skip


def test_what_is_proposed_names_headings_of_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    proposal = sheet_columns.propose(read_sheets(path)[0])
    assert proposal.columns == {
        "id": "Control ID",
        "group": "Domain",
        "title": "Control Name",
        "summary": "Description",
    }

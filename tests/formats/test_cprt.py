"""NIST's CPRT exports; all text is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harmonizer.errors import DataError, UsageError
from harmonizer.formats import cprt
from harmonizer.formats.contents import Contents

OWN = "OWN_1_0"


def element(kind: str, identifier: str, title: str = "", text: str = "", document: str = OWN) -> dict[str, str]:
    return {"element_type": kind, "element_identifier": identifier, "title": title, "text": text,
            "doc_identifier": document}  # fmt: skip


def relationship(source: str, dest: str, kind: str = "projection", document: str = OWN) -> dict[str, str]:
    return {"source_element_identifier": source, "source_doc_identifier": OWN, "dest_element_identifier": dest,
            "dest_doc_identifier": document, "relationship_identifier": kind, "provenance_doc_identifier": OWN}  # fmt: skip


ELEMENTS = [
    element("function", "W", "WATER", "Water is kept"), element("category", "W.A", "Wells", "Wells are dug"),
    element("subcategory", "W.A-02", "", "The depth is known"), element("subcategory", "W.A-01", "", "A well is covered"),
    element("subcategory", "W.A-03", "", ""), element("implementation_example", "W.A-01.001", "Ex1", "With a lid"),
    element("withdraw_reason", "WR-W.A-03"), element("party", "first", "", "1st"),
    *(element("sort", f"S-{name}", place) for name, place in (("W.A-01", "1.1"), ("W.A-02", "1.2"), ("W.A-03", "1.3"))),
]  # fmt: skip
RELATIONSHIPS = [
    relationship("W", "W.A"), *(relationship("W.A", f"W.A-0{number}") for number in (2, 1, 3)),
    relationship("W.A-01", "W.A-01.001"), relationship("W.A-01", "first"), relationship("W.A-02", "first"),
    *(relationship(f"W.A-0{number}", f"S-W.A-0{number}") for number in (1, 2, 3)),
    relationship("W.A-03", "WR-W.A-03"), relationship("WR-W.A-03", "W.A-01", "incorporated_into"),
    relationship("W.A-01", "AC", "external_reference", "SP_800_53_5_1_1"),
    relationship("W.A-02", "3.1", "subset_of", "Other"),
]  # fmt: skip
DOCUMENTS = [{"doc_identifier": OWN, "name": "Own framework", "version": "1.0", "website": "https://own.example"}]


def export(tmp_path: Path, elements: list[Any], relationships: list[Any], *, flat: bool = False) -> Contents:
    content: dict[str, Any] = {"documents": DOCUMENTS, "relationship_types": [], "elements": elements,
                               "relationships": relationships}  # fmt: skip
    content = content if flat else {"response": {"requestType": 4, "elements": content}}
    assert cprt.recognise(content)
    (tmp_path / "cprt.json").write_text(json.dumps(content))
    return cprt.read(tmp_path / "cprt.json")


@pytest.mark.parametrize("flat", [False, True])
def test_elements_become_requirements_under_what_they_are_projected_from(flat: bool, tmp_path: Path) -> None:
    found = export(tmp_path, ELEMENTS, RELATIONSHIPS, flat=flat)
    (framework,) = found.frameworks
    assert (framework.slug, framework.title, framework.version) == ("own-1-0", "Own framework", "1.0")
    assert [(one.id, one.parent, one.heading, one.title) for one in framework.requirements] == [
        ("W", "", True, "WATER"), ("W.A", "W", True, "Wells"), ("W.A-01", "W.A", False, "A well is covered"),
        ("W.A-02", "W.A", False, "The depth is known"), ("W.A-03", "W.A", True, "Withdrawn. See W.A-01.")]  # fmt: skip
    assert [str(one) for one in found.findings] == [
        "OWN_1_0: 1 elements of the type implementation_example are no requirements and are left out"
    ]


def test_references_to_other_documents_become_mapping_sets(tmp_path: Path) -> None:
    found = export(tmp_path, ELEMENTS, RELATIONSHIPS)
    assert [(one.name, [(row.source, row.relation, row.target) for row in one.mappings]) for one in found.mapping_sets] == [
        ("CPRT own-1-0 to sp-800-53-5-1-1", [("own-1-0:W.A-01", "related", "nist-800-53:AC")]),
        ("CPRT own-1-0 to other", [("own-1-0:W.A-02", "subset-of", "other:3.1")]),
    ]  # fmt: skip


def test_what_stands_twice_hangs_on_nothing_or_runs_in_a_circle_is_listed(tmp_path: Path) -> None:
    elements = [element("family", "A", "Alpha"), element("requirement", "A.1"), element("requirement", "A.1", "Says more"),
                element("requirement", "B", "Beta"), element("requirement", "C", "Gamma")]  # fmt: skip
    links = [relationship("A", "A.1"), relationship("B", "A.1"), relationship("B", "C"), relationship("C", "B"),
             relationship("A", "none"), relationship("none", "A"), relationship("A", "A"),
             *[relationship("B", "1", "external_reference", "X")] * 2]  # fmt: skip
    found = export(tmp_path, elements, links)
    assert [(one.id, one.parent, one.title) for one in found.frameworks[0].requirements] == [
        ("A", "", "Alpha"), ("A.1", "A", "Says more"), ("B", "", "Beta"), ("C", "B", "Gamma")]  # fmt: skip
    assert [one.message for one in found.findings] == [
        "A.1 stands already at response.elements.elements[1]",
        "A.1 is a part of A already",
        "none, named as a part of A, is no element",
        "none is no element; its relationship to A is left out",
        "own-1-0:B to x:1 stands already at response.elements.relationships[7]; the first counts",
        "B is a part of itself; left without a parent",
    ]


@pytest.mark.parametrize(("content", "message"), [
    ({"elements": []}, "no export of CPRT"),
    ({"documents": [], "elements": [7], "relationships": []}, "elements[0]: expected an object, got a number"),
    ({"documents": [], "elements": [{"element_type": "a"}], "relationships": []}, "elements[0]: expected a text under 'element_identifier'"),
    ({"documents": [], "elements": [{"element_type": {}, "element_identifier": "a"}], "relationships": []}, "elements[0].element_type: expected text"),
    ({"documents": [], "elements": [], "relationships": [{}]}, "relationships[0]: expected a text under"),
    ({"documents": [{}], "elements": [], "relationships": []}, "documents[0]: expected a text under 'doc_identifier'"),
])  # fmt: skip
def test_what_is_no_export_is_refused_with_its_place(content: Any, message: str, tmp_path: Path) -> None:
    (tmp_path / "cprt.json").write_text(json.dumps(content))
    with pytest.raises(DataError) as caught:
        cprt.read(tmp_path / "cprt.json")
    assert message in caught.value.message


def test_a_document_that_is_brought_in_is_named_by_its_own_slug(tmp_path: Path) -> None:
    content = {"documents": [], "elements": [element("function", "A", document="CSF_2_0_0")], "relationships": [
        {"source_element_identifier": "A", "source_doc_identifier": "CSF_2_0_0", "dest_element_identifier": "B",
         "dest_doc_identifier": "X", "relationship_identifier": "external_reference"}]}  # fmt: skip
    (tmp_path / "cprt.json").write_text(json.dumps(content))
    for slug, expected in (("", "csf-2-0-0"), ("own", "own")):
        found = cprt.read(tmp_path / "cprt.json", slug=slug)
        assert found.frameworks[0].slug == expected
        assert found.mapping_sets[0].mappings[0].source == f"{expected}:A"


def test_a_slug_for_several_documents_is_refused(tmp_path: Path) -> None:
    content = {
        "documents": [],
        "elements": [element("function", "A"), element("function", "A", document="B")],
        "relationships": [],
    }
    (tmp_path / "cprt.json").write_text(json.dumps(content))
    assert len(cprt.read(tmp_path / "cprt.json").frameworks) == 2
    with pytest.raises(UsageError, match="holds 2"):
        cprt.read(tmp_path / "cprt.json", slug="own")

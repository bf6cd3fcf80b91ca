"""Mapping-collections come in as published crosswalks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import harmonizer as hz
from harmonizer.errors import DataError
from harmonizer.formats.oscal.documents import Document
from harmonizer.formats.oscal.mappings import read_mappings
from harmonizer.formats.workspace_files import workspace_files, write


def collection(*maps: dict[str, Any]) -> Document:
    mapping = {"source-resource": {"type": "catalog", "href": "x/HIPAA.json"},
               "target-resource": {"type": "catalog", "href": "#r"}, "maps": list(maps)}  # fmt: skip
    resources = [{"uuid": "r", "rlinks": [{"href": "../gdpr.xml"}]}]
    body = {"metadata": {"title": "Acme"}, "mappings": [mapping], "back-matter": {"resources": resources}}
    return Document(Path("acme.json"), "mapping-collection", body)


def one(
    relationship: str, sources: str = "164.312(a)(1)", targets: str = "Art.32(1)", more: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {"relationship": relationship, "sources": [{"type": "control", "id-ref": end} for end in sources.split()],
            "targets": [{"type": "control", "id-ref": end} for end in targets.split()]} | (more or {})  # fmt: skip


def test_maps_become_links_of_their_publisher(tmp_path: Path) -> None:
    maps = (
        one("superset-of"),
        one("equal-to", "164.312(b)", "Art.32(1) Art.32(2)", {"remarks": "both"}),
        one("subset-of"),
    )
    found = workspace_files({Path("acme.json"): read_mappings(collection(*maps))}, lambda: hz.load().index)
    assert {key: found.figures[key] for key in ("mappings", "mappings between requirements", "findings")} == {
        "mappings": 1, "mappings between requirements": 3, "findings": 1}  # fmt: skip
    assert "stands twice" in str(found.findings[0])
    write(found, tmp_path)
    links = [link for link in hz.load(tmp_path).index.knowledge.links if link.mapping_set == "acme"]
    assert [(link.subject.partition(":")[2], link.relation, link.object.partition(":")[2]) for link in links] == [
        ("164.312(a)(1)", "superset-of", "Art.32(1)"), ("164.312(b)", "related", "Art.32(1)"),
        ("164.312(b)", "related", "Art.32(2)")]  # fmt: skip


@pytest.mark.parametrize(("bad", "message"), [
    (one("superset-off"), "maps[0]: unknown relationship 'superset-off'; did you mean superset-of?"),
    (one("equal-to", sources=""), "needs sources and targets"),
    (one("equal-to", more={"confidence-score": {"percentage": 1.5}}), "1.5 is not between 0 and 1"),
    (one("equal-to", more={"confidence-score": {"percentage": "much"}}), "'much' is not between 0 and 1"),
])  # fmt: skip
def test_what_the_schema_lets_through_is_refused_with_its_place(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_mappings(collection(bad))
    assert message in str(caught.value)

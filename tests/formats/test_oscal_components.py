"""Component-definitions: statements of how products meet controls; all text is invented."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import harmonizer as hz
from harmonizer.errors import DataError, UsageError
from harmonizer.formats.oscal.components import read_components
from harmonizer.formats.oscal.documents import Document, read
from harmonizer.formats.registry import bring_in
from tests.formats.test_oscal import METADATA, NIST, SMALL, UUID, document, profile, samples

OTHER = "99999999-2222-4333-8444-555555555555"


def implementation(source: str, *requirements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"uuid": UUID, "source": source, "description": "How", **more,
            "implemented-requirements": [{"uuid": UUID, "description": "It does.", **one} for one in requirements]}  # fmt: skip


DEFINITION: dict[str, Any] = {
    "uuid": UUID, "metadata": METADATA | {"parties": [{"uuid": OTHER, "type": "organization", "name": "Maker"}]},
    "components": [
        {"uuid": UUID, "type": "software", "title": "Gate Keeper", "description": "Keeps\ngates.", "control-implementations": [
            implementation(f"#{OTHER}", {
                "control-id": "a-1", "set-parameters": [{"param-id": "a-1_p", "values": ["30 days"]}],
                "props": [{"name": "implementation-status", "value": "partial"}],
                "statements": [{"statement-id": "a-1_s", "uuid": UUID, "description": "Every {{ insert: param, a-1_p }}."}],
            }, {"control-id": "zz-9"}, {"control-id": "a-1", "description": "And again."})]},
        {"uuid": UUID, "type": "software", "title": "Gate keeper", "description": "Two sources", "control-implementations": [
            implementation("profile.json", {"control-id": "b-1"}), implementation("https://own.example/catalogue", {"control-id": "b-1"})]},
        {"uuid": UUID, "type": "software", "title": "Silent", "description": "Says nothing"},
    ],
    "back-matter": {"resources": [{"uuid": OTHER, "rlinks": [{"href": "../small.json"}]}]},
}  # fmt: skip


def written(tmp_path: Path, body: dict[str, Any] = DEFINITION) -> Document:
    (tmp_path / "gate.json").write_text(json.dumps({"component-definition": body}))
    return read(tmp_path / "gate.json")


def test_each_component_states_how_it_meets_controls(tmp_path: Path) -> None:
    found = read_components(written(tmp_path), [document(SMALL), profile()])
    (framework,) = found.frameworks
    assert (framework.slug, framework.title, framework.version, framework.publisher) == ("gate", "Own", "1.0", "Maker")
    assert [(one.id, one.parent, one.heading, one.title, one.summary) for one in framework.requirements] == [
        ("gate-keeper", "", True, "Gate Keeper", "Keeps gates."),
        ("gate-keeper/a-1", "gate-keeper", False, "Gate Keeper: a-1", "It does. Every 30 days. And again."),
        ("gate-keeper/zz-9", "gate-keeper", False, "Gate Keeper: zz-9", "It does."),
        ("gate-keeper-2", "", True, "Gate keeper", "Two sources"),
        ("gate-keeper-2/profile/b-1", "gate-keeper-2", False, "Gate keeper: b-1", "It does."),
        ("gate-keeper-2/catalogue/b-1", "gate-keeper-2", False, "Gate keeper: b-1", "It does."),
        ("silent", "", True, "Silent", "Says nothing"),
    ]  # fmt: skip
    (one,) = found.mapping_sets
    assert [(row.source, row.relation, row.target, row.rationale) for row in one.mappings][0] == (
        "gate:gate-keeper/a-1", "related", "small:a-1", "stated to implement it: partial")  # fmt: skip
    assert [row.target for row in one.mappings] == ["small:a-1", "small:zz-9", "profile:b-1", "catalogue:b-1"]
    assert json.loads(found.kept["data/sources/oscal-components/gate.json"])["component-definition"] == DEFINITION


def test_unknown_controls_and_sources_that_were_not_given_are_listed(tmp_path: Path) -> None:
    found = read_components(written(tmp_path), [document(SMALL), profile()])
    assert [str(one) for one in found.findings] == [
        "component-definition.components[0].control-implementations[0].implemented-requirements[1]: small has no control 'zz-9'",
        "component-definition.components[1].control-implementations[1]: catalogue was not given: its control ids are not checked",
    ]
    assert [one.message for one in read_components(written(tmp_path)).findings] == [
        f"{name} was not given: its control ids are not checked" for name in ("small", "profile", "catalogue")
    ]


def test_capabilities_state_it_too(tmp_path: Path) -> None:
    body = copy.deepcopy(DEFINITION)
    body["capabilities"] = [{"uuid": UUID, "name": "Watch", "description": "All of it", "control-implementations": [
        implementation("small.json", {"control-id": "b-1"})]}]  # fmt: skip
    body["components"] = body["components"][2:]
    found = read_components(written(tmp_path, body))
    assert [one.id for one in found.frameworks[0].requirements] == ["silent", "watch", "watch/b-1"]


def test_what_breaks_the_schema_is_refused(tmp_path: Path) -> None:
    body = copy.deepcopy(DEFINITION)
    del body["components"][0]["control-implementations"][0]["implemented-requirements"][0]["control-id"]
    with pytest.raises(DataError, match=r'implemented-requirements\[0\]: "control-id" is a required property'):
        written(tmp_path, body)


@samples
def test_the_examples_of_nist_are_read() -> None:
    numbers = {}
    for path in sorted((NIST / "oscal-examples/component-definition/json").glob("*.json")):
        (framework,) = read_components(read(path)).frameworks
        numbers[path.name] = sum(not one.heading for one in framework.requirements)
    assert set(numbers.values()) == {2, 3}
    assert len(numbers) == 4


def test_statements_can_be_laid_on_a_bundled_framework(tmp_path: Path) -> None:
    """NIST's OSCAL ids and ours are the same controls: sc-28.1 is SC-28(1)."""
    body = copy.deepcopy(DEFINITION)
    body["components"] = [DEFINITION["components"][0] | {"control-implementations": [
        implementation("#x", {"control-id": "sc-28.1"}, {"control-id": "zz-9"})]}]  # fmt: skip
    written(tmp_path, body)
    found = bring_in([tmp_path / "gate.json"], lambda: hz.load().index, target="nist-800-53")
    table = found.files["data/crosswalks/gate-implements.sssom.tsv"]
    assert "gate:gate-keeper/sc-28.1\t" in table
    assert "\tnist-800-53:SC-28(1)\t" in table
    assert "nist-800-53:zz-9: is not in its framework; the row is kept" in map(str, found.findings)


def test_a_catalog_beside_components_is_not_brought_in(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "small.json").write_text(json.dumps({"catalog": SMALL}))
    found = bring_in([tmp_path / "small.json", tmp_path / "gate.json"], lambda: hz.load().index)
    assert [name for name in found.files if name.endswith("requirements.csv")] == [
        "data/frameworks/gate/requirements.csv"
    ]
    assert any("small has no control 'zz-9'" in str(one) for one in found.findings)


def test_a_target_for_a_catalog_is_refused(tmp_path: Path) -> None:
    (tmp_path / "small.json").write_text(json.dumps({"catalog": SMALL}))
    with pytest.raises(UsageError, match="component-definitions only"):
        bring_in([tmp_path / "small.json"], lambda: hz.load().index, target="nist-800-53")

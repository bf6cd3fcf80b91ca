"""Regulatory compliance initiatives of Azure Policy; all text is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harmonizer.errors import DataError
from harmonizer.formats import azure_policy

METADATA = "/providers/Microsoft.PolicyInsights/policyMetadata/"
INITIATIVE: dict[str, Any] = {
    "id": "/providers/Microsoft.Authorization/policySetDefinitions/1",
    "properties": {
        "displayName": "Garden rules v1", "metadata": {"version": "1.2.0", "category": "Regulatory Compliance"},
        "policyDefinitionGroups": [
            {"name": "Garden_v1_G.1", "additionalMetadataId": f"{METADATA}Garden_v1_G.1"},
            {"name": "Garden_v1_G.2", "category": "Gates", "displayName": "Hinges", "description": "Hinges are oiled"},
            {"name": "Garden_v1_G", "category": "Gates"},
            {"name": "Garden_v1_G.1"},
        ],
        "policyDefinitions": [
            {"policyDefinitionReferenceId": "p1", "policyDefinitionId": "/x", "groupNames": ["Garden_v1_G.1", "Garden_v1_G.2"]},
            {"policyDefinitionId": "/y", "groupNames": ["Garden_v1_G.2", "none"]},
        ],
    },
}  # fmt: skip


def written(tmp_path: Path, content: Any) -> Path:
    (tmp_path / "initiative.json").write_text(json.dumps(content))
    return tmp_path / "initiative.json"


@pytest.mark.parametrize("content", [INITIATIVE, {"id": INITIATIVE["id"]} | INITIATIVE["properties"]])
def test_groups_become_requirements_under_their_categories(content: Any, tmp_path: Path) -> None:
    assert azure_policy.recognise(content)
    found = azure_policy.read(written(tmp_path, content))
    (framework,) = found.frameworks
    assert (framework.slug, framework.title, framework.version) == ("garden-rules-v1", "Garden rules v1", "1.2.0")
    assert [(one.id, one.parent, one.heading, one.title, one.summary) for one in framework.requirements] == [
        ("G.1", "", False, "G.1", "1 Azure policy of the initiative."), ("category-gates", "", True, "Gates", ""),
        ("G.2", "category-gates", False, "Hinges", "Hinges are oiled 2 Azure policies of the initiative."),
        ("G", "category-gates", False, "G", "")]  # fmt: skip
    assert [one.message for one in found.findings] == [
        f"Garden_v1_G.1 stands already at {found.findings[0].place.replace('[3]', '[0]')} and is left out",
        "no group 'none'; the policy is not counted there",
        "2 of 3 are not described in the file: Azure serves their texts by additionalMetadataId",
        "1 of 3 have no policy",
    ]


def test_all_policies_and_the_names_of_their_groups_are_kept(tmp_path: Path) -> None:
    found = azure_policy.read(written(tmp_path, INITIATIVE))
    kept = json.loads(found.kept["data/sources/azure-policy/garden-rules-v1.json"])
    assert kept["G.1"] == {"group": "Garden_v1_G.1", "metadata": f"{METADATA}Garden_v1_G.1", "policies": ["p1"]}
    assert kept["G.2"]["policies"] == ["p1", "/y"]


@pytest.mark.parametrize(("content", "message"), [
    ({"properties": {}}, "no initiative of Azure Policy"),
    ({"policyDefinitionGroups": [{}]}, "policyDefinitionGroups[0]: expected a text under 'name'"),
    ({"policyDefinitionGroups": [{"name": "a"}]}, "expected a text under 'displayName'"),
    ({"policyDefinitionGroups": [], "displayName": "a", "policyDefinitions": {}}, "policyDefinitions: expected a list"),
    ({"policyDefinitionGroups": [], "displayName": "a", "policyDefinitions": [{"groupNames": [{}]}]}, "groupNames[0]: expected text"),
    ({"policyDefinitionGroups": [], "displayName": "a", "metadata": 7}, "metadata: expected an object, got a number"),
])  # fmt: skip
def test_what_is_no_initiative_is_refused_with_its_place(content: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        azure_policy.read(written(tmp_path, content))
    assert message in caught.value.message

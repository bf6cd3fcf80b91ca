"""Compliance frameworks of Prowler; all text is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harmonizer.errors import DataError
from harmonizer.formats import prowler

FRAMEWORK: dict[str, Any] = {
    "Framework": "Garden", "Version": "1.0", "Provider": "AWS", "Description": "Rules of a garden",
    "Requirements": [
        {"Id": "1.1", "Description": "Gates are locked", "Attributes": [{"Section": "1 Gates", "SubSection": "Locks"}],
         "Checks": [f"gate_lock_{number}" for number in range(7)]},
        {"Id": "1.2", "Name": "Hinges", "Description": "Hinges are oiled", "Attributes": [{"Section": "1 Gates"}],
         "Checks": []},
        {"Id": "2.1", "Description": "Wells are covered", "Attributes": [], "Checks": ["well_covered"]},
        {"Id": "1.1", "Description": "Again", "Attributes": [], "Checks": []},
    ],
}  # fmt: skip


def written(tmp_path: Path, content: Any) -> Path:
    (tmp_path / "prowler.json").write_text(json.dumps(content))
    return tmp_path / "prowler.json"


def test_requirements_stand_under_their_sections(tmp_path: Path) -> None:
    assert prowler.recognise(FRAMEWORK)
    found = prowler.read(written(tmp_path, FRAMEWORK))
    (framework,) = found.frameworks
    assert (framework.slug, framework.title, framework.version) == ("garden-1-0-aws", "Garden", "1.0")
    assert [(one.id, one.parent, one.heading, one.title) for one in framework.requirements] == [
        ("section-1-gates", "", True, "1 Gates"), ("section-1-gates-locks", "section-1-gates", True, "Locks"),
        ("1.1", "section-1-gates-locks", False, "Gates are locked"), ("1.2", "section-1-gates", False, "Hinges"),
        ("2.1", "", False, "Wells are covered")]  # fmt: skip
    assert [str(one) for one in found.findings] == [
        "Requirements[3]: 1.1 stands already at Requirements[0] and is left out",
        "Requirements: 1 of 3 have no check: a person looks at them",
    ]


def test_all_checks_are_kept_and_the_first_ones_are_named(tmp_path: Path) -> None:
    found = prowler.read(written(tmp_path, FRAMEWORK))
    assert found.frameworks[0].requirements[2].summary == (
        "Gates are locked Prowler checks: gate_lock_0, gate_lock_1, gate_lock_2, gate_lock_3, gate_lock_4 and 2 more."
    )
    kept = json.loads(found.kept["data/sources/prowler/garden-1-0-aws.json"])
    assert {name: len(checks) for name, checks in kept["checks"].items()} == {"1.1": 7, "2.1": 1}


def test_a_framework_for_several_providers_is_read(tmp_path: Path) -> None:
    content = {"framework": "Garden", "version": "2", "requirements": [
        {"id": "1", "description": "Gates", "attributes": {"Section": "G"}, "checks": {"aws": ["a"], "gcp": ["b"]}}]}  # fmt: skip
    assert prowler.recognise(content)
    assert prowler.read(written(tmp_path, content)).frameworks[0].requirements[1].summary == (
        "Gates Prowler checks: aws: a, gcp: b."
    )


@pytest.mark.parametrize(("content", "message"), [
    ({"Framework": "a", "Requirements": []}, "no Prowler framework"),
    ({"Framework": "a", "Requirements": [{"Checks": []}]}, "Requirements[0]: expected a text under 'Id'"),
    ({"Framework": "a", "Requirements": [{"Id": "1", "Checks": [[]]}]}, "Requirements[0].Checks[0]: expected text"),
    ({"Framework": "a", "Requirements": [{"Id": "1", "Checks": "b"}]}, "Requirements[0].Checks: expected a list"),
    ({"Framework": "a", "Requirements": [{"Id": "1", "Checks": [], "Attributes": ["x"]}]}, "Attributes[0]: expected an object"),
])  # fmt: skip
def test_what_is_no_framework_is_refused_with_its_place(content: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        prowler.read(written(tmp_path, content))
    assert message in caught.value.message

"""Libraries for CISO Assistant hold what its loader asks for, and the graph's own content."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import harmonizer as hz
from harmonizer.errors import UsageError
from harmonizer.formats import ciso_assistant
from harmonizer.reports.ciso_library import node_urns
from harmonizer.reports.derived_crosswalk import derived
from tests.reports.small import in_workspace, knowledge

pytestmark = pytest.mark.filterwarnings("ignore:.*pairs that meet:UserWarning")

# From intuitem/ciso-assistant-community: backend/core/models.py (URN_REGEX, Relationship, Rationale) and the
# REQUIRED_FIELDS of the importers in backend/library/utils.py.
URN_REGEX = (
    r"^urn:([a-zA-Z0-9_-]+):([a-zA-Z0-9_-]+):([a-zA-Z0-9_-]+)(?::([a-zA-Z0-9_-]+))?:([0-9A-Za-z\[\]\(\)\-\._:]+)$"
)
REQUIRED = {
    "library": {"ref_id", "urn", "locale", "objects", "version"},
    "framework": {"ref_id", "urn"},
    "node": {"urn"},
    "set": {"urn", "name", "source_framework_urn", "target_framework_urn"},
    "mapping": {"target_requirement_urn", "relationship", "source_requirement_urn"},
    "control": {"ref_id", "urn"},
}
RELATIONSHIPS = {"subset", "intersect", "equal", "superset", "not_related"}
CATEGORIES = {"policy", "process", "technical", "physical", "procedure"}


def read(path: Path) -> dict[str, Any]:
    library: dict[str, Any] = yaml.safe_load(path.read_text())
    assert set(library) >= REQUIRED["library"]
    assert isinstance(library["version"], int)
    assert re.fullmatch(r"[\w.-]+", library["ref_id"])
    return library


def urns(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [urn for one in value.values() for urn in urns(one)]
    if isinstance(value, list):
        return [urn for one in value for urn in urns(one)]
    return [value] if isinstance(value, str) and value.startswith("urn:") else []


@pytest.fixture(scope="module")
def framework(kg: hz.Harmonizer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return read(kg.export("ciso-framework", tmp_path_factory.mktemp("ciso") / "f.yaml", "hipaa"))


@pytest.fixture(scope="module")
def mapping(kg: hz.Harmonizer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return read(kg.export("ciso-mapping", tmp_path_factory.mktemp("ciso") / "m.yaml", "hipaa", "gdpr"))


def test_a_framework_holds_every_row_below_its_parent(framework: dict[str, Any], kg: hz.Harmonizer) -> None:
    body = framework["objects"]["framework"]
    assert set(body) >= REQUIRED["framework"]
    nodes, rows = body["requirement_nodes"], kg.index.requirements_of(kg.index.framework("hipaa"))
    assert [(one["ref_id"], one.get("name", ""), one.get("description", ""), one["assessable"]) for one in nodes] == \
        [(one.id, one.title, one.summary, one.kind == "requirement") for one in rows]  # fmt: skip
    above = {one["urn"]: one for one in nodes}
    assert len(above) == len(nodes) == len({urn.lower() for urn in above})
    seen: set[str] = set()
    for node, row in zip(nodes, rows, strict=True):
        parent = node.get("parent_urn")
        assert (above[parent]["ref_id"] if parent else "") == row.parent.partition(":")[2]
        assert node["depth"] == (above[parent]["depth"] + 1 if parent else 1)
        assert not parent or parent in seen
        seen.add(node["urn"])


@pytest.mark.parametrize("slug", ["gdpr", "nist-ai-rmf", "pci-dss", "nist-800-53", "eu-ai-act"])
def test_urns_are_in_the_form_that_the_loader_matches(slug: str, kg: hz.Harmonizer, tmp_path: Path) -> None:
    found = urns(read(kg.export("ciso-framework", tmp_path / "f.yaml", slug)))
    assert found and [one for one in found if not re.match(URN_REGEX, one)] == []


def test_a_mapping_states_the_crosswalk_in_both_directions(mapping: dict[str, Any], kg: hz.Harmonizer) -> None:
    forward, back = mapping["objects"]["requirement_mapping_sets"]
    reverse = {"subset": "superset", "superset": "subset"}
    assert set(forward) >= REQUIRED["set"]
    assert forward["source_framework_urn"] == back["target_framework_urn"] != forward["target_framework_urn"]
    rows = forward["requirement_mappings"]
    assert all(set(one) >= REQUIRED["mapping"] and one["relationship"] in RELATIONSHIPS for one in rows)
    assert all(one["rationale"] == "semantic" and one["annotation"] for one in rows)
    assert [(one["target_requirement_urn"], one["source_requirement_urn"],
             reverse.get(one["relationship"], one["relationship"])) for one in rows] == \
        [(one["source_requirement_urn"], one["target_requirement_urn"], one["relationship"])
         for one in back["requirement_mappings"]]  # fmt: skip
    counts = Counter(str(one["relation"]) for one in kg.crosswalk("hipaa", "gdpr"))
    ours = Counter(one["relationship"] for one in rows)
    assert ours["superset"] == counts["superset-of"] + counts["equal or superset-of"]
    assert ours["subset"] == counts["subset-of"] + counts["equal or subset-of"]
    assert ours["equal"] == counts["equal"]


def test_the_ends_of_a_mapping_are_nodes_of_the_framework_libraries(
    mapping: dict[str, Any], framework: dict[str, Any], kg: hz.Harmonizer, tmp_path: Path
) -> None:
    other = read(kg.export("ciso-framework", tmp_path / "g.yaml", "gdpr"))
    assert mapping["dependencies"] == [framework["urn"], other["urn"]]
    forward = mapping["objects"]["requirement_mapping_sets"][0]
    for library, end in ((framework, "source"), (other, "target")):
        body = library["objects"]["framework"]
        assert forward[f"{end}_framework_urn"] == body["urn"]
        nodes = {one["urn"] for one in body["requirement_nodes"]}
        assert {one[f"{end}_requirement_urn"] for one in forward["requirement_mappings"]} <= nodes


def test_the_superset_becomes_reference_controls(kg: hz.Harmonizer, tmp_path: Path) -> None:
    plan = kg.solve("nyc-ll144", "colorado-ai-act")
    library = read(kg.export("ciso-controls", tmp_path / "c.yaml", "nyc-ll144", "colorado-ai-act", plan=plan))
    controls = library["objects"]["reference_controls"]
    assert [one["ref_id"] for one in controls] == list(plan.controls)
    assert all(set(one) >= REQUIRED["control"] and re.match(URN_REGEX, one["urn"]) for one in controls)
    assert {one["category"] for one in controls if "category" in one} <= CATEGORIES
    row = next(one for one in plan if one["nyc-ll144"])
    told = next(one for one in controls if one["ref_id"] == row["control"])["annotation"]
    assert str(row["nyc-ll144"]) in told and "Evidence: " in told


def test_text_that_yaml_would_read_as_something_else_stays_text(tmp_path: Path) -> None:
    data = knowledge()
    words = (
        "NO",
        "1.10",
        "12:30",
        "null",
        "~",
        "- a: b # c",
        "a\nb\n",
        "'\"",
        "\x07bell",
        "@x",
        "%y",
        "é “x”",
        "2026-01-02",
    )
    rows = tuple(replace(data.requirements[0], key=f"alpha@1:{place}", title=word, summary=word, position=place)
                 for place, word in enumerate(words))  # fmt: skip
    made = in_workspace(tmp_path / "w", replace(data, requirements=rows, mappings=()))
    nodes = read(made.export("ciso-framework", tmp_path / "f.yaml", "alpha"))["objects"]["framework"][
        "requirement_nodes"
    ]
    assert [(one["name"], one["description"], one["ref_id"]) for one in nodes] == \
        [(word, word, str(place)) for place, word in enumerate(words)]  # fmt: skip


def test_ids_that_fall_together_in_a_urn_are_numbered(tmp_path: Path) -> None:
    data = knowledge()
    rows = tuple(replace(data.requirements[0], key=f"alpha@1:{name}", position=place)
                 for place, name in enumerate(("A 1", "a-1", "a/1", "a_1")))  # fmt: skip
    made = in_workspace(tmp_path / "w", replace(data, requirements=rows, mappings=()))
    nodes = read(made.export("ciso-framework", tmp_path / "f.yaml", "alpha"))["objects"]["framework"][
        "requirement_nodes"
    ]
    assert [one["urn"].rpartition(":")[2] for one in nodes] == ["a-1", "a-1_2", "a_1", "a_1_2"]
    assert [one["ref_id"] for one in nodes] == ["A 1", "a-1", "a/1", "a_1"]


def test_a_mapping_without_rows_is_refused_because_the_loader_refuses_it(tmp_path: Path) -> None:
    made = in_workspace(tmp_path / "w", replace(knowledge(), mappings=()))
    with pytest.raises(UsageError, match="nothing follows"):
        made.export("ciso-mapping", tmp_path / "m.yaml", "alpha", "beta")
    assert not (tmp_path / "m.yaml").exists()


def test_our_own_reader_reads_a_framework_library_as_the_framework(kg: hz.Harmonizer, tmp_path: Path) -> None:
    found = ciso_assistant.read(kg.export("ciso-framework", tmp_path / "f.yaml", "gdpr"))
    (framework,) = found.frameworks
    rows = kg.index.requirements_of(kg.index.framework("gdpr"))
    assert [(one.id, one.title, one.parent, one.heading) for one in framework.requirements] == \
        [(one.id, one.title, one.parent.partition(":")[2], one.kind != "requirement") for one in rows]  # fmt: skip
    assert [one.summary for one in framework.requirements] == [one.summary for one in rows]
    assert found.findings == ()


def test_our_own_reader_reads_a_mapping_library_as_the_crosswalk(kg: hz.Harmonizer, tmp_path: Path) -> None:
    path = kg.export("ciso-mapping", tmp_path / "m.yaml", "hipaa", "gdpr")
    found = ciso_assistant.read(path)
    (mappings,) = found.mapping_sets  # the other direction is seen to be the same and left out
    index = kg.index
    ends = ("hipaa", "gdpr")
    stated, _ = derived(index, *map(index.framework, ends), kg.circumstances)
    names = [{key: f"{urn.split(':')[4]}:{urn.split(':', 5)[5]}"
              for key, urn in node_urns(index, index.framework(slug)).items()} for slug in ends]  # fmt: skip
    assert [(one.source, one.relation, one.target) for one in mappings.mappings] == \
        [(names[0][one.source.key], one.relation, names[1][one.target.key]) for one in stated]  # fmt: skip
    assert all(one.reason in read_row.rationale for one, read_row in zip(stated, mappings.mappings, strict=True))

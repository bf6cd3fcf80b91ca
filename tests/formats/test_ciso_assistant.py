"""CISO Assistant libraries, in the shapes of their several versions; all text is invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from harmonizer.errors import DataError, UsageError
from harmonizer.formats import ciso_assistant
from harmonizer.formats.contents import Contents
from harmonizer.formats.safe_documents import read_yaml

FRAMEWORK = """\
urn: urn:own:risk:framework:garden-1.0
ref_id: GARDEN
name: Garden rules
description: Rules of a garden
requirement_nodes:
- {urn: 'urn:own:risk:req_node:garden-1.0:g', assessable: false, depth: 1, ref_id: G, name: Gates}
- urn: urn:own:risk:req_node:garden-1.0:g.1
  assessable: true
  depth: 2
  parent_urn: urn:own:risk:req_node:garden-1.0:g
  ref_id: G.1
  name: Locks
  description: |-
    Every gate
    has a lock.
- {urn: 'urn:own:risk:req_node:garden-1.0:note-1', assessable: true, depth: 3, parent_urn: 'urn:own:risk:req_node:garden-1.0:G.1', description: A node without a reference or a name}
- {urn: 'urn:own:risk:req_node:garden-1.0:w', assessable: false, depth: 1, ref_id: W, name: Water}
- {urn: 'urn:own:risk:req_node:garden-1.0:w:1', assessable: true, depth: 2, ref_id: NO, name: Found by its depth}
"""
MAPPINGS = """\
urn: urn:own:risk:req_mapping_set:garden-to-house
ref_id: garden-to-house
name: Garden to house
source_framework_urn: urn:own:risk:framework:garden-1.0
target_framework_urn: urn:own:risk:framework:house
requirement_mappings:
- {source_requirement_urn: 'urn:own:risk:req_node:garden-1.0:g.1', target_requirement_urn: 'urn:own:risk:req_node:house:h.1', relationship: subset, rationale: semantic, strength_of_relationship: 7, annotation: both lock}
- {source_requirement_urn: 'urn:own:risk:req_node:garden-1.0:w:1', target_requirement_urn: 'urn:own:risk:req_node:house:h.2', relationship: not_related}
"""
HEAD = ("urn: urn:own:risk:library:garden\nname: Garden\nversion: 3\nprovider: Own press\npackager: own\n"
        "copyright: free to use\nobjects:\n")  # fmt: skip


def block(text: str, *, item: bool = False) -> str:
    first, *rest = text.splitlines()
    return f"{'  - ' if item else '    '}{first}\n" + "".join(f"    {line}\n" for line in rest)


def library(tmp_path: Path, objects: str, head: str = HEAD) -> Contents:
    (tmp_path / "library.yaml").write_text(head + objects)
    assert ciso_assistant.recognise(read_yaml(tmp_path / "library.yaml"))
    return ciso_assistant.read(tmp_path / "library.yaml")


@pytest.mark.parametrize("objects", [
    "  framework:\n" + block(FRAMEWORK), "  frameworks:\n" + block(FRAMEWORK, item=True),
    "  framework:\n" + block(FRAMEWORK, item=True),
])  # fmt: skip
def test_a_framework_is_read_in_each_version_of_the_format(objects: str, tmp_path: Path) -> None:
    found = library(tmp_path, objects)
    (framework,) = found.frameworks
    assert (framework.slug, framework.title, framework.version) == ("garden-1-0", "Garden rules", "3")
    assert (framework.publisher, framework.licence) == ("Own press", "free to use")
    assert [(one.id, one.parent, one.heading) for one in framework.requirements] == [
        ("G", "", True), ("G.1", "G", False), ("note-1", "G.1", False), ("W", "", True), ("NO", "W", False)]  # fmt: skip
    assert framework.requirements[1].summary == "Every gate has a lock."
    assert framework.requirements[2].title == "A node without a reference or a name"
    assert framework.requirements[0].place == "line 14"
    assert found.findings == ()


def test_mappings_name_the_ids_of_their_framework_and_else_the_ends_of_its_urns(tmp_path: Path) -> None:
    found = library(tmp_path, "  framework:\n" + block(FRAMEWORK) + "  requirement_mapping_set:\n" + block(MAPPINGS))
    (one,) = found.mapping_sets
    assert (one.name, one.provider, one.licence) == ("garden-to-house", "Own press", "free to use")
    assert [(row.source, row.relation, row.target) for row in one.mappings] == [
        ("garden-1-0:G.1", "subset-of", "house:h.1"), ("garden-1-0:NO", "no-relationship", "house:h.2")]  # fmt: skip
    assert one.mappings[0].rationale == "semantic; both lock (strength 7 of 10)"
    assert one.mappings[0].confidence == 1
    alone = library(tmp_path, "  requirement_mapping_sets:\n" + block(MAPPINGS, item=True))
    assert [row.source for row in alone.mapping_sets[0].mappings] == ["garden-1-0:g.1", "garden-1-0:w:1"]


def test_a_set_that_is_another_read_backwards_is_left_out(tmp_path: Path) -> None:
    swapped = MAPPINGS.replace("garden-1.0", "@").replace("house", "garden-1.0").replace("@", "house")
    for before, after in (("g.1'", "@"), ("h.1'", "g.1'"), ("@", "h.1'"), ("w:1'", "@"), ("h.2'", "w:1'"), ("@", "h.2'"),
                          ("subset", "superset"), ("ref_id: garden-to-garden-1.0", "ref_id: back")):  # fmt: skip
        swapped = swapped.replace(before, after)
    found = library(tmp_path, "  requirement_mapping_sets:\n" + block(MAPPINGS, item=True) + block(swapped, item=True))
    assert [one.name for one in found.mapping_sets] == ["garden-to-house"]
    assert [one.message for one in found.findings] == [
        f"{swapped.splitlines()[1].removeprefix('ref_id: ')} is another set read backwards and is left out"
    ]


def test_what_stands_twice_or_hangs_on_nothing_is_listed(tmp_path: Path) -> None:
    nodes = FRAMEWORK + (
        "- {urn: 'urn:own:risk:req_node:garden-1.0:w', assessable: true, ref_id: W2}\n"
        "- {urn: 'urn:own:risk:req_node:garden-1.0:x', assessable: true, ref_id: X, parent_urn: 'urn:none'}\n"
        "- {urn: 'urn:own:risk:req_node:garden-1.0:y', assessable: true, ref_id: X}\n"
    )
    rows = MAPPINGS + MAPPINGS.splitlines()[-1] + "\n"
    found = library(tmp_path, "  framework:\n" + block(nodes) + "  requirement_mapping_set:\n" + block(rows))
    assert [str(one).partition(": ")[2] for one in found.findings] == [
        "the node urn:own:risk:req_node:garden-1.0:w stands already at line 25 and is left out",
        "x: the parent urn:none is not there; left without a parent",
        "garden-1-0:NO to house:h.2 stands already at line 38; the first counts",
    ]
    assert [one.id for one in found.frameworks[0].requirements][-2:] == ["x", "y"]  # the reference stands twice


@pytest.mark.parametrize(("objects", "message"), [
    ("  threats: []\n", "no CISO Assistant library"),
    ("  framework: 7\n", "objects.framework: expected an object, got text"),
    ("  framework: {}\n", "expected a text under 'urn'"),
    ("  framework: {urn: a, requirement_nodes: {}}\n", "requirement_nodes: expected a list, got an object"),
    ("  framework: {urn: a, requirement_nodes: [a]}\n", "requirement_nodes[0]: expected an object, got text"),
    ("  framework: {urn: a, requirement_nodes: [{urn: [a]}]}\n", "requirement_nodes[0].urn: expected text, got a list"),
    ("  requirement_mapping_set:\n" + block(MAPPINGS.replace("subset", "subst")), "'subst' is not a set relation; did you mean subset"),
    ("  requirement_mapping_set:\n" + block(MAPPINGS.replace("target_framework_urn", "x")), "'target_framework_urn'"),
])  # fmt: skip
def test_what_is_no_library_is_refused_with_its_line(objects: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_text(HEAD + objects)
    with pytest.raises(DataError) as caught:
        ciso_assistant.read(tmp_path / "library.yaml")
    assert message in caught.value.message
    assert "library.yaml" in str(caught.value)


def test_a_framework_can_be_named_anew_with_its_mappings(tmp_path: Path) -> None:
    library(tmp_path, "  framework:\n" + block(FRAMEWORK) + "  requirement_mapping_set:\n" + block(MAPPINGS))
    found = ciso_assistant.read(tmp_path / "library.yaml", slug="own")
    assert found.frameworks[0].slug == "own"
    assert found.mapping_sets[0].mappings[0].source == "own:G.1"
    library(tmp_path, "  requirement_mapping_set:\n" + block(MAPPINGS))
    with pytest.raises(UsageError, match="holds 0"):
        ciso_assistant.read(tmp_path / "library.yaml", slug="own")


def test_the_frameworks_of_a_mapping_set_can_be_named(tmp_path: Path) -> None:
    library(tmp_path, "  framework:\n" + block(FRAMEWORK) + "  requirement_mapping_set:\n" + block(MAPPINGS))
    found = ciso_assistant.read(tmp_path / "library.yaml", source="own", target="iso-27001")
    assert found.frameworks[0].slug == "own"
    assert [(row.source, row.target) for row in found.mapping_sets[0].mappings] == [
        ("own:G.1", "iso-27001:h.1"), ("own:NO", "iso-27001:h.2")]  # fmt: skip

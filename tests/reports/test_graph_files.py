"""GraphML that networkx reads back as the graph, and drawings that ask nobody for anything."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest

import harmonizer as hz
from harmonizer.reports.graph_view import NODE_LIMIT
from tests.reports.small import in_workspace, knowledge


def test_the_whole_graph_comes_back_from_graphml(kg: hz.Harmonizer, tmp_path: Path) -> None:
    whole = kg.to_networkx()
    read = nx.read_graphml(kg.export("graphml", tmp_path / "g.graphml"), force_multigraph=True)
    assert {name: {key: value for key, value in facts.items() if key != "label"}
            for name, facts in read.nodes(data=True)} == dict(whole.nodes(data=True))  # fmt: skip
    assert sorted(map(str, read.edges(data=True))) == sorted(map(str, whole.edges(data=True)))


def test_frameworks_bring_what_they_map_to_and_who_reaches_it(kg: hz.Harmonizer, tmp_path: Path) -> None:
    read = nx.read_graphml(kg.export("graphml", tmp_path / "g.graphml", "nyc-ll144"))
    kinds = nx.get_node_attributes(read, "kind")
    frameworks = [name for name, kind in kinds.items() if kind == "framework"]
    assert frameworks == [kg.index.framework("nyc-ll144").key]
    ids = {name for name, kind in kinds.items() if kind == "requirement"}
    assert ids == {one.short for one in kg.index.requirements_of(kg.index.framework("nyc-ll144"))}
    assert nx.is_weakly_connected(read)
    leaves = {target for _, target, facts in read.edges(data=True) if facts["kind"] == "maps"}
    reached = {target for _, target, facts in read.edges(data=True) if facts["kind"] == "satisfies"}
    assert reached and reached <= leaves
    assert read.nodes["nyc-ll144:20-871(a)(1)"]["label"].startswith("nyc-ll144:20-871(a)(1) ")


def test_characters_that_xml_cannot_hold_are_left_out_and_that_is_told(tmp_path: Path) -> None:
    data = knowledge()
    rows = (replace(data.requirements[0], title="<&>\"' =1+1\r\nnext", summary="\x00\x0bnul"), *data.requirements[1:])
    made = in_workspace(tmp_path / "w", replace(data, requirements=rows))
    with pytest.warns(UserWarning, match="3 texts held control characters"):
        made.export("graphml", tmp_path / "g.graphml", "alpha")
    read = nx.read_graphml(tmp_path / "g.graphml")
    assert read.nodes["alpha:1"]["title"] == "<&>\"' =1+1\nnext"
    assert read.nodes["alpha:1"]["summary"] == "nul"
    assert read.nodes["alpha:2(a)"]["title"] == "-dash and bell"


@pytest.mark.parametrize(
    "names", [("gdpr",), ("hipaa:164.312(a)(2)(iv)", "gdpr", "soc2"), ("objective:data-encrypted-at-rest",)]
)
def test_a_drawing_stands_alone_and_is_no_hairball(names: tuple[str, ...], kg: hz.Harmonizer, tmp_path: Path) -> None:
    if names[0].startswith("objective:"):
        names = (f"objective:{kg.index.leaves[0].slug}",)
    text = kg.export("graph-html", tmp_path / "g.html", *names).read_text()
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", text)
    assert "default-src 'none'" in text
    found = re.search(r"nodes = new vis\.DataSet\((\[.*?\])\);", text, re.DOTALL)
    assert found and 1 < found[1].count('"shape": "box"') <= NODE_LIMIT

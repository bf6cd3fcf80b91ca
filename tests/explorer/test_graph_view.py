"""The knowledge graph as networkx and as an offline page."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest

import harmonizer as hz
from harmonizer.knowledge.index import Index
from harmonizer.reports import graph_view

REMOTE = re.compile(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""", re.IGNORECASE)


def busiest(index: Index) -> str:
    """The requirement with most counterparts."""
    return max(index.mappings_of, key=lambda key: len(graph_view.neighbourhood(index, key, limit=10_000)))


def test_the_whole_graph_has_every_record_as_a_node(kg: hz.Harmonizer) -> None:
    graph, knowledge = graph_view.to_networkx(kg.index), kg.index.knowledge
    kinds = [facts.get("kind") for _, facts in graph.nodes(data=True)]
    assert kinds.count("framework") == len(knowledge.frameworks)
    assert kinds.count("requirement") == len(knowledge.requirements)
    assert kinds.count("objective") == len(knowledge.objectives)
    assert kinds.count("control") == len(knowledge.controls)
    assert None not in kinds, "an edge points at a node that no record made"
    assert {facts["kind"] for *_, facts in graph.edges(data=True)} <= {"part-of", "maps", "broader", "satisfies"}


def test_edges_carry_what_the_mapping_says(kg: hz.Harmonizer) -> None:
    graph = graph_view.to_networkx(kg.index)
    row = next(iter(kg.index.mappings_of["soc2@2017:CC6.1"]))
    found = graph.get_edge_data("soc2:CC6.1", f"objective:{row.objective}").values()
    facts = next(one for one in found if one["comment"] == row.comment)
    assert (facts["relation"], facts["part"], facts["basis"], facts["confidence"]) == (
        row.relation, row.part, row.basis, row.confidence,
    )  # fmt: skip


def test_an_older_version_keeps_its_full_key(kg: hz.Harmonizer) -> None:
    knowledge = kg.index.knowledge
    newer = replace(kg.index.framework("soc2"), version="2099", replaces="soc2@2017")
    index = Index(replace(knowledge, frameworks=(*knowledge.frameworks, newer)))
    graph = graph_view.to_networkx(index)
    assert "soc2@2017:CC6.1" in graph
    assert "soc2:CC6.1" not in graph


@pytest.mark.parametrize("limit", [4, 5, 8, 10, 20, 150])
def test_a_neighbourhood_keeps_to_its_limit_and_counts_the_rest(kg: hz.Harmonizer, limit: int) -> None:
    key = busiest(kg.index)
    whole = graph_view.neighbourhood(kg.index, key, limit=10_000)
    graph = graph_view.neighbourhood(kg.index, key, limit=limit)
    assert len(graph) <= limit
    drawn = [facts for _, facts in graph.nodes(data=True) if facts["kind"] != "more"]
    hidden = sum(facts["hidden"] for _, facts in graph.nodes(data=True) if facts["kind"] == "more")
    assert len(drawn) + hidden == len(whole)


def test_a_neighbourhood_takes_counterparts_of_the_named_frameworks_only(kg: hz.Harmonizer) -> None:
    graph = graph_view.neighbourhood(kg.index, "soc2:CC7.4", ["hipaa"])
    slugs = {facts["framework"] for _, facts in graph.nodes(data=True) if facts["kind"] == "requirement"}
    assert slugs == {"soc2", "hipaa"}


def test_a_heading_is_drawn_with_what_stands_below_it(kg: hz.Harmonizer) -> None:
    graph = graph_view.neighbourhood(kg.index, "soc2:CC6", ["hipaa"])
    assert any("through" in facts for *_, facts in graph.edges(data=True))


def test_places_are_columns_without_overlap(kg: hz.Harmonizer) -> None:
    graph = graph_view.neighbourhood(kg.index, busiest(kg.index))
    places = graph_view.positions(graph)
    assert len(set(places.values())) == len(graph)
    assert {x for x, _ in places.values()} == {0, graph_view.COLUMN_WIDTH, 2 * graph_view.COLUMN_WIDTH}
    for column in {x for x, _ in places.values()}:
        heights = sorted(y for x, y in places.values() if x == column)
        assert all(low + graph_view.ROW_HEIGHT - 1 <= high for low, high in pairwise(heights))


@pytest.mark.parametrize("size", [1, 2])
def test_tiny_graphs_have_places(size: int) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from((f"n{number}", {"kind": "objective", "title": "x"}) for number in range(size))
    assert len(graph_view.positions(graph)) == size
    assert graph_view.to_html(graph, "tiny")


def test_the_page_is_the_same_whatever_the_hash_seed() -> None:
    code = ("import hashlib, harmonizer as hz\nfrom harmonizer.reports import graph_view as g\n"
            "html = g.to_html(g.neighbourhood(hz.load().index, 'soc2:CC7.4'), 'x')\n"
            "print(hashlib.sha256(html.encode()).hexdigest())")  # fmt: skip
    root = Path(__file__).parents[2]
    pages = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root,
                       env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(pages) == 1


def test_the_page_refers_to_no_other_host(kg: hz.Harmonizer) -> None:
    html = graph_view.to_html(graph_view.neighbourhood(kg.index, "soc2:CC7.4"), "Neighbourhood")
    body = html[html.index("<body") :]
    assert not REMOTE.search(html)
    assert "default-src 'none'" in html[: html.index("</head>")]
    assert "new vis.DataSet" in body
    assert "<h1>" not in html


HOSTILE = """</script><script>alert(1)</script><img src=x onerror=alert(2)> href="//evil" {{7*7}}"""


def test_hostile_text_stays_text() -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_node("a:" + HOSTILE, kind="requirement", title=HOSTILE, summary=HOSTILE, framework=HOSTILE, layer=0)
    graph.add_node("objective:b", kind="objective", title=HOSTILE, outcome=HOSTILE, layer=1)
    graph.add_edge("a:" + HOSTILE, "objective:b", kind="maps", relation="equal", part="primary", basis="text",
                   confidence=1.0, comment=HOSTILE)  # fmt: skip
    html = graph_view.to_html(graph, HOSTILE)
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "49" not in html[html.index("<title>") : html.index("</title>")]
    # pyvis turns to raw HTML tooltips ("popup") as soon as a title holds these four letters
    assert "div.popup" not in html


def test_a_page_that_would_fetch_something_is_refused() -> None:
    with pytest.raises(RuntimeError, match="another host"):
        graph_view._offline('<html><head></head><body><img src="https://example.org/x.png"></body></html>', "x")


@pytest.mark.parametrize(
    ("node", "kinds"),
    [
        ("objective:data-at-rest-encrypted", {"objective", "requirement", "control"}),
        ("objective:cryptography", {"objective"}),
        ("control:sso-with-mfa", {"control", "objective", "requirement"}),
        ("gdpr", {"framework", "requirement", "objective"}),
        ("soc2:CC7.4", {"objective", "requirement"}),
    ],
)
def test_any_node_has_a_neighbourhood_within_the_limit(kg: hz.Harmonizer, node: str, kinds: set[str]) -> None:
    for limit in (10, 150):
        graph = graph_view.around(kg.index, node, ("soc2", "hipaa", "gdpr"), limit)
        assert len(graph) <= limit
        (centre,) = [name for name, facts in graph.nodes(data=True) if facts.get("centre")]
        assert graph.degree(centre) > 0
        assert graph_view.to_html(graph, node)
    assert {facts["kind"] for _, facts in graph.nodes(data=True)} - {"more"} == kinds


def test_what_the_limit_leaves_out_is_counted(kg: hz.Harmonizer) -> None:
    whole, part = (graph_view.around(kg.index, "gdpr", limit=limit) for limit in (10_000, 30))
    hidden = sum(facts.get("hidden", 0) for _, facts in part.nodes(data=True))
    drawn = sum(facts["kind"] != "more" for _, facts in part.nodes(data=True))
    assert drawn + hidden == len(whole)


def test_an_unknown_node_is_named_with_the_nearest(kg: hz.Harmonizer) -> None:
    with pytest.raises(hz.UnknownNameError, match="did you mean sso-with-mfa"):
        graph_view.around(kg.index, "control:sso-with-mf")


def test_only_the_scripts_of_the_page_itself_may_run(kg: hz.Harmonizer) -> None:
    html = graph_view.to_html(graph_view.around(kg.index, "gdpr"), "GDPR")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    scripts = re.findall(r"<script\b[^>]*>(.*?)</script>", html, re.DOTALL)
    hashes = {base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts}
    assert set(re.findall(r"'sha256-([^']+)'", policy[1])) == hashes
    assert "unsafe-inline" not in policy[1].partition("script-src")[2].partition(";")[0]
    assert not re.search(
        r"<[a-z][^>]*\son[a-z]+\s*=", html[html.index("<body") : html.index("<script", html.index("<body"))]
    )

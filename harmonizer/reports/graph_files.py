"""The graph as files: GraphML for Gephi, yEd and networkx, and a neighbourhood as one HTML page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import networkx as nx

from harmonizer.knowledge.index import Index
from harmonizer.knowledge.tables import write_aside
from harmonizer.model import Framework
from harmonizer.reports.cell_text import UNFIT
from harmonizer.reports.graph_view import around, control_node, objective_node, requirement_node, to_html, to_networkx


def write_graphml(index: Index, frameworks: Sequence[Framework], path: Path) -> int:
    """Write the graph around the frameworks, or all of it; returns how many texts lost characters XML cannot hold.

    Every attribute is a plain string, number or boolean; ``label`` is what Gephi shows.
    """
    graph, lost = plain_graph(_around(index, frameworks) if frameworks else to_networkx(index))
    text = "\n".join(nx.generate_graphml(graph))
    write_aside(path, f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode())
    return lost


def plain_graph(graph: nx.MultiDiGraph[str]) -> tuple[nx.MultiDiGraph[str], int]:
    """The graph with a label on each node, and with text that XML 1.0 can hold; how many texts had to be changed."""
    lost = 0

    def fit(text: Any) -> Any:
        nonlocal lost
        if not isinstance(text, str):
            return text
        lost += bool(UNFIT.search(text))
        return re.sub("\r\n?", "\n", UNFIT.sub("", text))  # as every XML reader does to line ends

    plain: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name, facts in graph.nodes(data=True):
        label = f"{name} {facts['title']}".rstrip() if facts["kind"] == "requirement" else facts["title"] or name
        plain.add_node(fit(name), label=fit(label), **{key: fit(value) for key, value in facts.items()})
    for source, target, facts in graph.edges(data=True):
        plain.add_edge(fit(source), fit(target), **{key: fit(value) for key, value in facts.items()})
    return plain, lost


def _around(index: Index, frameworks: Sequence[Framework]) -> nx.MultiDiGraph[str]:
    """The frameworks with their requirements, the objectives that these map to, and the controls that reach them."""
    requirements = [one for framework in frameworks for one in index.requirements_of(framework)]
    leaves = {row.objective for one in requirements for row in index.mappings_of.get(one.key, ())}
    objectives = set(leaves)
    for slug in leaves:
        objectives |= {index.middle(slug).slug, index.domain(slug).slug}
    kept = {framework.key for framework in frameworks}
    kept |= {requirement_node(index, one.key) for one in requirements}
    kept |= {objective_node(slug) for slug in objectives}
    kept |= {control_node(one.slug) for one in index.knowledge.controls if leaves.intersection(one.satisfies)}
    whole = to_networkx(index)
    # Copied by hand: networkx's own subgraph may take its order from the set.
    part: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    part.add_nodes_from((name, facts) for name, facts in whole.nodes(data=True) if name in kept)
    part.add_edges_from(edge for edge in whole.edges(data=True) if edge[0] in kept and edge[1] in kept)
    return part


def write_html(index: Index, node: str, frameworks: Sequence[Framework], path: Path) -> Path:
    """Write the neighbourhood of a node as one page that fetches nothing, of at most 150 nodes."""
    drawn = around(index, node, [one.slug for one in frameworks])
    write_aside(path, to_html(drawn, f"Neighbourhood of {node}").encode())
    return path

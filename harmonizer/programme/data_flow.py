"""Where data come from, go and end up: flows, lineage of AI systems, and classification."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harmonizer.answer import Answer, Cell, joined
from harmonizer.programme.applicability import Judge
from harmonizer.programme.organisation import Organisation
from harmonizer.scope import tags_of

if TYPE_CHECKING:
    import networkx as nx

FLOW_COLUMNS = ("from", "to", "stage", "data", "purpose", "from location", "to location", "safeguard", "line")
LINEAGE_COLUMNS = ("ai_system", "name", "role", "reached from", "data", "path")
CLASS_COLUMNS = ("data", "title", "stores", "systems", "vendors", "flows", "retention", "frameworks")


RECEIVING = "receiving:"
"""Prefix of an outside party's node where it receives data: what goes out to it does not come back in as the same."""


def flow_graph(organisation: Organisation) -> nx.DiGraph[str]:
    """What data flow between, as nodes; the flows as edges with ``stages`` and ``data``, one for each pair.

    Parties and vendors that receive data stand there by a second node, see :data:`RECEIVING`.
    """
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    for flow in organisation.entries["flows"]:
        outside = not organisation.system_of(flow["to"])
        source, target = flow["from"], f"{RECEIVING if outside else ''}{flow['to']}"
        held = graph.get_edge_data(source, target) or {"stages": [], "data": []}
        graph.add_edge(source, target,
                       stages=list(dict.fromkeys([*held["stages"], flow["stage"]])),
                       data=list(dict.fromkeys([*held["data"], *flow.many("data")])))  # fmt: skip
    return graph


def flows(organisation: Organisation) -> Answer:
    """Every flow in the order of the file, with where it starts and ends."""
    places = {name: entry["location"] for name, entry in organisation.endpoints.items()}
    rows: list[Sequence[Cell]] = [
        (flow["from"], flow["to"], flow["stage"], joined(flow.many("data")), flow["purpose"], places[flow["from"]],
         places[flow["to"]], flow["safeguard"], flow.line)
        for flow in organisation.entries["flows"]
    ]  # fmt: skip
    return Answer.of(FLOW_COLUMNS, rows, {"flows": len(rows)}, f"Data flows of {organisation.name}")


def lineage(organisation: Organisation) -> Answer:
    """For each AI system what its training data and its inputs come from, along the shortest path of flows.

    ``data`` is what leaves the place that it is reached from. ``role`` tells training from use: where the last step of
    the path is of the stage training, the AI system was trained on it.
    """
    import networkx as nx

    graph = flow_graph(organisation)
    rows: list[Sequence[Cell]] = []
    for system in organisation.entries["ai_systems"]:
        target = system["id"]
        for source in sorted(nx.ancestors(graph, target) if target in graph else ()):
            path = nx.shortest_path(graph, source, target)
            sent = graph.edges[path[0], path[1]]["data"]
            last = graph.edges[path[-2], path[-1]]["stages"]
            role = "training" if "training" in last else "use"
            rows.append((target, system.name, role, source, joined(sent), " > ".join(path)))
    return Answer.of(LINEAGE_COLUMNS, rows, {}, f"Lineage of the AI systems of {organisation.name}")


def classification(judge: Judge) -> Answer:
    """Every class of data that the organisation holds: where, how long, and which frameworks name it.

    ``frameworks`` are those with a requirement that applies and whose condition names the class, or one it implies.
    """
    organisation, index = judge.organisation, judge.index
    naming: dict[str, set[str]] = {}
    for framework in index.frameworks.values():
        for one in index.requirements_of(framework):
            condition = judge.condition(one)
            if one.kind == "requirement" and "data:" in condition and judge.applies(condition):
                for tag in tags_of(condition):
                    naming.setdefault(tag, set()).add(framework.slug)
    rows: list[Sequence[Cell]] = []
    for tag in organisation.facts(judge.system):
        if not tag.startswith("data:"):
            continue
        holding = {
            name: [one for one in organisation.entries[name] if tag in _classes(organisation, one.many("data"))]
            for name in ("stores", "vendors", "flows")
        }
        systems = [one for one in organisation.systems if tag in organisation.tags(one)]
        kept = [f"{one['id']}: {one['retention'] or 'not stated'}" for one in holding["stores"]]
        rows.append((tag, organisation.scope.known[tag].title, joined([one["id"] for one in holding["stores"]]),
                     joined(systems), joined([one["id"] for one in holding["vendors"]]), len(holding["flows"]),
                     joined(kept), joined(sorted(naming.get(tag, ())))))  # fmt: skip
    return Answer.of(CLASS_COLUMNS, rows, {}, f"Classes of data of {organisation.name}")


def _classes(organisation: Organisation, words: Sequence[str]) -> frozenset[str]:
    return frozenset(tag for word in words for tag in organisation.scope.implied_by(f"data:{word}"))

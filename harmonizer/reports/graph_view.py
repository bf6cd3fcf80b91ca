"""The knowledge graph as networkx, and a part of it as a stand-alone HTML page that asks nobody for anything.

A drawing of more than about 150 nodes is a hairball. What is drawn is therefore the neighbourhood of one node, in
columns: of a requirement the leaf objectives that it asks for, and the requirements of other frameworks that ask for
the same leaves; of an objective what stands below it or asks for it, and the controls that reach it; of a control the
leaves that it reaches and who asks for them; of a framework its parts and the domains that they ask for.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from html import escape
from typing import Any

import networkx as nx

from harmonizer import model
from harmonizer.knowledge.index import Index

NODE_LIMIT = 150
LAYERS = {"framework": 0, "requirement": 1, "objective": 2, "control": 3}
COLUMN_WIDTH, ROW_HEIGHT, BOX_WIDTH = 470, 32, 370  # pixels; the boxes hold a label in one line
LABEL_LENGTH = 40

# Okabe and Ito's palette, light enough to write on; distinguishable with every kind of colour blindness.
FRAMEWORK_COLOURS = ("#9fd3f5", "#f6cf7f", "#8fd8bd", "#f0b6d0", "#f5ef9a", "#f2b394", "#b9c3f0", "#d0d0d0")
COLOURS = {"framework": "#e3e8ee", "objective": "#eef1f4", "control": "#d9ead3", "more": "#ffffff"}


def objective_node(slug: str) -> str:
    """Name of an objective's node."""
    return f"objective:{slug}"


def control_node(slug: str) -> str:
    """Name of a control's node."""
    return f"control:{slug}"


def requirement_node(index: Index, key: str) -> str:
    """Name of a requirement's node: its short key, or for an older version of a framework its full key."""
    framework = index.framework_versions[key.partition(":")[0]]
    return model.short_key(key) if index.frameworks.get(framework.slug) == framework else key


def to_networkx(index: Index) -> nx.MultiDiGraph[str]:
    """Everything as one graph, each node and edge with its ``kind`` and its attributes.

    Nodes are framework keys (``gdpr@2016-679``), requirements (``gdpr:Art.5``), ``objective:<slug>`` and
    ``control:<slug>``. Edges are ``part-of`` (upwards), ``maps`` (requirement to leaf), ``broader`` (objective to the
    one above) and ``satisfies`` (control to leaf). Withdrawn mappings are left out.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for framework in index.knowledge.frameworks:
        graph.add_node(framework.key, kind="framework", title=framework.title, slug=framework.slug,
                       version=framework.version, short_title=framework.short_title)  # fmt: skip
    for objective in index.knowledge.objectives:
        graph.add_node(objective_node(objective.slug), **_objective_facts(objective))
    for requirement in index.knowledge.requirements:
        graph.add_node(requirement_node(index, requirement.key), **_requirement_facts(requirement))
    for control in index.knowledge.controls:
        graph.add_node(control_node(control.slug), **_control_facts(control))
    graph.add_edges_from(_edges(index))
    return graph


def _objective_facts(objective: model.Objective) -> dict[str, str]:
    return {"kind": "objective", "title": objective.title, "level": objective.level, "outcome": objective.outcome}


def _control_facts(control: model.Control) -> dict[str, Any]:
    return {"kind": "control", "title": control.title, "effort": control.effort_likely,
            "statement": control.statement}  # fmt: skip


def _requirement_facts(requirement: model.Requirement) -> dict[str, str]:
    return {
        "kind": "requirement", "title": requirement.title, "framework": requirement.framework, "id": requirement.id,
        "row_kind": requirement.kind, "modality": requirement.modality, "summary": requirement.summary,
        "applies_when": requirement.applies_when,
    }  # fmt: skip


def _edges(index: Index) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for requirement in index.knowledge.requirements:
        own = requirement_node(index, requirement.key)
        above = requirement.parent
        yield own, requirement_node(index, above) if above else requirement.key.partition(":")[0], {"kind": "part-of"}
        for row in index.mappings_of.get(requirement.key, ()):
            yield own, objective_node(row.objective), _mapping_facts(row)
    for objective in index.knowledge.objectives:
        if objective.parent:
            yield objective_node(objective.slug), objective_node(objective.parent), {"kind": "broader"}
    for control in index.knowledge.controls:
        for leaf in control.satisfies:
            yield control_node(control.slug), objective_node(leaf), {"kind": "satisfies"}


def _mapping_facts(row: model.Mapping) -> dict[str, Any]:
    return {
        "kind": "maps", "relation": row.relation, "part": row.part, "basis": row.basis, "confidence": row.confidence,
        "comment": row.comment, "states_fact": row.states_fact,
    }  # fmt: skip


# the neighbourhood --------------------------------------------------------------------------------------------------


def neighbourhood(
    index: Index, key: str, frameworks: Collection[str] = (), limit: int = NODE_LIMIT
) -> nx.MultiDiGraph[str]:
    """A requirement, the leaves that it and what stands below it ask for, and who else asks for them.

    Parameters
    ----------
    key: the requirement, by short or full key.
    frameworks: slugs of the frameworks that counterparts are taken from; all others when empty.
    limit: the greatest number of nodes. What is left out is counted on a node of kind ``more``; those that share
        most leaves stay.
    """
    centre = index.requirement(key)
    own = [centre, *index.descendants(centre.key)]
    rows = [row for one in own for row in index.mappings_of.get(one.key, ())]
    leaves = list(dict.fromkeys(row.objective for row in rows))
    counterparts = _counterparts(index, {one.key for one in own}, centre.framework, leaves, frameworks)
    room = max(limit, 4) - 1
    shown_leaves = _kept(leaves, room - bool(counterparts))
    room -= len(shown_leaves) + (len(shown_leaves) < len(leaves))
    shown = sorted(_kept(counterparts, room), key=lambda one: (one.framework, one.position))
    return _drawn(index, centre, own, shown_leaves, shown, (len(leaves), len(counterparts)))


def around(index: Index, node: str, frameworks: Collection[str] = (), limit: int = NODE_LIMIT) -> nx.MultiDiGraph[str]:
    """The neighbourhood of any node, named as in :func:`to_networkx`; frameworks by slug or key.

    ``frameworks`` and ``limit`` are those of :func:`neighbourhood`. Raises :class:`UnknownNameError` for no such node.
    """
    kind, colon, slug = node.partition(":")
    if kind == "objective":
        return _around_objective(index, index.objective(slug), frameworks, limit)
    if kind == "control":
        return _around_control(index, index.control(slug), frameworks, limit)
    if not colon:
        return _around_framework(index, index.framework(node), limit)
    return neighbourhood(index, node, frameworks, limit)


Node = tuple[str, dict[str, Any]]


def _around_objective(
    index: Index, objective: model.Objective, frameworks: Collection[str], limit: int
) -> nx.MultiDiGraph[str]:
    centre = (objective_node(objective.slug), _objective_facts(objective))
    if objective.level != "leaf":
        above = [index.objectives[objective.parent]] if objective.parent else []
        below = index.narrower(objective.slug)
        edges = [(objective_node(one.slug), objective_node(one.parent), {"kind": "broader"})
                 for one in (objective, *below) if one.parent]  # fmt: skip
        return _columns([list(map(_objective, above)), [centre], list(map(_objective, below))], 1, edges, limit)
    rows = [row for row in index.mappings_to.get(objective.slug, ()) if _asked(index, row.requirement, frameworks)]
    controls = [one for one in index.knowledge.controls if objective.slug in one.satisfies]
    edges = [(requirement_node(index, row.requirement), centre[0], _mapping_facts(row)) for row in rows]
    edges += [(control_node(one.slug), centre[0], _claim_facts(one, objective.slug)) for one in controls]
    requirements = [_requirement(index, row.requirement) for row in rows]
    return _columns([list(map(_control, controls)), [centre], requirements], 1, edges, limit)


def _around_control(
    index: Index, control: model.Control, frameworks: Collection[str], limit: int
) -> nx.MultiDiGraph[str]:
    centre = _control(control)
    rows = [row for leaf in control.satisfies for row in index.mappings_to.get(leaf, ())
            if _asked(index, row.requirement, frameworks)]  # fmt: skip
    edges = [(centre[0], objective_node(leaf), _claim_facts(control, leaf)) for leaf in control.satisfies]
    edges += [(requirement_node(index, row.requirement), objective_node(row.objective), _mapping_facts(row))
              for row in rows]  # fmt: skip
    leaves = [_objective(index.objectives[leaf]) for leaf in control.satisfies]
    return _columns([[centre], leaves, [_requirement(index, row.requirement) for row in rows]], 0, edges, limit)


def _around_framework(index: Index, framework: model.Framework, limit: int) -> nx.MultiDiGraph[str]:
    centre = (framework.key, {"kind": "framework", "title": framework.title, "framework": framework.slug})
    tops = [one for one in index.requirements_of(framework) if not one.parent]
    edges: list[Edge] = [
        (requirement_node(index, one.key), framework.key, {"kind": "part-of"}) for one in tops
    ]  # fmt: skip
    domains: dict[str, model.Objective] = {}
    for top in tops:
        counts: dict[str, set[str]] = {}
        for one in (top, *index.descendants(top.key)):
            for row in index.mappings_of.get(one.key, ()):
                counts.setdefault(index.domain(row.objective).slug, set()).add(row.objective)
        for slug, leaves in counts.items():
            domains[slug] = index.objectives[slug]
            edges.append((requirement_node(index, top.key), objective_node(slug),
                          {"kind": f"asks for {len(leaves)} leaves of"}))  # fmt: skip
    parts = [_requirement(index, one.key) for one in tops]
    return _columns([[centre], parts, [_objective(one) for one in domains.values()]], 0, edges, limit)


def _asked(index: Index, key: str, frameworks: Collection[str]) -> bool:
    return index.is_current(key) and (not frameworks or key.partition("@")[0] in frameworks)


def _objective(one: model.Objective) -> Node:
    return objective_node(one.slug), _objective_facts(one)


def _requirement(index: Index, key: str) -> Node:
    return requirement_node(index, key), _requirement_facts(index.requirements[key])


def _control(one: model.Control) -> Node:
    return control_node(one.slug), _control_facts(one)


def _claim_facts(control: model.Control, leaf: str) -> dict[str, Any]:
    return {"kind": "satisfies", "comment": control.reasons[control.satisfies.index(leaf)]}


Edge = tuple[str, str, dict[str, Any]]


def _columns(
    columns: Sequence[Sequence[Node]], centre_column: int, edges: Iterable[Edge], limit: int
) -> nx.MultiDiGraph[str]:
    """The nodes in columns from left to right; in each, what the limit leaves no room for is counted."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    room = max(limit, 4) - 1
    for layer, nodes in enumerate(columns):
        names = dict(nodes)
        waiting = sum(bool(later) for place, later in enumerate(columns[layer + 1 :], layer + 1)
                      if place != centre_column)  # fmt: skip
        shown = list(names) if layer == centre_column else _kept(list(names), room - 2 * waiting)
        for name in shown:
            graph.add_node(name, layer=layer, **({"centre": True} if layer == centre_column else {}), **names[name])
        if hidden := len(names) - len(shown):
            graph.add_node(f"more:{layer}", layer=layer, kind="more", title=f"+{hidden} more", hidden=hidden)
        if layer != centre_column:
            room -= len(shown) + bool(hidden)
    graph.add_edges_from(edge for edge in edges if edge[0] in graph and edge[1] in graph)
    return graph


def _kept(names: list[Any], room: int) -> list[Any]:
    return names if len(names) <= room else names[: max(room - 1, 0)]


def _counterparts(
    index: Index, own: Collection[str], framework: str, leaves: list[str], frameworks: Collection[str]
) -> list[model.Requirement]:
    """Requirements of the frameworks that meet the leaves, those that share most of them first."""
    versions = {one.key for slug, one in index.frameworks.items()
                if slug != framework and (not frameworks or slug in frameworks)}  # fmt: skip
    shared: dict[str, int] = {}
    for leaf in leaves:
        for name in dict.fromkeys(row.requirement for row in index.mappings_to.get(leaf, ())):
            if name not in own and name.partition(":")[0] in versions:
                shared[name] = shared.get(name, 0) + 1
    ordered = sorted(
        shared, key=lambda name: (-shared[name], name.partition("@")[0], index.requirements[name].position)
    )
    return [index.requirements[name] for name in ordered]


def _drawn(
    index: Index, centre: model.Requirement, own: list[model.Requirement], leaves: list[str],
    counterparts: list[model.Requirement], totals: tuple[int, int],
) -> nx.MultiDiGraph[str]:  # fmt: skip
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    name = requirement_node(index, centre.key)
    graph.add_node(name, layer=0, centre=True, **_requirement_facts(centre))
    for leaf in leaves:
        graph.add_node(objective_node(leaf), layer=1, **_objective_facts(index.objectives[leaf]))
    for one in counterparts:
        graph.add_node(requirement_node(index, one.key), layer=2, **_requirement_facts(one))
    for layer, hidden in ((1, totals[0] - len(leaves)), (2, totals[1] - len(counterparts))):
        if hidden:
            graph.add_node(f"more:{layer}", layer=layer, kind="more", title=f"+{hidden} more", hidden=hidden)
    for one in [*own, *counterparts]:
        source = name if one in own else requirement_node(index, one.key)
        for row in index.mappings_of.get(one.key, ()):
            if row.objective in leaves:
                through = {"through": one.id} if one in own and one is not centre else {}
                graph.add_edge(source, objective_node(row.objective), **_mapping_facts(row), **through)
    return graph


# HTML ---------------------------------------------------------------------------------------------------------------

_REMOTE_TAG = re.compile(r"<link\b[^>]*https?://[^>]*>|<script\b[^>]*https?://[^>]*>\s*</script>", re.IGNORECASE)
_REMOTE_REFERENCE = re.compile(r"""\b(?:src|href)\s*=\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
_EMPTY_HEADING = re.compile(r"<center>\s*<h1>.*?</h1>\s*</center>", re.DOTALL)
_COMMENTED_TAGS = re.compile(r"<!-- <link.*?-->", re.DOTALL)
# Scripts by their hashes alone; the drawing library styles what it draws by itself.
_POLICY = ("default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
           "form-action 'none'")  # fmt: skip
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_OPTIONS = {
    "physics": {"enabled": False},
    "interaction": {"hover": True, "zoomView": False, "navigationButtons": True, "tooltipDelay": 120},
    "nodes": {
        "margin": 6, "borderWidth": 1, "font": {"size": 14, "face": "sans-serif", "color": "#1d2733"},
        "widthConstraint": {"minimum": BOX_WIDTH, "maximum": BOX_WIDTH},
    },
    "edges": {"smooth": {"enabled": True, "type": "cubicBezier", "forceDirection": "horizontal", "roundness": 0.45}},
}  # fmt: skip


def height_of(graph: nx.MultiDiGraph[str]) -> int:
    """Pixels that the drawing of a graph needs, between 300 and 1,100."""
    layers = [layer_of(facts) for _, facts in graph.nodes(data=True)]
    tallest = max((layers.count(layer) for layer in set(layers)), default=1)
    return min(1100, max(300, tallest * ROW_HEIGHT + 60))


def to_html(graph: nx.MultiDiGraph[str], title: str) -> str:
    """A complete HTML page that draws the graph without any network access; all text is escaped.

    Raises RuntimeError if the page would still refer to another host.
    """
    from pyvis.network import Network

    height = height_of(graph)
    network = Network(height=f"{height}px", width="100%", directed=True, cdn_resources="in_line")
    colours = framework_colours(graph)
    for name, (x, y) in positions(graph).items():
        facts = graph.nodes[name]
        network.add_node(name, shape="box", label=_label(name, facts), title=_tooltip(_node_text(name, facts)),
                         x=x, y=y, physics=False, color=_colour(facts, colours),
                         borderWidth=3 if facts.get("centre") else 1,
                         shapeProperties={"borderDashes": facts["kind"] == "more"})  # fmt: skip
    for source, target, facts in graph.edges(data=True):
        network.add_edge(source, target, title=_tooltip(_edge_text(facts)), color="#7b8794", arrows="",
                         width=2 if facts.get("part") == "primary" else 1,
                         dashes=not facts.get("states_fact", True))  # fmt: skip
    network.set_options(json.dumps(_OPTIONS))
    return _offline(network.generate_html(), title)


def _offline(html: str, title: str) -> str:
    """Strip what pyvis fetches from a CDN even when told to inline everything, and forbid the rest by policy."""
    for pattern in (_REMOTE_TAG, _EMPTY_HEADING, _COMMENTED_TAGS):
        html = pattern.sub("", html)
    hashes = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in _SCRIPT.findall(html))
    policy = _POLICY.format(scripts=" ".join(f"'sha256-{one}'" for one in dict.fromkeys(hashes)))
    head = (f'<head>\n<title>{escape(title)}</title>\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
            "\n<style>body { margin: 0; font-family: sans-serif; } .card { overflow: hidden; } "
            "#mynetwork { box-sizing: border-box; }</style>")  # fmt: skip
    html = "<!doctype html>\n" + html.replace("<html>", '<html lang="en">', 1).replace("<head>", head, 1)
    if found := _REMOTE_REFERENCE.search(html):
        raise RuntimeError(f"the graph page still refers to another host: {html[found.start() : found.start() + 80]!r}")
    return html


def positions(graph: nx.MultiDiGraph[str]) -> dict[str, tuple[int, int]]:
    """Fixed places in pixels: a column for each layer, in each the nodes in their order."""
    layers: dict[int, list[str]] = {}
    for name, facts in graph.nodes(data=True):
        layers.setdefault(layer_of(facts), []).append(name)
    tallest = max(map(len, layers.values()), default=1)
    # Given as lists: by attribute, networkx collects each layer in a set, whose order changes from run to run.
    places = nx.multipartite_layout(graph, subset_key=dict(sorted(layers.items())))
    heights = [float(y) for _, y in places.values()]
    step = (max(heights) - min(heights)) / (tallest - 1) if tallest > 1 else 1.0
    return {
        name: (column * COLUMN_WIDTH, round(float(places[name][1]) / step * ROW_HEIGHT))
        for column, layer in enumerate(sorted(layers))
        for name in layers[layer]
    }


def layer_of(facts: dict[str, Any]) -> int:
    """The column of a node: its own, or the one of its kind."""
    return int(facts.get("layer", LAYERS.get(facts.get("kind", ""), 0)))


def framework_colours(graph: nx.MultiDiGraph[str]) -> dict[str, str]:
    """A colour for each framework in the graph, by slug."""
    slugs = sorted({facts["framework"] for _, facts in graph.nodes(data=True) if "framework" in facts})
    return {slug: FRAMEWORK_COLOURS[place % len(FRAMEWORK_COLOURS)] for place, slug in enumerate(slugs)}


def _colour(facts: dict[str, Any], colours: dict[str, str]) -> dict[str, Any]:
    fill = colours.get(facts.get("framework", "")) or COLOURS.get(facts["kind"], "#ffffff")
    return {"background": fill, "border": "#52606d", "highlight": {"background": fill, "border": "#1f5a94"}}


def _label(name: str, facts: dict[str, Any]) -> str:
    title = str(facts.get("title", ""))
    text = f"{name}  {title}" if facts["kind"] == "requirement" else title or name
    return text if len(text) <= LABEL_LENGTH else text[: LABEL_LENGTH - 1].rstrip() + "…"


def _node_text(name: str, facts: dict[str, Any]) -> str:
    detail = facts.get("summary") or facts.get("outcome") or facts.get("statement") or ""
    return "\n".join(line for line in (name, str(facts.get("title", "")), _wrapped(str(detail))) if line)


def _edge_text(facts: dict[str, Any]) -> str:
    if facts.get("kind") != "maps":
        return "\n".join(line for line in (str(facts.get("kind", "")), _wrapped(facts.get("comment", ""))) if line)
    through = f"through {facts['through']}: " if "through" in facts else ""
    claim = f"{through}{facts['relation']}, {facts['part']}, basis {facts['basis']}, confidence {facts['confidence']}"
    return f"{claim}\n{_wrapped(facts['comment'])}"


def _wrapped(text: str) -> str:
    from textwrap import fill

    return fill(text, 70)


def _tooltip(text: str) -> str:
    """Text that vis-network shows as it stands.

    Where a title contains the letters ``href``, pyvis turns to tooltips that are raw HTML: keep the letters apart.
    """
    return re.sub("hre(?=f)", "hre\u2060", text, flags=re.IGNORECASE)

"""The dataset as RDF files, whole or as far as it is about named frameworks.

N-Quads, TriG and JSON-LD keep the named graphs (one for each framework version and each mapping set); Turtle has none
and holds the triples of all. Everything is sorted, so that the same dataset gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harmonizer.errors import UsageError, did_you_mean, nearest
from harmonizer.knowledge.tables import write_aside
from harmonizer.model import Framework
from harmonizer.vocabulary import BASE, ONTOLOGY_GRAPH, PREFIXES, RDF, XSD, framework_iri, mapping_set_iri

if TYPE_CHECKING:
    import pyoxigraph as ox

FORMATS = ("nquads", "trig", "turtle", "json-ld")


def write_dataset(store: ox.Store, format_name: str, path: Path, frameworks: Sequence[Framework] = ()) -> Path:
    """Write the quads of the store, all or those about the frameworks; returns the path."""
    import pyoxigraph as ox

    if format_name not in FORMATS:
        raise UsageError(f"unknown format {format_name!r}{did_you_mean(nearest(format_name, FORMATS))}")
    quads = _about(store, frameworks) if frameworks else store
    if format_name == "nquads":
        lines = (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
        data = b"".join(sorted(lines))
    elif format_name == "json-ld":
        data = (json.dumps(_json_ld(sorted(quads, key=_by_graph)), ensure_ascii=False, indent=1) + "\n").encode()
    elif format_name == "turtle":
        triples = sorted({quad.triple for quad in quads}, key=str)
        data = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b""
    else:
        data = ox.serialize(sorted(quads, key=_by_graph), format=ox.RdfFormat.TRIG, prefixes=PREFIXES) or b""
    write_aside(path, data)
    return path


def _by_graph(quad: ox.Quad) -> tuple[str, str]:
    return str(quad.graph_name), str(quad)


def _about(store: ox.Store, frameworks: Sequence[Framework]) -> set[ox.Quad]:
    """The graphs of the frameworks and of their mapping sets, and what the ontology says of all that they name."""
    import pyoxigraph as ox

    ontology = ox.NamedNode(ONTOLOGY_GRAPH)
    found = {
        quad for one in frameworks for iri in (framework_iri(one.key), mapping_set_iri(one.key))
        for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(iri))
    }  # fmt: skip
    waiting = [quad.object for quad in found]
    described: set[Any] = set()
    while waiting:
        term = waiting.pop()
        if isinstance(term, ox.NamedNode) and term.value.startswith(BASE) and term not in described:
            described.add(term)
            said = list(store.quads_for_pattern(term, None, None, ontology))
            found.update(said)
            waiting += [quad.object for quad in said]
    return found


def _json_ld(quads: Iterable[ox.Quad]) -> dict[str, Any]:
    """The quads as one JSON-LD document, a graph object for each named graph (JSON-LD 1.1, section 4.9).

    The serializer of pyoxigraph 0.5 writes expanded JSON-LD only, which people cannot read.
    """
    import pyoxigraph as ox

    listed = list(quads)
    schemes = {term.value.partition(":")[0] for quad in listed for term in quad if isinstance(term, ox.NamedNode)}
    prefixes = {prefix: iri for prefix, iri in PREFIXES.items() if prefix not in schemes}
    names: dict[str, str] = {}

    def name(term: Any) -> str:
        if isinstance(term, ox.BlankNode):
            return str(term)
        if term.value not in names:
            names[term.value] = _compact(term.value, prefixes)
        return names[term.value]

    graphs: dict[str, dict[str, dict[str, Any]]] = {}
    for quad in listed:
        graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else name(quad.graph_name)
        subject = name(quad.subject)
        node = graphs.setdefault(graph, {}).setdefault(subject, {"@id": subject})
        if quad.predicate.value == RDF + "type":
            node.setdefault("@type", []).append(name(quad.object))
        elif isinstance(quad.object, ox.Literal):
            node.setdefault(name(quad.predicate), []).append(_value(quad.object, name))
        else:
            node.setdefault(name(quad.predicate), []).append({"@id": name(quad.object)})
    content: list[dict[str, Any]] = list(graphs.pop("", {}).values())
    content += [{"@id": graph, "@graph": list(nodes.values())} for graph, nodes in graphs.items()]
    return {"@context": prefixes, "@graph": content}


def _compact(iri: str, prefixes: Mapping[str, str]) -> str:
    best = max((prefix for prefix in prefixes if iri.startswith(prefixes[prefix])),
               key=lambda prefix: len(prefixes[prefix]), default="")  # fmt: skip
    rest = iri.removeprefix(prefixes[best]) if best else ""
    return f"{best}:{rest}" if best and not rest.startswith("//") else iri


def _value(literal: ox.Literal, name: Any) -> Any:
    if literal.language:
        return {"@value": literal.value, "@language": literal.language}
    if literal.datatype.value == XSD + "string":
        return literal.value
    return {"@value": literal.value, "@type": name(literal.datatype)}

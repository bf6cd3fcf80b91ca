"""Records to RDF and back, both directions from one table.

:data:`SCHEMAS` states for every record type its class, how its node is named, and for each field the property
and the kind of term. Writing and reading are two interpreters of that table, so they cannot drift apart:
``records(quads(knowledge)) == knowledge`` is a law that the tests hold.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import quote, unquote

import pyoxigraph as ox

from harmonizer import model, vocabulary
from harmonizer.errors import DataError
from harmonizer.knowledge.order import in_order
from harmonizer.vocabulary import BASE, expand

SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Kind:
    """How a field's values become terms and come back."""

    to_term: Callable[[Any], ox.NamedNode | ox.Literal]
    from_term: Callable[[str], Any]
    many: bool = False


def _literal(value: Any) -> ox.Literal:
    return ox.Literal(value)


def _entity(space: str) -> Kind:
    prefix = BASE + space + "/"
    return Kind(
        lambda slug: ox.NamedNode(prefix + quote(slug, safe="")),
        lambda iri: unquote(iri.removeprefix(prefix)),
    )


TEXT = Kind(_literal, str)
INTEGER = Kind(_literal, int)
DECIMAL = Kind(lambda number: ox.Literal(repr(number), datatype=ox.NamedNode(vocabulary.XSD + "decimal")), float)
REQUIREMENT = Kind(lambda key: ox.NamedNode(vocabulary.requirement_iri(key)), vocabulary.requirement_key)
OBJECTIVE = _entity("objective")
DIMENSION = _entity("dimension")
CONTROL = _entity("control")
TAG = _entity("tag")
RELATION = Kind(lambda name: ox.NamedNode(vocabulary.HZ + name), lambda iri: iri.removeprefix(vocabulary.HZ))


def _end_term(end: str) -> ox.NamedNode:
    slug = end.removeprefix("objective:")
    return OBJECTIVE.to_term(slug) if slug != end else REQUIREMENT.to_term(end)  # type: ignore[return-value]


def _end_text(iri: str) -> str:
    if iri.startswith(BASE + "objective/"):
        return "objective:" + str(OBJECTIVE.from_term(iri))
    return vocabulary.requirement_key(iri)


END = Kind(_end_term, _end_text)


def many(kind: Kind) -> Kind:
    """Several values, in no order (they come back sorted)."""
    return replace(kind, many=True)


@dataclass(frozen=True)
class Schema:
    """Class, naming and properties of one record type."""

    record: type
    rdf_class: str
    name: Callable[[Any], str]  # IRI of a record's node
    graph: Callable[[Any], str]  # IRI of the graph that holds it
    fields: dict[str, tuple[str, Kind]]
    from_name: tuple[str, Callable[[str], Any]] | None = None  # a field that the node's own IRI carries
    constants: tuple[tuple[str, str], ...] = ()  # further triples: property, class-like IRI


def _hash_name(space: str, *parts: Callable[[Any], str]) -> Callable[[Any], str]:
    def name(record: Any) -> str:
        text = SEPARATOR.join(part(record) for part in parts)
        return f"{BASE}{space}/{hashlib.sha256(text.encode()).hexdigest()[:20]}"

    return name


def _framework_graph(record: Any) -> str:
    return vocabulary.framework_iri(record.requirement.partition(":")[0])


SCHEMAS: tuple[Schema, ...] = (
    Schema(
        model.Framework, "hz:FrameworkVersion",
        name=lambda f: vocabulary.framework_iri(f.key), graph=lambda f: vocabulary.framework_iri(f.key),
        fields={
            "slug": ("skos:notation", TEXT), "version": ("hz:version", TEXT), "title": ("dct:title", TEXT),
            "short_title": ("hz:shortTitle", TEXT), "publisher": ("dct:publisher", TEXT), "kind": ("hz:kind", TEXT),
            "jurisdiction": ("dct:spatial", TEXT), "url": ("dct:source", TEXT), "licence": ("dct:license", TEXT),
            "text_status": ("hz:textStatus", TEXT), "mapping_licence": ("hz:mappingLicence", TEXT),
            "valid_from": ("hz:validFrom", TEXT), "valid_to": ("hz:validTo", TEXT), "reading": ("hz:reading", TEXT),
            "unmapped": ("hz:unmapped", TEXT), "replaces": ("dct:replaces", TEXT),
            "checked": ("hz:checked", TEXT), "note": ("skos:note", TEXT),
        },
    ),
    Schema(
        model.Requirement, "hz:Requirement",
        name=lambda r: vocabulary.requirement_iri(r.key),
        graph=lambda r: vocabulary.framework_iri(r.key.partition(":")[0]),
        from_name=("key", vocabulary.requirement_key),
        fields={
            "parent": ("hz:partOf", REQUIREMENT), "kind": ("hz:kind", TEXT), "modality": ("hz:modality", TEXT),
            "title": ("dct:title", TEXT), "summary": ("dct:description", TEXT),
            "applies_when": ("hz:appliesWhen", TEXT), "status": ("hz:reviewState", TEXT),
            "checked": ("hz:checked", TEXT), "residual": ("hz:residual", TEXT), "position": ("hz:position", INTEGER),
        },
    ),
    Schema(
        model.Objective, "hz:ControlObjective",
        name=lambda o: BASE + "objective/" + o.slug, graph=lambda o: vocabulary.ONTOLOGY_GRAPH,
        from_name=("slug", OBJECTIVE.from_term),
        fields={
            "parent": ("skos:broader", OBJECTIVE), "level": ("hz:level", TEXT), "title": ("skos:prefLabel", TEXT),
            "outcome": ("skos:definition", TEXT), "position": ("hz:position", INTEGER),
        },
    ),
    Schema(
        model.Mapping, "hz:Mapping",
        name=_hash_name("mapping", lambda m: m.requirement, lambda m: m.relation, lambda m: m.objective),
        graph=lambda m: vocabulary.mapping_set_iri(m.requirement.partition(":")[0]),
        fields={
            "requirement": ("sssom:subject_id", REQUIREMENT), "relation": ("sssom:predicate_id", RELATION),
            "objective": ("sssom:object_id", OBJECTIVE), "part": ("hz:part", TEXT), "basis": ("hz:basis", TEXT),
            "any_of": ("hz:anyOf", TEXT), "confidence": ("sssom:confidence", DECIMAL),
            "comment": ("sssom:comment", TEXT), "review_state": ("hz:reviewState", TEXT),
            "author": ("sssom:author_id", TEXT), "reviewer": ("sssom:reviewer_id", TEXT),
            "date": ("sssom:mapping_date", TEXT), "justification": ("sssom:mapping_justification", TEXT),
        },
    ),
    Schema(
        model.Constraint, "hz:Constraint",
        name=_hash_name("constraint", *(
            lambda c, field=field: getattr(c, field)
            for field in ("requirement", "objective", "dimension", "operator", "value", "unit", "clock", "scope")
        )),
        graph=_framework_graph,
        fields={
            "requirement": ("hz:statedBy", REQUIREMENT), "objective": ("hz:tightens", OBJECTIVE),
            "dimension": ("odrl:leftOperand", DIMENSION), "operator": ("odrl:operator", RELATION),
            "value": ("odrl:rightOperand", TEXT), "unit": ("odrl:unit", TEXT), "extension": ("hz:extension", TEXT),
            "clock": ("hz:clock", TEXT), "scope": ("hz:appliesWhen", TEXT), "wording": ("hz:wording", TEXT),
            "note": ("skos:note", TEXT),
        },
    ),
    Schema(
        model.DateRule, "hz:DateRule",
        name=_hash_name("date", *(
            lambda d, field=field: getattr(d, field)
            for field in ("requirement", "dimension", "scope", "valid_from", "valid_to", "status")
        )),
        graph=_framework_graph,
        fields={
            "requirement": ("hz:dates", REQUIREMENT), "dimension": ("hz:dimension", DIMENSION),
            "scope": ("hz:appliesWhen", TEXT), "valid_from": ("hz:validFrom", TEXT),
            "valid_to": ("hz:validTo", TEXT), "status": ("hz:legalStatus", TEXT), "source": ("dct:source", TEXT),
            "note": ("skos:note", TEXT),
        },
    ),
    Schema(
        model.Dimension, "hz:Dimension",
        name=lambda d: BASE + "dimension/" + d.slug, graph=lambda d: vocabulary.ONTOLOGY_GRAPH,
        from_name=("slug", DIMENSION.from_term),
        fields={
            "title": ("skos:prefLabel", TEXT), "type": ("hz:dimensionType", TEXT),
            "operators": ("hz:admitsOperator", many(RELATION)), "unit": ("hz:unit", TEXT),
            "steps": ("hz:steps", Kind(lambda steps: ox.Literal(" < ".join(steps)),
                                       lambda text: tuple(text.split(" < ")))),
            "definition": ("skos:definition", TEXT), "position": ("hz:position", INTEGER),
        },
    ),
    Schema(
        model.Tag, "hz:Scope",
        name=lambda t: BASE + "tag/" + quote(t.tag, safe=""), graph=lambda t: vocabulary.ONTOLOGY_GRAPH,
        from_name=("tag", TAG.from_term),
        fields={
            "title": ("skos:definition", TEXT), "implies": ("hz:implies", many(TAG)),
            "excludes": ("hz:excludes", many(TAG)), "position": ("hz:position", INTEGER),
        },
    ),
    Schema(
        model.Tension, "hz:Tension",
        name=lambda t: BASE + "tension/" + t.id, graph=lambda t: vocabulary.TENSIONS_GRAPH,
        fields={
            "id": ("skos:notation", TEXT), "title": ("dct:title", TEXT), "members": ("hz:member", many(REQUIREMENT)),
            "nature": ("dct:description", TEXT),
            "ways_out": ("hz:waysOut", Kind(lambda ways: ox.Literal(" || ".join(ways)),
                                            lambda text: tuple(text.split(" || ")))),
            "condition": ("hz:appliesWhen", TEXT), "status": ("hz:reviewState", TEXT),
        },
    ),
    Schema(
        model.MappingSet, "hz:MappingSet",
        name=lambda s: vocabulary.mapping_set_iri(s.id), graph=lambda s: vocabulary.mapping_set_iri(s.id),
        fields={
            "id": ("skos:notation", TEXT), "title": ("dct:title", TEXT), "publisher": ("dct:publisher", TEXT),
            "licence": ("dct:license", TEXT), "source": ("dct:source", TEXT), "version": ("hz:version", TEXT),
            "date": ("dct:issued", TEXT), "reading": ("hz:reading", TEXT), "note": ("skos:note", TEXT),
        },
    ),
    Schema(
        model.Link, "hz:PublishedMapping",
        name=_hash_name("published", lambda k: k.mapping_set, lambda k: k.subject, lambda k: k.relation,
                        lambda k: k.object, lambda k: str(k.position)),
        graph=lambda k: vocabulary.mapping_set_iri(k.mapping_set),
        fields={
            "mapping_set": ("hz:inSet", TEXT), "subject": ("sssom:subject_id", END),
            "relation": ("sssom:predicate_id", RELATION), "object": ("sssom:object_id", END),
            "confidence": ("sssom:confidence", DECIMAL), "rationale": ("sssom:comment", TEXT),
            "position": ("hz:position", INTEGER),
        },
    ),
    Schema(
        model.Difference, "hz:Difference",
        name=_hash_name("difference", lambda d: d.mapping_set, lambda d: d.subject, lambda d: d.object),
        graph=lambda d: vocabulary.mapping_set_iri(d.mapping_set),
        fields={
            "mapping_set": ("hz:inSet", TEXT), "subject": ("sssom:subject_id", END),
            "object": ("sssom:object_id", END), "reason": ("skos:note", TEXT),
        },
    ),
)  # fmt: skip

# A control has parts of its own, so its three node types are written out: the control, its claims and its levels.
_CONTROL_FIELDS: dict[str, tuple[str, Kind]] = {
    "title": ("dct:title", TEXT), "statement": ("dct:description", TEXT), "kind": ("hz:kind", TEXT),
    "settable": ("hz:settable", many(TEXT)), "effort_low": ("hz:effortLow", INTEGER),
    "effort_likely": ("hz:effortLikely", INTEGER), "effort_high": ("hz:effortHigh", INTEGER),
    "effort_basis": ("hz:effortBasis", TEXT), "prerequisites": ("hz:requires", many(CONTROL)),
    "exclusions": ("hz:excludes", many(CONTROL)), "evidence": ("hz:evidence", many(TEXT)),
    "owner": ("hz:ownerRole", TEXT), "automation": ("hz:automation", many(TEXT)),
}  # fmt: skip
_LEVEL_FIELDS: dict[str, tuple[str, Kind]] = {
    "objective": ("hz:tightens", OBJECTIVE), "dimension": ("odrl:leftOperand", DIMENSION),
    "value": ("odrl:rightOperand", TEXT), "unit": ("odrl:unit", TEXT), "effort_low": ("hz:effortLow", INTEGER),
    "effort_likely": ("hz:effortLikely", INTEGER), "effort_high": ("hz:effortHigh", INTEGER),
    "note": ("skos:note", TEXT),
}  # fmt: skip
_CLAIM_FIELDS: dict[str, tuple[str, Kind]] = {
    "objective": ("hz:satisfies", OBJECTIVE), "reason": ("sssom:comment", TEXT), "control": ("hz:claimOf", CONTROL),
}  # fmt: skip

_TYPE = ox.NamedNode(vocabulary.RDF + "type")


@cache
def _recurring(iri: str) -> ox.NamedNode:
    """The term of a class, property or graph, made once."""
    return ox.NamedNode(iri)


def _node(
    name: str, rdf_class: str, graph: str, fields: dict[str, tuple[str, Kind]], value_of: Callable[[str], Any]
) -> Iterator[ox.Quad]:
    subject, place = ox.NamedNode(name), _recurring(graph)
    yield ox.Quad(subject, _TYPE, _recurring(expand(rdf_class)), place)
    for field, (predicate, kind) in fields.items():
        value = value_of(field)
        if value in ("", ()):
            continue
        term = _recurring(expand(predicate))
        for one in value if kind.many else (value,):
            yield ox.Quad(subject, term, kind.to_term(one), place)


def quads(knowledge: model.Knowledge) -> Iterator[ox.Quad]:
    """The dataset of ``knowledge``: a named graph per framework version and per mapping set."""
    by_type = {type(records[0]): records for records in _collections(knowledge) if records}
    for schema in SCHEMAS:
        for record in by_type.get(schema.record, ()):
            yield from _node(
                schema.name(record), schema.rdf_class, schema.graph(record), schema.fields, record.__getattribute__
            )
    for control in knowledge.controls:
        yield from control_quads(control)


def control_quads(control: model.Control) -> Iterator[ox.Quad]:
    """A control with its claims and levels."""
    name, graph = BASE + "control/" + control.slug, vocabulary.CONTROLS_GRAPH
    yield from _node(name, "hz:Control", graph, _CONTROL_FIELDS, control.__getattribute__)
    for objective, reason in zip(control.satisfies, control.reasons, strict=True):
        claim = {"objective": objective, "reason": reason, "control": control.slug}
        claim_name = f"{BASE}satisfaction/{control.slug}/{objective}"
        yield from _node(claim_name, "hz:Satisfaction", graph, _CLAIM_FIELDS, claim.__getitem__)
    for level in control.levels:
        setting = quote(f"{level.objective or '*'}/{level.dimension}/{level.value}", safe="/")
        level_name = f"{BASE}level/{control.slug}/{setting}"
        yield from _node(level_name, "hz:Level", graph, _LEVEL_FIELDS, level.__getattribute__)
        yield ox.Quad(
            ox.NamedNode(level_name), ox.NamedNode(expand("hz:levelOf")), ox.NamedNode(name), ox.NamedNode(graph)
        )


def _collections(knowledge: model.Knowledge) -> tuple[tuple[Any, ...], ...]:
    return (knowledge.frameworks, knowledge.requirements, knowledge.objectives, knowledge.mappings,
            knowledge.constraints, knowledge.dates, knowledge.dimensions, knowledge.tags,
            knowledge.tensions, knowledge.mapping_sets, knowledge.links, knowledge.differences)  # fmt: skip


Nodes = dict[str, dict[str, list[str]]]


def records(source: Iterable[ox.Quad]) -> model.Knowledge:
    """Read the records of a dataset, in canonical order whatever order the quads come in.

    Raises :class:`~harmonizer.errors.DataError` naming the node where a property that a record cannot do without is
    missing or has no value of its kind.
    """
    nodes: dict[str, Nodes] = defaultdict(dict)
    properties: Nodes = defaultdict(lambda: defaultdict(list))
    classes: dict[str, list[str]] = defaultdict(list)
    for quad in source:
        subject, term = quad.subject, quad.object
        if isinstance(term, ox.Triple) or isinstance(subject, (ox.BlankNode, ox.Triple)):
            continue
        if quad.predicate == _TYPE:
            classes[subject.value].append(term.value)
        else:
            properties[subject.value][quad.predicate.value].append(term.value)
    for subject_iri, types in classes.items():
        for rdf_class in types:
            nodes[rdf_class][subject_iri] = properties[subject_iri]

    read = {schema.record: [_read(schema, iri, node) for iri, node in nodes[expand(schema.rdf_class)].items()]
            for schema in SCHEMAS}  # fmt: skip
    return in_order(model.Knowledge(
        frameworks=tuple(read[model.Framework]), requirements=tuple(read[model.Requirement]),
        objectives=tuple(read[model.Objective]), mappings=tuple(read[model.Mapping]),
        constraints=tuple(read[model.Constraint]), dates=tuple(read[model.DateRule]),
        dimensions=tuple(read[model.Dimension]), tags=tuple(read[model.Tag]), tensions=tuple(read[model.Tension]),
        mapping_sets=tuple(read[model.MappingSet]), links=tuple(read[model.Link]),
        differences=tuple(read[model.Difference]),
        controls=_read_controls(nodes),
    ))  # fmt: skip


def _values(fields: dict[str, tuple[str, Kind]], iri: str, node: dict[str, list[str]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, (predicate, kind) in fields.items():
        found = node.get(expand(predicate))
        try:
            if kind.many:
                values[field] = tuple(sorted(kind.from_term(text) for text in found or ()))
            elif found:
                if len(found) > 1:
                    raise DataError(f"<{iri}> has {len(found)} values of {predicate}; expected one")
                values[field] = kind.from_term(found[0])
            elif kind in (INTEGER, DECIMAL):
                values[field] = 0
            else:
                values[field] = () if field in ("steps", "ways_out") else ""
        except ValueError as error:
            raise DataError(f"<{iri}>: {predicate} cannot be read: {error}") from error
    return values


def _read(schema: Schema, iri: str, node: dict[str, list[str]]) -> Any:
    values = _values(schema.fields, iri, node)
    if schema.from_name:
        field, decode = schema.from_name
        values[field] = decode(iri)
    return schema.record(**values)


def _read_controls(nodes: dict[str, Nodes]) -> tuple[model.Control, ...]:
    claims: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for iri, node in nodes[expand("hz:Satisfaction")].items():
        values = _values(_CLAIM_FIELDS, iri, node)
        claims[values["control"]].append((values["objective"], values["reason"]))
    levels: dict[str, list[model.Level]] = defaultdict(list)
    for iri, node in nodes[expand("hz:Level")].items():
        owner = CONTROL.from_term(node[expand("hz:levelOf")][0])
        levels[owner].append(model.Level(**_values(_LEVEL_FIELDS, iri, node)))
    controls = []
    for iri, node in nodes[expand("hz:Control")].items():
        slug = CONTROL.from_term(iri)
        claimed = sorted(claims[slug])
        controls.append(model.Control(
            slug=slug, satisfies=tuple(objective for objective, _ in claimed),
            reasons=tuple(reason for _, reason in claimed), levels=tuple(sorted(levels[slug], key=repr)),
            **_values(_CONTROL_FIELDS, iri, node),
        ))  # fmt: skip
    return tuple(controls)


PROPERTIES: dict[str, frozenset[str]] = {
    expand(name): frozenset(expand(predicate) for predicate, _ in fields.values()) | {expand(one) for one in further}
    for name, fields, further in (
        *((schema.rdf_class, schema.fields, ()) for schema in SCHEMAS),
        ("hz:Control", _CONTROL_FIELDS, ()), ("hz:Satisfaction", _CLAIM_FIELDS, ()),
        ("hz:Level", _LEVEL_FIELDS, ("hz:levelOf",)),
    )
}  # fmt: skip
"""The properties that are read of each class, both as IRIs."""

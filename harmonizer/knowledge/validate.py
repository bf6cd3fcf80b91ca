"""Whether a dataset hangs together: references, trees, scope expressions, values that fit their dimensions, SHACL.

:func:`check` looks at records and knows the line that each came from; :func:`shacl` looks at the RDF dataset
through ``ontologies/shapes.ttl`` and so judges foreign RDF by the same rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harmonizer import model
from harmonizer.errors import MOST_HINTS, DataError, did_you_mean, nearest
from harmonizer.knowledge.authored import Place, describe
from harmonizer.model import short_key
from harmonizer.scope import ScopeError, ScopeLogic
from harmonizer.values import Duration, parse_value

if TYPE_CHECKING:
    import pyoxigraph as ox
    import rdflib


def check(knowledge: model.Knowledge, places: Mapping[object, Place]) -> list[DataError]:
    """Every problem that makes the records unfit for computing, each with its place."""
    return list(_Checker(knowledge, places).problems())


class _Checker:
    def __init__(self, knowledge: model.Knowledge, places: Mapping[object, Place]) -> None:
        self.knowledge, self.places = knowledge, places
        self.requirements = {requirement.key: requirement for requirement in knowledge.requirements}
        self.keys_of: dict[str, dict[str, None]] = defaultdict(dict)  # by framework version, in order
        for key in self.requirements:
            self.keys_of[key.partition(":")[0]][key] = None
        self.objectives = {objective.slug: objective for objective in knowledge.objectives}
        self.leaves = {slug for slug, objective in self.objectives.items() if objective.level == "leaf"}
        self.dimensions = {dimension.slug: dimension for dimension in knowledge.dimensions}
        self.controls = {control.slug: control for control in knowledge.controls}
        self.scope = ScopeLogic(knowledge.tags)
        self.unknown = 0
        self.mapped = {(mapping.requirement, mapping.objective) for mapping in knowledge.mappings}

    def problems(self) -> Iterator[DataError]:
        checks: tuple[tuple[Iterable[Any], Callable[[Any], Iterator[tuple[str, str]]]], ...] = (
            (self.knowledge.objectives, self._objective), (self.knowledge.requirements, self._requirement),
            (self.knowledge.mappings, self._mapping), (self.knowledge.constraints, self._constraint),
            (self.knowledge.dates, self._date), (self.knowledge.tensions, self._tension),
            (self.knowledge.controls, self._control),
        )  # fmt: skip
        for records, examine in checks:
            for record in records:
                for message, column in examine(record):
                    place = describe(record, self.places)
                    yield DataError(message, file=place.file, line=place.line or None, column=column)
        yield from self._cycles()
        yield from self._twins()

    def _known(self, kind: str, name: str, known: Iterable[str], column: str) -> Iterator[tuple[str, str]]:
        if name not in known:
            self.unknown += 1
            near = nearest(short_key(name), map(short_key, known)) if self.unknown <= MOST_HINTS else []
            yield f"unknown {kind} {short_key(name)!r}{did_you_mean(near)}", column

    def _leaf(self, slug: str, column: str) -> Iterator[tuple[str, str]]:
        if slug in self.objectives and slug not in self.leaves:
            yield f"{slug!r} is a {self.objectives[slug].level}, expected a leaf objective", column
        else:
            yield from self._known("objective", slug, self.leaves, column)

    def _expression(self, text: str, column: str) -> Iterator[tuple[str, str]]:
        try:
            self.scope.check(text)
        except ScopeError as error:
            yield str(error), column

    def _objective(self, record: model.Objective) -> Iterator[tuple[str, str]]:
        if record.parent:
            yield from self._known("objective", record.parent, self.objectives, "broader")

    def _requirement(self, record: model.Requirement) -> Iterator[tuple[str, str]]:
        if record.parent:
            siblings = self.keys_of[record.key.partition(":")[0]]
            yield from self._known("parent", record.parent, siblings, "parent")
        if record.kind == "requirement" and not record.modality:
            yield "a requirement needs a modality", "modality"
        if not record.title:
            yield "the title is empty", "title"
        yield from self._expression(record.applies_when, "applies_when")

    def _mapping(self, record: model.Mapping) -> Iterator[tuple[str, str]]:
        yield from self._known("requirement", record.requirement, self.requirements, "subject_id")
        yield from self._leaf(record.objective, "object_id")
        requirement = self.requirements.get(record.requirement)
        if requirement and requirement.kind != "requirement":
            yield f"{requirement.short} is a {requirement.kind}; only requirements are mapped", "subject_id"
        if not record.comment:
            yield "a mapping needs its reason", "comment"
        if record.basis == "practice" and record.relation != "intersects-with":
            yield "a practice row is always intersects-with", "predicate_id"

    def _value(self, dimension: str, value: str, unit: str) -> Iterator[tuple[str, str]]:
        try:
            parse_value(self.dimensions[dimension], value, unit)
        except ValueError as error:
            yield str(error), "unit" if str(error).startswith("unit") else "value"

    def _constraint(self, record: model.Constraint) -> Iterator[tuple[str, str]]:
        yield from self._known("requirement", record.requirement, self.requirements, "requirement")
        yield from self._leaf(record.objective, "objective")
        yield from self._known("dimension", record.dimension, self.dimensions, "dimension")
        yield from self._expression(record.scope, "scope")
        if (
            record.requirement in self.requirements
            and record.objective in self.leaves
            and ((record.requirement, record.objective) not in self.mapped)
        ):
            yield f"{short_key(record.requirement)} is not mapped to {record.objective}", "objective"
        if not record.value:
            yield "the value is empty", "value"
        dimension = self.dimensions.get(record.dimension)
        if dimension:
            if record.operator not in (*dimension.operators, "equals"):
                yield (f"operator {record.operator!r} does not fit {dimension.slug}; "
                       f"expected {', '.join(dimension.operators)}"), "operator"  # fmt: skip
            if record.comparable or record.is_trigger:
                yield from self._value(record.dimension, record.value, record.unit)
        if record.extension:
            try:
                Duration.parse(record.extension)
            except ValueError as error:
                yield str(error), "extension"

    def _date(self, record: model.DateRule) -> Iterator[tuple[str, str]]:
        yield from self._known("requirement", record.requirement, self.requirements, "requirement")
        yield from self._expression(record.scope, "scope")
        if record.dimension:
            yield from self._known("dimension", record.dimension, self.dimensions, "dimension")

    def _tension(self, record: model.Tension) -> Iterator[tuple[str, str]]:
        for member in record.members:
            yield from self._known("requirement", member, self.requirements, "members")
        yield from self._expression(record.condition, "condition")

    def _control(self, record: model.Control) -> Iterator[tuple[str, str]]:
        for leaf in record.satisfies:
            yield from self._leaf(leaf, "satisfies")
        for column in ("prerequisites", "exclusions"):
            for other in getattr(record, column):
                yield from self._known("control", other, self.controls, column)
        for setting in record.settable:
            leaf, _, dimension = setting.rpartition(".")
            yield from self._known("dimension", dimension, self.dimensions, "settable")
            if leaf and leaf not in record.satisfies:
                yield f"settable {setting!r}: the control does not satisfy {leaf!r}", "settable"
        named = [(one.objective, one.dimension, one.value) for one in record.levels]
        for level in record.levels:
            if named.count((level.objective, level.dimension, level.value)) > 1:
                yield f"two levels of {level.dimension} {level.value}; keep one", "levels"
            yield from self._known("dimension", level.dimension, self.dimensions, "dimension")
            if level.objective and level.objective not in record.satisfies:
                yield f"level {level.objective}/{level.dimension}: the control does not satisfy that leaf", "objective"
            if level.dimension in self.dimensions:
                yield from self._value(level.dimension, level.value, level.unit)

    def _cycles(self) -> Iterator[DataError]:
        parents: dict[str, str] = {requirement.key: requirement.parent for requirement in self.knowledge.requirements}
        reported: set[str] = set()
        for start in parents:
            path: list[str] = []
            key = start
            while key and key in parents and key not in path:
                path.append(key)
                key = parents[key]
            if key in path and key not in reported:
                ring = path[path.index(key) :]
                reported.update(ring)
                place = describe(self.requirements[ring[0]], self.places)
                chain = " -> ".join(short_key(one) for one in (*ring, ring[0]))
                yield DataError(f"the parents run in a circle: {chain}", file=place.file, line=place.line or None,
                                column="parent")  # fmt: skip

    def _twins(self) -> Iterator[DataError]:
        """Records that differ and would be one node of the dataset, with two values of what may have one."""
        from harmonizer.knowledge.rdf import SCHEMAS

        name_of = {schema.record: schema.name for schema in SCHEMAS}
        first: dict[str, Any] = {}
        for records in (self.knowledge.mappings, self.knowledge.constraints, self.knowledge.dates,
                        self.knowledge.tensions, self.knowledge.differences):  # fmt: skip
            for record in records:
                other = first.setdefault(name_of[type(record)](record), record)
                if other is not record:
                    place, before = describe(record, self.places), describe(other, self.places)
                    yield DataError(f"this says otherwise what line {before.line} says of the same thing; keep one",
                                    file=place.file, line=place.line or None)  # fmt: skip


@dataclass(frozen=True)
class ShapeViolation:
    """One SHACL result: the node, the property, and what the shape asks."""

    node: str
    path: str
    message: str
    severity: str


def shacl(store: ox.Store, shapes: bytes, *, progress: Callable[[str], None] | None = None) -> list[ShapeViolation]:
    """Validate a dataset against SHACL shapes (Turtle bytes) with pySHACL; the violations, sorted."""
    import pyoxigraph as ox
    import pyshacl
    import rdflib
    from rdflib.namespace import SH

    if progress:
        progress("copying the dataset")
    data = rdflib.Graph()
    for quad in store:
        data.add((_rdflib_term(quad.subject), _rdflib_term(quad.predicate), _rdflib_term(quad.object)))
    shape_graph = rdflib.Graph()
    for triple in ox.parse(shapes, format=ox.RdfFormat.TURTLE):
        shape_graph.add((_rdflib_term(triple.subject), _rdflib_term(triple.predicate), _rdflib_term(triple.object)))
    if progress:
        progress("validating")
    conforms, report, _ = pyshacl.validate(data, shacl_graph=shape_graph, inference="none", do_owl_imports=False)
    if conforms:
        return []
    found = []
    for result in report.objects(None, SH.result):
        one = {name: report.value(result, SH[name]) for name in
               ("focusNode", "resultPath", "resultMessage", "resultSeverity")}  # fmt: skip
        found.append(ShapeViolation(str(one["focusNode"]), str(one["resultPath"] or ""), str(one["resultMessage"]),
                                    str(one["resultSeverity"]).rpartition("#")[2]))  # fmt: skip
    return sorted(found, key=lambda violation: (violation.node, violation.path, violation.message))


def _rdflib_term(term: object) -> rdflib.term.Node:
    """A pyoxigraph term as rdflib's; plain literals stay plain."""
    import pyoxigraph as ox
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, ox.Literal)
    datatype = term.datatype.value
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    if datatype == str(rdflib.XSD.string):
        return rdflib.Literal(term.value)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(datatype))

"""What is asserted: one claim that one set of things to do stands in a relation to another, with who says so.

Nodes are requirement keys (``slug@version:id``) and objectives (``objective:<slug>``). A *reading* says what a
relation is taken to state. Read plainly, "superset of" leaves open whether the two are equal; read strictly, it does
not. Our own rows are read strictly; published and imported ones plainly, unless their set says otherwise, because
publishers write "intersects" for anything related (reasoning.md, section 1).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from harmonizer.errors import UnknownNameError
from harmonizer.model import Knowledge, Mapping

Reading = Literal["plain", "strict"]
FactName = Literal["S", "N", "O", "D"]
Fact = tuple[FactName, int, int]
"""``("S", 0, 1)``: the subject (0) is within the object (1). S within, N not within, O overlap, D disjoint."""

RELATED = "related"
"""Said to be related, of no type that was given: overlap, marked unreviewed."""

_PLAIN: dict[str, tuple[Fact, ...]] = {
    "equal": (("S", 0, 1), ("S", 1, 0)),
    "subset-of": (("S", 0, 1),),
    "superset-of": (("S", 1, 0),),
    "intersects-with": (("O", 0, 1),),
    "no-relationship": (("D", 0, 1),),
    RELATED: (("O", 0, 1),),
}
_STRICT_ADDS: dict[str, tuple[Fact, ...]] = {
    "subset-of": (("N", 1, 0),),
    "superset-of": (("N", 0, 1),),
    "intersects-with": (("N", 0, 1), ("N", 1, 0)),
}


@dataclass(frozen=True, slots=True)
class Assertion:
    """One asserted relation.

    ``source`` names the mapping set, ``place`` the file and line where it stands, ``comment`` its reason.
    """

    subject: str
    relation: str
    object: str
    reading: Reading = "plain"
    source: str = ""
    confidence: float = 1.0
    comment: str = ""
    place: str = ""
    reviewed: bool = True

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that it states, by its relation and reading."""
        return facts_of(self.relation, self.reading)


class Statements(NamedTuple):
    """What assertions state, without who says so and why: all that a closure looks at, a list for each column."""

    subjects: list[str]
    relations: list[str]
    objects: list[str]
    readings: list[Reading]

    @classmethod
    def of(cls, assertions: Iterable[Assertion]) -> Statements:
        given = tuple(assertions)
        return cls([one.subject for one in given], [one.relation for one in given], [one.object for one in given],
                   [one.reading for one in given])  # fmt: skip

    def row(self, place: int) -> tuple[str, str, str, Reading]:
        """One of them."""
        return self.subjects[place], self.relations[place], self.objects[place], self.readings[place]

    def and_also(self, others: Statements) -> Statements:
        """These, then the others."""
        return Statements(self.subjects + others.subjects, self.relations + others.relations,
                          self.objects + others.objects, self.readings + others.readings)  # fmt: skip


def facts_of(relation: str, reading: Reading) -> tuple[Fact, ...]:
    """The facts that a relation states of its ends, as it is read."""
    return _PLAIN[relation] + (_STRICT_ADDS.get(relation, ()) if reading == "strict" else ())


def assertions_of(rows: Iterable[Mapping], reading: Reading = "strict") -> list[Assertion]:
    """The mapping rows that state facts, as assertions."""
    return [
        Assertion(
            row.requirement, row.relation, f"objective:{row.objective}", reading,
            f"harmonizer:{row.requirement.partition(':')[0]}", row.confidence, row.comment,
            reviewed=row.review_state == "reviewed",
        )
        for row in rows
        if row.states_fact
    ]  # fmt: skip


def own_assertions(knowledge: Knowledge) -> list[Assertion]:
    """What the frameworks' own mapping sets assert, read as each framework says."""
    plain = _read_plainly(knowledge)
    rows: tuple[list[Mapping], list[Mapping]] = ([], [])
    for row in knowledge.mappings:
        rows[row.requirement.partition(":")[0] in plain].append(row)
    return [*assertions_of(rows[0], "strict"), *assertions_of(rows[1], "plain")]


def own_statements(knowledge: Knowledge) -> Statements:
    """What :func:`own_assertions` states, in a fraction of the time."""
    plain = _read_plainly(knowledge)
    rows = [row for row in knowledge.mappings if row.states_fact]
    subjects = [row.requirement for row in rows]
    readings: list[Reading] = ["strict"] * len(rows)
    if plain:
        readings = ["plain" if subject.partition(":")[0] in plain else "strict" for subject in subjects]
    return Statements(
        subjects, [row.relation for row in rows], [f"objective:{row.objective}" for row in rows], readings
    )


def _read_plainly(knowledge: Knowledge) -> frozenset[str]:
    return frozenset(one.key for one in knowledge.frameworks if one.reading == "plain")


def trusted_assertions(knowledge: Knowledge, trust: Collection[str]) -> list[Assertion]:
    """The rows of the published mapping sets that the user trusts, by publisher or by id, or all for ``*``.

    Raises :class:`~harmonizer.errors.UnknownNameError` for a name that no set has.
    """
    sets = knowledge.mapping_sets
    names = {name for one in sets for name in (one.id, one.publisher)}
    for name in trust:
        if name != "*" and name not in names:
            raise UnknownNameError("publisher or mapping set", name, sorted(names))
    chosen = {one.id: one for one in sets if "*" in trust or one.id in trust or one.publisher in trust}
    found = []
    for link in knowledge.links:
        if link.mapping_set in chosen:
            reading: Reading = "strict" if chosen[link.mapping_set].reading == "strict" else "plain"
            found.append(Assertion(
                link.subject, link.relation, link.object, reading, link.mapping_set, link.confidence, link.rationale,
                f"{link.mapping_set}.sssom.tsv:{link.position}", reviewed=link.relation != RELATED,
            ))  # fmt: skip
    return found

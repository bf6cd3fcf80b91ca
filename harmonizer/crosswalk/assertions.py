"""What is asserted: one claim that one set of things to do stands in a relation to another, with who says so.

Nodes are requirement keys (``slug@version:id``) and objectives (``objective:<slug>``). A *reading* says what a
relation is taken to state. Read plainly, "superset of" leaves open whether the two are equal; read strictly, it does
not. Our own rows are read strictly; published and imported ones plainly, unless their set says otherwise, because
publishers write "intersects" for anything related (reasoning.md, section 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harmonizer.model import Mapping

Reading = Literal["plain", "strict"]
Fact = tuple[str, int, int]
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
        return _PLAIN[self.relation] + (_STRICT_ADDS.get(self.relation, ()) if self.reading == "strict" else ())


def own_assertions(mappings: tuple[Mapping, ...] | list[Mapping], reading: Reading = "strict") -> list[Assertion]:
    """The rows of our mapping sets that state facts, as assertions."""
    return [
        Assertion(
            row.requirement, row.relation, f"objective:{row.objective}", reading,
            f"harmonizer:{row.requirement.partition(':')[0]}", row.confidence, row.comment,
            reviewed=row.review_state == "reviewed",
        )
        for row in mappings
        if row.states_fact
    ]  # fmt: skip

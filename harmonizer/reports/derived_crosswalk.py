"""The crosswalk that follows from the mappings of two frameworks, as statements that other tools can be given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmonizer.crosswalk.counterparts import pairs
from harmonizer.crosswalk.explain import describer, explain_pair
from harmonizer.crosswalk.known import known_of
from harmonizer.knowledge.index import Index
from harmonizer.model import Framework, Relation, Requirement
from harmonizer.strictness.applicability import Circumstances

_STATED: dict[str, Relation] = {
    "equal": "equal",
    "subset-of": "subset-of",
    "superset-of": "superset-of",
    "intersects-with": "intersects-with",
    "no-relationship": "no-relationship",
    "equal or subset-of": "subset-of",
    "equal or superset-of": "superset-of",
    "subset-of or intersects-with": "intersects-with",
    "superset-of or intersects-with": "intersects-with",
    "at least overlaps": "intersects-with",
}
"""The set relation that is stated for what is known; read plainly, none says more than that."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A relation between two requirements that follows from the mappings.

    ``known`` is all that follows, in words; where that is more than one of the five relations, ``relation`` is to be
    read plainly: "subset of" leaves open whether the two are equal, "intersects with" says that they overlap at least.
    """

    source: Requirement
    target: Requirement
    relation: Relation
    known: str
    coverage: float  # 0 to 1, of the source by the target
    reason: str  # the derivation, a sentence for each step
    confidence: float  # of the weakest step

    @property
    def exact(self) -> bool:
        """Whether exactly this relation is known."""
        return self.relation == self.known


def derived(
    index: Index, source: Framework, target: Framework, circumstances: Circumstances
) -> tuple[Sequence[Statement], int]:
    """The statements, best first, and how many pairs that meet in an objective are left out: nothing follows there."""
    graph, describe = known_of(index).graph, describer(index)
    found: list[Statement] = []
    met = pairs(index, source, target, circumstances)
    for pair in met:
        if pair.relation in _STATED:
            a, b = pair.source.requirement, pair.target.requirement
            head, *lines = explain_pair(graph, a.key, b.key, describe).lines
            steps = " ".join(line.sentence for line in lines if line.step.isdigit())
            found.append(Statement(a, b, _STATED[pair.relation], pair.relation, round(pair.coverage, 4),
                                   f"{head.sentence} Because: {steps}", head.confidence or 0.0))  # fmt: skip
    return found, len(met) - len(found)

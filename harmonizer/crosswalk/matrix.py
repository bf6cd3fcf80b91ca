"""Directed coverage between all frameworks at once.

Requirements ask for far fewer distinct things than there are requirements: a leaf (or any-of group), with a scope and
perhaps numbers. Whether a framework meets such a thing is decided once per thing and framework; the shares of all
requirements then come from one sparse product, requirements by things times things by frameworks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from harmonizer import model
from harmonizer.answer import Answer, Cell
from harmonizer.crosswalk.coverage import Asked, Coverer, asked_by
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.store import without_collection
from harmonizer.strictness.applicability import Circumstances, applicable, condition_of

Thing = tuple[object, ...]


@dataclass
class _Asks:
    """The sparse matrix of what requirements ask for, as it grows: one entry is (requirement, thing, weight)."""

    things: dict[Thing, int] = field(default_factory=dict)
    samples: list[Asked] = field(default_factory=list)
    entries: list[tuple[int, int, int]] = field(default_factory=list)
    framework_of: list[int] = field(default_factory=list)

    def add(self, index: Index, framework: int, asked: Sequence[Asked], circumstances: Circumstances) -> None:
        row = len(self.framework_of)
        self.framework_of.append(framework)
        for one in asked:
            thing = _thing(index, one, circumstances)
            place = self.things.setdefault(thing, len(self.samples))
            if place == len(self.samples):
                self.samples.append(one)
            self.entries.append((row, place, one.weight))


def _thing(index: Index, asked: Asked, circumstances: Circumstances) -> Thing:
    """What decides whether an ask is met: its leaves, and for each row its scope and numbers."""
    return (
        asked.leaves,
        frozenset(
            (row.objective, index.requirements[row.requirement].applies_when, _numbers(index, row, circumstances))
            for row in asked.rows
        ),
    )


def _numbers(index: Index, row: model.Mapping, circumstances: Circumstances) -> frozenset[tuple[str, ...]]:
    return frozenset(
        (
            one.dimension,
            one.operator,
            one.value,
            one.unit,
            one.extension,
            one.clock,
            condition_of(index, one, circumstances),
        )
        for one in index.constraints_of.get(row.requirement, ())
        if one.objective == row.objective and one.comparable
    )


@without_collection()
def shares(index: Index, frameworks: Sequence[model.Framework], circumstances: Circumstances) -> Any:
    """Mean coverage of the requirements of each framework (row) by each framework (column), as a numpy array.

    Requirements that are not in scope are left out; a framework with none in scope has 0. Time grows with the number
    of rows, and with things times the frameworks that contain their leaves.
    """
    import numpy as np
    from scipy import sparse

    asks = _Asks()
    coverers = []
    for place, framework in enumerate(frameworks):
        in_scope = applicable(index, framework, circumstances, modalities=None)
        coverers.append(Coverer(index, in_scope, circumstances))
        for requirement in in_scope:
            asks.add(index, place, asked_by(index, requirement, index.parts(requirement.key)), circumstances)
    asking: dict[str, list[int]] = {}
    for place, sample in enumerate(asks.samples):
        for leaf in sample.leaves:
            asking.setdefault(leaf, []).append(place)
    several = [place for place, sample in enumerate(asks.samples) if len(sample.leaves) > 1]
    met = np.zeros((len(asks.samples), len(frameworks)))
    for column, coverer in enumerate(coverers):
        touched = {place for leaf in coverer.containing for place in asking.get(leaf, ())}
        for place in touched.union(several if coverer.groups else ()):
            met[place, column] = coverer.meets(asks.samples[place])[0]
    entries = np.array(asks.entries, dtype=np.int64).reshape(-1, 3)
    rows, columns, weights = entries[:, 0], entries[:, 1], entries[:, 2].astype(float)
    count = len(asks.framework_of)
    weighed = sparse.csr_array((weights, (rows, columns)), shape=(count, len(asks.samples)))
    total = np.maximum(np.asarray(weighed.sum(axis=1)).reshape(-1, 1), 1)
    found = np.zeros((len(frameworks), len(frameworks)))
    bounds = np.searchsorted(asks.framework_of, np.arange(len(frameworks) + 1))
    for place, (first, last) in enumerate(pairwise(bounds)):  # a framework at a time, as the whole may not fit
        share = (weighed[first:last] @ met) / total[first:last]
        found[place] = share.sum(axis=0) / max(last - first, 1)
    return found


def matrix(index: Index, frameworks: Sequence[model.Framework], circumstances: Circumstances) -> Answer:
    """The directed share of each framework's in-scope requirements (row) that each framework covers (column)."""
    found = shares(index, frameworks, circumstances)
    rows: list[tuple[Cell, ...]] = [
        (of.slug, *(round(float(cell), 4) for cell in found[place])) for place, of in enumerate(frameworks)
    ]
    columns = ("framework", *(framework.slug for framework in frameworks))
    return Answer.of(columns, rows, title="Share of the row's requirements that the column covers")

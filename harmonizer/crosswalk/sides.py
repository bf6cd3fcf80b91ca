"""One requirement as it enters a crosswalk, and how far two requirements cover one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from harmonizer import model
from harmonizer.crosswalk.coverage import PRIMARY, SECONDARY, Asked, Coverer, asked_by
from harmonizer.knowledge.index import Index
from harmonizer.strictness.applicability import Circumstances


class Side:
    """One requirement as it enters a crosswalk: itself, and at parent level what stands below it.

    ``rows`` are those of the ``members``, which apply: by default all of its own. ``below`` is all that stands below,
    applying or not. ``leaves`` are the rows by leaf, or those of them that somebody asks about. What else is known is
    worked out when it is asked for: of thousands that meet one requirement, most are asked little.
    """

    def __init__(
        self, index: Index, requirement: model.Requirement, circumstances: Circumstances,
        leaves: Mapping[str, Sequence[model.Mapping]] | None = None, rows: Sequence[model.Mapping] | None = None,
        members: Sequence[model.Requirement] = (), below: Sequence[model.Requirement] = (),
    ) -> None:  # fmt: skip
        self.index, self.requirement, self.circumstances = index, requirement, circumstances
        self._rows, self._members, self._below = rows, members or (requirement,), below
        self.leaves = _by_leaf(self.rows) if leaves is None else leaves
        self.framework, _, self.id = requirement.key.partition(":")  # by key, slug@version
        self.slug = self.framework.partition("@")[0]

    @property
    def rows(self) -> Sequence[model.Mapping]:
        return self.index.mappings_of.get(self.requirement.key, ()) if self._rows is None else self._rows

    @property
    def is_plain(self) -> bool:
        """Whether what it asks for is just the leaves of its rows, and nothing else of it reaches anything."""
        return self._rows is None and self.requirement.key not in self.index.with_alternatives

    @cached_property
    def strengths(self) -> dict[str, float]:
        """How surely and how much of each leaf is meant, to tell the leaf by which a pair is explained."""
        return {leaf: sum((2 if row.part == "primary" else 1) * row.confidence for row in rows)
                for leaf, rows in self.leaves.items()}  # fmt: skip

    @cached_property
    def coverer(self) -> Coverer:
        return Coverer(self.index, self._members, self.circumstances)

    @cached_property
    def asked(self) -> list[Asked]:
        return asked_by(self.index, self.requirement, self._below)

    def comment(self, leaf: str) -> str:
        """The reason of its first row on a leaf, after its name."""
        return f"{self.slug}:{self.id}: {self.leaves[leaf][0].comment}"


def _by_leaf(rows: Iterable[model.Mapping]) -> dict[str, list[model.Mapping]]:
    leaves: dict[str, list[model.Mapping]] = {}
    for row in rows:
        leaves.setdefault(row.objective, []).append(row)
    return leaves


class Shares:
    """How far one requirement and each of many others cover one another.

    Most others are plain: what they ask for is just the leaves of their rows, and nothing else reaches anything. Those
    of one scope that put no numbers on a leaf are alike there, so that what is found of one of them holds for all.
    """

    def __init__(self, side: Side) -> None:
        self._side = side
        self._total = sum(one.weight for one in side.asked)
        self._places: dict[str, list[int]] = {}
        for place, one in enumerate(side.asked):
            for leaf in one.leaves:
                self._places.setdefault(leaf, []).append(place)
        self._found: dict[tuple[str, bool, str], tuple[tuple[int, ...], bool]] = {}

    def with_other(self, other: Side) -> tuple[float, float]:
        """The share of what the one asks for that the other reaches, 0 to 1, and the other way round."""
        if not other.is_plain:
            return _share(self._side, other.coverer), _share(other, self._side.coverer)
        key, index = other.requirement.key, other.index
        reached: set[int] = set()
        back = 0
        for leaf, rows in other.leaves.items():
            if leaf in self._places:
                contains, asked = False, SECONDARY
                for row in rows:
                    contains = contains or row.contains_leaf
                    asked = PRIMARY if row.part == "primary" else asked
                alike = key if (key, leaf) in index.numbered else other.requirement.applies_when
                case = (leaf, contains, alike)
                if case not in self._found:
                    self._found[case] = self._reached(leaf, other)
                places, contained = self._found[case]
                reached.update(places)
                back += asked if contained else 0
        share = sum([self._side.asked[place].weight for place in reached]) / self._total if reached else 0.0
        return share, back / _total(other.rows) if back else 0.0

    def _reached(self, leaf: str, other: Side) -> tuple[tuple[int, ...], bool]:
        """Which of what the one asks for the other reaches in this leaf, and whether the one reaches it there."""
        asking = ((place, [row for row in self._side.asked[place].rows if row.objective == leaf])
                  for place in self._places.get(leaf, ()))  # fmt: skip
        reached = tuple(place for place, rows in asking if other.coverer.contains(leaf, rows)[0])
        return reached, self._side.coverer.contains(leaf, other.leaves[leaf])[0]


def _total(rows: Iterable[model.Mapping]) -> int:
    """The weight of all leaves that rows ask for, of which none is one of several to choose from."""
    weights: dict[str, int] = {}
    for row in rows:
        if row.part == "primary" or row.objective not in weights:
            weights[row.objective] = PRIMARY if row.part == "primary" else SECONDARY
    return sum(weights.values())


def _share(side: Side, by: Coverer) -> float:
    total = sum(one.weight for one in side.asked)
    reached = sum(one.weight for one in side.asked if by.touches(one) and by.meets(one)[0])
    return reached / total if total else 0.0

"""Which requirements of two frameworks answer to each other, how surely, and why.

A pair is *definite* where one relation is entailed (in content), *overlapping* where overlap is, *shared* where the
two only meet in a leaf through rows that entail nothing, and *related* where they only meet in the objective above.
Counterparts are ranked by coverage in both directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmonizer import model
from harmonizer.answer import Answer, joined
from harmonizer.crosswalk.assertions import Assertion, own_assertions
from harmonizer.crosswalk.closure import Closure
from harmonizer.crosswalk.coverage import Asked, Coverer, asked_by
from harmonizer.knowledge.index import Index
from harmonizer.strictness.applicability import Circumstances, applicable

COLUMNS = ("source_framework", "source_id", "target_framework", "target_id", "relation", "certainty", "coverage",
           "objectives", "reason", "sources")  # fmt: skip

CERTAINTIES = ("definite", "overlapping", "shared", "related")


@dataclass(frozen=True)
class Side:
    """One requirement as it enters a crosswalk: itself, and at parent level what stands below it."""

    requirement: model.Requirement
    rows: tuple[model.Mapping, ...]
    asked: tuple[Asked, ...]
    coverer: Coverer

    @property
    def leaves(self) -> dict[str, list[model.Mapping]]:
        leaves: dict[str, list[model.Mapping]] = {}
        for row in self.rows:
            leaves.setdefault(row.objective, []).append(row)
        return leaves


@dataclass(frozen=True)
class Pair:
    """Two requirements, what is known of their relation, and how far each covers the other."""

    source: Side
    target: Side
    relation: str
    certainty: str
    objectives: tuple[str, ...]
    coverage: float  # of the source by the target
    back: float  # of the target by the source

    def reason(self, index: Index) -> str:
        """Where the two meet and, in the words of the mapping rows, why."""
        if self.certainty == "related":
            return f"both belong to {_quoted(index, self.objectives)}; no leaf in common"
        leaf = max(self.objectives, key=lambda one: (self._strength(one), one))
        sides = [f"{side.requirement.short}: {side.leaves[leaf][0].comment}" for side in (self.source, self.target)]
        more = len(self.objectives) - 1
        others = f" (and {more} more)" if more else ""
        return f"both ask for {_quoted(index, [leaf])}{others}; {'; '.join(sides)}"

    def _strength(self, leaf: str) -> float:
        rows = [*self.source.leaves[leaf], *self.target.leaves[leaf]]
        return sum((2 if row.part == "primary" else 1) * row.confidence for row in rows)


def _quoted(index: Index, slugs: Sequence[str]) -> str:
    return ", ".join(f"“{index.objectives[slug].title}”" for slug in slugs)


def pairs(
    index: Index,
    source: model.Framework,
    target: model.Framework,
    circumstances: Circumstances,
    *,
    level: str = "own",
    everything: bool = False,
) -> list[Pair]:
    """Pairs of requirements of two frameworks, best first.

    Parameters
    ----------
    level: ``own`` for each requirement's own rows, ``parent`` to roll specifications up to what they stand below.
    everything: also pairs that meet only in leaves secondary to both, and related ones.
    """
    lefts = _sides(index, source, circumstances, level)
    rights = _sides(index, target, circumstances, level)
    assertions = own_assertions(index)
    if level == "parent":
        assertions += _roll_up(index, (*lefts, *rights))
    closure = Closure(assertions)
    by_leaf: dict[str, list[Side]] = {}
    for right in rights:
        for leaf in right.leaves:
            by_leaf.setdefault(leaf, []).append(right)
    found: list[Pair] = []
    for left in lefts:
        meeting = {id(right): right for leaf in left.leaves for right in by_leaf.get(leaf, ())}
        found += [
            pair for right in meeting.values()
            if left.requirement.key != right.requirement.key
            and (pair := _pair(closure, left, right, everything))
        ]  # fmt: skip
        if everything:
            found += _related(index, left, [right for right in rights if id(right) not in meeting])
    return sorted(found, key=lambda pair: (
        -min(pair.coverage, pair.back), -max(pair.coverage, pair.back), pair.source.requirement.position,
        pair.target.requirement.position,
    ))  # fmt: skip


def _sides(index: Index, framework: model.Framework, circumstances: Circumstances, level: str) -> list[Side]:
    rolled = level == "parent"
    applying = applicable(index, framework, circumstances, modalities=None)
    keys = {one.key for one in applying}
    if rolled:
        applying = list({top.key: top for one in applying if (top := _standard(index, one))}.values())
    sides = []
    for requirement in applying:
        members = [requirement]
        if rolled:
            members += [one for one in index.descendants(requirement.key) if one.key in keys]
        rows = tuple(row for one in members for row in index.mappings_of.get(one.key, ()))
        if rows:
            asked = tuple(asked_by(index, requirement, rolled_up=rolled))
            sides.append(Side(requirement, rows, asked, Coverer(index, members, circumstances)))
    return sides


def _standard(index: Index, requirement: model.Requirement) -> model.Requirement:
    """What a requirement rolls up to: the row directly above it, unless that is the top of the tree."""
    parent = index.requirements.get(requirement.parent)
    return parent if parent and parent.parent else requirement


def _roll_up(index: Index, sides: Sequence[Side]) -> list[Assertion]:
    """What stands below a requirement is part of it, at the parent's level."""
    return [
        Assertion(below.key, "subset-of", side.requirement.key, source="the framework's own structure")
        for side in sides
        for below in index.descendants(side.requirement.key)
    ]


def _pair(closure: Closure, left: Side, right: Side, everything: bool) -> Pair | None:
    common = sorted(set(left.leaves) & set(right.leaves))
    rows = [row for leaf in common for row in (*left.leaves[leaf], *right.leaves[leaf])]
    if not everything and not any(row.part == "primary" for row in rows):
        return None
    entailed = closure.between(left.requirement.key, right.requirement.key)
    certainty = "definite" if entailed.definite else "overlapping" if entailed.overlap else "shared"
    return Pair(left, right, entailed.relation, certainty, tuple(common),
                _share(left, right.coverer), _share(right, left.coverer))  # fmt: skip


def _share(side: Side, by: Coverer) -> float:
    total = sum(one.weight for one in side.asked)
    reached = sum(one.weight for one in side.asked if by.meets(one)[0])
    return reached / total if total else 0.0


def _related(index: Index, left: Side, rights: Sequence[Side]) -> list[Pair]:
    middles = {index.middle(leaf).slug for leaf in left.leaves}
    found = []
    for right in rights:
        common = sorted(middles & {index.middle(leaf).slug for leaf in right.leaves})
        if common:
            found.append(Pair(left, right, "", "related", tuple(common), 0.0, 0.0))
    return found


def crosswalk(
    index: Index,
    source: model.Framework,
    target: model.Framework,
    circumstances: Circumstances,
    *,
    level: str = "own",
    everything: bool = False,
) -> Answer:
    """The table of the ``crosswalk`` command; see :func:`pairs`."""
    found = pairs(index, source, target, circumstances, level=level, everything=everything)
    sources = joined([f"harmonizer:{source.key}", f"harmonizer:{target.key}"])
    rows = [
        (source.slug, pair.source.requirement.id, target.slug, pair.target.requirement.id, pair.relation,
         pair.certainty, round(pair.coverage, 4), joined(pair.objectives), pair.reason(index), sources)
        for pair in found
    ]  # fmt: skip
    figures = {certainty: sum(pair.certainty == certainty for pair in found) for certainty in CERTAINTIES}
    return Answer.of(COLUMNS, rows, figures, f"Crosswalk of {source.short_title} to {target.short_title}")


def counterparts(
    index: Index, requirement: model.Requirement, frameworks: Sequence[model.Framework], circumstances: Circumstances
) -> Answer:
    """The rows of the crosswalks from one requirement to several frameworks, best first within each."""
    own = index.framework_versions[requirement.key.partition(":")[0]]
    rows = [
        row
        for framework in frameworks
        for row in crosswalk(index, own, framework, circumstances, everything=True).rows
        if row[1] == requirement.id and row[5] != "related"
    ]
    return Answer.of(COLUMNS, rows, title=f"Counterparts of {requirement.short}")

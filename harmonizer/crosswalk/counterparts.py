"""Which requirements of two frameworks answer to each other, how surely, and why.

A pair is *definite* where one relation is entailed (in content), *overlapping* where overlap is, *shared* where the
two only meet in a leaf through rows that entail nothing, and *related* where they only meet in the objective above.
Counterparts are ranked by coverage in both directions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from harmonizer import model
from harmonizer.answer import Answer, Cell, joined
from harmonizer.crosswalk.assertions import Assertion
from harmonizer.crosswalk.closure import Closure, Entailment
from harmonizer.crosswalk.coverage import Asked, Coverer, asked_by
from harmonizer.crosswalk.derivations import AssertionGraph, FactName, derivation
from harmonizer.crosswalk.known import Known, known_of
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

    @cached_property
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
    objectives: tuple[str, ...]  # leaves in common; for a related pair the objectives above
    coverage: float  # of the source by the target
    back: float  # of the target by the source
    derivation: tuple[Assertion, ...] = ()  # what a trusted crosswalk contributes

    def reason(self, index: Index) -> str:
        """Where the two meet and, in the words of the mapping rows, why."""
        if self.certainty == "related":
            return f"both belong to {_quoted(index, self.objectives)}; no leaf in common"
        parts = [self._meeting(index)] if self.objectives else []
        parts += [f"{_end(one.subject)} {one.relation} {_end(one.object)}: {one.comment} ({one.source})"
                  for one in self.derivation if one.place]  # fmt: skip
        return "; ".join(parts)

    def _meeting(self, index: Index) -> str:
        leaf = max(self.objectives, key=lambda one: (self._strength(one), one))
        sides = [f"{side.requirement.short}: {side.leaves[leaf][0].comment}" for side in (self.source, self.target)]
        more = len(self.objectives) - 1
        others = f" (and {more} more)" if more else ""
        return f"both ask for {_quoted(index, [leaf])}{others}; {'; '.join(sides)}"

    def sources(self) -> list[str]:
        """The mapping sets that the pair rests on."""
        keys = [side.requirement.key.partition(":")[0] for side in (self.source, self.target)]
        own = [f"harmonizer:{key}" for key in keys] if self.objectives else []
        return list(dict.fromkeys([*own, *(one.source for one in self.derivation)]))

    def _strength(self, leaf: str) -> float:
        rows = [*self.source.leaves[leaf], *self.target.leaves[leaf]]
        return sum((2 if row.part == "primary" else 1) * row.confidence for row in rows)


def _end(node: str) -> str:
    return model.short_key(node)


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
    trust: Collection[str] = (),
) -> list[Pair]:
    """Pairs of requirements of two frameworks, best first.

    Parameters
    ----------
    level: ``own`` for each requirement's own rows, ``parent`` to roll specifications up to what they stand below.
    everything: also pairs that meet only in leaves secondary to both or in inherited rows, and related ones.
    trust: publishers or ids of published crosswalks that take part in inference.
    """
    return _pairs(index, source, [target], circumstances, level, everything, trust)


def _pairs(
    index: Index, source: model.Framework, targets: Sequence[model.Framework], circumstances: Circumstances,
    level: str, everything: bool, trust: Collection[str], only: str = "",
) -> list[Pair]:  # fmt: skip
    """The pairs of a framework with several others; with ``only`` those of one requirement, without the related."""
    known = known_of(index, trust)
    published = known.published
    among = {source.key: [index.requirements[only]]} if only else None
    lefts = _sides(index, source, circumstances, level, known.linked, everything, among)
    if only:
        among = _within_reach(index, lefts, known)
    rights = [side for target in targets
              for side in _sides(index, target, circumstances, level, known.linked, everything, among)]  # fmt: skip
    if level == "parent":
        known = Known((*known.own, *_roll_up(index, (*lefts, *rights))), published)
    closure, graph = known.closure, known.graph if published else None
    by_leaf: dict[str, list[Side]] = {}
    for right in rights:
        for leaf in right.leaves:
            by_leaf.setdefault(leaf, []).append(right)
    by_key = {right.requirement.key: right for right in rights}
    found: list[Pair] = []
    for left in lefts:
        meeting = {right.requirement.key: right for leaf in left.leaves for right in by_leaf.get(leaf, ())}
        if published:
            meeting |= {b: by_key[b] for _, b, _ in closure.pairs([left.requirement.key], by_key)}
        meeting.pop(left.requirement.key, None)
        found += [pair for right in meeting.values() if (pair := _pair(closure, graph, left, right, everything))]
        if everything and not only:
            found += _related(index, left, [right for key, right in by_key.items() if key not in meeting])
    return sorted(found, key=lambda pair: (
        -min(pair.coverage, pair.back), -max(pair.coverage, pair.back), pair.source.requirement.position,
        pair.target.requirement.position,
    ))  # fmt: skip


def _within_reach(index: Index, lefts: Sequence[Side], known: Known) -> dict[str, list[model.Requirement]]:
    """What may be a counterpart of these, by framework version: what meets them in a leaf, or is linked to them."""
    keys = {row.requirement for left in lefts for leaf in left.leaves for row in index.mappings_to.get(leaf, ())}
    if known.published:
        keys |= {key for left in lefts for key in known.closure.related_to(left.requirement.key)}
    reached: dict[str, list[model.Requirement]] = {}
    for key in keys & index.requirements.keys():
        reached.setdefault(key.partition(":")[0], []).append(index.requirements[key])
    return reached


def _sides(
    index: Index, framework: model.Framework, circumstances: Circumstances, level: str, linked: Collection[str],
    inherited: bool, among: Mapping[str, Sequence[model.Requirement]] | None,
) -> list[Side]:  # fmt: skip
    """The applicable requirements that have a mapping row, or an end in a trusted crosswalk.

    Rows that an enhancement took over from its control count only where ``inherited`` ones are asked for; with
    ``among`` only its requirements, by framework version, are looked at.
    """
    rolled = level == "parent"
    applying = applicable(index, framework, circumstances, modalities=None,
                          among=None if among is None else among.get(framework.key, ()))  # fmt: skip
    keys = {one.key for one in applying}
    if rolled:
        applying = list({top.key: top for one in applying if (top := _standard(index, one))}.values())
    sides = []
    for requirement in applying:
        members = [requirement]
        if rolled:
            members += [one for one in index.descendants(requirement.key) if one.key in keys]
        rows = tuple(row for one in members for row in index.mappings_of.get(one.key, ())
                     if inherited or not row.is_inherited)  # fmt: skip
        if rows or any(one.key in linked for one in members):
            asked = tuple(asked_by(index, requirement, index.descendants(requirement.key) if rolled else ()))
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


def _pair(closure: Closure, graph: AssertionGraph | None, left: Side, right: Side, everything: bool) -> Pair | None:
    common = sorted(set(left.leaves) & set(right.leaves))
    rows = [row for leaf in common for row in (*left.leaves[leaf], *right.leaves[leaf])]
    entailed = closure.between(left.requirement.key, right.requirement.key)
    derived = _derived(graph, left.requirement.key, right.requirement.key, entailed) if graph else ()
    if not everything and not derived and not any(row.part == "primary" for row in rows):
        return None
    certainty = "definite" if entailed.definite else "overlapping" if entailed.overlap else "shared"
    return Pair(left, right, entailed.relation, certainty, tuple(common),
                _share(left, right.coverer), _share(right, left.coverer), derived)  # fmt: skip


def _derived(graph: AssertionGraph, a: str, b: str, entailed: Entailment) -> tuple[Assertion, ...]:
    """The assertions of the shortest derivation of what is known, where a published crosswalk is among them."""
    fact: FactName = "S" if entailed.within or entailed.contains else "O"
    ends = (b, a) if entailed.contains and not entailed.within else (a, b)
    found = derivation(graph, fact, *ends)
    used = found.assertions if found else ()
    return used if any(one.place for one in used) else ()


def _share(side: Side, by: Coverer) -> float:
    total = sum(one.weight for one in side.asked)
    reached = sum(one.weight for one in side.asked if by.touches(one) and by.meets(one)[0])
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
    trust: Collection[str] = (),
    published: bool = False,
) -> Answer:
    """The table of the ``crosswalk`` command; see :func:`pairs`.

    With ``published`` the rows of other publishers' crosswalks between the two frameworks follow, as they stand:
    certainty ``published``, their own relation and reason, and no coverage, whether they are trusted or not.
    """
    found = pairs(index, source, target, circumstances, level=level, everything=everything, trust=trust)
    rows = [_row(index, pair) for pair in found]
    figures = {certainty: sum(pair.certainty == certainty for pair in found) for certainty in CERTAINTIES}
    if published:
        others = _published(index, source, target)
        rows += others
        figures["published"] = len(others)
    return Answer.of(COLUMNS, rows, figures, f"Crosswalk of {source.short_title} to {target.short_title}")


def _row(index: Index, pair: Pair) -> tuple[Cell, ...]:
    source, target = pair.source.requirement, pair.target.requirement
    return (source.framework, source.id, target.framework, target.id, pair.relation, pair.certainty,
            round(pair.coverage, 4), joined(pair.objectives), pair.reason(index), joined(pair.sources()))  # fmt: skip


def _published(index: Index, source: model.Framework, target: model.Framework) -> list[tuple[Cell, ...]]:
    """What others published between the two frameworks, turned to run from source to target."""
    turned = {"subset-of": "superset-of", "superset-of": "subset-of"}
    rows: list[tuple[Cell, ...]] = []
    for link in index.knowledge.links:
        ends = (link.subject, link.object)
        heads = tuple(end.partition(":")[0] for end in ends)
        relation = link.relation
        if heads == (target.key, source.key):
            ends, heads, relation = ends[::-1], heads[::-1], turned.get(relation, relation)
        if heads == (source.key, target.key):
            one = index.mapping_sets[link.mapping_set]
            rows.append((source.slug, ends[0].partition(":")[2], target.slug, ends[1].partition(":")[2], relation,
                         "published", None, "", link.rationale, one.title))  # fmt: skip
    return rows


def counterparts(
    index: Index, requirement: model.Requirement, frameworks: Sequence[model.Framework], circumstances: Circumstances,
    trust: Collection[str] = (),
) -> Answer:  # fmt: skip
    """The rows of the crosswalks from one requirement to several frameworks, best first within each."""
    own = index.framework_versions[requirement.key.partition(":")[0]]
    found = _pairs(index, own, frameworks, circumstances, "own", True, trust, requirement.key)
    order = {framework.slug: place for place, framework in enumerate(frameworks)}
    found.sort(key=lambda pair: order[pair.target.requirement.framework])
    return Answer.of(COLUMNS, [_row(index, pair) for pair in found], title=f"Counterparts of {requirement.short}")

"""Which requirements of two frameworks answer to each other, how surely, and why.

A pair is *definite* where one relation is entailed (in content), *overlapping* where overlap is, *shared* where the
two only meet in a leaf through rows that entail nothing, and *related* where they only meet in the objective above.
Counterparts are ranked by coverage in both directions.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from harmonizer import model
from harmonizer.answer import Answer, Cell, joined
from harmonizer.crosswalk.assertions import Assertion
from harmonizer.crosswalk.closure import Closure, Entailment
from harmonizer.crosswalk.derivations import AssertionGraph, FactName, Search
from harmonizer.crosswalk.known import Known, known_of
from harmonizer.crosswalk.sides import Shares, Side
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.store import without_collection
from harmonizer.strictness.applicability import Circumstances, applicable, applies

COLUMNS = ("source_framework", "source_id", "target_framework", "target_id", "relation", "certainty", "coverage",
           "objectives", "reason", "sources")  # fmt: skip

CERTAINTIES = ("definite", "overlapping", "shared", "related")


class Pair(NamedTuple):
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
        meeting = self._meeting(index) if self.objectives else ""
        if not self.derivation:
            return meeting
        derived = [f"{_end(one.subject)} {one.relation} {_end(one.object)}: {one.comment} ({one.source})"
                   for one in self.derivation if one.place]  # fmt: skip
        return "; ".join([meeting, *derived] if meeting else derived)

    def _meeting(self, index: Index) -> str:
        leaf, others = self.objectives[0], ""
        if more := len(self.objectives) - 1:
            one, other = self.source.strengths, self.target.strengths
            leaf, others = max(self.objectives, key=lambda leaf: (one[leaf] + other[leaf], leaf)), f" (and {more} more)"
        title = index.objectives[leaf].title
        return f"both ask for “{title}”{others}; {self.source.comment(leaf)}; {self.target.comment(leaf)}"

    def sources(self) -> str:
        """The mapping sets that the pair rests on, joined."""
        own = _own_sets(self.source.framework, self.target.framework) if self.objectives else ()
        return joined(list(dict.fromkeys([*own, *[one.source for one in self.derivation]])) if self.derivation else own)


@lru_cache(maxsize=10_000)
def _own_sets(source: str, target: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((f"harmonizer:{source}", f"harmonizer:{target}")))


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
    known = known_of(index, trust)
    published = known.published
    lefts, rights = (_sides(index, one, circumstances, level, known.linked, everything) for one in (source, target))
    if level == "parent":
        known = Known(index.knowledge, published, tuple(_roll_up(index, (*lefts, *rights))))
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
        shares, searches = Shares(left), _Searches(graph, left.requirement.key) if graph else None
        found += [pair for right in meeting.values()
                  if (pair := _pair(closure, searches, shares, left, right, everything))]  # fmt: skip
        if everything:
            found += _related(index, left, [right for key, right in by_key.items() if key not in meeting])
    return sorted(found, key=_rank)


def _rank(pair: Pair) -> tuple[float, float, int, int]:
    """Best first: by the smaller of the two shares, then the larger, then as the sources number them."""
    least, most = (pair.back, pair.coverage) if pair.back < pair.coverage else (pair.coverage, pair.back)
    return -least, -most, pair.source.requirement.position, pair.target.requirement.position


def _sides(
    index: Index, framework: model.Framework, circumstances: Circumstances, level: str, linked: Collection[str],
    inherited: bool,
) -> list[Side]:  # fmt: skip
    """The applicable requirements that have a mapping row, or an end in a trusted crosswalk.

    Rows that an enhancement took over from its control count only where ``inherited`` ones are asked for.
    """
    rolled = level == "parent"
    applying = applicable(index, framework, circumstances, modalities=None)
    keys = {one.key for one in applying}
    if rolled:
        applying = list({top.key: top for one in applying if (top := _standard(index, one))}.values())
    sides = []
    for requirement in applying:
        members, below = [requirement], index.descendants(requirement.key) if rolled else ()
        if below:
            members += [one for one in below if one.key in keys]
        rows = [row for one in members for row in index.mappings_of.get(one.key, ())]
        chosen = None
        if below or (not inherited and any(row.is_inherited for row in rows)):
            chosen = rows if inherited else [row for row in rows if not row.is_inherited]
        side = Side(index, requirement, circumstances, None, chosen, members, below)
        if side.leaves or any(one.key in linked for one in members):
            sides.append(side)
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


def _pair(
    closure: Closure, searches: _Searches | None, shares: Shares, left: Side, right: Side, everything: bool
) -> Pair | None:
    common = sorted([leaf for leaf in right.leaves if leaf in left.leaves])
    entailed = closure.between(left.requirement.key, right.requirement.key)
    derived = searches.derived(right.requirement.key, entailed) if searches else ()
    if not everything and not derived:
        rows = [row for leaf in common for row in (*left.leaves[leaf], *right.leaves[leaf])]
        if not any(row.part == "primary" for row in rows):
            return None
    certainty = "definite" if entailed.definite else "overlapping" if entailed.overlap else "shared"
    return Pair(left, right, entailed.relation, certainty, tuple(common), *shares.with_other(right), derived)


class _Searches:
    """The searches for derivations that start at one node; each goes on from where the last question left it."""

    def __init__(self, graph: AssertionGraph, node: str) -> None:
        self._graph, self._node = graph, node
        self._made: dict[tuple[FactName, bool], Search] = {}

    def derived(self, other: str, entailed: Entailment) -> tuple[Assertion, ...]:
        """The assertions of the shortest derivation of what is known, where a published crosswalk is among them."""
        fact: FactName = "S" if entailed.within or entailed.contains else "O"
        turned = entailed.contains and not entailed.within
        if (fact, turned) not in self._made:
            self._made[fact, turned] = Search(self._graph, fact, self._node, turned=turned)
        found = self._made[fact, turned].to(other)
        used = found.assertions if found else ()
        return used if any(one.place for one in used) else ()


def _related(index: Index, left: Side, rights: Sequence[Side]) -> list[Pair]:
    middles = {index.middle(leaf).slug for leaf in left.leaves}
    found = []
    for right in rights:
        common = sorted(middles & {index.middle(leaf).slug for leaf in right.leaves})
        if common:
            found.append(Pair(left, right, "", "related", tuple(common), 0.0, 0.0))
    return found


@without_collection()
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
    source, target = pair.source, pair.target
    return (source.slug, source.id, target.slug, target.id, pair.relation, pair.certainty,
            round(pair.coverage, 4), joined(pair.objectives), pair.reason(index), pair.sources())  # fmt: skip


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


def make_ready(index: Index) -> None:
    """Build what all questions about counterparts share, so that the first is answered as quickly as any."""
    with without_collection():
        index.make_ready()
        known_of(index).closure.make_ready()
        gc.freeze()  # all of it stays as long as the index does


@without_collection()
def counterparts(
    index: Index, requirement: model.Requirement, frameworks: Sequence[model.Framework], circumstances: Circumstances,
    trust: Collection[str] = (),
) -> Answer:  # fmt: skip
    """The rows of the crosswalks from one requirement to several frameworks, best first within each.

    Pairs that are merely related are left out. Only what meets the requirement is looked at, not all frameworks.
    """
    known = known_of(index, trust)
    left = Side(index, requirement, circumstances)
    shares, searches = Shares(left), _Searches(known.graph, requirement.key) if known.published else None
    order = {framework.key: place for place, framework in enumerate(frameworks)}
    found: list[tuple[int, Pair]] = []
    for key, leaves in _met(index, left, known).items() if _applies(index, requirement, circumstances) else ():
        place, other = order.get(key.partition(":")[0]), index.requirements.get(key)
        if place is not None and other and _applies(index, other, circumstances):
            right = Side(index, other, circumstances, leaves)
            if pair := _pair(known.closure, searches, shares, left, right, everything=True):
                found.append((place, pair))
    found.sort(key=lambda one: (one[0], *_rank(one[1])))
    return Answer.of(COLUMNS, [_row(index, pair) for _, pair in found], title=f"Counterparts of {requirement.short}")


def _met(index: Index, left: Side, known: Known) -> dict[str, dict[str, list[model.Mapping]]]:
    """What meets a requirement in a leaf, with its rows there by leaf, or overlaps by a trusted crosswalk."""
    met: dict[str, dict[str, list[model.Mapping]]] = {}
    for leaf in left.leaves:
        for row in index.mappings_to[leaf]:
            met.setdefault(row.requirement, {}).setdefault(leaf, []).append(row)
    if known.published:
        for key, entailed in known.closure.related_to(left.requirement.key).items():
            if entailed.overlap:
                met.setdefault(key, {})
    met.pop(left.requirement.key, None)
    return met


def _applies(index: Index, requirement: model.Requirement, circumstances: Circumstances) -> bool:
    return requirement.kind == "requirement" and applies(index, requirement, circumstances)

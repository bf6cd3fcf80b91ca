"""The four facts over numbered nodes, what follows from them, and where they contradict each other.

``S`` within, ``N`` not within, ``O`` overlap, ``D`` disjoint (the last two symmetric) close to (reasoning.md, 1)::

    S* = reflexive-transitive closure of S      D* = S* D S*'
    O* = S*' (O + I) S*                         N* = S*' N S*' + O* D*

None of these is ever held as a whole: S* is walked, and a row of the others is a few walks.

**Only asserted N and D need be looked at for contradictions.** Facts are consistent if and only if no asserted N(c,d)
has S*(c,d) and no asserted D(c,d) has O*(c,d). If one has, there is no model, since the four rules are sound. If none
has, this is a model: an element for each node and one for each O pair, and node p holds those elements that belong to
a node or a pair with a part within p (S*). In it p is within q exactly where S*(p,q), since p's own element
is in q only then; and p meets q exactly where O*(p,q). So every asserted S and O holds in it, and every asserted N
and D too. Nothing is lost on derived pairs either: an S* that meets an N* inherited from N(c,d) gives S*(c,d); one
that meets O*(a,x) D*(x,b) gives O*(b,x), and O* that meets D* inherited from D(c,d) gives O*(c,d).

**The rules are complete**, by the same model: a pair without S* (or O*) lacks it in that model. N(a,b) is entailed
exactly where S(a,b) may not be added, and adding it gives new S* only from below a to above b and new O* only between
what contains b and what overlaps a, so that the first clash is S*' N S*' and the second O* D*; D(a,b) likewise.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from harmonizer.crosswalk.assertions import Statements, facts_of
from harmonizer.crosswalk.links import Codes, Links, Mask, Nodes, among, decode, encode, reached

Word = TypeVar("Word", bound=str)

NONE: Codes = np.zeros(0, dtype=np.int64)
BITS = ("within", "contains", "not_within", "not_contains", "overlap", "disjoint")
"""The facts of a row (:meth:`Facts.row`), lowest bit first."""


@dataclass(frozen=True, eq=False)
class Facts:
    """Stated facts. ``overlap`` and ``disjoint`` hold every pair both ways round; a node always overlaps itself."""

    within: Links
    not_within: Links
    overlap: Links
    disjoint: Links

    @classmethod
    def of(cls, stated: Mapping[str, Codes], size: int) -> Facts:
        """From codes by fact letter, in any order and with repeats; O and D may be given one way round."""
        return cls(*(Links.of(_both_ways(fact, stated[fact]), size) for fact in "SNOD"))

    def changed(self, gone: Mapping[str, Codes], fresh: Mapping[str, Codes], size: int) -> Facts:
        """Without some facts and with others."""
        now = zip("SNOD", (self.within, self.not_within, self.overlap, self.disjoint), strict=True)
        return Facts(*(
            links.changed(_both_ways(fact, gone[fact]), _both_ways(fact, fresh[fact]), size) for fact, links in now
        ))  # fmt: skip

    def above(self, *nodes: int) -> Mask:
        """Everything that one of the nodes is within: their rows of S*."""
        return self.within.spread(np.array(nodes, dtype=np.int64))

    def below(self, *nodes: int) -> Mask:
        """Everything that is within one of the nodes: their columns of S*."""
        return self.within.turned.spread(np.array(nodes, dtype=np.int64))

    def overlapping(self, parts: Mask) -> Mask:
        """Rows of O* for nodes given with all that is below them."""
        inside = np.flatnonzero(parts)
        return self.within.spread(np.concatenate([inside, self.overlap.step(inside)]))

    def apart(self, wholes: Mask) -> Mask:
        """Rows of D* for nodes given with all that is above them."""
        return self.within.turned.spread(self.disjoint.step(np.flatnonzero(wholes)))

    def row(self, node: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        """What is entailed of this node and every other, six bits (:data:`BITS`) each; shape (size,)."""
        above, below = self.above(node), self.below(node)
        overlap, disjoint = self.overlapping(below), self.apart(above)
        not_within = self.within.turned.spread(self.not_within.step(np.flatnonzero(below))) | self.apart(overlap)
        not_contains = (
            self.within.spread(self.not_within.turned.step(np.flatnonzero(above))) | self.overlapping(disjoint)
        )  # fmt: skip
        columns = (above, below, not_within, not_contains, overlap, disjoint)
        row = np.zeros(above.size, dtype=np.uint8)
        for bit, column in enumerate(columns):
            row |= column.astype(np.uint8) << np.uint8(bit)
        return row

    def clashes(self) -> dict[str, Codes]:
        """The asserted N and D pairs that the others contradict, sorted; D pairs once, the smaller node first."""
        return {"N": self.clashing_within(self.not_within.codes), "D": self.clashing_apart(_once(self.disjoint))}

    def clashing_within(self, codes: Codes) -> Codes:
        """Those of these N pairs on which S* holds."""
        return codes[reached(self.within, *decode(codes))]

    def clashing_apart(self, codes: Codes) -> Codes:
        """Those of these D pairs on which O* holds: a row of O* for each node on the side that has fewer."""
        ends = decode(codes)
        one, other = sorted(ends, key=lambda nodes: np.unique(nodes).size)
        clash = np.zeros(codes.size, dtype=bool)
        order = np.argsort(one, kind="stable")
        bounds = np.flatnonzero(np.diff(one[order], prepend=-1, append=-1))
        for start, stop in itertools.pairwise(bounds):
            places = order[start:stop]
            clash[places] = self.overlapping(self.below(int(one[places[0]])))[other[places]]
        return codes[clash]


def clash_changes(
    before: Facts, clashes: Mapping[str, Codes], after: Facts, gone: Mapping[str, Codes], fresh: Mapping[str, Codes]
) -> tuple[dict[str, Codes], dict[str, Codes]]:
    """The clashes that appear and those that disappear between two states of the facts, without a full check.

    A clash that was there is looked at again only if a withdrawn link that leaves a gap lay on a way to it. A pair that
    was sound clashes only if a new link leads to it, which the pairs' own ends tell. A few walks along S per changed
    fact and one pass over the asserted N and D; rechecks on top where a withdrawal touches clashes.
    """
    gaps = [(a, b) for a, b in _pairs(gone["S"]) if not after.above(a)[b]]
    left = {fact: codes[~among(codes, np.sort(gone[fact]))] for fact, codes in clashes.items()}
    suspects = {
        "N": left["N"][_crossing(left["N"], [(before.below(a), before.above(b)) for a, b in gaps])],
        "D": left["D"][_meeting(left["D"], [
            *((before.above(b), np.ones(before.within.size, dtype=bool)) for _, b in gaps),
            *((before.above(u), before.above(v)) for u, v in _pairs(gone["O"])),
        ])],
    }  # fmt: skip
    still = {"N": after.clashing_within(suspects["N"]), "D": after.clashing_apart(suspects["D"])}
    disappear = {
        fact: np.union1d(clashes[fact][among(clashes[fact], np.sort(gone[fact]))],
                         suspects[fact][~among(suspects[fact], still[fact])])
        for fact in "ND"
    }  # fmt: skip
    asserted = {"N": after.not_within.codes, "D": _once(after.disjoint)}
    links = [(after.below(a), after.above(b)) for a, b in _pairs(fresh["S"])]
    hit = {
        "N": asserted["N"][_crossing(asserted["N"], links)],
        "D": asserted["D"][_meeting(asserted["D"], [
            *((after.overlapping(below), above) for below, above in links),
            *((after.above(u), after.above(v)) for u, v in _pairs(fresh["O"])),
        ])],
    }  # fmt: skip
    new = {"N": after.clashing_within(fresh["N"]), "D": after.clashing_apart(fresh["D"])}
    found = {fact: np.union1d(hit[fact], new[fact]) for fact in "ND"}
    return {fact: found[fact][~among(found[fact], clashes[fact])] for fact in "ND"}, disappear


def _crossing(codes: Codes, ways: list[tuple[Mask, Mask]]) -> Mask:
    """Pairs that start in the first and end in the second mask of one of these."""
    starts, ends = decode(codes)
    crossing = np.zeros(codes.size, dtype=bool)
    for first, second in ways:
        crossing |= first[starts] & second[ends]
    return crossing


def _meeting(codes: Codes, ways: list[tuple[Mask, Mask]]) -> Mask:
    """Pairs that lie in the two masks of one of these, either way round."""
    return _crossing(codes, [*ways, *((second, first) for first, second in ways)])


def _pairs(codes: Codes) -> list[tuple[int, int]]:
    return list(zip(*(nodes.tolist() for nodes in decode(codes)), strict=True))


def _both_ways(fact: str, codes: Codes) -> Codes:
    return np.concatenate([codes, encode(*decode(codes)[::-1])]) if fact in "OD" else codes


def _once(links: Links) -> Codes:
    return links.codes[links.starts <= links.ends]


def stated_facts(statements: Statements, place: Mapping[str, int]) -> tuple[dict[str, Codes], dict[str, Nodes]]:
    """The facts that are stated by letter, as codes with repeats, and for each the number of its statement.

    O and D are symmetric: their codes have the smaller node first.
    """
    subjects = np.array([place[one] for one in statements.subjects], dtype=np.int64)
    objects = np.array([place[one] for one in statements.objects], dtype=np.int64)
    relations, relation_of = _numbered(statements.relations)
    readings, reading_of = _numbered(statements.readings)
    codes: dict[str, list[Codes]] = {fact: [NONE] for fact in "SNOD"}
    owners: dict[str, list[Nodes]] = {fact: [NONE] for fact in "SNOD"}
    for relation, reading in itertools.product(relations, readings):
        chosen = np.flatnonzero((relation_of == relations[relation]) & (reading_of == readings[reading]))
        ends = subjects[chosen], objects[chosen]
        for fact, start, end in facts_of(relation, reading):
            pair = (np.minimum(*ends), np.maximum(*ends)) if fact in "OD" else (ends[start], ends[end])
            codes[fact].append(encode(*pair))
            owners[fact].append(chosen)
    return ({fact: np.concatenate(parts) for fact, parts in codes.items()},
            {fact: np.concatenate(parts) for fact, parts in owners.items()})  # fmt: skip


def _numbered(words: Sequence[Word]) -> tuple[dict[Word, int], Nodes]:
    """The few different words with a number each, and the numbers in place of the words."""
    numbers = {word: number for number, word in enumerate(dict.fromkeys(words))}
    return numbers, np.array([numbers[word] for word in words], dtype=np.int64)

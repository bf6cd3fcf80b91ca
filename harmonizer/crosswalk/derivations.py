"""How a fact follows from what is asserted: its shortest derivation, and how sure it is.

Each of the four closed facts is a walk over the assertions (reasoning.md, section 1), so one search on the product of
the graph with a small automaton finds all of them (a regular path query; Mendelzon and Wood, SIAM J. Comput. 24, 1995).
``up`` goes from a set to one that contains it, ``down`` back; a walk that derives the fact goes from a to b::

    S(a,b)   up*                          a is within b
    O(a,b)   down* [O] up*                parts of the two overlap, or are the same
    D(a,b)   up* D down*                  what contains the two is disjoint
    N(a,b)   down* N down*                a part of a is not within something that contains b,
             down* [O] up* D down*        or a overlaps something that is disjoint from b
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from typing import Literal

import numpy as np

from harmonizer.crosswalk.assertions import Assertion, Statements
from harmonizer.crosswalk.facts import stated_facts
from harmonizer.crosswalk.links import Codes, Mask, Nodes, decode, encode, runs

FactName = Literal["S", "O", "D", "N"]
Move = Literal["up", "down", "O", "D", "N", "stay"]

# For each fact: from a state, by which moves to which states; and the states in which a walk may end.
_Walk = tuple[dict[int, tuple[tuple[Move, int], ...]], frozenset[int]]
_WALKS: dict[str, _Walk] = {
    "S": ({0: (("up", 0),)}, frozenset({0})),
    "O": ({0: (("stay", 1), ("down", 0), ("O", 1)), 1: (("up", 1),)}, frozenset({1})),
    "D": ({0: (("up", 0), ("D", 1)), 1: (("down", 1),)}, frozenset({1})),
    "N": (
        {
            0: (("stay", 2), ("down", 0), ("N", 1), ("O", 2)),
            1: (("down", 1),),
            2: (("up", 2), ("D", 3)),
            3: (("down", 3),),
        },
        frozenset({1, 3}),
    ),
}


_TURNED: _Walk = ({0: (("down", 0),)}, frozenset({0}))  # of S, from what contains to what is within
_MOVES: tuple[Move, ...] = ("up", "down", "O", "D", "N", "stay")
_REFLEXIVE: tuple[FactName, ...] = ("S", "O")  # these hold of a node and itself, whatever is asserted
UNSEEN, START = -1, -2


@dataclass(frozen=True, slots=True)
class Step:
    """One assertion of a derivation and the fact that is used of it, ``fact(start, end)``."""

    assertion: Assertion
    fact: FactName
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """Why a fact holds: the assertions used, in the order of the walk from one node to the other."""

    steps: tuple[Step, ...]

    @property
    def assertions(self) -> tuple[Assertion, ...]:
        return tuple(step.assertion for step in self.steps)

    @property
    def confidence(self) -> float:
        """The least of its assertions' confidences (never their product); 1 where nothing is needed."""
        return min((step.assertion.confidence for step in self.steps), default=1.0)


def sort_key(assertion: Assertion) -> tuple[str, str, str, str, str, str, float, str, bool]:
    """An order of assertions that depends on nothing but what they say."""
    return (assertion.subject, assertion.object, assertion.relation, assertion.place, assertion.source,
            assertion.reading, -assertion.confidence, assertion.comment, assertion.reviewed)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Arrows:
    """The moves of one kind, a number per arrow: ordered by start, then end, then the assertion that gives it."""

    ends: Nodes
    owners: Nodes  # places of assertions
    first: Nodes  # where each node's arrows begin; shape (nodes + 1,)

    @classmethod
    def of(cls, codes: Codes, owners: Nodes, nodes: int) -> Arrows:
        order = np.lexsort((owners, codes))
        starts, ends = decode(codes[order])
        return cls(ends, owners[order], np.searchsorted(starts, np.arange(nodes + 1)))

    def onward(self, nodes: Nodes) -> tuple[Nodes, Nodes]:
        """The arrows that start at these nodes, in their order; and for each which of the nodes it starts at."""
        arrows, counts = runs(self.first, nodes)
        return arrows, np.repeat(np.arange(nodes.size), counts)

    def of_node(self, node: int) -> Iterator[tuple[int, int]]:
        """Where the arrows of one node lead, each with the place of its assertion."""
        here = slice(self.first[node], self.first[node + 1])
        return zip(self.ends[here].tolist(), self.owners[here].tolist(), strict=True)


class AssertionGraph:
    """Assertions as a graph to walk on. Building it is O(n log n); the order in which they come changes nothing."""

    def __init__(self, assertions: Iterable[Assertion]) -> None:
        self.assertions = tuple(sorted(set(assertions), key=sort_key))
        statements = Statements.of(self.assertions)
        self.names = sorted({*statements.subjects, *statements.objects})
        self.place = {name: place for place, name in enumerate(self.names)}
        codes, owners = stated_facts(statements, self.place)
        starts, ends = decode(codes["S"])
        leading = starts != ends
        up = codes["S"][leading], owners["S"][leading]
        self.moves: dict[Move, Arrows] = {
            "up": self._arrows(*up),
            "down": self._arrows(_turned(up[0]), up[1]),
            "O": self._arrows(*_both_ways(codes["O"], owners["O"])),
            "D": self._arrows(*_both_ways(codes["D"], owners["D"])),
            "N": self._arrows(codes["N"], owners["N"]),
        }

    def _arrows(self, codes: Codes, owners: Nodes) -> Arrows:
        return Arrows.of(codes, owners, len(self.names))

    def stated(self, fact: FactName) -> Iterator[Step]:
        """The asserted facts of one kind, in the order of the assertions."""
        return (step for assertion in self.assertions for step in _stated(assertion) if step.fact == fact)

    def step(self, move: Move, owner: int, before: int, after: int) -> Step:
        """The asserted fact by which a move goes from one node to another."""
        start, end = self.names[before], self.names[after]
        if move in ("up", "down"):
            return Step(self.assertions[owner], "S", *((start, end) if move == "up" else (end, start)))
        both = {(start, end)} if move == "N" else {(start, end), (end, start)}
        return next(one for one in _stated(self.assertions[owner]) if one.fact == move and (one.start, one.end) in both)

    def allowed(self, without: Set[Assertion]) -> Mask | None:
        """Which assertions may be used, by place; None for all."""
        if not without:
            return None
        allowed = np.ones(len(self.assertions), dtype=bool)
        allowed[[self._numbers[one] for one in without if one in self._numbers]] = False
        return allowed

    @cached_property
    def _numbers(self) -> dict[Assertion, int]:
        return {assertion: number for number, assertion in enumerate(self.assertions)}


def _turned(codes: Codes) -> Codes:
    return encode(*decode(codes)[::-1])


def _both_ways(codes: Codes, owners: Nodes) -> tuple[Codes, Nodes]:
    """Symmetric pairs in both directions, those of a node with itself once."""
    starts, ends = decode(codes)
    other = starts != ends
    return np.concatenate([codes, _turned(codes)[other]]), np.concatenate([owners, owners[other]])


def _stated(assertion: Assertion) -> Iterator[Step]:
    ends = (assertion.subject, assertion.object)
    for fact, start, end in assertion.facts:
        yield Step(assertion, fact, ends[start], ends[end])


def derivation(
    known: AssertionGraph | Iterable[Assertion],
    fact: FactName,
    a: str,
    b: str,
    *,
    without: Set[Assertion] = frozenset(),
) -> Derivation | None:
    """The shortest derivation of ``fact(a, b)`` that does ``without`` these, or None where it does not follow.

    Breadth-first, O(nodes + assertions); among equally short ones the first by the names and places along it.
    """
    graph = known if isinstance(known, AssertionGraph) else AssertionGraph(known)
    return Search(graph, fact, a, without).to(b)


class Search:
    """Derivations of one fact from one node to any others; the walk goes on from where the last question left it.

    Breadth first over the product of nodes and states, a level at a time, each with a few array calls for every move.
    A place is ``state * nodes + node``.

    Parameters
    ----------
    turned: derive the fact of the others and ``a`` instead, ``fact(b, a)``; only for S, as O and D are symmetric.
    """

    def __init__(
        self, graph: AssertionGraph, fact: FactName, a: str, without: Set[Assertion] = frozenset(), *,
        turned: bool = False,
    ) -> None:  # fmt: skip
        self._graph, self._fact, self._size, self._turned = graph, fact, len(graph.names), turned
        self._walk, ends = _TURNED if turned else _WALKS[fact]
        self._ending = np.array([state in ends for state in self._walk])
        self._allowed = graph.allowed(without)
        self._came = np.full(len(self._walk) * self._size, UNSEEN)  # the place before
        self._how = np.zeros(self._came.size, dtype=np.int64)  # the assertion that leads here
        self._move = np.zeros(self._came.size, dtype=np.int8)  # its move, a place in _MOVES
        self._found = np.full(self._size, UNSEEN)  # where a walk to each node may end
        self._itself = a
        self._level: Nodes = np.zeros(0, dtype=np.int64)
        if a in graph.place:
            self._came[graph.place[a]] = START
            self._level = np.array([graph.place[a]])
            self._arrive()

    def to(self, b: str) -> Derivation | None:
        """The shortest derivation of the fact about ``b``; see :func:`derivation`."""
        if b not in self._graph.place:
            return Derivation(()) if b == self._itself and self._fact in _REFLEXIVE else None
        place = self._graph.place[b]
        while self._found[place] == UNSEEN and self._level.size:
            self._advance()
        return self._back(int(self._found[place])) if self._found[place] != UNSEEN else None

    def _arrive(self) -> None:
        """Take the moves that cost nothing, and note which nodes a walk may end at now."""
        for state, moves in self._walk.items():
            for move, after in moves:
                if move == "stay":
                    here = self._level[self._level // self._size == state]
                    there = here + (after - state) * self._size
                    fresh = self._came[there] == UNSEEN
                    self._came[there[fresh]], self._move[there[fresh]] = here[fresh], _MOVES.index("stay")
                    self._level = np.concatenate([self._level, there[fresh]])
        ending = self._level[self._ending[self._level // self._size]][::-1]  # backwards: the first of a node stays
        ending = ending[self._found[ending % self._size] == UNSEEN]
        self._found[ending % self._size] = ending

    def _advance(self) -> None:
        """Go one assertion further from everything that was reached last."""
        found: list[tuple[Nodes, ...]] = []
        states = self._level // self._size
        for state, moves in self._walk.items():
            here = np.flatnonzero(states == state)
            nodes = self._level[here] % self._size
            for number, (move, after) in enumerate(moves):
                if move != "stay" and nodes.size:
                    arrows = self._graph.moves[move]
                    ways, starts = arrows.onward(nodes)
                    there, owners = arrows.ends[ways] + after * self._size, arrows.owners[ways]
                    use = self._came[there] == UNSEEN
                    if self._allowed is not None:
                        use &= self._allowed[owners]
                    rank = here[starts] * len(_MOVES) + number  # as if place after place were left, move after move
                    kind = np.full(there.size, _MOVES.index(move))
                    found.append(tuple(part[use] for part in (there, self._level[here[starts]], owners, kind, rank)))
        if not found:
            self._level = self._level[:0]
            return
        there, before, owners, kind, rank = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(rank, kind="stable")
        order = order[np.sort(np.unique(there[order], return_index=True)[1])]  # the first way to each place
        self._level = there[order]
        self._came[self._level], self._how[self._level] = before[order], owners[order]
        self._move[self._level] = kind[order]
        self._arrive()

    def _back(self, place: int) -> Derivation:
        steps: list[Step] = []
        while (before := int(self._came[place])) != START:
            if (move := _MOVES[self._move[place]]) != "stay":
                ends = before % self._size, place % self._size
                steps.append(self._graph.step(move, int(self._how[place]), *ends))
            place = before
        return Derivation(tuple(steps if self._turned else reversed(steps)))


def confidence(known: AssertionGraph | Iterable[Assertion], fact: FactName, a: str, b: str) -> float | None:
    """How sure ``fact(a, b)`` is: the best of its derivations' confidences, None where it does not follow.

    The widest path, by Dijkstra's search with the minimum in place of the sum: O((nodes + assertions) log nodes).
    """
    graph = known if isinstance(known, AssertionGraph) else AssertionGraph(known)
    walk, ends = _WALKS[fact]
    if a not in graph.place or b not in graph.place:
        return 1.0 if a == b and fact in _REFLEXIVE else None
    target = graph.place[b]
    waiting = [(-1.0, graph.place[a], 0)]
    done: set[tuple[int, int]] = set()
    while waiting:
        width, node, state = heappop(waiting)
        if node == target and state in ends:
            return -width
        if (node, state) in done:
            continue
        done.add((node, state))
        for move, after in walk[state]:
            if move == "stay":
                heappush(waiting, (width, node, after))
                continue
            for other, owner in graph.moves[move].of_node(node):
                if (other, after) not in done:
                    heappush(waiting, (max(width, -graph.assertions[owner].confidence), other, after))
    return None

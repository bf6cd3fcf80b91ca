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

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Literal

from harmonizer.crosswalk.assertions import Assertion

FactName = Literal["S", "O", "D", "N"]
Move = Literal["up", "down", "O", "D", "N", "stay"]

# For each fact: from a state, by which moves to which states; and the states in which a walk may end.
_WALKS: dict[str, tuple[dict[int, tuple[tuple[Move, int], ...]], frozenset[int]]] = {
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


class AssertionGraph:
    """Assertions as a graph to walk on. Building it is O(n log n); the order in which they come changes nothing."""

    def __init__(self, assertions: Iterable[Assertion]) -> None:
        self.assertions = tuple(sorted(set(assertions), key=sort_key))
        self.moves: dict[Move, dict[str, list[tuple[str, Step]]]] = {
            "up": defaultdict(list), "down": defaultdict(list), "O": defaultdict(list), "D": defaultdict(list),
            "N": defaultdict(list),
        }  # fmt: skip
        for assertion in self.assertions:
            for step in _stated(assertion):
                self._add(step)
        for by_node in self.moves.values():
            for found in by_node.values():
                found.sort(key=lambda one: one[0])  # stable: at equal ends in the order of the assertions

    def _add(self, step: Step) -> None:
        if step.fact == "S":
            if step.start != step.end:
                self.moves["up"][step.start].append((step.end, step))
                self.moves["down"][step.end].append((step.start, step))
        elif step.fact == "N":
            self.moves["N"][step.start].append((step.end, step))
        else:
            move: Move = "O" if step.fact == "O" else "D"
            self.moves[move][step.start].append((step.end, step))
            if step.start != step.end:
                self.moves[move][step.end].append((step.start, step))

    def stated(self, fact: FactName) -> Iterator[Step]:
        """The asserted facts of one kind, in the order of the assertions."""
        return (step for assertion in self.assertions for step in _stated(assertion) if step.fact == fact)

    def _onward(
        self, fact: FactName, node: str, state: int, without: Set[Assertion]
    ) -> Iterator[tuple[str, int, Step | None]]:
        for move, after in _WALKS[fact][0][state]:
            if move == "stay":
                yield node, after, None
            else:
                for other, step in self.moves[move].get(node, ()):
                    if not without or step.assertion not in without:
                        yield other, after, step


def _stated(assertion: Assertion) -> Iterator[Step]:
    ends = (assertion.subject, assertion.object)
    for fact, start, end in assertion.facts:
        yield Step(assertion, fact, ends[start], ends[end])


Place = tuple[str, int]  # a node and a state of the walk


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
    """Derivations of one fact from one node to any others; the walk goes on from where the last question left it."""

    def __init__(self, graph: AssertionGraph, fact: FactName, a: str, without: Set[Assertion] = frozenset()) -> None:
        self._came: dict[Place, tuple[Place, Step | None] | None] = {(a, 0): None}
        self._found: dict[str, Place] = {}
        self._ends = _WALKS[fact][1]
        self._walk = self._places(graph, fact, (a, 0), without)

    def to(self, b: str) -> Derivation | None:
        """The shortest derivation of the fact about ``b``; see :func:`derivation`."""
        while b not in self._found and (place := next(self._walk, None)):
            if place[1] in self._ends:
                self._found.setdefault(place[0], place)
        return _back(self._came, self._found[b]) if b in self._found else None

    def _places(
        self, graph: AssertionGraph, fact: FactName, start: Place, without: Set[Assertion]
    ) -> Iterator[Place]:  # fmt: skip
        level = [start]
        while level:
            following: list[Place] = []
            for place in level:  # grows while it is read: a stay costs nothing and belongs to the same level
                yield place
                for node, state, step in graph._onward(fact, *place, without):
                    if (node, state) not in self._came:
                        self._came[node, state] = (place, step)
                        (following if step else level).append((node, state))
            level = following


def _back(came: dict[Place, tuple[Place, Step | None] | None], place: Place) -> Derivation:
    steps: list[Step] = []
    while before := came[place]:
        place, step = before
        if step:
            steps.append(step)
    return Derivation(tuple(reversed(steps)))


def confidence(known: AssertionGraph | Iterable[Assertion], fact: FactName, a: str, b: str) -> float | None:
    """How sure ``fact(a, b)`` is: the best of its derivations' confidences, None where it does not follow.

    The widest path, by Dijkstra's search with the minimum in place of the sum: O((nodes + assertions) log nodes).
    """
    graph = known if isinstance(known, AssertionGraph) else AssertionGraph(known)
    ends = _WALKS[fact][1]
    waiting: list[tuple[float, str, int]] = [(-1.0, a, 0)]
    done: set[Place] = set()
    while waiting:
        width, node, state = heappop(waiting)
        if node == b and state in ends:
            return -width
        if (node, state) in done:
            continue
        done.add((node, state))
        for other, after, step in graph._onward(fact, node, state, frozenset()):
            if (other, after) not in done:
                narrowest = max(width, -step.assertion.confidence) if step else width
                heappush(waiting, (narrowest, other, after))
    return None

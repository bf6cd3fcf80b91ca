"""Where assertions contradict each other: the minimal chain of each contradiction, and the smallest repair.

A contradiction is S with N, or O with D, on one pair. It always shows at an *asserted* N or D, so that nothing needs to
be multiplied out. Write ``a <= b`` for S*(a,b):

- S*(a,b) with N*(a,b) because N(c,d), ``c <= a``, ``b <= d``: then ``c <= a <= b <= d``, S*(c,d) meets the asserted
  N(c,d).
- S*(a,b) with N*(a,b) because O*(a,x), ``x <= u``, D(u,v), ``b <= v``: a is within v and overlaps x, so O*(u,v) meets
  D(u,v).
- O*(a,b) with D*(a,b) because ``a <= u``, D(u,v), ``b <= v``: then O*(u,v) meets D(u,v).

S, O and D are stated alike in both readings and N only in the strict one: at D a contradiction is HARD (there in the
plain reading too), at N it is TYPE. The chain is the asserted N or D with a shortest derivation of its opposite. That
derivation is a path without a repeated node, and each assertion on it joins only its own two ends; without any one of
them the rest falls apart into two pieces, so the chain is minimal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from harmonizer.crosswalk.assertions import Assertion
from harmonizer.crosswalk.closure import Closure
from harmonizer.crosswalk.derivations import AssertionGraph, Derivation, FactName, Step, derivation, sort_key
from harmonizer.model import short_key

Kind = Literal["HARD", "TYPE"]
EXACT = 20  # chains up to which the smallest repair is searched for exactly
_OPPOSITE: dict[FactName, FactName] = {"N": "S", "D": "O"}
_DENIED_AS: dict[Kind, FactName] = {"TYPE": "N", "HARD": "D"}
_IN_WORDS = {"N": "is said to have something outside {b}, yet follows to be within it",
             "D": "is said to have nothing in common with {b}, yet follows to overlap it"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conflict:
    """A contradiction with the assertions that cause it; dropping any one of them removes it.

    ``nodes`` are the ends along the chain, from one of the pair that is denied to the other. The last assertion of the
    chain is the one that denies what the others entail. ``shows_at`` holds every asserted pair with this chain.
    """

    kind: Kind
    nodes: tuple[str, ...]
    chain: tuple[Assertion, ...]
    reason: str
    shows_at: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """An assertion to withdraw, and how many of the conflicts it takes part in."""

    assertion: Assertion
    resolves: int


def contradictions(graph: AssertionGraph) -> list[Step]:
    """The asserted facts N(c,d) and D(u,v) whose opposite follows, HARD (D) first, then by name."""
    denied = {(one.fact, one.subject, one.object) for one in Closure(graph.assertions).contradictions()}
    found = [
        step for fact in ("N", "D") for step in graph.stated(fact)
        if (fact, step.start, step.end) in denied or (fact == "D" and (fact, step.end, step.start) in denied)
    ]  # fmt: skip
    return sorted(found, key=lambda step: (step.fact != "D", step.start, step.end, sort_key(step.assertion)))


def conflicts(known: AssertionGraph | Iterable[Assertion], *, limit: int | None = None) -> list[Conflict]:
    """Every contradiction with a minimal chain, each chain once; with ``limit`` only those of the first so many."""
    graph = known if isinstance(known, AssertionGraph) else AssertionGraph(known)
    return chains(graph, contradictions(graph)[:limit])


def chains(graph: AssertionGraph, denials: Iterable[Step], *, without: Set[Assertion] = frozenset()) -> list[Conflict]:
    """The conflicts at these facts that hold ``without`` those assertions.

    A cycle of strict rows shows at each of them and is told once.
    """
    found: dict[frozenset[Assertion], list[tuple[Step, Derivation]]] = defaultdict(list)
    for denial in denials:
        if denial.assertion in without:
            continue
        if walk := derivation(graph, _OPPOSITE[denial.fact], denial.start, denial.end, without=without):
            found[frozenset((*walk.assertions, denial.assertion))].append((denial, walk))
    return [
        Conflict("HARD" if denial.fact == "D" else "TYPE", _nodes(denial.start, walk.steps),
                 (*walk.assertions, denial.assertion), _reason(denial),
                 tuple(sorted({(one.start, one.end) for one, _ in told})))
        for told in found.values()
        for denial, walk in told[:1]
    ]  # fmt: skip


def _nodes(start: str, steps: Sequence[Step]) -> tuple[str, ...]:
    nodes = [start]
    for step in steps:
        nodes.append(step.end if step.start == nodes[-1] else step.start)
    return tuple(nodes)


def _reason(denial: Step) -> str:
    return f"{short_key(denial.start)} " + _IN_WORDS[denial.fact].format(b=short_key(denial.end))


def repairs(found: Sequence[Conflict], known: AssertionGraph | Iterable[Assertion] | None = None) -> list[Repair]:
    """What to withdraw so that no conflict is left: as few assertions as possible, those that resolve most first.

    Smallest for up to 20 chains, or groups of 20 that share no assertion; greedy beyond (Chvatal 1979).
    Among equals unreviewed assertions go first, then those of lower confidence, then by name.

    Parameters
    ----------
    found: the conflicts to resolve.
    known: the assertions. With them, a contradiction that another chain still upholds after the withdrawal is
        found and resolved too (implicit hitting sets; Reiter 1987); without them only the given chains are.
    """
    every = {frozenset(one.chain) for one in found}
    withdrawn = _hitting_set(every)
    if known is not None:
        graph = known if isinstance(known, AssertionGraph) else AssertionGraph(known)
        pairs = {(_DENIED_AS[one.kind], *pair) for one in found for pair in one.shows_at}
        denials = [one for fact in _OPPOSITE for one in graph.stated(fact) if (one.fact, one.start, one.end) in pairs]
        while upheld := chains(graph, denials, without=withdrawn):
            every |= {frozenset(one.chain) for one in upheld}
            if len(every) <= EXACT:
                withdrawn = _hitting_set(every)
                continue
            # Too many for the smallest answer. Many chains may uphold a contradiction, one row denies it: that goes
            # too. What is withdrawn stays so and what that resolved stays resolved; only the rest is looked at again.
            withdrawn |= {one.chain[-1] for one in upheld}
            left = {pair for one in upheld for pair in one.shows_at}
            denials = [one for one in denials if (one.start, one.end) in left]
    counted = [Repair(one, sum(one in conflict.chain for conflict in found)) for one in withdrawn]
    return sorted(counted, key=lambda repair: (-repair.resolves, _reluctance(repair.assertion)))


Cost = tuple[int, float, tuple[tuple[object, ...], ...]]  # reviewed ones, sum of confidences, names


def _reluctance(assertion: Assertion) -> tuple[bool, float, tuple[object, ...]]:
    """Lowest for what should be withdrawn first."""
    return assertion.reviewed, assertion.confidence, sort_key(assertion)


def _hitting_set(every: Iterable[frozenset[Assertion]]) -> set[Assertion]:
    chosen: set[Assertion] = set()
    for group in _connected(sorted(every, key=lambda chain: sorted(map(sort_key, chain)))):
        chosen |= _exact(group) if len(group) <= EXACT else _greedy(group)
    return chosen


def _connected(every: Sequence[frozenset[Assertion]]) -> Iterator[list[frozenset[Assertion]]]:
    """The chains in groups that share no assertion with each other."""
    holding: dict[Assertion, list[int]] = defaultdict(list)
    for number, chain in enumerate(every):
        for assertion in chain:
            holding[assertion].append(number)
    seen: set[int] = set()
    for first in range(len(every)):
        if first in seen:
            continue
        group, waiting = [], [first]
        seen.add(first)
        while waiting:
            number = waiting.pop()
            group.append(number)
            for other in {other for assertion in every[number] for other in holding[assertion]} - seen:
                seen.add(other)
                waiting.append(other)
        yield [every[number] for number in sorted(group)]


def _greedy(group: Sequence[frozenset[Assertion]]) -> set[Assertion]:
    """Again and again the assertion that is in most of the chains that are left."""
    left, chosen = list(group), set[Assertion]()
    while left:
        count: dict[Assertion, int] = defaultdict(int)
        for chain in left:
            for assertion in chain:
                count[assertion] += 1
        best = min(count, key=lambda one: (-count[one], _reluctance(one)))
        chosen.add(best)
        left = [chain for chain in left if best not in chain]
    return chosen


def _exact(group: Sequence[frozenset[Assertion]]) -> set[Assertion]:
    """A smallest hitting set, by iterative deepening over the first chain that is not hit yet; at most 2^20 states.

    Assertions that hit the same chains are the same to the search; the one most readily withdrawn stands for them.
    """
    hits: dict[Assertion, int] = defaultdict(int)
    for number, chain in enumerate(group):
        for assertion in chain:
            hits[assertion] |= 1 << number
    column: dict[int, Assertion] = {}
    for assertion in sorted(hits, key=_reluctance):
        column.setdefault(hits[assertion], assertion)
    masks = sorted(column, key=lambda mask: (-mask.bit_count(), _reluctance(column[mask])))
    most = masks[0].bit_count()
    best: dict[tuple[int, int], tuple[Cost, tuple[int, ...]] | None] = {}

    def search(left: int, depth: int) -> tuple[Cost, tuple[int, ...]] | None:
        """The cheapest choice of at most ``depth`` columns that hits all chains in ``left``."""
        if not left:
            return (0, 0.0, ()), ()
        if depth * most < left.bit_count():
            return None
        if (left, depth) not in best:
            first = left & -left
            options = []
            for mask in masks:
                if mask & first and (after := search(left & ~mask, depth - 1)):
                    (reviewed, sure, names), chosen = after
                    one = column[mask]
                    cost = (reviewed + one.reviewed, round(sure + one.confidence, 9),
                            tuple(sorted((sort_key(one), *names))))  # fmt: skip
                    options.append((cost, (mask, *chosen)))
            best[left, depth] = min(options, default=None)
        return best[left, depth]

    everything, depth = (1 << len(group)) - 1, 1
    while not (answer := search(everything, depth)):
        depth += 1
    return {column[mask] for mask in answer[1]}

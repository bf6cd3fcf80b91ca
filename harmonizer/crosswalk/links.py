"""Ordered pairs of nodes as sorted integers, what can be reached along them, and whether pairs by the ten thousand can.

Nodes are numbers below ``size`` (at most 2**31). A pair is one int64, ``start << 32 | end``, so that a set of pairs is
a sorted array whose codes stay what they are when nodes are added.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Nodes = NDArray[np.int64]
Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]

BLOCK_BYTES = 256 * 2**20  # of the bit matrix that is held at once


def encode(starts: Nodes, ends: Nodes) -> Codes:
    """Pairs as codes, in the order given."""
    return starts.astype(np.int64) << 32 | ends


def decode(codes: Codes) -> tuple[Nodes, Nodes]:
    """Starts and ends of coded pairs."""
    return codes >> 32, codes & 0xFFFFFFFF


def among(codes: Codes, known: Codes) -> Mask:
    """Which of the codes are in a sorted array; O(n log m)."""
    if not known.size:
        return np.zeros(codes.size, dtype=bool)
    places = np.minimum(np.searchsorted(known, codes), known.size - 1)
    found: Mask = known[places] == codes
    return found


def runs(first: Nodes, nodes: Nodes) -> tuple[Nodes, Nodes]:
    """The places of what belongs to these nodes, one node after the other, and how many belong to each.

    What belongs to a node stands from ``first[node]`` up to ``first[node + 1]``.
    """
    counts = first[nodes + 1] - first[nodes]
    before = np.cumsum(counts) - counts
    return np.repeat(first[nodes] - before, counts) + np.arange(counts.sum()), counts


@dataclass(frozen=True, eq=False)
class Links:
    """A set of ordered pairs.

    Parameters
    ----------
    codes: sorted, each pair once; see :meth:`of` for any others.
    size: number of nodes.
    """

    codes: Codes
    size: int

    @classmethod
    def of(cls, codes: Codes, size: int) -> Links:
        """From codes in any order, repeats allowed; O(n log n)."""
        codes = np.sort(codes)
        return cls(codes[np.diff(codes, prepend=-1) != 0], size)  # several times as fast as np.unique

    @cached_property
    def starts(self) -> Nodes:
        return self.codes >> 32

    @cached_property
    def ends(self) -> Nodes:
        return self.codes & 0xFFFFFFFF

    @cached_property
    def turned(self) -> Links:
        """The same pairs, the other way round."""
        return Links(np.sort(encode(self.ends, self.starts)), self.size)

    @cached_property
    def _first(self) -> Nodes:
        """Where each node's pairs begin; shape (size + 1,)."""
        counts = np.bincount(self.starts, minlength=self.size)
        return np.concatenate(([0], np.cumsum(counts)))

    def step(self, nodes: Nodes) -> Nodes:
        """The ends of all pairs that start at these nodes, with repeats; linear in their number."""
        found: Nodes = self.ends[runs(self._first, nodes)[0]]
        return found

    def spread(self, nodes: Nodes) -> Mask:
        """Which nodes are reached from these in any number of steps, themselves included; shape (size,).

        Breadth first, linear in the pairs that are walked, with one round of array calls (tens of microseconds) for
        every level, so a chain of n nodes costs n rounds.
        """
        reached = np.zeros(self.size, dtype=bool)
        reached[nodes] = True
        frontier = np.flatnonzero(reached)
        last = np.empty(self.size, dtype=np.int64)  # where a node stands last on the frontier, so that it stays once
        while frontier.size:
            ahead = self.step(frontier)
            ahead = ahead[~reached[ahead]]
            places = np.arange(ahead.size)
            last[ahead] = places
            frontier = ahead[last[ahead] == places]
            reached[frontier] = True
        return reached

    def changed(self, gone: Codes, fresh: Codes, size: int) -> Links:
        """Without some pairs and with others, over at least as many nodes."""
        kept = self.codes[~among(self.codes, np.sort(gone))] if gone.size else self.codes
        if fresh.size:
            fresh = np.unique(fresh)
            kept = np.insert(kept, np.searchsorted(kept, fresh), fresh)
        return Links(kept, size)


def classes(links: Links) -> NDArray[np.int32]:
    """The strongly connected component of every node, as a label; Pearce's algorithm, linear."""
    from scipy import sparse

    ones = np.ones(links.codes.size, dtype=np.int8)
    graph: Any = sparse.csr_array((ones, (links.starts, links.ends)), shape=(links.size, links.size))
    labels: NDArray[np.int32] = sparse.csgraph.connected_components(graph, directed=True, connection="strong")[1]
    return labels


def reached(links: Links, sources: Nodes, targets: Nodes) -> Mask:
    """For each pair ``sources[i], targets[i]`` whether the one leads to the other, itself included.

    Cut down to the nodes that lie on some way from a source to a target, take strongly connected components for one,
    and carry bit rows over the asked targets backwards through the acyclic rest. Exact; O(V + E) for the first two
    and O(E' T / 64) words for the rows, where E' counts links between components that lead on and T distinct targets.
    """
    answer: Mask = sources == targets
    on_the_way = links.spread(sources) & links.turned.spread(targets)
    asked = np.flatnonzero(on_the_way[sources] & on_the_way[targets] & ~answer)
    if asked.size:
        inner = on_the_way[links.starts] & on_the_way[links.ends]
        number = np.cumsum(on_the_way) - 1
        local = Links(encode(number[links.starts[inner]], number[links.ends[inner]]), int(on_the_way.sum()))
        label = classes(local).astype(np.int64)
        starts, ends = label[local.starts], label[local.ends]
        across = starts != ends
        condensed = Links.of(encode(starts[across], ends[across]), int(label.max()) + 1)
        ways = label[number[sources[asked]]], label[number[targets[asked]]]
        answer[asked] = (ways[0] == ways[1]) | _reached_without_circles(condensed, *ways)
    return answer


def _reached_without_circles(links: Links, sources: Nodes, targets: Nodes) -> Mask:
    """:func:`reached` for acyclic links, in one step or more."""
    answer = np.zeros(sources.size, dtype=bool)
    inner = np.unique(links.starts)  # only these lead anywhere: in a crosswalk to a hub, a few per cent
    if not inner.size:
        return answer
    row = np.full(links.size, -1)
    row[inner] = np.arange(inner.size)
    order = list(_ends_first(row[links.starts], row[links.ends], inner.size))
    columns = np.unique(targets)
    width = max(64, BLOCK_BYTES * 8 // inner.size // 64 * 64)
    for first in range(0, columns.size, width):
        block = columns[first : first + width]
        column = np.full(links.size, -1)
        column[block] = np.arange(block.size)
        bits = np.zeros((inner.size, -(-block.size // 64)), dtype=np.uint64)
        here = column[links.ends] >= 0
        _set(bits, row[links.starts[here]], column[links.ends[here]])
        for place, following in order:
            for other in following:
                np.bitwise_or(bits[place], bits[other], out=bits[place])
        asked = np.flatnonzero((row[sources] >= 0) & (column[targets] >= 0))
        answer[asked] = _get(bits, row[sources[asked]], column[targets[asked]])
    return answer


def _ends_first(starts: Nodes, ends: Nodes, size: int) -> Iterator[tuple[int, list[int]]]:
    """Nodes of an acyclic graph with the nodes they lead to, each after all that it leads to (Kahn 1962).

    Ends of -1 lead nowhere. Raises no error on circles but leaves their nodes out: callers condense first.
    """
    following: list[list[int]] = [[] for _ in range(size)]
    leading: list[list[int]] = [[] for _ in range(size)]
    kept = ends >= 0
    for start, end in zip(starts[kept].tolist(), ends[kept].tolist(), strict=True):
        following[start].append(end)
        leading[end].append(start)
    waiting = [len(ahead) for ahead in following]
    ready = [place for place, count in enumerate(waiting) if not count]
    while ready:
        place = ready.pop()
        yield place, following[place]
        for before in leading[place]:
            waiting[before] -= 1
            if not waiting[before]:
                ready.append(before)


def _set(bits: NDArray[np.uint64], rows: Nodes, columns: Nodes) -> None:
    np.bitwise_or.at(bits, (rows, columns >> 6), np.left_shift(np.uint64(1), (columns & 63).astype(np.uint64)))


def _get(bits: NDArray[np.uint64], rows: Nodes, columns: Nodes) -> Mask:
    shifted = np.right_shift(bits[rows, columns >> 6], (columns & 63).astype(np.uint64))
    found: Mask = (shifted & np.uint64(1)).astype(bool)
    return found

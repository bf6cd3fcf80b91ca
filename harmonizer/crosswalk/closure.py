"""What assertions entail of two nodes, and where assertions contradict each other.

Every requirement and objective is read as a non-empty set of things to do. Inference on the four facts of set
relations is sound and complete (:mod:`harmonizer.crosswalk.facts` says why); what nothing is asserted of is unknown,
never disjoint. The closure is not held as a whole: a row is worked out when it is asked for, contradictions are looked
for at what is asserted only.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harmonizer.crosswalk import relations
from harmonizer.crosswalk.assertions import Assertion, Statements
from harmonizer.crosswalk.facts import BITS, Facts, clash_changes, stated_facts
from harmonizer.crosswalk.links import Codes, classes, decode
from harmonizer.errors import UsageError

ROWS_KEPT, BYTES_KEPT = 1024, 128 * 2**20  # at most, of the rows last worked out, a byte per node each


@dataclass(frozen=True)
class Entailment:
    """What is entailed of an ordered pair: is a within b, b within a, and so on."""

    within: bool = False
    contains: bool = False
    not_within: bool = False
    not_contains: bool = False
    overlap: bool = False
    disjoint: bool = False

    @cached_property
    def left_open(self) -> relations.Relation:
        """The base relations that the pair may still have; none where its facts contradict each other."""
        known = (self.within, self.contains, self.not_within, self.not_contains, self.overlap, self.disjoint)
        return relations.from_facts(fact for fact, holds in zip(relations.OF_FACT, known, strict=True) if holds)

    @cached_property
    def relation(self) -> str:
        """Which of the fourteen relations is known, in words; empty where nothing is."""
        if self.left_open == relations.ANYTHING:
            return ""
        return relations.WORDS.get(self.left_open, "contradictory")

    @cached_property
    def definite(self) -> bool:
        """Whether exactly one base relation is left."""
        return self.left_open.bit_count() == 1


_ENTAILMENTS = tuple(Entailment(**{name: bool(bits >> bit & 1) for bit, name in enumerate(BITS)}) for bits in range(64))
_UNKNOWN, _ITSELF = Entailment(), Entailment(within=True, contains=True, overlap=True)
_OVERLAP = np.uint8(1 << BITS.index("overlap"))


@dataclass(frozen=True, order=True, slots=True)
class Contradiction:
    """An asserted pair that the other assertions contradict.

    ``fact`` N: subject is asserted not to be within object and entailed to be; kind TYPE, for only the strict reading
    asserts this. ``fact`` D: the two are asserted to be disjoint and entailed to overlap; kind HARD, for that stands
    in the plain reading too. A disjoint pair is given once, ends in order of their names.
    """

    kind: str
    fact: str
    subject: str
    object: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The contradictions that a change would bring and those that it would end, sorted."""

    appear: tuple[Contradiction, ...]
    disappear: tuple[Contradiction, ...]


class Closure:
    """The closed facts over named nodes; immutable, and the same for any order of the assertions.

    Parameters
    ----------
    assertions: what is asserted, each with its own reading.
    """

    def __init__(self, assertions: Iterable[Assertion] | Statements) -> None:
        self._statements = assertions if isinstance(assertions, Statements) else Statements.of(assertions)
        self._names = sorted({*self._statements.subjects, *self._statements.objects})
        self._place = {name: place for place, name in enumerate(self._names)}
        stated, owners = stated_facts(self._statements, self._place)
        order = {fact: np.argsort(codes, kind="stable") for fact, codes in stated.items()}
        self._stated = {fact: codes[order[fact]] for fact, codes in stated.items()}  # sorted, a repeat per assertion
        self._owners = {fact: owners[fact][order[fact]] for fact in owners}
        self._facts = Facts.of(self._stated, len(self._names))
        self._keeping = threading.Lock()
        self._rows: dict[int, np.ndarray[tuple[int], np.dtype[np.uint8]]] = {}

    def between(self, a: str, b: str) -> Entailment:
        """What is entailed of a pair of nodes (requirement keys, or ``objective:<slug>``).

        The first question about ``a`` takes a dozen walks along S, further ones a look-up.
        """
        start, end = self._place.get(a), self._place.get(b)
        if start is None or end is None:
            return _ITSELF if a == b else _UNKNOWN
        found: Entailment = _ENTAILMENTS[int(self._row(start)[end])]
        return found

    def make_ready(self) -> None:
        """Sort the facts the other way round too, as the first row would."""
        if self._names:
            self._row(0)

    def related_to(self, a: str) -> dict[str, Entailment]:
        """Everything that is entailed of a node and any other, by the other's name, in order."""
        if a not in self._place:
            return {}
        row = self._row(self._place[a])
        return {self._names[end]: _ENTAILMENTS[row[end]] for end in np.flatnonzero(row) if self._names[end] != a}

    def pairs(self, sources: Iterable[str], targets: Iterable[str]) -> Iterator[tuple[str, str, Entailment]]:
        """The pairs of two sets of nodes that are entailed to overlap (so also those within), sources in order given.

        A row for each source: nothing is held beyond what :meth:`between` keeps.
        """
        wanted = np.array(sorted({self._place[name] for name in targets if name in self._place}), dtype=np.int64)
        for a in sources:
            if a in self._place:
                row = self._row(self._place[a])[wanted]
                for place in np.flatnonzero(row & _OVERLAP):
                    if (b := self._names[wanted[place]]) != a:
                        yield a, b, _ENTAILMENTS[row[place]]

    def equal_nodes(self) -> list[list[str]]:
        """The classes of two and more nodes that are entailed to be equal, sorted; linear."""
        members: dict[int, list[str]] = {}
        for name, label in zip(self._names, classes(self._facts.within).tolist(), strict=True):
            members.setdefault(label, []).append(name)
        return sorted(names for names in members.values() if len(names) > 1)

    def contradictions(self) -> list[Contradiction]:
        """The asserted pairs that the other assertions contradict, sorted; none exactly where a model exists."""
        return list(_contradictions(self._clashes, self._names))

    def what_if(self, added: Iterable[Assertion] = (), withdrawn: Iterable[Assertion] = ()) -> WhatIf:
        """The contradictions that would appear and disappear; nothing is changed.

        Raises
        ------
        UsageError: if what is withdrawn is not asserted, or not as often, by whomever.
        """
        new, old = Statements.of(added), Statements.of(withdrawn)
        self._require(old)
        names = list(self._names)
        extra = sorted({*new.subjects, *new.objects} - self._place.keys())
        place = (
            {**self._place, **{name: len(names) + number for number, name in enumerate(extra)}}
            if extra
            else self._place
        )
        plus, minus = stated_facts(new, place)[0], stated_facts(old, place)[0]
        gone: dict[str, Codes] = {}
        fresh: dict[str, Codes] = {}
        for fact, stated in self._stated.items():
            codes = np.unique(np.concatenate([plus[fact], minus[fact]]))
            before = np.searchsorted(stated, codes, "right") - np.searchsorted(stated, codes, "left")
            change = [int((plus[fact] == code).sum() - (minus[fact] == code).sum()) for code in codes]
            after = before + np.array(change, dtype=np.int64)
            gone[fact], fresh[fact] = codes[(before > 0) & (after == 0)], codes[(before == 0) & (after > 0)]
        changed = self._facts.changed(gone, fresh, len(place))
        appear, disappear = clash_changes(self._facts, self._clashes, changed, gone, fresh)
        return WhatIf(_contradictions(appear, names + extra), _contradictions(disappear, names))

    @cached_property
    def _clashes(self) -> dict[str, Codes]:
        return self._facts.clashes()

    def _row(self, node: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        row = self._rows.get(node)
        if row is None:
            row = self._facts.row(node)
            with self._keeping:
                if len(self._rows) >= min(ROWS_KEPT, BYTES_KEPT // len(self._names) + 1):
                    del self._rows[next(iter(self._rows))]
                self._rows[node] = row
        return row

    def _require(self, withdrawn: Statements) -> None:
        """Each of these is stated, as often as it is withdrawn. Looks only at those that state the same fact."""
        for (subject, relation, target, reading), count in Counter(zip(*withdrawn, strict=True)).items():
            held = 0
            if subject in self._place and target in self._place:
                one = Statements([subject], [relation], [target], [reading])
                fact, codes = next(
                    (fact, codes) for fact, codes in stated_facts(one, self._place)[0].items() if codes.size
                )
                first, last = (np.searchsorted(self._stated[fact], codes[0], side) for side in ("left", "right"))
                alike = set(self._owners[fact][first:last].tolist())
                held = sum([self._statements.row(place) == (subject, relation, target, reading) for place in alike])
            if held < count:
                raise UsageError(f"cannot withdraw what is not asserted: {subject} {relation} {target}")


def _contradictions(clashes: Mapping[str, Codes], names: list[str]) -> tuple[Contradiction, ...]:
    found = []
    for fact, codes in clashes.items():
        for start, end in zip(*(nodes.tolist() for nodes in decode(codes)), strict=True):
            a, b = names[start], names[end]
            if fact == "D":
                found.append(Contradiction("HARD", "D", *sorted((a, b))))
            else:
                found.append(Contradiction("TYPE", "N", a, b))
    return tuple(sorted(found))

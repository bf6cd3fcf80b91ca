"""Where published crosswalks and ours differ, and why.

A published row says that two provisions have to do with each other; so does a leaf in common here. Ends that stand
above our units (a HIPAA standard) are compared with all that stands below them, ends below (a point of a paragraph)
with the unit that holds them. The reason for a difference is the reviewer's, from ``data/crosswalks/differences.csv``,
where one was written, else what each side asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from harmonizer.answer import Answer
from harmonizer.crosswalk.known import known_of
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.lint import COLUMNS
from harmonizer.model import Link, MappingSet, short_key

SHOWN = 3  # leaves named on each side


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a published row in our terms: the leaves that it and what stands below it ask for."""

    name: str
    leaves: frozenset[str]
    middles: frozenset[str]


def differences(index: Index) -> Answer:
    """Every published row without counterpart here, and every entailed pair of ours that a publisher lacks.

    The columns are those of lint: ``rule`` is ``theirs-alone``, ``related-only`` (the two meet in the objective above
    alone) or ``ours-alone``; ``mend`` holds the reason. All are notes: to differ is no error. The summary counts, for
    each set, the rows, those that can be compared, and those on which both agree.
    """
    comparer = _Comparer(index)
    rows: list[tuple[str, int | None, str, str, str, str]] = []
    figures: dict[str, object] = {"fatal": 0, "error": 0}
    for published in index.knowledge.mapping_sets:
        found = list(comparer.of_set(published))
        counts = Counter(rule for _, rule, _, _ in found)
        total = sum(link.mapping_set == published.id for link in index.knowledge.links)
        comparable = total - counts["unknown"]
        agreed = comparable - counts["theirs-alone"] - counts["related-only"]
        alone = ", ".join(f"{counts[rule]} {rule}" for rule in ("related-only", "theirs-alone", "ours-alone"))
        share = agreed / comparable if comparable else 0.0
        figures[published.id] = f"{total} rows, {comparable} comparable, {agreed} agree ({share:.0%}), {alone}"
        rows += [(f"{published.id}.sssom.tsv", line or None, rule, "note", message, why)
                 for line, rule, message, why in found if rule != "unknown"]  # fmt: skip
    return Answer.of(COLUMNS, rows, figures, "Where published crosswalks and ours differ")


class _Comparer:
    def __init__(self, index: Index) -> None:
        self._index = index
        self._closure = known_of(index).closure
        self._ends: dict[str, _End | None] = {}
        self._reasons = {(one.mapping_set, one.subject, one.object): one.reason
                         for one in index.knowledge.differences}  # fmt: skip

    def of_set(self, published: MappingSet) -> Iterator[tuple[int, str, str, str]]:
        """Line, rule, message and reason of each difference with one set, in the order of its lines."""
        links = [link for link in self._index.knowledge.links if link.mapping_set == published.id]
        for link in links:
            one, other = self._end(link.subject), self._end(link.object)
            if one is None or other is None:
                yield link.position, "unknown", "", ""
            elif not one.leaves & other.leaves:
                rule = "related-only" if one.middles & other.middles else "theirs-alone"
                message = f"{published.publisher} has {one.name} and {other.name}; here they share no leaf"
                yield link.position, rule, message, self._reason(link, one, other)
        yield from self._ours_alone(published, links)

    def _ours_alone(self, published: MappingSet, links: list[Link]) -> Iterator[tuple[int, str, str, str]]:
        known = {(link.subject, link.object) for link in links}
        lefts = sorted({subject for subject, _ in known if subject in self._index.requirements})
        rights = {end for _, end in known}
        framework = next(iter(rights), "").partition(":")[0]
        targets = [key for key in self._index.requirements if key.startswith(f"{framework}:")]
        for left, right, entailed in self._closure.pairs(lefts, targets):
            if entailed.overlap and (left, right) not in known:
                message = (
                    f"here {short_key(left)} and {short_key(right)} overlap; {published.publisher} has no such row"
                )
                yield 0, "ours-alone", message, self._shared(left, right)

    def _end(self, key: str) -> _End | None:
        if key not in self._ends:
            self._ends[key] = self._read_end(key)
        return self._ends[key]

    def _read_end(self, key: str) -> _End | None:
        while key not in self._index.requirements:
            key, bracket, _ = key.rpartition("(")
            if not bracket:
                return None
        members = [key, *(one.key for one in self._index.descendants(key))]
        leaves = frozenset(row.objective for one in members for row in self._index.mappings_of.get(one, ())
                           if row.relation != "no-relationship")  # fmt: skip
        if not leaves:
            return None
        return _End(short_key(key), leaves, frozenset(self._index.objectives[leaf].parent for leaf in leaves))

    def _reason(self, link: Link, one: _End, other: _End) -> str:
        written = self._reasons.get((link.mapping_set, link.subject, link.object))
        if written:
            return written
        sides = [f"{end.name} asks for {self._named(end.leaves)}" for end in (one, other)]
        common = sorted(one.middles & other.middles)
        meeting = f"; both belong to {', '.join(self._index.objectives[m].title for m in common)}" if common else ""
        return f"{'; '.join(sides)}{meeting}"

    def _named(self, leaves: frozenset[str]) -> str:
        names = [f"“{self._index.objectives[leaf].title}”" for leaf in sorted(leaves)[:SHOWN]]
        return ", ".join(names) + (f" and {len(leaves) - SHOWN} more" if len(leaves) > SHOWN else "")

    def _shared(self, left: str, right: str) -> str:
        one, other = self._end(left), self._end(right)
        common = one.leaves & other.leaves if one and other else frozenset()
        return f"both ask for {self._named(common)}" if common else "it follows from several rows; see explain"

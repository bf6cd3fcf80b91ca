"""All that is asserted of one index and what follows from it, made once and kept for as long as the index is.

Closing tens of thousands of assertions takes a second; a question about one requirement then takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from harmonizer.crosswalk.assertions import Assertion, own_assertions, trusted_assertions
from harmonizer.crosswalk.closure import Closure
from harmonizer.crosswalk.derivations import AssertionGraph
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.store import without_collection


@dataclass(frozen=True)
class Known:
    """What is asserted by our own rows (and structure), and by the published crosswalks that are trusted."""

    own: tuple[Assertion, ...]
    published: tuple[Assertion, ...]

    @cached_property
    def linked(self) -> frozenset[str]:
        """The ends of the published assertions."""
        return frozenset(end for one in self.published for end in (one.subject, one.object))

    @cached_property
    def closure(self) -> Closure:
        with without_collection():
            return Closure((*self.own, *self.published))

    @cached_property
    def graph(self) -> AssertionGraph:
        return AssertionGraph((*self.own, *self.published))


_KNOWN: WeakKeyDictionary[Index, dict[frozenset[str], Known]] = WeakKeyDictionary()


def known_of(index: Index, trust: Collection[str] = ()) -> Known:
    """What is known of an index for a choice of publishers; see :func:`~assertions.trusted_assertions`."""
    kept = _KNOWN.setdefault(index, {})
    choice = frozenset(trust)
    if choice not in kept:
        with without_collection():
            own = kept[frozenset()].own if kept.get(frozenset()) else tuple(own_assertions(index))
            kept[choice] = Known(own, tuple(trusted_assertions(index, trust)))
    return kept[choice]

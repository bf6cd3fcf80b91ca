"""All that is asserted of one index and what follows from it, made once and kept for as long as the index is.

Closing tens of thousands of assertions takes a second; a question about one requirement then takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from harmonizer.crosswalk.assertions import Assertion, Statements, own_assertions, own_statements, trusted_assertions
from harmonizer.crosswalk.closure import Closure
from harmonizer.crosswalk.derivations import AssertionGraph
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.store import without_collection
from harmonizer.model import Knowledge


@dataclass(frozen=True, eq=False)
class Known:
    """What is asserted by our own rows, by the published crosswalks that are trusted, and by ``structure``."""

    knowledge: Knowledge
    published: tuple[Assertion, ...] = ()
    structure: tuple[Assertion, ...] = ()

    @cached_property
    def linked(self) -> frozenset[str]:
        """The ends of the published assertions."""
        return frozenset(end for one in self.published for end in (one.subject, one.object))

    @cached_property
    def closure(self) -> Closure:
        with without_collection():
            stated = Statements.of((*self.structure, *self.published))
            return Closure(own_statements(self.knowledge).and_also(stated))

    @cached_property
    def graph(self) -> AssertionGraph:
        with without_collection():
            return AssertionGraph((*own_assertions(self.knowledge), *self.structure, *self.published))


_KNOWN: WeakKeyDictionary[Index, dict[frozenset[str], Known]] = WeakKeyDictionary()


def known_of(index: Index, trust: Collection[str] = ()) -> Known:
    """What is known of an index for a choice of publishers; see :func:`~assertions.trusted_assertions`."""
    kept = _KNOWN.setdefault(index, {})
    choice = frozenset(trust)
    if choice not in kept:
        kept[choice] = Known(index.knowledge, tuple(trusted_assertions(index.knowledge, trust)))
    return kept[choice]

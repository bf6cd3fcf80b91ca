"""Scope expressions: for whom, and for which data and events, a requirement or constraint holds.

Grammar (``&`` binds closer than ``|``)::

    expr = term { "|" term }      term = factor { "&" factor }      factor = "!" factor | "(" expr ")" | tag | "*"

Tags come from a closed list that states which tags imply and which exclude each other. An *organisation* is
an assignment of true or false to every tag that respects that list. Questions about expressions are answered
by trying the assignments of the few tags they name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from harmonizer.errors import UsageError, did_you_mean, nearest
from harmonizer.model import Tag

_TOKEN = re.compile(r"\s*(?:(?P<tag>[a-z]+:[A-Za-z0-9_-]+)|(?P<op>[&|!()*]))")


class ScopeError(UsageError):
    """An expression that does not follow the grammar, or names a tag that does not exist."""


Node = tuple[Any, ...]  # the kind of node, then its parts


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """The syntax tree of an expression; nested tuples ``("|", a, b)``, ``("!", a)``, ``("tag", t)``, ``("*",)``."""
    tokens: list[str] = []
    position, text = 0, text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            raise ScopeError(f"scope expression {text!r}: cannot read {text[position:].strip()!r}; expected a tag "
                             "such as data:ephi, or one of & | ! ( ) *")  # fmt: skip
        tokens.append(match["tag"] or match["op"])
        position = match.end()
    if not tokens:
        return ("*",)
    node, rest = _expression(tokens, text)
    if rest:
        raise ScopeError(f"scope expression {text!r}: {rest[0]!r} was not expected there; missing & or | before it?")
    return node


def _expression(tokens: list[str], text: str) -> tuple[Node, list[str]]:
    node, tokens = _term(tokens, text)
    while tokens[:1] == ["|"]:
        right, tokens = _term(tokens[1:], text)
        node = ("|", node, right)
    return node, tokens


def _term(tokens: list[str], text: str) -> tuple[Node, list[str]]:
    node, tokens = _factor(tokens, text)
    while tokens[:1] == ["&"]:
        right, tokens = _factor(tokens[1:], text)
        node = ("&", node, right)
    return node, tokens


def _factor(tokens: list[str], text: str) -> tuple[Node, list[str]]:
    if not tokens:
        raise ScopeError(f"scope expression {text!r} ends where a tag was expected")
    head, rest = tokens[0], tokens[1:]
    if head == "!":
        node, rest = _factor(rest, text)
        return ("!", node), rest
    if head == "(":
        node, rest = _expression(rest, text)
        if rest[:1] != [")"]:
            raise ScopeError(f"scope expression {text!r}: a bracket is not closed")
        return node, rest[1:]
    if head == "*":
        return ("*",), rest
    if head in "&|)":
        raise ScopeError(f"scope expression {text!r}: a tag was expected before {head!r}")
    return ("tag", head), rest


@lru_cache(maxsize=20_000)
def tags_of(text: str) -> frozenset[str]:
    """The tags that an expression names."""
    return frozenset(_tags(parse(text)))


def _tags(node: Node) -> Iterator[str]:
    if node[0] == "tag":
        yield str(node[1])
    else:
        for child in node[1:]:
            yield from _tags(child)


def is_event(tag: str) -> bool:
    """Whether a tag names something that happens, rather than what an organisation is."""
    return tag.startswith("event:")


def holds(text: str, true_tags: Iterable[str]) -> bool:
    """Whether the expression holds where exactly ``true_tags`` are true."""
    return _predicate_of(text)(frozenset(true_tags))


Clause = tuple[frozenset[str], frozenset[str]]  # tags that are true, and tags that are false


@lru_cache(maxsize=20_000)
def _alternatives(node: Node, *, wanted: bool) -> frozenset[Clause]:
    """The expression, or its contrary, as alternatives (disjunctive normal form)."""
    if node[0] == "tag":
        own = frozenset((str(node[1]),))
        return frozenset([(own, frozenset()) if wanted else (frozenset(), own)])
    if node[0] == "!":
        return _alternatives(node[1], wanted=not wanted)
    if node[0] == "*":
        return frozenset([(frozenset(), frozenset())]) if wanted else frozenset()
    left, right = (_alternatives(child, wanted=wanted) for child in node[1:])
    if (node[0] == "|") == wanted:
        return left | right
    return frozenset((one[0] | other[0], one[1] | other[1]) for one in left for other in right)


Predicate = Callable[[frozenset[str]], bool]


@lru_cache(maxsize=20_000)
def _predicate_of(text: str) -> Predicate:
    return _predicate(parse(text))


def _predicate(node: Node) -> Predicate:
    """An expression as a function of the true tags, made once: it is asked for thousands of assignments."""
    match node:
        case ("tag", str(tag)):
            return lambda true: tag in true
        case ("!", child):
            inner = _predicate(child)
            return lambda true: not inner(true)
        case ("&", left, right):
            one, other = _predicate(left), _predicate(right)
            return lambda true: one(true) and other(true)
        case ("|", left, right):
            one, other = _predicate(left), _predicate(right)
            return lambda true: one(true) or other(true)
    return lambda true: True


@dataclass(frozen=True)
class ScopeLogic:
    """Answers questions about expressions under one closed list of tags.

    Parameters
    ----------
    tags: the closed list.
    organisations: where the question is about known organisations, or parts of one: the true tags of each, with all
        that they imply. Every other tag is false of it, except that events come and go, so that any may happen.
        Empty: about any organisation that there can be.
    """

    tags: tuple[Tag, ...]
    organisations: tuple[frozenset[str], ...] = ()

    @cached_property
    def known(self) -> dict[str, Tag]:
        return {tag.tag: tag for tag in self.tags}

    @cached_property
    def _closure(self) -> dict[str, frozenset[str]]:
        """Every tag with all that it implies, however far."""
        closed: dict[str, frozenset[str]] = {}
        for tag in self.known:
            reached, todo = {tag}, [tag]
            while todo:
                fresh = {one for one in self.known[todo.pop()].implies if one not in reached}
                reached |= fresh
                todo.extend(fresh)
            closed[tag] = frozenset(reached)
        return closed

    def implied_by(self, tag: str) -> frozenset[str]:
        """A tag with all that it implies, however far."""
        return self._closure[tag]

    def excluded_by(self, tag: str) -> frozenset[str]:
        """The tags that a tag cannot stand beside."""
        return frozenset(self._excluded.get(tag, ()))

    @cached_property
    def _excluded(self) -> dict[str, set[str]]:
        """Each tag with those that it cannot stand beside, whichever of the two says so."""
        found: dict[str, set[str]] = {}
        for tag in self.tags:
            for other in tag.excludes:
                found.setdefault(tag.tag, set()).add(other)
                found.setdefault(other, set()).add(tag.tag)
        return found

    @cached_property
    def _worlds(self) -> dict[tuple[str, ...], list[frozenset[str]]]:
        return {}

    @cached_property
    def _cache(self) -> dict[tuple[str, ...], bool]:
        return {}

    def check(self, text: str) -> None:
        """Raise :class:`ScopeError` unless ``text`` follows the grammar and names known tags only."""
        for tag in sorted(tags_of(text)):
            if tag not in self.known:
                raise ScopeError(f"unknown scope tag {tag!r}{did_you_mean(nearest(tag, self.known))}")

    def worlds(self, *texts: str) -> Iterator[frozenset[str]]:
        """Every consistent assignment of the tags that the expressions name, as the set of true tags."""
        named = tuple(sorted(set().union(*(tags_of(text) for text in texts))))
        if named not in self._worlds:
            self._worlds[named] = list(dict.fromkeys(self._consistent(named)))
        return iter(self._worlds[named])

    def _consistent(self, named: tuple[str, ...]) -> Iterator[frozenset[str]]:
        if not self.organisations:
            yield from self._assigned(named, frozenset(), frozenset())
        events = [tag for tag in named if is_event(tag)]
        for true in self.organisations:
            false = frozenset(tag for tag in self.known if not is_event(tag)) - true
            yield from self._assigned(events, true, false)

    def _assigned(
        self, open_tags: Sequence[str], true: frozenset[str], false: frozenset[str]
    ) -> Iterator[frozenset[str]]:
        """The consistent ways to assign the tags that are left; a branch ends at its first inconsistency."""
        if not open_tags:
            yield true
            return
        tag, *rest = open_tags
        if tag not in true:
            yield from self._assigned(rest, true, false | {tag})
        more = true | self._closure.get(tag, frozenset((tag,)))
        if self._stand(more - true, beside=true, false=false):
            yield from self._assigned(rest, more, false)

    def _stand(self, tags: frozenset[str], *, beside: frozenset[str], false: frozenset[str]) -> bool:
        """Whether tags can be true beside others that can, all that they imply being among the two, and none false."""
        together = tags | beside
        return tags.isdisjoint(false) and all(together.isdisjoint(self._excluded.get(one, ())) for one in tags)

    def _implied(self, tags: Iterable[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self._closure.get(tag, frozenset((tag,))) for tag in tags))

    def compatible(self, *texts: str) -> bool:
        """Whether all expressions can be true together."""
        asked = ("compatible", *texts)
        if asked not in self._cache:
            self._cache[asked] = self._can_hold(sorted({text for text in texts if text not in ("", "*")}))
        return self._cache[asked]

    def _can_hold(self, texts: Sequence[str]) -> bool:
        """Whether one alternative of each expression can be chosen so that all of them agree."""
        chosen: set[Clause] = {(frozenset(), frozenset())}
        for text in texts:
            chosen = {
                (true | one, false | other)
                for true, false in chosen
                for one, other in _alternatives(parse(text), wanted=True)
                if self._agree(true | one, false | other)
            }
        return bool(chosen)

    def _agree(self, true: frozenset[str], false: frozenset[str]) -> bool:
        """Whether some organisation has all of ``true``, with what they imply, and none of ``false``."""
        if not self.organisations:
            return self._stand(self._implied(true), beside=frozenset(), false=false)
        events = self._implied(tag for tag in true if is_event(tag))
        return any(
            all(tag in one or is_event(tag) for tag in true | events)
            and one.isdisjoint(false)
            and self._stand(events - one, beside=one, false=false)
            for one in self.organisations
        )

    def implies(self, left: str, right: str) -> bool:
        """Whether ``right`` is true wherever ``left`` is."""
        if right in ("", "*") or left == right:
            return True
        key = ("implies", left, right)
        if key not in self._cache:
            self._cache[key] = all(holds(right, w) for w in self.worlds(left, right) if holds(left, w))
        return self._cache[key]

    def serves(self, asked: str, *offered: str) -> bool:
        """Whether for some organisation, whatever happens, one of ``offered`` holds whenever ``asked`` does.

        Tags of kind ``event`` are circumstances that come and go, so they are all tried; the other tags say what
        the organisation is, so one fitting choice of them, under which ``asked`` can arise at all, is enough. Of known
        organisations it must be so for each under which ``asked`` can arise.
        """
        if any(text in ("", "*") for text in offered):
            return True
        # What can never be true together with what is asked is of no use, and each tag doubles the work.
        possible = sorted({text for text in offered if self.compatible(asked, text)})
        if not self.organisations and not any(is_event(tag) for text in (asked, *possible) for tag in tags_of(text)):
            return bool(possible)
        return any(self._serves(asked, text) for text in possible) or (
            len(possible) > 1 and self._serves(asked, either(*possible))
        )

    def _serves(self, asked: str, offered: str) -> bool:
        key = ("serves", asked, offered)
        if key not in self._cache:
            by_organisation: dict[frozenset[str], list[bool]] = {}
            for world in self.worlds(asked, offered):
                if holds(asked, world):
                    organisation = frozenset(tag for tag in world if not is_event(tag))
                    by_organisation.setdefault(organisation, []).append(holds(offered, world))
            served = [all(outcomes) for outcomes in by_organisation.values()]
            self._cache[key] = bool(served) and all(served) if self.organisations else any(served)
        return self._cache[key]


def both(*texts: str) -> str:
    """The conjunction of expressions, written without needless brackets; ``*`` where nothing is asked."""
    parts: list[str] = []
    for text in texts:
        if text in ("", "*"):
            continue
        part = f"({text})" if parse(text)[0] == "|" else text
        if part not in parts:
            parts.append(part)
    if len(parts) == 1:
        return parts[0][1:-1] if parse(parts[0])[0] == "|" and parts[0].startswith("(") else parts[0]
    return " & ".join(parts) or "*"


def either(*texts: str) -> str:
    """The disjunction of expressions; ``*`` where one of them asks nothing."""
    if not texts or any(text in ("", "*") for text in texts):
        return "*"
    return " | ".join(
        dict.fromkeys(f"({text})" if len(texts) > 1 and parse(text)[0] == "&" else text for text in texts)
    )

"""Findings in mapping files: where a crosswalk contradicts itself or another, and rows that cannot be what was meant.

``error`` is for contradictions that stand in the plain reading (HARD), ``warning`` for those that only the strict
reading makes (TYPE) and for everything else, ``fatal`` for rows that cannot be read. A set that states no reading is
read strictly for the TYPE findings only; ``#reading: plain`` above its header says that nothing more is meant.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harmonizer.answer import Answer
from harmonizer.crosswalk.assertions import RELATED, Assertion
from harmonizer.crosswalk.closure import Closure
from harmonizer.crosswalk.conflicts import Conflict, Kind, chains, contradictions, repairs
from harmonizer.crosswalk.derivations import AssertionGraph, derivation
from harmonizer.crosswalk.published import assertion_of
from harmonizer.errors import DataError, did_you_mean, nearest
from harmonizer.formats.mappings import Progress, Statement, read_mappings
from harmonizer.knowledge import identifiers
from harmonizer.knowledge.index import Index
from harmonizer.knowledge.lint import COLUMNS, Finding
from harmonizer.model import Requirement, short_key

CHAINS = 200
"""Contradictions that are shown with their chain, hard ones first; the rest is counted."""
NEAREST = 200
"""Dangling ends for which the nearest id is looked up: each lookup compares with every id of the framework."""
SHOWN = 5

_FLIPPED = {"superset-of": "subset-of", "subset-of": "superset-of"}
_RATIONALES = {"syntactic", "semantic", "functional"}


def lint_crosswalk(files: Sequence[Path], known: Index | None = None, progress: Progress | None = None) -> Answer:
    """Every finding in these mapping files taken together, by file and line.

    Parameters
    ----------
    files: mapping files of either format of :mod:`harmonizer.formats.mappings`.
    known: the frameworks that are loaded; ends of other frameworks are not checked.
    progress: called with what is being done, how much is done and how much there is.
    """
    findings: list[Finding] = []
    statements: list[Statement] = []
    for path in sorted(set(files)):
        try:
            read = read_mappings(path, progress)
        except DataError as error:
            findings.append(_fatal(error))
            continue
        statements += read.statements
        findings += map(_fatal, read.problems)
    names = _Names(known)
    placed = [replace(one, subject=names.node(one.subject), object=names.node(one.object)) for one in statements]
    for check in (_ends(placed, statements, names), _same_pair(placed), _texts(placed)):
        findings += check
    graph = AssertionGraph(assertion_of(one, "strict") for one in placed if one.states_fact)
    findings += _implied_equal(graph)
    contradicted, counted = _contradictions(graph, progress)
    findings += contradicted
    rows = [(one.file, one.line or None, one.rule, one.severity, one.message, one.mend)
            for one in sorted(set(findings))]  # fmt: skip
    severities = Counter(one.severity for one in set(findings))
    summary = {"rows": len(statements), **{name: severities[name] for name in ("fatal", "error", "warning")}, **counted}
    return Answer.of(COLUMNS, rows, summary, "Findings in crosswalks")


def _fatal(error: DataError) -> Finding:
    return Finding(error.file or "", error.line or 0, "loads", "fatal", error.message,
                   f"correct column {error.column}" if error.column else "correct the line")  # fmt: skip


def _warning(one: Statement, rule: str, message: str, mend: str) -> Finding:
    return Finding(one.file, one.line, rule, "warning", message, mend)


# ends -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _End:
    """What an end of a row turned out to be."""

    node: str
    requirement: Requirement | None = None
    ids: tuple[str, ...] = ()  # of its framework, where that is loaded and this is not among them


class _Names:
    """Ends as nodes: in whatever spelling they are written, one requirement is one node."""

    def __init__(self, index: Index | None) -> None:
        self._index = index
        self._ends: dict[str, _End] = {}
        self._folded: dict[str, dict[str, str]] = {}

    def node(self, written: str) -> str:
        return self.end(written).node

    def end(self, written: str) -> _End:
        if written not in self._ends:
            self._ends[written] = self._find(written)
        return self._ends[written]

    def _find(self, written: str) -> _End:
        framework, _, identifier = written.partition(":")
        index = self._index
        if index is None:
            return _End(written)
        if framework == "objective":
            return _End(written, ids=() if identifier in index.objectives else tuple(index.objectives))
        version = index.frameworks.get(framework) or index.framework_versions.get(framework)
        if version is None:
            return _End(written)
        if version.key not in self._folded:
            self._folded[version.key] = {identifiers.fold(one.id): one.key for one in index.requirements_of(version)}
        key = identifiers.resolve(identifier, self._folded[version.key])
        if key:
            return _End(key, index.requirements[key])
        return _End(written, ids=tuple(one.id for one in index.requirements_of(version)))


def _ends(placed: Sequence[Statement], written: Sequence[Statement], names: _Names) -> Iterator[Finding]:
    looked_up: dict[str, str] = {}
    for one, as_written in zip(placed, written, strict=True):
        if one.subject == one.object:
            yield _warning(one, "self-mapping", f"{short_key(one.subject)} is mapped to itself",
                           "remove the row, or correct one of its ends")  # fmt: skip
        for name in dict.fromkeys((as_written.subject, as_written.object)):
            end = names.end(name)
            if end.ids:
                framework, _, identifier = name.partition(":")
                if name not in looked_up:
                    looked_up[name] = did_you_mean(nearest(identifier, end.ids)) if len(looked_up) < NEAREST else ""
                yield _warning(one, "dangling-end", f"{identifier!r} is not in {framework}, which is loaded"
                               f"{looked_up[name]}", "correct the id, or name the version that has it")  # fmt: skip
            elif end.requirement and end.requirement.kind in ("heading", "definition"):
                article = "a heading" if end.requirement.kind == "heading" else "a definition"
                yield _warning(one, "not-assessable", f"{end.requirement.short} is {article}: nobody can meet it",
                               "map the requirements below it, or those that use it")  # fmt: skip


# rows -----------------------------------------------------------------------------------------------------------


def _oriented(one: Statement) -> tuple[str, str, str]:
    """Subject, relation and object with the ends sorted, so that both directions of a claim are one."""
    if one.subject <= one.object:
        return one.subject, one.relation, one.object
    return one.object, _FLIPPED.get(one.relation, one.relation), one.subject


def _same_pair(placed: Sequence[Statement]) -> Iterator[Finding]:
    """Duplicates within a file, and pairs of which two relations are asserted, in one file or in two."""
    first: dict[tuple[str, str, str, str], Statement] = {}
    by_pair: dict[tuple[str, str], dict[str, Statement]] = defaultdict(dict)
    for one in placed:
        a, relation, b = _oriented(one)
        earlier = first.setdefault((one.file, a, relation, b), one)
        if earlier is not one:
            yield _warning(one, "duplicate", f"the row says the same as line {earlier.line}", "remove one of the two")
        if one.states_fact and one.relation != RELATED:
            by_pair[a, b].setdefault(relation, one)
    for relations in by_pair.values():
        if len(relations) > 1:
            *earlier_rows, last = sorted(relations.values(), key=lambda one: (one.file, one.line))
            others = ", ".join(f"{_claim(one)} ({one.file}:{one.line})" for one in earlier_rows)
            yield _warning(last, "two-relations", f"one pair, several relations: {_claim(last)}; but {others}",
                           "keep the one that is meant")  # fmt: skip


def _claim(one: Statement | Assertion) -> str:
    return f"{short_key(one.subject)} {one.relation} {short_key(one.object)}"


def _texts(placed: Sequence[Statement]) -> Iterator[Finding]:
    """Ids that carry several texts: two things under one id, or two editions of one."""
    texts: dict[str, dict[str, tuple[str, Statement]]] = defaultdict(dict)
    for one in placed:
        for node, text in ((one.subject, one.subject_text), (one.object, one.object_text)):
            if folded := " ".join(text.split()).casefold():
                texts[node].setdefault(folded, (text, one))
    for node, found in texts.items():
        (text, first), *others = sorted(found.values(), key=lambda one: (one[1].file, one[1].line, one[0]))
        for other, one in others[:SHOWN]:
            yield _warning(one, "several-texts", f"{short_key(node)} carries {other!r} here and {text!r} in "
                           f"{first.file}:{first.line}", "correct the id, or name the version of each")  # fmt: skip


# what follows ---------------------------------------------------------------------------------------------------


def _implied_equal(graph: AssertionGraph) -> Iterator[Finding]:
    """Requirements of one framework that are implied to be equal, with the chain between the first two of a group."""
    for group in Closure(graph.assertions).equal_nodes():
        by_framework: dict[str, list[str]] = defaultdict(list)
        for node in group:
            by_framework[node.partition(":")[0]].append(node)
        for framework, members in by_framework.items():
            if framework == "objective" or len(members) < 2:
                continue
            walks = (derivation(graph, "S", a, b) for a, b in (members[:2], members[1::-1]))
            chain = tuple(dict.fromkeys(one for walk in walks if walk for one in walk.assertions))
            more = f" and {len(members) - SHOWN} more" if len(members) > SHOWN else ""
            file, line = _place(chain[0])
            named = ", ".join(map(short_key, members[:SHOWN]))
            yield Finding(file, line, "implied-equal", "warning",
                          f"{named}{more} of one framework are implied to be equal: {_told(chain)}",
                          "correct the row that says equal and means less")  # fmt: skip


def _contradictions(graph: AssertionGraph, progress: Progress | None) -> tuple[list[Finding], dict[str, int]]:
    if progress:
        progress("looking for contradictions", 0, 2)
    denied = contradictions(graph)
    counted = {"hard": sum(step.fact == "D" for step in denied), "type": sum(step.fact == "N" for step in denied)}
    if progress:
        progress("looking for contradictions", 1, 2)
    found = chains(graph, denied[:CHAINS])
    kinds: tuple[Kind, ...] = ("HARD", "TYPE")
    # Each kind has its own repair: what is only wrong if read strictly is no reason to choose what to withdraw.
    findings = [one for kind in kinds for one in _of_kind([one for one in found if one.kind == kind], graph)]
    if (left := len(denied) - CHAINS) > 0:
        file, line = _place(denied[CHAINS].assertion)
        findings.append(Finding(file, line, "more-conflicts", "error" if denied[CHAINS].fact == "D" else "warning",
                                f"{left} further contradictions are counted and not shown with their chains",
                                "mend those that are shown and run lint again"))  # fmt: skip
    if progress:
        progress("looking for contradictions", 2, 2)
    return findings, {**counted, "chains": len(found)}


def _of_kind(found: Sequence[Conflict], graph: AssertionGraph) -> Iterator[Finding]:
    mends = repairs(found, graph) if found else []
    word, severity = ("hard", "error") if found and found[0].kind == "HARD" else ("type", "warning")
    for conflict in found:
        withdrawn = [one for one in mends if one.assertion in conflict.chain]
        file, line = _place(withdrawn[0].assertion if withdrawn else conflict.chain[-1])
        mend = "; ".join(f"withdraw or correct {_claim(one.assertion)} ({one.assertion.place}): that resolves "
                         f"{one.resolves} of {len(found)} {word} conflict{'s' if len(found) > 1 else ''}"
                         for one in withdrawn)  # fmt: skip
        if word == "type":
            mend += "; or, if its set means no more than the plain reading, say '#reading: plain' above its header"
        mixed = sorted({one.comment for one in conflict.chain} & _RATIONALES)
        note = f" (the rationales differ, {' and '.join(mixed)}, and need not agree)" if len(mixed) > 1 else ""
        yield Finding(file, line, f"{word}-conflict", severity,
                      f"{conflict.reason}: {_told(conflict.chain)}{note}", mend)  # fmt: skip


def _told(chain: Iterable[Assertion]) -> str:
    return "; ".join(f"{_claim(one)} ({one.place})" for one in chain)


def _place(one: Assertion) -> tuple[str, int]:
    file, _, line = one.place.rpartition(":")
    return file, int(line)

"""Why two requirements stand in a relation, in sentences for a person who never heard of set relations.

One sentence says what follows, one each says the mapping rows that it follows from, with their source, confidence and
own comment, and the last names the weakest link. Relations compare what is asked for, never for whom or how strictly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from harmonizer import model
from harmonizer.answer import Answer
from harmonizer.crosswalk.assertions import Assertion
from harmonizer.crosswalk.derivations import AssertionGraph, Derivation, FactName, Step, confidence, derivation
from harmonizer.crosswalk.known import known_of
from harmonizer.errors import UsageError
from harmonizer.knowledge.index import Index
from harmonizer.model import FACT_CONFIDENCE

COLUMNS = ("step", "sentence", "source", "confidence")
CONTENT = "This is definite in content; for whom it holds and how strictly is compared elsewhere."
OPEN = "More than that does not follow from the mappings."

Describe = Callable[[str], str]
"""Names a node for a reader: ``SOC 2 CC6.1 (“Logical access”)``."""

_OF_FACT: dict[FactName, str] = {
    "S": "{b} includes everything in {a}",
    "N": "{a} has something that is not in {b}",
    "O": "{a} and {b} have something in common",
    "D": "{a} and {b} have nothing in common",
}
_OF_RELATION = {
    "equal": "{a} and {b} come to the same",
    "subset-of": "{a} is only a part of {b}",
    "superset-of": "{a} includes everything in {b} and more",
    "intersects-with": "{a} and {b} have a part in common, and each has a part of its own",
}
"""Strictly read rows say more than the one fact that is used of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of an explanation: ``step`` is ``result``, a number, ``so``, ``why`` or ``weakest link``."""

    step: str
    sentence: str
    source: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How surely two nodes are related (definite, overlapping, unknown, contradictory, ...) and why."""

    certainty: str
    lines: tuple[Line, ...]


def explain_pair(known: AssertionGraph | Iterable[Assertion], a: str, b: str, describe: Describe) -> Explanation:
    """What the assertions entail of a pair, and how. Six searches, each O(nodes + assertions)."""
    graph = known if isinstance(known, AssertionGraph) else AssertionGraph(known)
    wanted: tuple[tuple[FactName, str, str], ...] = (("S", a, b), ("S", b, a), ("N", a, b), ("N", b, a), ("O", a, b),
                                                     ("D", a, b))  # fmt: skip
    found = {one: why for one in wanted if (why := derivation(graph, *one))}
    within, contains, not_within, not_contains, overlap, disjoint = (one in found for one in wanted)
    if (within and not_within) or (contains and not_contains) or (overlap and disjoint):
        return _contradictory(graph, found, a, b, describe)
    if within and contains:
        certainty, result, needed = "definite", "{a} and {b} ask for the same things.", wanted[:2]
    elif within:
        certainty, result, needed = _contained(("S", a, b), ("N", b, a), not_contains)
        result = result.format(small="{a}", large="{b}")
    elif contains:
        certainty, result, needed = _contained(("S", b, a), ("N", a, b), not_within)
        result = result.format(small="{b}", large="{a}")
    elif disjoint:
        certainty, result, needed = "definite", "{a} and {b} ask for nothing in common.", wanted[5:]
    elif overlap:
        certainty, result, needed = _overlapping(wanted, not_within, not_contains)
    elif not_within or not_contains:
        certainty, needed = "unknown", tuple(one for one in wanted[2:4] if one in found)
        sides = " and ".join("{b} does not ask for all of {a}" if one[1] == a else "{a} does not ask for all of {b}"
                             for one in needed)  # fmt: skip
        result = f"It is known that {sides}; whether the two have anything in common is not."
    else:
        return Explanation("unknown", (Line("result", f"Nothing follows from the mappings about {describe(a)} and "
                                            f"{describe(b)}: they may have much in common or nothing."),))  # fmt: skip
    closing = CONTENT if certainty == "definite" else OPEN
    head = Line("result", f"{result.format(a=describe(a), b=describe(b))} {closing}", "",
                _surety(graph, needed))  # fmt: skip
    return Explanation(certainty, (head, *_argument(graph, {one: found[one] for one in needed}, describe)))


Fact = tuple[FactName, str, str]


def _contained(holds: Fact, more: Fact, strictly: bool) -> tuple[str, str, tuple[Fact, ...]]:
    if strictly:
        return "definite", "{large} asks for everything that {small} asks for, and for more.", (holds, more)
    return "overlapping", ("{large} asks for everything that {small} asks for; whether it also asks for more is not "
                           "known."), (holds,)  # fmt: skip


def _overlapping(
    wanted: Sequence[Fact], not_within: bool, not_contains: bool
) -> tuple[str, str, tuple[Fact, ...]]:  # fmt: skip
    facts = (wanted[4], *(one for one, known in zip(wanted[2:4], (not_within, not_contains), strict=True) if known))
    if not_within and not_contains:
        return "definite", ("{a} and {b} ask for some of the same things, and each asks for something that the other "
                            "does not."), facts  # fmt: skip
    own = "{a}" if not_within else "{b}" if not_contains else ""
    more = f", and {own} also asks for something of its own" if own else ""
    return "overlapping", "{a} and {b} ask for at least some of the same things" + more + ".", facts


def _contradictory(
    graph: AssertionGraph, found: dict[Fact, Derivation], a: str, b: str, describe: Describe
) -> Explanation:
    both = [(one, other) for one in found for other in found
            if one[0] + other[0] in ("SN", "OD") and one[1:] == other[1:]]  # fmt: skip
    needed = {one: found[one] for one in both[-1]}  # O with D, where there is one: it stands in both readings
    head = Line("result", f"The mappings contradict each other about {describe(a)} and {describe(b)}; one of the rows "
                "below has to be withdrawn or corrected before anything can be said.")  # fmt: skip
    return Explanation("contradictory", (head, *_argument(graph, needed, describe)))


def _surety(graph: AssertionGraph, facts: Iterable[Fact]) -> float:
    """The confidence of several facts together: that of the least sure."""
    return min(confidence(graph, *fact) or 0.0 for fact in facts)


def _argument(graph: AssertionGraph, found: dict[Fact, Derivation], describe: Describe) -> list[Line]:
    """A sentence for each step; with several facts what each derivation shows; and the weakest link."""
    lines: list[Line] = []
    number_of: dict[Assertion, int] = {}
    for fact, why in found.items():
        for step in why.steps:
            if step.assertion not in number_of:
                number_of[step.assertion] = len(number_of) + 1
                lines.append(_line(str(number_of[step.assertion]), step, describe))
        if len(found) > 1:
            shown = _OF_FACT[fact[0]].format(a=describe(fact[1]), b=describe(fact[2]))
            steps = sorted({number_of[step.assertion] for step in why.steps})
            named = "step" if len(steps) == 1 else "steps"
            lines.append(Line("so", f"By {named} {_listed(map(str, steps))}, {shown}.", "", why.confidence))
    lines += _weakest(number_of)
    lines += [
        Line("note", f"Another way leads to the same with more confidence ({better:g}).", "", better)
        for fact, why in found.items()
        if (better := confidence(graph, *fact) or 0.0) > why.confidence
    ]
    return lines


def _line(number: str, step: Step, describe: Describe) -> Line:
    one = step.assertion
    strict = one.relation == "equal" or one.reading == "strict"
    if strict and one.relation in _OF_RELATION:
        sentence = _OF_RELATION[one.relation].format(a=describe(one.subject), b=describe(one.object))
    else:
        sentence = _OF_FACT[step.fact].format(a=describe(step.start), b=describe(step.end))
    return Line(number, sentence + _because(one.comment), _source(one), one.confidence)


def _because(comment: str) -> str:
    return f": {comment.rstrip('.')}." if comment else "."


def _source(one: Assertion) -> str:
    return " ".join(part for part in (one.source, f"({one.place})" if one.place else "",
                                      "" if one.reviewed else "[not reviewed]") if part)  # fmt: skip


def _weakest(number_of: dict[Assertion, int]) -> list[Line]:
    if not number_of:
        return []
    least = min(one.confidence for one in number_of)
    weakest = [one for one in number_of if one.confidence == least]
    if len(weakest) == len(number_of) > 1:
        sentence = f"All steps are equally sure ({least:g}); the conclusion is as sure as each of them."
        return [Line("weakest link", sentence, "", least)]
    steps = _listed(str(number_of[one]) for one in weakest)
    which = f"step {steps} is" if len(weakest) == 1 else f"steps {steps} are"
    sentence = f"The weakest link: {which} the least sure ({least:g}), and the conclusion is no surer than that."
    return [Line("weakest link", sentence, _source(weakest[0]) if len(weakest) == 1 else "", least)]


def _listed(parts: Iterable[str]) -> str:
    *firsts, last = parts
    return f"{', '.join(firsts)} and {last}" if firsts else last


def describer(index: Index) -> Describe:
    """Names requirements and objectives by what the index knows of them; other nodes by themselves."""

    def describe(node: str) -> str:
        if requirement := index.requirements.get(node):
            framework = index.framework_versions[node.partition(":")[0]]
            title = f" (“{requirement.title}”)" if requirement.title else ""
            return f"{framework.short_title} {requirement.id}{title}"
        objective = index.objectives.get(node.removeprefix("objective:"))
        return f"the objective “{objective.title}”" if objective else model.short_key(node)

    return describe


def explain(index: Index, a: str, b: str, assertions: AssertionGraph | Iterable[Assertion] | None = None) -> Answer:
    """The table of the ``explain`` command.

    Parameters
    ----------
    a, b: requirements as ``slug:id``, in any spelling.
    assertions: what may be used; our own rows that state facts where nothing is given.
    """
    left, right = index.requirement(a), index.requirement(b)
    if left.key == right.key:
        raise UsageError(f"{left.short} is one requirement; name two different ones")
    given = known_of(index).graph if assertions is None else assertions
    known = given if isinstance(given, AssertionGraph) else AssertionGraph(given)
    describe = describer(index)
    why = explain_pair(known, left.key, right.key, describe)
    if why.certainty == "unknown":
        meeting = _shared(index, known, left, right, describe) or _related(index, left, right, describe)
        # where one is known not to hold all of the other, that is said first, then where the two meet
        told = why.lines if len(why.lines) > 1 else ()
        why = Explanation(meeting.certainty, (*told, *meeting.lines)) if meeting else why
    rows = [(line.step, line.sentence, line.source, line.confidence) for line in why.lines]
    return Answer.of(COLUMNS, rows, {"certainty": why.certainty}, f"{left.short} and {right.short}")


def _shared(
    index: Index, known: AssertionGraph, left: model.Requirement, right: model.Requirement, describe: Describe
) -> Explanation | None:
    """Where the two meet in a leaf through rows that entail nothing, and why they entail nothing."""
    rows = {side.key: index.mappings_of.get(side.key, []) for side in (left, right)}
    common = sorted({row.objective for row in rows[left.key]} & {row.objective for row in rows[right.key]})
    if not common:
        return None

    def strength(leaf: str) -> float:
        return sum((2 if row.part == "primary" else 1) * row.confidence
                   for side in rows.values() for row in side if row.objective == leaf)  # fmt: skip

    leaf = max(common, key=lambda one: (strength(one), one))
    meeting = [row for side in rows.values() for row in side if row.objective == leaf]
    others = f" and {len(common) - 1} more" if len(common) > 1 else ""
    meet = f"{describe(left.key)} and {describe(right.key)} both touch {describe(f'objective:{leaf}')}{others}"
    head = Line("result", f"{meet}: they are about the same thing, but it does not follow that they have anything in "
                "common.")  # fmt: skip
    lines = [_row_line(str(number), row, describe) for number, row in enumerate(meeting, 1)]
    stated = {(one.subject, one.object) for one in known.assertions}
    used = all((row.requirement, f"objective:{leaf}") in stated for row in meeting if row.states_fact)
    return Explanation("shared", (head, *lines, Line("why", _why_nothing_follows(meeting, used, describe)),
                                  *_weakest_row(meeting, describe)))  # fmt: skip


def _row_line(number: str, row: model.Mapping, describe: Describe) -> Line:
    told = _OF_RELATION.get(row.relation, _OF_FACT["D"])
    sentence = told.format(a=describe(row.requirement), b=describe(f"objective:{row.objective}"))
    return Line(number, sentence + _because(row.comment), _row_source(row), row.confidence)


def _row_source(row: model.Mapping) -> str:
    return f"harmonizer:{row.requirement.partition(':')[0]}"


def _why_nothing_follows(meeting: Sequence[model.Mapping], used: bool, describe: Describe) -> str:
    weak = [f"the row of {describe(row.requirement)} {reason}" for row in meeting if (reason := _states_nothing(row))]
    if weak:
        return f"Nothing follows, because {_listed(weak)}; such rows show where to look and prove nothing."
    if not used:
        return "Nothing follows, because these rows are not among the mappings that the question may use."
    if any(row.relation == "no-relationship" for row in meeting):
        return "Nothing follows, because one of the two is said to have nothing to do with that objective."
    return ("Nothing follows, because each of the two reaches only a part of that objective, and the two parts need "
            "not be the same.")  # fmt: skip


def _states_nothing(row: model.Mapping) -> str:
    """Why a row may not enter inference (reasoning.md, section 1), or nothing."""
    if row.basis != "text":
        return f"rests on {row.basis}, not on the requirement's own words"
    if row.any_of:
        return "names one of several ways to meet it, of which any other would do as well"
    return f"is not sure enough (below {FACT_CONFIDENCE:g})" if row.confidence < FACT_CONFIDENCE else ""


def _weakest_row(meeting: Sequence[model.Mapping], describe: Describe) -> list[Line]:
    least = min(meeting, key=lambda row: (row.confidence, row.requirement))
    return [Line("weakest link", f"The weakest link: the row of {describe(least.requirement)} is the least sure "
                 f"({least.confidence:g}).", _row_source(least), least.confidence)]  # fmt: skip


def _related(
    index: Index, left: model.Requirement, right: model.Requirement, describe: Describe
) -> Explanation | None:  # fmt: skip
    """Where the two meet only in the objective above their leaves."""
    rows = {side.key: sorted(index.mappings_of.get(side.key, ()), key=lambda row: (-row.confidence, row.objective))
            for side in (left, right)}  # fmt: skip
    middles = [{index.middle(row.objective).slug for row in side} for side in rows.values()]
    common = sorted(middles[0] & middles[1])
    if not common:
        return None
    above = common[0]
    meeting = [next(row for row in side if index.middle(row.objective).slug == above) for side in rows.values()]
    head = Line("result", f"{describe(left.key)} and {describe(right.key)} are only related: they meet in no "
                f"objective of their own, only in the wider one above: {describe(f'objective:{above}')}.")  # fmt: skip
    lines = [_row_line(str(number), row, describe) for number, row in enumerate(meeting, 1)]
    why = ("Nothing follows, because two different objectives below a wider one are two different outcomes; that they "
           "stand side by side shows only where to look.")  # fmt: skip
    return Explanation("related", (head, *lines, Line("why", why), *_weakest_row(meeting, describe)))

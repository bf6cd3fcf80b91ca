"""A control's statement with its settings: what binds on each dimension, in words.

Slots ``{dimension}`` and ``{leaf.dimension}`` take the strictest values of the constraints that the control answers
for; of incomparable ones all are named,
with their clocks where these differ. Settings without a slot are appended, and so are the citations of what binds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import combinations

from harmonizer.knowledge.index import Index
from harmonizer.model import Constraint, Control, Dimension, Level, short_key
from harmonizer.strictness.applicability import condition_of
from harmonizer.strictness.ordering import at_least_as_strict, contradicts
from harmonizer.superset.candidates import OPERATOR_WORDS
from harmonizer.values import describe_value

_SLOT = re.compile(r"\{(?:(?P<leaf>[a-z0-9-]+)\.)?(?P<dimension>[a-z0-9-]+)\}")


def binding(index: Index, constraints: Iterable[Constraint]) -> list[Constraint]:
    """The constraints of one dimension that no other makes superfluous; qualitative ones always bind.

    Equal values both bind. Where a number binds, what the organisation may set itself is met by it and left out.
    """
    ordered = sorted(set(constraints), key=astuple)
    comparable = [one for one in ordered if one.comparable]
    strictest = [one for one in comparable
                 if not any(_stricter(index, other, one) for other in comparable)]  # fmt: skip
    qualitative = [one for one in ordered if one.wording == "qualitative"]
    return strictest + qualitative or ordered


def _stricter(index: Index, one: Constraint, other: Constraint) -> bool:
    """Whether one makes the other superfluous; never across clocks (reasoning.md, section 3)."""
    dimension = index.dimensions[one.dimension]
    return (
        one.clock == other.clock
        and at_least_as_strict(dimension, one, other)
        and not at_least_as_strict(dimension, other, one)
    )


def describe_setting(index: Index, slug: str, constraints: Iterable[Constraint], levels: Sequence[Level] = ()) -> str:
    """The setting of one dimension: of its chosen levels, or what the binding constraints leave.

    ``72 hours``; ``at least 6 years and at most 10 years``; ``a period that the organisation sets``. Constraints that
    no one value meets hold for different leaves or scopes, which are then named.
    """
    dimension = index.dimensions[slug]
    bound = binding(index, constraints)
    qualitative = [one.value for one in bound if one.wording == "qualitative" and one.value]
    if levels:
        return _joined([*(describe_value(dimension, level.value, level.unit) for level in levels), *qualitative])
    comparable = [one for one in bound if one.comparable]
    if any(contradicts(dimension, one, other) for one, other in combinations(comparable, 2)):
        return _joined([*(_in_its_place(index, dimension, one) for one in comparable), *qualitative])
    operators = sorted({one.operator for one in comparable}, key=list(OPERATOR_WORDS).index)
    named = len(operators) > 1 or operators == ["forbidden"]
    words = []
    for operator in operators:
        value = _value_in_words(dimension, [one for one in comparable if one.operator == operator])
        words.append(f"{OPERATOR_WORDS[operator]} {value}" if named else value)
    if words or qualitative:
        return _joined([*words, *qualitative])
    return f"a {'period' if dimension.type == 'duration' else 'value'} that the organisation sets"


def _value_in_words(dimension: Dimension, constraints: list[Constraint]) -> str:
    """Constraints of one operator as one value where they have one: the union of what is to be included or left out."""
    if dimension.type == "set" and constraints[0].operator in ("includes", "forbidden"):
        elements = dict.fromkeys(part.strip() for one in constraints for part in one.value.split(";"))
        return describe_value(dimension, ";".join(elements), constraints[0].unit)
    clocks = {one.clock for one in constraints}
    return _joined(
        describe_value(dimension, one.value, one.unit) + (f" from {one.clock}" if one.clock and len(clocks) > 1 else "")
        for one in constraints
    )


def _in_its_place(index: Index, dimension: Dimension, constraint: Constraint) -> str:
    value = describe_value(dimension, constraint.value, constraint.unit)
    condition = condition_of(index, constraint)
    where = "" if condition == "*" else f" where {condition}"
    return f"{OPERATOR_WORDS[constraint.operator]} {value} for {constraint.objective}{where}"


def _joined(parts: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(parts))


@dataclass(frozen=True, slots=True)
class Statement:
    """What a control says, with its settings; written as one text by ``str``.

    ``settings`` are those that the text has no slot for, each with its dimension; ``bound_by`` and ``looser`` are the
    short keys of the requirements that set the values and of those that are satisfied along with them.
    """

    text: str
    settings: tuple[str, ...] = ()
    bound_by: tuple[str, ...] = ()
    looser: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = (("Settings: ", self.settings), ("Bound by ", self.bound_by), ("Also satisfies ", self.looser))
        return " ".join([self.text, *(f"{words}{'; '.join(rest)}." for words, rest in parts if rest)])


def fill_statement(
    index: Index, control: Control, constraints: Sequence[Constraint], levels: Sequence[Level] = ()
) -> Statement:
    """The statement of a control with its settings and what binds them.

    Parameters
    ----------
    constraints: all those on the leaves that the control answers for.
    levels: those at which it is run.
    """
    constraints = [one for one in constraints if not one.is_trigger]  # a condition, not a setting
    mentioned: set[tuple[str, str]] = set()

    def fill(slot: re.Match[str]) -> str:
        leaf, dimension = slot["leaf"] or "", slot["dimension"]
        if dimension not in index.dimensions:
            return slot[0]
        mentioned.add((leaf, dimension))
        return describe_setting(index, dimension, _on(constraints, leaf, dimension), _at(levels, leaf, dimension))

    text = _SLOT.sub(fill, control.statement)  # before the rest is listed: it notes what it has mentioned
    text = text.replace("every a period", "once in a period")  # "every 3 months" where a number is set
    cited = {one for dimension in _dimensions(constraints) for one in binding(index, _on(constraints, "", dimension))}
    binds = sorted({short_key(one.requirement) for one in cited})
    looser = sorted({short_key(one.requirement) for one in constraints if one.comparable}.difference(binds))
    rest = _unmentioned(index, constraints, levels, mentioned)
    return Statement(text, tuple(rest), tuple(binds), tuple(looser))


def _unmentioned(
    index: Index, constraints: Sequence[Constraint], levels: Sequence[Level], mentioned: set[tuple[str, str]]
) -> Iterable[str]:
    """What the statement has no slot for, dimension by dimension."""
    chosen = {level.dimension for level in levels}
    for dimension in sorted({*_dimensions(constraints), *chosen}):
        slots = {leaf for leaf, slot in mentioned if slot == dimension}
        left = [one for one in constraints if one.dimension == dimension and one.objective not in slots]
        left_levels = [one for one in levels if one.dimension == dimension and one.objective not in slots]
        if "" not in slots and (left or left_levels):
            yield f"{dimension} {_with_operator(index, dimension, left, left_levels)}"


def _with_operator(index: Index, slug: str, constraints: Sequence[Constraint], levels: Sequence[Level]) -> str:
    """A setting that stands without a sentence around it, hence with its one operator before it."""
    words = describe_setting(index, slug, constraints, levels)
    bound = [one for one in binding(index, constraints) if one.wording != "organization-defined"]
    operators = {one.operator for one in bound}
    dimension = index.dimensions[slug]
    single = len(operators) == 1 and operators != {"forbidden"} and all(one.comparable for one in bound)
    if levels or not single or any(contradicts(dimension, a, b) for a, b in combinations(bound, 2)):
        return words
    return f"{OPERATOR_WORDS[operators.pop()]} {words}"


def _dimensions(constraints: Iterable[Constraint]) -> list[str]:
    return sorted({one.dimension for one in constraints})


def _on(constraints: Iterable[Constraint], leaf: str, dimension: str) -> list[Constraint]:
    return [one for one in constraints if one.dimension == dimension and leaf in ("", one.objective)]


def _at(levels: Iterable[Level], leaf: str, dimension: str) -> list[Level]:
    """The levels of a dimension; for a leaf those set for it alone, or else those set for every leaf."""
    found = [one for one in levels if one.dimension == dimension]
    own = [one for one in found if one.objective == leaf]
    return found if not leaf else own or [one for one in found if not one.objective]

"""The order of strictness: a constraint is the set of values that it admits, and stricter means a smaller set.

Every question is answered by inclusion of admissible sets, and answers "no" where values are incomparable: thirty
days neither admits nor is admitted by one month, so neither constraint makes the other superfluous.
"""

from __future__ import annotations

from harmonizer.model import Constraint, Dimension
from harmonizer.values import Duration, Value, parse_value


def compare(left: Value, right: Value) -> int | None:
    """-1, 0, 1 by size (sets by inclusion); None where the two are incomparable."""
    if isinstance(left, Duration) and isinstance(right, Duration):
        return left.compare(right)
    if isinstance(left, frozenset) and isinstance(right, frozenset):
        return 0 if left == right else -1 if left < right else 1 if left > right else None
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return (left > right) - (left < right)
    return None


def admits(dimension: Dimension, constraint: Constraint, value: str, unit: str = "") -> bool:
    """Whether a setting of ``value`` meets ``constraint``. Qualitative constraints admit nothing by number."""
    if not constraint.comparable:
        return False
    setting = parse_value(dimension, value, unit)
    bound = parse_value(dimension, constraint.value, constraint.unit)
    if constraint.operator == "forbidden":
        return isinstance(setting, frozenset) and isinstance(bound, frozenset) and not setting & bound
    order = compare(setting, bound)
    match constraint.operator:
        case "at-most" | "one-of":
            return order in (-1, 0)
        case "at-least" | "includes":
            return order in (0, 1)
    return order == 0


def at_least_as_strict(dimension: Dimension, one: Constraint, other: Constraint) -> bool:
    """Whether whatever meets ``one`` meets ``other``, scope and clock aside.

    A period with a possible extension is as strict as another only where both the period and the extended period are.
    """
    if not (one.comparable and other.comparable) or one.dimension != other.dimension:
        return False
    if one.operator == "equals":
        return admits(dimension, other, one.value, one.unit)
    if one.operator != other.operator:
        return False
    order = compare(parse_value(dimension, one.value, one.unit), parse_value(dimension, other.value, other.unit))
    if one.operator in ("at-least", "includes", "forbidden"):
        return order in (0, 1)
    return order in (-1, 0) and _extension_within(one, other)


def _extension_within(one: Constraint, other: Constraint) -> bool:
    if not one.extension:
        return True
    if not other.extension:
        return False
    extended = [_sum(Duration.parse(c.value, c.unit), Duration.parse(c.extension)) for c in (one, other)]
    return extended[0].compare(extended[1]) in (-1, 0)


def _sum(one: Duration, other: Duration) -> Duration:
    return Duration(one.months + other.months, one.seconds + other.seconds, one.text, one.unit)


def contradicts(dimension: Dimension, one: Constraint, other: Constraint) -> bool:
    """Whether no value can meet both, scope aside: the join of the two is empty."""
    if not (one.comparable and other.comparable) or one.dimension != other.dimension:
        return False
    values = [parse_value(dimension, c.value, c.unit) for c in (one, other)]
    operators = (one.operator, other.operator)
    if operators in (("at-most", "at-least"), ("at-least", "at-most")):
        high, low = values if operators[0] == "at-most" else reversed(values)
        return compare(high, low) == -1
    if "equals" in operators:
        fixed, bound = (one, other) if one.operator == "equals" else (other, one)
        return not admits(dimension, bound, fixed.value, fixed.unit)
    left, right = values
    if not (isinstance(left, frozenset) and isinstance(right, frozenset)):
        return False
    match operators:
        case ("includes", "forbidden") | ("forbidden", "includes"):
            return bool(left & right)
        case ("includes", "one-of"):
            return not left <= right
        case ("one-of", "includes"):
            return not right <= left
        case ("one-of", "one-of"):
            return not left & right
        case ("one-of", "forbidden"):
            return left <= right
        case ("forbidden", "one-of"):
            return right <= left
    return False

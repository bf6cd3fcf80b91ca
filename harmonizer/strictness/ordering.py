"""The order of strictness between constraints, answered by inclusion of what they admit.

Answers are "no" where values are incomparable: thirty days neither admits nor is admitted by one month, so neither
constraint makes the other superfluous. Qualitative and organization-defined constraints and triggers have no
admissible set and are never compared.
"""

from __future__ import annotations

from harmonizer.model import Constraint, Dimension
from harmonizer.strictness.admissible import admissible
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
    return constraint.comparable and admissible(dimension, constraint).admits(parse_value(dimension, value, unit))


def at_least_as_strict(dimension: Dimension, one: Constraint, other: Constraint) -> bool:
    """Whether whatever meets ``one`` meets ``other``, scope and clock aside.

    A period with a possible extension is as strict as another only where both the period and the extended period are.
    """
    if not (one.comparable and other.comparable) or one.dimension != other.dimension:
        return False
    return admissible(dimension, one).within(admissible(dimension, other))


def contradicts(dimension: Dimension, one: Constraint, other: Constraint) -> bool:
    """Whether no value can meet both, scope aside: the join of the two is empty."""
    if not (one.comparable and other.comparable) or one.dimension != other.dimension:
        return False
    return (admissible(dimension, one) & admissible(dimension, other)).empty

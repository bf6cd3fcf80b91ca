"""Values that have an order: durations, quantities, ordinal steps, flags and sets of elements.

A :class:`Duration` follows XML Schema 1.1 part 2, section 3.3.6: a number of months and a number of seconds,
compared by adding both operands to four reference instants. The order is partial: thirty days and one month
are incomparable, because February is shorter and May longer. Where one is never longer than the other it counts as
shorter even if the two can be equal (28 days and one month), because that is what meeting a limit asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from harmonizer.model import Dimension

_ISO = re.compile(
    r"P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
# XML Schema 1.1 part 2, section 3.3.6.2: these four decide every comparison.
_REFERENCES = (datetime(1696, 9, 1), datetime(1697, 2, 1), datetime(1903, 3, 1), datetime(1903, 7, 1))
_UNIT_NAMES = (("years", "year"), ("months", "month"), ("weeks", "week"), ("days", "day"), ("hours", "hour"),
               ("minutes", "minute"), ("seconds", "second"))  # fmt: skip
BUSINESS_DAYS = "business-day"


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as months and seconds, counted in calendar or in business days."""

    months: int
    seconds: int
    text: str
    unit: str = ""

    @classmethod
    def parse(cls, text: str, unit: str = "") -> Duration:
        """Read ISO 8601 (``PT72H``, ``P60D``, ``P1M``); ValueError if it is not a duration."""
        match = _ISO.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not an ISO 8601 duration such as PT72H, P60D, P1M or P6Y")
        if unit not in ("", BUSINESS_DAYS):
            raise ValueError(f"unit {unit!r} does not fit a duration; leave it empty or write {BUSINESS_DAYS}")
        part = {name: int(digits or 0) for name, digits in match.groupdict().items()}
        seconds = ((part["weeks"] * 7 + part["days"]) * 24 + part["hours"]) * 3600
        seconds += part["minutes"] * 60 + part["seconds"]
        return cls(part["years"] * 12 + part["months"], seconds, text, unit)

    def compare(self, other: Duration) -> int | None:
        """-1, 0 or 1 as ``self`` is shorter, equal or longer; None where the two are incomparable."""
        if self.unit != other.unit:
            return None
        pairs = zip(self.lengths(), other.lengths(), strict=True)
        signs = {(left > right) - (left < right) for left, right in pairs}
        return None if {-1, 1} <= signs else sum(signs)

    def lengths(self) -> tuple[int, ...]:
        """Seconds that the duration lasts from each of the four reference instants; the order is theirs, pointwise."""
        return tuple(length + self.seconds for length in month_lengths(self.months))

    def shortest_seconds(self) -> int:
        """The fewest seconds that the duration can last, whatever months it falls on."""
        return min(self.lengths())

    def longest_seconds(self) -> int:
        """The most seconds that the duration can last, whatever months it falls on."""
        return max(self.lengths())

    def __str__(self) -> str:
        match = _ISO.fullmatch(self.text)
        assert match
        words = [f"{match[key]} {name}{'s' if match[key] != '1' else ''}" for key, name in _UNIT_NAMES if match[key]]
        text = " ".join(words)
        return text.replace("day", "business day") if self.unit == BUSINESS_DAYS else text


@lru_cache(maxsize=4096)
def month_lengths(months: int) -> tuple[int, ...]:
    """Seconds that a number of months lasts from each of the four reference instants, all first days of a month."""
    ends = [(start, start.month - 1 + months) for start in _REFERENCES]
    return tuple(
        int((start.replace(year=start.year + month // 12, month=month % 12 + 1) - start).total_seconds())
        for start, month in ends
    )


Value = Duration | float | int | frozenset[str]
"""A parsed value: a duration, a quantity, the rank of an ordinal step or of a flag, or a set of elements."""
FLAGS = ("false", "true")


def parse_value(dimension: Dimension, text: str, unit: str = "") -> Value:
    """Read ``text`` by the type of ``dimension``; ValueError says what would have been right."""
    if dimension.type == "duration":
        return Duration.parse(text, unit)
    if unit != dimension.unit:
        raise ValueError(f"unit {unit!r} does not fit {dimension.slug}; expected {dimension.unit or 'no unit'!r}")
    if dimension.type in ("quantity", "trigger"):
        try:
            return float(text)
        except ValueError:
            raise ValueError(f"{text!r} is not a number") from None
    if dimension.type in ("ordinal", "flag"):
        steps = steps_of(dimension)
        if text not in steps:
            raise ValueError(f"{text!r} is not a step of {dimension.slug}; expected one of {', '.join(steps)}")
        return steps.index(text)
    elements = frozenset(element.strip() for element in text.split(";"))
    if bad := sorted(element for element in elements if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", element)):
        raise ValueError(f"{bad[0]!r} is not an element name in lower case with hyphens")
    return elements


def steps_of(dimension: Dimension) -> tuple[str, ...]:
    """The steps of an ordinal dimension, lowest first; those of a flag are false and true."""
    return FLAGS if dimension.type == "flag" else dimension.steps


SINGULAR = {"characters": "character", "persons": "person", "copies": "copy", "years": "year"}


def describe_value(dimension: Dimension, text: str, unit: str = "") -> str:
    """``text`` as a person would read it: ``72 hours``, ``12 characters``, ``name, address``."""
    try:
        value = parse_value(dimension, text, unit)
    except ValueError:
        return text
    if isinstance(value, Duration):
        return str(value)
    if isinstance(value, frozenset):
        return ", ".join(element.replace("-", " ") for element in text.split(";"))
    if dimension.type == "ordinal":
        return text.replace("-", " ")
    names = {"{char}": "characters", "{person}": "persons", "{copy}": "copies", "a": "years"}
    name = names.get(unit, unit)
    return f"{text} {SINGULAR.get(name, name) if text == '1' else name}".strip()

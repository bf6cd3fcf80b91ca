"""Values with an order: XML Schema durations above all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmonizer.model import Dimension
from harmonizer.values import Duration, describe_value, parse_value

durations = st.builds(
    lambda months, days, hours: Duration.parse(f"P{months}M{days}DT{hours}H"),
    st.integers(0, 30), st.integers(0, 400), st.integers(0, 100),
)  # fmt: skip


def compare(left: str, right: str) -> int | None:
    return Duration.parse(left).compare(Duration.parse(right))


@pytest.mark.parametrize(
    ("left", "right", "order"),
    [("PT72H", "P1M", -1), ("P30D", "P1M", None), ("P28D", "P1M", -1), ("P31D", "P1M", 1),
     ("P32D", "P1M", 1), ("P1Y", "P12M", 0), ("P7D", "P1W", 0), ("P365D", "P1Y", -1), ("P366D", "P1Y", 1), ("PT72H", "P3D", 0),
     ("P27D", "P1M", -1), ("P6Y", "P5Y", 1)],
)  # fmt: skip
def test_durations_compare_as_xml_schema_says(left: str, right: str, order: int | None) -> None:
    assert compare(left, right) == order


@given(durations, durations, durations)
def test_the_order_of_durations_is_partial_but_transitive(a: Duration, b: Duration, c: Duration) -> None:
    ab, ba = a.compare(b), b.compare(a)
    assert (ab is None and ba is None) or (ab is not None and ba == -ab)
    if ab in (-1, 0) and b.compare(c) in (-1, 0):
        assert a.compare(c) in (-1, 0)


def test_business_days_and_calendar_days_are_not_compared() -> None:
    assert Duration.parse("P5D", "business-day").compare(Duration.parse("P7D")) is None


@pytest.mark.parametrize("text", ["", "P", "PT", "72H", "P1.5D", "one month", "P-1D"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        Duration.parse(text)


def test_values_read_like_words() -> None:
    deadline = Dimension("notice-deadline", "", "duration", (), "", (), "")
    content = Dimension("required-content", "", "set", (), "", (), "")
    assert describe_value(deadline, "PT72H") == "72 hours"
    assert describe_value(deadline, "P1M") == "1 month"
    assert describe_value(deadline, "P1Y6M") == "1 year 6 months"
    assert describe_value(deadline, "P10D", "business-day") == "10 business days"
    assert describe_value(deadline, "without undue delay") == "without undue delay"
    assert describe_value(content, "data-types;contact-point") == "data types, contact point"


@pytest.mark.parametrize(
    ("type_", "unit", "text", "given_unit"),
    [("quantity", "{char}", "12", ""), ("quantity", "{char}", "twelve", "{char}"), ("ordinal", "", "huge", ""),
     ("set", "", "Not An Element", ""), ("duration", "", "P1M", "{char}")],
)  # fmt: skip
def test_a_value_or_unit_that_does_not_fit_is_refused(type_: str, unit: str, text: str, given_unit: str) -> None:
    with pytest.raises(ValueError, match="does not fit|is not"):
        parse_value(Dimension("d", "", type_, (), unit, ("none", "some"), ""), text, given_unit)

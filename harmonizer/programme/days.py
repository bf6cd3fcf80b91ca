"""Days and periods: reading them, and the day on which a duration has passed."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from harmonizer.errors import UsageError
from harmonizer.values import BUSINESS_DAYS, Duration

DAY_SECONDS = 86_400


def check_day(text: str) -> date:
    """The day; :class:`UsageError` where it is not written YYYY-MM-DD or does not exist."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UsageError(f"{text!r} is not a date; expected YYYY-MM-DD")


def period_of(text: str) -> tuple[str, str]:
    """The first and last day of ``2026-01-01/2026-06-30``; :class:`UsageError` where it is no such period."""
    start, slash, end = text.partition("/")
    if not slash:
        raise UsageError(f"{text!r} is not a period; expected YYYY-MM-DD/YYYY-MM-DD")
    if check_day(end) < check_day(start):
        raise UsageError(f"the period {text} ends before it begins")
    return start, end


def duration_of(text: str) -> Duration:
    """A duration of a day at least; :class:`UsageError` where it is not written as ISO 8601 says."""
    try:
        found = Duration.parse(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if not found.months and found.seconds < DAY_SECONDS:
        raise UsageError(f"{text!r} is shorter than a day; expected a duration such as P1M or P90D")
    return found


def after(day: date, duration: Duration) -> date:
    """The last day on which no more than the duration has passed since ``day``.

    Months are calendar months, so that a year from the last of February is the last of February; what is shorter than
    a day ends on the day itself. Business days are Mondays to Fridays: holidays are not known.
    """
    whole = duration.seconds // DAY_SECONDS
    if duration.unit == BUSINESS_DAYS:
        while whole:
            day += timedelta(days=1)
            whole -= day.weekday() < 5
        return day
    month = day.month - 1 + duration.months
    year, month = day.year + month // 12, month % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1])) + timedelta(whole)

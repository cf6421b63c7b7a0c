"""Periods that law and agreements count: days, months, the first of a month; Unix seconds in and out, in UTC.

A period of days or months ends at the same time of day as it began. Belongs here: the calendar. Does not belong here:
which period runs from when.
"""

import calendar
from datetime import UTC, datetime

DAY = 86_400


def day_of(time: int) -> str:
    """The day, as ``2026-01-31``."""
    return datetime.fromtimestamp(time, UTC).date().isoformat()


def days_later(time: int, days: int) -> int:
    """The same time of day, so many days later."""
    return time + days * DAY


def months_later(time: int, months: int) -> int:
    """The same day of a later month, or its last day where it is shorter."""
    at = datetime.fromtimestamp(time, UTC)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return int(at.replace(year=year, month=month + 1, day=day).timestamp())


def first_of_next_month(time: int) -> int:
    """Midnight at the beginning of the first day of the month that follows."""
    start = datetime.fromtimestamp(time, UTC).replace(day=1, hour=0, minute=0, second=0)
    return months_later(int(start.timestamp()), 1)

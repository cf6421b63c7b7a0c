"""How old a coalition is and how it moves: parties by the year in which their own acts brought them in.

Belongs here: counting by the acts' own dates. Does not belong here: the life of an outcome with its turns and setbacks
(`emergence`), or any forecast.

A party came in on the earliest date of the acts that bind it to the outcome; to a package, on the day on which it was
bound by the last of its outcomes. A date may be a year or a month alone. Whoever has none, for one of the outcomes at
least, is counted apart.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from normledger.composition.context import Context, Support, bits
from normledger.composition.counts import Count, acts_of

_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")

WINDOW = 5
"""Years that are compared: those up to the composition's time with as many before."""


@dataclass(frozen=True, slots=True)
class Momentum:
    """`by_year` are the parties that came in, `age` whole years since the first of them (None where no date is known).

    `recent` came in during the five calendar years up to the composition's time, `before` during the five before
    those, `undated` are those whose acts name no date. `later` are dated after that time.
    """

    first: str | None
    latest: str | None
    age: int | None
    by_year: tuple[tuple[int, Count], ...]
    recent: Count
    before: Count
    undated: Count
    later: Count


def momentum(context: Context, columns: Sequence[int], extent: int, time: int) -> Momentum:
    """The momentum of a coalition (as bits) under outcomes (as columns), as of a Unix time in seconds."""
    today = day_of(time)
    came: dict[int, str | None] = {}
    behind: dict[int, list[Support]] = defaultdict(list)
    for column in columns:
        first: dict[int, str | None] = {}
        for one in context.supports[column]:
            if extent >> one.party & 1:
                behind[one.party].append(one)
                dates = [date for date in (first.get(one.party), one.date) if date and _DATE.fullmatch(date)]
                first[one.party] = min(dates, default=None)
        for party, date in first.items():
            earlier = came.get(party, "")
            came[party] = None if date is None or earlier is None else max(date, earlier)
    years: dict[int, list[int]] = defaultdict(list)
    for party in bits(extent):
        date = came.get(party)
        if date:
            years[int(date[:4])].append(party)

    def count(parties: Iterable[int]) -> Count:
        listed = sorted(parties)
        return Count(len(listed), acts_of(one for party in listed for one in behind[party]))

    this_year = int(today[:4])

    def within(first_year: int, last_year: int) -> Count:
        return count(party for year, listed in years.items() if first_year <= year <= last_year for party in listed)

    known = sorted(date for date in came.values() if date)
    return Momentum(
        known[0] if known else None,
        known[-1] if known else None,
        max(0, _whole_years(known[0], today)) if known else None,
        tuple((year, count(years[year])) for year in sorted(years)),
        within(this_year - WINDOW + 1, this_year),
        within(this_year - 2 * WINDOW + 1, this_year - WINDOW),
        count(party for party in bits(extent) if not came.get(party)),
        within(this_year + 1, 9999),
    )


def day_of(time: int) -> str:
    """The day (ISO 8601, UTC) of a Unix time in seconds, by arithmetic alone: this floor imports no clock.

    Years are counted from March, so that a leap day is a year's last; 146,097 days are 400 years (Gregorian calendar).
    """
    days = time // 86_400 + 719_468
    rest = days % 146_097
    years = (rest - rest // 1_460 + rest // 36_524 - rest // 146_096) // 365
    rest -= 365 * years + years // 4 - years // 100
    month = (5 * rest + 2) // 153
    day = rest - (153 * month + 2) // 5 + 1
    year = years + days // 146_097 * 400 + (month >= 10)
    return f"{year:04}-{(month + 2) % 12 + 1:02}-{day:02}"


def _whole_years(since: str, until: str) -> int:
    """Full years between two dates; of a date that is a year or a month alone, from the beginning of that time."""
    month_and_day = (since + "-01-01"[len(since) - 4 :])[5:10] if len(since) < 10 else since[5:10]
    return int(until[:4]) - int(since[:4]) - (until[5:10] < month_and_day)

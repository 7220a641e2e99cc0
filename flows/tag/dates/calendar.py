"""The days of a year by name, from ``calendar.csv``."""

from __future__ import annotations

from datetime import date
from functools import cache

from flows.tag.dates.clues import Span, Spans, every_year, table, union


@cache
def named_days() -> dict[str, dict[int, int]]:
    """Name of the day (a column of the table) to year to ordinal.

    >>> date.fromordinal(named_days()["first_workday"][2022]).isoformat()
    '2022-02-07'
    """
    found: dict[str, dict[int, int]] = {}
    for row in table("dates/calendar.csv"):
        year = int(row.pop("year"))
        for name, written in row.items():
            if written:
                found.setdefault(name, {})[year] = date.fromisoformat(written).toordinal()
    return found


def around(name: str, before: int, after: int) -> Spans:
    """From ``before`` days before a named day to ``after`` days after it, in each year."""
    return union((at - before, at + after) for at in named_days()[name].values())


@cache
def first_workdays() -> Spans:
    """The first working day after Spring Festival; without a notice on record, the days it can have been."""
    known = named_days()["first_workday"]
    return union(
        (known[year], known[year]) if year in known else (festival + 3, festival + 9)
        for year, festival in named_days()["spring_festival"].items()
    )


@cache
def national_sessions() -> Spans:
    """The days the National People's Congress sits: March, but in 2020 from 22 to 28 May.

    Since 1985 it has opened between 3 and 25 March; since 1998 it has opened on 5 March and closed by
    20 March (dates of the sessions at npc.gov.cn).
    """

    def sitting(year: int) -> Span:
        if year == 2020:
            return date(2020, 5, 21).toordinal(), date(2020, 5, 28).toordinal()
        return date(year, 3, 1).toordinal(), date(year, 3, 20 if year >= 1998 else 31).toordinal()

    return every_year(sitting)


@cache
def sessions_over() -> Spans:
    """The weeks after the National People's Congress has closed: to the end of April; in 2020 of June."""

    def over(year: int) -> Span:
        if year == 2020:
            return date(2020, 5, 27).toordinal(), date(2020, 6, 30).toordinal()
        return date(year, 3, 10).toordinal(), date(year, 4, 30).toordinal()

    return every_year(over)


@cache
def recorded_until() -> int:
    """The last day of the last year whose holiday notice the table holds; they come a year ahead at most."""
    return date(max(named_days()["first_workday"]), 12, 31).toordinal()

"""Days, months and years as a person writes them in a query, and the days that bound them."""

from __future__ import annotations

import calendar
import re
import unicodedata

_DATE = re.compile(r"(\d{4})(?:[-/年](?:(\d{1,2})(?:[-/月](?:(\d{1,2})日?)?)?)?)?")
_RANGE = re.compile(r"\.{2,}|~|至")


def read_date(text: str) -> str | None:
    """A day, month or year in the form of the archive; None if it is none.

    >>> read_date("2007-9"), read_date("２００７年９月１日"), read_date("2007"), read_date("2007-13")
    ('2007-09', '2007-09-01', '2007', None)
    """
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    if not year or month == 0 or (month or 1) > 12:
        return None
    if month is None:
        return f"{year:04}"
    if day is None:
        return f"{year:04}-{month:02}"
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return f"{year:04}-{month:02}-{day:02}"


def split_range(text: str) -> tuple[str, str]:
    """The two ends of ``2007..2012``, empty where open; twice the same for a single date.

    >>> split_range("2007.."), split_range("2007")
    (('2007', ''), ('2007', '2007'))
    """
    parts = _RANGE.split(unicodedata.normalize("NFKC", text), maxsplit=1)
    return parts[0].strip(), parts[-1].strip()


def first_day(date: str) -> str:
    """The first day of a year or month; a day is its own.

    >>> first_day("2007-09")
    '2007-09-01'
    """
    return date + "-01-01"[len(date) - 4 :]


def last_day(date: str) -> str:
    """The last day of a year or month; a day is its own.

    >>> last_day("2007"), last_day("2008-02")
    ('2007-12-31', '2008-02-29')
    """
    if len(date) == len("2007"):
        return date + "-12-31"
    if len(date) == len("2007-09"):
        return f"{date}-{calendar.monthrange(int(date[:4]), int(date[5:]))[1]:02}"
    return date

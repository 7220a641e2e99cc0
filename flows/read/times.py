"""Times as records and pages write them, in one form."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
_TIME = re.compile(
    r"(?<!\d)(\d{4})\s?[-/.年]\s?(\d{1,2})(?:\s?[-/.月]\s?(\d{1,2})(?!\d)\s?日?|\s?月(?!\s?\d))"
    r"(?:[T\s,，　]{0,4}(\d{1,2})\s?[:：时]\s?(\d{1,2})(?:\s?[:：分]\s?(\d{1,2})秒?)?)?"
    r"(?:\.\d{1,9})?(Z|[+-]\d{2}:?\d{2}(?!\d))?"
)
_COMPACT = re.compile(r"((?:19|20)\d\d)([01]\d)([0-3]\d)(?:([0-2]\d)([0-5]\d)([0-5]\d))?()")
_YEARS = range(1949, 2101)


def iso_time(value: object) -> str | None:
    """A day ``YYYY-MM-DD`` or a time ``YYYY-MM-DDTHH:MM:SS`` in Chinese local time, or None.

    Takes the first date in a text, or a Unix time in seconds or milliseconds. A month alone is no day.

    >>> iso_time("发布时间：2022年1月25日 4:34"), iso_time("2022-01-25T00:30:00Z")
    ('2022-01-25T04:34:00', '2022-01-25T08:30:00')
    >>> iso_time(1643056440), iso_time("2022-13-01"), iso_time("2022年3月")
    ('2022-01-25T04:34:00', None, None)
    >>> iso_time("20220125"), iso_time("20220125043400")
    ('2022-01-25', '2022-01-25T04:34:00')
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and (compact := _COMPACT.fullmatch(value.strip())):
        return _from_match(compact)
    if isinstance(value, int | float) or (isinstance(value, str) and value.isascii() and value.isdigit()):
        try:
            return _from_unix(float(value))
        except OverflowError:  # hundreds of digits
            return None
    if not isinstance(value, str):
        return None
    found = next((m for m in _TIME.finditer(value[:1000]) if m[3]), None)
    return _from_match(found) if found else None


def _from_match(found: re.Match[str]) -> str | None:
    year, month, day, hour, minute, second = (int(found[i] or 0) for i in range(1, 7))
    try:
        moment = datetime(year, month, day)
    except ValueError:
        return None
    if year not in _YEARS:
        return None
    if found[4] is None or hour > 23 or minute > 59 or second > 59:
        return moment.date().isoformat()
    moment += timedelta(hours=hour, minutes=minute, seconds=second)
    if found[7]:
        zone = found[7].replace("Z", "+00:00").replace(":", "")
        sign = -1 if zone[0] == "-" else 1
        moment += timedelta(hours=8) - sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    return moment.isoformat(timespec="seconds")


def _from_unix(seconds: float) -> str | None:
    if seconds > 1e11:
        seconds /= 1000
    if not 0 < seconds < 4e9:
        return None
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(CHINA)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")

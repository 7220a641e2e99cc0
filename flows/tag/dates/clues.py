"""Clues: words of a speech that allow some days and speak against all others.

Days are proleptic Gregorian ordinals (``date.toordinal``), spans are inclusive at both ends.
"""

from __future__ import annotations

import calendar
import csv
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from flows.records import Field
from flows.resources import reference

Span = tuple[int, int]
Spans = tuple[Span, ...]

FIRST_YEAR, LAST_YEAR = 1949, 2030
"""The years a speech can be of: the People's Republic, and no further than the calendar table goes."""
FIRST_DAY = date(FIRST_YEAR, 1, 1).toordinal()
LAST_DAY = date(LAST_YEAR, 12, 31).toordinal()


@dataclass(frozen=True, slots=True)
class Clue:
    """``field[start:end]`` says the speech was given on one of ``spans``; ``rule`` says how sure that is."""

    rule: str
    field: Field
    start: int
    end: int
    spans: Spans
    share: float = 1.0
    """The part of the rule's weight that it has; less than 1 for one of many that say much the same."""

    @property
    def weight(self) -> float:
        """What a day outside the spans loses, in nats: the log odds that the rule is right."""
        return rules()[self.rule].weight * self.share

    @property
    def narrows(self) -> bool:
        """Whether the clue tells the days of one year apart; else it only tells years apart."""
        return rules()[self.rule].narrows

    @property
    def soft(self) -> bool:
        """Whether the clue only tells what is usual; no number of such clues names a year."""
        return rules()[self.rule].soft


@dataclass(frozen=True, slots=True)
class Rule:
    weight: float
    narrows: bool
    soft: bool


@cache
def rules() -> dict[str, Rule]:
    """Each rule and the log odds of being right that its ``error`` in ``rules.csv`` gives.

    >>> round(rules()["first-workday"].weight, 1)
    4.6
    """
    return {row["rule"]: _rule(float(row["error"]), row["narrows"]) for row in table("dates/rules.csv")}


def _rule(error: float, narrows: str) -> Rule:
    return Rule(math.log((1 - error) / error), narrows == "yes", narrows == "soft")


def table(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file in ``data/reference``; lines that begin with ``#`` are its provenance."""
    with reference(name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def day(year: int, month: int = 1, number: int = 1) -> int:
    """An ordinal; a day past the end of its month is the month's last.

    >>> date.fromordinal(day(2007, 2, 31)).isoformat()
    '2007-02-28'
    """
    return date(year, month, min(number, calendar.monthrange(year, month)[1])).toordinal()


def first_day(written: str) -> int:
    """The first day of ``2013``, ``2013-11`` or ``2013-11-12``."""
    return day(*map(int, written.split("-")))


def last_day(written: str) -> int:
    """The last day of ``2013``, ``2013-11`` or ``2013-11-12``.

    >>> date.fromordinal(last_day("2013-02")).isoformat()
    '2013-02-28'
    """
    parts = [int(part) for part in written.split("-")]
    return day(*parts, *(12, 31)[len(parts) - 1 :]) if len(parts) < 3 else day(*parts)


def years(first: int, last: int | None = None) -> Spans:
    """From the first day of a year to the last day of it or of another."""
    return between(day(clamp(first)), day(clamp(first if last is None else last), 12, 31))


def since(first: int) -> Spans:
    """From a day on."""
    return between(first, LAST_DAY)


def until(last: int) -> Spans:
    """Up to a day."""
    return between(FIRST_DAY, last)


def between(first: int, last: int) -> Spans:
    """One span, cut to the years there are; empty if it is outside or turned round."""
    first, last = max(first, FIRST_DAY), min(last, LAST_DAY)
    return ((first, last),) if first <= last else ()


def clamp(year: int) -> int:
    """The nearest of the years that a speech may be of."""
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def every_year(span: Callable[[int], Span]) -> Spans:
    """The same season of every year, overlaps joined."""
    return union(span(year) for year in range(FIRST_YEAR, LAST_YEAR + 1))


def union(spans: Iterable[Span]) -> Spans:
    """Sorted, joined where they touch, cut to the years there are.

    >>> union([(FIRST_DAY + 5, FIRST_DAY + 9), (FIRST_DAY, FIRST_DAY + 5)]) == ((FIRST_DAY, FIRST_DAY + 9),)
    True
    """
    joined: list[Span] = []
    for first, last in sorted(spans):
        first, last = max(first, FIRST_DAY), min(last, LAST_DAY)
        if first > last:
            continue
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)

"""The events that a speech may name: when each was held, and where a text names it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flows.tag.dates.calendar import named_days
from flows.tag.dates.clues import FIRST_YEAR, LAST_YEAR, Span, day, first_day, last_day, table
from flows.tag.dates.scan import Phrase

CONGRESS, PLENUM, OTHER = "congress", "plenum", "other"

_NUMBER = r"[一二三四五六七八九十]{1,4}"
_CONGRESS = (
    rf"(?:党的|中共|中国共产党)(?P<number>{_NUMBER})大(?!报告起草)|第(?P<long>{_NUMBER})次全国代表大会"
    rf"|(?<![一二三四五六七八九十百千第])(?P<short>{_NUMBER})大(?=精神|报告|以来|召开|胜利|即将|将[于在]|和{_NUMBER}[大届]|、{_NUMBER}大)"
)
_PLENUM = rf"(?P<congress>{_NUMBER})届(?P<plenums>(?:[一二三四五六七八九]中[、，和及]{{0,2}}){{1,8}})全会"


@dataclass(frozen=True, slots=True)
class Event:
    """First and last day, in ordinals; ``name`` is the number of a congress, or empty."""

    kind: str
    start: int
    end: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    event: Event
    start: int
    end: int


@cache
def meetings() -> dict[tuple[str, str], Span]:
    """(congress, plenum) to first and last day; the congress itself has the plenum ``""``."""
    return {
        (row["congress"], row["plenum"]): (first_day(row["start"]), last_day(row["end"]))
        for row in table("dates/meetings.csv")
    }


def congress(number: str) -> Event | None:
    """The congress of that number, where the table has it."""
    held = meetings().get((number, ""))
    return Event(CONGRESS, *held, number) if held else None


@cache
def _phrases() -> tuple[Phrase, Phrase, Phrase]:
    """Patterns of congresses, plenums and the other events."""
    congresses = {number for number, _ in meetings()}
    numbered = tuple(f"{number}{word}" for number in congresses for word in ("大", "次全国代表大会"))
    names = sorted(_others(), key=len, reverse=True)
    return (
        Phrase(_CONGRESS, numbered, 14, 12),
        Phrase(_PLENUM, ("全会",), 40, 0),
        Phrase("|".join(map(re.escape, names)), tuple(_stems(names)), 24, 24),
    )


@cache
def _others() -> dict[str, Event]:
    return {
        name: Event(OTHER, first_day(row["start"]), last_day(row["end"]))
        for row in table("dates/events.csv")
        for name in row["names"].split("|")
    }


def _stems(names: list[str]) -> list[str]:
    """Short words of which every name holds one: fewer to look for than the names."""
    stems: list[str] = []
    for name in sorted(names, key=len):
        if not any(stem in name for stem in stems):
            stems.append(name)
    return stems


def mentions(text: str) -> Iterator[Mention]:
    """Every event a folded text names; of plenums named together the last."""
    congresses, plenums, others = _phrases()
    for match in congresses.all(text):
        event = congress(match["number"] or match["long"] or match["short"])
        if event:
            yield Mention(event, match.start(), match.end())
    for match in plenums.all(text):
        held = [meetings().get((match["congress"], plenum)) for plenum in match["plenums"] if plenum != "中"]
        if known := [days for days in held if days]:
            yield Mention(Event(PLENUM, *max(known), match["congress"]), match.start(), match.end())
    for match in others.all(text):
        yield Mention(_others()[match[0]], match.start(), match.end())


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day of every year; the days before and after in which it is called near or just past."""

    names: str
    days: tuple[int, ...]
    before: int
    after: int


@cache
def holidays() -> tuple[Holiday, ...]:
    """The holidays of ``holidays.csv``, each with its day in all years."""
    found = []
    for row in table("dates/holidays.csv"):
        if row["day"] in named_days():
            days = tuple(named_days()[row["day"]].values())
        else:
            month, number = map(int, row["day"].split("-"))
            days = tuple(day(year, month, number) for year in range(FIRST_YEAR, LAST_YEAR + 1))
        found.append(Holiday(row["names"], days, int(row["before"]), int(row["after"])))
    return tuple(found)

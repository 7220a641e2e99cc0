"""Clues from what is counted by the year: anniversaries, 第25个全国“安全生产月”; and from campaigns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from flows.numerals import NUMBER, number
from flows.tag.dates.clues import (
    FIRST_YEAR,
    LAST_YEAR,
    Clue,
    Spans,
    between,
    clamp,
    day,
    first_day,
    last_day,
    since,
    table,
    years,
)
from flows.tag.dates.scan import Phrase, phrase
from flows.tag.dates.subject import LOOK_BACK, elsewhen, shift

_ANNIVERSARY = phrase(
    rf"(?P<count>{NUMBER}|百)\s{{0,2}}(?:周年|华诞|岁生日|年华诞)",
    *("周年", "华诞", "岁生日"),
    before=8,
    after=0,
)
_YEARS_SINCE = phrase(
    rf"(?:(?P<reform>改革开放)|(?:新中国成立|建国))(?:以来)?(?:的)?(?P<near>近)?(?P<count>{NUMBER})(?P<over>多|余|几)?年(?=来|的|以来|间|里|，|。)",
    *("改革开放", "新中国成立", "建国"),
    before=0,
    after=16,
)
_NOW_BEFORE = re.compile(r"(?:是|庆祝|在|值此|开展好?|组织好?|动员|部署)[“\"]?$")
_TODAY_BEFORE = re.compile(r"(?:今天|今日)(?:是|正是|恰逢|迎来)?[^，。；\n]{0,10}$")
_SOON = re.compile(r"[”\"’]?(?:即将|将至|临近|到来之际|来临之际|前夕|到来前|就要)")
_SOON_BEFORE = re.compile(r"(?:即将到来|即将迎来|马上就是|喜迎|迎接|迎来)[^，。；\n]{0,4}$")
_PAST_BEFORE = re.compile(r"刚刚?(?:过去|过完|度过|结束)[^，。；\n]{0,4}$")
_HELD_BEFORE = re.compile(
    r"(?:今天|今日|在这里|欢聚一堂|隆重集会)[^。；\n]{0,30}(?:庆祝|纪念|欢庆|迎来|恰逢)[^。；\n]{0,24}$"
)
"""Not 隆重庆祝 alone: reports tell so of the year before."""
HELD_BEFORE, HELD_AFTER = 120, 30
"""Days around an anniversary in which it is celebrated, or said to be coming."""
_AT_ITS_TIME = re.compile(
    r"(?:纪念日)?(?:即将)?(?:到来|来临)"
    r"|[”\"]?之际[,，][^。；\n]{0,16}(?:今天|我谨?代表|我们(?:在这里|隆重集会|欢聚|相聚|齐聚)|召开今天)"
)
"""Not 之际 alone: reports tell so of what was done in the year before."""
_RUNNING = re.compile(
    r"(?:正在|[前下]正|正值|正处于)[^。；\n]{0,10}(?:开展|启动|推进|进行|参加)[^，。；\n]{0,10}$"
    r"|(?:正值|时值|恰逢)[^，。；\n]{0,12}$"
)
_RUNNING_AFTER = re.compile(
    r"[”\"]?(?:活动)?正在(?:全党|全国|全[市县区省])?[^，。；\n]{0,6}(?:开展|进行|推进)"
)


def counted_clues(text: str) -> Iterator[Clue]:
    """The clues from anniversaries, counted days and campaigns in a folded text."""
    yield from _anniversaries(text)
    for match in _YEARS_SINCE.all(text):
        yield from _years_since(match)
    yield from _nth_days(text)
    yield from _campaigns(text)


def _anniversaries(text: str) -> Iterator[Clue]:
    """The anniversaries named; of those of several years, a look back, only the last bounds the date."""
    told: list[tuple[int, re.Match[str]]] = []
    for match in _ANNIVERSARY.all(text):
        count = 100 if match["count"] == "百" else number(match["count"])
        base = _base(text[max(0, match.start() - 24) : match.start()].rstrip(" 　"))
        if count and base and FIRST_YEAR <= base.year + count <= LAST_YEAR:
            if shift(text, match.start()) == 0:
                yield _clue("anniversary-this-year", match, years(base.year + count))
            elif _held(text, match):
                at = day(base.year + count, base.month, base.day)
                yield _clue("anniversary-held", match, ((at - HELD_BEFORE, at + HELD_AFTER),))
            else:
                told.append((base.year + count, match))
    if told:
        year, match = max(told, key=lambda pair: pair[0])
        several = any(other != year for other, _ in told)
        last = day(clamp(year + (3 if several else 1)), 12, 31)
        yield _clue("anniversary", match, between(day(clamp(year - 1), 7), last))


def _held(text: str, match: re.Match[str]) -> bool:
    """Whether the anniversary is what the speech is held on: 今天隆重纪念…90周年, …91周年来临之际."""
    if elsewhen(text, match.start()):
        return False
    near = _AT_ITS_TIME.match(text, match.end())
    return bool(near or _HELD_BEFORE.search(text[max(0, match.start() - LOOK_BACK) : match.start()]))


def _base(before: str) -> date | None:
    """The day an anniversary counts from, by the event named right before it."""
    for name, base in _anniversary_names():
        if name.search(before):
            return base
    return None


@cache
def _anniversary_names() -> tuple[tuple[re.Pattern[str], date], ...]:
    return tuple(
        (re.compile(rf"(?:{row['names']})[“”\"]?$"), date.fromisoformat(row["date"]))
        for row in table("dates/anniversaries.csv")
    )


def _years_since(match: re.Match[str]) -> Iterator[Clue]:
    """改革开放四十年来: the fortieth year or one or two after it; 四十多年 up to the fiftieth."""
    count = number(match["count"])
    if not count or not 10 <= count <= 120:
        return
    year = (1978 if match["reform"] else 1949) + count
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return
    if match["over"]:
        first, last = year, year + 10
    else:
        first, last = year - (4 if match["near"] else 1), year + (0 if match["near"] else 2)
    yield _clue("years-since", match, years(first, clamp(last)))


@cache
def _yearly() -> tuple[Phrase, dict[str, tuple[int, str]]]:
    rows = table("dates/yearly.csv")
    known = {name: (int(row["first"]), row["day"]) for row in rows for name in row["names"].split("|")}
    names = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    pattern = rf"第(?P<nth>{NUMBER})[个届次](?:全国|国际|中国)?[“\"]?(?P<name>{names})"
    return Phrase(pattern, tuple({name[-2:] for name in known}), 24, 4), known


def _nth_days(text: str) -> Iterator[Clue]:
    """第25个全国“安全生产月”: the year, and where its day is near or today, the days."""
    pattern, known = _yearly()
    for match in pattern.all(text):
        first, written = known[match["name"]]
        year = first + (number(match["nth"]) or 0) - 1
        if not FIRST_YEAR <= year <= LAST_YEAR or year < first:
            continue
        away = shift(text, match.start())
        if away is None and elsewhen(text, match.start()):
            continue
        yield from _nth_day(text, match, year, written, away)


def _nth_day(text: str, match: re.Match[str], year: int, written: str, away: int | None) -> Iterator[Clue]:
    before = text[max(0, match.start() - 20) : match.start()]
    today, past = _TODAY_BEFORE.search(before), _PAST_BEFORE.search(before)
    soon = _SOON.match(text, match.end()) or _SOON_BEFORE.search(before)
    if away is None and not (today or past or soon or _NOW_BEFORE.search(before)):
        yield _clue("nth-day-told", match, since(day(year)))
        return
    yield _clue("nth-day", match, years(clamp(year + (away or 0))))
    if not written or away:
        return
    at = day(year, *map(int, written.split("-")))
    if today:
        yield _clue("nth-day-today", match, ((at, at),))
    elif soon:
        yield _clue("nth-day-near", match, ((at - 40, at),))
    elif past:
        yield _clue("nth-day-near", match, ((at, at + 30),))


@cache
def _campaign_table() -> tuple[Phrase, dict[str, tuple[int, int]]]:
    rows = table("dates/campaigns.csv")
    known = {
        name: (first_day(row["start"]), last_day(row["end"]))
        for row in rows
        for name in row["names"].split("|")
    }
    names = sorted(known, key=len, reverse=True)
    return Phrase("|".join(map(re.escape, names)), tuple(names), 24, 24), known


def _campaigns(text: str) -> Iterator[Clue]:
    """当前，正在开展党的群众路线教育实践活动: in the months it ran."""
    pattern, known = _campaign_table()
    for match in pattern.all(text):
        before = text[max(0, match.start() - 30) : match.start()]
        if elsewhen(text, match.start()):
            continue
        if _RUNNING.search(before) or _RUNNING_AFTER.match(text, match.end()):
            yield _clue("campaign", match, between(*known[match[0]]))


def _clue(rule: str, match: re.Match[str], spans: Spans) -> Clue:
    return Clue(rule, "text", match.start(), match.end(), spans)

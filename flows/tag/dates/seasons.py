"""Clues to the time of year, the same days of every year: 春节后上班第一天, 国庆节即将到来, 今天是9月12日."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache

from flows.numerals import NUMBER, number
from flows.tag.dates.calendar import around, first_workdays, national_sessions, sessions_over
from flows.tag.dates.clues import FIRST_YEAR, LAST_YEAR, Clue, Spans, day, every_year, union
from flows.tag.dates.events import holidays
from flows.tag.dates.scan import Phrase, phrase
from flows.tag.dates.subject import elsewhen

OPENING = 1000
"""Code points in which 春节刚过 is said of today; later it may tell what was done right after the holiday."""
_OTHER_HOLIDAY = re.compile("国庆|五一|元旦|中秋|端午|清明|劳动节")
_SPRING = re.compile("春节|新春|正月|农历|年味|拜[个了]?年|年后|过[个完]?年")
_SAID_FIRST = frozenset({"new-year", "year-end"})

_SOON = (
    r"(?:佳节|长假|假期|小长假|节日|节|日)?[”\"'’]?(?:日益|已经?|也)?(?:即将(?:到来|来临)|将至|临近|在即|在望|来临之际|到来之际"
    r"|快到了|快要到了|马上(?:就要?)?到了|就要到了|将临|即将来到)"
)
_EVE = r"(?:值此|正值|时值|恰逢|适逢)[^，。；\n]{0,4}"
_SOON_BEFORE = r"(?:临近|即将迎来|马上就是|马上就要到|眼看就?到|转眼就?[是到]|即将到来的)[“\"'‘]?"
_PAST = (
    r"(?:佳节|长假|假期|小长假|节日|节|黄金周)?[”\"'’]?(?:才|也)?"
    r"(?:刚刚?过(?!去的?一年)(?!去的20)|刚刚?结束|刚刚?过去|已过|过后|过完)"
)
_IS_TODAY = r"(?<![的每])(?:今天|今日)[，,]?(?:正?是|恰是|恰逢|适逢|正值|欣逢)[^，。；\n第]{0,6}"
_PAST_BEFORE = r"(?:刚刚?(?:过完|度过|过了|送走|欢度了?|结束)了?)[“\"'‘]?"
_TELLS = re.compile(
    r"[^。；\n]{0,3}[，,]?[^，。；\n]{0,10}?(?:就|便|即)"
    r"(?!是|[^。；\n]{0,8}?(?:开会|召开|召集|请|聚|集中|来到|来开|在这里|坐))|的时候|时"
)

_TODAY = phrase(
    rf"(?<![的每年])(?:今天|今日|现在是)[，,]?(?:就是|已经?是|正是|是)?(?:(?P<year>(?:19|20)\d\d)\s?年)?(?P<month>{NUMBER})月(?P<day>{NUMBER})[日号]"
    r"(?:[，,（(\s]?(?:星期|周|礼拜)(?P<week>[一二三四五六日天]))?",
    *("今天", "今日", "现在是"),
    before=0,
    after=28,
)
_NOW_MONTH = phrase(
    rf"(?:现在|目前|眼下|当前|如今|转眼)[，,]?(?:都|已经?|就)?(?:是|到了?|进入了?)(?P<month>{NUMBER})月(?:份的?)?(?P<part>上旬|中旬|下旬|初|中|底|末)?(?!\d)",
    *("现在", "目前", "眼下", "当前", "如今", "转眼"),
    before=0,
    after=14,
)
_NOW_QUARTER = phrase(
    r"(?:现在|目前|眼下|当前|已经?|正式|刚刚)(?:已经?)?进入了?第?(?P<quarter>[一二三四])季度",
    "季度",
    before=16,
    after=0,
)
_LUNAR = phrase(
    rf"(?<![的每])(?:今天|今日)(?:已经?是|就是|是|[，,])?[^，。；\n]{{0,8}}正月(?:初)?(?P<lunar>{NUMBER})",
    "正月",
    before=16,
    after=6,
)
_PARTS = {"上旬": (1, 10), "初": (1, 10), "中旬": (11, 20), "中": (10, 20), "下旬": (21, 31), "底": (20, 31)}
_WEEK = "一二三四五六日"


def season_clues(text: str) -> Iterator[Clue]:
    """The clues to the time of year in a folded text."""
    for rule, pattern, spans in _seasons():
        match = pattern.first(text[:OPENING] if rule in _SAID_FIRST else text)
        if not match or elsewhen(text, match.start()):
            continue
        if rule == "first-workday" and not _spring(text, match):
            continue
        yield Clue(rule, "text", match.start(), match.end(), spans())
    yield from _holiday_clues(text)
    yield from _days(text)


@cache
def _seasons() -> tuple[tuple[str, Phrase, Callable[[], Spans]], ...]:
    """Rule, words and days, for words that need no number read."""
    sessions = r"[“”\"'‘’]?两会[“”\"'‘’]?"
    return (
        (
            "first-workday",
            phrase(
                r"(?:今天|今日)[^。；\n]{0,12}(?:节|春节|新春|农历新年|长假|假期|年)后(?:的)?(?:上班|开工|工作|复工|返岗)?的?(?:第一(?:个工作日|天|个上班日)|首个?工作日|首日)"
                r"|(?:今天|今日)[^。；\n]{0,6}(?:春节|新春)(?:长假|假期)?(?:过后|结束后|之后)[^，。；\n]{0,6}(?:第一(?:个工作日|天)|首个?工作日)",
                *("第一天", "第一个", "首日", "首个工作日", "首工作日"),
            ),
            first_workdays,
        ),
        (
            "first-meeting",
            phrase(
                r"(?:春节|节|新春)(?:过?后|伊始|上班)[^。；\n]{0,12}第一(?:个|次)[^。；\n]{0,10}(?:会议|大会|会)",
                "第一",
            ),
            lambda: around("spring_festival", -3, 40),
        ),
        (
            "national-sessions",
            phrase(
                rf"(?:正值|适逢|正在|恰逢|时值)[^。；\n]{{0,6}}(?:全国|国家){sessions}|(?:全国|国家){sessions}(?:正在|期间召开|胜利召开之际)",
                "两会",
            ),
            national_sessions,
        ),
        (
            "sessions-over",
            phrase(
                rf"(?:全国|国家){sessions}(?:刚刚?|已经?)(?:胜利|圆满)?(?:闭幕|结束|落幕|落下帷幕)|刚刚?(?:胜利|圆满)?(?:闭幕|结束|落幕)的?(?:全国|国家){sessions}",
                "两会",
            ),
            sessions_over,
        ),
        (
            "new-year",
            phrase(
                r"新年伊始|元旦伊始|新年(?:的)?第一(?:个工作日|天上班|周)|岁首年初|年初岁首",
                *("新年", "元旦", "岁首"),
            ),
            lambda: every_year(lambda year: (day(year, 1, 1), day(year, 3, 5))),
        ),
        (
            "year-end",
            phrase(
                r"(?:已近|临近|接近|将近|已到|时近)(?:年[底终末关]|岁末)|年关(?:将至|临近|已近|在即|到了)|(?:时值|正值|值此|又到|现在是|当前是)(?:岁末|年终岁[尾末])",
                *("年底", "年终", "年末", "年关", "岁末"),
            ),
            lambda: every_year(lambda year: (day(year, 11, 1), day(year, 12, 31) + 45)),
        ),
        (
            "half-year",
            phrase(
                r"(?:抓好|做好|部署|安排|推进|关于)(?:当前和|全市|全县|全区)?下半年[^。；\n]{0,8}工作|上半年[^。；\n]{0,12}(?:总结|运行情况|经济形势分析)",
                *("下半年", "上半年"),
            ),
            lambda: every_year(lambda year: (day(year, 6, 15), day(year, 9, 30))),
        ),
    )


@cache
def _near_holidays() -> tuple[tuple[Phrase, Phrase, Phrase, Spans, Spans, Spans], ...]:
    """Per holiday: the words for near, for just past and for today, and the days of each."""
    found = []
    for holiday in holidays():
        names = f"(?:{holiday.names})"
        words = tuple(dict.fromkeys(holiday.names.split("|")))
        near = union((at - holiday.before, at - 1) for at in holiday.days)
        past = union((at + 1, at + holiday.after) for at in holiday.days)
        soon = Phrase(
            f"{names}{_SOON}|{_SOON_BEFORE}{names}(?!期间|后|前)|{_EVE}{names}[^，。；\n]{{0,3}}前夕",
            words,
            12,
            16,
        )
        over = Phrase(f"{names}{_PAST}|{_PAST_BEFORE}[^，。；\n]{{0,2}}{names}", words, 12, 16)
        now = Phrase(f'{_IS_TODAY}{names}(?:佳?节)?[”"]?(?=[，。！；、]|$)', words, 20, 5)
        found.append((soon, over, now, near, past, union((at, at) for at in holiday.days)))
    return tuple(found)


def _spring(text: str, match: re.Match[str]) -> bool:
    """Whether 节后上班第一天 follows Spring Festival and no other holiday."""
    opening = text[: max(OPENING, match.end())]
    return not _OTHER_HOLIDAY.search(match[0]) and bool(_SPRING.search(opening))


def _holiday_clues(text: str) -> Iterator[Clue]:
    """国庆节即将到来, and in the opening 国庆长假刚过."""
    opening = text[:OPENING]
    for soon, over, now, near, past, today in _near_holidays():
        match = now.first(text)
        if match and not elsewhen(text, match.start()):
            yield Clue("today-holiday", "text", match.start(), match.end(), today)
        match = soon.first(text)
        if match and not elsewhen(text, match.start()):
            yield Clue("before-holiday", "text", match.start(), match.end(), near)
        match = over.first(opening)
        if match and not elsewhen(text, match.start()) and not _TELLS.match(text, match.end()):
            yield Clue("after-holiday", "text", match.start(), match.end(), past)


def _days(text: str) -> Iterator[Clue]:
    """Today's day, or only its month, quarter or lunar day."""
    match = _TODAY.first(text)
    if match and (spans := _today(match)):
        rule = "today-full" if match["year"] else "today"
        yield Clue(rule, "text", match.start(), match.end(), spans)
    match = _NOW_MONTH.first(text)
    month = number(match["month"]) if match else None
    if match and month and month <= 12:
        first, last = _PARTS.get((match["part"] or "").replace("末", "底"), (1, 31))
        spans = every_year(lambda year: (day(year, month, first), day(year, month, last)))
        yield Clue("now-month", "text", match.start(), match.end(), spans)
    match = _NOW_QUARTER.first(text)
    if match and not elsewhen(text, match.start()):
        quarter = number(match["quarter"]) or 1
        spans = every_year(lambda year: (day(year, quarter * 3 - 2) - 10, day(year, quarter * 3, 31)))
        yield Clue("now-quarter", "text", match.start(), match.end(), spans)
    match = _LUNAR.first(text)
    lunar = number(match["lunar"]) if match else None
    if match and lunar and lunar <= 30:
        spans = around("spring_festival", 1 - lunar, lunar - 1)
        yield Clue("lunar-day", "text", match.start(), match.end(), spans)


def _today(match: re.Match[str]) -> Spans:
    """The days that 今天是9月12日，星期三 can be: in the year it names, or in all that fit the weekday."""
    month, number_ = number(match["month"]), number(match["day"])
    said = int(match["year"]) if match["year"] else None
    week = _WEEK.index(match["week"].replace("天", "日")) if match["week"] else None
    found = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        try:
            at = date(year, month or 0, number_ or 0)
        except ValueError:
            continue
        if said in (None, year) and week in (None, at.weekday()):
            found.append((at.toordinal(), at.toordinal()))
    return union(found)

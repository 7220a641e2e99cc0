"""Clues to the time of year, each the same days of every year: 春节后上班第一天, 前七个月, 国庆节即将到来."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache

from flows.tag.dates.calendar import around, first_workdays, national_sessions
from flows.tag.dates.clues import Clue, Span, Spans, day, every_year
from flows.tag.dates.numerals import NUMBER, number

_QUOTE = "[“”\"'‘’]?"
_SOON = r"(?:节|日)?[”\"'’]?(?:即将到来|即将来临|将至|临近|来临之际|到来之际|快到了|马上到了|前夕)"
_OTHER_YEAR = re.compile(
    r"(?:去年|上年|前年|明年|来年|同期|每年|历年|往年|(?<!\d)(?:19|20)\d\d\s{0,2}年)[^。；\n]{0,16}$"
)
_THIS_YEAR = re.compile(r"今年[^。；\n]{0,12}$")
_DONE = re.compile(r"[^。；\n]{0,60}?(?:完成|实现|达到|达|增长|下降|签约|新增|引进|总体情况|运行|情况|累计)")
_NOT_DONE = re.compile(r"[^。；\n]{0,24}?(?:力争|确保|争取|要完成|将|计划|底前|之前|前完成)")

_MONTHS = re.compile(
    rf"(?:今年|全年|本年)?(?:1|一)\s{{0,2}}[-—－~～至到]{{1,2}}\s{{0,2}}(?P<to>{NUMBER})\s{{0,2}}月份?|前(?P<first>{NUMBER})个月"
)
_LEFT = re.compile(
    rf"(?:距离?|离|到|今年|全年)[^，。；\n]{{0,8}}(?:年[底末未终]|今年结束|剩下?|仅剩)[，,]?[^，。；\n]{{0,8}}?(?:还有|仅有|只有|不足|不到|剩下?|仅剩|还剩)"
    rf"(?:最后|不到|短短)?(?P<left>{NUMBER})个(?P<more>多|半)?月"
)
_TODAY = re.compile(rf"(?:今天是|今日是|今天[，,]?)(?P<month>{NUMBER})月(?P<day>{NUMBER})[日号]")
_NOW_MONTH = re.compile(rf"(?:现在|目前|眼下|当前)(?:已经?)?(?:是|到了|进入)(?P<month>{NUMBER})月(?!\d)")
_LUNAR = re.compile(rf"(?:今天是|今日是|今天[，,]?)[^，。；\n]{{0,8}}正月(?:初)?(?P<lunar>{NUMBER})")


def season_clues(text: str) -> Iterator[Clue]:
    """The clues to the time of year in a folded text."""
    for rule, pattern, spans in _seasons():
        match = pattern.search(text)
        if match:
            yield Clue(rule, "text", match.start(), match.end(), spans())
    yield from _months_done(text)
    yield from _months_left(text)
    yield from _days(text)


@cache
def _seasons() -> tuple[tuple[str, re.Pattern[str], Callable[[], Spans]], ...]:
    """Rule, words and days, for words that need no number read."""
    at = re.compile
    return (
        (
            "first-workday",
            at(
                r"(?:今天|今日)[^。；\n]{0,12}节后(?:上班|开工|工作|复工)?的?第一(?:个工作日|天|个上班日)|(?:今天|今日)[^。；\n]{0,12}节后(?:上班|开工)首日"
            ),
            first_workdays,
        ),
        (
            "first-meeting",
            at(r"(?:春节|节|新春)(?:后|伊始)[^。；\n]{0,12}第一(?:个|次)[^。；\n]{0,10}(?:会议|大会|会)"),
            lambda: around("spring_festival", -3, 40),
        ),
        (
            "national-sessions",
            at(
                rf"(?:正值|适逢|正在|恰逢|时值)[^。；\n]{{0,6}}(?:全国|国家){_QUOTE}两会{_QUOTE}|(?:全国|国家){_QUOTE}两会{_QUOTE}(?:正在|期间召开)"
            ),
            national_sessions,
        ),
        ("before-national-day", at(rf"国庆{_SOON}"), lambda: _season((9, 1), (9, 30))),
        ("before-labour-day", at(rf"(?:五一|“五一”){_SOON}"), lambda: _season((4, 10), (4, 30))),
        ("before-new-year", at(rf"元旦{_SOON}"), lambda: _season((12, 10), (12, 31))),
        (
            "before-spring-festival",
            at(rf"(?:春节|新春佳节){_SOON}"),
            lambda: around("spring_festival", -45, -1),
        ),
        ("before-mid-autumn", at(rf"中秋{_SOON}"), lambda: around("mid_autumn", -30, 0)),
        (
            "lantern-festival",
            at(r"(?:今天|今日)[^，。；\n]{0,6}元宵节"),
            lambda: around("lantern_festival", 0, 0),
        ),
        (
            "half-year",
            at(
                r"(?:抓好|做好|部署|安排|推进|关于)(?:当前和|全市|全县|全区)?下半年[^。；\n]{0,8}工作|上半年[^。；\n]{0,12}(?:总结|运行情况|经济形势分析)"
            ),
            lambda: _season((6, 15), (9, 30)),
        ),
    )


def _season(first: tuple[int, int], last: tuple[int, int]) -> Spans:
    return every_year(lambda year: (day(year, *first), day(year, *last)))


def _months_done(text: str) -> Iterator[Clue]:
    """前七个月 with a result: the year's first seven months are over, or end today."""
    best: tuple[int, bool, re.Match[str]] | None = None
    for match in _MONTHS.finditer(text):
        month = number(match["to"] or match["first"])
        before = text[max(0, match.start() - 30) : match.start()]
        if not month or not 2 <= month <= 11 or _elsewhen(before):
            continue
        if _DONE.match(text, match.end()) and not _NOT_DONE.match(text, match.end()):
            said = "今年" in match[0] or bool(_THIS_YEAR.search(before))
            if best is None or month > best[0]:
                best = (month, said, match)
    if best:
        month, said, match = best
        # A report in January may still lack the figures of the whole year before.
        over = 59 if month >= 9 and not said else 0
        spans = every_year(lambda year: (day(year, month, 31), day(year, 12, 31) + over))
        yield Clue("months-done", "text", match.start(), match.end(), spans)


def _elsewhen(before: str) -> bool:
    """Whether what stands before speaks of a year other than this."""
    return bool(_OTHER_YEAR.search(before)) and not _THIS_YEAR.search(before)


def _months_left(text: str) -> Iterator[Clue]:
    """从目前到年末仅有3个月: three months are left, give or take twenty days."""
    match = _LEFT.search(text)
    left = number(match["left"]) if match else None
    if (
        match
        and left
        and 1 <= left <= 10
        and not _OTHER_YEAR.search(text[max(0, match.start() - 30) : match.start()])
    ):

        def span(year: int) -> Span:
            turn = day(year, 12 - left, 31)
            late = day(year, 12, 31)
            early = turn - 20 - (31 if match["more"] else 0)
            return early, min(turn + 20, late)

        yield Clue("months-left", "text", match.start(), match.end(), every_year(span))


def _days(text: str) -> Iterator[Clue]:
    """Today's day of the month, or only its month."""
    match = _TODAY.search(text)
    if match and _valid(number(match["month"]), number(match["day"])):
        month, at = number(match["month"]) or 1, number(match["day"]) or 1
        yield Clue(
            "today",
            "text",
            match.start(),
            match.end(),
            every_year(lambda y: (day(y, month, at), day(y, month, at))),
        )
    match = _NOW_MONTH.search(text)
    if match and _valid(number(match["month"]), 1):
        now = number(match["month"]) or 1
        yield Clue(
            "now-month",
            "text",
            match.start(),
            match.end(),
            every_year(lambda y: (day(y, now), day(y, now, 31))),
        )
    match = _LUNAR.search(text)
    lunar = number(match["lunar"]) if match else None
    if match and lunar and lunar <= 30:
        yield Clue(
            "lunar-day", "text", match.start(), match.end(), around("spring_festival", 1 - lunar, lunar - 1)
        )


def _valid(month: int | None, number_: int | None) -> bool:
    if not month or not number_:
        return False
    try:
        date(2000, month, number_)
    except ValueError:
        return False
    return True

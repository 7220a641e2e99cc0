"""Clues from countdowns: 离党的十八大开幕只有三天时间, 再过十天就是国庆节, 2016年剩下的日子只有五个月."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flows.numerals import NUMBER, number
from flows.tag.dates.clues import FIRST_YEAR, LAST_YEAR, Clue, Span, between, day, union, years
from flows.tag.dates.events import holidays, mentions
from flows.tag.dates.scan import Phrase, phrase
from flows.tag.dates.subject import elsewhen

_UNITS = {"天": 1.0, "日": 1.0, "周": 7.0, "星期": 7.0, "月": 30.4, "季度": 91.3}
_AMOUNT = (
    rf"(?P<about>不到|不足|将近)?(?:短短|最后|整整|的)?(?:(?P<n>{NUMBER})(?P<over>多|余|来)?个?(?P<half>多|半)?"
    r"(?P<unit>天|日(?!电)|周(?![年边])|星期|月|季度)|半年)"
)
_LEFT = r"(?:还有|尚有|仅有|只有|[还只仅]?剩下?|不足|不到)"
_WHAT = r"(?P<what>[^。；\n]{2,28}?)"

_AHEAD: tuple[Phrase, ...] = (
    phrase(
        rf"(?:距离?|离|到){_WHAT}(?P<left>{_LEFT}[^。；，\n\d]{{0,8}}?){_AMOUNT}",
        *("还有", "尚有", "仅有", "只有", "剩", "不足", "不到"),
        before=32,
        after=24,
    ),
    phrase(
        rf"(?:再过|还有|再有|仅剩|只剩){_AMOUNT}的?(?:时间)?[，,]?(?:我们)?(?:就是|就到|就要|便是|就将|就进入|就迎来|就会迎来"
        r"|[将就]?要?迎来)(?P<what>[^，。；\n]{2,20})",
        *("再过", "还有", "再有", "仅剩", "只剩"),
        before=0,
        after=48,
    ),
    phrase(
        rf"(?P<only>再过|还有|再有|还剩|[只仅]剩)?{_AMOUNT}(?(only)(?:[之以]?后|的?时间)?|[之以]?后)[，,]?"
        r"(?P<what>[^，。；\n]{2,16}?)(?:就要|即?将|就会)[^，。；\n]{0,8}?(?:开幕|召开|到来|来临|举行|举办)",
        *("天后", "日后", "周后", "星期后", "月后", "季度后", "半年后", "之后", "以后"),
        *("再过", "还有", "再有", "剩"),
        before=12,
        after=40,
    ),
    phrase(
        rf"{_WHAT}(?:已经?|正式)?(?:进入)?倒计时(?:还有|只有|仅剩|只剩|最后)?{_AMOUNT}",
        "倒计时",
        before=28,
        after=14,
    ),
)
_REST_OF_YEAR = phrase(
    rf"(?:(?P<year>(?:19|20)\d\d)\s?年|今年|全年|本年度?)(?:度)?[^。；，\n]{{0,6}}?"
    rf"(?:(?:[还只仅]?剩下?|余下|所剩)[^。；，\n\d]{{0,14}}?|(?P<bare>[还只仅]有)){_AMOUNT}"
    r"(?P<time>了|的?时间(?![达超完]))?",
    *("剩", "余下", "还有", "只有", "仅有"),
    before=16,
    after=32,
)
_SINCE = phrase(
    rf"(?:距离?|离)?{_WHAT}(?P<end>闭幕|结束|召开|开幕)[^。；，\n]{{0,2}}?(?:已经?(?:过去|有)|才过去|刚刚?过去|仅仅过去|过去)了?[^。；，\n]{{0,3}}?{_AMOUNT}",
    *("过去", "已有", "已经有"),
    before=32,
    after=16,
)
_YEAR_END = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d)\s?年)?(?:(?:今年|全年|本年度?|年度?)[^，。；\n]{0,6}(?:[底末未终]|结束|收官|终了)"
    r"|年?[底末终]|岁末|(?<=年)(?:结束|收官))$"
)
_THEN = re.compile(r"的?(?:时间)?的?(?:时候|时(?!间)|之时)")
_DEADLINE = re.compile(rf"(?<![年\d])(?P<month>{NUMBER})月(?:(?P<day>{NUMBER})[日号]|底|末)$")
_FILLER = re.compile(
    r"(?:，|已经?|也|就|时间|现在|我们|大家|真正|满打满算|其实|总共|一共|的日子|的时间|算起来)+$"
)
_OPENS = re.compile(
    r"(?:”|\"|隆重|胜利|圆满|正式|即将|在[^，。]{2}|开幕式?|召开|举行|举办|开园|开赛|到来|来临|大会|节|长假|假期|之?日|还|仅|的)*$"
)
_CLOSES = re.compile(r"闭幕|结束|闭园|落幕")


@dataclass(frozen=True, slots=True)
class _Target:
    """Days counted to; ``year`` where the words name it, ``rule`` for how sure such a countdown is."""

    days: tuple[int, ...]
    rule: str
    year: int | None = None


def countdown_clues(text: str) -> Iterator[Clue]:
    """The clues from countdowns in a folded text."""
    for pattern in _AHEAD:
        for match in pattern.all(text):
            target = _target(match["what"])
            if target and not _told(text, match):
                yield from _ahead(match, target)
                break
    for match in _REST_OF_YEAR.all(text):
        bare = match["bare"] and not match["time"] and "最后" not in match[0]
        if not bare and not _told(text, match) and (left := _days(match)) and left[1] < 340:
            yield from _ahead(match, _year_end(int(match["year"]) if match["year"] else None))
            break
    for match in _SINCE.all(text):
        yield from _since(match)


def _told(text: str, match: re.Match[str]) -> bool:
    """Whether a countdown is part of a story: 去年距年底还有三个月, 2008年只剩两个月的时候."""
    return elsewhen(text, match.start()) or bool(_THEN.match(text, match.end()))


def _ahead(match: re.Match[str], target: _Target) -> Iterator[Clue]:
    left = _days(match)
    if left is None:
        return
    spans = union((at - left[1], at - left[0]) for at in target.days)
    if spans:
        yield Clue(target.rule, "text", match.start(), match.end(), spans)
    if target.year and left[1] < 340:
        yield Clue("year-left", "text", match.start(), match.end(), years(target.year))


def _since(match: re.Match[str]) -> Iterator[Clue]:
    """距党的十八大闭幕才过去十天: the days after an event."""
    gone = _days(match)
    named = list(mentions(match["what"]))
    if gone and named and _OPENS.fullmatch(match["what"], named[-1].end):
        event = named[-1].event
        at = event.end if _CLOSES.match(match["end"]) else event.start
        yield Clue(
            "countdown", "text", match.start(), match.end(), between(at + max(0, gone[0]), at + gone[1])
        )


def _days(match: re.Match[str]) -> Span | None:
    """The fewest and the most days that an amount stands for, as loosely as people count."""
    less = bool(match["about"] or re.search("不[到足]", match.groupdict().get("left") or ""))
    if match["n"] is None:
        return (120, 182) if less else (155, 210)
    count = number(match["n"])
    if not count or count > 500:
        return None
    size = _UNITS[match["unit"]]
    whole = count * size
    if match["half"] == "半":
        whole += size / 2
    elif match["over"] or match["half"]:
        return int(whole) - 1, int(whole + (10 * size if count >= 10 else size)) + 1
    if less:
        return max(0, int(whole - size - 3 if count <= 3 else whole * 0.6)), int(whole)
    # A round number of days is a rough one.
    days = 1 if count <= 3 or (count > 15 and count % 10) else max(2, count // 10)
    slack = days if size == 1 else {7: 4, 30: 20, 91: 25}[int(size)]
    return max(0, int(whole) - slack), int(whole) + slack


def _target(what: str) -> _Target | None:
    """What is counted to, from the words between 离 and 还有."""
    what = _FILLER.sub("", what)
    named = list(mentions(what))
    if named:
        rest = what[named[-1].end :]
        event = named[-1].event
        if _CLOSES.search(rest):
            return _Target((event.end,), "countdown")
        return _Target((event.start,), "countdown") if _OPENS.fullmatch(rest) else None
    if match := _YEAR_END.search(what):
        return _year_end(int(match["year"]) if match["year"] else None)
    if match := _DEADLINE.search(what):
        month, at = number(match["month"]) or 0, number(match["day"] or "31") or 31
        if 1 <= month <= 12:
            days = tuple(day(year, month, at) for year in range(FIRST_YEAR, LAST_YEAR + 1))
            return _Target(days, "countdown-holiday")
    for pattern, days in _holiday_names():
        if match := pattern.search(what):
            return _Target(days, "countdown-holiday") if _OPENS.fullmatch(what, match.end()) else None
    return None


def _year_end(year: int | None) -> _Target:
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        year = None
    span = range(year, year + 1) if year else range(FIRST_YEAR, LAST_YEAR + 1)
    return _Target(tuple(day(at, 12, 31) for at in span), "months-left", year)


@cache
def _holiday_names() -> tuple[tuple[re.Pattern[str], tuple[int, ...]], ...]:
    return tuple((re.compile(f'[“"]?(?:{holiday.names})'), holiday.days) for holiday in holidays())

"""Dates that the speech gives of itself: in the dateline, in the title, or as the closing line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from flows.numerals import NUMBER, fold, number
from flows.records import Field, Speech
from flows.tag.dates.calendar import named_days
from flows.tag.dates.clues import FIRST_YEAR, LAST_YEAR, Clue, Spans, between, clamp, day, every_year, years

STATED = frozenset({"dateline", "title-date", "adopted"})
"""Rules by which a speech states its own day; nothing else is likely or unlikely then."""
OPENING = 1200
"""Code points at the start of a text in which a dateline is looked for, if no salutation ends it earlier."""
UNSALUTED = 400
"""The same where nobody is greeted."""
CLOSING = 160
"""Code points at the end in which a closing date is looked for."""

_CENTURYLESS = r"[零〇○０九八七六五]?[零〇○一二三四五六七八九]"
_REIGN = "国熙正隆庆光丰治绪统历第"
"""Last characters of the reigns whose years are counted so (民国20年), and of 第20年."""
_DATE = re.compile(
    rf"(?<![\d.])(?P<year>(?:19|20)\d\d|(?<![{_REIGN}])\d\d|(?<![〇○零一二三四五六七八九十百千万{_REIGN}]){_CENTURYLESS})\s{{0,2}}年(?:农历|阴历)?\s{{0,2}}"
    rf"(?:(?P<month>{NUMBER})\s{{0,2}}月(?:份|\s{{0,2}}(?P<day>{NUMBER})\s{{0,2}}[日号])?(?![初\d])|正月初?(?P<lunar>{NUMBER}))"
    r"|(?<![\d.])(?P<year2>(?:19|20)\d\d)\s?(?P<mark>[-./．－–—])\s?(?P<month2>\d{1,2})\s?(?P=mark)\s?(?P<day2>\d{1,2})(?![\d.])"
)
_ZEROS = str.maketrans("〇○", "零零")
_BARE_DAY = re.compile(
    rf"(?:^|\n)\s{{0,8}}[（(]\s?(?P<month>{NUMBER})月(?P<day>{NUMBER})[日号]\s?[）)]\s{{0,8}}(?:\n|$)"
)
_SALUTATION = re.compile(r"(?:各位|同志们|尊敬的|朋友们)[^\n。]{0,40}[:：]")
_OPENS = re.compile(
    r"(?:^|[\n—－\-―–─━（(【\[:：]|报\s{0,2}告|讲\s{0,2}话|致\s{0,2}辞|发\s{0,2}言|[稿）)])[?？]?\s{0,4}\*{0,2}$"
)
_AT_MEETING = re.compile(
    r"\s{0,3}(?:上午|下午|晚)?\s{0,3}[，,]?\s{0,3}(?:在|于)?[^\n。；]{2,70}?(?:会议?上|大会|会议|[讲报]话?会)"
)
_AT_MEETING_CUT = re.compile(
    r"\s{0,3}[，,]?\s{0,3}(?:在|于)(?:[^\n。；，,]{2,40}[届次])?\s{0,3}\n"
    r"\s{0,8}[^\n。；，,]{2,40}?(?:会议?上?|大会)(?:的[讲报][话告])?\s{0,3}[）)]?\s{0,3}(?:\n|$)"
)
"""A dateline in two lines, the first of which breaks off: …第十七届, then 人民代表大会第三次会议上."""
_LINE_ENDS = re.compile(
    r"\s{0,3}(?:\*{1,2}|[）)】\]])|[ 　][^）)\n，。]{1,12}[）)]|\s{0,3}(?:\n|$)|\s{0,6}(?:各位|同志们)"
)
_ADOPTED = re.compile(r"[^\n。；]{2,50}?会议(?:审议)?(?:通过|批准)")
_ISSUED = re.compile(r"[^\n。）)]{0,40}?(?:通过|批准|印发|发布|公布|施行|更新|来源|上传|电[）)\s]|讯[）)\s])")
_STAMP = re.compile(r"(?:发布|更新|上传|发表|时间|日期|来源|点击|浏览)[^\n]{0,6}$|(?:新华社|记者)[^\n]{0,8}$")
_MEETING_DAY = re.compile(
    rf"(?<![年\d])(?P<month>{NUMBER})\s{{0,2}}月\s{{0,2}}(?P<day>{NUMBER})\s{{0,2}}日(?:上午|下午)?[，,]?"
    r"(?:召开|举行|(?:在|于)[^\n。；]{2,50}(?:会议?上|大会)|[^\n。；]{2,40}(?:会议|大会)[^\n。；]{0,10}(?:开幕|召开|举行))"
)
_TITLE_YEAR = re.compile(
    r"(?<![\d\-—－至])((?:19|20)\d\d)\s{0,2}(?:年(?!代|[至到—－-]|远景)(?P<whole>度)?|(?=全[市县省区]))"
)


LOOKS_BACK = re.compile(r"总结|回顾|述职|考核|表彰")


def explicit(speech: Speech) -> Iterator[Clue]:
    """The clues of the dateline, the title and the closing line."""
    yield from _dateline(speech)
    yield from _title(speech)
    yield from _closing(speech)


def _dateline(speech: Speech) -> Iterator[Clue]:
    text = fold(speech.text[:OPENING])
    greeting = _SALUTATION.search(text)
    opening = text[: greeting.start() + 4] if greeting else text[:UNSALUTED]
    for match, spans in dates(opening):
        before, after = opening[: match.start()], opening[match.end() :]
        if _STAMP.search(before[-16:]):
            continue
        adopted = _ADOPTED.match(after)
        if adopted and _OPENS.search(before[-12:]):
            yield Clue(
                "adopted",
                "text",
                match.start(),
                match.end() + adopted.end(),
                between(spans[0][0] - 8, spans[0][1]),
            )
            return
        if _ISSUED.match(after):
            continue
        meets = _AT_MEETING.match(after)
        cut = _AT_MEETING_CUT.match(after)
        if _OPENS.search(before[-12:]) and (
            cut or _LINE_ENDS.match(after) or (meets and _is_line(opening, match, meets))
        ):
            meets = cut or meets
            rule = "dateline" if meets or match["day"] else "dateline-month"
            end = match.end() + (meets.end() if meets else 0)
            yield Clue(rule, "text", match.start(), end, spans)
            return
    for rule, pattern in (("dateline-day", _BARE_DAY), ("meeting-day", _MEETING_DAY)):
        for match in pattern.finditer(opening[:UNSALUTED]):
            month, number_ = number(match["month"]), number(match["day"])
            if month and number_ and month <= 12 and number_ <= 31:
                spans = every_year(lambda y, m=month, d=number_: (day(y, m, d), day(y, m, d)))  # type: ignore[misc]
                yield Clue(rule, "text", match.start("month"), match.end("day") + 1, spans)
                return


def _is_line(opening: str, match: re.Match[str], meets: re.Match[str]) -> bool:
    """Whether the date and its meeting are a line of their own, or all there is before the greeting."""
    rest = opening[match.end() + meets.end() :]
    return len(rest.split("\n", 1)[0]) <= 40


def _title(speech: Speech) -> Iterator[Clue]:
    title = fold(speech.title)
    for match, spans in dates(title):
        if not _STAMP.search(title[: match.start()][-16:]):
            yield Clue("title-date", "title", match.start(), match.end(), spans)
            return
    found = [(int(match[1]), match) for match in _TITLE_YEAR.finditer(title)]
    found = [(year, match) for year, match in found if FIRST_YEAR <= year <= LAST_YEAR]
    if not found:
        return
    year, match = max(found, key=lambda pair: pair[0])
    if match["whole"] or LOOKS_BACK.search(title[match.end() :]):
        # 2012年春运工作总结, 2011年七一表彰大会: before its end, too
        first = day(year, 10, 1) if match["whole"] else day(year)
        yield _clue("title-year-wide", match, "title", between(first, day(clamp(year + 1), 12, 31)))
    elif re.search(r"工作报告", title[match.end() :]):
        yield _clue(
            "title-year-wide",
            match,
            "title",
            between(day(clamp(year - 1), 11, 1), day(clamp(year + 1), 6, 30)),
        )
        yield _clue("title-year-report", match, "title", years(year))
    else:
        yield _clue("title-year", match, "title", years(year))


def _closing(speech: Speech) -> Iterator[Clue]:
    start = max(0, len(speech.text) - CLOSING)
    lines = speech.text[start:].rstrip().rsplit("\n", 1)
    if len(lines) < 2:
        return
    last = fold(lines[1])
    for match, spans in dates(last):
        if len(last.strip()) > len(match[0]) + 4:
            continue
        at = start + len(lines[0]) + 1
        yield Clue("closing-date", "text", at + match.start(), at + match.end(), spans)


def _clue(rule: str, match: re.Match[str], field: Field, spans: Spans) -> Clue:
    return Clue(rule, field, match.start(), match.end(), spans)


def dates(text: str) -> Iterator[tuple[re.Match[str], Spans]]:
    """The days and months that a folded text names with their year, in the forms that datelines have.

    >>> [date.fromordinal(spans[0][0]).isoformat() for _, spans in dates("2009.3.5，零七年八月二十九号")]
    ['2009-03-05', '2007-08-29']
    """
    for match in _DATE.finditer(text):
        if spans := _days(match):
            yield match, spans


def _days(match: re.Match[str]) -> Spans:
    """The day or the month a match names; empty where there is no such day."""
    year = _year(match["year"] or match["year2"])
    if match["lunar"]:
        first = named_days()["spring_festival"].get(year)
        lunar = number(match["lunar"]) or 0
        return between(first + lunar - 1, first + lunar - 1) if first and 1 <= lunar <= 30 else ()
    month = number(match["month"] or match["month2"])
    written = match["day"] or match["day2"]
    at = number(written) if written else None
    if not month or not 1 <= month <= 12 or not FIRST_YEAR <= year <= LAST_YEAR:
        return ()
    if not written:
        return between(day(year, month), day(year, month, 31))
    try:
        exact = date(year, month, at or 0).toordinal()
    except ValueError:
        return ()
    return ((exact, exact),)


def _year(written: str) -> int:
    """The year of 2009, 09 or 零九; of two digits, the latest that the calendar reaches."""
    digits = "".join(
        str("零一二三四五六七八九".find(char)) if not char.isdigit() else char
        for char in written.translate(_ZEROS)
    )
    year = int(digits)
    if year < 100:
        year += 2000 if year <= LAST_YEAR % 100 else 1900
    return year

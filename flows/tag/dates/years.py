"""Which year 今年 is, from the years that the text names and from what it does with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flows.tag.dates.clues import (
    FIRST_DAY,
    FIRST_YEAR,
    LAST_DAY,
    LAST_YEAR,
    Clue,
    Spans,
    between,
    clamp,
    day,
    since,
    years,
)
from flows.tag.dates.headings import announced, bare, headed, heading_end
from flows.tag.dates.scan import phrase

_Mention = tuple[int, re.Match[str]]

MOST_MENTIONS = 600
"""Years looked at in one text: a long report names about a hundred."""

# The first digit stands before the look-behind so that the search can skip to it.
_YEAR = re.compile(r"((?:1(?<![\d.〔［\[].) ?9|2(?<![\d.〔［\[].) ?0) ?\d ?\d)\s{0,2}年(?!代)")
_TARGET_BEFORE = re.compile(r"(?:到|至|力争|争取|确保|[—－\-~～])\s{0,2}$")
_TARGET_AFTER = re.compile(r"(?:底|末)?[，,]?(?:前|之前|力争|争取|确保|将|要|基本实现|全面实现|计划|预计到)")
_RANGE_AFTER = re.compile(r"[—－\-~～至到]|远景")
_OPENED = re.compile(r"开年")
_SINCE_AFTER = re.compile(r"以来|之?后|开始|至|以后")
_SAME_BEFORE = re.compile(r"今年\s{0,2}[（(，,]?\s{0,2}(?:即|是)?$")
_YEAR_GONE = phrase(r"(?:刚刚)?过去的?一年(?!来)", "过去一年", "过去的一年", before=2, after=1)
_DONE_AFTER = re.compile(
    r"以来|[^。；\n]{0,24}?(?:(?:完成|实现|建成|召开|获得|取得|达到)了|比上年|同比|完成[^。；\n将要]{0,12}(?:增长|亿))"
)
_NOT_YET = re.compile(r"[将要可]|力争|争取|预[期计]|计划|确保|应当")
STAMP = re.compile(r"(?:发布|更新|上传|发表)(?:时间|日期|于)?[:： ]{0,3}$")
"""What stands before the day a site put a page up."""
_GONE_BEFORE = re.compile(r"过去的\s{0,2}$")
_GOING_BEFORE = re.compile(r"(?:即将|就要|将要)过去的\s{0,2}$")
_NAME_AFTER = re.compile(
    r"[^，。；、：\n]{0,8}(?:世博会|奥运会|亚运会|残运会|全运会|大运会|青奥会|冬奥会|亚冬会|军运会|运动会|世园会|博览会|峰会)"
)
_EXPECTED_AFTER = re.compile(
    r"[底末]?(?:实现|建成|完工|竣工|投产|通车|投用|运营|投入|达到|基本|全面|全部|[上下]半年)"
)
_AHEAD_BEFORE = re.compile(r"(?:最迟在?|围绕|瞄准|面向|迎接|筹备|申办|备战|做好|于)\s{0,2}$")
_BASE_BEFORE = re.compile(r"(?:[比较同从由自是为按]|相当于)\s{0,2}$")
_BASE_AFTER = re.compile(r"的?\d")
_REACHED_BEFORE = re.compile(
    r"(?:增加|上升|提高|增长|提升|发展|扩大|下降|降低|减少|缩小|由|从)[^，。；\n到至]{0,20}[到至]\s{0,2}$"
)
_REACHED_AFTER = re.compile(r"[底末]?的?\s{0,2}\d")
_THIS_YEAR = re.compile(r"今年")
_ITS_WORK = re.compile(r"今年(?!又?[将才]?是|以来)")
_COUNTY = re.compile("[全我]县")
_CITY = re.compile("[全我][市省]|自治区")
LAST_OF_JANUARIES = 2019
"""The last year in which hardly any city or province held its session before New Year, as counties do."""
NEAR_HEADING = 200
"""Code points after a heading, or after 2015年是, in which 今年 is the year they name."""
_AHEAD = re.compile(r"做好|我们[将要]|总体要求|总体思路|预期目标|工作的|今年")
_PAST = re.compile(r"一年来|过去|完成|取得|应对|克服|不平凡")
_REPORTED_BEFORE = re.compile(r"(?:通报|表彰|宣读|总结|公布)[^。；\n]{0,14}$")
_RATED = re.compile(r"度[^，。；\n]{0,18}(?:考核|表彰|先进|总结|结果|情况|评比|目标责任)")
_NAMED_YEAR = phrase(r"[“\"]([^”\"“\n]{2,14}年)[”\"]", "年”", '年"', before=16, after=0)


@dataclass(slots=True)
class _Mentions:
    """The years a text names, by what it does with them: (year, where)."""

    reviewed: list[_Mention] = field(default_factory=list)
    planned: list[_Mention] = field(default_factory=list)
    described: list[_Mention] = field(default_factory=list)
    """2017年是…之年: as good as always the year itself or the one just over."""
    begun: list[_Mention] = field(default_factory=list)
    """With a result or a month that has been."""
    unclear: list[_Mention] = field(default_factory=list)
    based: list[_Mention] = field(default_factory=list)
    """What something is compared with: a year that is over, however long ago."""
    targets: list[_Mention] = field(default_factory=list)


def year_clues(text: str) -> Iterator[Clue]:
    """The clues from named years in a folded text (:func:`flows.numerals.fold`)."""
    found = _Mentions()
    for count, match in enumerate(_YEAR.finditer(text)):
        if count == MOST_MENTIONS:
            break
        year = int(match[1].replace(" ", ""))
        if FIRST_YEAR <= year <= LAST_YEAR:
            yield from _read(text, match, year, found)
    if found.planned:
        yield from _plan(text, *max(found.planned, key=lambda mention: mention[0]))
    if found.reviewed:
        yield from _review(text, *max(found.reviewed, key=lambda mention: mention[0]))
    if not found.planned and not found.reviewed:
        yield from _described(found)
        yield from _latest(found)
    yield from _target(found)
    yield from _named_years(text)


def _read(text: str, match: re.Match[str], year: int, found: _Mentions) -> Iterator[Clue]:
    """A year that the words around it tell apart is a clue by itself; any other is sorted in."""
    before, after = (
        text[max(0, match.start() - 24) : match.start()],
        bare(text[match.end() : match.end() + 40]),
    )
    if _RANGE_AFTER.match(after) or STAMP.search(before) or _NAME_AFTER.match(after):
        return
    if (_SAME_BEFORE.search(before) and not _SINCE_AFTER.match(after)) or _OPENED.match(after):
        yield _clue("this-year", match, years(year))
    elif _REACHED_BEFORE.search(before) and _REACHED_AFTER.match(after):
        found.based.append((year, match))
    elif _TARGET_BEFORE.search(before):
        found.targets.append((year, match))
    elif _RATED.match(after):
        yield _clue("annual-review", match, between(day(year, 11, 1), LAST_DAY))
        if _REPORTED_BEFORE.search(before):
            yield _clue("annual-review-next", match, years(clamp(year + 1)))
    elif kind := announced(text, match):
        {"review": found.reviewed, "plan": found.planned, "mention": found.unclear}[kind].append(
            (year, match)
        )
    elif _GOING_BEFORE.search(before):
        yield _clue("going-year", match, between(day(year, 11, 1), day(clamp(year + 1), 1, 31)))
    elif _GONE_BEFORE.search(before):
        yield _clue("gone-year", match, years(clamp(year + 1)))
    elif heading := heading_end(text, match):
        found.planned.append((year, match))
        if this := _THIS_YEAR.search(text, heading, heading + NEAR_HEADING):
            yield Clue("heading-this-year", "text", match.start(), this.end(), years(year))
    else:
        yield from _sort(text, match, year, found)


def _sort(text: str, match: re.Match[str], year: int, found: _Mentions) -> Iterator[Clue]:
    """Sorts in a year that is no heading and no target, by what is said of it."""
    before, after = (
        text[max(0, match.start() - 24) : match.start()],
        bare(text[match.end() : match.end() + 40]),
    )
    if after.startswith(("是", "，是", "将是")):
        tail = text[match.end() : match.end() + 200]
        ahead = (_AHEAD.search(tail) and not _PAST.search(tail[:120])) or headed(text, match)
        (found.planned if ahead else found.described).append((year, match))
        if this := _ITS_WORK.search(tail.partition("\n")[0]):
            yield Clue("year-is-this", "text", match.start(), match.end() + this.end(), years(year))
    elif _BASE_BEFORE.search(before) or _BASE_AFTER.match(after):
        found.based.append((year, match))
    elif not (_AHEAD_BEFORE.search(before) or _EXPECTED_AFTER.match(after) or _TARGET_AFTER.match(after)):
        done = _DONE_AFTER.match(after)
        (found.begun if done and not _NOT_YET.search(done[0]) else found.unclear).append((year, match))


def _plan(text: str, year: int, match: re.Match[str]) -> Iterator[Clue]:
    """2017年工作安排: said in that year, or in the last weeks of the year before."""
    yield _clue("plan-heading", match, between(day(clamp(year - 1), 11, 15), day(year, 12, 31)))
    this, gone = text.find("今年", match.end()), _YEAR_GONE.first(text)
    if 0 <= this <= match.end() + NEAR_HEADING:
        yield Clue("heading-this-year", "text", match.start(), this + 2, years(year))
    elif this >= 0:
        yield Clue("plan-this-year", "text", this, this + 2, years(year))
    elif gone:
        yield _clue("plan-past-year", gone, years(year))
    elif (following := text.find("明年", match.end())) >= 0:
        yield Clue("plan-next-year", "text", following, following + 2, years(clamp(year - 1)))
    elif year <= LAST_OF_JANUARIES and _of_a_city(text) and "今年" not in text[: match.start()]:
        yield _clue("plan-heading-early", match, years(year))
    else:
        yield _clue("plan-heading-same", match, years(year))


def _of_a_city(text: str) -> bool:
    """Whether the text is spoken to the people's congress of a city or a province."""
    return "各位代表" in text and bool(_CITY.search(text)) and not _COUNTY.search(text)


def _review(text: str, year: int, match: re.Match[str]) -> Iterator[Clue]:
    """2016年工作回顾: said in the last weeks of that year or in the next."""
    yield _clue("review-heading", match, between(day(year, 11, 15), day(clamp(year + 1), 12, 31)))
    gone = _YEAR_GONE.first(text)
    if gone:
        yield _clue("review-past-year", gone, years(clamp(year + 1)))
    else:
        yield _clue("review-heading-next", match, years(clamp(year + 1)))


def _described(found: _Mentions) -> Iterator[Clue]:
    if found.described:
        year, match = max(found.described, key=lambda mention: mention[0])
        yield _clue(
            "year-is-wide", match, between(day(clamp(year - 1), 11, 15), day(clamp(year + 1), 12, 31))
        )
        yield _clue("year-is", match, years(year))


def _latest(found: _Mentions) -> Iterator[Clue]:
    """The latest year that has begun is not far from this one."""
    if found.begun:
        year, match = max(found.begun, key=lambda mention: mention[0])
        yield _clue("begun-year", match, between(day(year), LAST_DAY))
        yield _clue("begun-year-near", match, between(day(year), day(clamp(year + 3), 12, 31)))
    if found.based:
        last, match = max(found.based, key=lambda mention: mention[0])
        yield _clue("base-year", match, since(day(last)))
    rest = [mention for mention in found.unclear if not found.begun or mention[0] <= year + 1]
    if rest:
        year, match = max(rest, key=lambda mention: mention[0])
        yield _clue("unclear-year", match, between(day(clamp(year - 1), 11, 15), LAST_DAY))
        yield _clue(
            "unclear-year-near", match, between(day(clamp(year - 1), 11, 15), day(clamp(year + 3), 12, 31))
        )


def _target(found: _Mentions) -> Iterator[Clue]:
    """到2020年: not after it and the report on it; the first target that lies after every other year."""
    others = [*found.reviewed, *found.planned, *found.described, *found.begun]
    latest = max((mention[0] for mention in others), default=FIRST_YEAR)
    ahead = [mention for mention in found.targets if mention[0] >= latest]
    if ahead:
        year, match = min(ahead, key=lambda mention: mention[0])
        yield _clue("target-year", match, between(FIRST_DAY, day(clamp(year + 1), 6, 30)))


def _named_years(text: str) -> Iterator[Clue]:
    """A year with a name, dated in one place (2009年“项目年”) and 今年 in another (今年列为“项目年”)."""
    dated: dict[str, Clue] = {}
    current: set[str] = set()
    for match in _NAMED_YEAR.all(text):
        low = max(0, match.start() - 40)
        before = text[low : match.start()]
        year = re.search(r"(?<!\d)((?:19|20)\d\d)\s{0,2}年[^，。；\n]{0,6}$", before)
        if year and FIRST_YEAR <= int(year[1]) <= LAST_YEAR:
            clue = Clue("named-year", "text", low + year.start(), match.end(), years(int(year[1])))
            dated.setdefault(match[1], clue)
        elif re.search(r"今年[^。；\n]{0,30}$", before):
            current.add(match[1])
    yield from (clue for name, clue in dated.items() if name in current)


def _clue(rule: str, match: re.Match[str], spans: Spans) -> Clue:
    return Clue(rule, "text", match.start(), match.end(), spans)

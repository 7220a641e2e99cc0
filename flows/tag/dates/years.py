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
    years,
)
from flows.tag.dates.scan import phrase

_Mention = tuple[int, re.Match[str]]

MOST_MENTIONS = 600
"""Years looked at in one text: a long report names about a hundred."""

# The first digit stands before the look-behind so that the search can skip to it.
_YEAR = re.compile(r"((?:1(?<![\d.〔［\[].) ?9|2(?<![\d.〔［\[].) ?0) ?\d ?\d)\s{0,2}年(?!代)")
_BARE = re.compile(r"[\s*#　]+")
_OWN = r"(?:全[市省县区州盟旗]|我[市省县区州]|[市省县区]|自治区|国民)?(?:经济)?(?:和|与)?(?:社会发展|政府)?"
_REVIEW = re.compile(
    rf"{_OWN}(?:的)?(?:主要|重点)?工作(?:简要|基本)?(?:的)?(?:回顾|总结|完成情况|情况|成绩)"
    r"|(?:工作)?(?:的)?(?:简要)?回顾|[及和与、][^，。；]{0,14}(?:回顾|总结)"
    r"|(?:工作)?的?(?:基本)?(?:估计|主要成就|发展回顾|主要工作回顾)"
)
_PLAN = re.compile(
    rf"{_OWN}(?:的)?(?:主要|重点|总体)?(?:预期)?(?:工作|发展)?(?:的)?"
    r"(?:安排|重点工作|重点任务|总体要求|总体思路|总体安排|主要任务|主要目标|主要预期|预期目标|指导思想|工作安排"
    r"|工作任务|目标任务|奋斗目标|工作重点|部署|重点|目标|任务|总体|建议|意见|思路|打算|工作计划)"
    r"|(?:主要|重点)?工作(?=$|[（(：:])|政府工作(?!报告|回顾|总结)"
)
_HEADING_BEFORE = re.compile(
    r"(?:^|[\n。])[\s*#]*(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)]?\s{0,2}[、.．]?)?[\s*\d]*(?:[^\n。，]{0,14}[和及、])?[\s*]*$"
)
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
_CARRIED_OUT = re.compile(r"(?:的)?(?:全面|圆满|顺利|较好)?(?:完成|实现)")
_TO_DO_BEFORE = re.compile(r"(?:做好|抓好|谋划|部署)[^，。；\n]{0,6}$")
_GONE_BEFORE = re.compile(r"(?:刚刚|即将)?过去的\s{0,2}$")
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
    targets: list[_Mention] = field(default_factory=list)


def year_clues(text: str) -> Iterator[Clue]:
    """The clues from named years in a folded text (:func:`flows.tag.dates.numerals.fold`)."""
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
    """Sorts one named year in; a year that is told apart at once is a clue by itself."""
    before = text[max(0, match.start() - 24) : match.start()]
    after = _BARE.sub("", text[match.end() : match.end() + 40])
    mention = (year, match)
    if _RANGE_AFTER.match(after) or STAMP.search(before):
        return
    if (_SAME_BEFORE.search(before) and not _SINCE_AFTER.match(after)) or _OPENED.match(after):
        yield _clue("this-year", match, years(year))
    elif _TARGET_BEFORE.search(before):
        found.targets.append(mention)
    elif _RATED.match(after):
        yield _clue("annual-review", match, between(day(year, 11, 1), LAST_DAY))
        if _REPORTED_BEFORE.search(before):
            yield _clue("annual-review-next", match, years(clamp(year + 1)))
    elif _REVIEW.match(after) and _HEADING_BEFORE.search(before):
        found.reviewed.append(mention)
    elif "各项" not in after[:4] and (plan := _PLAN.match(after)):
        if _CARRIED_OUT.match(after, plan.end()):
            found.reviewed.append(mention)
        else:
            (found.planned if _HEADING_BEFORE.search(before) else found.unclear).append(mention)
    elif after.startswith("工作") and _TO_DO_BEFORE.search(before):
        found.planned.append(mention)
    elif _GONE_BEFORE.search(before):
        yield _clue("gone-year", match, years(clamp(year + 1)))
    elif after.startswith(("是", "，是", "将是")):
        tail = text[match.end() : match.end() + 200]
        ahead = _AHEAD.search(tail) and not _PAST.search(tail[:120])
        (found.planned if ahead else found.described).append(mention)
    elif not _TARGET_AFTER.match(after):
        done = _DONE_AFTER.match(after)
        (found.begun if done and not _NOT_YET.search(done[0]) else found.unclear).append(mention)


def _plan(text: str, year: int, match: re.Match[str]) -> Iterator[Clue]:
    """2017年工作安排: said in that year, or in the last weeks of the year before."""
    yield _clue("plan-heading", match, between(day(clamp(year - 1), 11, 15), day(year, 12, 31)))
    this, gone = text.find("今年", match.end()), _YEAR_GONE.first(text)
    if this >= 0:
        yield Clue("plan-this-year", "text", this, this + 2, years(year))
    elif gone:
        yield _clue("plan-past-year", gone, years(year))
    elif (following := text.find("明年", match.end())) >= 0:
        yield Clue("plan-next-year", "text", following, following + 2, years(clamp(year - 1)))
    else:
        yield _clue("plan-heading-same", match, years(year))


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

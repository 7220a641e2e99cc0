"""Clues from figures of a part of the year: 前七个月, 1—10月, 前三季度, 上半年, 截至9月底 with a result."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.numerals import NUMBER, number
from flows.tag.dates.clues import FIRST_YEAR, LAST_YEAR, Clue, Span, between, clamp, day, every_year, since
from flows.tag.dates.scan import phrase
from flows.tag.dates.subject import elsewhen, named_year, subject

_PERIOD = phrase(
    rf"(?:[1一元]|01)(?:月份?)?\s{{0,2}}[-—－–~～至到]{{1,2}}\s{{0,2}}(?P<to>{NUMBER})\s{{0,2}}月份?"
    rf"|[前头](?P<first>{NUMBER})个月|前(?P<quarters>[一二两三23])个?季度|(?P<half>上半年)|(?:第)?(?P<quarter>[一二三])季度"
    rf"|截[至止]到?(?:今年|目前|本年)?(?P<year>(?:19|20)\d\d\s?年)?(?P<upto>{NUMBER})月(?:底|末|份|(?P<day>{NUMBER})[日号])",
    *("月", "季度", "上半年"),
    before=18,
    after=6,
)
_DONE = re.compile(
    r"[^。；\n]{0,60}?(?:完成|实现|达到|达|增长|增幅|增速|下降|签约|新增|新引进|引进|总体情况|运行|情况|累计|到位|新开工|竣工|投产|同比|查处"
    r"|发生|净增|通报|共有?\d)"
)
_NOT_DONE = re.compile(
    r"[^。；\n]{0,24}?(?:力争|确保|争取|要(?!求)|将|计划|底前|之前|前完成|前要?|务必|必须|目标|预[期计]|启动|开工建设)"
)
_PLANNED_BEFORE = re.compile(
    r"(?:确保|力争|争取|实现|冲刺|在|于|打好|决战|大干)[^，。；\n]{0,4}$|[比较同与]$"
)
_COMPARED = re.compile(r"(?:比|较|与|同(?!志))[^，。；：\n]{0,4}$")
MONTHS_AFTER = 59
"""Days of the new year in which the figures of the whole old year may still be missing."""
LOOK_BACK = 90
"""Days of the new year in which the old year's half years and quarters are still told of."""


def progress_clues(text: str) -> Iterator[Clue]:
    """The latest part of this year that a folded text has figures of is over; so of a named year."""
    best: tuple[int, str, bool, re.Match[str]] | None = None
    named: tuple[int, re.Match[str]] | None = None
    for match in _PERIOD.all(text):
        part = _part(match)
        if part is None or not _has_figures(text, match):
            continue
        month, rule = part
        year = int(match["year"][:4]) if match["year"] else named_year(text, match.start())
        if year is not None:
            if _adjoins(text, match, year) and (named is None or year * 12 + month > named[0]):
                named = year * 12 + month, match
            continue
        if elsewhen(text, match.start()):
            continue
        said = subject(text, match.start()) is not None or "今年" in match[0]
        if 2 <= month <= 11 and (best is None or month > best[0]):
            best = month, rule, said, match
    if best:
        yield _this_year(*best)
    if named:
        yield from _named(*named)


def _part(match: re.Match[str]) -> tuple[int, str] | None:
    """The last month of a period, and the rule for how strictly people keep to it."""
    if match["half"]:
        return 6, "quarter-done"
    if match["quarter"] or match["quarters"]:
        return 3 * (number(match["quarter"] or match["quarters"]) or 1), "quarter-done"
    month = number(match["to"] or match["first"] or match["upto"])
    return (month, "months-done") if month and 1 <= month <= 12 else None


def _has_figures(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 12) : match.start()]
    if _PLANNED_BEFORE.search(before) and not match["upto"]:
        return False
    return bool(_DONE.match(text, match.end())) and not _NOT_DONE.match(text, match.end())


def _adjoins(text: str, match: re.Match[str], year: int) -> bool:
    """Whether the year stands right before the period (2025年前三季度) and is no yardstick (比2025年…)."""
    start = match.start()
    at = start if match["year"] else text.rfind(str(year), max(0, start - 12), start)
    if not FIRST_YEAR <= year <= LAST_YEAR or at < 0:
        return False
    return not _COMPARED.search(text[max(0, at - 6) : at]) and (
        at == start or re.fullmatch(r"\d{4}\s?年[，,\s]?", text[at:start]) is not None
    )


def _this_year(month: int, rule: str, said: bool, match: re.Match[str]) -> Clue:
    over = LOOK_BACK if rule == "quarter-done" else MONTHS_AFTER if month >= 9 else 0
    # A half year or a quarter is spoken of as done some weeks before its last day.
    early = {"quarter-done": {3: 7, 6: 30, 9: 0}, "months-done": {}}[rule].get(month, 0)

    at = _last(match)

    def span(year: int) -> Span:
        return day(year, month, at) - early, day(year, 12, 31) + (0 if said else over)

    return Clue(rule, "text", match.start(), match.end(), every_year(span))


def _last(match: re.Match[str]) -> int:
    """The day of its last month that a period ends with."""
    return (number(match["day"]) if match["day"] else None) or 31


def _named(ordinal: int, match: re.Match[str]) -> Iterator[Clue]:
    year, month = (ordinal - 1) // 12, (ordinal - 1) % 12 + 1
    last = day(year, month, _last(match)) - (30 if match["half"] else 0)
    yield Clue("year-months", "text", match.start(), match.end(), since(last))
    near = between(last, day(clamp(year + 1), 2, 28) if month < 12 else day(clamp(year + 1), 12, 31))
    yield Clue("year-months-near", "text", match.start(), match.end(), near)

"""Clues from what recurs and is numbered: five-year plans, congresses and plenums, anniversaries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from flows.tag.dates.clues import (
    FIRST_DAY,
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
from flows.tag.dates.numerals import NUMBER, number

_PLAN = re.compile(
    r"[“\"'‘](?P<quoted>十?[一二三四五六七八九]五|十五)[”\"'’](?P<law>\s{0,2}(?:普法|法[制治]宣传|依法治))?"
    r"|(?P<bare>十[一二三四五]五)(?=规划|时期|期间|末|以来|开局|收官)|第(?P<full>十[一二三四五]?|[六七八九])个五年(?:规划|计划)"
)
_PLAN_YEAR = re.compile(
    r"[^，。；\n]{0,14}?(?:(?P<first>开局之年|开局起步之年|起步之年|第一年|头一年|首年|第1年)|(?P<second>第二年|第2年)"
    r"|(?P<third>第三年|中期之年|第3年)|(?P<fourth>第四年|第4年)|(?P<last>收官之年|最后一年|末年|收官年|决胜之年|第五年))"
)
_SUBJECT = re.compile(r"(今年|明年|去年|上年|过去一年|过去的一年|(?:19|20)\d\d\s{0,2}年)")
_PREPARED = re.compile(r"(?:编制|谋划|制定|起草|研究|开启|迎接|为)[^，。；\n“]{0,10}$")
_GOOD_START = re.compile(r"[^，。；\n]{0,6}(?:良好开局|开好局|开门红|坚实基础|起好步)")
_LAST_PLAN_BUT = re.compile(r"(?:圆满收官|圆满完成|胜利收官|全面完成|收好官)")

_CONGRESS = re.compile(
    r"(?:党的|中共|中国共产党)(?P<number>十[一二三四五六七八九]|二十)大|第(?P<long>十[一二三四五六七八九]|二十)次全国代表大会"
    r"|(?<![一二三四五六七八九十百千第])(?P<short>十[五六七八九]|二十)大(?=精神|报告|以来|和十|和二十)"
)
_PLENUM = re.compile(
    r"(?P<congress>十[一二三四五六七八九]|二十)届(?P<plenums>(?:[一二三四五六七八]中[、，和及]{0,2}){1,8})全会"
)
_AHEAD_BEFORE = re.compile(r"(?:迎接|喜迎|迎来|即将召开的)[^，。；\n]{0,6}$")
_AHEAD_AFTER = re.compile(r"[^，。；\n]{0,4}(?:将于|将在|将要|即将|召开在即|召开之际|召开之年)")
_SPIRIT_AFTER = re.compile(r"[^，。；\n]{0,6}?(?:精神|以来|报告)")
_PEOPLES = re.compile(
    r"第?(?P<term>十[一二三四]?|[六七八九])届全国(?:人大|人民代表大会)第?(?P<session>[一二三四五])次会议"
)
_ANNIVERSARY = re.compile(rf"(?P<count>{NUMBER}|百)\s{{0,2}}(?:周年|华诞)")
_SETTLING = 240
"""Days after a congress in which a speech may still name only the one before."""


@dataclass(frozen=True, slots=True)
class Plan:
    name: str
    first: int
    last: int
    proposed: int
    """The day its outline was proposed, or the start of the year before it."""


@cache
def plans(kind: str) -> dict[str, Plan]:
    """Five-year plans (``plan``) or programmes of legal education (``law``) by name."""
    found: dict[str, Plan] = {}
    for row in table("dates/plans.csv"):
        if row["kind"] == kind:
            first = int(row["first"])
            proposed = first_day(row["proposed"]) if row["proposed"] else day(first - 1)
            found[row["name"]] = Plan(row["name"], first, int(row["last"]), proposed)
    return found


@cache
def meetings() -> dict[tuple[str, str], tuple[int, int]]:
    """(congress, plenum) to first and last day; the congress itself has the plenum ``""``."""
    return {
        (row["congress"], row["plenum"]): (first_day(row["start"]), last_day(row["end"]))
        for row in table("dates/meetings.csv")
    }


@cache
def _anniversaries() -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple(
        (re.compile(rf"(?:{row['names']})[“”\"]?$"), int(row["date"][:4]))
        for row in table("dates/anniversaries.csv")
    )


def cycle_clues(text: str) -> Iterator[Clue]:
    """The clues from numbered plans, meetings and anniversaries in a folded text."""
    yield from _plan_clues(text)
    yield from _meeting_clues(text)
    yield from _anniversary_clues(text)


def _plan_clues(text: str) -> Iterator[Clue]:
    newest: tuple[Plan, re.Match[str]] | None = None
    programme: tuple[Plan, re.Match[str]] | None = None
    for match in _PLAN.finditer(text):
        if match["law"]:
            law = plans("law").get(match["quoted"])
            if law and (programme is None or law.first > programme[0].first):
                programme = law, match
            continue
        name = match["quoted"] or match["bare"] or (match["full"] + "五")
        plan = plans("plan").get(name)
        if match["full"] == "十":
            plan = plans("plan")["十五"]
        if plan is None or plan.last < FIRST_YEAR:
            continue
        if newest is None or plan.first > newest[0].first:
            newest = plan, match
        yield from _plan_year(text, match, plan)
    if programme:
        law, match = programme
        yield _clue(
            "law-programme", match, between(day(clamp(law.first - 1), 7), day(clamp(law.last + 1), 12, 31))
        )
    if newest:
        plan, match = newest
        yield _clue("plan-newest-from", match, since(min(plan.proposed, day(clamp(plan.first - 2), 7))))
        yield _clue("plan-newest-to", match, between(FIRST_DAY, day(clamp(plan.last + 1), 6, 30)))
        yield _clue(
            "plan-newest", match, between(day(clamp(plan.first - 1), 1), day(clamp(plan.last), 12, 31))
        )


def _plan_year(text: str, match: re.Match[str], plan: Plan) -> Iterator[Clue]:
    """今年是“十二五”规划的开局之年, and what prepares for a plan or opens it."""
    named = _PLAN_YEAR.match(text, match.end())
    if named and named.lastgroup:
        offset = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": 4}[named.lastgroup]
        year = clamp(plan.first + offset)
        before = text[max(0, match.start() - 80) : match.start()]
        clause = re.split(r"[。；\n]", before)[-1]
        subjects = _SUBJECT.findall(clause)
        subject = subjects[-1] if subjects else ""
        shift = {"今年": 0, "明年": -1, "去年": 1, "上年": 1, "过去一年": 1, "过去的一年": 1}.get(subject)
        if shift is None:
            yield _clue(
                "plan-year-near",
                named,
                between(day(clamp(year - 1), 11, 1), day(clamp(year + 1), 12, 31)),
                match,
            )
        else:
            yield _clue("plan-year", named, years(clamp(year + shift)), match)
    elif _GOOD_START.match(text, match.end()):
        yield _clue(
            "plan-opening", match, between(day(clamp(plan.first - 2), 9), day(clamp(plan.first + 1), 6, 30))
        )
    elif _PREPARED.search(text[max(0, match.start() - 14) : match.start()]):
        yield _clue(
            "plan-prepared", match, between(day(clamp(plan.first - 3), 7), day(clamp(plan.first + 1), 6, 30))
        )
    elif _LAST_PLAN_BUT.search(text[match.end() : match.end() + 10]):
        yield _clue(
            "plan-closing", match, between(day(clamp(plan.last - 1)), day(clamp(plan.last + 1), 12, 31))
        )


def _meeting_clues(text: str) -> Iterator[Clue]:
    newest: tuple[int, str, re.Match[str]] | None = None
    for match in _CONGRESS.finditer(text):
        name = match["number"] or match["long"] or match["short"]
        held = meetings().get((name, ""))
        if held is None:
            continue
        clue, took_place = _congress(text, match, held)
        yield clue
        if took_place and (newest is None or held[0] > newest[0]):
            newest = held[0], name, match
    latest: tuple[int, re.Match[str]] | None = None
    for match in _PLENUM.finditer(text):
        days = [
            meetings().get((match["congress"], plenum))
            for plenum in re.findall(r"[一二三四五六七八]", match["plenums"])
        ]
        known = [held for held in days if held]
        if not known:
            continue
        last = max(known)
        ahead = _AHEAD_BEFORE.search(text[max(0, match.start() - 14) : match.start()])
        if ahead or _AHEAD_AFTER.match(text, match.end()):
            yield _clue("meeting-ahead", match, between(last[0] - 200, last[1] + 90))
            continue
        yield _clue("plenum", match, since(last[0]))
        if latest is None or last[1] > latest[0]:
            latest = last[1], match
        held = meetings().get((match["congress"], ""))
        if held and (newest is None or held[0] > newest[0]):
            newest = held[0], match["congress"], match
    if latest:
        yield _clue("plenum-fresh", latest[1], between(FIRST_DAY, latest[0] + 460))
    if newest:
        following = sorted(
            start for (_, plenum), (start, _) in meetings().items() if not plenum and start > newest[0]
        )
        if following:
            yield _clue("congress-newest", newest[2], between(FIRST_DAY, following[0] + _SETTLING))
    for match in _PEOPLES.finditer(text):
        year = 1983 + 5 * ((number(match["term"]) or 6) - 6) + (number(match["session"]) or 1) - 1
        yield _clue("peoples-congress", match, since(day(clamp(year), 3)))


def _congress(text: str, match: re.Match[str], held: tuple[int, int]) -> tuple[Clue, bool]:
    if re.match(r"[^，。；\n]{0,6}(?:将于|将在)", text[match.end() : match.end() + 12]):
        if "今年" in text[max(0, match.start() - 12) : match.end() + 14]:
            spans = between(day(clamp(_year(held[0]))), held[0] - 1)
        else:
            spans = between(held[0] - 500, held[0] - 1)
        return _clue("congress-will", match, spans), False
    ahead = _AHEAD_BEFORE.search(text[max(0, match.start() - 14) : match.start()])
    if ahead or _AHEAD_AFTER.match(text, match.end()):
        return _clue("meeting-ahead", match, between(held[0] - 500, held[1] + 480)), False
    if _SPIRIT_AFTER.match(text, match.end()):
        return _clue("congress", match, since(held[0])), True
    return _clue("congress-named", match, since(held[0] - 550)), True


def _year(ordinal: int) -> int:
    return date.fromordinal(ordinal).year


def _anniversary_clues(text: str) -> Iterator[Clue]:
    for match in _ANNIVERSARY.finditer(text):
        count = 100 if match["count"] == "百" else number(match["count"])
        before = text[max(0, match.start() - 16) : match.start()]
        if not count:
            continue
        for name, base in _anniversaries():
            if name.search(before.rstrip(" ")):
                year = base + count
                if FIRST_YEAR <= year <= LAST_YEAR:
                    clause = re.split(r"[。；\n]", text[max(0, match.start() - 60) : match.start()])[-1]
                    subjects = _SUBJECT.findall(clause)
                    if subjects and subjects[-1] == "今年":
                        yield _clue("anniversary-this-year", match, years(year))
                    else:
                        yield _clue(
                            "anniversary",
                            match,
                            between(day(clamp(year - 1), 7), day(clamp(year + 1), 12, 31)),
                        )
                break


def _clue(rule: str, match: re.Match[str], spans: Spans, opening: re.Match[str] | None = None) -> Clue:
    return Clue(rule, "text", (opening or match).start(), match.end(), spans)

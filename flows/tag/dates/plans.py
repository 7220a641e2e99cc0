"""Clues from five-year plans and the five-year programmes of legal education: “十二五”开局之年."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flows.tag.dates.clues import (
    FIRST_DAY,
    FIRST_YEAR,
    Clue,
    Spans,
    between,
    clamp,
    day,
    first_day,
    since,
    table,
    years,
)
from flows.tag.dates.scan import Phrase, phrase
from flows.tag.dates.subject import shift

_PLAN = phrase(
    r"[“\"'‘](?P<quoted>十?[一二三四五六七八九]五|十五)[”\"'’](?P<law>\s{0,2}(?:普法|法[制治]宣传|依法治))?"
    r"|(?P<bare>十[一二三四五六七八九]五)(?=规划|时期|期间|末|以来|开局|收官|能不能)|第(?P<full>十[一二三四五六七八九]?|[六七八九])个五年(?:规划|计划)",
    "五",
    before=8,
    after=10,
)
_PLAN_YEAR = re.compile(
    r"[^，。；\n]{0,14}?(?:(?P<first>开局之年|开局起步之年|起步之年|第一年|头一年|首年|第1年)|(?P<second>第二年|第2年)"
    r"|(?P<third>第三年|中期之年|第3年)|(?P<fourth>第四年|第4年)|(?P<last>收官之年|最后一年|末年|收官年|决胜之年|第五年))"
)
_CLOSES = re.compile(r"(?:规划)?(?:圆满|胜利)?收官(?=[、，])")
_REVIEWED = re.compile(
    r"[”\"]?(?:规划|计划)?(?:的)?(?:时期|期间|五年|末|目标任务|主要目标|各项目标|圆满|胜利|顺利)?[，,]?(?:基本|全面|圆满|胜利|顺利|如期)?"
    r"(?:我们|我[市省县区]|完成|收官|实现|收好官|的?收官之年|的?最后一年)"
)
_PREPARED = re.compile(r"(?:编制|谋划|制定|起草|开启)[^，。；\n“]{0,10}$")
_GOOD_START = re.compile(r"[^，。；\n]{0,6}(?:良好开局|开好局|开门红|坚实基础|起好步)")
_LAST_PLAN_BUT = re.compile(r"(?:圆满收官|圆满完成|胜利收官|全面完成|收好官)")


@dataclass(frozen=True, slots=True)
class Plan:
    name: str
    first: int
    last: int
    proposed: int
    """The day its outline was proposed, or the start of the year before it."""


@cache
def plans(kind: str) -> dict[str, Plan]:
    """Five-year plans (``plan``), those of legal education (``law``) or other ``programme``s by name."""
    found: dict[str, Plan] = {}
    for row in table("dates/plans.csv"):
        if row["kind"] == kind:
            first = int(row["first"])
            proposed = first_day(row["proposed"]) if row["proposed"] else day(first - 1)
            found[row["name"]] = Plan(row["name"], first, int(row["last"]), proposed)
    return found


def plan_clues(text: str) -> Iterator[Clue]:
    """The clues from the plans and programmes that a folded text names."""
    newest: tuple[Plan, re.Match[str]] | None = None
    programme: tuple[Plan, re.Match[str]] | None = None
    for match in _PLAN.all(text):
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
    for match in _programmes().all(text):
        if _PLAN_YEAR.match(text, match.end()):
            plan = plans("programme")[match[0]]
            yield from _plan_year(text, match, plan)
            yield _clue("programme", match, years(clamp(plan.first - 1), clamp(plan.last + 1)))
    if programme:
        law, match = programme
        yield _clue(
            "law-programme", match, between(day(clamp(law.first - 1), 7), day(clamp(law.last + 1), 12, 31))
        )
    if newest:
        plan, match = newest
        yield _clue("plan-newest-from", match, since(min(plan.proposed, day(clamp(plan.first - 2)))))
        yield _clue("plan-newest-to", match, between(FIRST_DAY, day(clamp(plan.last + 1), 6, 30)))
        over = any(
            _REVIEWED.match(text, other.end())
            for other in _PLAN.all(text)
            if plan.name in (other["quoted"], other["bare"]) and not other["law"]
        )
        last = day(clamp(plan.last + 1), 3, 31) if over else day(clamp(plan.last), 12, 31)
        yield _clue("plan-newest", match, between(day(clamp(plan.first - 1), 1), last))


@cache
def _programmes() -> Phrase:
    names = sorted(plans("programme"), key=len, reverse=True)
    return Phrase("|".join(names), tuple(names), 0, 8)


def _plan_year(text: str, match: re.Match[str], plan: Plan) -> Iterator[Clue]:
    """今年是“十二五”规划的开局之年, and what prepares for a plan or opens it."""
    named = _PLAN_YEAR.match(text, match.end())
    if named and named.lastgroup:
        offset = {"first": 0, "second": 1, "third": 2, "fourth": 3}.get(named.lastgroup)
        year = clamp(plan.last if offset is None else plan.first + offset)
        away = shift(text, match.start())
        if away is None:
            yield _clue(
                "plan-year-near",
                named,
                between(day(clamp(year - 1), 11, 1), day(clamp(year + 1), 12, 31)),
                match,
            )
        else:
            yield _clue("plan-year", named, years(clamp(year + away)), match)
    elif shift(text, match.start()) == 0 and _CLOSES.match(text, match.end()):
        yield _clue("plan-year", match, years(clamp(plan.last)))
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
            "plan-closing", match, between(day(clamp(plan.last - 1)), day(clamp(plan.last + 2), 3, 31))
        )


def _clue(rule: str, match: re.Match[str], spans: Spans, opening: re.Match[str] | None = None) -> Clue:
    return Clue(rule, "text", (opening or match).start(), match.end(), spans)

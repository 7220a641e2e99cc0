"""What a meeting is called and what it is for: 今天召开2012年防汛会议; 总结2011年工作，部署2012年任务."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.tag.dates.clues import FIRST_YEAR, LAST_YEAR, Clue, Spans, between, clamp, day, years
from flows.tag.dates.explicit import LOOKS_BACK
from flows.tag.dates.scan import phrase
from flows.tag.dates.subject import elsewhen

_YEAR = r"(?:19|20)\d\d"
_CALLED = phrase(
    rf"(?:召开|举行|举办)(?P<year>{_YEAR})年(?P<whole>度)?(?P<name>[^，。；、：\n]{{2,40}}(?:会议|大会|会|仪式))",
    *("召开", "举行", "举办"),
    before=0,
    after=64,
)
_AHEAD_OF_ITS_YEAR = re.compile(r"经济工作|务虚|谋划|党代会|全委")
"""Meetings that are held in the last weeks of the year before, too."""
_NOW_BEFORE = re.compile(r"(?:今天|今日|今晚|在这里|这次)[^。；\n]{0,40}$")
_REVIEWED = phrase(rf"总结[^。\n\d]{{0,20}}(?P<year>{_YEAR})年", "总结", before=0, after=26)
_PURPOSE_BEFORE = re.compile(r"(?:会议|大会|这次会|任务|目的)[^。\n]{0,60}$")
_PLANNED = re.compile(rf"(?:部署|安排|做好|谋划|研究|明确|布置)[^。\n\d]{{0,30}}(?P<year>{_YEAR})年")
_LOOK = 70
"""Code points before the words in which it is said that they are of this meeting."""
_SENTENCE = 130
"""Code points after the year reviewed in which the year planned for stands."""


def called_clues(text: str) -> Iterator[Clue]:
    """The clues from the name and the purpose of the meeting, in a folded text."""
    for match in _CALLED.all(text):
        year = int(match["year"])
        before = text[max(0, match.start() - _LOOK) : match.start()]
        if (
            not FIRST_YEAR <= year <= LAST_YEAR
            or not _NOW_BEFORE.search(before)
            or elsewhen(text, match.start())
        ):
            continue
        if match["whole"] or LOOKS_BACK.search(match["name"]):
            yield _clue("meeting-year-wide", match, between(day(year), day(clamp(year + 1), 12, 31)))
        elif _AHEAD_OF_ITS_YEAR.search(match["name"]):
            yield _clue("meeting-year", match, between(day(year - 1, 12), day(year, 12, 31)))
        else:
            yield _clue("meeting-year", match, years(year))
    for match in _REVIEWED.all(text):
        year = int(match["year"])
        planned = _PLANNED.search(text, match.end(), match.end() + _SENTENCE)
        if not planned or int(planned["year"]) != year + 1 or not FIRST_YEAR <= year < LAST_YEAR:
            continue
        if "。" not in text[match.end() : planned.start()] and _PURPOSE_BEFORE.search(
            text[max(0, match.start() - _LOOK) : match.start()]
        ):
            yield _clue("review-and-plan", match, between(day(year, 12), day(year + 1, 12, 31)))


def _clue(rule: str, match: re.Match[str], spans: Spans) -> Clue:
    return Clue(rule, "text", match.start(), match.end(), spans)

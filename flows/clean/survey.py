"""Look at a page's lines from both edges inwards: which are the site's, and what they say about the page."""

from __future__ import annotations

import re
from functools import cache

from flows.clean.above import read_above
from flows.clean.below import read_below
from flows.clean.claims import Claim, Survey, notice_claim, rule_claim
from flows.clean.notice import notice
from flows.clean.rules import LONGEST, any_word, by_place, match, rows

_NUMBER = 40
"""Characters up to which a line with a figure may be the number of a page."""
_DIGIT = re.compile(r"\d")


def survey(lines: list[str]) -> Survey:
    """What on these lines is not the speech.

    >>> found = survey(["某县长讲话", "时间：2022-05-23", "同志们：", "下载本文档"])
    >>> found.opening, found.head, found.doomed
    (['某县长讲话'], ['时间：2022-05-23'], {'field': {1}, 'download': {3}})
    """
    result = Survey()
    body = read_above(lines, result)
    end = read_below(lines, body, result)
    claims: dict[str, Claim | None] = {}
    for number in _suspects(lines, body, end):
        line = lines[number]
        if line not in claims:  # a site says the same again and again
            claims[line] = _inside(line)
        if claim := claims[line]:
            result.claims[number] = claim
    return result


def _inside(line: str) -> Claim | None:
    """What a line inside the body is, if it is the site's."""
    if hit := match(line, by_place("line")):
        return rule_claim(line, *hit)
    kind = notice(line, inside=True)
    return notice_claim(line, kind) if kind else None


def _suspects(lines: list[str], body: int, end: int) -> list[int]:
    """The lines inside the body that can be a site's at all; most prose is told by this alone."""
    words = _words_of_sites().search
    return [
        number
        for number, line in enumerate(lines[body:end], body)
        if len(line) <= LONGEST and (words(line) or (len(line) <= _NUMBER and _DIGIT.search(line)))
    ]


@cache
def _words_of_sites() -> re.Pattern[str]:
    """Words, one of which every line without a figure holds that a rule takes inside a body. Plain ones, so
    that a search is many times faster than for the class ``marks``."""
    words = {row["class"]: row["pattern"] for row in rows("clean/notice-words.tsv")}
    return any_word(words["inside"].split("|"))

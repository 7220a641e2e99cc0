"""Page counters that a viewer left inside sentences: ``带头作3/7用``, ``带头作第3页 共7页用``."""

from __future__ import annotations

import re
from collections import defaultdict

from flows.clean.draft import Draft

_COUNTER = re.compile(r"(\d(?<![\d./／]\d)\d{0,2})[/／](\d{1,3})(?![\d./／%])")
"""What stands before is looked at behind the first figure, or every character would be looked behind."""
_NAMED_PAGE = re.compile(r"第\s?\d{1,3}\s?页")
_NAMED = re.compile(r"[(（]?第\s?(\d{1,3})\s?页[ ,，/／|]{0,3}[(（]?共\s?(\d{1,3})\s?页[)）]?")

_INDENT = 20
"""Characters of white space that the first counter may stand behind on its line."""


def drop_counters(draft: Draft) -> None:
    """Remove page counters where they form the series of one page: the first page, the last, and those
    between in order; from the first onwards where each stands at the start of a line, as in a preview; two
    and more that are named as pages. A fraction or a date stands in no such series, so it stays.

    >>> draft = Draft("1/3同志们：今年要做3/3好工作。占总数的1/3，7/7卢沟桥。")
    >>> drop_counters(draft)
    >>> draft.text
    '同志们：今年要做好工作。占总数的1/3，7/7卢沟桥。'
    """
    counters: list[re.Match[str]] = []
    if _slash_between_figures(draft.text):
        for total, found in _by_total(_COUNTER, draft.text):
            counters += _series(found, total, draft.text)
    if _NAMED_PAGE.search(draft.text):
        for _, named in _by_total(_NAMED, draft.text):
            if len({found[1] for found in named}) > 1:
                counters += named
    counters.sort(key=lambda found: found.start())
    draft.replace("page-counter", [(found.start(), found.end(), "") for found in counters])


def _slash_between_figures(text: str) -> bool:
    """What every counter has. Slashes are few, and found many times faster than figures are."""
    for slash in "/／":
        at = text.find(slash, 1)
        while at > 0:
            if text[at - 1].isdecimal() and text[at + 1 : at + 2].isdecimal():
                return True
            at = text.find(slash, at + 1)
    return False


def _by_total(pattern: re.Pattern[str], text: str) -> list[tuple[int, list[re.Match[str]]]]:
    by_total: dict[int, list[re.Match[str]]] = defaultdict(list)
    for found in pattern.finditer(text):
        by_total[int(found[2])].append(found)
    return list(by_total.items())


def _series(found: list[re.Match[str]], total: int, text: str) -> list[re.Match[str]]:
    """The counters ``k/total``: from 1 at the start of a line up to the total, rising, in even steps; or as
    far as they go in steps of one, each at the start of a line."""
    if total < 2 or int(found[0][1]) != 1 or not _begins_line(found[0], text):
        return []
    step = next((int(f[1]) - 1 for f in found[1:] if int(f[1]) > 1), 0)
    series, expected = [], 1
    for candidate in found:
        if int(candidate[1]) == expected and expected <= total:
            series.append(candidate)
            expected += step
    if step and (total - 1) % step == 0 and expected > total:
        return series
    at_start = [candidate for candidate in found if _begins_line(candidate, text)]
    in_order = [int(candidate[1]) for candidate in at_start] == list(range(1, len(at_start) + 1))
    return at_start if in_order and len(at_start) > 1 else []


def _begins_line(found: re.Match[str], text: str) -> bool:
    start = found.start()
    above = "\n" + text[:start] if start < _INDENT else text[start - _INDENT : start]
    return above.rstrip(" \t\u3000").endswith("\n")

"""Page counters that a viewer left inside sentences: ``带头作3/7用``."""

from __future__ import annotations

import re
from collections import defaultdict

from flows.clean.draft import Draft

_COUNTER = re.compile(r"(?<![\d./／])(\d{1,3})[/／](\d{1,3})(?![\d./／%])")

_INDENT = 20
"""Characters of white space that the first counter may stand behind on its line."""


def drop_counters(draft: Draft) -> None:
    """Remove page counters where they form the series of one page: the first page, the last, and those
    between in order. A fraction or a date stands in no such series, so it stays.

    >>> draft = Draft("1/3同志们：今年要做3/3好工作。占总数的1/3，7/7卢沟桥。")
    >>> drop_counters(draft)
    >>> draft.text
    '同志们：今年要做好工作。占总数的1/3，7/7卢沟桥。'
    """
    by_total: dict[int, list[re.Match[str]]] = defaultdict(list)
    for found in _COUNTER.finditer(draft.text):
        by_total[int(found[2])].append(found)
    counters = [found for total, series in by_total.items() for found in _series(series, total, draft.text)]
    counters.sort(key=lambda found: found.start())
    draft.replace("page-counter", [(found.start(), found.end(), "") for found in counters])


def _series(found: list[re.Match[str]], total: int, text: str) -> list[re.Match[str]]:
    """The counters ``k/total``: from 1 at the start of a line up to the total, rising, in even steps."""
    start = found[0].start()
    above = "\n" + text[:start] if start < _INDENT else text[start - _INDENT : start]
    if total < 2 or int(found[0][1]) != 1 or not above.rstrip(" \t\u3000").endswith("\n"):
        return []
    step = next((int(f[1]) - 1 for f in found[1:] if int(f[1]) > 1), 0)
    if step == 0 or (total - 1) % step:
        return []
    series, expected = [], 1
    for candidate in found:
        if int(candidate[1]) == expected and expected <= total:
            series.append(candidate)
            expected += step
    return series if expected > total else []

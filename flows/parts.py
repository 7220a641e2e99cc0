"""What a line or a title says of which part of a text it heads: 第2页/共5页, 2/4, （二）, 之二, （下）."""

from __future__ import annotations

import re
from typing import NamedTuple

from flows.numerals import fold
from flows.numerals import number as number_of

NUMERAL = r"(?:\d{1,4}|[一二三四五六七八九十]{1,3})"
MOST_PAGES = 500
"""A number of a page above this is not believed; the longest speeches fill tens of pages."""
LAST = 0
"""The number of a part that is only said to be the last: （下）."""
_OPEN, _CLOSE = r"[\s_(（\[【—-]{0,3}", r"[)）\]】]{0,2}$"
_PAGE = re.compile(
    rf"{_OPEN}(?:第\s?(?P<number>{NUMERAL})\s?页(?:[\s,，/／|(（]{{0,3}}共\s?(?P<count>{NUMERAL})\s?页)?"
    rf"|第?(?P<nth>{NUMERAL})[/／](?P<of>{NUMERAL})页){_CLOSE}"
    r"|\s?[(（\[【]\s?(?P<one>\d{1,2})\s?[/／]\s?(?P<all>\d{1,2})\s?[)）\]】]$"
)
_PART = re.compile(
    r"\s?(?:[(（\[【]\s?(?P<number>\d{1,2}|[一二三四五六七八九十]{1,2})\s?[)）\]】]|之(?P<nth>[一二三四五六七八九十])"
    r"|[(（\[【](?P<volume>[上中下])[篇]?[)）\]】]|_(?P<one>\d{1,2})"
    rf"|第(?P<section>{NUMERAL})部分| [-—–] ?(?P<dash>\d{{1,2}}))$"
)
_BARE = re.compile(
    rf"[\[(（【]?(?:第\s?(?P<number>{NUMERAL})\s?页|(?:页码\s?[:：]\s?)?(?P<nth>\d{{1,3}})\s?[/／]\s?(?P<of>\d{{1,3}})"
    r"|[-－—–~·•]{1,3}\s?(?P<foot>\d{1,3})\s?[-－—–~·•]{1,3}|[Pp](?:age|AGE)\s?(?P<page>\d{1,3}))[\])）】]?"
)
_VOLUMES = {"上": 1, "中": 2, "下": LAST}


class Mark(NamedTuple):
    """A title less what it says of its part; the part's number, of how many (0: not told); and whether it
    speaks of pages. What does not may number the speeches of a series."""

    title: str
    number: int
    of: int
    certain: bool


def mark(title: str) -> Mark | None:
    """What a title says of which part of a text it heads; None where it says nothing.

    >>> mark("在全县大会上的讲话（第2页 共4页）")
    Mark(title='在全县大会上的讲话', number=2, of=4, certain=True)
    >>> mark("在全县大会上的讲话（二）").number, mark("在全县大会上的讲话（下）").number == LAST
    (2, True)
    >>> mark("在全县大会上的讲话 - 2").number, mark("在全县大会上的讲话第三部分").number
    (2, 3)
    >>> mark("关于2011 - 12月工作的讲话"), mark("在大会上的讲话 - 2012")
    (None, None)
    >>> mark("在全县大会上的讲话（2012）"), mark("在大会上的讲话（4/2）")
    (None, None)
    """
    for form in (_PAGE, _PART):
        found = form.search(title)
        if found and (rest := title[: found.start()].strip()):
            said = [text for text in found.groups() if text]
            number, count = _VOLUMES.get(said[0], value(said[0])), value(said[1]) if said[1:] else 0
            return Mark(rest, number, count, form is _PAGE) if fits(number or 1, count) else None
    return None


def bare(title: str) -> str:
    """A title without what it says of a part, certain or not.

    >>> bare("在全县大会上的讲话（二）"), bare("在全县大会上的讲话")
    ('在全县大会上的讲话', '在全县大会上的讲话')
    """
    said = mark(title)
    return said.title if said else title


def hint(line: str) -> tuple[int, int] | None:
    """Number and count (0: not told) of a line that is a page's mark and nothing else; None of another.

    >>> hint("第2页"), hint("2/4"), hint("- 2 -"), hint("二○○五年")
    ((2, 0), (2, 4), (2, 0), None)
    """
    found = _BARE.fullmatch(line.strip())
    said = [value(text) for text in found.groups() if text] if found else [0]
    return (said[0], sum(said[1:])) if fits(said[0], sum(said[1:])) else None


def fits(number: int, count: int) -> bool:
    """Whether there can be a page of this number, of so many (0: not told).

    >>> fits(2, 4), fits(2, 0), fits(4, 2)
    (True, True, False)
    """
    return 1 <= number <= (count or MOST_PAGES) <= MOST_PAGES


def value(numeral: str) -> int:
    """What a number says; 0 where it is none.

    >>> [value(numeral) for numeral in ("三", "十", "十二", "二十", "二十三", "7", "下")]
    [3, 10, 12, 20, 23, 7, 0]
    """
    return number_of(fold(numeral)) or 0

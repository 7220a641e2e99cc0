"""What tells that a page goes on where another ends, though no address says so."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import combinations
from typing import NamedTuple

from flows.resources import reference
from flows.stitch import series
from flows.stitch.likely import gain
from flows.stitch.overlaps import overlap
from flows.stitch.seam import ends, runs_on

PROOF = 30.0
"""What an overlap counts; nothing else at a seam comes near."""
_SLOPE, _CHANCE = 0.7, 2.0
"""What makes of a gain (see likely.py) the ln of how much oftener true neighbours have it than chance ones: a
straight line from -5 to 12, by 8,000 of the one and 22,000 of the other (see series.py)."""
_LEAST, _MOST = -5.0, 6.0
"""Rarer seams were not seen often enough to count more."""
_COPY_LEAST = 200
"""Letters of a copy; closing words are shorter, and many speeches share them."""
_COPY_SHARE = 0.8
"""Part of the longer page that the run of letters both have must fill: sites add lines at the edges."""
_NAMED_OFTEN = 3
"""A place named so often is what a speech is about."""
_PROVINCE, _COUNTY = "1", "3"
"""Ranks in the list of places."""
_LONGEST_NAME = 15
_PLACE_ENDS = "省市县区旗州盟"
_NUMBER = r"[〇○零一二三四五六七八九十\d]"
_WHEN = re.compile(rf"(?:19|20)\d\d年|[一二][〇○零一二三四五六七八九]{{3}}年|第{_NUMBER}{{1,3}}届.{{0,12}}次")
_NOT_LETTERS = re.compile(r"[\W_]+")


class _Unit(NamedTuple):
    """A province, prefecture or county, and the years in which it was called so."""

    code: str
    rank: str
    province: str
    prefecture: str
    first: int
    last: int


def letters(text: str) -> str:
    """The text without punctuation and white space.

    >>> letters("同志们：\\n今天，３．5%。")
    '同志们今天35'
    """
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text))


def weight(before: str, after: str) -> float:
    """What speaks for ``after`` being what follows ``before``: by how much likelier the seam is among true
    neighbours than among chance ones (natural-log units), or :data:`PROOF` where it repeats its end.

    >>> weight("今年要全力抓好招商引", "资工作。") > 3, weight("今年要开好局、起好步。", "各位代表，")
    (True, 0.0)
    >>> weight("（一）修路。", "（二）架桥。") > 2, weight("（一）修路。", "（五）架桥。") < -2
    (True, True)
    """
    if overlap(before, after):
        return PROOF
    if not before.strip() or not after.strip():
        return 0.0
    return _seam(before, after) + series.told(before, after)


def _seam(before: str, after: str) -> float:
    """What the characters that meet tell. Where a sentence ends only what can't begin a line tells
    something."""
    if ends(before) and not runs_on(before, after):
        return max(_LEAST, min(0.0, _SLOPE * gain("\n", after)))
    return max(_LEAST, min(_MOST, _SLOPE * gain(before, after) - _CHANCE))


def copied(one: str, other: str) -> bool:
    """Whether two pages are one, letter by letter, but for what a site added at the edges.

    Near copies do not show it: two counties' speeches from one template are such.

    >>> tasks = [f"第{n}项任务，投资{n * n}万元。" for n in range(30)]
    >>> copied("".join(tasks), " ".join(tasks) + "返回首页"), copied("".join(tasks), "".join(tasks[10:]))
    (True, False)
    """
    one, other = sorted((letters(one), letters(other)), key=len)
    middle = len(one) // 2
    at = other.find(one[middle - _COPY_LEAST // 4 : middle + _COPY_LEAST // 4])
    if len(one) < _COPY_LEAST or at < 0:
        return False
    start, offset = middle - _COPY_LEAST // 4, at - (middle - _COPY_LEAST // 4)
    end = start
    while start > 0 and start + offset > 0 and one[start - 1] == other[start - 1 + offset]:
        start -= 1
    while end < len(one) and end + offset < len(other) and one[end] == other[end + offset]:
        end += 1
    return end - start >= _COPY_SHARE * len(other)


def names_its_occasion(title: str) -> bool:
    """Whether a title says both where and when, so that no other speech is likely to have it.

    A name that several places have at one time says where only beside its province or prefecture.

    >>> names_its_occasion("2012年浙江省政府工作报告"), names_its_occasion("在全县经济工作会议上的讲话")
    (True, False)
    >>> names_its_occasion("2012年朝阳区政府工作报告"), names_its_occasion("2012年长春市朝阳区政府工作报告")
    (False, True)
    """
    title = unicodedata.normalize("NFKC", title)
    if not _WHEN.search(title):
        return False
    named = places(title)
    if not named:
        return any(name in title for name in _provinces())
    finest = max(_names()[name] for name in named)
    return any(_is_one_unit(name, title) for name in named if _names()[name] == finest)


def _is_one_unit(name: str, title: str) -> bool:
    """Whether only one place has a name, or only one of those whose prefecture or province stands beside."""
    units = _units()[name]
    if _one_at_a_time(units):
        return True
    beside = [unit for unit in units if unit.prefecture and unit.prefecture in title]
    beside = beside or [unit for unit in units if unit.province and unit.province[:2] in title]
    return bool(beside) and _one_at_a_time(beside)


def _one_at_a_time(units: list[_Unit]) -> bool:
    return not any(
        one.code != other.code and one.first <= other.last and other.first <= one.last
        for one, other in combinations(units, 2)
    )


def places(text: str) -> Counter[str]:
    """How often a text names which provinces, prefectures and counties, by their full names.

    >>> places("浙江省的永嘉县是全县的县")
    Counter({'浙江省': 1, '永嘉县': 1})
    """
    found: Counter[str] = Counter()
    names = _names()
    for ending in _PLACE_ENDS:
        at = text.find(ending)
        while at >= 0:
            for size in range(3, _LONGEST_NAME + 1):
                if (name := text[max(0, at + 1 - size) : at + 1]) in names:
                    found[name] += 1
                    break
            at = text.find(ending, at + 1)
    return found


def elsewhere(one: Counter[str], other: Counter[str]) -> bool:
    """Whether two texts are about places of one rank that the other never names.

    >>> here, there = Counter({"永嘉县": 4}), Counter({"昌图县": 3})
    >>> elsewhere(here, there), elsewhere(here, Counter())
    (True, False)
    """
    ranks = _names()
    for rank in set(ranks.values()):
        mine, its = (
            [(n, name) for name, n in named.items() if ranks[name] == rank and n >= _NAMED_OFTEN]
            for named in (one, other)
        )
        if mine and its and max(mine)[1] not in other and max(its)[1] not in one:
            return True
    return False


def other_counties(one: Counter[str], other: Counter[str]) -> bool:
    """Whether each of two texts names one county, not the same, and neither another nor a prefecture: under
    a title that many speeches have these are two counties' from one template.

    >>> other_counties(Counter({"永嘉县": 1}), Counter({"昌图县": 2})), other_counties(Counter(), Counter())
    (True, False)
    """
    ranks = _names()
    below = [[name for name in named if ranks[name] != _PROVINCE] for named in (one, other)]
    alone = all(len(only) == 1 and ranks[only[0]] == _COUNTY for only in below)
    return alone and below[0] != below[1]


@cache
def _names() -> dict[str, str]:
    """Full names of three letters and more, and their rank."""
    return {name: units[-1].rank for name, units in _units().items()}


@cache
def _units() -> dict[str, list[_Unit]]:
    found: dict[str, list[_Unit]] = {}
    with reference("places/divisions.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if len(row["name"]) > 2:
                years = int(row["first_year"]), int(row["last_year"])
                unit = _Unit(row["adcode"], row["rank"], row["province"], row["prefecture"], *years)
                found.setdefault(row["name"], []).append(unit)
    return found


@cache
def _provinces() -> frozenset[str]:
    return frozenset(name[:2] for name, rank in _names().items() if rank == "1")

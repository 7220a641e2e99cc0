"""The divisions of China as stretches of time, and which of them are one place through its changes."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from flows.resources import reference

FIRST_YEAR, LAST_YEAR = 1980, 2025
"""The years the data cover; these two mean "or earlier" and "or later"."""
PROVINCE, PREFECTURE, COUNTY = 1, 2, 3
Span = tuple[int, int]
"""First and last year."""

_SUFFIX = re.compile(r"(特别行政区|自治区|自治州|自治县|自治旗|林区|矿区|地区|新区|省|市|盟|州|县|区|旗)$")
_PEOPLES = (
    "蒙古|哈萨克|柯尔克孜|维吾尔|土家|达斡尔|鄂伦春|鄂温克|保安|撒拉|东乡|锡伯|塔吉克|傈僳|景颇|布依|哈尼|拉祜|仡佬|仫佬"
    "|毛南|朝鲜|纳西|普米|布朗|独龙|裕固|各|满|回|苗|侗|瑶|壮|彝|藏|羌|傣|佤|白|怒|黎|畲|水|土"
)
_PEOPLE = re.compile(rf"(?:(?:{_PEOPLES})族|蒙古|哈萨克|柯尔克孜|维吾尔)$")


class Period(NamedTuple):
    """A stretch of years in which a place's code, name and superiors stayed the same."""

    adcode: str
    name: str
    rank: int
    province: str
    prefecture: str
    first: int
    last: int

    def meets(self, first: int, last: int) -> bool:
        """Whether it held in any of these years."""
        return meets((self.first, self.last), (first, last))


def meets(life: Span, years: Span) -> bool:
    """Whether a state held in any of the years. The lists show the end of a year, so that in the year
    of a change the old state held too.

    >>> meets((1999, 2010), (2011, 2012)), meets((1999, 2010), (2012, 2025))
    (True, False)
    >>> meets((2015, 2025), (2026, 2026))
    True
    """
    first = 0 if life[0] <= FIRST_YEAR else life[0]
    last = 9999 if life[1] >= LAST_YEAR else life[1] + 1
    return first <= years[1] and years[0] <= last


@cache
def short_name(name: str) -> str:
    """A division's name less its kind and its peoples, two characters at least.

    >>> [short_name(n) for n in ("昌图县", "恩施土家族苗族自治州", "内蒙古自治区", "易县")]
    ['昌图', '恩施', '内蒙古', '易县']
    """
    short = _SUFFIX.sub("", name)
    if short == name or len(short) < 2:
        return name
    while (less := _PEOPLE.sub("", short)) != short and len(less) >= 2:
        short = less
    return short


def lineages(periods: Iterable[Period]) -> list[list[Period]]:
    """Groups periods that are one place: same short name or same code, in following years.

    Codes before 1990 were given anew several times, so there only the name counts.
    """
    groups: list[list[Period]] = []
    by_key: dict[tuple[int, str, str], list[list[Period]]] = defaultdict(list)
    for p in sorted(periods, key=attrgetter("rank", "first", "adcode")):
        bearers = by_key[p.rank, p.province, short_name(p.name)], by_key[p.rank, p.province, p.adcode]
        looked = bearers if p.first > 1990 else bearers[:1]
        before = {id(g): g for groups_of in looked for g in groups_of if g[-1].last + 1 == p.first}
        if len(before) == 1:
            (group,) = before.values()
            group.append(p)
        else:
            group = [p]
            groups.append(group)
        for groups_of in bearers:
            if not any(group is g for g in groups_of):
                groups_of.append(group)
    return groups


def periods() -> Iterator[Period]:
    """Every row of divisions.csv."""
    for adcode, name, rank, province, prefecture, first, last in rows("divisions.csv"):
        yield Period(adcode, name, int(rank), province, prefecture, int(first), int(last))


def rows(table: str) -> Iterator[list[str]]:
    """The rows of a table of places below its header."""
    with reference(f"places/{table}").open(encoding="utf-8", newline="") as file:
        found = csv.reader(file)
        next(found)
        yield from found

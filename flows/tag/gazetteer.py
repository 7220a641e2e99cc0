"""The places of China, their names over time, and where a text names them.

A *place* is one administrative unit through its changes of code, name and superior: 昌图县 of 1980
(212124, 铁岭地区) and of today (211224, 铁岭市) are one. Data: ``data/reference/places/README.md``.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

import ahocorasick

from flows.resources import reference

FIRST_YEAR, LAST_YEAR = 1980, 2025
"""The years the data cover; these two mean "or earlier" and "or later"."""
PROVINCE, PREFECTURE, COUNTY = 1, 2, 3
Span = tuple[int, int]
"""First and last year."""

_SUFFIX = re.compile(r"(特别行政区|自治区|自治州|自治县|自治旗|林区|矿区|地区|新区|省|市|盟|州|县|区|旗)$")
_GENERIC = frozenset(kind + "区" for kind in "市城新郊矿东西南北中老林一二三四")
"""Districts whose name says no more than where in the city they lie."""
TOWN_KINDS = ("街道", "苏木", "镇", "乡")
_TOWN_SUFFIX = re.compile(f"({'|'.join(TOWN_KINDS)})$")
_PEOPLES = (
    "蒙古|哈萨克|柯尔克孜|维吾尔|土家|达斡尔|鄂伦春|鄂温克|保安|撒拉|东乡|锡伯|塔吉克|傈僳|景颇|布依|哈尼|拉祜|仡佬|仫佬"
    "|毛南|朝鲜|纳西|普米|布朗|独龙|裕固|各|满|回|苗|侗|瑶|壮|彝|藏|羌|傣|佤|白|怒|黎|畲|水|土"
)
_PEOPLE = re.compile(rf"(?:(?:{_PEOPLES})族|蒙古|哈萨克|柯尔克孜|维吾尔)$")


@dataclass(frozen=True, slots=True)
class Period:
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


@dataclass(slots=True)
class Place:
    """A province, prefecture or county with its periods in order of time."""

    id: int
    rank: int
    periods: list[Period]
    parents: dict[int, Span] = field(default_factory=dict)
    """Prefectures and provinces it has been under, and when."""

    @property
    def municipality(self) -> bool:
        """A city that is a province (直辖市)."""
        return self.rank == PROVINCE and self.periods[-1].name.endswith("市")


@dataclass(slots=True)
class Name:
    """One written form and what it may stand for."""

    surface: str
    full: dict[int, Span] = field(default_factory=dict)
    """Places whose official name, or name with its kind (恩施州), it is, and when."""
    short: dict[int, Span] = field(default_factory=dict)
    """Places it names without saying what kind of place they are, and when."""
    towns: set[int] = field(default_factory=set)
    """Counties (or prefectures without counties) that have a town of this name."""
    town_short: bool = False
    """It leaves the town's 镇, 乡 or 街道 out."""
    foreign: int = 0
    """In how many of the counted reports it stands where it can't mean the place; see lookalikes.csv."""


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


class Gazetteer:
    """All places and names, and the automaton that finds them in one pass."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.names: dict[str, Name] = {}
        self._by_code: dict[str, list[int]] = defaultdict(list)
        self._load_divisions()
        self._load_towns()
        self._drop_lookalikes()
        self._automaton = ahocorasick.Automaton()
        for surface, name in self.names.items():
            self._automaton.add_word(surface, name)
        self._automaton.make_automaton()

    def hits(self, text: str) -> Iterator[tuple[int, int, Name]]:
        """Every written form in the text as start, end and name, overlapping ones too, by end."""
        for last, name in self._automaton.iter(text):
            yield last + 1 - len(name.surface), last + 1, name

    def province_of(self, place: Place) -> int | None:
        """The province of a place by its newest state; itself for a province."""
        if place.rank == PROVINCE:
            return place.id
        return self._lookup(place.periods[-1].province, PROVINCE, "")

    def _load_divisions(self) -> None:
        periods = [
            Period(r["adcode"], r["name"], int(r["rank"]), r["province"], r["prefecture"], *_years(r))
            for r in _rows("divisions.csv")
        ]
        for lineage in _lineages(periods):
            place = Place(len(self.places), lineage[0].rank, lineage)
            self.places.append(place)
            for period in lineage:
                self._by_code[period.adcode].append(place.id)
                self._add_forms(place.id, period)
        self._index = self._index_superiors()
        for place in self.places:
            for p in place.periods:
                for above in (
                    self._lookup(p.prefecture, PREFECTURE, p.province),
                    self._lookup(p.province, PROVINCE),
                ):
                    if above is not None:
                        _extend(place.parents, above, p)

    def _add_forms(self, place: int, period: Period) -> None:
        name = period.name
        if name not in _GENERIC:
            _extend(self._name(name).full, place, period)
        short = short_name(name)
        if short == name:
            return
        _extend(self._name(short).short, place, period)
        for long, kind in (("自治州", "州"), ("自治县", "县"), ("自治旗", "旗")):
            if name.endswith(long):
                _extend(self._name(short + kind).full, place, period)

    def _name(self, surface: str) -> Name:
        return self.names.setdefault(surface, Name(surface))

    def _drop_lookalikes(self) -> None:
        """Notes how often a form is something else, and leaves out those that nearly always are (资源)."""
        for row in _rows("lookalikes.csv"):
            name = self.names.get(row["name"])
            if name is None:
                continue
            name.foreign = int(row["reports"])
            large = any(self.places[i].rank < COUNTY and last >= _GONE for i, (_, last) in name.short.items())
            if name.foreign >= MOST_FOREIGN and not large and not name.full:
                del self.names[name.surface]

    def _index_superiors(self) -> dict[tuple[str, int, str], int]:
        index = {}
        for place in self.places:
            if place.rank < COUNTY:
                for p in place.periods:
                    index[p.name, place.rank, p.province] = place.id
        return index

    def _lookup(self, name: str, rank: int, province: str = "") -> int | None:
        return self._index.get((name, rank, province))

    def _load_towns(self) -> None:
        for row in _rows("towns.csv"):
            code, town = row["county_adcode"], row["town"]
            places = self._by_code.get(code) or self._by_code.get(code[:4] + "00")
            if not places:
                continue
            self._name(town).towns.add(places[-1])
            short = _TOWN_SUFFIX.sub("", town)
            if len(short) >= SHORTEST_TOWN and short not in self.names:
                self._name(short).town_short = True
            if short in self.names and self.names[short].town_short:
                self.names[short].towns.add(places[-1])


MOST_FOREIGN = 100
"""A form seen in more of the 602 counted reports where it can't be the place is not looked for."""
_GONE = 2000
"""A prefecture given up before (惠民地区) is no reason to look for a word (惠民)."""
SHORTEST_TOWN = 3
"""A town's name without 镇 is looked for if it has at least three characters: 八面城, not 和平."""


def _lineages(periods: Iterable[Period]) -> list[list[Period]]:
    """Groups periods that are one place: same short name or same code, in following years.

    Codes before 1990 were given anew several times, so there only the name counts.
    """
    groups: list[list[Period]] = []
    by_key: dict[tuple[int, str, str], list[list[Period]]] = defaultdict(list)
    for p in sorted(periods, key=lambda p: (p.rank, p.first, p.adcode)):
        keys = [(p.rank, p.province, short_name(p.name))]
        if p.first > 1990:
            keys.append((p.rank, p.province, p.adcode))
        before = [g for key in keys for g in by_key[key] if g[-1].last + 1 == p.first]
        if len({id(g) for g in before}) == 1:
            group = before[0]
            group.append(p)
        else:
            group = [p]
            groups.append(group)
        for key in ((p.rank, p.province, short_name(p.name)), (p.rank, p.province, p.adcode)):
            if not any(group is g for g in by_key[key]):
                by_key[key].append(group)
    return groups


def _extend(links: dict[int, Span], place: int, period: Period) -> None:
    first, last = links.get(place, (period.first, period.last))
    links[place] = min(first, period.first), max(last, period.last)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with reference(f"places/{name}").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(line for line in file if not line.startswith("#"))


def _years(row: dict[str, str]) -> tuple[int, int]:
    return int(row["first_year"]), int(row["last_year"])


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer, loaded once a process."""
    return Gazetteer()

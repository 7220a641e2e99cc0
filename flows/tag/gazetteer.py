"""The places of China, their names over time, and where a text names them.

A *place* is one administrative unit through its changes of code, name and superior: 昌图县 of 1980
(212124, 铁岭地区) and of today (211224, 铁岭市) are one. Data: ``data/reference/places/README.md``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import ahocorasick

from flows.tag.boundary import phrases
from flows.tag.divisions import (
    COUNTY,
    FIRST_YEAR,
    LAST_YEAR,
    PREFECTURE,
    PROVINCE,
    Period,
    Span,
    lineages,
    meets,
    periods,
    rows,
    short_name,
)
from flows.tag.names import TOWN_KINDS, Name, Names

__all__ = [
    "COUNTY",
    "FIRST_YEAR",
    "LAST_YEAR",
    "PREFECTURE",
    "PROVINCE",
    "TOWN_KINDS",
    "Gazetteer",
    "Name",
    "Period",
    "Place",
    "Span",
    "gazetteer",
    "meets",
    "short_name",
]

_GENERIC = frozenset(kind + "区" for kind in "市城新郊矿东西南北中老林一二三四")
"""Districts whose name says no more than where in the city they lie."""
MOST_FOREIGN = 100
"""A form seen in more of the 602 counted reports where it can't be the place is not looked for."""
_GONE = 2000
"""A prefecture given up before (惠民地区) is no reason to look for a word (惠民)."""
_LIKE_WORDS = ("城镇", "村镇", "城乡")
"""A town of three characters that ends so is cut out of 人口|向城镇|转移 far more often than it is named."""


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


class Gazetteer:
    """All places and names, and the automaton that finds them in one pass."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self._divisions: dict[str, Name] = {}
        self._by_code: dict[str, int] = {}
        """The newest place that bore a code."""
        self._load_divisions()
        self.merged = self._load_merged()
        """The places given up that were merged into a place: 浦东新区 holds 南汇区."""
        foreign = {name: int(reports) for name, reports in rows("lookalikes.csv")}
        self.names = Names(self._divisions, self._load_towns(), foreign)
        self.names.leave_out(s for s, n in foreign.items() if n >= MOST_FOREIGN and not self._kept(s))
        self.names.leave_out(phrases())
        self._automaton = ahocorasick.Automaton()
        for surface in self.names:
            self._automaton.add_word(surface, surface)
        self._automaton.make_automaton()

    def hits(self, text: str) -> Iterator[tuple[int, int, Name]]:
        """Every written form in the text as start, end and name, overlapping ones too, by end."""
        for last, surface in self._automaton.iter(text):
            yield last + 1 - len(surface), last + 1, self.names[surface]

    def province_of(self, place: Place) -> int | None:
        """The province of a place by its newest state; itself for a province."""
        if place.rank == PROVINCE:
            return place.id
        return self._index.get((place.periods[-1].province, PROVINCE, ""))

    def _load_divisions(self) -> None:
        for lineage in lineages(periods()):
            place = Place(len(self.places), lineage[0].rank, lineage)
            self.places.append(place)
            for period in lineage:
                self._by_code[period.adcode] = place.id
                self._add_forms(place.id, period)
        self._index = {
            (p.name, place.rank, p.province): place.id
            for place in self.places
            if place.rank < COUNTY
            for p in place.periods
        }
        for place in self.places:
            for p in place.periods:
                for key in ((p.prefecture, PREFECTURE, p.province), (p.province, PROVINCE, "")):
                    if key in self._index:
                        _extend(place.parents, self._index[key], p)

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
        name = self._divisions.get(surface)
        if name is None:
            name = self._divisions[surface] = Name(surface)
        return name

    def _load_towns(self) -> dict[str, list[int]]:
        """The counties, or the prefectures of development zones, that have a town of each name."""
        towns: dict[str, list[int]] = defaultdict(list)
        for code, town, _, _ in rows("towns.csv"):
            place = self._by_code.get(code)
            if place is None:
                place = self._by_code.get(code[:4] + "00")
            if place is not None and not (len(town) == 3 and town.endswith(_LIKE_WORDS)):
                towns[town].append(place)
        return towns

    def _load_merged(self) -> dict[int, list[int]]:
        ids = {(p.adcode, p.name): place.id for place in self.places for p in place.periods}
        merged: dict[int, list[int]] = defaultdict(list)
        for _, _, code, name, new_code, new_name in rows("successors.csv"):
            old, new = ids.get((code, name)), ids.get((new_code, new_name))
            if old is not None and new is not None and old != new:
                merged[new].append(old)
        return merged

    def _kept(self, surface: str) -> bool:
        """Whether a form that nearly always is something else (资源) is looked for all the same."""
        name = self._divisions.get(surface)
        if name is None:
            return False
        large = any(self.places[i].rank < COUNTY and last >= _GONE for i, (_, last) in name.short.items())
        return large or bool(name.full)


def _extend(links: dict[int, Span], place: int, period: Period) -> None:
    first, last = links.get(place, (period.first, period.last))
    links[place] = min(first, period.first), max(last, period.last)


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer, loaded once a process."""
    return Gazetteer()

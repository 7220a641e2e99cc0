"""Which place a speech is about, from all the places it names.

Each written form votes once, with the logarithm of how often it stands in which role; a form that fits
several places votes for each in proportion to what else speaks for its superiors. A place gathers the
votes of its own names and of the distinct places within it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log2

from flows.tag.gazetteer import (
    COUNTY,
    PREFECTURE,
    PROVINCE,
    TOWN_KINDS,
    Gazetteer,
    Name,
    Span,
    gazetteer,
    meets,
)
from flows.tag.mentions import Mention

ROLE_WEIGHT = {"strong": 6.0, "self": 2.0, "plain": 1.0, "listed": 0.3, "other": 0.15}
ROLE_WITHIN = {"strong": 1.0, "self": 1.0, "plain": 1.0, "listed": 1.0, "other": 0.15}
"""What a mention counts for the place itself, and for the one it lies in: own places come in lists."""
TITLE_WEIGHT = 3.0
OWN_NAME = 2.0
"""A place's own name counts so many times as much as the name of a place within it."""
SHORT_WITHIN, TOWN_WITHIN, TOWN_SHORT_WITHIN = 0.7, 0.8, 0.6
"""What the short name of a division, a town, and a town without 镇 count within, to 1 for a full name."""
LOOKALIKE_HALF = 4.0
"""A form that stood for something else in so many of the counted reports counts half."""
PARENT_BONUS = 1.0
NO_SPEECHES_FROM = ("71", "81", "82")
"""Taiwan, Hong Kong and Macau: named everywhere, and not governed by the offices this archive is about."""
PROVINCE_NAMESAKE = 0.3
"""吉林 and 海南 are a province far more often than the prefecture of that name."""
OBSOLETE_BEFORE = 2000
"""With no date known, a name or a superior given up by then counts only where there is no newer one: few
speeches on the net are older."""


@dataclass(slots=True)
class Votes:
    """All mentions of one written form."""

    name: Name
    mass: float = 0.0
    mass_within: float = 0.0
    mentions: list[Mention] = field(default_factory=list)
    superior: bool = False
    """It stands at least once where :class:`Mention` says so."""
    own: bool = False
    """It stands at least once where a speaker names his own place."""


@dataclass(slots=True)
class Score:
    """What speaks for one place."""

    direct: float = 0.0
    mass: float = 0.0
    """How often it is named itself, each mention by its role."""
    within: float = 0.0
    children: int = 0
    """Distinct places within that are named and fit no better elsewhere."""
    parent: float = 0.0
    own: bool = False
    full: bool = False
    votes: list[tuple[float, Votes]] = field(default_factory=list)

    @property
    def total(self) -> float:
        """All that speaks for the place, its superior too."""
        return self.direct + self.within + self.parent


class Scores:
    """Scores of every place that a text may be about, by rank."""

    def __init__(self, found: Iterable[Mention], years: tuple[int, int] | None) -> None:
        self.places: Gazetteer = gazetteer()
        self.years = years
        self.votes = _votes(found)
        self.provinces: dict[int, Score] = defaultdict(Score)
        self.prefectures: dict[int, Score] = defaultdict(Score)
        self.counties: dict[int, Score] = defaultdict(Score)
        self._best_city = 0.0
        self._score_provinces()
        self._best_province = _highest(self.provinces)
        self._score_prefectures()
        self._best_city = _highest(self.prefectures)
        self._score_counties()

    def candidates(self, name: Name, rank: int) -> list[int]:
        """The places of a rank that bore this name at the time of the speech."""
        links = (*name.full.items(), *name.short.items())
        return [i for i in self._of_the_time(links) if self.places.places[i].rank == rank]

    def _of_the_time(self, links: Iterable[tuple[int, Span]]) -> list[int]:
        """Those that held in the years of the speech; with no years known, the newer ones if any."""
        links = list(links)
        if self.years is not None:
            return [i for i, span in links if meets(span, self.years)]
        return [i for i, span in links if span[1] >= OBSOLETE_BEFORE] or [i for i, _ in links]

    def _score_provinces(self) -> None:
        for v in self.votes:
            for province in self._provinces(v):
                self._add_direct(self.provinces[province], v, 1.0)
            below = self._below(v)
            owners = {self.places.province_of(self.places.places[place]) for place in below}
            owner = owners.pop() if len(owners) == 1 else None
            if owner is not None:
                score = self.provinces[owner]
                prefecture = any(self.places.places[p].rank == PREFECTURE for p in below)
                self._add_within(score, v, SHORT_WITHIN if prefecture else 0.5 * _worth(v.name))

    def _provinces(self, v: Votes) -> list[int]:
        return [p for p in self.candidates(v.name, PROVINCE) if not self._not_governed(p)]

    def _not_governed(self, province: int) -> bool:
        return self.places.places[province].periods[-1].adcode[:2] in NO_SPEECHES_FROM

    def _below(self, v: Votes) -> list[int]:
        if self.candidates(v.name, PROVINCE):
            return []
        ranked = self.candidates(v.name, PREFECTURE) or self.candidates(v.name, COUNTY)
        return ranked or self._towns(v.name)

    def _towns(self, name: Name) -> list[int]:
        """The counties that have a town of this name, and those given up since the speech that had it."""
        towns = list(name.towns)
        if self.years is None:
            return towns
        before = (b for t in towns for b in self.places.merged.get(t, ()))
        held = (b for b in before if self.places.places[b].periods[-1].last + 1 >= self.years[0])
        return towns + [b for b in held if self.places.places[b].rank == COUNTY]

    def _score_prefectures(self) -> None:
        for v in self.votes:
            direct = self.candidates(v.name, PREFECTURE)
            direct += [p for p in self.candidates(v.name, PROVINCE) if self.places.places[p].municipality]
            ambiguous = not v.name.full and any(
                not self.places.places[p].municipality for p in self._provinces(v)
            )
            for place, share in self._shares(direct).items():
                self._add_direct(
                    self.prefectures[place], v, share * (PROVINCE_NAMESAKE if ambiguous else 1.0)
                )
        for v in self.votes:
            if not self.candidates(v.name, PREFECTURE) and not self.candidates(v.name, PROVINCE):
                below = self.candidates(v.name, COUNTY) or self._towns(v.name)
                above = {p for place in below for p in self.cities_over(place)}
                for place, share in self._shares(above).items():
                    self._add_within(self.prefectures[place], v, share * _worth(v.name))
        for place, score in self.prefectures.items():
            province = self.places.province_of(self.places.places[place])
            if province is not None and province != place and self.provinces[province].direct > 0:
                score.parent = PARENT_BONUS * min(1.0, self.provinces[province].direct / 2)

    def cities_over(self, place: int) -> list[int]:
        """The prefectures, or the municipality, that a county has been under; a prefecture itself."""
        if self.places.places[place].rank == PREFECTURE:
            return [place]
        above = self._of_the_time(self.places.places[place].parents.items())
        found = [p for p in above if self.places.places[p].rank == PREFECTURE]
        return found or [p for p in above if self.places.places[p].municipality]

    def _score_counties(self) -> None:
        for v in self.votes:
            for place, share in self._shares(self.candidates(v.name, COUNTY)).items():
                self._add_direct(self.counties[place], v, share * _shape(v.name))
        for v in self.votes:
            towns = [t for t in self._towns(v.name) if self.places.places[t].rank == COUNTY]
            for place, share in self._shares(towns).items():
                self._add_within(self.counties[place], v, share * 1.5 * _worth(v.name))
        for place, score in self.counties.items():
            over = [self._direct_apart(p, place) for p in self.cities_over(place)]
            score.parent = PARENT_BONUS * min(1.0, max(over, default=0.0) / 2)

    def _direct_apart(self, prefecture: int, county: int) -> float:
        """What names a prefecture without naming its county (安阳 may be either)."""
        if prefecture not in self.prefectures:
            return 0.0
        votes = ((w, v.name) for w, v in self.prefectures[prefecture].votes)
        return sum(
            w for w, n in votes if county not in n.short and (prefecture in n.full or prefecture in n.short)
        )

    def _shares(self, places: Iterable[int]) -> dict[int, float]:
        """How a form that fits several places is shared out among them."""
        prior = {p: 0.05 + self._support(p) for p in places}
        total = sum(prior.values())
        return {p: w / total for p, w in prior.items()} if total else {}

    def _support(self, place: int) -> float:
        """What speaks for a place's superiors, from 0 to 2."""
        province = self.places.province_of(self.places.places[place])
        support = self.provinces[province].total / self._best_province if province in self.provinces else 0.0
        if self.places.places[place].rank == COUNTY and self._best_city:
            cities = [self.prefectures[c].total for c in self.cities_over(place) if c in self.prefectures]
            support += max(cities, default=0.0) / self._best_city
        return support

    @staticmethod
    def _add_direct(score: Score, v: Votes, share: float) -> None:
        vote = OWN_NAME * log2(1 + v.mass * share)
        score.direct += vote
        score.mass += v.mass * share
        score.own = score.own or v.own
        score.full = score.full or bool(v.name.full)
        score.votes.append((vote, v))

    @staticmethod
    def _add_within(score: Score, v: Votes, worth: float) -> None:
        vote = worth * min(1.6, 0.6 + 0.4 * log2(1 + v.mass_within))
        score.within += vote
        score.children += worth >= 0.3
        score.votes.append((vote, v))


def _highest(scores: dict[int, Score]) -> float:
    return max((s.total for s in scores.values()), default=0.0) or 1.0


def _votes(found: Iterable[Mention]) -> list[Votes]:
    by_form: dict[str, Votes] = {}
    for m in found:
        v = by_form.setdefault(m.name.surface, Votes(m.name))
        v.mass += ROLE_WEIGHT[m.role] * (TITLE_WEIGHT if m.field == "title" else 1.0)
        v.mass_within += ROLE_WITHIN[m.role]
        v.mentions.append(m)
        v.own = v.own or m.role in ("self", "strong")
        v.superior = v.superior or m.superior
    for short in [v for v in by_form.values() if v.name.town_short]:
        long = next((by_form[f] for k in TOWN_KINDS if (f := short.name.surface + k) in by_form), None)
        if long is not None:  # 老四平 and 老四平镇 are one town
            long.mass += short.mass
            long.mass_within += short.mass_within
            long.mentions += short.mentions
            del by_form[short.name.surface]
    return list(by_form.values())


def _worth(name: Name) -> float:
    """What a form counts as the name of a place within another."""
    if name.full:
        return _shape(name)
    kind = SHORT_WITHIN if name.short else TOWN_SHORT_WITHIN if name.town_short else TOWN_WITHIN
    return kind * _shape(name)


def _shape(name: Name) -> float:
    """How sure a form is to be a name at all."""
    return 1 / (1 + name.foreign / LOOKALIKE_HALF)

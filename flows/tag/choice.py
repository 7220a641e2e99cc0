"""Level and region together: what the speaker calls his place, and what places are named, must agree.

Every answer worth weighing (``hypotheses.py``) gets a probability from the weights in
``data/reference/places/weights.csv``; what is claimed is at least as likely as LEVEL_SURE or
REGION_SURE says.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from math import exp

from flows.records import Level
from flows.resources import reference
from flows.tag.gazetteer import COUNTY, PREFECTURE, PROVINCE
from flows.tag.hypotheses import NATION, Hypothesis, hypotheses
from flows.tag.level import ON_BEHALF_WEIGHT, Units
from flows.tag.region import Scores, Votes

LEVEL_SURE, REGION_SURE = 0.5, 0.5
"""The least probability a level and a region are claimed with."""
MASKED_SURE = 0.8
"""The same for a region where names were taken out: the one that was left is often another's."""
ABOVE_SURE = 0.9
"""The least probability of a province or prefecture that is claimed though the place in it is not known."""
TOWN_MASS, TOWN_CONFIDENCE = 2.0, 0.8
"""A town is claimed if named twice in passing or once as the speaker's own."""
SHOWN_OWN = 3
"""Grounds shown before the superior's name."""
SUPERIOR_CONFIDENCE = 0.8
UNSAID = "the text does not say whom it speaks for"
MOST_SURE = 0.99
"""No tag is surer than this, whatever the weights say."""
_LEVELS: dict[int, Level] = {
    NATION: "national",
    PROVINCE: "province",
    PREFECTURE: "prefecture",
    COUNTY: "county",
}


@dataclass(slots=True)
class Choice:
    """The level and the place, and why."""

    units: tuple[str, ...] = ()
    """The words for the own place that speak for the level."""
    level: Level | None = None
    level_confidence: float = 0.0
    level_reason: str | None = None
    place: int | None = None
    town: str | None = None
    confidence: float = 0.0
    region_reason: str | None = None
    grounds: list[tuple[str, Votes]] = field(default_factory=list)
    """Kind (own, within, superior) and the votes, most telling first."""


def choose(own: Units, scores: Scores, hidden: int, length: int) -> Choice:
    """Level and place of a speech of ``length`` code points with its own-place words, places and masks."""
    special = own.not_ranked()
    if special == "institution":
        reason = "not a place: a ministry, a school, a company or a zone"
        return Choice(("institution",), level_reason=reason, region_reason=reason)
    weighed = _weighed(_spoken_for(own, hypotheses(own, scores, hidden, length)))
    if special == "town":
        return _township(own, scores, weighed, hidden)
    by_rank = {rank: sum(p for h, p in weighed if h.rank == rank) for rank in _LEVELS}
    rank = max(by_rank, key=lambda r: by_rank[r])
    best, sure = max(((h, p) for h, p in weighed if h.rank == rank), key=lambda x: x[1])
    choice = Choice(best.units)
    if by_rank[rank] < LEVEL_SURE:
        choice.level_reason = UNSAID
    else:
        choice.level, choice.level_confidence = _LEVELS[rank], _rounded(by_rank[rank])
    if rank == NATION and choice.level:
        choice.region_reason = "the whole country"
    elif best.place is not None and choice.level and sure >= (MASKED_SURE if hidden else REGION_SURE):
        choice.place, choice.confidence = best.place, _rounded(sure)
        choice.grounds = _grounds(best.place, scores)
    else:
        choice.region_reason = _reason(weighed, hidden)
        _set_above(choice, scores, weighed, hidden)
    return choice


def _spoken_for(own: Units, found: list[Hypothesis]) -> list[Hypothesis]:
    """The answers that agree with whom the speaker says he speaks for; all where he says so of several."""
    units = own.on_behalf()
    if len(units) != 1:
        return found
    # A city that speaks of a county more than of itself has counties, and is none.
    of_itself = own.scores["city"] - ON_BEHALF_WEIGHT
    least = PREFECTURE if "city" in units and own.scores["county"] > of_itself else COUNTY
    return [h for h in found if units & {*h.units} and h.rank <= least]


def _weighed(found: Sequence[Hypothesis]) -> list[tuple[Hypothesis, float]]:
    """Each hypothesis with its probability: softmax of the weighted sums of its features."""
    weights = _weights()
    sums = [sum(weights.get(name, 0.0) * value for name, value in h.features.items()) for h in found]
    highest = max(sums)
    powers = [exp(s - highest) for s in sums]
    total = sum(powers)
    return [(h, p / total) for h, p in zip(found, powers, strict=True)]


@cache
def _weights() -> dict[str, float]:
    with reference("places/weights.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["feature"]: float(row["weight"]) for row in rows}


def _rounded(probability: float) -> float:
    return round(min(MOST_SURE, probability), 2)


def _reason(weighed: Sequence[tuple[Hypothesis, float]], hidden: int) -> str:
    if hidden:
        return "anonymised"
    named = [p for h, p in weighed if h.place is not None]
    unnamed = sum(p for h, p in weighed if h.place is None)
    return "several fit" if sum(named) > unnamed else "no place named"


def _grounds(place: int, scores: Scores) -> list[tuple[str, Votes]]:
    """What speaks for a place: its own name and those within it, most telling first, and its superior's."""
    places = scores.places.places
    pool = {PROVINCE: scores.provinces, PREFECTURE: scores.prefectures, COUNTY: scores.counties}
    found = []
    for _, v in sorted(pool[places[place].rank][place].votes, key=lambda x: -x[0]):
        found.append(("own" if place in v.name.full or place in v.name.short else "within", v))
    above = next((v for v in scores.votes if _names_superior(v, place, scores)), None)
    if above is not None:
        found.insert(min(len(found), SHOWN_OWN), ("superior", above))
    return found


def _names_superior(v: Votes, place: int, scores: Scores) -> bool:
    parents = scores.places.places[place].parents
    return any(i in parents for i in (*v.name.full, *v.name.short)) and place not in v.name.short


def _set_above(
    choice: Choice, scores: Scores, weighed: Sequence[tuple[Hypothesis, float]], hidden: int
) -> None:
    """Where the place is not known, the one it must lie in: its organs are named, or most points there."""
    below = {"township": 4, "county": COUNTY, "prefecture": PREFECTURE}.get(choice.level or "", 0)
    for rank in range(below - 1, 0, -1):
        named = {i: v for v in scores.votes if v.superior for i in scores.candidates(v.name, rank)}
        if len(named) == 1:
            choice.place, votes = named.popitem()
            choice.confidence = SUPERIOR_CONFIDENCE
            choice.grounds.append(("superior", votes))
            return
    if hidden:
        return
    for owner in (_city, _province):
        shares: dict[int | None, float] = {}
        for h, p in weighed:
            place = owner(h, scores)
            shares[place] = shares.get(place, 0.0) + p
        place, share = max(shares.items(), key=lambda x: x[1])
        if place is not None and share >= ABOVE_SURE and (grounds := _grounds_within(place, scores)):
            choice.place, choice.confidence, choice.grounds = place, _rounded(share), grounds
            return


def _city(h: Hypothesis, scores: Scores) -> int | None:
    """The prefecture of a county or of a prefecture, if it is one."""
    if h.place is None or h.rank < PREFECTURE:
        return None
    above = [h.place] if h.rank == PREFECTURE else scores.cities_over(h.place)
    return above[0] if len(above) == 1 and scores.places.places[above[0]].rank == PREFECTURE else None


def _province(h: Hypothesis, scores: Scores) -> int | None:
    return None if h.place is None else scores.places.province_of(scores.places.places[h.place])


def _grounds_within(place: int, scores: Scores) -> list[tuple[str, Votes]]:
    pool = scores.prefectures if scores.places.places[place].rank == PREFECTURE else scores.provinces
    return _grounds(place, scores) if place in pool else []


def _township(own: Units, scores: Scores, weighed: Sequence[tuple[Hypothesis, float]], hidden: int) -> Choice:
    choice = Choice(("town",), "township", _rounded(0.7 + 0.03 * own.scores["town"]))
    if _set_town(choice, scores):
        return choice
    choice.region_reason = _reason(weighed, hidden)
    counties = {h.place: p for h, p in weighed if h.rank == COUNTY and h.place is not None}
    total = sum(p for h, p in weighed if h.rank == COUNTY)
    best = max(counties, key=lambda c: counties[c], default=None)
    if best is not None and counties[best] >= ABOVE_SURE * total:
        choice.place, choice.confidence = best, _rounded(counties[best] / total)
        choice.grounds = _grounds(best, scores)
    else:
        _set_above(choice, scores, weighed, hidden)
    return choice


def _set_town(choice: Choice, scores: Scores) -> bool:
    """The town that a township's speech names most, if one county alone has it or is named."""
    towns = [
        v
        for v in scores.votes
        if v.name.towns and not v.name.full and not v.name.short and not v.name.town_short
    ]
    if not towns:
        return False
    best, *rest = sorted(towns, key=lambda v: (-v.mass, v.name.surface))
    named = [i for i in best.name.towns if i in scores.counties and scores.counties[i].direct > 0]
    counties = named or list(best.name.towns)
    if len(counties) != 1 or best.mass < TOWN_MASS or (rest and rest[0].mass * 2 > best.mass):
        return False
    choice.place, choice.town, choice.confidence = counties[0], best.name.surface, TOWN_CONFIDENCE
    choice.grounds.append(("own", best))
    return True

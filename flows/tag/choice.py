"""Level and region together: what the speaker calls his place, and what places are named, must agree."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.records import Level
from flows.tag.gazetteer import COUNTY, PREFECTURE, PROVINCE, gazetteer
from flows.tag.level import LEAST, Units
from flows.tag.region import OBSOLETE_BEFORE, Score, Scores, Votes

MARGIN = 1.35
"""The best place must have this many times the score of the next."""
ENOUGH = 2.0
"""The least score a place is claimed with."""
AMPLE = 6.0
"""From this score on a lead over the next place is no accident of a short text."""
SURE_DIRECT = 5.0
"""A place named so much (five mentions in passing, three as the own) may go without places within."""
HIDDEN_DIRECT = 0.3
"""Where names were taken out, a name that was left is the speaker's own less often."""
TOWN_MASS, TOWN_CONFIDENCE = 2.0, 0.8
"""A town is claimed if named twice in passing or once as the speaker's own."""
WEAK = 20.0
"""A short text of a prefecture may speak of its province's organs as much as this."""
SEVERAL = 3
"""So many places within a province, and of no other, make a text without other signs the province's."""
SHOWN_OWN = 3
"""Grounds shown before the superior's name."""
SUPERIOR_CONFIDENCE = 0.8
TOWNS_CONFIDENCE = 0.75
CONCENTRATED = 1.5
"""A text is about a prefecture whose score is so many times that of all places named in its province."""
_KINDS = {"county": "县旗", "district": "区", "region": "区", "city": "市"}
"""The last character of the names that a unit may have."""
_RANK_LEVEL: dict[int, Level] = {PROVINCE: "province", PREFECTURE: "prefecture", COUNTY: "county"}


@dataclass(slots=True)
class Choice:
    """The level and the place, and why."""

    unit: str | None
    level: Level | None = None
    level_confidence: float = 0.0
    level_reason: str | None = None
    place: int | None = None
    town: str | None = None
    confidence: float = 0.0
    region_reason: str | None = None
    grounds: list[tuple[str, Votes]] = field(default_factory=list)
    """Kind (own, within, superior) and the votes, most telling first."""


@dataclass(slots=True)
class _Candidate:
    place: int
    unit: str
    score: Score
    worth: float


def choose(own: Units, scores: Scores, hidden: int) -> Choice:
    """Level and place of a speech whose own-place words, named places and number of masks are given."""
    said = own.own()
    if said == ("institution",):
        reason = "not a place: a ministry, a school or a company"
        return Choice(said[0], level_reason=reason, region_reason=reason)
    if said == ("nation",):
        return Choice(
            said[0], "national", _level_confidence(own, "nation"), region_reason="the whole country"
        )
    said = _where_unsaid(said, own, scores, hidden)
    ranked = _ranked(said, scores, hidden)
    best = ranked[0] if _clear(ranked) else None
    choice = Choice(best.unit if best else max(said, key=lambda u: own.scores[u], default=None))
    _set_level(choice, own, best)
    if choice.level == "township" and _set_town(choice, scores):
        return choice
    _set_place(choice, scores, ranked, hidden)
    return choice


def _ranked(said: tuple[str, ...], scores: Scores, hidden: int) -> list[_Candidate]:
    """The places that fit what the speaker calls his place, best first."""
    pools = {
        "town": (scores.counties,),
        "county": (scores.counties,),
        "district": (scores.counties,),
        "city": (scores.prefectures, scores.counties),
        "prefecture": (scores.prefectures,),
        "province": (scores.provinces,),
        "region": (scores.provinces,),
    }
    found: dict[int, _Candidate] = {}
    for unit in said:
        for pool in pools[unit]:
            for place, score in pool.items():
                if _fits(unit, place, scores):
                    worth = _worth(score, _not_meant(unit, place, score), hidden)
                    if place not in found or worth > found[place].worth:
                        found[place] = _Candidate(place, unit, score, worth)
    return sorted(found.values(), key=lambda c: (-c.worth, c.place))


def _where_unsaid(said: tuple[str, ...], own: Units, scores: Scores, hidden: int) -> tuple[str, ...]:
    """The units to look for where the words for the own place are few, by how the named places are spread.

    A short text of a prefecture may name only its province's organs; one of an autonomous region says 我区.
    """
    few = sum(own.scores[u] for u in ("city", "prefecture", "county", "town")) < LEAST
    if said == ("district",) and few and not own.scores["of-towns"]:
        region = _ranked(("region",), scores, hidden)
        county = _ranked(("district",), scores, hidden)
        if _clear(region) and (not county or region[0].worth > county[0].worth):
            return ("region",)
    sure = own.scores["province"] > WEAK or own.scores["own-province"] >= LEAST
    if not few or (said and (said != ("province",) or sure)):
        return said
    cities = _ranked(("prefecture",), scores, hidden)
    provinces = _ranked(("province",), scores, hidden)
    if _clear(cities) and _concentrated(cities[0], provinces[0].score if provinces else Score(), bool(said)):
        return ("prefecture",)
    if not said and _clear(provinces) and provinces[0].score.children >= SEVERAL:
        return ("province",)
    return said


def _concentrated(city: _Candidate, province: Score, said: bool) -> bool:
    """Whether the text keeps to one prefecture, rather than naming it as one of its province."""
    within_it = city.score.children and city.worth >= CONCENTRATED * province.within
    own = city.score.own and (within_it or (said and city.score.direct >= SURE_DIRECT))
    return bool(own or (within_it and city.score.children > 1)) and city.score.direct >= province.direct * 0.8


def _fits(unit: str, place: int, scores: Scores) -> bool:
    p = scores.places.places[place]
    kinds = {x.name[-1] for x in p.periods if scores.years is None or x.meets(*scores.years)}
    if scores.years is None:
        kinds = {x.name[-1] for x in p.periods if x.last >= OBSOLETE_BEFORE} or kinds
    if p.rank == PREFECTURE or unit == "province":
        return True
    return p.municipality or bool(kinds & set(_KINDS.get(unit, "市县区旗")))


def _not_meant(unit: str, place: int, score: Score) -> float:
    """How much of a county's direct score to leave out: full names that call it something else than
    the speaker does (临河区 where he says 我市), and half of its short name where that is all there is."""
    if gazetteer().places[place].rank != COUNTY:
        return 0.0
    if not score.full and not score.children:
        return score.direct / 2
    said = _KINDS.get(unit, "")
    if not said:
        return 0.0
    return sum(vote for vote, v in score.votes if place in v.name.full and v.name.surface[-1] not in said)


def _worth(score: Score, not_meant: float, hidden: int) -> float:
    """A score, less where only mentions in passing speak for the place, or the place's own name is hidden."""
    direct = score.direct - not_meant
    if hidden:
        direct *= HIDDEN_DIRECT if score.own and score.children else HIDDEN_DIRECT / 3
    elif direct < SURE_DIRECT and not score.own and not score.children:
        direct *= 0.6
    total = direct + score.within
    return total + (score.parent if total >= 1 else 0.0)


def _set_level(choice: Choice, own: Units, best: _Candidate | None) -> None:
    fixed: dict[str, Level] = {
        "town": "township",
        "county": "county",
        "district": "county",
        "city": "prefecture",
        "prefecture": "prefecture",
        "province": "province",
        "region": "province",
    }
    if best is not None and choice.unit in (None, "city", "prefecture", "province"):
        choice.level = _RANK_LEVEL[gazetteer().places[best.place].rank]
    elif choice.unit == "city" and _speaks_to_towns(own):
        choice.level, choice.level_confidence = "county", TOWNS_CONFIDENCE
        return
    elif choice.unit:
        choice.level = fixed[choice.unit]
    if choice.level is None:
        choice.level_reason = "the text does not say whom it speaks for"
    choice.level_confidence = _level_confidence(own, choice.unit)


def _speaks_to_towns(own: Units) -> bool:
    """A 市 that sets tasks to towns and never to counties is a county-level city."""
    return own.scores["of-towns"] >= LEAST and own.scores["of-towns"] > 2 * own.scores["of-counties"]


def _level_confidence(own: Units, unit: str | None) -> float:
    score = own.scores[unit] if unit else 0.0
    return round(min(0.98, 0.7 + 0.03 * score), 2)


def _clear(ranked: list[_Candidate]) -> bool:
    if not ranked:
        return False
    second = ranked[1].worth if len(ranked) > 1 else 0.0
    return ranked[0].worth >= ENOUGH and ranked[0].worth >= MARGIN * second


def _set_place(choice: Choice, scores: Scores, ranked: list[_Candidate], hidden: int) -> None:
    if not _clear(ranked):
        named = bool(ranked) and ranked[0].worth >= ENOUGH
        choice.region_reason = "anonymised" if hidden else "several fit" if named else "no place named"
        _set_superior(choice, scores)
        return
    best = ranked[0]
    choice.place = best.place
    second = ranked[1].worth if len(ranked) > 1 else 0.0
    strength = 1.0 if best.worth >= AMPLE else 0.85
    choice.confidence = round(strength * min(0.98, 0.6 + 0.4 * (1 - second / best.worth)), 2)
    for _, v in sorted(best.score.votes, key=lambda x: -x[0]):
        kind = "own" if best.place in v.name.full or best.place in v.name.short else "within"
        choice.grounds.append((kind, v))
    above = next((v for v in scores.votes if _names_superior(v, best.place, scores)), None)
    if above is not None:
        choice.grounds.insert(min(len(choice.grounds), SHOWN_OWN), ("superior", above))


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


def _names_superior(v: Votes, place: int, scores: Scores) -> bool:
    parents = scores.places.places[place].parents
    return any(i in parents for i in (*v.name.full, *v.name.short)) and place not in v.name.short


def _set_superior(choice: Choice, scores: Scores) -> None:
    """Where the place itself is not known, the one it must lie in: its party committee, its government, or
    what the general secretary asked of it is named, and of no other of its rank."""
    below = {"township": 3, "county": 2, "prefecture": 1}.get(choice.level or "", 0)
    for rank in range(below, 0, -1):
        named = {i: v for v in scores.votes if v.superior for i in scores.candidates(v.name, rank)}
        if len(named) == 1:
            choice.place, votes = named.popitem()
            choice.confidence = SUPERIOR_CONFIDENCE
            choice.grounds.append(("superior", votes))
            return

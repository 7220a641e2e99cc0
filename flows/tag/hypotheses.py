"""What a speech may speak for: the nation, or a province, prefecture or county, named or not.

Each is described by numbers (features): how often the text calls its own place by that kind of word, how
often it names the place, what it names within and beside it. ``choice.py`` weighs them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log1p

from flows.tag.gazetteer import COUNTY, PREFECTURE, PROVINCE, Period
from flows.tag.level import Units
from flows.tag.region import Score, Scores

NATION = 0
MOST_PLACES = {PROVINCE: 12, PREFECTURE: 12, COUNTY: 25}
"""The best places of each rank that are considered; of 2,400 texts the right one was never below these."""
_UNIT_RANK = {
    "nation": NATION, "province": PROVINCE, "region": PROVINCE, "city": PREFECTURE, "prefecture": PREFECTURE,
    "county": COUNTY, "district": COUNTY,
}  # fmt: skip
_UNITS_OF = {
    "自治区": ("region", "district"), "地区": ("prefecture",), "省": ("province",), "市": ("city",),
    "州": ("prefecture",), "盟": ("prefecture",), "县": ("county",), "旗": ("county",), "区": ("district",),
}  # fmt: skip
"""The words a place of this kind has for itself; an autonomous region says 我区 too."""
UNITS_UNNAMED: dict[int, tuple[tuple[str, ...], ...]] = {
    PROVINCE: (("province", "region"),),
    PREFECTURE: (("city", "prefecture"),),
    COUNTY: (("county", "district"), ("city",)),
}
"""The words for itself of a place whose name the text does not tell; a county-level city is told apart."""
_TARGETS = ("of-prefectures", "of-counties", "of-towns")
NAMED = 0.5
"""The least direct score of a place that counts as named beside another."""


@dataclass(slots=True)
class Hypothesis:
    """One possible answer: a rank, and a place of that rank or None where the text does not tell it."""

    rank: int
    place: int | None
    units: tuple[str, ...]
    features: dict[str, float]


@dataclass(slots=True)
class _Candidate:
    place: int
    rank: int
    score: Score
    mass: float
    titled: bool
    province: int | None
    cities: list[int]
    units: tuple[str, ...]
    municipality: bool


@dataclass(slots=True)
class _Named:
    """The candidates of all ranks, and sums over them."""

    by_rank: dict[int, list[_Candidate]]
    mass: dict[int, float] = field(default_factory=dict)
    within: dict[int, float] = field(default_factory=dict)


def hypotheses(own: Units, scores: Scores, hidden: int, length: int) -> list[Hypothesis]:
    """All answers worth weighing for a text of ``length`` code points with ``hidden`` masks of places."""
    named = _named(scores)
    size, masked = log1p(length / 500), log1p(hidden)
    found = [Hypothesis(NATION, None, ("nation",), _nation(own, named, size))]
    for rank in (PROVINCE, PREFECTURE, COUNTY):
        found += [
            Hypothesis(rank, None, units, _unnamed(own, rank, units, named, size, masked))
            for units in UNITS_UNNAMED[rank]
        ]
        for c in named.by_rank[rank]:
            features = _of_units(own, rank, c.units) | _of_place(c, named, masked) | _of_kin(c, named)
            found.append(Hypothesis(rank, c.place, c.units, features))
    return found


def _unnamed(
    own: Units, rank: int, units: tuple[str, ...], named: _Named, size: float, masked: float
) -> dict[str, float]:
    best = max((c.score.total for c in named.by_rank[rank]), default=0.0)
    kind = f"{rank}-city" if rank == COUNTY and "city" in units else f"{rank}"
    return _of_units(own, rank, units) | {
        f"unnamed{kind}": 1.0,
        f"unnamed-masked{rank}": masked,
        f"unnamed-length{rank}": size,
        "unnamed-best": log1p(best),
    }


def _named(scores: Scores) -> _Named:
    pools = {PROVINCE: scores.provinces, PREFECTURE: scores.prefectures, COUNTY: scores.counties}
    named = _Named({})
    for rank, pool in pools.items():
        places = [p for p in pool if scores.places.places[p].rank == rank]
        places.sort(key=lambda p: (-pool[p].total, p))
        kept = [_candidate(p, pool[p], scores) for p in places[: MOST_PLACES[rank]]]
        named.by_rank[rank] = kept
        named.mass[rank] = sum(c.mass for c in kept) or 1.0
        named.within[rank] = sum(c.score.within for c in kept) or 1.0
    return named


def _candidate(place: int, score: Score, scores: Scores) -> _Candidate:
    p = scores.places.places[place]
    fitting = [q for q in p.periods if scores.years is None or q.meets(*scores.years)] or p.periods
    name = _as_named(fitting, score)
    units = next((u for kind, u in _UNITS_OF.items() if name.endswith(kind)), ("district",))
    return _Candidate(
        place=place,
        rank=p.rank,
        score=score,
        mass=score.mass,
        titled=_titled(place, score),
        province=scores.places.province_of(p),
        cities=scores.cities_over(place) if p.rank == COUNTY else [],
        units=units,
        municipality=p.municipality,
    )


def _as_named(fitting: Sequence[Period], score: Score) -> str:
    """The name that a place had at the time: of several the one in the text, else the last."""
    said = {v.name.surface for _, v in score.votes}
    return next((p.name for p in reversed(fitting) if p.name in said), fitting[-1].name)


def _titled(place: int, score: Score) -> bool:
    names = (v for _, v in score.votes if place in v.name.full or place in v.name.short)
    return any(m.field == "title" and m.role != "other" for v in names for m in v.mentions)


def _nation(own: Units, named: _Named, size: float) -> dict[str, float]:
    provinces = named.by_rank[PROVINCE]
    return _of_units(own, NATION, ("nation",)) | {
        "nation-length": size,
        "nation-provinces": log1p(len(provinces)),
        "nation-most-named": log1p(max((c.mass for c in provinces), default=0.0)),
    }


def _of_units(own: Units, rank: int, units: tuple[str, ...]) -> dict[str, float]:
    """How the words for the own place agree with a place of this rank and kind."""
    said: defaultdict[str, float] = defaultdict(float)
    for unit, unit_rank in _UNIT_RANK.items():
        said[_where(unit, unit_rank, rank, units)] += own.scores[unit]
    above = own.scores["under-province"], own.scores["under-city"], own.scores["superior"]
    features = {
        f"rank{rank}": 1.0,
        f"own{rank}": log1p(said["own"]),
        "other-kind": log1p(said["same"]),
        f"low{rank}": log1p(said["low"]),
        f"high{rank}": log1p(said["high"]),
        f"nation{rank}": log1p(said["nation"]),
        f"town{rank}": log1p(own.scores["town"]),
        f"our-province{rank}": log1p(own.scores["own-province"]),
    }
    for name, value in zip(("under-province", "under-city", "superior"), above, strict=True):
        features[f"{name}{rank}"] = log1p(value)
    for target in _TARGETS:
        features[f"{target}{rank}"] = log1p(own.scores[target])
    return features


def _where(unit: str, unit_rank: int, rank: int, units: tuple[str, ...]) -> str:
    """How a word for the own place stands to a hypothesis of this rank and these words."""
    if unit in units:
        return "own"
    if unit_rank == NATION:
        return "nation"
    return "same" if unit_rank == rank else "low" if unit_rank > rank else "high"


def _of_place(c: _Candidate, named: _Named, masked: float) -> dict[str, float]:
    """How much the text names a place and what lies within it; prefectures and counties share weights."""
    kind = "province" if c.rank == PROVINCE else "lower"
    features = {
        f"mass-{kind}": log1p(c.mass),
        f"self-{kind}": float(c.score.own),
        f"within-{kind}": log1p(c.score.within),
        f"children-{kind}": log1p(c.score.children),
        f"share-{kind}": c.mass / named.mass[c.rank],
        f"within-share-{kind}": c.score.within / named.within[c.rank],
        f"titled-{kind}": float(c.titled),
        f"masked-{kind}": masked,
        f"masked-self-{kind}": masked * c.score.own,
        f"masked-within-{kind}": masked * log1p(c.score.within),
    }
    if c.rank != PROVINCE:
        features["full"] = float(c.score.full)
    if c.rank == COUNTY:
        features |= {
            "county-mass": log1p(c.mass),
            "county-within": log1p(c.score.within),
            "county-share": c.mass / named.mass[COUNTY],
        }
    if c.municipality:
        features |= {"municipality": 1.0, "municipality-mass": log1p(c.mass)}
    return features


def _of_kin(c: _Candidate, named: _Named) -> dict[str, float]:
    """What the text names beside, above and below a place."""
    kind = "province" if c.rank == PROVINCE else "lower"
    same_rank = [x for x in named.by_rank[c.rank] if x is not c]
    beside = [x for x in same_rank if x.province == c.province and x.score.direct > NAMED]
    away = (x.score.direct + x.score.within for x in same_rank if x.province != c.province)
    features = {
        f"siblings{c.rank}": log1p(len(beside)),
        f"sibling-mass{c.rank}": log1p(_most(beside)),
        f"away-{kind}": log1p(max(away, default=0.0)),
    }
    if c.rank != PROVINCE:
        above = _most(x for x in named.by_rank[PROVINCE] if x.place == c.province)
        features |= {
            "province-named": float(above > 0.3),
            f"province-mass{c.rank}": log1p(above),
            f"province-share{c.rank}": above / (above + c.mass + 0.3),
        }
    if c.rank == COUNTY:
        above = _most(x for x in named.by_rank[PREFECTURE] if x.place in c.cities)
        features |= {
            "city-named": float(above > 0.3),
            "city-mass": log1p(above),
            "city-share": above / (above + c.mass + 0.3),
        }
    if c.rank != COUNTY:
        below = [
            x
            for x in named.by_rank[c.rank + 1]
            if (x.province == c.place if c.rank == PROVINCE else c.place in x.cities)
        ]
        features[f"child-mass{c.rank}"] = log1p(_most(below))
        features[f"child-titled{c.rank}"] = float(any(x.titled for x in below))
        features[f"children-named{c.rank}"] = log1p(sum(x.mass > 0.25 for x in below))
    return features


def _most(candidates: Iterable[_Candidate]) -> float:
    return max((c.mass for c in candidates), default=0.0)

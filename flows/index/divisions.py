"""What became of a place: the names it has had since, and where its seat lies."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from typing import NamedTuple

from flows.records import Region
from flows.resources import reference

MOST_CHANGES = 12
"""Changes of one place that are followed; none had more than five since 1980."""


class Division(NamedTuple):
    """A row of ``divisions.csv``: a division as it was in some years."""

    adcode: str
    name: str
    rank: str
    province: str
    prefecture: str
    first: int
    last: int


def later_names(region: Region) -> list[str]:
    """Full names that a speech's place has had since, and what it lies in today; those of a place that
    never changed are its own. Empty where the place is not known.

    >>> later_names(Region(province="湖北省", prefecture="襄樊市", county="谷城县", adcode="420625"))
    ['谷城县', '襄阳市', '湖北省']
    """
    place, names = _division(region), list[str]()
    for _ in range(MOST_CHANGES):
        if place is None:
            break
        names.append(place.name)
        if place.last == _newest():
            return [*names, *(name for name in (place.prefecture, place.province) if name)]
        place = _next(place)
    return names


def is_division(name: str) -> bool:
    """Whether a province, prefecture or county has had this full name.

    >>> is_division("铁岭市"), is_division("辽宁省铁岭市")
    (True, False)
    """
    return name in _named()


@cache
def seat(adcode: str | None) -> tuple[float, float] | None:
    """Longitude and latitude (WGS 84) of a division's seat by ``seats.csv``; None where it is not known.

    >>> seat("110000")
    (116.39723, 39.9075)
    """
    return _seats().get(adcode or "")


def _division(region: Region) -> Division | None:
    """The latest state of the division that a region's code and name mean."""
    name = region.county or region.prefecture or region.province
    found = [row for row in _named().get(name or "", ()) if row.adcode == region.adcode]
    return found[-1] if found else None


def _next(place: Division) -> Division | None:
    """What a division became: by the list of changes, else the one of its name with a new code."""
    successor = _successors().get((place.adcode, place.name))
    if successor:
        adcode, name = successor
        found = [row for row in _named()[name] if row.adcode == adcode and row.last > place.last]
    else:
        later = [row for row in _named()[place.name] if row.rank == place.rank and row.first > place.last]
        found = [row for row in later if row.province == place.province and row.first == later[0].first]
        found = found if len(found) == 1 else []
    return found[-1] if found else None


@cache
def _newest() -> int:
    return max(row.last for rows in _named().values() for row in rows)


@cache
def _named() -> dict[str, list[Division]]:
    """All states of the divisions of a name, oldest first."""
    found: dict[str, list[Division]] = defaultdict(list)
    for row in _rows("divisions.csv"):
        years = int(row["first_year"]), int(row["last_year"])
        found[row["name"]].append(
            Division(row["adcode"], row["name"], row["rank"], row["province"], row["prefecture"], *years)
        )
    for rows in found.values():
        rows.sort(key=lambda row: (row.last, row.adcode))
    return found


@cache
def _successors() -> dict[tuple[str, str], tuple[str, str]]:
    rows = _rows("successors.csv")
    return {(row["adcode"], row["name"]): (row["new_adcode"], row["new_name"]) for row in rows}


@cache
def _seats() -> dict[str, tuple[float, float]]:
    rows = _rows("seats.csv")
    return {row["adcode"]: (float(row["longitude"]), float(row["latitude"])) for row in rows}


def _rows(name: str) -> list[dict[str, str]]:
    with reference(f"places/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

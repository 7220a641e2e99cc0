"""A place by the name a person gives it: 昌图县, 辽宁省/铁岭市/昌图县, 辽宁铁岭昌图, or its code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.errors import JianghuaError
from flows.records import Region, SpeechDate
from flows.tag.gazetteer import COUNTY, PREFECTURE, PROVINCE, Name, Place, Span, gazetteer, meets, short_name
from flows.tag.place import period_of, years_of

MOST_SHOWN = 8
"""Candidates listed where a name fits several places."""
LONGEST = 60
"""Characters of a name; the longest full path of one place has 40."""
Years = tuple[int, int] | None


def find(text: str, date: SpeechDate | None = None) -> Region:
    """The place of a name, as of a date; places above it may stand before it, full or short.

    Raises JianghuaError where no place has the name, or several; then with a list of them.

    >>> find("昌图县").adcode, find("辽宁/铁岭/昌图").name, find("辽宁省铁岭市昌图县").prefecture
    ('211224', '昌图县', '铁岭市')
    """
    years = years_of(date)
    found = list(dict.fromkeys(_fitting(text, years)))
    if len(found) > 1:
        found = [place for place in found if _names(place) == _parts(text)[0]] or found
    if len(found) == 1:
        return found[0]
    if not found:
        raise JianghuaError(
            f"{text[:LONGEST]}: no place of this name is known; write it in full: 辽宁省/铁岭市/昌图县"
        )
    listed = "; ".join(f"{'/'.join(_names(place))} ({place.adcode})" for place in found[:MOST_SHOWN])
    more = f"; and {len(found) - MOST_SHOWN} more" if len(found) > MOST_SHOWN else ""
    raise JianghuaError(f"{text}: {len(found)} places have this name; write one of: {listed}{more}")


def as_of(place: Region, date: SpeechDate | None) -> Region:
    """The same place by the names it had at a date; as it is where that is not known."""
    if not place.adcode:
        return place
    units = [u for u in gazetteer().places if any(_same(p.adcode, p.name, place) for p in u.periods)]
    if len(units) != 1:
        return place
    return _region(units[0], years_of(date), (), place.town)


def _same(adcode: str, name: str, place: Region) -> bool:
    return adcode == place.adcode and name == (place.county or place.prefecture or place.province)


def _fitting(text: str, years: Years) -> Iterator[Region]:
    if re.fullmatch(r"\d{6}", text.strip(), re.ASCII):
        for unit in gazetteer().places:
            if any(period.adcode == text.strip() for period in unit.periods):
                yield _region(unit, years, (), None)
        return
    for *above, last in _parts(text):
        for unit, town in _units(gazetteer().names[last], years):
            place = _region(unit, years, (last,), town)
            if all(_lies_in(place, unit, part) for part in above):
                yield place


def _parts(text: str) -> list[list[str]]:
    """The ways to read a text as names, one inside the other; the first is as it was written."""
    parts = [part for part in re.split(r"[/／\s]+", text.strip()[:LONGEST]) if part]
    if not parts:
        return []
    if len(parts) > 1 or parts[0] in gazetteer().names:
        return [parts] if all(part in gazetteer().names for part in parts) else []
    return list(_cut(parts[0], 4))


def _cut(text: str, most: int) -> Iterator[list[str]]:
    """Ways to cut a text into at most so many known names."""
    if text in gazetteer().names:
        yield [text]
    for at in range(2, len(text) - 1) if most > 1 else ():
        if text[:at] in gazetteer().names:
            for rest in _cut(text[at:], most - 1):
                yield [text[:at], *rest]


def _units(name: Name, years: Years) -> Iterator[tuple[Place, str | None]]:
    """The places of a name, and for a town the place it lies in; full names go before short ones."""
    places = gazetteer().places
    held = _of_the_time(name.full, years) or _of_the_time(name.short, years)
    for number in held:
        yield places[number], None
    if not held and not name.town_short:
        for number in sorted(name.towns):
            yield places[number], name.surface


def _of_the_time(links: dict[int, Span], years: Years) -> list[int]:
    """Those that held in the years given; where none is given or none fits, all."""
    return [i for i, span in links.items() if years and meets(span, years)] or list(links)


def _region(unit: Place, years: Years, surfaces: tuple[str, ...], town: str | None) -> Region:
    period = period_of(unit.id, years, surfaces)
    return Region(
        province=period.name if period.rank == PROVINCE else period.province,
        prefecture=period.name if period.rank == PREFECTURE else period.prefecture or None,
        county=period.name if period.rank == COUNTY else None,
        town=town,
        adcode=period.adcode,
        name=town or period.name,
    )


def _lies_in(place: Region, unit: Place, part: str) -> bool:
    """Whether a place lies, or once lay, in one of this name."""
    above = {place.province, place.prefecture, place.county if place.town else None}
    for period in unit.periods:
        above |= {period.province, period.prefecture}
    return any(part in (name, short_name(name)) for name in above if name)


def _names(place: Region) -> list[str]:
    return [name for name in (place.province, place.prefecture, place.county, place.town) if name]

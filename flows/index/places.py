"""The names by which a place is looked for: its full name and the short forms in use."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import accumulate

from flows.index.divisions import is_division, later_names
from flows.records import Region
from flows.resources import mapping

SHORTEST = 2
"""Characters that a short name keeps at least: 沙县 is not 沙."""


@cache
def names(full: str) -> tuple[str, ...]:
    """The full name of a place and its short forms.

    >>> names("辽宁省"), names("沙县")
    (('辽宁省', '辽宁'), ('沙县',))
    >>> names("恩施土家族苗族自治州")
    ('恩施土家族苗族自治州', '恩施自治州', '恩施', '恩施州')
    """
    suffix = next((end for end in _words("suffixes") if full.endswith(end)), "")
    stem = _without(full, suffix)
    if stem == full or not suffix.startswith("自治"):
        return tuple(dict.fromkeys((full, stem)))
    bare = _without_peoples(stem)
    long_forms = (full, bare + suffix, bare)
    return tuple(dict.fromkeys(long_forms if suffix == "自治区" else (*long_forms, bare + suffix[-1])))


def place_steps(written: str) -> tuple[str, ...]:
    """The names that one place is written with, from the province or prefecture down; what does not begin
    with one stays whole.

    >>> place_steps("辽宁省铁岭市"), place_steps("辽宁省 / 铁岭市"), place_steps("景德镇市")
    (('辽宁省', '铁岭市'), ('辽宁省', '铁岭市'), ('景德镇市',))
    """
    found: list[str] = []
    for piece in re.split(r"[/\s]+", written):
        while piece and not is_division(piece):
            above = next((piece[:at] for at in range(len(piece) - 1, 1, -1) if is_division(piece[:at])), "")
            if not above:
                break
            found.append(above)
            piece = piece.removeprefix(above)
        found += [piece] if piece else []
    return tuple(found) if len(found) > 1 and is_division(found[0]) else (written,)


def region_terms(region: Region) -> list[str]:
    """Every name by which a speech's place is found, at every level, then and now: 辽宁 finds 昌图县 too,
    襄阳 finds what was 襄樊."""
    levels = (region.province, region.prefecture, region.county, region.town, *later_names(region))
    return list(dict.fromkeys(name for full in levels if full for name in names(full)))


def region_path(region: Region) -> list[str]:
    """The place and all that it lies in, each with what is above it.

    >>> region_path(Region(province="辽宁省", prefecture="铁岭市", name="铁岭市"))
    ['辽宁省', '辽宁省/铁岭市']
    """
    levels = (region.province, region.prefecture, region.county, region.town)
    return list(accumulate((name for name in levels if name), "{}/{}".format))


def _without_peoples(stem: str) -> str:
    for _ in stem:
        people = next((name for name in _words("peoples") if stem.endswith(name)), "")
        shorter = _without(stem, people)
        if shorter == stem:
            break
        stem = shorter
    return stem


def _without(name: str, ending: str) -> str:
    shorter = name.removesuffix(ending)
    return shorter if len(shorter) >= SHORTEST else name


@cache
def _words(kind: str) -> tuple[str, ...]:
    table: dict[str, list[str]] = json.loads(mapping("places.json").read_text(encoding="utf-8"))
    return tuple(sorted(table[kind], key=len, reverse=True))

"""Level and region, case by case, and the laws they keep."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.records import Speech, SpeechDate, Tag
from flows.tag.anonymised import masks
from flows.tag.boundary import stands_alone
from flows.tag.gazetteer import gazetteer
from flows.tag.mentions import mentions
from flows.tag.place import Place, find_place

CASES = Path(__file__).parent / "cases" / "tag-place"


def cases(name: str) -> list[Any]:
    found = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return [pytest.param(c["input"], c["expected"], id=c["label"]) for c in found]


def speech(text: str, title: str = "") -> Speech:
    return Speech(id="a", pages=("a",), title=title, text=text)


def place_of(given: dict[str, Any]) -> tuple[Speech, Place]:
    s = speech(given["text"], given["title"])
    span = given.get("date")
    date = SpeechDate(precision="year", value=span[0][:4], start=span[0], end=span[1]) if span else None
    return s, find_place(s, date)


@pytest.mark.parametrize(("given_", "expected"), cases("real-shaped") + cases("speeches"))
def test_place(given_: dict[str, Any], expected: dict[str, Any]) -> None:
    s, found = place_of(given_)
    got = {
        "level": found.level,
        "name": found.region.name,
        "adcode": found.region.adcode,
        "anonymised": found.anonymised,
    }
    assert got == {k: v for k, v in expected.items() if k != "unknown"}
    if "unknown" in expected:
        assert found.region_tag.unknown == expected["unknown"]
    for tag, known in ((found.level_tag, found.level), (found.region_tag, found.region.name)):
        check_tag(s, tag, known)


@pytest.mark.parametrize(("given_", "expected"), cases("roles"))
def test_roles_of_names(given_: dict[str, str], expected: dict[str, str]) -> None:
    assert {m.name.surface: m.role for m in mentions(speech(given_["text"]))} == expected


@pytest.mark.parametrize(("given_", "expected"), cases("negative"))
def test_names_that_are_none(given_: dict[str, str], expected: dict[str, list[str]]) -> None:
    assert [m.name.surface for m in mentions(speech(given_["text"]))] == expected["names"]


@pytest.mark.parametrize(("given_", "expected"), cases("masks"))
def test_masks(given_: str, expected: list[str]) -> None:
    assert [given_[a:b] for a, b in masks(given_)] == expected


def check_tag(s: Speech, tag: Tag, known: object) -> None:
    """A value has evidence whose offsets hold; no value has a reason."""
    if known:
        assert tag.evidence
        assert 0 < tag.confidence < 1
    else:
        assert tag.unknown
    for e in tag.evidence:
        field = getattr(s, e.field)
        assert e.start + 2 <= e.end <= len(field)
        assert field[e.start : e.end] in e.sentence
        assert e.sentence in field


def test_the_county_reads_the_superior_too() -> None:
    _, found = place_of(
        {"title": "", "text": "我县和全县各乡镇都要行动起来。昌图县人民政府高度重视，昌图发展很快。"}
    )
    r = found.region
    assert (r.province, r.prefecture, r.county, r.town) == ("辽宁省", "铁岭市", "昌图县", None)


PIECES = st.sampled_from(
    [
        *("我市", "全县", "区委、区政府", "自治区", "国务院", "我校"),
        *("朝阳", "朝阳区", "南昌市", "桃花镇", "八面城", "学习深圳经验"),
        *("XX区", "**市", "〔...〕", "，", "。\n", "、", "的", "发展"),
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=40).map("".join))


@given(title=TEXTS, text=TEXTS)
@settings(max_examples=200, deadline=None)
def test_any_text_gets_sound_tags(title: str, text: str) -> None:
    s = speech(text, title)
    found = find_place(s, None)
    check_tag(s, found.level_tag, found.level)
    check_tag(s, found.region_tag, found.region.name)
    assert find_place(s, None) == found


@given(text=TEXTS)
@settings(max_examples=200, deadline=None)
def test_mentions_are_where_they_say_and_apart(text: str) -> None:
    last = 0
    for m in mentions(speech(text)):
        assert text[m.start : m.end] == m.name.surface
        assert m.start >= last
        assert stands_alone(text, m.start, m.end)
        last = m.end


@pytest.mark.parametrize("unit", ["(", "*", "X", "某", "我市", "朝阳", "代表", "区第", "〔...〕", "，", "\n"])
def test_linear_in_hostile_text(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    started = time.perf_counter()
    find_place(speech(text), None)
    assert time.perf_counter() - started < 20


def test_lifetimes() -> None:
    """A renamed city, a city that was dissolved, a county that became a district."""
    named = {
        surface: sorted(
            (p.adcode, p.name, p.first, p.last)
            for i in gazetteer().names[surface].full
            for p in gazetteer().places[i].periods
            if p.rank == rank
        )
        for surface, rank in (("襄樊市", 2), ("巢湖市", 2), ("满城县", 3))
    }
    assert ("420600", "襄樊市", 1980, 2009) in named["襄樊市"]
    assert ("420600", "襄阳市", 2010, 2025) in named["襄樊市"]
    assert ("341400", "巢湖市", 1999, 2010) in named["巢湖市"]
    assert ("130607", "满城区", 2015, 2025) in named["满城县"]

"""The tables of places: how fast they load, that they agree with each other, and the rule of boundaries."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from math import cos, hypot, radians

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.resources import reference
from flows.tag.boundary import LONGEST_WORD, phrases, stands_alone, words
from flows.tag.divisions import COUNTY, LAST_YEAR, PREFECTURE, PROVINCE, periods
from flows.tag.gazetteer import TOWN_KINDS, gazetteer

START, MEMORY = 0.5, 200
"""Seconds of processor time to load everything, megabytes of a process that has."""
CHINA = (73.5, 135.1, 16.0, 53.6)
"""West, east, south (三沙市) and north of the divisions, in degrees."""
REACH = 150.0
"""Kilometres from a county's seat to its prefecture's that the script allows."""
_LOAD = """
import time
from pathlib import Path
start = time.process_time()
from flows.records import Speech
from flows.tag.place import find_place
find_place(Speech(id="a", pages=("a",), text="昌图县的县长说，我县和全县各乡镇都要行动起来。"), None)
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(time.process_time() - start, int(status["VmHWM"].split()[0]) / 1024)
"""


def table(name: str) -> Iterator[dict[str, str]]:
    with reference(f"places/{name}").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_the_tables_load_fast_and_small() -> None:
    runs = [subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, check=True) for _ in range(3)]
    figures = [tuple(map(float, run.stdout.split())) for run in runs]
    assert min(seconds for seconds, _ in figures) <= START
    assert max(memory for _, memory in figures) <= MEMORY


def test_names_are_what_the_tables_say() -> None:
    names = gazetteer().names
    assert len(names) == len(set(names))
    assert "八面城镇" in names
    assert not names["八面城镇"].town_short
    short = names["八面城"]
    assert short.town_short
    assert short.towns == names["八面城镇"].towns
    assert [gazetteer().places[i].periods[-1].name for i in short.towns] == ["昌图县"]
    assert names["八面城"] is short


@pytest.mark.parametrize(
    "form", ["资源", "合作", "公安", "富裕", "全州", "市中", "中山路", "首都机场", "向城镇"]
)
def test_words_are_not_looked_for(form: str) -> None:
    assert form not in gazetteer().names


def test_every_form_is_found_in_text() -> None:
    forms = list(gazetteer().names)[::211]
    for form in forms:
        hits = [(start, end, name.surface) for start, end, name in gazetteer().hits(f"在{form}，")]
        assert (1, 1 + len(form), form) in hits


def test_towns_keep_their_kind() -> None:
    for row in list(table("towns.csv"))[::97]:
        assert row["town"].endswith(TOWN_KINDS)
        assert row["first_seen"] <= row["last_seen"]


def test_periods_of_a_place_follow_each_other() -> None:
    for place in gazetteer().places:
        assert {p.rank for p in place.periods} == {place.rank}
        assert all(a.last < b.first for a, b in pairwise(place.periods))
        ranks = {gazetteer().places[i].rank for i in place.parents}
        assert ranks <= {PROVINCE, PREFECTURE}


def test_seats_lie_in_china_and_near_their_prefecture() -> None:
    today = {p.adcode: p for p in periods() if p.last >= LAST_YEAR}
    seats = {r["adcode"]: (float(r["longitude"]), float(r["latitude"])) for r in table("seats.csv")}
    west, east, south, north = CHINA
    cities = {today[code].name: at for code, at in seats.items() if today[code].rank < COUNTY}
    assert len(cities) > 290
    counties = near = 0
    for code, (longitude, latitude) in seats.items():
        assert west < longitude < east
        assert south < latitude < north
        if today[code].rank == COUNTY:
            counties += 1
            above = cities.get(today[code].prefecture or today[code].province)
            assert above is None or apart((longitude, latitude), above) <= REACH, today[code].name
            near += above is not None
    assert counties > 1300
    assert near > 1300


def apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres between two points given as longitude and latitude."""
    return 111.2 * hypot((a[0] - b[0]) * cos(radians(a[1])), a[1] - b[1])


def test_successors_are_divisions() -> None:
    years: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for p in periods():
        years[p.adcode, p.name].append((p.first, p.last))
    became = {}
    for row in table("successors.csv"):
        old, new = (row["adcode"], row["name"]), (row["new_adcode"], row["new_name"])
        assert old != new
        assert any(abs(last + 1 - int(row["year"])) <= 2 for _, last in years[old])
        assert any(first - 2 <= int(row["year"]) <= last for first, last in years[new])
        became[old[1], row["year"]] = new[1]
    assert became["崇文区", "2010"] == "东城区"
    assert became["南汇区", "2009"] == "浦东新区"
    assert became["襄樊市", "2010"] == "襄阳市"


def test_what_was_merged_is_known() -> None:
    places = gazetteer().places
    held = {
        (places[old].periods[-1].name, places[new].periods[-1].name)
        for new, merged in gazetteer().merged.items()
        for old in merged
    }
    assert {("南汇区", "浦东新区"), ("崇文区", "东城区"), ("莱芜市", "莱芜区")} <= held
    assert ("襄樊市", "襄阳市") not in held


def test_no_phrase_is_too_long_to_be_seen() -> None:
    assert max(map(len, phrases())) <= LONGEST_WORD
    assert len(set(phrases())) == len(phrases())


ORGAN = {unit + what for unit in "省市县区州盟旗" for what in "委长直政级属民城域府人会内外"} - {"区域"}


def crossed(text: str, start: int, end: int, known: set[str]) -> bool:
    """The rule, tried on every stretch of text."""
    for left in range(len(text)):
        for right in range(left + 2, min(left + LONGEST_WORD, len(text)) + 1):
            inside, apart = left >= start and right <= end, right <= start or left >= end
            organ = left > start and text[end - 1 : end + 1] in ORGAN and right > end > left
            before = left < start and right < end and end - start > 2
            before = before and any(
                text[at:start] in known for at in range(max(0, start - LONGEST_WORD), left)
            )
            if text[left:right] in known and not (inside or apart or organ or before):
                return True
    return False


KNOWN = sorted(word for found in words().values() for word in found)
PIECES = st.sampled_from(
    [*KNOWN[::150], *phrases()[::3], *"昌图县市区委长和政府天全杂多资", "朝阳区", "永和县"]
)


@given(st.lists(PIECES, max_size=8).map("".join), st.data())
@settings(max_examples=300, deadline=None)
def test_stands_alone_is_the_rule(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(0, len(text) - 2)))
    end = data.draw(st.integers(min(len(text), start + 2), len(text)))
    if end - start >= 2:
        assert stands_alone(text, start, end) is not crossed(text, start, end, set(KNOWN))

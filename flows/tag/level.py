"""How a speech calls the place it speaks for: 我市, 县委、县政府, 全区, 省长, 国务院."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import ahocorasick

from flows.records import Field, Speech
from flows.resources import reference

Unit = Literal["town", "county", "district", "city", "prefecture", "region", "province", "nation"]
LADDER: tuple[tuple[str, ...], ...] = (
    ("town",),
    ("county",),
    ("district",),
    ("city", "prefecture"),
    ("province", "region"),
)
"""From the lowest: a speech names its superiors' organs beside its own, seldom its inferiors'."""
LEAST, SHARE = 2.0, 0.15
"""A unit is the speaker's own if it is the lowest with a score of LEAST and this share of the highest.

In 602 work reports the organs of lower units stay under 15 % of the own ones in all but 2 texts."""
SHARE_OF_NONE = 0.05
"""An autonomous region has no 市 above it; a chance mention is less than this share."""
LEAST_NATION = 3.0
"""Every speech names 全国 and 党中央 now and then."""
TITLE_WEIGHT = 4.0
OPENING = 800
"""Code points in which the meeting, the office and "on behalf of" are looked for."""

_KIND = r"(?P<kind>自治区|自治州|省|市|县|区|州|盟|旗)"
_UNIT_OF = {
    "省": "province", "自治区": "region", "市": "city", "自治州": "prefecture", "州": "prefecture",
    "盟": "prefecture", "地区": "prefecture", "县": "county", "旗": "county", "区": "district",
    "镇": "town", "乡": "town", "街道": "town",
}  # fmt: skip
_OPENINGS = (
    (
        "level.assembly",
        8.0,
        re.compile(_KIND + r"第[一二三四五六七八九十百零〇\d]{1,5}届(?:人民代表大会|人大)"),
    ),
    (
        "level.behalf",
        8.0,
        re.compile(r"代表[^，。\n]{0,12}?(?P<kind>自治区|自治州|[省市县区州盟旗镇乡])人民政府"),
    ),
    (
        "level.office",
        6.0,
        re.compile(
            r"(?<![a-zA-Z各位])(?P<kind>[省市县区州盟旗镇乡])(?:长|委书记|委副书记)(?=[\s在　的同]|$)", re.M
        ),
    ),
    ("level.nation", 30.0, re.compile(r"(?P<kind>)(?:全国人民代表大会|国务院总理|我?代表国务院)")),
)


@dataclass(slots=True)
class Units:
    """How much speaks for each unit, and where."""

    scores: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    spans: dict[str, list[tuple[float, Field, int, int, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """By unit: weight, field, start, end, rule."""

    def add(self, unit: str, weight: float, field: Field, start: int, end: int, rule: str) -> None:
        self.scores[unit] += weight
        self.spans[unit].append((weight, field, start, end, rule))

    def own(self) -> tuple[str, ...]:
        """The unit the speaker speaks for; two where it may be either; none where the text is silent."""
        s = self.scores
        highest = max((s[u] for row in LADDER for u in row), default=0.0)
        if s["institution"] >= LEAST and s["institution"] > highest:
            return ("institution",)
        if s["nation"] >= LEAST_NATION and s["nation"] > 4 * highest:
            return ("nation",)
        for row in LADDER:
            best = max(row, key=lambda u: s[u])
            if s[best] >= LEAST and s[best] >= SHARE * highest:
                return self._with_rival(best)
        return ()

    def _with_rival(self, unit: str) -> tuple[str, ...]:
        """A low unit named less than the one above may be an inferior; 区 may be an autonomous region."""
        s = self.scores
        above = max(("city", "prefecture"), key=lambda u: s[u])
        if unit == "district" and s["region"] >= 1:
            if s[above] < max(1.0, SHARE_OF_NONE * s[unit]):
                return ("region",)
            return (unit, above) if s[above] >= 0.5 * s[unit] else (unit,)
        if unit in ("town", "county", "district") and s[unit] < 0.5 * s[above]:
            return (unit, above)
        return (unit,)


def units(speech: Speech) -> Units:
    """Every word in title and text by which the speech says whom it speaks for."""
    found = Units()
    for name in ("title", "text"):
        field: Field = "title" if name == "title" else "text"
        text: str = getattr(speech, field)
        for start, end, cue in _cues(text):
            weight = cue.weight * (TITLE_WEIGHT if field == "title" else 1.0)
            found.add(cue.unit, weight, field, start, end, f"level.{cue.unit}")
            if cue.surface == "我省":
                found.scores["own-province"] += weight
        for rule, weight, pattern in _OPENINGS:
            for m in pattern.finditer(text, 0, OPENING):
                start = m.start("kind") if rule != "level.behalf" else m.start()
                unit = _UNIT_OF[m["kind"]] if m["kind"] else "nation"
                found.add(unit, weight, field, start, m.end(), rule)
    return found


@dataclass(frozen=True, slots=True)
class _Cue:
    surface: str
    unit: str
    weight: float
    not_before: frozenset[str]
    not_after: frozenset[str]


def _cues(text: str) -> list[tuple[int, int, _Cue]]:
    found = []
    for last, cue in _automaton().iter(text):
        start, end = last + 1 - len(cue.surface), last + 1
        if start and text[start - 1] in cue.not_before:
            continue
        if end < len(text) and text[end] in cue.not_after:
            continue
        found.append((start, end, cue))
    return found


@cache
def _automaton() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    with reference("places/cues.csv").open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            cue = _Cue(
                r["cue"], r["unit"], float(r["weight"]), frozenset(r["not_before"]), frozenset(r["not_after"])
            )
            automaton.add_word(cue.surface, cue)
    automaton.make_automaton()
    return automaton

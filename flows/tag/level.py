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

LEAST = 2.0
"""The least score of the words that a school, a company or a town has for itself."""
TOWN_SHARE = 0.5
"""A town's speech names its county's organs too, but not more than twice as much."""
TITLE_WEIGHT = 4.0
_WHOLES = {
    "全省": "under-province", "全自治区": "under-province", "全区": "under-region",
    "全市": "under-city", "全州": "under-city", "全盟": "under-city", "全地区": "under-city",
}  # fmt: skip
"""全省第一 and 全省前列 say that the speaker's place is one of several in the province."""
ABOVE = ("under-province", "under-city", "superior")
"""What a text says of those above its own place; it shows the level where no word for the own place does."""
OPENING = 800
"""Code points in which the meeting, the office and "on behalf of" are looked for."""

ON_BEHALF, ON_BEHALF_WEIGHT = "level.on-behalf", 8.0
"""我谨代表省旅游局: the speaker says himself whom he speaks for."""
_KIND = r"(?P<kind>自治区|自治州|省|市|县|区|州|盟|旗)"
_UNIT_OF = {
    "省": "province", "自治区": "region", "市": "city", "自治州": "prefecture", "州": "prefecture",
    "盟": "prefecture", "地区": "prefecture", "县": "county", "旗": "county", "区": "district",
    "镇": "town", "乡": "town", "街道": "town",
}  # fmt: skip
_UNITS = frozenset(_UNIT_OF.values()) - {"town"}
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
    (
        ON_BEHALF,
        ON_BEHALF_WEIGHT,
        re.compile(
            r"(?:我谨?|我[^。；\n]{1,24}，并?谨?)代表(?:中共)?[^，。、\n]{0,6}?(?P<kind>自治区|自治州|[省市县区州盟旗])"
            r"(?:委|党委|(?!人民)(?:市场|(?![省市县区州盟旗])[\u4e00-\u9fff]){0,6}(?:政府|[局厅办]))"
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
        """Count one more word that speaks for a unit."""
        self.scores[unit] += weight
        self.spans[unit].append((weight, field, start, end, rule))

    def on_behalf(self) -> frozenset[str]:
        """The units for which the speaker says that he speaks."""
        spans = ((unit, rule) for unit, found in self.spans.items() for *_, rule in found)
        return frozenset(unit for unit, rule in spans if rule == ON_BEHALF)

    def not_ranked(self) -> Literal["institution", "town"] | None:
        """Whether a school, a ministry or a company speaks, or a town; None for any other place."""
        s = self.scores
        highest = max((v for u, v in s.items() if u in _UNITS), default=0.0)
        if s["institution"] >= LEAST and s["institution"] > max(highest, s["town"]):
            return "institution"
        return "town" if s["town"] >= LEAST and s["town"] >= TOWN_SHARE * highest else None


def units(speech: Speech) -> Units:
    """Every word in title and text by which the speech says whom it speaks for."""
    found = Units()
    for name in ("title", "text"):
        field: Field = "title" if name == "title" else "text"
        text: str = getattr(speech, field)
        for start, end, cue in _cues(text):
            if cue.surface in _WHOLES and text.startswith(_standings(), end):
                above = _WHOLES[cue.surface]
                found.add(above, 1.0, field, start, end, f"level.{above}")
                continue
            weight = cue.weight * (TITLE_WEIGHT if field == "title" else 1.0)
            found.add(cue.unit, weight, field, start, end, f"level.{cue.unit}")
            if cue.surface == "我省":
                found.scores["own-province"] += weight
        for rule, weight, pattern in _OPENINGS:
            for m in pattern.finditer(text, 0, OPENING):
                start = m.start("kind") if rule not in ("level.behalf", ON_BEHALF) else m.start()
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


@cache
def _standings() -> tuple[str, ...]:
    """What follows 全省 where a standing is told, from ``data/reference/places/standings.txt``."""
    lines = reference("places/standings.txt").read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())

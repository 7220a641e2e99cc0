"""Where a speech names places, and in what role: its own, one among others, one to learn from."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from flows.records import Field, Speech
from flows.resources import reference
from flows.tag.boundary import stands_alone
from flows.tag.gazetteer import COUNTY, Gazetteer, Name, gazetteer

Role = Literal["strong", "self", "plain", "listed", "other"]
FIELDS: tuple[Field, ...] = ("title", "text")
_LONGEST_ROLE_WORD = 8
_MEETING = re.compile(r"第[一二三四五六七八九十百\d]{1,5}届|人民政府")
"""After a full name: the assembly that is met, the government that is spoken for."""
_ON_BEHALF = re.compile(r"(?:我|谨|我们)(?:谨|再次|首先|仅)?代表(?:中共|中国共产党)?$")
_BEHALF = 12
"""Code points of the longest of these."""
_OWN_ORGAN = re.compile(r"委|党委|政府|人大|四套班子|四大班子|五套班子|五大班子")
"""After a full name and "I, on behalf of": 我谨代表中共昆山市委、市政府."""
_OTHER_REPORT = re.compile(r"\d{4}年政府工作报告")
"""In the text, not the title: a link to another report."""
_ORGAN = re.compile(r"[省市州盟]?(?:党委|委)(?=[、和，的及])")
_ORGAN_ACTS = re.compile(r"委[^。；\n]{0,8}?(?:负责|领导|同志|作了|做了|介绍|发言|汇报|表态)")
"""Behind a place: somebody of its committee has just spoken, who is not the speaker."""
_VISIT_REACH = 20
"""Code points between 总书记 and the place of 习近平总书记对浙江提出的新要求."""
_LISTED = ("", "、", "和", "与", "及", "以及")
"""What stands between the places of a list, and nothing between a place and the one within (西藏日喀则)."""
_NAME_BEGINS_AFTER = frozenset("\n\t 　长记员任席授士师、，。：:；;（(“")
"""A surname after one of these, or after nothing, begins a person's name: 市长王朝阳."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One place name in a field of the speech."""

    field: Field
    start: int
    end: int
    name: Name
    role: Role
    superior: bool = False
    """Its party committee is named (浙江省委、省政府), or the general secretary's words to it: a place that
    the speaker's own lies in, or is."""


def mentions(speech: Speech) -> list[Mention]:
    """The place names of title and text: the longest at each spot that stands alone, in order."""
    found: list[Mention] = []
    for field in FIELDS:
        text: str = getattr(speech, field)
        taken = 0
        in_field = []
        for start, end, name in _longest_first(gazetteer(), text):
            if start < taken or not stands_alone(text, start, end):
                continue
            role = _role(text, start, end, name, field)
            taken = end
            if role != "none" and not _person(text, start, end):
                in_field.append(Mention(field, start, end, name, role, _superior(text, start, end)))
        found += _others_listed(text, in_field)
    return _only_organ(found, speech)


def _only_organ(found: list[Mention], speech: Speech) -> list[Mention]:
    """Where one county-level city alone is named with its party committee (义乌市委、市政府), it is the
    speaker's own, not one of those below him: none of 1,806 cuts of reports of provinces and prefectures
    names one so."""
    places = gazetteer().places
    organs = [m for m in found if m.superior and m.name.full and m.role != "other"]
    if len({m.name.surface for m in organs}) != 1 or not organs[0].name.surface.endswith("市"):
        return found
    if any(places[place].rank != COUNTY for place in organs[0].name.full):
        return found
    if any(_ORGAN_ACTS.match(getattr(speech, m.field), m.end) for m in organs):
        return found
    return [replace(m, role="strong") if m in organs and m.role == "plain" else m for m in found]


def _others_listed(text: str, found: Sequence[Mention]) -> list[Mention]:
    """With 学习 before a list of places, or 经验 after it, all that are listed are another's (浙江、江苏)."""
    runs: list[list[Mention]] = []
    for m in found:
        if runs and text[runs[-1][-1].end : m.start] in _LISTED:
            runs[-1].append(m)
        else:
            runs.append([m])
    told = []
    for run in runs:
        other = len(run) > 1 and "other" in (run[0].role, run[-1].role)
        told += [replace(m, role="other") if other and m.role in ("plain", "listed") else m for m in run]
    return told


def _longest_first(places: Gazetteer, text: str) -> Iterator[tuple[int, int, Name]]:
    yield from sorted(places.hits(text), key=lambda hit: (hit[0], -hit[1]))


def _role(text: str, start: int, end: int, name: Name, field: Field) -> Role | Literal["none"]:
    after = _first_known(
        _role_words("after"), (text[end : end + n] for n in range(_LONGEST_ROLE_WORD, 0, -1))
    )
    bare = not name.full
    if field == "text" and _OTHER_REPORT.match(text, end):
        return "other"
    if not bare and (_MEETING.match(text, end) or _speaks_for(text, start, end)):
        return "strong"
    if after == "none":
        return "none" if bare and not name.towns else "plain"
    if after == "plain":
        return "plain"
    before = _first_known(
        _role_words("before"), (text[max(0, start - n) : start] for n in range(_LONGEST_ROLE_WORD, 0, -1))
    )
    if "other" in (after, before):
        return "other"
    if "self" in (after, before):
        return "self"
    return "listed" if "listed" in (after, before) else "plain"


def _speaks_for(text: str, start: int, end: int) -> bool:
    return bool(_OWN_ORGAN.match(text, end) and _ON_BEHALF.search(text[max(0, start - _BEHALF) : start]))


def _superior(text: str, start: int, end: int) -> bool:
    if _ORGAN.match(text, end):
        return True
    visited = text[start - 2 : start] in ("考察", "视察") or text[start - 1 : start] == "对"
    return visited and "总书记" in text[max(0, start - _VISIT_REACH) : start]


def _first_known(roles: dict[str, str], words: Iterable[str]) -> str | None:
    return next((roles[word] for word in words if word in roles), None)


def _person(text: str, start: int, end: int) -> bool:
    if end - start != 2 or start == 0 or text[start - 1] not in _surnames():
        return False
    return start == 1 or text[start - 2] in _NAME_BEGINS_AFTER


@cache
def _surnames() -> frozenset[str]:
    return frozenset(reference("places/surnames.txt").read_text(encoding="utf-8").strip())


@cache
def _role_words(side: str) -> dict[str, str]:
    """Word to role, from ``data/reference/places/roles.csv``."""
    with reference("places/roles.csv").open(encoding="utf-8", newline="") as file:
        return {w: r["role"] for r in csv.DictReader(file) if r["side"] == side for w in r["words"].split()}

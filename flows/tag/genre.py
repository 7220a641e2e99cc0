"""Says who speaks, at what meeting, and what kind of speech it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from flows.records import Speech
from flows.tag.dates.clues import table

OPENING = 600
"""Code points at the start of a text in which the speaker and the meeting are looked for."""
LONGEST_OCCASION = 60
"""Code points; a longer match has run over the meeting's name."""

_VICE = r"(?:代理?|常务副|副)?"
_BODY = r"(?:省|市|县|区|州|盟|旗|镇|乡|街道|自治区|村)"
_GREETING = re.compile(r"(?:各位代表|同志们|各位领导|各位委员|各位来宾|各位嘉宾|同志们、朋友们)[：:，,！!]?")
_REPORTS = re.compile(r"(?:向大会|向会议)[^。\n]{0,12}报告")


@dataclass(frozen=True, slots=True, kw_only=True)
class Genre:
    """A speech's speaker, meeting and kind; None where the text does not say."""

    speaker_role: str | None
    """An office without its place and without a name: 县长, 区委书记, 常务副区长."""
    occasion: str | None
    """The meeting, as the text names it."""
    doc_type: str
    """A value of ``genre.csv``; ``other`` for what is not a speech."""


def describe(speech: Speech) -> Genre:
    """The genre of a speech, from its title and its first lines.

    >>> g = describe(Speech(id="a", pages=("a",), title="县长在全县项目工作推进会上的讲话", text="同志们：…"))
    >>> g.speaker_role, g.occasion, g.doc_type
    ('县长', '全县项目工作推进会', '讲话')
    """
    opening = speech.text[:OPENING]
    return Genre(
        speaker_role=_role(speech.title, opening),
        occasion=_occasion(speech.title, opening),
        doc_type=_kind(speech.title, speech.text),
    )


def _role(title: str, opening: str) -> str | None:
    """The office before 在 in the title, else the one on a short line before the greeting."""
    before, at, _ = title.partition("在")
    found = _office().search(before) if at else None
    if found:
        return _bare(found[0])
    greeting = _GREETING.search(opening)
    for line in (opening[: greeting.start()] if greeting else "").splitlines():
        bare = line.strip(" \t　*（）()")
        found = _office().search(bare)
        if found and len(bare) <= 40 and len(bare) - found.end() <= 8 and "。" not in bare:
            return _bare(found[0])
    return None


def _bare(role: str) -> str:
    """市人民政府市长 is 市长: the head of a government needs no government named."""
    return re.sub(rf"^{_BODY}?(?:人民)?政府(?=[^书]*长$)", "", role)


def _occasion(title: str, opening: str) -> str | None:
    for pattern, in_title in _meetings():
        match = pattern.search(title if in_title else opening)
        if match:
            return match["at"].strip("《》 　")
    return None


def _kind(title: str, text: str) -> str:
    """What the title calls it; without a word in the title, what its first words make it."""
    types, others = _words()
    bare = re.sub(r"[\s（(][^）)]*[）)]?$", "", title.strip()) or title.strip()
    for word, value in types:
        if word in bare:
            return _by_meeting(bare) if value == "讲话" else value
    if bare.endswith(others):
        return "other"
    opening = text[:OPENING]
    if _REPORTS.search(opening):
        return "工作报告"
    return "讲话" if _GREETING.search(opening) else "other"


def _by_meeting(title: str) -> str:
    """A 讲话 at a meeting that moves people to act, or that looks back, is named for it."""
    if re.search(r"动员[^上]{0,6}会", title):
        return "动员讲话"
    return "总结讲话" if re.search(r"总结[^上]{0,6}会", title) else "讲话"


@cache
def _meetings() -> tuple[tuple[re.Pattern[str], bool], ...]:
    """Patterns of a meeting's name, the surest first, and whether each is for the title."""
    name = rf"(?P<at>[^\n，。；]{{2,{LONGEST_OCCASION}}}?(?:{'|'.join(_listed('meeting'))}))"
    return (
        (re.compile(rf"(?:在|于){name}(?:上|暨|的|讲话|发言|致辞|$)"), True),
        (re.compile(rf"^(?!在){name}上?的?(?:讲话|发言|致辞|主持词)"), True),
        (re.compile(rf"日[）)]?\s{{0,3}}(?:在|于){name}上"), False),
        (
            re.compile(
                rf"(?:今天|今日|这里|专题|隆重|组织)[^\n。；]{{0,16}}?(?:召开|举行)(?:的)?(?:这次|此次)?{name}(?=[，。；、]|的)"
            ),
            False,
        ),
    )


@cache
def _office() -> re.Pattern[str]:
    offices, organs = "|".join(_listed("office")), "|".join(_listed("organ"))
    return re.compile(
        rf"(?:(?:{_BODY}委|{_BODY}?(?:{organs})))?{_VICE}(?:{offices})(?![一-鿿]{{0,2}}(?:会|办))"
    )


@cache
def _words() -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    types = tuple((row["word"], row["value"]) for row in table("dates/genre.csv") if row["kind"] == "type")
    return types, _listed("other")


def _listed(kind: str) -> tuple[str, ...]:
    return tuple(row["word"] for row in table("dates/genre.csv") if row["kind"] == kind)

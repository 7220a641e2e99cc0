"""Says who speaks, at what meeting, and what kind of speech it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from flows.records import Speech
from flows.tag.dates.clues import table

OPENING = 600
"""Code points at the start of a text in which the speaker and the meeting are looked for."""
LONGEST_OCCASION = 60
"""Code points; a longer match has run over the meeting's name."""
HEADER_LINE, HEADER_LINES = 60, 8
"""Code points of a line, and lines, before the greeting: dateline, subtitle, the speaker's line."""
LONGEST_NAME = 8
"""Code points after an office on the speaker's line; names with a dot (of other peoples) are longer."""
LONGEST_DOTTED_NAME = 24

_VICE = r"(?:第一|代理?|常务副|副)?"
_BODY = r"(?:省|市|县|区|州|盟|旗|镇|乡|街道|自治区|村)"
_NO_OFFICE = r"(?!助理|团|处|令|热线|信箱|办公|会议|联席会|专题会|例会|碰头会|现场会)"
"""After an office: 县长助理 is another one, 县长办公会 a meeting, 主席团 a body."""
_GREETING = re.compile(
    r"(?:各位(?:代表|领导|委员|来宾|嘉宾|朋友|老师|同学|同事|同仁|企业家|客商)|同志们|朋友们|同学们|老师们|乡亲们"
    r"|女士们|先生们)(?=[：:，,！!、。\s]|$)"
)
_BEGINS = re.compile(r"(?:现在|下面)?[，,]?我(?:受[^，。\n]{2,16}委托|代表)")
"""Where a speech without a greeting begins."""
_REPORTS = re.compile(r"(?:向大会|向会议)[^。\n]{0,12}报告")
_HOSTS = re.compile(
    r"(?:仪式|会议|大会|活动|下面|首先|现在)[，,]?进行(?:会议|大会|仪式)?的?第[一二三四五六七八]项"
    r"|^第[一二三四五六七八]项[，,、：:]\s?[请由鸣奏介宣]",
    re.MULTILINE,
)
"""How a host leads through a meeting: 下面进行第二项, 第三项，请…讲话."""
_ITEMS = 2
_CALLED = re.compile(r"(?:^|(?<=[。！!？?”\n]))[ \t　]*(各位代表|同志们|各位委员)[，,！!：:]", re.MULTILINE)
"""The speaker turns to the hall in the middle of a speech whose beginning is lost."""
_TOLD = re.compile(
    r"(?:并|发表|(?<!工)作)(?:了)?(?:重要|主旨|主题|动员|总结|表态|交流|典型|政府)*(?:讲话|致辞|致词|发言|演讲|工作报告|报告)$"
    r"|上(?:强调|指出|要求)"
)
"""A headline that tells of a speech: 出席会议并讲话."""
_ABOUT = re.compile(r"(?:重要)?(?:讲话|报告)精神")
"""The words of another speech, which the title is about."""
_AT_MEETING = re.compile(r"^在[^\n]{2,80}上")
_CLOSING_BRACKET = re.compile(r"[（(【\[][^（）()【】\[\]]*[）)】\]]$")


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
    title, opening = _bare_title(speech.title), speech.text[:OPENING]
    header = list(_header(opening))
    doc_type = _kind(title, speech.text)
    titled = _occasion(title, "title") or (_occasion(title, "name first") if doc_type != "other" else None)
    return Genre(
        speaker_role=_role_in_title(title, titled, doc_type) or _role_in_header(header),
        occasion=titled or _occasion("".join(header), "header") or _occasion(opening, "opening"),
        doc_type=doc_type,
    )


def is_spoken(title: str) -> bool:
    """Whether a title is that of a speech.

    >>> is_spoken("开工典礼致辞"), is_spoken("发展基础")
    (True, False)
    """
    return _kind(_bare_title(title), "") != "other"


def _bare_title(title: str) -> str:
    """The title without the brackets at its end: （2021年3月5日）."""
    bare = title.strip()
    for _ in range(2):
        bare = _CLOSING_BRACKET.sub("", bare).rstrip() or bare
    return bare


def _header(opening: str) -> Iterator[str]:
    """The short lines before the greeting, or before the first line that is prose."""
    for line in opening.split("\n")[:HEADER_LINES]:
        bare = line.strip(" \t　*")
        if len(bare) > HEADER_LINE or "。" in bare or _BEGINS.match(bare):
            return
        greeting = _GREETING.search(bare)
        if greeting:
            yield bare[: greeting.start()]
            return
        yield bare


def _role_in_title(title: str, occasion: str | None, doc_type: str) -> str | None:
    """The office before 在; where the title names no meeting, the office it begins with (市长新年贺词)."""
    before, at, _ = title.partition("在")
    if at:
        found = _office().search(before)
        return _bare(found) if found else None
    if occasion or doc_type == "other" or title.startswith("关于"):
        return None
    found = _office().search(title)
    return _bare(found) if found and found.start() <= LONGEST_NAME else None


def _role_in_header(header: list[str]) -> str | None:
    """The office on a line that ends with it or with a name."""
    for line in header:
        bare = re.sub(r"\s", "", line).strip("（）()")
        found = _office().search(bare)
        if found and not set("，,：:；;") & set(bare):
            name = re.sub(r"[（(].*", "", bare[found.end() :])
            if len(name) <= (LONGEST_DOTTED_NAME if "·" in name else LONGEST_NAME):
                return _bare(found)
    return None


def _bare(found: re.Match[str]) -> str:
    """市人民政府市长 is 市长: the head of a government needs no government named."""
    return re.sub(rf"^{_BODY}?(?:人民)?政府(?=[^书]*长$)", "", found[0])


def _occasion(text: str, where: str) -> str | None:
    for pattern, field in _meetings():
        match = pattern.search(text) if field == where else None
        if match:
            return match["at"].strip("《》 　")
    return None


def _kind(title: str, text: str) -> str:
    """What the title calls it; without a word in the title, what the text makes it."""
    about = _ABOUT.sub("", title)
    if _TOLD.search(about):
        return "other"
    types, others = _words()
    word, value = _last_type(about, types)
    ending = max((o for o in others if about.endswith(o)), key=len, default="")
    if ending and not about.endswith(word + ending if word else "\0") and not _AT_MEETING.match(about):
        return "other"
    if word:
        return _by_meeting(about) if value == "讲话" else value
    opening = text[:OPENING]
    if _REPORTS.search(opening):
        return "工作报告"
    if len(list(islice(_HOSTS.finditer(text), _ITEMS))) == _ITEMS:
        return "主持词"
    called = _GREETING.search(opening) or _CALLED.search(text)
    if not called:
        return "other"
    return "工作报告" if "各位代表" in called[0] and not title else "讲话"


def _last_type(title: str, types: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """The word that ends last, and of those the longest: the head of a Chinese title stands at its end."""
    found = [
        (title.rfind(word) + len(word), len(word), word, value) for word, value in types if word in title
    ]
    return max(found)[2:] if found else ("", "")


def _by_meeting(title: str) -> str:
    """A 讲话 at a meeting that moves people to act, or that looks back, is named for it."""
    if re.search(r"动员[^上]{0,6}会", title):
        return "动员讲话"
    return "总结讲话" if re.search(r"总结[^上]{0,6}会", title) else "讲话"


@cache
def _meetings() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of a meeting's name, the surest first, and where each is looked for."""
    name = rf"(?P<at>[^\n，。；：]{{2,{LONGEST_OCCASION}}}?(?:{'|'.join(_listed('meeting'))}))"
    spoken = "|".join(sorted({word for word, _ in _words()[0]}, key=len, reverse=True))
    no_name = r"(?!这次|此次|本次|一次|一个|这个|这样|了|会议|大会|会[，。])"
    return (
        (re.compile(rf"(?:在|(?<!关)于){name}(?=上|时|期间|的|{spoken}|$)"), "title"),
        (re.compile(rf"^(?!在|关于){name}上?的?[^在会]{{0,4}}?(?:{spoken})"), "name first"),
        (re.compile(rf"(?:在|于){name}上"), "header"),
        (re.compile(rf"[日）)]{name}(?:审议)?通过"), "header"),
        (re.compile(rf"日[）)]?\s{{0,3}}(?:在|于){name}上"), "opening"),
        (
            re.compile(
                rf"(?:今天|今日|今晚|在这里|我们(?:隆重|专门|专题))[^\n。；]{{0,16}}?(?:召开|举行|举办)(?:的)?(?:这次|此次)?"
                rf"{no_name}{name}(?=[，。；、]|的)"
            ),
            "opening",
        ),
        (
            re.compile(
                rf"(?:今天的|今天这次|这次|本次|此次){no_name}{name}(?=[，,]?(?:是|主要|的主要|的目的|的任务))"
            ),
            "opening",
        ),
    )


@cache
def _office() -> re.Pattern[str]:
    offices, organs = "|".join(_listed("office")), "|".join(_listed("organ"))
    return re.compile(rf"(?:(?:{_BODY}委|{_BODY}?(?:{organs})))?{_VICE}(?:{offices}){_NO_OFFICE}")


@cache
def _words() -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    types = tuple((row["word"], row["value"]) for row in table("dates/genre.csv") if row["kind"] == "type")
    return types, _listed("other")


def _listed(kind: str) -> tuple[str, ...]:
    return tuple(row["word"] for row in table("dates/genre.csv") if row["kind"] == kind)

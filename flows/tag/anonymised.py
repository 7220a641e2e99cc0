"""Places whose names were taken out before the text was put on the net: XX区, **市, 〔...〕市, 某县, A市."""

from __future__ import annotations

import re

_KIND = r"(?:自治区|自治州|自治县|街道|地区|[省市县区州盟旗镇乡])"
_NOT_A_KIND = (
    r"(?!市场|市政|市民|市容|区域|区间|区块|县域|乡村|乡镇|乡土|村民|村级|镇村|省级|州际|县乡|市县|区位)"
)
_MASK = re.compile(
    r"(?P<sign>[XxＸｘ×✕╳]{1,6}|[*＊]{1,6}|[○〇□■●◯]{1,6}|[_＿]{2,8}"
    r"|[〔\[［【(（](?:\.{2,6}|…{1,3}|[*＊XxＸ×]{1,6}|地名)[〕\]］】)）]|某{1,3})"
    rf"(?:(?:(?<=[XxＸｘ×]) )?(?P<kind>[”\"]?{_NOT_A_KIND}{_KIND}))?"
)
_LETTER = re.compile(rf"(?<![A-Za-z0-9])[A-WYZ](?:{_NOT_A_KIND}[省市县乡])")
"""A市, B县: one letter and a kind; not A区, which is a part of a building or a park."""
_STARS = "*＊"
_LETTERS = re.compile(r"[XxＸｘ×]")
_MEASURE = frozenset("年月日号％%‰亿万千百个元人名次家项倍岁期届条户亩吨公同先女老总某些者有")
"""After a mask: it stands for a number or a person (20XX年, XX同志), not for a place."""
_BEFORE_MARKUP = frozenset(("", *"\n。：:；;！!？?”-）) 　"))
_LINE = 400
"""Code points of a line in which the other star pair is looked for."""
_LONE = 3
"""Bare masks (XX的发展) are taken for a place from this many on; one or two may be anything."""


def masks(text: str) -> list[tuple[int, int]]:
    """Spans of masks that stand for a place; empty where none does.

    >>> masks("加快XX市发展，20XX年，**抓市场**，某些人")
    [(2, 5)]
    """
    with_kind, lone = [], []
    for m in _MASK.finditer(text):
        if m["kind"]:
            if _names_place(text, m):
                with_kind.append(m.span())
        elif _lone_place(text, m):
            lone.append(m.span())
    with_kind += [m.span() for m in _LETTER.finditer(text)]
    if not any(text[a] in _STARS for a, _ in with_kind):  # lone stars may be a footnote or markup
        lone = [(a, b) for a, b in lone if text[a] not in _STARS or (b - a == 2 and _unpaired(text, a))]
    return sorted(with_kind + (lone if len(lone) >= _LONE or with_kind else []))


def _names_place(text: str, m: re.Match[str]) -> bool:
    before = text[m.start() - 1 : m.start()]
    if before.isascii() and before.isalnum():
        return False
    sign = m["sign"]
    if sign[0] in _STARS and len(sign) == 2 and _bold(text, m.start()):
        return False
    return not (sign[0] in "○〇" and before and before in "一二三四五六七八九零")


def _bold(text: str, start: int) -> bool:
    """``**区域…**`` or ``…。**市级``: one of a pair of stars that sets a passage in bold."""
    line_start = text.rfind("\n", max(0, start - _LINE), start) + 1
    first = text.find("**", line_start, start)
    if first >= 0 and text[first - 1 : first] in _BEFORE_MARKUP:
        return text.count("**", first, start) % 2 == 1 or text[start - 1] in _BEFORE_MARKUP
    line_end = text.find("\n", start, start + _LINE)
    later = "**" in text[start + 2 : line_end if line_end >= 0 else start + _LINE]
    return later and text[start - 1 : start] in _BEFORE_MARKUP


def _unpaired(text: str, start: int) -> bool:
    """Whether the star pairs of a line cannot all be markup, being odd in number."""
    line_start = text.rfind("\n", max(0, start - _LINE), start) + 1
    line_end = text.find("\n", start, start + _LINE)
    return text.count("**", line_start, line_end if line_end >= 0 else start + _LINE) % 2 == 1


def _lone_place(text: str, m: re.Match[str]) -> bool:
    sign, before, after = m["sign"], text[m.start() - 1 : m.start()], text[m.end() : m.end() + 1]
    if sign[0] in "某○〇□■●◯_＿" or not _around(before) or not _around(after) or after in _MEASURE:
        return False
    if _LETTERS.match(sign):
        return len(sign) >= 2
    if sign[0] in "〔[［【(（":
        return True
    if not before.strip() or not after.strip():
        return False
    return len(sign) == 1 or (len(sign) == 2 and not _bold(text, m.start()))


def _around(char: str) -> bool:
    return not char or not (char.isascii() and char.isalnum())

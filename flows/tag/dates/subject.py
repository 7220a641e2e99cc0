"""Whose year a clause speaks of: this one, another, or a year it names."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"[。；！？!?;\n]")
_SUBJECT = re.compile(
    r"今年|本年度?|明年|来年|去年|上年|前年|后年|当年|那年|过去的?一年|(?:每|历|往|逐|近[几两三]?|前几)年|同期|每逢"
    r"|(?<![\d（(])(?:19|20)\d\d\s{0,2}年"
)
_SHIFTS = {"今年": 0, "本年": 0, "本年度": 0, "明年": -1, "来年": -1, "去年": 1, "上年": 1}
_SHIFTS |= {"过去一年": 1, "过去的一年": 1, "前年": 2, "后年": -2}
LOOK_BACK = 60
"""Code points before a phrase in which the clause's year is looked for."""


def subject(text: str, at: int) -> str | None:
    """The last word before ``at``, in its sentence, that says which year is meant.

    >>> subject("去年很难。今年前七个月", 7), subject("去年很难。前七个月", 5)
    ('今年', None)
    """
    clause = text[max(0, at - LOOK_BACK) : at]
    for end in _CLAUSE.finditer(clause):
        clause = text[max(0, at - LOOK_BACK) + end.end() : at]
    found = _SUBJECT.findall(clause)
    return found[-1] if found else None


def shift(text: str, at: int) -> int | None:
    """How many years before now the clause's year is, where it is said by 今年, 去年 and the like."""
    return _SHIFTS.get(subject(text, at) or "")


def named_year(text: str, at: int) -> int | None:
    """The year that the clause names in digits last, if no other word comes after it."""
    found = subject(text, at)
    return int(found[:4]) if found and found[0].isdigit() else None


def elsewhen(text: str, at: int) -> bool:
    """Whether the clause speaks of a year that need not be this one."""
    return subject(text, at) not in (None, "今年", "本年", "本年度")

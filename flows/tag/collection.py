"""Pages that hold several speeches, as document banks collect them: what one says is not true of the next."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.numerals import number
from flows.records import Speech
from flows.tag.genre import is_spoken

_LONGEST = 80
"""Code points of a heading."""
_NUMBER = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_BEHIND = re.compile(rf"(?P<title>[^。；]{{2,60}}?)\s?[【（(]?(?:篇|范文)(?P<number>{_NUMBER})[】）)]?[：:]?")
_BEFORE = re.compile(
    rf"[【（(]?(?:第(?P<nth>{_NUMBER})篇|(?:篇|范文)(?P<number>{_NUMBER}))[】）)]?\s?[：:]?\s?(?P<title>[^。；]{{2,60}})"
)
"""开工典礼致辞 篇2; 第二篇：开工典礼致辞."""


def is_collection(speech: Speech) -> bool:
    """Whether a speech is in truth several, each below a numbered title of its own.

    >>> text = "开工致辞 篇1\\n各位来宾：欢迎。\\n开工致辞 篇2\\n各位来宾：欢迎。"
    >>> is_collection(Speech(id="a", pages=("a",), text=text))
    True
    """
    return len(set(_numbers(speech.text))) > 1


def _numbers(text: str) -> Iterator[int | None]:
    """The numbers of the titles."""
    for line in text.split("\n"):
        if ("篇" not in line and "范文" not in line) or len(line) > _LONGEST:
            continue
        if (found := _BEHIND.fullmatch(line.strip())) and is_spoken(found["title"]):
            yield number(found["number"])
        elif (found := _BEFORE.fullmatch(line.strip())) and is_spoken(found["title"]):
            yield number(found["nth"] or found["number"])

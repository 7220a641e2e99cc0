"""Evidence: a span of a speech's field and the sentence around it."""

from __future__ import annotations

import re

from flows.records import Evidence, Field, Speech

_END = re.compile(r"[。！？!?；;\n]")
LONGEST = 300
"""Code points a sentence is shown with at most, half before and half after the span's start."""


def evidence(speech: Speech, field: Field, start: int, end: int, rule: str) -> Evidence:
    """The evidence for ``field[start:end]`` of a speech.

    >>> s = Speech(id="a", pages=("a",), text="同志们：今天是春节后上班第一天。我们开会。")
    >>> evidence(s, "text", 4, 14, "r").sentence
    '同志们：今天是春节后上班第一天。'
    """
    text: str = getattr(speech, field)
    left, right = sentence_bounds(text, start, end)
    return Evidence(field=field, start=start, end=end, sentence=text[left:right].strip(), rule=rule)


def sentence_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence that holds ``text[start:end]`` begins and ends, end mark included."""
    low, high = max(0, start - LONGEST // 2), min(len(text), max(end, start + LONGEST // 2))
    left = low
    for mark in _END.finditer(text, low, start):
        left = mark.end()
    mark_after = _END.search(text, max(start, end - 1), high)
    return left, max(end, mark_after.end() if mark_after else high)

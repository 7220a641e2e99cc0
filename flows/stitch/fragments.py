"""Numbered fragments inside one page: a viewer cut the text where its window ended, and numbered them."""

from __future__ import annotations

import re

from flows.stitch.likely import gain
from flows.stitch.seam import begins_inside, join, runs_on

_NUMBER = re.compile(r"(\d{1,3})、")
_INNER_STOP = re.compile(r"[。！？!?；;]")
_FRAGMENT_LEAST = 100
"""Characters of a fragment. A viewer's window shows hundreds; a list's items are shorter or end in a stop."""
_BROKEN_LEAST = 0.8
"""Share of the pieces that must break off inside a sentence; a window ends at a full stop now and then."""
_BROKEN_HALF, _TOLD_LEAST = 0.5, 10.0
"""Half is enough where the sentences that break off are seen to go on (see likely.py), far beyond chance. One
is where the next piece begins with a comma or a full stop: no item of a list does."""


def join_fragments(text: str) -> tuple[str, int]:
    """The text with its fragments joined, and how many numbers were taken out: 0 if it has none.

    A list whose items are sentences, or short, stays as it is.

    >>> join_fragments("1、修路十公里。\\n2、修桥两座。")
    ('1、修路十公里。\\n2、修桥两座。', 0)
    """
    before, pieces = _pieces(text.split("\n"))
    if len(pieces) < 2 or not _are_fragments(pieces):
        return text, 0
    return "\n".join([*before, join(pieces)]), len(pieces)


def _pieces(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines before ``1、``, and the text behind each number of the series 1, 2, 3 …"""
    before: list[str] = []
    pieces: list[list[str]] = []
    for line in lines:
        number = _NUMBER.match(line)
        if number and int(number[1]) == len(pieces) + 1:
            pieces.append([line[number.end() :]])
        else:
            (pieces[-1] if pieces else before).append(line)
    return before, ["\n".join(piece) for piece in pieces]


def _are_fragments(pieces: list[str]) -> bool:
    full = pieces[:-1]
    long = all(len(piece) >= _FRAGMENT_LEAST and _INNER_STOP.search(piece) for piece in full)
    seams = list(zip(full, pieces[1:], strict=True))
    if long and any(begins_inside(after) for _, after in seams):
        return True
    broken = sum(runs_on(piece, after) for piece, after in seams)
    if not long or broken < _BROKEN_HALF * len(full):
        return False
    told = sum(gain(piece, after) for piece, after in seams if runs_on(piece, after))
    return broken >= _BROKEN_LEAST * len(full) or told >= _TOLD_LEAST

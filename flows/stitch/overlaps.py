"""What a piece of a text repeats of the piece before it, letters alone compared."""

from __future__ import annotations

from typing import NamedTuple

_LOOKED_AT = 2500
"""Characters on each side of a seam; sites repeat some hundred at most."""
_EXACT_LEAST = 20
"""Letters of an overlap that is exact. Fewer may be a standing phrase."""
_NEAR_LEAST = 40
"""Letters of one that is not."""
_ANCHOR = 10
"""Letters that must be alike where a near overlap begins, and where it ends."""
_DAMAGED = 20
"""Letters that may be damaged before the first anchor and behind the last: a sentence cut by a window."""
_GRAM = 4
_SHARED = 0.7
"""Part of its 4-grams that a near overlap shares. One changed letter in ten leaves 0.66; speeches without
an overlap share under 0.1 there."""


class Overlap(NamedTuple):
    """``before[:end]`` and ``after[start:]`` make the whole; ``letters`` are said in both."""

    end: int
    start: int
    letters: int


def overlap(before: str, after: str) -> Overlap | None:
    """The longest exact overlap, letters alone compared; else a near one; else None.

    Between the letters that meet, the marks of ``after`` stand, which saw the sentence go on.

    >>> before = "今天开会。各部门各单位，要认真落实会议的各项部署和要求……"
    >>> after = "各部门各单位要认真落实会议的各项部署和要求。第二，再动员。"
    >>> found = overlap(before, after)
    >>> before[: found.end] + after[found.start :]
    '今天开会。各部门各单位，要认真落实会议的各项部署和要求。第二，再动员。'
    """
    cut = max(0, len(before) - _LOOKED_AT)
    left = [at for at in range(cut, len(before)) if before[at].isalnum()]
    right = [at for at in range(min(len(after), _LOOKED_AT)) if after[at].isalnum()]
    tail, head = "".join(before[at] for at in left), "".join(after[at] for at in right)
    found = _exact(tail, head) or _near(tail, head)
    if found is None:
        return None
    kept, said = found
    end, start = left[kept - 1] + 1, right[said - 1] + 1
    says_more = any(map(str.isalnum, after[start:]))
    if not says_more and kept == len(left) and end < len(before):
        return Overlap(len(before), len(after), said)
    return Overlap(end, start, said)


def _exact(tail: str, head: str) -> tuple[int, int] | None:
    at = tail.find(head[:_EXACT_LEAST]) if len(head) >= _EXACT_LEAST else -1
    while at >= 0:
        size = len(tail) - at
        if size <= len(head) and tail.endswith(head[:size]):
            return len(tail), size
        at = tail.find(head[:_EXACT_LEAST], at + 1)
    return None


def _near(tail: str, head: str) -> tuple[int, int] | None:
    """By letters near the beginning of ``head`` that ``tail`` has, and near the end of ``tail`` that ``head``
    has."""
    begins = _anchored(head[: _DAMAGED + _ANCHOR], tail)
    ends = _anchored(tail[-_DAMAGED - _ANCHOR :][::-1], head[::-1])
    if begins is None or ends is None:
        return None
    first, kept, said = begins[1] - begins[0], len(tail) - ends[0], len(head) - ends[1]
    repeated, again = tail[max(0, first) : kept], head[:said]
    if min(len(repeated), len(again)) < _NEAR_LEAST or not _alike(repeated, again):
        return None
    return kept, said


def _anchored(edge: str, text: str) -> tuple[int, int] | None:
    """Where in ``edge`` the first letters begin that ``text`` has too, and where in ``text``."""
    for at in range(len(edge) - _ANCHOR + 1):
        found = text.find(edge[at : at + _ANCHOR])
        if found >= 0:
            return at, found
    return None


def _alike(one: str, other: str) -> bool:
    grams, others = ({text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)} for text in (one, other))
    return len(grams & others) >= _SHARED * max(len(grams), len(others))

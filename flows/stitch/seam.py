"""Where two pieces of a text meet: whether a sentence runs on, and what the second repeats of the first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, pairwise

_ENDS = tuple("。！？!?；;：:…”」』）)】")
_PARAGRAPH = re.compile(
    r"(?:[(（]?[一二三四五六七八九十]{1,3}[)）、.]|第[一二三四五六七八九十]{1,3}[，,、部章节]|\d{1,2}[、.．]\D"
    r"|(?:各位|同志们|朋友们).{0,12}[，,：:！!])"
)
_HEADING = re.compile(
    r"(?:[(（]?[一二三四五六七八九十]{1,3}[)）、.]|第[一二三四五六七八九十]{1,3}[部章节])[^，,。；;]{0,40}$"
)
_HEADING_MOST = 60
"""Characters at a seam that are looked at; a heading fits in."""
_OVERLAP_LEAST, _OVERLAP_MOST = 20, 2000
"""Characters of an overlap. Fewer may be a standing phrase; sites repeat a paragraph at most."""


def runs_on(before: str, after: str) -> bool:
    """Whether a sentence that ``before`` breaks off goes on in ``after``.

    >>> runs_on("放假回来，有", "些同志还没有收心"), runs_on("开局顺利。", "第三，再动员。")
    (True, False)
    """
    last = before[-_HEADING_MOST:].rstrip().rpartition("\n")[2]
    return not (
        last.endswith(_ENDS) or _HEADING.match(last) or _PARAGRAPH.match(after[:_HEADING_MOST].lstrip())
    )


def join(pieces: Sequence[str]) -> str:
    """Pieces as one text: without a seam inside a sentence, else with a new line.

    >>> join(["放假回来，有", "些同志还没有收心"]), join(["一、总结", "过去一年，"])
    ('放假回来，有些同志还没有收心', '一、总结\\n过去一年，')
    """
    held = [piece for piece in pieces if piece]
    if not held:
        return ""
    seams = ["" if runs_on(before, after) else "\n" for before, after in pairwise(held)]
    return "".join(chain.from_iterable(zip(held, [*seams, ""], strict=True)))


def overlap(before: str, after: str) -> int:
    """How many characters at the start of ``after`` repeat the end of ``before``.

    The longest overlap in linear time, by the prefix function of Knuth, Morris and Pratt.

    >>> twice = "各部门各单位要认真落实会议的各项部署和要求。"
    >>> overlap("今天开会。" + twice, twice + "第二，") == len(twice)
    True
    """
    joined = after[:_OVERLAP_MOST] + "\0" + before[-_OVERLAP_MOST:]
    longest = [0] * len(joined)
    for at in range(1, len(joined)):
        size = longest[at - 1]
        while size and joined[at] != joined[size]:
            size = longest[size - 1]
        longest[at] = size + (joined[at] == joined[size])
    return longest[-1] if longest[-1] >= _OVERLAP_LEAST else 0

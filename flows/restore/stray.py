"""Letters that stand in the middle of a word: 杜M绝. They are reported, not taken out.

A page may mean its letters (A股, 创A工作, A县), and what stood in place of one is not known. A place
counts where without the letter two characters would be, or hold together, a common word, and neither
of them belongs to a word of its own.
"""

from __future__ import annotations

import re
from functools import cache

from flows.resources import reference

SIGN = "A-WYZa-wyz", "(?<=[\u4e00-\u9fff].)(?=[\u4e00-\u9fff])"
"""A letter between characters (X is what masks a name), as :mod:`flows.restore.signs` asks for it."""
_BETWEEN = re.compile(f"[{SIGN[0]}]{SIGN[1]}")
LONGEST = 4
"""Characters of the longest words in the list."""


def count(text: str) -> int:
    """How many places of a simplified text have a stray letter.

    >>> count("坚决杜M绝浪费，经济发z展"), count("新增A股上市，创A工作，A县和B县，请选A项")
    (2, 0)
    """
    return sum(_stray(text, found.start()) for found in _BETWEEN.finditer(text))


def _stray(text: str, at: int) -> bool:
    words, before_letter, after_letter = _words(), *_meant()
    left, right = text[max(0, at - LONGEST + 1) : at], text[at + 1 : at + LONGEST]
    if left[-1] in before_letter or right[0] in after_letter:
        return False
    across = {left[-n:] + right[:m] for n in range(1, LONGEST) for m in range(1, LONGEST) if n + m <= LONGEST}
    joined = across & words
    if any(len(word) > 2 for word in joined):
        return True
    return bool(joined) and left[-2:] not in words and right[:2] not in words


@cache
def _words() -> frozenset[str]:
    return frozenset(reference("restore/words.txt").read_text("utf-8").split())


@cache
def _meant() -> tuple[frozenset[str], frozenset[str]]:
    """Characters before and after which a letter is meant."""
    lines = reference("restore/letter-words.tsv").read_text("utf-8").splitlines()
    sides = dict(line.split("\t") for line in lines if not line.startswith("#"))
    return frozenset(sides["before"]), frozenset(sides["after"])

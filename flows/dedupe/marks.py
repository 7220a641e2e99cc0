"""Signatures: a content-defined sample of a speech's shingles, the same wherever the speech is copied.

A shingle is five letters in a row, punctuation and white space left out. Of their 64-bit hashes those
divisible by SCALE are kept (FracMinHash), so a copy cut to a third keeps a third of its whole's marks
and is found by containment, which a MinHash of fixed size can't do.
"""

from __future__ import annotations

import re
import unicodedata
import zlib

SHINGLE = 5
"""Letters. Different reports of one city share at most 0.19 of their 5-letter shingles (Jaccard), true
copies 0.8 and more (measured on 23,754 pairs)."""
SCALE = 32
"""One shingle in 32 is kept: 125 marks for a speech of 4,000 letters. For a pair with containment 0.7 the
chance that fewer than SHARED of 125 marks agree is below one in a million."""
LEAST = 8
"""A short speech keeps at least its smallest hashes, this many."""
SHARED = 0.35
"""Pairs that share this part of the smaller one's marks are compared letter by letter. Reports of one
city from different years share up to a third."""
SLACK = 3
"""Marks by which a small sample may fall short of its share."""

_NOT_LETTERS = re.compile(r"[\W_]+")


def letters(text: str) -> str:
    """The text without punctuation and white space, in lower case and half width.

    >>> letters("同志们：\\n今天，３．5%。")
    '同志们今天35'
    """
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text)).lower()


def shingles(text: str) -> set[int]:
    """Hashes of the five-letter runs of a text; of the whole text where it is shorter."""
    data = letters(text).encode("utf-16-le")
    width = 2 * SHINGLE
    last = max(1, len(data) - width + 2)
    # A CRC is linear; the multiplication spreads it so that divisibility samples evenly.
    return {zlib.crc32(data[i : i + width]) * 0x9E3779B1 & 0xFFFFFFFF for i in range(0, last, 2)}


def sign(text: str) -> tuple[int, ...]:
    """The marks of a text, sorted: a pure function of its letters.

    >>> sign("同志们：今天开会") == sign("同志们, 今天 开会。")
    True
    """
    every = shingles(text)
    kept = {h for h in every if h >> 16 & SCALE - 1 == 0}
    return tuple(sorted(kept | set(sorted(every)[:LEAST])))


def enough_shared(shared: int, marks_a: int, marks_b: int) -> bool:
    """Whether a pair that shares so many marks is worth a comparison."""
    return shared >= max(2, SHARED * min(marks_a, marks_b) - SLACK)

"""Signatures: a small content-defined sample of a speech, the same wherever the speech is copied.

A shingle is a run of letters, punctuation and white space left out. The marks of a text are the smallest
hashes of its eight-letter shingles, one in PER_MARK, at least LEAST and at most MOST, and those of its first
HEAD letters, HEADS more. The smallest of a part are among the smallest of its whole, so a copy cut short is
found by containment, which a MinHash of fixed size can't do. Two texts share what lies below the lower of
their two limits. So many are there to be shared, by a containment of 1:

    two whole copies:                          24 to 64, and 8 of the head
    any third of a speech of 1,000 letters:    8         the first third: 8 more
    any third of 15,000:                       21
    any tenth of 1,500, of 15,000:             2 and 6   the first tenth: 5 and 8 more

A pair that has m marks to share and a containment of c (of eight-letter shingles; of five-letter ones it is
higher) is compared if at least max(2, SHARED * m - SLACK) agree, and is missed with the chance that
Binomial(m, c) stays below that:

    m = 24, c = 0.5:  1 in 90      c = 0.7:  7 in a million
    m = 16, c = 0.5:  1 in 90      c = 0.7:  3 in 100,000
    m = 8,  c = 0.7:  1 in 800     c = 0.9:  1 in a million
    m = 5,  c = 0.7:  1 in 30      c = 0.9:  1 in 2,000
    m = 2,  c = 0.9:  1 in 5

A long text has few marks for each of its parts, so a short one that shares a standing sentence with it may
share as many as a copy would. Hence the sketch (sketches.py), by which the two that are left are told apart
without their texts.

Speeches that are no copies are hardly ever compared: of the 181,000 pairs of 602 reports one is. Marks of
eight letters are shared by standing phrases alone.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from flows.dedupe.arrays import Hashes, Keys, different
from flows.dedupe.sketches import LAST_SKETCH, sketch

Units = npt.NDArray[np.uint16]

WIDTH: Final = 8
"""Letters of a shingle that is sampled. Of five letters, half a speech's marks are standing phrases."""
PER_MARK = 128
"""Shingles of a speech for each of its marks."""
LEAST, MOST = 24, 64
"""Marks of a short and of a long speech; 31 of one of 4,000 letters."""
HEAD, HEADS = 250, 8
"""A preview begins where its whole does: its first letters have marks of their own."""
SHARED = 0.35
"""Part of the marks to share that two copies do share at least; five letters in eight may be edited."""
SLACK = 2
"""Marks by which a small sample may fall short of its share."""
LEAST_SHARED = 2
"""Marks that any two copies share. One is often that of a standing sentence."""
ROUGH = 1
"""Marks by which the reckoning from numbers alone may be wrong."""
PARAGRAPH = 40
"""Letters of a paragraph that is kept for text reuse; shorter ones are headings and standing sentences."""
MOST_PARAGRAPHS = 1000
"""Of one speech; the longest reports have some 300."""

_POWERS = {n: np.uint64(pow(0x9E3779B97F4A7C15, n, 1 << 64)) for n in (1, 2, 4)}
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(31)
_TWO = np.uint64(2)
_IN_HEAD = 1 << 62
_LAST = _IN_HEAD - 1
_PARTS = np.array([LAST_SKETCH + 1, 0, _IN_HEAD], np.int64)
"""Where prints, marks, and marks of the head begin among a signature's integers."""


class Letters(NamedTuple):
    """A text as its letters (UTF-16 units), and where each stood among the text's own units."""

    units: Units
    at: npt.NDArray[np.intp]
    breaks: npt.NDArray[np.intp]
    """Where the line breaks stood."""


def letters(text: str) -> str:
    """The text without punctuation and white space, in lower case and half width.

    >>> letters("同志们：\\n今天，３．5%。")
    '同志们今天35'
    """
    return as_text(read(text).units)


def as_text(units: Units) -> str:
    """Letters as numbers, as text."""
    return units.astype("<u2").tobytes().decode("utf-16-le", "surrogatepass")


def read(text: str) -> Letters:
    """The letters of a text as numbers."""
    raw = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    units = _table()[raw]
    at = np.flatnonzero(units)
    return Letters(units[at], at, np.flatnonzero(raw == 10))


def hashes(units: Units, width: Literal[5, 8]) -> Hashes:
    """A 62-bit hash of each run of ``width`` letters; of the whole text where it is shorter.

    A polynomial, of which four letters are made from two and two, so that eight cost three steps.
    """
    if len(units) < width:
        units = np.concatenate([units, np.zeros(width - len(units), np.uint16)])
    one = units.astype(np.uint64)
    two = one[:-1] * _POWERS[1] + one[1:]
    four = two[:-2] * _POWERS[2] + two[2:]
    return _mixed(four[:-1] * _POWERS[1] + one[4:] if width == 5 else four[:-4] * _POWERS[4] + four[4:])


@dataclass(frozen=True, eq=False)
class Sample:
    """What a signature says: see :func:`sample`."""

    marks: list[int]
    """Those of the whole text, sorted."""
    every: frozenset[int]
    """These, those of its head alone, and two of all its letters together."""
    prints: list[int]
    """Of its paragraphs."""

    @property
    def top(self) -> int:
        """Up to it, the marks are all that the text has."""
        return self.marks[-1] if len(self.marks) >= LEAST else _LAST


def sign(text: str) -> tuple[int, ...]:
    """The signature of a text, sorted: a pure function of its letters and paragraphs, as 64-bit integers.

    One list of numbers travels and is stored for all: marks, from _IN_HEAD on those of the head, below zero
    the paragraphs' prints, and up to LAST_SKETCH the sketch.

    >>> sign("同志们：今天开会") == sign("同志们, 今天 开会。")
    True
    """
    read_text = read(text)
    if not len(read_text.units):
        return ()
    every = hashes(read_text.units, WIDTH)
    marks = _smallest(every, min(max(len(every) // PER_MARK, LEAST), MOST))
    heads = {m | _IN_HEAD for m in _smallest(every[: HEAD - WIDTH + 1], HEADS) if m > marks[-1]}
    heads |= {m | _IN_HEAD for m in _whole(read_text.units, every)}
    prints = {-1 - p for _, p in _prints(read_text, every)}
    return (*sketch(every), *sorted(prints), *marks, *sorted(heads))


def sample(signature: Sequence[int] | bytes) -> Sample:
    """The parts of a signature; bytes are those of its integers, as the catalog keeps them.

    >>> found = sample((-8, -3, 5, 9))
    >>> found.marks, found.prints
    ([5, 9], [7, 2])
    """
    found = (
        np.frombuffer(signature, np.int64) if isinstance(signature, bytes) else np.array(signature, np.int64)
    )
    prints, marks, heads = np.searchsorted(found, _PARTS).tolist()
    return Sample(
        marks=found[marks:heads].tolist(),
        every=frozenset((found[marks:] & _LAST).tolist()),
        prints=(-1 - found[prints:marks]).tolist(),
    )


def share_marks(a: Sample, b: Sample) -> bool:
    """Whether two texts have as many marks in common as copies do.

    >>> share_marks(sample([1, 2, 3]), sample([2, 3, 4])), share_marks(sample([1, 2, 3]), sample([4]))
    (True, False)
    """
    limit = min(a.top, b.top)
    to_share = min(bisect_right(a.marks, limit), bisect_right(b.marks, limit))
    return len(a.every & b.every) >= max(LEAST_SHARED, SHARED * to_share - SLACK)


def least_shared(marks_a: Keys, top_a: Keys, marks_b: Keys, top_b: Keys) -> npt.NDArray[np.float64]:
    """How many marks pairs share at least that :func:`share_marks` lets pass, about: reckoned from the
    numbers of their marks, and the largest of them, alone. Where these are the same, as of copies to the
    letter, few of their marks may have been looked at, since all are a crowd's."""
    low = np.minimum(top_a, top_b)
    to_share = np.minimum(marks_a * np.minimum(1, low / top_a), marks_b * np.minimum(1, low / top_b))
    alike = (marks_a == marks_b) & (top_a == top_b)
    return np.where(alike, LEAST_SHARED, SHARED * to_share - SLACK - ROUGH)


def paragraphs(text: str) -> list[tuple[int, int, int]]:
    """Start, end and print of each paragraph that is kept for text reuse.

    >>> [(start, end) for start, end, _ in paragraphs("第一段。\\n" + "我们要把工作做好，" * 8)]
    [(5, 77)]
    """
    read_text = read(text)
    prints = dict(_prints(read_text, hashes(read_text.units, WIDTH)))
    found, start = [], 0
    for number, line in enumerate(text.split("\n")):
        if number in prints:
            found.append((start, start + len(line), prints[number]))
        start += len(line) + 1
    return found


def _prints(text: Letters, every: Hashes) -> list[tuple[int, int]]:
    """Number and print of the paragraphs: a hash of the sum of the hashes of its own shingles."""
    ends = np.append(np.searchsorted(text.at, text.breaks), len(text.units))
    starts = np.concatenate([[0], ends[:-1]])
    numbers = np.flatnonzero(ends - starts >= PARAGRAPH)[:MOST_PARAGRAPHS]
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(every, dtype=np.uint64)])
    prints = _mixed(sums[ends[numbers] - WIDTH + 1] - sums[starts[numbers]])
    return list(zip(numbers.tolist(), prints.tolist(), strict=True))


def _whole(units: Units, every: Hashes) -> list[int]:
    """Two hashes of all letters: copies to the letter share them, and so find each other among any number of
    speeches from one template."""
    total = int(every.sum())
    found: list[int] = _mixed(np.array([total, total ^ len(units) << 1 ^ 1], np.uint64)).tolist()
    return found


def _smallest(every: Hashes, wanted: int) -> list[int]:
    """The smallest different hashes, so many, sorted."""
    # Three times as many lie below the limit on average; fewer than wanted do in odd texts alone.
    kept = different(every[every < np.uint64(min(3 * wanted * (_IN_HEAD // len(every)), _LAST))])
    if len(kept) < wanted:
        kept = different(every)
    found: list[int] = kept[:wanted].tolist()
    return found


def _mixed(values: Hashes) -> Hashes:
    """62 bits that depend evenly on all 64."""
    values = (values ^ (values >> _SHIFT)) * _MIX
    values = (values ^ (values >> _SHIFT)) * _MIX
    return values >> _TWO


@cache
def _table() -> Units:
    """For each UTF-16 unit the letter it stands for, 0 for what is none."""
    table = np.zeros(1 << 16, np.uint16)
    for code in range(1, 1 << 16):
        if 0xD800 <= code < 0xE000:  # halves of rare characters stand for themselves
            table[code] = code
            continue
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        if len(plain) == 1 and ord(plain) < 1 << 16 and plain.isalnum():
            table[code] = ord(plain)
    return table

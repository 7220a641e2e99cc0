"""Which speeches are searched for copies: pairs that share marks, by a rule that sees no order of arrival.

A posting says that a speech has a mark. A mark with more than CROWD postings is a standing sentence, a
template, or a text that many sites copied; to look at all its pairs would cost the square of its postings.
So of such a mark some speeches are *hubs*: a pair is looked at by it only if one of the two is. Each speech
has a rank drawn from its id alone (half have 0, a quarter 1, and so on), and the hubs are those above the
lowest rank that leaves no more than CROWD of them. Of 200 copies each is so compared with 16 to 32 others,
the same ones for all, and all come together in one cluster.

What the hubs are depends on the set of speeches only, but a speech more or less can change them: one that is
no hub any longer (once each time the postings double), or becomes one, is compared anew (see copies.py). So
a mark of n postings costs about CROWD * n pairs, whatever order they come in.
"""

from __future__ import annotations

import zlib
from typing import Final, NamedTuple

import numpy as np

from flows.dedupe.arrays import Keys, Truths, among, between, counted

NUMBER_BITS: Final = 26
"""Of a key: 67 million speeches."""
RANK_BITS: Final = 4
"""Of a key. The 33 bits above them let one mark in 270 meet a stranger among 32 million."""
ROOM: Final = 1 << NUMBER_BITS + RANK_BITS
"""Keys that one mark has room for."""
HIGHEST: Final = (1 << RANK_BITS) - 1
CROWD = 32
"""Postings of a mark up to which all its pairs are looked at."""
SHARED = 2
"""Marks that a pair shares at least to be looked at. One is often that of a standing sentence."""
_MARKS: Final = (1 << 63 - NUMBER_BITS - RANK_BITS) - 1
_NUMBER: Final = (1 << NUMBER_BITS) - 1


def rank(speech: str) -> int:
    """The rank of a speech: how many zeros a hash of its id ends in.

    >>> [rank(i) for i in "abcde"]
    [0, 0, 0, 2, 1]
    """
    number = zlib.crc32(speech.encode()) | 1 << HIGHEST
    return (number & -number).bit_length() - 1


def key(mark: int, speech: str, number: int) -> int:
    """A posting as a number: mark, rank (highest first), number of the speech; see catalog/schema/003.sql."""
    return (mark & _MARKS) << NUMBER_BITS + RANK_BITS | HIGHEST - rank(speech) << NUMBER_BITS | number


def low(mark: int) -> int:
    """The smallest key that a posting of a mark can have."""
    return (mark & _MARKS) * ROOM


def keys(marks: Keys, low_bits: Keys | np.int64) -> Keys:
    """:func:`key`, of many, sorted, each once: ``low_bits`` are the keys of a mark 0."""
    return counted((marks & np.int64(_MARKS)) << np.int64(NUMBER_BITS + RANK_BITS) | low_bits)[0]


def numbers(found: Keys) -> Keys:
    """The speeches of postings."""
    return found & np.int64(_NUMBER)


def lows(found: Keys) -> Keys:
    """Of each posting, what :func:`low` says of its mark."""
    return found & np.int64(-ROOM)


def hubs(found: Keys) -> Truths:
    """Which postings are of hubs. Given are, sorted, of each mark the first CROWD + 1 at least.

    >>> three = np.array([key(5, i, n) for n, i in enumerate("abc")])
    >>> hubs(three).tolist()
    [True, True, True]
    """
    if not len(found):
        return np.zeros(0, np.bool_)
    starts = np.flatnonzero(np.append(True, np.diff(lows(found)) != 0))
    counts = np.diff(np.append(starts, len(found)))
    ranks = HIGHEST - (found >> np.int64(NUMBER_BITS) & np.int64(HIGHEST))
    last = np.minimum(starts + CROWD, len(found) - 1)
    bar = np.where(counts > CROWD, ranks[last], -1)
    return np.asarray(ranks > np.repeat(bar, counts))


class Pairs(NamedTuple):
    """Speeches, others, and how many marks they share, one row each."""

    one: Keys
    other: Keys
    shared: Keys


def pairs(own: Keys, hub: Keys, rest: Keys) -> Pairs:
    """What speeches share SHARED marks with others: ``own`` are their postings, ``hub`` those of the hubs of
    their marks, ``rest`` those of no hubs; all sorted. Both halves of a pair may be among ``own``."""
    is_hub = among(own, hub)
    met = np.concatenate([_met(own, hub), _met(own[is_hub], rest)])
    found, shared = counted(met[met >= 0])
    kept = shared >= SHARED
    return Pairs(found[kept] >> np.int64(NUMBER_BITS), numbers(found[kept]), shared[kept])


def _met(own: Keys, others: Keys) -> Keys:
    """Both numbers in one, -1 for a speech and itself, for each mark that two share."""
    at = lows(own)
    left, right = np.searchsorted(others, at), np.searchsorted(others, at + np.int64(ROOM - 1), "right")
    one = np.repeat(numbers(own), right - left)
    other = numbers(others[between(left, right)])
    return np.where(one == other, np.int64(-1), one << np.int64(NUMBER_BITS) | other)

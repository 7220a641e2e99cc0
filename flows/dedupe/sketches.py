"""Sketches: a twelfth of a speech's shingles, which tell apart pairs that share marks, without their texts.

Of each hash that lies below a twelfth of all, FINE_BITS bits are kept: of 300 letters 24, of which a copy
shares 12 or more, and a speech with one standing sentence in common 4.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from flows.dedupe.arrays import Hashes, Keys, Truths, different

Bits = npt.NDArray[np.uint64]

HASH_BITS: Final = 62
"""Of the hashes of shingles."""
PER_FINE = 12
"""Shingles of a speech for each one in its sketch: 500 bytes of 3,200 letters."""
FINE_BITS: Final = 15
"""Four of them to an integer. Of a text of 12,000 letters a stranger meets one in 30."""
FINE_SHARED, DEVIATIONS = 0.5, 1.0
"""Of a sketch a copy shares half at least, less two standard deviations of a sample (sqrt(n)): of 300
letters with six in a hundred changed, 1 in 500 is missed."""

_BELOW: Final = -(1 << HASH_BITS + 1)
"""Added to the integers of a sketch, which so are below all others of a signature."""
LAST_SKETCH: Final = _BELOW + (1 << HASH_BITS) - 2
"""The highest of a signature's integers that can be its sketch's."""
_FINE = np.int64((1 << FINE_BITS) - 1)
_FOUR = FINE_BITS * np.arange(4, dtype=np.int64)


def sketch(every: Hashes) -> list[int]:
    """The sketch of a speech by the hashes of its shingles, four of its values to an integer, sorted."""
    values = every[every < np.uint64((1 << HASH_BITS) // PER_FINE)].astype(np.int64) & _FINE
    fine = different(values)
    fine = np.append(fine, np.repeat(fine[-1:], -len(fine) % 4))
    found: list[int] = (different((fine.reshape(-1, 4) << _FOUR).sum(axis=1)) + _BELOW).tolist()
    return found


def bits(signature: Keys) -> Bits:
    """The sketch in a signature as a set: one bit for each value it may have, 4 KB."""
    found = signature[: np.searchsorted(signature, LAST_SKETCH, "right")]
    has = np.zeros(1 << FINE_BITS, np.bool_)
    has[(found[:, None] - _BELOW) >> _FOUR & _FINE] = True
    return np.packbits(has).view(np.uint64)


def alike(a: Bits, b: Bits) -> Truths:
    """Of pairs of sets, a row of each for one: whether the two speeches may be copies.

    >>> one, two = (bits(np.array(sketch(np.arange(n, n + 100, dtype=np.uint64)))) for n in (0, 90))
    >>> alike(np.array([one, one]), np.array([one, two])).tolist()
    [True, False]
    """
    least = np.minimum(_count(a), _count(b))
    return np.asarray(_count(a & b) >= FINE_SHARED * least - DEVIATIONS * np.sqrt(least))


def _count(sets: Bits) -> npt.NDArray[np.int64]:
    return np.asarray(np.bitwise_count(sets).sum(axis=1, dtype=np.int64))

"""Compares two speeches letter by letter: the same speech, or another one from the same template."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from flows.dedupe.arrays import Hashes, among, between, different, shared
from flows.dedupe.marks import Units, hashes, read
from flows.dedupe.places import named

WIDTH: Final = 5
"""Letters of a shingle. Different reports of one city share at most 0.19 of their 5-letter shingles
(Jaccard), true copies 0.8 and more (measured on 23,754 pairs)."""
SAME = 0.7
"""Containment of the smaller in the larger from which two texts are one speech or one template. Copies
measured: 0.9 and more; different speeches: under 0.3."""
NUMBERS = 0.25
"""Part of the numbers of things both count that each of two texts has for itself where they fill in one
template. A copy keeps the numbers. Copies measured as scraped: up to 0.04; reports of one city from different
years: 0.4 and more."""
FEWER_NUMBERS, FEWER_DIFFER = 12, 0.5
"""Of fewer numbers, more must differ: two copies may end in a notice with numbers of its own each."""
FEW_NUMBERS = 3
"""Fewer still tell a template only where each text names a place of its own besides."""
PLACES_NAMED = 3
"""Places of each text that are told where two differ: those it names most often."""

Kind = Literal["variant", "template"]
SHORTEST_IN_WORDS: Final = 3
"""Numerals of a number in words at least; 一 and 十二 are parts of other words too often."""
_DIGIT: Final = 1
_NUMERAL: Final = 2
_BASE = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two speeches found alike; jaccard and containment are of their shingles.

    ``numbers`` is the part of their numbers that differs, ``places`` those that only one of them names,
    sorted; both are told where they differ as templates do, else 0 and none.
    """

    kind: Kind
    jaccard: float
    containment: float
    numbers: float = 0.0
    places: tuple[str, ...] = ()


class Numbers(NamedTuple):
    """The different numbers of a text, hashed: what each counts, and both that and the number (sorted)."""

    counted: Hashes
    both: Hashes


class Read:
    """A text made ready to be compared with many."""

    def __init__(self, text: str):
        self.text = text

    @cached_property
    def units(self) -> Units:
        """Its letters."""
        return read(self.text).units

    @cached_property
    def shingles(self) -> Hashes:
        """Hashes of the runs of WIDTH letters, sorted."""
        return different(hashes(self.units, WIDTH))

    @cached_property
    def numbers(self) -> tuple[Numbers, Numbers]:
        """Its numbers in digits and in words, by the letters around them.

        Without punctuation, since sites write 3.5 in many ways: 3．5, 3·5, 3. 5.
        """
        return _numbers(self.units)

    @cached_property
    def places(self) -> dict[str, int]:
        """Places it names, and how often."""
        return named(self.text)


def compare(a: str, b: str) -> Link | None:
    """How two texts are related, or None where they are not. The same whichever comes first."""
    return compare_read(Read(a), Read(b))


def compare_read(a: Read, b: Read) -> Link | None:
    """:func:`compare`, of texts made ready."""
    common = shared(a.shingles, b.shingles)
    smaller = min(len(a.shingles), len(b.shingles))
    containment = common / smaller
    if containment < SAME:
        return None
    numbers, places = _template(a, b)
    return Link(
        kind="template" if numbers else "variant",
        jaccard=round(common / (len(a.shingles) + len(b.shingles) - common), 4),
        containment=round(containment, 4),
        numbers=round(numbers, 4),
        places=places,
    )


def are_template(a: Read, b: Read) -> bool:
    """Whether two texts that are alike fill in one template: other numbers and places."""
    return bool(_template(a, b)[0])


def _numbers(units: Units) -> tuple[Numbers, Numbers]:
    """The runs of digits, and of numerals, by the two letters before and the one behind."""
    kinds = _kinds()[units]
    edges = np.flatnonzero(kinds[1:] != kinds[:-1]) + 1
    starts, ends = np.append(0, edges), np.append(edges, len(units))
    kind = kinds[starts[: len(units)]]
    lengths = ends - starts
    runs = np.flatnonzero((kind == _DIGIT) | (kind == _NUMERAL) & (lengths >= SHORTEST_IN_WORDS))
    starts, ends, lengths = starts[runs], ends[runs], lengths[runs]
    beside = np.concatenate([[0, 0], units, [0]]).astype(np.uint64)
    # 2007年9月 and 2008年12月 count the same thing.
    beside[2:-1][(units > ord("0")) & (units <= ord("9"))] = ord("0")
    counted = ((beside[starts] * _BASE + beside[starts + 1]) * _BASE + beside[ends + 2]) * _BASE
    at = between(starts, ends)
    powers = _BASE ** (at - np.repeat(starts, lengths)).astype(np.uint64)
    sums = np.append(np.uint64(0), np.cumsum(units[at] * powers, dtype=np.uint64))
    last = np.cumsum(lengths)
    both = counted ^ (sums[last] - sums[last - lengths]) * _BASE
    in_words = kind[runs] == _NUMERAL
    return _different(counted[~in_words], both[~in_words]), _different(counted[in_words], both[in_words])


def _different(counted: Hashes, both: Hashes) -> Numbers:
    order = np.argsort(both)
    both = both[order]
    first = np.append(both[:1] == both[:1], both[1:] != both[:-1])
    return Numbers(counted[order][first], both[first])


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """What each unit may be a part of: a number in digits, or in words."""
    table = np.zeros(1 << 16, np.uint8)
    table[[code for code in range(1 << 16) if chr(code).isdecimal()]] = _DIGIT
    table[[ord(c) for c in "〇零一二三四五六七八九十百千"]] = _NUMERAL
    return table


def _template(a: Read, b: Read) -> tuple[float, tuple[str, ...]]:
    """The part of the numbers that differs, and the places that do, where two texts fill in one template."""
    for x, y in zip(a.numbers, b.numbers, strict=True):
        differ, count = _numbers_differ(x, y)
        limit = FEWER_DIFFER if count < FEWER_NUMBERS else NUMBERS
        if count and differ >= limit:
            places = _places_differ(a.places, b.places)
            if places or (count >= FEW_NUMBERS and differ > limit):
                return differ, places
    return 0.0, ()


def _numbers_differ(x: Numbers, y: Numbers) -> tuple[float, int]:
    """What part of the numbers each has for itself, the smaller of the two parts, and of how many.

    Only of things that both count: a notice's telephone number or a page's own date tells nothing.
    """
    count = min(int(among(one.counted, np.sort(other.counted)).sum()) for one, other in ((x, y), (y, x)))
    same = shared(x.both, y.both)
    return (1 - same / count if count else 0.0), count


def _places_differ(x: dict[str, int], y: dict[str, int]) -> tuple[str, ...]:
    """What each names that the other does not; none where only one does."""
    own = [
        sorted((n for n in one if n not in other), key=lambda n, one=one: (-one[n], n))  # type: ignore[misc]
        for one, other in ((x, y), (y, x))
    ]
    return tuple(sorted(own[0][:PLACES_NAMED] + own[1][:PLACES_NAMED])) if all(own) else ()

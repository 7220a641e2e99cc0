"""Compares two speeches letter by letter: the same speech, or another one from the same template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from flows.dedupe.marks import Hashes, as_text, different, hashes, read
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
Numbers = dict[str, set[str]]
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile("[〇零一二三四五六七八九十百千]{3,}")


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


class Read:
    """A text made ready to be compared with many."""

    def __init__(self, text: str):
        self.text = text

    @cached_property
    def shingles(self) -> Hashes:
        return different(hashes(read(self.text).units, WIDTH))

    @cached_property
    def numbers(self) -> tuple[Numbers, Numbers]:
        """Its numbers in digits and in words, by the letters around them.

        Without punctuation, since sites write 3.5 in many ways: 3．5, 3·5, 3. 5.
        """
        units = read(self.text).units
        # 2007年9月 and 2008年12月 count the same thing.
        around = as_text(np.where((units > ord("0")) & (units <= ord("9")), ord("0"), units))
        plain = as_text(units)
        return _numbers(_DIGITS, plain, around), _numbers(_WORDS, plain, around)

    @cached_property
    def places(self) -> dict[str, int]:
        """Places it names, and how often."""
        return named(self.text)


def compare(a: str, b: str) -> Link | None:
    """How two texts are related, or None where they are not. The same whichever comes first."""
    return compare_read(Read(a), Read(b))


def compare_read(a: Read, b: Read) -> Link | None:
    """:func:`compare`, of texts made ready."""
    shared = len(np.intersect1d(a.shingles, b.shingles, assume_unique=True))
    smaller = min(len(a.shingles), len(b.shingles))
    containment = shared / smaller
    if containment < SAME:
        return None
    numbers, places = _template(a, b)
    return Link(
        kind="template" if numbers else "variant",
        jaccard=round(shared / (len(a.shingles) + len(b.shingles) - shared), 4),
        containment=round(containment, 4),
        numbers=round(numbers, 4),
        places=places,
    )


def _numbers(pattern: re.Pattern[str], plain: str, around: str) -> Numbers:
    """Numbers by the two letters before and the one behind, which tell what is counted."""
    found: Numbers = {}
    for match in pattern.finditer(plain):
        start, end = match.span()
        counted = around[max(0, start - 2) : start] + around[end : end + 1]
        found.setdefault(counted, set()).add(match[0])
    return found


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
    common = x.keys() & y.keys()
    count = min(sum(len(one[c]) for c in common) for one in (x, y))
    same = sum(len(x[c] & y[c]) for c in common)
    return (1 - same / count if count else 0.0), count


def _places_differ(x: dict[str, int], y: dict[str, int]) -> tuple[str, ...]:
    """What each names that the other does not; none where only one does."""
    own = [
        sorted((n for n in one if n not in other), key=lambda n, one=one: (-one[n], n))  # type: ignore[misc]
        for one, other in ((x, y), (y, x))
    ]
    return tuple(sorted(own[0][:PLACES_NAMED] + own[1][:PLACES_NAMED])) if all(own) else ()

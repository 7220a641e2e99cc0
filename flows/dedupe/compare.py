"""Compares two speeches letter by letter: the same speech, or another one from the same template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from flows.dedupe.marks import letters, shingles

SAME = 0.7
"""Containment of the smaller in the larger from which two texts are one speech or one template. Copies
measured: 0.9 and more; different speeches: under 0.3."""
NUMBERS = 0.25
"""Part of its numbers that each of two texts has for itself where they fill in one template. A copy keeps
the numbers; one cut short or without its dateline has fewer, but none of its own."""
FEW_NUMBERS = 4
"""Too few different numbers to tell a template by."""

Kind = Literal["variant", "template"]
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two speeches found alike; jaccard and containment are of their shingles."""

    kind: Kind
    jaccard: float
    containment: float


def compare(a: str, b: str) -> Link | None:
    """How two texts are related, or None where they are not. The same whichever comes first."""
    x, y = shingles(a), shingles(b)
    shared, smaller = len(x & y), min(len(x), len(y))
    containment = shared / smaller
    if containment < SAME:
        return None
    return Link(
        kind="template" if _numbers_differ(a, b) else "variant",
        jaccard=round(shared / (len(x) + len(y) - shared), 4),
        containment=round(containment, 4),
    )


def _numbers_differ(a: str, b: str) -> bool:
    # Without punctuation, since sites write 3.5 in many ways: 3．5, 3·5, 3. 5.
    x, y = set(_NUMBER.findall(letters(a))), set(_NUMBER.findall(letters(b)))
    if min(len(x), len(y)) < FEW_NUMBERS:
        return False
    return min(len(x - y) / len(x), len(y - x) / len(y)) > NUMBERS

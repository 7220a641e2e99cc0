"""Compares two speeches letter by letter: the same speech, or another one from the same template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from flows.dedupe.marks import shingles

SAME = 0.7
"""Containment of the smaller in the larger from which two texts are one speech or one template. Copies
measured: 0.9 and more; different speeches: under 0.3."""
NUMBERS = 0.75
"""Part of the smaller one's numbers that the larger must hold too. A template filled in for another
place changes its numbers; a copy keeps them."""

Kind = Literal["variant", "template"]
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


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
    same_numbers = _numbers_agree(*sorted((a, b), key=lambda t: (len(t), t)))
    return Link(
        kind="variant" if same_numbers else "template",
        jaccard=round(shared / (len(x) + len(y) - shared), 4),
        containment=round(containment, 4),
    )


def _numbers_agree(shorter: str, longer: str) -> bool:
    mine = set(_NUMBER.findall(shorter))
    if len(mine) < 4:  # too few to tell a template by
        return True
    return len(mine & set(_NUMBER.findall(longer))) >= NUMBERS * len(mine)

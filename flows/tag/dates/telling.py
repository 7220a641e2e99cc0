"""Chooses the clues to show as evidence: those from which a reader reaches the same date."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from datetime import date

from flows.tag.dates.clues import FIRST_YEAR, LAST_YEAR, Clue, Span, day

MOST = 8
"""Clues shown."""
MOST_NARROWING = 3
"""Clues shown that make the answer narrower than its year."""
ENOUGH = 0.5
"""Years' worth of doubt that one more clue must take away to be shown."""


def telling(clues: Sequence[Clue], answer: Span) -> list[Clue]:
    """The clues that leave least beside the answer: each time the one that rules out most of what is left."""
    first, last = (date.fromordinal(end).year for end in answer)
    agree = [
        clue for clue in clues if any(span[0] <= answer[1] and answer[0] <= span[1] for span in clue.spans)
    ]
    doubt = {year: 1.0 for year in range(FIRST_YEAR, LAST_YEAR + 1) if not first <= year <= last}
    ruled_out = {id(clue): doubt.keys() - _allowed(clue) for clue in agree}
    chosen: list[Clue] = []
    if first == last:
        chosen = [clue for clue in agree if clue.narrows and _cuts(clue, first)][:MOST_NARROWING]
        for clue in chosen:
            _take_away(doubt, clue, ruled_out[id(clue)])
    for best in _by_gain(agree, [ruled_out[id(clue)] for clue in agree], doubt):
        if best not in chosen:
            chosen.append(best)
        if len(chosen) >= MOST:
            break
        _take_away(doubt, best, ruled_out[id(best)])
    return chosen or agree[:1]


def _by_gain(clues: Sequence[Clue], ruled_out: Sequence[set[int]], doubt: dict[int, float]) -> Iterator[Clue]:
    """Each time the clue that takes away most of the doubt there is now, until none takes away enough.

    Doubt only shrinks, so what a clue was worth bounds what it is worth now: few are worked out anew.
    """
    weights = [clue.weight for clue in clues]

    def gain(at: int) -> float:
        return sum(doubt[year] for year in ruled_out[at])

    heap = [(-gain(at) * weights[at], at) for at in range(len(clues))]
    heapq.heapify(heap)
    while heap:
        at = heap[0][1]
        now = gain(at)
        heapq.heapreplace(heap, (-now * weights[at], at))
        if heap[0][1] == at:
            if now < ENOUGH:
                return
            yield clues[at]


def _take_away(doubt: dict[int, float], clue: Clue, years: set[int]) -> None:
    """Leaves of each year a clue rules out the share in which such clues are wrong."""
    left = math.exp(-clue.weight)
    for year in years:
        doubt[year] *= left


def _allowed(clue: Clue) -> set[int]:
    """The years of which a clue allows at least a day."""
    found: set[int] = set()
    for start, end in clue.spans:
        found.update(range(date.fromordinal(start).year, date.fromordinal(end).year + 1))
    return found


def _cuts(clue: Clue, year: int) -> bool:
    """Whether a clue allows only a part of a year."""
    return not any(start <= day(year) and day(year, 12, 31) <= end for start, end in clue.spans)

"""From clues to a date: the days that the clues speak against least, and how much worse all others are.

Each clue costs the days it does not allow its weight. The clues' spans cut the time line into a few
hundred pieces; the cost of a piece is the sum of the clues that do not allow it. A year is as good as
its best piece, and the years share out the certainty in the ratio exp(-cost).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flows.records import SpeechDate
from flows.tag.dates.clues import FIRST_DAY, FIRST_YEAR, LAST_DAY, LAST_YEAR, Clue, Span

YEAR_SURE = 0.9
"""The certainty from which a year is named."""
FIRM = 0.5
"""The certainty from which a year may be named that it must have without the soft clues."""
TAIL = 0.03
"""The certainty that may lie outside a range, at each end."""
NARROW = 2.7
"""How much worse, in nats, the rest of a year must be before a date is made narrower than the year."""

_NEW_YEARS = [date(year, 1, 1).toordinal() for year in range(FIRST_YEAR, LAST_YEAR + 1)]


@dataclass(frozen=True, slots=True)
class Piece:
    """Days ``start`` to ``end`` of one year, all of the same cost."""

    start: int
    end: int
    cost: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """The days found, how sure they are, and None as precision where not even the year is known."""

    found: SpeechDate | None
    confidence: float
    span: Span


def combine(clues: Sequence[Clue]) -> Outcome:
    """The date that fits the clues best, at the precision they allow."""
    by_year = pieces(clues)
    shares = year_shares(by_year)
    best = max(shares, key=lambda year: (shares[year], year))
    if shares[best] >= YEAR_SURE and _firm(clues, best):
        parts = pieces([clue for clue in clues if clue.narrows])[best]
        return _within_year(parts, best, shares[best])
    return _over_years(by_year, shares)


def _firm(clues: Sequence[Clue], year: int) -> bool:
    """Whether a year is likelier than not without what is only usual."""
    firm = [clue for clue in clues if not clue.soft]
    return len(firm) == len(clues) or year_shares(pieces(firm))[year] >= FIRM


def pieces(clues: Sequence[Clue]) -> dict[int, list[Piece]]:
    """The pieces of each year, in order."""
    change: dict[int, float] = dict.fromkeys(_NEW_YEARS, 0.0)
    for clue in clues:
        for first, last in clue.spans:
            change[first] = change.get(first, 0.0) - clue.weight
            change[last + 1] = change.get(last + 1, 0.0) + clue.weight
    cost = sum(clue.weight for clue in clues)
    found: dict[int, list[Piece]] = {}
    cuts = sorted(cut for cut in change if FIRST_DAY <= cut <= LAST_DAY)
    for at, cut in enumerate(cuts):
        cost += change[cut]
        end = cuts[at + 1] - 1 if at + 1 < len(cuts) else LAST_DAY
        found.setdefault(date.fromordinal(cut).year, []).append(Piece(cut, end, cost))
    return found


def year_shares(by_year: dict[int, list[Piece]]) -> dict[int, float]:
    """How the years share out the certainty; the shares add up to 1."""
    costs = {year: min(piece.cost for piece in parts) for year, parts in by_year.items()}
    least = min(costs.values())
    raw = {year: math.exp(least - cost) for year, cost in costs.items()}
    total = sum(raw.values())
    return {year: share / total for year, share in raw.items()}


def _within_year(parts: list[Piece], year: int, share: float) -> Outcome:
    least = min(piece.cost for piece in parts)
    kept = [piece for piece in parts if piece.cost < least + NARROW]
    start, end = date.fromordinal(kept[0].start), date.fromordinal(kept[-1].end)
    rest = [piece.cost for piece in parts if piece.cost >= least + NARROW]
    sure = share / (1 + math.exp(least - min(rest))) if rest else share
    bounds = (start.isoformat(), end.isoformat())
    if start == end:
        found = SpeechDate(precision="day", value=bounds[0], start=bounds[0], end=bounds[1])
    elif start.month == end.month:
        found = SpeechDate(precision="month", value=bounds[0][:7], start=bounds[0], end=bounds[1])
    else:
        found = SpeechDate(precision="year", value=str(year), start=bounds[0], end=bounds[1])
    return Outcome(found, sure, (start.toordinal(), end.toordinal()))


def _over_years(by_year: dict[int, list[Piece]], shares: dict[int, float]) -> Outcome:
    years = sorted(shares)
    first = next(year for year in years if sum(shares[y] for y in years if y <= year) > TAIL)
    last = next(year for year in reversed(years) if sum(shares[y] for y in years if y >= year) > TAIL)
    start = _plausible(by_year[first])[0].start
    end = _plausible(by_year[last])[-1].end
    inside = sum(shares[year] for year in years if first <= year <= last)
    low = None if start == FIRST_DAY else date.fromordinal(start).isoformat()
    high = None if end == LAST_DAY else date.fromordinal(end).isoformat()
    found = SpeechDate(precision="range", start=low, end=high) if low or high else None
    return Outcome(found, inside, (start, end))


def _plausible(parts: list[Piece]) -> list[Piece]:
    least = min(piece.cost for piece in parts)
    return [piece for piece in parts if piece.cost < least + NARROW]

"""The search for the likeliest way to read a damaged page in step, from a mark on.

It goes through the page as bytes and keeps the likeliest ways, until all of them agree with the page as
it stands. The best is taken only where it is far more likely than the page itself: then real question
marks, figures and rare characters stay.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass

from flows.language import Language, PageLanguage
from flows.restore.steps import Damaged, Step, steps

SURE, SURE_ANNOTATED = 0.97, 0.9
"""Least probability of each character of a repair; below, the character is a gap. Less is asked in a page
with notes, since no annotated character can be meant where there is no note."""
GAPS = 2
"""The most gaps that a repair may leave; with more, the page stays as it is."""
UNFIT = 4.0
"""Natural-log units against a guess of the other script, or that closes what was not opened."""
PENDING = 6.0
"""What a way with a byte pending is taken to owe for the character to come, when ways are compared."""
HOPELESS = 15.0
"""Natural-log units by which a way may be worse than the best, or than the page itself, and be kept."""
BEAM = 40
"""States kept at one place of the text."""
RIVALS = 4
"""Ways kept to the same state, to see how sure the best is."""
LONGEST = 2000
"""Characters that a stretch may be out of step; the end of a line ends it, and lines are shorter."""
PROVEN = 12
"""Characters after which a way must be as much better as a repair; damage is plain by then."""
WORK, WORK_PER_CHARACTER, MOST_WORK = 50_000, 10, 1_000_000
"""Steps that a page may cost, what it may cost more a character, and what no page may cost; a badly damaged
one needs 5 a character."""
IDLE = 50_000
"""Steps in a row without a repair, after which a page is taken to be undamaged; a search needs 5,000."""
FIRST_MARK, NEXT_MARK = 5.0, 2.0
"""Costs of a ``?`` as it stands and of one after it; in official prose, which was counted, they are rare."""
LOST = "?"

_Way = tuple["_Way | None", Step]
"""One reading of the bytes since the mark: the way before, and its last step."""
_Rivals = list[tuple[float, _Way | None]]
"""Ways to the same state, each with its cost."""
_Ways = dict[tuple[int, str], _Rivals]
"""By state: the pending lead byte (or -1) and the last two characters in step."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found."""

    end: int
    """Where the search came to, and the next may begin."""
    text: str | None = None
    """What should stand from the mark to ``end``; None: what stands there is the best."""
    sure: bool = True
    gaps: int = 0


class Search:
    """The search through one page, with what it may still cost."""

    def __init__(self, page: Damaged, common: Language, own: PageLanguage):
        self.page = page
        self.common = common
        self.speech = own
        self.work = min(MOST_WORK, WORK + WORK_PER_CHARACTER * len(page.text))
        self.idle = IDLE

    def run(self, start: int, gain: float) -> Outcome:
        """Follows all ways to read the text from a mark on, until they agree.

        ``gain``: natural-log units by which the best must be more likely than the page as it stands.
        """
        text = self.page.text
        frontier: dict[int, _Ways] = {start: {(-1, _before(text, start)): [(0.0, None)]}}
        as_it_stands, at = 0.0, start
        while frontier and at - start < LONGEST and min(self.work, self.idle) > 0:
            ways = _best(frontier.pop(at, {}), as_it_stands)
            if at == len(text):
                rivals = [rival for (pending, _), found in ways.items() if pending < 0 for rival in found]
                rivals.sort(key=lambda rival: rival[0])
                return self._decide(start, at, as_it_stands - gain, rivals)
            together = (-1, text[at - 2 : at])
            if at > start and not frontier and ways.keys() == {together}:
                return self._decide(start, at, as_it_stands - gain, ways[together])
            least = min((rivals[0][0] for rivals in ways.values()), default=-math.inf)
            if at - start > PROVEN and as_it_stands - least < gain:
                break
            as_it_stands += self._standing_cost(at)
            self._follow(at, start, ways, frontier, as_it_stands + HOPELESS)
            at += 1
        return Outcome(end=at if at - start >= LONGEST else start + 1)

    def _standing_cost(self, at: int) -> float:
        before, character = _before(self.page.text, at), self.page.text[at]
        if character == "?":
            return NEXT_MARK if before[-1] == "?" else FIRST_MARK
        return self.common.cost(before, character)

    def _follow(self, at: int, start: int, ways: _Ways, frontier: dict[int, _Ways], limit: float) -> None:
        """Takes all ways one step further; the first step may not leave the mark as it is."""
        standing = self.page.text[start]
        for (pending, last), rivals in ways.items():
            for step in steps(self.page, at, pending, last[-1]):
                if at == start and step.text == standing:
                    continue
                self.work -= 1
                self.idle -= 1
                cost, after = self._cost(step, last, self.speech)
                if step.end == at + 1 and rivals[0][0] + cost > limit:
                    continue
                found = frontier.setdefault(step.end, {}).setdefault((step.pending, after), [])
                found += [(so_far + cost, (way, step)) for so_far, way in rivals]

    def _cost(self, step: Step, last: str, speech: Language | PageLanguage) -> tuple[float, str]:
        """Of a step after the characters ``last``, and the last characters then."""
        cost = step.extra
        for character in step.text:
            cost += speech.cost(last, character)
            if not step.sure and self.page.unfit(character, step.end):
                cost += UNFIT
            last = last[-1] + character
        return cost, last

    def _decide(self, start: int, end: int, limit: float, rivals: _Rivals) -> Outcome:
        """Takes the best way if it costs less than the limit, with a gap where another is as good.

        Against the page as it stands only the common language counts: what the page says elsewhere may be
        the same damage.
        """
        least, best = rivals[0] if rivals else (0.0, None)
        taken = _steps_of(best)
        cost, last = 0.0, _before(self.page.text, start)
        for step in taken:
            more, last = self._cost(step, last, self.common)
            cost += more
        if not taken or cost > limit:
            return Outcome(end=start + 1)
        letters = [c for step in taken for c in step.text]
        symbols = self.common.symbols
        shown = [symbols[c] for c in letters]
        doubt, total = [0.0] * len(letters), 0.0
        for cost, way in rivals:
            weight = math.exp(least - cost)
            total += weight
            other = [symbols[c] for step in _steps_of(way) for c in step.text]
            for index in _differences(shown, other):
                doubt[index] += weight
        most = (1 - (SURE_ANNOTATED if self.page.annotated else SURE)) * total
        gaps = sum(d > most for d in doubt)
        if gaps > GAPS:
            return Outcome(end=start + 1)
        self.idle = IDLE
        after = "".join(LOST if d > most else c for d, c in zip(doubt, letters, strict=True))
        return Outcome(end, after, not gaps and all(step.sure for step in taken), gaps)


def _before(text: str, at: int) -> str:
    """The two characters before a place, or a line break and one."""
    return ("\n\n" + text[max(0, at - 2) : at])[-2:]


def _best(ways: _Ways, as_it_stands: float) -> _Ways:
    """The states worth following, each with the best ways to it."""
    ranked = []
    for state, rivals in ways.items():
        ways[state] = heapq.nsmallest(RIVALS, rivals, key=lambda rival: rival[0])
        ranked.append((ways[state][0][0] + (PENDING if state[0] >= 0 else 0.0), state))
    ranked = heapq.nsmallest(BEAM, ranked)
    limit = min([as_it_stands, *(cost for cost, _ in ranked[:1])]) + HOPELESS
    return {state: ways[state] for cost, state in ranked if cost <= limit}


def _steps_of(way: _Way | None) -> list[Step]:
    found = []
    while way is not None:
        way, step = way
        found.append(step)
    return found[::-1]


def _differences(one: list[str], other: list[str]) -> Iterable[int]:
    """Where ``one`` differs from ``other``; if not equally long, all between what both ends share."""
    if len(one) == len(other):
        return [index for index, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    shorter = min(len(one), len(other))
    start, end = 0, 0
    while start < shorter and one[start] == other[start]:
        start += 1
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return range(start, len(one) - end)

"""Text broken by byte-level replacement in GBK, put back in step.

Some sites hold a page in GBK and replace strings in it byte by byte: they put a reading in brackets
after chosen characters, and ``?`` for A3 BF (？). Where such bytes stand across two characters, both
are torn apart; from there the page is read one byte out of step, until an ASCII byte, or a pair whose
second byte is in the ASCII range, brings it back. A byte without a partner shows as ``?``.

From every mark of that (``??``, ``?yōu)``) the search goes through the page as bytes and keeps the
likeliest ways to read them in step, until all of them agree with the page as it stands. The best is
taken only where it is far more likely than the page itself: then real question marks, figures and rare
characters stay.
"""

from __future__ import annotations

import heapq
import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from flows.records import Edit
from flows.restore.language import Language, language
from flows.restore.pinyin import READING
from flows.restore.script import script_counts
from flows.restore.steps import Damaged, Step, steps

RULE = "byte-shift"
GAIN, GAIN_ANNOTATED = 5.0, 1.0
"""Natural-log units by which a repair must be more likely than the page as it stands; less is asked of
a page with pinyin notes, where a ``??`` is damage before it is anything else."""
SURE = 0.95
"""Least probability of each character of a repair; below, the character is a gap."""
GAPS = 2
"""The most gaps that a repair may leave; with more, the page stays as it is."""
UNFIT = 4.0
"""Natural-log units against a guess of the other script, or that closes what was not opened."""
FULL_STOP = 1.5
"""Natural-log units in favour of 。 before A3 BF: a speaker begins a sentence with 看 or 可 more readily
than the official prose that was counted."""
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
WORK, WORK_PER_CHARACTER = 200_000, 10
"""Steps that a page may cost, and what it may cost more a character; a badly damaged one needs 5."""
PATIENCE = 50
"""Searches in a row without a repair, after which a page is taken to be undamaged."""
FIRST_MARK, NEXT_MARK = 5.0, 2.0
"""Costs of a ``?`` as it stands and of one after it; in official prose, which was counted, they are rare."""
LOST = "?"

_MARK = re.compile(rf"\?{READING}\)|(?<!\?)\?\?\??(?!\?)")
_SEEN_ANYWHERE = re.compile("[\ue000-\uf8ff\ufffd]+")
"""What shows a loss in any page: private-use characters, and those a decoder puts for bad bytes."""
_SEEN = re.compile(f"{_SEEN_ANYWHERE.pattern}|{_MARK.pattern}")
"""What shows one in a page that is known to be damaged; elsewhere ``??`` may be two question marks."""


_Way = tuple["_Way | None", Step]
"""One reading of the bytes since the mark: the way before, and its last step."""
_Rivals = list[tuple[float, _Way | None]]
"""Ways to the same state, each with its cost."""
_Ways = dict[tuple[int, str], _Rivals]
"""By state: the pending lead byte (or -1) and the last two characters in step."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    end: int
    """Where the search came to, and the next may begin."""
    text: str | None = None
    """What should stand from the mark to ``end``; None: what stands there is the best."""
    sure: bool = True
    gaps: int = 0


def repair(text: str, annotated: Collection[str] = ()) -> tuple[str, list[Edit], int]:
    """The text in step again, what was changed, and how many gaps stay in it.

    Takes a text without its fitting pinyin notes; ``annotated`` are the characters that had one. A
    character whose byte is lost for good and that the language cannot tell stays ``?`` and is a gap.

    >>> repair("水庫蓄水充足??梢哉f,灌溉有了保證。")[0]
    '水庫蓄水充足。可以說,灌溉有了保證。'
    >>> repair("這樣對嗎??我們再看一看。")
    ('這樣對嗎??我們再看一看。', [], 0)
    """
    mark = _MARK.search(text)
    if mark is None:
        return text, [], sum(1 for _ in _SEEN_ANYWHERE.finditer(text))
    search = _Search(text, annotated)
    pieces, edits, gaps, done = list[str](), list[Edit](), 0, 0
    failures = 0
    while mark is not None and failures < PATIENCE:
        start = mark.start()
        outcome = search.run(start)
        failures = 0 if outcome.text is not None else failures + 1
        if outcome.text is not None:
            edit = _edit(text, start, outcome)
            pieces += text[done:start], edit.after
            edits.append(edit)
            done = start + len(edit.before)
        gaps += outcome.gaps
        mark = _MARK.search(text, max(outcome.end, start + 1))
    text = "".join([*pieces, text[done:]])
    seen = _SEEN if edits or annotated else _SEEN_ANYWHERE
    return text, edits, gaps + sum(1 for _ in seen.finditer(text))


class _Search:
    """The search through one page, with what it may still cost."""

    def __init__(self, text: str, annotated: Collection[str]):
        traditional, simplified = script_counts(text)
        self.page = Damaged(text, frozenset(text), annotated, traditional > simplified)
        self.speech: Language = language()
        self.gain = GAIN_ANNOTATED if annotated else GAIN
        self.work = WORK + WORK_PER_CHARACTER * len(text)

    def run(self, start: int) -> _Outcome:
        """Follows all ways to read the text from a mark on, until they agree."""
        text = self.page.text
        frontier: dict[int, _Ways] = {start: {(-1, _before(text, start)): [(0.0, None)]}}
        as_it_stands, at = 0.0, start
        while frontier and at - start < LONGEST and self.work > 0:
            ways = _best(frontier.pop(at, {}), as_it_stands)
            if at == len(text):
                rivals = [rival for (pending, _), found in ways.items() if pending < 0 for rival in found]
                return self._decide(start, at, as_it_stands, sorted(rivals, key=lambda rival: rival[0]))
            together = (-1, text[at - 2 : at])
            if at > start and not frontier and ways.keys() == {together}:
                return self._decide(start, at, as_it_stands, ways[together])
            least = min((rivals[0][0] for rivals in ways.values()), default=-math.inf)
            if at - start > PROVEN and as_it_stands - least < self.gain:
                break
            as_it_stands += self._standing_cost(at)
            for (pending, last), rivals in ways.items():
                for step in steps(self.page, at, pending, last[-1]):
                    if at > start or step.text != text[start]:
                        limit = as_it_stands + HOPELESS if step.end == at + 1 else math.inf
                        self._take(step, last, rivals, frontier, limit)
            at += 1
        return _Outcome(end=at if at - start >= LONGEST else start + 1)

    def _standing_cost(self, at: int) -> float:
        before, character = _before(self.page.text, at), self.page.text[at]
        if character == "?":
            return NEXT_MARK if before[-1] == "?" else FIRST_MARK
        return self.speech.cost(before, character)

    def _take(self, step: Step, last: str, rivals: _Rivals, frontier: dict[int, _Ways], limit: float) -> None:
        self.work -= 1
        cost = -FULL_STOP if step.text == "。" and step.pending >= 0 else 0.0
        for character in step.text:
            cost += self.speech.cost(last, character)
            if not step.sure and self.page.unfit(character, step.end):
                cost += UNFIT
            last = last[-1] + character
        if rivals[0][0] + cost > limit:
            return
        ways = frontier.setdefault(step.end, {}).setdefault((step.pending, last), [])
        ways += [(so_far + cost, (way, step)) for so_far, way in rivals]

    def _decide(self, start: int, end: int, as_it_stands: float, rivals: _Rivals) -> _Outcome:
        """Takes the best way if it is far better than the page, with a gap where another is as good."""
        least, best = rivals[0] if rivals else (math.inf, None)
        if as_it_stands - least < self.gain:
            return _Outcome(end=start + 1)
        taken = _steps_of(best)
        letters = [c for step in taken for c in step.text]
        symbols = self.speech.symbols
        shown = [symbols[c] for c in letters]
        doubt, total = [0.0] * len(letters), 0.0
        for cost, way in rivals:
            weight = math.exp(least - cost)
            total += weight
            other = [symbols[c] for step in _steps_of(way) for c in step.text]
            for index in _differences(shown, other):
                doubt[index] += weight
        most = (1 - SURE) * total
        gaps = sum(d > most for d in doubt)
        if gaps > GAPS:
            return _Outcome(end=start + 1)
        after = "".join(LOST if d > most else c for d, c in zip(doubt, letters, strict=True))
        return _Outcome(end, after, not gaps and all(step.sure for step in taken), gaps)


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


def _edit(text: str, start: int, outcome: _Outcome) -> Edit:
    """The change, without what is the same at its end."""
    before, after = text[start : outcome.end], outcome.text or ""
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return Edit(stage="restore", rule=RULE, start=start, before=before, after=after, exact=outcome.sure)

"""Clues from phrases that did not exist before a day or went out of use after one: ``anchors.csv``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import ahocorasick

from flows.tag.dates.clues import Clue, first_day, last_day, since, table, until

LONG_ENOUGH = 1200
"""Code points from which a text shows its age by what it leaves out: as a rule it names something newer."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A phrase's place in time, in ordinals; ``until`` is None where it is still used."""

    name: int
    since: int
    until: int | None
    proof: str


@cache
def _automaton() -> ahocorasick.Automaton:
    """Every phrase to (its length, its anchor); a word to be excepted has None as its anchor."""
    automaton = ahocorasick.Automaton()
    rows = table("dates/anchors.csv")
    for name, row in enumerate(rows):
        last = last_day(row["until"]) if row["until"] else None
        anchor = Anchor(name, first_day(row["since"]), last, row["proof"])
        for phrase in row["phrases"].split("|"):
            automaton.add_word(phrase, (len(phrase), anchor))
    for row in rows:
        for phrase in filter(None, row["except"].split("|")):
            automaton.add_word(phrase, (len(phrase), None))
    automaton.make_automaton()
    return automaton


def anchor_clues(text: str) -> Iterator[Clue]:
    """The first mention of every anchor in a text, as a lower and, where there is one, an upper bound.

    Further mentions say nothing the first did not. Of two words that end together the automaton gives
    the longer one first, so an excepted word is seen before the phrase it holds.
    """
    found: dict[int, tuple[Anchor, int, int]] = {}
    excepted = -1
    for last, (length, anchor) in _automaton().iter(text):
        if anchor is None:
            excepted = last
        elif last != excepted and anchor.name not in found:
            found[anchor.name] = (anchor, last + 1 - length, last + 1)
    for anchor, start, end in found.values():
        rule = "anchor-name" if anchor.proof == "name" else "anchor-usual"
        yield Clue(rule, "text", start, end, since(anchor.since))
        if anchor.until is not None:
            yield Clue("anchor-until", "text", start, end, until(anchor.until))
    if found and len(text) >= LONG_ENOUGH:
        newest, start, end = max(found.values(), key=lambda mention: mention[0].since)
        for rule, later in (("anchor-newest", 10), ("anchor-newest-near", 4)):
            yield Clue(rule, "text", start, end, until(newest.since + 366 * later))

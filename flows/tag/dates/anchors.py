"""Clues from phrases that did not exist before a day or went out of use after one: ``anchors.csv``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flows.tag.dates.clues import Clue, first_day, last_day, since, table, until
from flows.tag.dates.scan import ask, places

LONG_ENOUGH = 1200
"""Code points from which a text shows its age by what it leaves out: as a rule it names something newer."""


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """A phrase's place in time, in ordinals; ``until`` is None where it is still used."""

    phrases: tuple[str, ...]
    excepted: tuple[str, ...]
    """Longer words that end with a phrase by accident."""
    since: int
    until: int | None
    rule: str


@cache
def anchors() -> tuple[Anchor, ...]:
    """The rows of ``anchors.csv``."""
    found = tuple(
        Anchor(
            phrases=tuple(row["phrases"].split("|")),
            excepted=tuple(filter(None, row["except"].split("|"))),
            since=first_day(row["since"]),
            until=last_day(row["until"]) if row["until"] else None,
            rule="anchor-name" if row["proof"] == "name" else "anchor-usual",
        )
        for row in table("dates/anchors.csv")
    )
    for anchor in found:
        ask(anchor.phrases + anchor.excepted)
    return found


@cache
def _by_phrase() -> dict[str, Anchor]:
    return {phrase: anchor for anchor in anchors() for phrase in anchor.phrases}


def anchor_clues(text: str) -> Iterator[Clue]:
    """The first mention of every anchor in a text, as a lower and, where there is one, an upper bound.

    Further mentions say nothing the first did not.
    """
    known = _by_phrase()
    found = places(text)
    first: dict[Anchor, tuple[int, int]] = {}
    for phrase in known.keys() & found.keys():
        anchor = known[phrase]
        excepted = {end for word in anchor.excepted for end in found.get(word, ())}
        for end in found[phrase]:
            if end not in excepted:
                mention = end - len(phrase), end
                first[anchor] = min(first.get(anchor, mention), mention)
                break
    for anchor, (start, end) in sorted(first.items(), key=lambda item: item[1]):
        yield Clue(anchor.rule, "text", start, end, since(anchor.since))
        if anchor.until is not None:
            yield Clue("anchor-until", "text", start, end, until(anchor.until))
    if first and len(text) >= LONG_ENOUGH:
        newest = max(first, key=lambda anchor: (anchor.since, first[anchor]))
        for rule, later in (("anchor-newest", 10), ("anchor-newest-near", 4)):
            yield Clue(rule, "text", *first[newest], until(newest.since + 366 * later))

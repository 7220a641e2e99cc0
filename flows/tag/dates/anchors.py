"""Clues from phrases that did not exist before a day or went out of use after one: ``anchors.csv``.

``usage.csv`` adds when each phrase is common, as counted in dated reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flows.tag.dates.clues import (
    FIRST_DAY,
    LAST_DAY,
    Clue,
    Spans,
    between,
    day,
    first_day,
    last_day,
    since,
    table,
    until,
)
from flows.tag.dates.scan import ask, places

LONG_ENOUGH = 1200
"""Code points from which a text shows its age by what it leaves out: as a rule it names something newer."""
SURELY_LONG = 4000
"""Code points in which a speech since the reforms names at least one phrase of theirs."""
_REFORM = first_day("1978")
MOST_USAGES = 12
"""Phrases whose years of use count in full; more of them share that weight, since they come together."""


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


@dataclass(frozen=True, slots=True)
class Usage:
    """The days in which an anchor is in common use, and those in which it is known at all."""

    common: Spans
    known: Spans


@cache
def usages() -> dict[Anchor, Usage]:
    """The rows of ``usage.csv``: what counting says of an anchor beside the facts it stands for."""
    by_phrase = _by_phrase()
    return {
        by_phrase[row["phrase"]]: Usage(
            _days(row["common_from"], row["common_to"]), _days(row["known_from"], row["known_to"])
        )
        for row in table("dates/usage.csv")
        if row["phrase"] in by_phrase
    }


def _days(first: str, last: str) -> Spans:
    """The years of a row in days. A report looks back on its year: other speeches are half a year earlier."""
    return between(
        day(int(first) - 1, 7) if first else FIRST_DAY,
        day(int(last), 12, 31) if last else LAST_DAY,
    )


def anchor_clues(text: str) -> Iterator[Clue]:
    """The first mention of every anchor in a text, as a lower and, where there is one, an upper bound.

    Further mentions say nothing the first did not. The years in which a phrase is in use are soft
    evidence: they narrow a range, and no number of them names a year alone.
    """
    first = first_mentions(text)
    used = sum(anchor in usages() for anchor in first)
    share = min(1.0, MOST_USAGES / used) if used else 1.0
    for anchor, (start, end) in sorted(first.items(), key=lambda item: item[1]):
        yield Clue(anchor.rule, "text", start, end, since(anchor.since))
        if anchor.until is not None:
            yield Clue("anchor-until", "text", start, end, until(anchor.until), share)
        if usage := usages().get(anchor):
            for rule, ((begin, over),) in (("common", usage.common), ("known", usage.known)):
                if begin > FIRST_DAY:
                    yield Clue(f"anchor-{rule}", "text", start, end, since(begin), share)
                if over < LAST_DAY:
                    yield Clue(f"anchor-{rule}-until", "text", start, end, until(over), share)
    if len(text) >= SURELY_LONG and not any(anchor.since > _REFORM for anchor in first):
        yield Clue("anchor-none", "text", 0, 0, until(last_day("1990")))
    if first and len(text) >= LONG_ENOUGH:
        newest = max(first, key=lambda anchor: (anchor.since, first[anchor]))
        for rule, later in (("anchor-newest", 10), ("anchor-newest-near", 4)):
            yield Clue(rule, "text", *first[newest], until(newest.since + 366 * later))


def first_mentions(text: str) -> dict[Anchor, tuple[int, int]]:
    """Where each anchor of a folded text is first named."""
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
    return first

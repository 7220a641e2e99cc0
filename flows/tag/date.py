"""Says when a speech was given, on what words, and how sure that is.

The day the page was put up is a bound: a speech is not younger than its page. It is never the answer.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from flows.numerals import fold
from flows.records import Speech, SpeechDate, Tag
from flows.tag.dates.anchors import anchor_clues
from flows.tag.dates.calendar import recorded_until
from flows.tag.dates.called import called_clues
from flows.tag.dates.clues import Clue, first_day, since, until
from flows.tag.dates.combine import combine
from flows.tag.dates.countdown import countdown_clues
from flows.tag.dates.counted import counted_clues
from flows.tag.dates.explicit import STATED, explicit
from flows.tag.dates.occasions import occasion_clues
from flows.tag.dates.plans import plan_clues
from flows.tag.dates.progress import progress_clues
from flows.tag.dates.seasons import season_clues
from flows.tag.dates.telling import telling
from flows.tag.dates.years import year_clues
from flows.tag.evidence import evidence

SUREST = 0.995
"""The highest confidence stated: of answers that leave no doubt one in 200 was wrong (602 reports)."""
LONGEST = 400_000
"""Code points of a text that are read; the longest speech known has a tenth of it."""


def find_date(speech: Speech) -> tuple[SpeechDate | None, Tag]:
    """The date of a speech at the precision its words allow, and the words.

    The tag's ``unknown`` is ``no-clue`` where nothing in the text bounds the date, ``only-published``
    where the day of upload is all there is, ``contradicted`` where that day rules out all the text says.

    >>> text = "同志们：今天是春节后上班第一天。刚才通报了2021年度考核结果。"
    >>> found, tag = find_date(Speech(id="a", pages=("a",), title="讲话", text=text))
    >>> found.value, [e.rule for e in tag.evidence]
    ('2022-02-07', ['first-workday', 'annual-review-next'])
    """
    clues = _clues(speech)
    upload = _upload(speech.published)
    if not clues:
        return None, Tag(unknown="only-published" if upload else "no-clue")
    stated = any(clue.rule in STATED for clue in clues)
    old = any(clue.rule == "anchor-none" for clue in clues)
    outcome = combine([*clues, *upload, *(() if stated or old else _likely_years())])
    shown = telling([clue for clue in clues if clue.end], outcome.span)
    if outcome.found is None or not shown:
        return None, Tag(unknown="contradicted" if not shown else "no-clue")
    found = dict.fromkeys(evidence(speech, clue.field, clue.start, clue.end, clue.rule) for clue in shown)
    return outcome.found, Tag(confidence=round(min(SUREST, outcome.confidence), 3), evidence=tuple(found))


def _clues(speech: Speech) -> list[Clue]:
    """Every clue once: what a text says twice is no surer for it."""
    text = fold(speech.text[:LONGEST])
    found = [
        *explicit(speech),
        *year_clues(text),
        *called_clues(text),
        *plan_clues(text),
        *occasion_clues(text),
        *counted_clues(text),
        *countdown_clues(text),
        *progress_clues(text),
        *season_clues(text),
        *anchor_clues(text),
    ]
    once: dict[object, Clue] = {}
    for clue in found:
        if clue.spans:
            once.setdefault((clue.rule, clue.spans), clue)
    return list(once.values())


def _upload(published: str | None) -> tuple[Clue, ...]:
    """Not after the day of upload; nothing where there is none, or none that can be read."""
    try:
        day = date.fromisoformat((published or "")[:10])
    except ValueError:
        return ()
    return tuple(clue for clue in (Clue("published", "head", 0, 0, until(day.toordinal())),) if clue.spans)


@cache
def _likely_years() -> tuple[Clue, ...]:
    """What is likely before a word is read: the years pages come from, and no year the tables do not know."""
    return (
        Clue("era-reform", "text", 0, 0, since(first_day("1978"))),
        Clue("era-web", "text", 0, 0, since(first_day("1995"))),
        Clue("tables-end", "text", 0, 0, until(recorded_until())),
    )

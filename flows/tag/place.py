"""The level and the region of a speech, each with the words it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.records import Evidence, Level, Region, Speech, SpeechDate, Tag
from flows.tag.anonymised import masks
from flows.tag.choice import UNSAID, Choice, choose
from flows.tag.evidence import evidence
from flows.tag.gazetteer import COUNTY, PREFECTURE, PROVINCE, Period, gazetteer, short_name
from flows.tag.level import ABOVE, Units, units
from flows.tag.mentions import Mention, mentions
from flows.tag.region import Scores, Votes

MOST_EVIDENCE = 4
"""Spans shown for one tag."""


@dataclass(frozen=True, slots=True)
class Place:
    """What :func:`find_place` found."""

    level: Level | None
    level_tag: Tag
    region: Region
    region_tag: Tag
    anonymised: bool


def find_place(speech: Speech, date: SpeechDate | None) -> Place:
    """The level and region a speech speaks for, as of its date where that is known.

    >>> s = Speech(id="a", pages=("a",), title="县长在全县项目工作会议上的讲话",
    ...            text="同志们：八面城镇和老四平镇的项目进展较快，我县和全县各乡镇要学习深圳经验。")
    >>> place = find_place(s, None)
    >>> place.level, place.region.name, place.region.adcode
    ('county', '昌图县', '211224')
    """
    hidden = masks(speech.title) + masks(speech.text)
    own = units(speech)
    scores = Scores(mentions(speech), years_of(date))
    choice = choose(own, scores, len(hidden), len(speech.text))
    level_tag = _level_tag(speech, own, choice)
    return Place(
        level=choice.level if level_tag.evidence else None,
        level_tag=level_tag,
        region=_region(choice, scores),
        region_tag=_region_tag(speech, choice, scores),
        anonymised=bool(hidden),
    )


def years_of(date: SpeechDate | None) -> tuple[int, int] | None:
    """First and last year the date allows; None where nothing bounds it on both sides."""
    if date is None or not date.start or not date.end:
        return None
    return int(date.start[:4]), int(date.end[:4])


def _level_tag(speech: Speech, own: Units, choice: Choice) -> Tag:
    if choice.level is None:
        return Tag(unknown=choice.level_reason)
    spans = [s for unit in choice.units for s in own.spans.get(unit, ())]
    spans = spans or [s for unit in ABOVE for s in own.spans.get(unit, ())]
    spans.sort(key=lambda s: (-s[0], s[1] != "title", s[2]))
    shown, seen = [], set()
    for _, field, start, end, rule in spans:
        words = getattr(speech, field)[start:end]
        if words not in seen:
            seen.add(words)
            shown.append(evidence(speech, field, start, end, rule))
    if not shown:
        shown = _shown(speech, choice, "level.region")
    if not shown:
        return Tag(unknown=UNSAID)
    return Tag(confidence=choice.level_confidence, evidence=tuple(shown[:MOST_EVIDENCE]))


def _region_tag(speech: Speech, choice: Choice, scores: Scores) -> Tag:
    if choice.place is None:
        return Tag(unknown=choice.region_reason)
    shown = tuple(_shown(speech, choice, "region"))
    return Tag(confidence=choice.confidence, evidence=shown, unknown=choice.region_reason)


def _shown(speech: Speech, choice: Choice, rule: str) -> list[Evidence]:
    """Evidence for the place: its own name where it is the speaker's, then places within, then superiors."""
    shown = []
    for kind, votes in choice.grounds[:MOST_EVIDENCE]:
        m = best_mention(votes)
        shown.append(evidence(speech, m.field, m.start, m.end, f"{rule}.{kind}"))
    return shown


def best_mention(votes: Votes) -> Mention:
    """The mention that shows most: in the title, in the speaker's own role, the first."""
    roles = ("strong", "self", "plain", "listed", "other")
    return min(votes.mentions, key=lambda m: (m.field != "title", roles.index(m.role), m.start))


def _region(choice: Choice, scores: Scores) -> Region:
    if choice.place is None:
        return Region()
    period = period_of(choice.place, scores.years, [v.name.surface for _, v in choice.grounds])
    province = period.name if period.rank == PROVINCE else period.province
    prefecture = period.name if period.rank == PREFECTURE else period.prefecture or None
    return Region(
        province=province,
        prefecture=prefecture,
        county=period.name if period.rank == COUNTY else None,
        town=choice.town,
        adcode=period.adcode,
        name=choice.town or period.name,
    )


def period_of(place: int, years: tuple[int, int] | None, surfaces: Sequence[str]) -> Period:
    """The state of a place at the time of the speech; where several fit, the one the text names first.

    ``surfaces`` are the written forms that spoke for the place, most telling first.
    """
    periods = gazetteer().places[place].periods
    fitting = [p for p in periods if years is None or p.meets(*years)] or periods
    for surface in surfaces:
        named = [p for p in fitting if surface in (p.name, short_name(p.name))]
        if named:
            return named[-1]
    return fitting[-1]

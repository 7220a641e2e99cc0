"""What a person said of a speech: read from the command line, kept, and put in the place of what was found.

A correction belongs to a page, so that it follows the page into whatever speech it becomes part of. It is
applied where the speech is made: the title before the tags are looked for, the date before the place, since
names of places depend on it. So tags, clusters and copies learn from it as they do from the page itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Literal, cast, get_args

import msgspec

from flows.errors import JianghuaError
from flows.index.days import first_day, last_day, read_date, split_range
from flows.places import as_of, find
from flows.records import CorrectedField, Correction, Evidence, Level, Region, Speech, SpeechDate, Tag
from flows.tag.dates.clues import FIRST_YEAR
from flows.tag.place import find_place

RULE = "correction"
"""The rule of evidence and edits that rest on a person's word, and the reason of what that left unknown."""
UNKNOWN = "unknown"
"""The value that says: it can't be known."""
LONGEST = 1000
"""Characters of a title or a reason."""
FIELDS: tuple[str, ...] = get_args(CorrectedField)
_PRECISION: dict[int, Literal["year", "month", "day"]] = {4: "year", 7: "month", 10: "day"}


def read_value(field: str, text: str, speech: Speech) -> str | None:
    """The value of a correction as it is kept, from what a person typed.

    Raises JianghuaError, with what would do, for what is no value of the field.

    >>> read_value("date", "2007年9月", Speech(id="a", pages=("a",)))
    '2007-09'
    """
    text = text.strip()
    if text.lower() == UNKNOWN:
        return None
    if field == "level":
        if text not in get_args(Level):
            raise JianghuaError(f"{text}: no level; one of {', '.join(get_args(Level))}, or unknown")
        return text
    if field == "date":
        return _read_date(text)
    if field == "region":
        return msgspec.json.encode(find(text, speech.speech_date)).decode()
    if not text or len(text) > LONGEST or not text.isprintable():
        raise JianghuaError(f"a title is one line of 1 to {LONGEST:,} characters, or unknown")
    return text


def apply(speech: Speech, words: Iterable[Correction], tag: Callable[[Speech], Speech]) -> Speech:
    """The speech, tagged, with a person's words in place of what was found; of two on one field the later."""
    mine = {word.field: word for word in words if word.page in speech.pages}
    if not mine:
        return tag(speech)
    if title := mine.pop("title", None):
        edits = sorted([*speech.edits, (RULE, 1)])
        speech = replace(speech, title=title.value or "", edits=tuple(edits))
    speech = tag(speech)
    if date := mine.pop("date", None):
        speech = _dated(speech, date)
    for field, word in mine.items():
        if field == "level":
            level = cast(Level | None, word.value)
            speech = replace(speech, level=level, level_tag=_tag(word, word.value or ""))
        else:
            place = msgspec.json.decode(word.value, type=Region) if word.value else Region()
            place = as_of(place, speech.speech_date)
            speech = replace(speech, region=place, region_tag=_tag(word, place.name or ""))
    return speech


def shown(field: str, value: str | None) -> str:
    """A kept value as a person would type it.

    >>> shown("date", None), shown("region", '{"province": "辽宁省", "county": "昌图县"}')
    ('unknown', '辽宁省/昌图县')
    """
    if value is None:
        return UNKNOWN
    return path_of(msgspec.json.decode(value, type=Region)) if field == "region" else value


def path_of(place: Region) -> str:
    """A place by its names from the top, as :func:`flows.places.find` takes it."""
    return "/".join(filter(None, (place.province, place.prefecture, place.county, place.town)))


def _dated(speech: Speech, word: Correction) -> Speech:
    """With the date a person gave; the place is looked for anew, by the names of that time."""
    date = date_of(word.value) if word.value else None
    place = find_place(speech, date)
    return replace(
        speech,
        speech_date=date,
        date_tag=_tag(word, word.value or ""),
        level=place.level,
        level_tag=place.level_tag,
        region=place.region,
        region_tag=place.region_tag,
    )


def date_of(value: str) -> SpeechDate:
    """The date that a kept value means.

    >>> date_of("2007-09..2008").end
    '2008-12-31'
    """
    start, end = split_range(value)
    low, high = first_day(start) if start else None, last_day(end) if end else None
    if start == end:
        return SpeechDate(precision=_PRECISION[len(value)], value=value, start=low, end=high)
    return SpeechDate(precision="range", start=low, end=high)


def _read_date(text: str) -> str:
    ends = [read_date(end) if end else "" for end in split_range(text)]
    if None in ends or not any(ends):
        raise JianghuaError(f"{text}: no date; write 2007, 2007-09, 2007-09-12, 2007-09..2008, or unknown")
    start, end = (found or "" for found in ends)
    last = datetime.now().year + 1
    if any(end and not FIRST_YEAR <= int(end[:4]) <= last for end in (start, end)):
        raise JianghuaError(f"{text}: a speech here is of {FIRST_YEAR} to {last}; or write unknown")
    if start and end and first_day(start) > last_day(end):
        raise JianghuaError(f"{text}: it ends before it begins; write the earlier date first")
    return start if start == end else f"{start}..{end}"


def _tag(word: Correction, said: str) -> Tag:
    """Sure, because a person says so; the evidence is the reason given, or the value where none was."""
    evidence = Evidence(field="title", start=0, end=0, sentence=word.reason or said or UNKNOWN, rule=RULE)
    if word.value is None:
        return Tag(evidence=(evidence,), unknown=RULE)
    return Tag(confidence=1.0, evidence=(evidence,))

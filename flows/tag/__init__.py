"""Tags a speech with its date, level and region, each with the words it rests on."""

from dataclasses import replace

from flows.records import Speech
from flows.tag.date import find_date
from flows.tag.genre import describe
from flows.tag.place import find_place


def tag(speech: Speech) -> Speech:
    """The speech with all its tags: the date first, since names of places depend on it."""
    date, date_tag = find_date(speech)
    place = find_place(speech, date)
    genre = describe(speech)
    return replace(
        speech,
        speech_date=date,
        date_tag=date_tag,
        level=place.level,
        level_tag=place.level_tag,
        region=place.region,
        region_tag=place.region_tag,
        anonymised=place.anonymised,
        speaker_role=genre.speaker_role,
        occasion=genre.occasion,
        doc_type=genre.doc_type,
    )

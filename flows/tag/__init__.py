"""Tags a speech with its date, level and region, each with the words it rests on."""

from dataclasses import replace

from flows.records import Region, Speech, Tag
from flows.tag.anonymised import masks
from flows.tag.collection import is_collection
from flows.tag.date import find_date
from flows.tag.genre import describe
from flows.tag.place import Place, find_place

SEVERAL = "several speeches"
"""The reason for which a page that holds several has no date, level or region."""


def tag(speech: Speech) -> Speech:
    """The speech with all its tags: the date first, since names of places depend on it."""
    if is_collection(speech):
        (date, date_tag), place = (None, Tag(unknown=SEVERAL)), _no_place(speech)
    else:
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


def _no_place(speech: Speech) -> Place:
    unknown = Tag(unknown=SEVERAL)
    hidden = masks(speech.title) or masks(speech.text)
    return Place(level=None, level_tag=unknown, region=Region(), region_tag=unknown, anonymised=bool(hidden))

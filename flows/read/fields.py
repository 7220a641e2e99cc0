"""The fields of a record (a JSON object, a row of a table) and what they say of a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flows.parts import NUMERAL, fits, value
from flows.read.markup import is_html
from flows.read.refused import Refused
from flows.read.times import iso_time
from flows.records import Media
from flows.resources import reference
from flows.settings import Fields

_SURROGATES = re.compile("[\ud800-\udfff]+")
_MOST_PAGES = 100
"""A record that tells of more pages tells of the list that it was found on."""
_PLACE = re.compile(
    rf"第?(?P<number>{NUMERAL})(?:\s?页)?(?:[\s,，/／|(（]{{0,3}}共?(?P<count>{NUMERAL})\s?页?)?[)）]?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a record says of its page."""

    text: str
    media: Media
    title: str | None
    url: str | None
    published: str | None
    captured: str | None
    place: tuple[int, int] | None
    """Which page of how many (0: not told)."""
    lost: int
    """Places in the text where half a surrogate pair stood."""


def parts_of(record: Mapping[str, Any], names: Fields) -> Parts:
    """The parts of a record by the names of its fields: the user's first, then those known here.

    Refuses a record without text as ``empty`` or, where no field has a fitting name, ``bad-record``.

    >>> parts_of({"Content": "同志们", "发布时间": "2022年1月25日"}, Fields()).published
    '2022-01-25'
    """
    values = {_lower(key): value for key, value in record.items() if value not in (None, "")}
    found = _text(values, names)
    if found is None:
        check_names(record, names)
        raise Refused("empty", "the record's text is empty")
    text, markup = found
    text, lost = _SURROGATES.subn("\ufffd", text)
    if len(text.strip()) < 2:
        raise Refused("empty", "the record's text is empty")
    return Parts(
        text=text,
        media="text/html" if markup or is_html(text) else "text/plain",
        title=_line(values, "title", names),
        url=_line(values, "url", names),
        published=_time(values, "published", names),
        captured=_time(values, "captured", names),
        place=_place(values),
        lost=lost,
    )


def check_names(record: Mapping[str, Any], names: Fields) -> None:
    """Refuses a record that has no field for a text, filled or not."""
    known = (*_candidates("html", names), *_candidates("text", names))
    if not any(_lower(key) in known for key in record):
        raise Refused(
            "bad-record",
            f"no text in any of the fields {', '.join(known)}; name yours in JIANGHUA_TEXT_FIELDS"[:300],
        )


def _text(values: Mapping[str, Any], names: Fields) -> tuple[str, bool] | None:
    """The text, and whether its field is one of HTML: what the user names comes first, then HTML."""
    given = (("html", names.html), ("text", names.text))
    known = tuple((part, tuple(_known()[part])) for part in ("html", "text"))
    for part, candidates in given + known:
        found = _first(values, [_lower(name) for name in candidates])
        if found:
            return found, part == "html"
    return None


def _candidates(part: str, names: Fields) -> tuple[str, ...]:
    return (*map(_lower, getattr(names, part)), *_known()[part])


def _first(values: Mapping[str, Any], candidates: list[str] | tuple[str, ...]) -> str | None:
    found = (values.get(name) for name in candidates)
    return next((value for value in found if isinstance(value, str) and value.strip()), None)


def _line(values: Mapping[str, Any], part: str, names: Fields) -> str | None:
    value = _first(values, _candidates(part, names))
    return _SURROGATES.sub("\ufffd", value).strip() if value else None


def _time(values: Mapping[str, Any], part: str, names: Fields) -> str | None:
    times = (iso_time(values.get(name)) for name in _candidates(part, names))
    return next((time for time in times if time), None)


def _place(values: Mapping[str, Any]) -> tuple[int, int] | None:
    """What the fields of a record say of the page's place among the pages of its text.

    >>> _place({"page": 2, "pages": "4"}), _place({"页码": "第二页/共四页"}), _place({"page": 7, "pages": 3})
    ((2, 4), (2, 4), None)
    """
    stated = [_PLACE.fullmatch(_figure(values, part)) for part in ("number", "count")]
    if not stated[0]:
        return None
    number, said = value(stated[0]["number"]), value(stated[0]["count"] or "")
    count = said or (value(stated[1]["number"]) if stated[1] else 0)
    return (number, count) if fits(number, count) and count <= _MOST_PAGES else None


def _figure(values: Mapping[str, Any], part: str) -> str:
    """The first of the fields that say a part, as text; "" where none does."""
    found = (values.get(name) for name in _known()[part])
    return next((str(said).strip() for said in found if type(said) in (int, str)), "")


def _lower(key: Any) -> str:
    return str(key).strip().lower()


@cache
def _known() -> dict[str, list[str]]:
    lines = reference("read/record_fields.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {part: names.lower().split(",") for part, names in rows}

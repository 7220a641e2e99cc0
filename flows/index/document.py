"""What an engine is told of a speech, field for field as ``mappings/mappings.json`` says.

The fields of an exported speech under their own names, each list of objects as an object of lists, and
beside them what search needs. ``exact`` alone is made by the engine that wants it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any
from urllib.parse import urlsplit

from flows.index.divisions import seat
from flows.index.places import region_path, region_terms
from flows.records import Entry, Evidence, Region, Related, Source, SpeechDate
from flows.resources import mapping

Document = dict[str, Any]

OPEN_END = 99_999_999
"""Later than any day written as 20070912."""
_EVIDENCE = ("speech", "field", "start", "end", "sentence", "rule")
_RELATED = ("id", "relation", "places", "numbers")
_SOURCE = ("file", "offset", "length", "sha256", "page", "url", "captured")


@cache
def speech_mapping() -> dict[str, Any]:
    """The mapping of ``mappings/mappings.json``: ``_meta``, ``dynamic`` and ``properties``."""
    body: dict[str, Any] = json.loads(mapping("mappings.json").read_text(encoding="utf-8"))
    return body["template"]["mappings"]  # type: ignore[no-any-return]


def leaf_fields(parent: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field of a mapping by its path (``region.province``), with its settings."""
    for name, field in parent["properties"].items():
        if "properties" in field:
            yield from leaf_fields(field, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def document(entry: Entry) -> Document:
    """The document of an entry. Where there is no value the key is there with None or an empty list."""
    speech = entry.speech
    tags = {"level": speech.level_tag, "region": speech.region_tag, "speech_date": speech.date_tag}
    return searched(entry) | {
        "head": speech.head,
        "published": speech.published,
        "confidence": {name: tag.confidence if tag.evidence else None for name, tag in tags.items()},
        "evidence": {name: _columns(tag.evidence, _EVIDENCE) for name, tag in tags.items()},
        "unknown": {name: tag.unknown or None for name, tag in tags.items()},
        "speaker_role": speech.speaker_role,
        "occasion": speech.occasion,
        "missing_pages": list(speech.missing_pages),
        "variants": entry.variants,
        "sources": _columns(entry.sources, _SOURCE),
        "edits": {"rule": [rule for rule, _ in speech.edits], "count": [count for _, count in speech.edits]},
        "repairs": sum(count for _, count in speech.edits),
        "gaps": speech.gaps,
        "related": _related(entry.related),
        "run": entry.run,
        "changed": began(entry.run),
    }


def searched(entry: Entry) -> Document:
    """The part of the document by which speeches are found, counted, sorted and told from older states."""
    speech = entry.speech
    sites = _sites(entry.sources)
    day = first_known_day(speech.speech_date)
    return {
        "id": speech.id,
        "title": speech.title,
        "text": speech.text,
        "level": speech.level,
        "region": _region(speech.region),
        "speech_date": _date(speech.speech_date),
        "day": day,
        "doc_type": speech.doc_type,
        "truncated": speech.truncated,
        "anonymised": speech.anonymised,
        "cluster": entry.cluster,
        "canonical": entry.canonical,
        "site": sites,
        "site_terms": _domains(sites),
        "revision": entry.revision,
        "order": order(day, speech.id),
    }


def first_known_day(date: SpeechDate | None) -> str | None:
    """The first day a speech may be of, or where that is open the last."""
    return (date.start or date.end) if date else None


def began(run: str) -> str | None:
    """When a run began, as its id says.

    >>> began("20070912T093000-3b81")
    '2007-09-12T09:30:00'
    """
    time = run[:15]
    if len(time) != 15 or time[8] != "T" or not (time[:8] + time[9:]).isdecimal():
        return None
    return f"{time[:4]}-{time[4:6]}-{time[6:8]}T{time[9:11]}:{time[11:13]}:{time[13:]}"


def order(day: str | None, speech: str) -> str:
    """What speeches are sorted by: as text it is newest first, unknown last, ties by id.

    >>> order("2007-10-09", "ab12")
    '79928990ab12'
    """
    return f"{OPEN_END - (int(day.replace('-', '')) if day else 0):08}{speech}"


@lru_cache(maxsize=4096)  # a place has many speeches
def _region(region: Region) -> dict[str, Any]:
    place = seat(region.adcode)
    return {
        "province": region.province,
        "prefecture": region.prefecture,
        "county": region.county,
        "town": region.town,
        "adcode": region.adcode,
        "name": region.name,
        "path": region_path(region),
        "terms": region_terms(region),
        "centroid": {"lon": place[0], "lat": place[1]} if place else None,
    }


def _date(date: SpeechDate | None) -> dict[str, Any]:
    if date is None:
        keys = ("value", "precision", "from", "to", "range")
        return {**dict.fromkeys(keys), "year": "unknown"}
    ends = {"gte": date.start, "lte": date.end}
    return {
        "value": date.value,
        "precision": date.precision,
        "from": date.start,
        "to": date.end,
        "range": {side: day for side, day in ends.items() if day},
        "year": date.value[:4] if date.value else "range",
    }


def _columns(rows: Iterable[Evidence | Related | Source], names: tuple[str, ...]) -> dict[str, list[Any]]:
    """A list of objects as an object of lists, which is how an engine holds one anyway."""
    columns = list(map(list, zip(*map(attrgetter(*names), rows), strict=True)))
    return dict(zip(names, columns or [[] for _ in names], strict=True))


def _related(found: Iterable[Related]) -> dict[str, list[Any]]:
    columns = _columns(found, _RELATED)
    return columns | {"places": list(map(list, columns["places"]))}


def _sites(sources: Iterable[Source]) -> list[str]:
    hosts = (_host(source.url) for source in sources if source.url)
    return sorted({host for host in hosts if host})


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _domains(hosts: list[str]) -> list[str]:
    """Each host and the domains it is in, so that ``site:gov.cn`` finds ``www.example.gov.cn``.

    >>> _domains(["www.example.gov.cn"])
    ['example.gov.cn', 'gov.cn', 'www.example.gov.cn']
    """
    parts = (host.split(".") for host in hosts)
    return sorted({".".join(labels[at:]) for labels in parts for at in range(max(1, len(labels) - 1))})


def storable(text: str) -> str:
    """The text without lone surrogates, which damaged sources may hold and UTF-8 may not.

    >>> storable("半个" + chr(0xD800) + "字")
    '半个?字'
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")

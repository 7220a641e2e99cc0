"""What an engine is told of a speech, field for field as ``mappings/speeches.json`` says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from flows.index.places import region_terms
from flows.records import Entry, Source, SpeechDate
from flows.resources import mapping

Document = dict[str, Any]


@cache
def speech_mapping() -> dict[str, Any]:
    """The mapping of ``mappings/speeches.json``: ``_meta``, ``dynamic`` and ``properties``."""
    body: dict[str, Any] = json.loads(mapping("speeches.json").read_text(encoding="utf-8"))
    return body["mappings"]  # type: ignore[no-any-return]


def leaf_fields(parent: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field of a mapping by its path (``region.province``), with its settings."""
    for name, field in parent["properties"].items():
        if "properties" in field:
            yield from leaf_fields(field, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def document(entry: Entry) -> Document:
    """The document of an entry. Where there is no value the key is there with None or an empty list."""
    speech, region = entry.speech, entry.speech.region
    sites = _sites(entry.sources)
    return {
        "id": speech.id,
        "title": speech.title,
        "text": speech.text,
        "level": speech.level,
        "region": {
            "province": region.province,
            "prefecture": region.prefecture,
            "county": region.county,
            "town": region.town,
            "adcode": region.adcode,
            "name": region.name,
            "terms": region_terms(region),
        },
        "speech_date": _date(speech.speech_date),
        "published": speech.published,
        "doc_type": speech.doc_type,
        "speaker_role": speech.speaker_role,
        "occasion": speech.occasion,
        "site": sites,
        "site_terms": _domains(sites),
        "truncated": speech.truncated,
        "anonymised": speech.anonymised,
        "cluster": entry.cluster,
        "canonical": entry.canonical,
        "variants": entry.variants,
        "gaps": speech.gaps,
        "run": entry.run,
        "revision": entry.revision,
    }


def _date(date: SpeechDate | None) -> dict[str, Any]:
    if date is None:
        return {
            "value": None,
            "precision": None,
            "from": None,
            "to": None,
            "range": None,
            "year": "unknown",
        }
    ends = {"gte": date.start, "lte": date.end}
    return {
        "value": date.value,
        "precision": date.precision,
        "from": date.start,
        "to": date.end,
        "range": {side: day for side, day in ends.items() if day},
        "year": date.value[:4] if date.value else "range",
    }


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

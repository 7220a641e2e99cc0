"""A page of hits out of an Elasticsearch index, by score or by date, and what its facets count."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from flows.index.engine import FACETS, Hit
from flows.index.pages import BY_DATE, MOST_VALUES, has_changed, read_cursor

_BY_SCORE = re.compile(r"s(\d{1,9}(?:\.\d{1,20})?(?:e-?\d{1,3})?)-(\d{8}.{1,200})", re.DOTALL)
"""A cursor by relevance: score and ``order`` of the last hit."""
Ask = Callable[[dict[str, Any]], Any]
"""Sends a search and gives the server's answer."""
Page = tuple[Any, list[Hit], str | None]
"""The server's answer, the hits on this page, and the cursor of the next."""


def counting(query: dict[str, Any], facets: Sequence[str]) -> dict[str, Any]:
    """A search that counts all its hits, and those of each value of the facets, exactly."""
    aggregations = {name: _terms(FACETS[name]) for name in facets}
    return {"query": query, "source": False, "track_total_hits": True, "aggs": aggregations}


def _terms(field: str) -> dict[str, Any]:
    terms: dict[str, Any] = {"field": field, "size": MOST_VALUES}
    if field != "truncated":  # which always has a value
        terms["missing"] = "unknown"
    return {"terms": terms}


def by_date(ask: Ask, body: dict[str, Any], limit: int, after: str | None) -> Page:
    """Newest first, by a key that no two speeches share, so pages hold through any change."""
    if after is not None:
        body["search_after"] = ["".join(read_cursor(BY_DATE, after))]
    answer = ask({**body, "sort": [{"order": "asc"}], "size": limit + 1})
    found = answer["hits"]["hits"]
    more = len(found) > limit > 0
    hits = [Hit(hit["_id"], 0.0) for hit in found[:limit]]
    return answer, hits, f"d{found[limit - 1]['sort'][0]}" if more else None


def by_score(ask: Ask, body: dict[str, Any], limit: int, after: str | None) -> Page:
    """A page begins with the last hit of the one before, which shows whether scores have changed."""
    overlap, last = 0, ""
    if after is not None:
        score, last = read_cursor(_BY_SCORE, after)
        overlap, body["search_after"] = 1, [float(score), _just_before(last)]
    sort = [{"_score": "desc"}, {"order": "asc"}]
    answer = ask({**body, "sort": sort, "size": limit + 1 + overlap})
    found = answer["hits"]["hits"]
    if overlap and (not found or found[0]["sort"][1] != last):
        raise has_changed()
    page = found[overlap : overlap + limit]
    more = len(found) > overlap + limit and limit > 0
    hits = [Hit(hit["_id"], float(hit["_score"])) for hit in page]
    return answer, hits, "s{!r}-{}".format(*page[-1]["sort"]) if more else None


def _just_before(key: str) -> str:
    """A text that sorts before a key, and behind all other keys before it."""
    return key[:-1] + chr(ord(key[-1]) - 1) + "\uffff"

"""A page of hits out of a Tantivy index, by score or by date, and what its facets count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import tantivy

from flows.index.document import OPEN_END
from flows.index.embedded.query import days_between
from flows.index.embedded.schema import DAY, ORDER
from flows.index.engine import FACETS, Hit
from flows.index.pages import BY_DATE, MOST_VALUES, facet_counts, has_changed, read_cursor

_BY_SCORE = re.compile(r"r(\d{1,9})-(.{1,200})", re.DOTALL)
"""A cursor by score: how many hits were shown, and the last of them."""
_DAY_DIGITS = 8
Page = tuple[int, list[Hit], str | None]
"""How many there are, those on this page, and the cursor of the next."""


def by_score(
    searcher: tantivy.Searcher, fields: tantivy.Schema, query: tantivy.Query, limit: int, after: str | None
) -> Page:
    """Ties are in the index's own order, which only a write changes; a cursor notices that."""
    given, last = ("0", "") if after is None else read_cursor(_BY_SCORE, after)
    seen = int(given)
    overlap = min(1, seen)
    found = searcher.search(query, limit + 1 + overlap, offset=seen - overlap)
    hits = [Hit(str(searcher.doc(address).get_first("id")), score) for score, address in found.hits]
    if overlap and (not hits or hits[0].id != last):
        raise has_changed()
    page = hits[overlap : overlap + limit]
    more = len(hits) > overlap + limit and limit > 0
    return _count(found), page, f"r{seen + limit}-{page[-1].id}" if more else None


def by_date(
    searcher: tantivy.Searcher, fields: tantivy.Schema, query: tantivy.Query, limit: int, after: str | None
) -> Page:
    """Sorted by a key that no two speeches share, so pages hold through any change."""
    if after is None:
        total, keys = _keys(searcher, query, limit + 1)
    else:
        left, speech = read_cursor(BY_DATE, after)
        total = _count(searcher.search(query, 1))
        rest = query.and_must_match(days_between(fields, DAY, None, OPEN_END - int(left)))
        keys = _keys_after(searcher, rest, limit + 1, left + speech)
    following = f"d{keys[limit - 1]}" if len(keys) > limit > 0 else None
    return total, [Hit(key[_DAY_DIGITS:], 0.0) for key in keys[:limit]], following


def _keys_after(searcher: tantivy.Searcher, query: tantivy.Query, limit: int, last: str) -> list[str]:
    """The query holds speeches of the last key's own day too: read on until enough lie behind it."""
    wanted = limit
    while True:
        count, read = _keys(searcher, query, wanted)
        keys = [key for key in read if key > last]
        if len(keys) >= limit or wanted >= count:
            return keys[:limit]
        wanted *= 4


def _keys(searcher: tantivy.Searcher, query: tantivy.Query, limit: int) -> tuple[int, list[str]]:
    found = searcher.search(query, limit, order_by_field=ORDER, order=tantivy.Order.Asc)
    return _count(found), [key for key, _ in found.hits]


def _count(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # its stub leaves it out


def facet_values(
    searcher: tantivy.Searcher, query: tantivy.Query, names: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Of each facet, how many of a query's hits a value has."""
    counted = searcher.aggregate(query, {name: _terms(FACETS[name]) for name in names})
    return {name: facet_counts(name, counted[name]["buckets"]) for name in names}


def _terms(field: str) -> dict[str, Any]:
    return {"terms": {"field": field, "size": MOST_VALUES, "segment_size": MOST_VALUES, "missing": "unknown"}}

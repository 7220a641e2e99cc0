"""A query tree as an Elasticsearch query. Only phrases score; conditions merely sift.

``exact``, which holds our own tokens, decides what is a hit and ranks it. To rank by ``text`` (pairs of
characters) or ``text.words`` (smartcn) as well helped on no kind of query beyond chance (``make
bench-search``).
"""

from __future__ import annotations

from typing import Any

from flows.index.document import storable
from flows.index.elastic.schema import exact_phrase
from flows.index.engine import FIELDS, IN_A_ROW, SHOWS_VARIANTS
from flows.index.query import And, Dates, Everything, Is, Node, Not, Or, Phrase, fields, in_a_row

Query = dict[str, Any]

TITLE_WEIGHT = 2.0
"""A phrase in the title counts this many times one in the text."""
_RANGE = "speech_date.range"
_NOTHING: Query = {"match_none": {}}


def to_elastic(node: Node, variants: bool = False) -> Query:
    """The query for an index; of each cluster only the canonical speech, unless variants are asked for."""
    made = _translate(node)
    if variants or fields(node) & SHOWS_VARIANTS:
        return made
    return {"bool": {"must": [made], "filter": [{"term": {"canonical": True}}]}}


def ranked(query: Query, node: Node) -> Query:
    """The same hits, those first that hold the words of the query in a row."""
    row = in_a_row(node)
    if row is None:
        return query
    first = {"constant_score": {"filter": _translate(row), "boost": IN_A_ROW}}
    return {"bool": {"must": [query], "should": [first]}}


def _translate(node: Node) -> Query:
    match node:
        case Everything():
            return _silent({"match_all": {}})
        case Phrase(text, scope):
            return _phrase(text, ("title", "text") if scope == "any" else (scope,))
        case Is(field, value):
            return _silent(_is(field, storable(value)))
        case Dates():
            return _silent(_dates(node))
        case Not(inner):
            return {"bool": {"must_not": [_translate(inner)]}}
        case And(nodes):
            wanted = [_translate(child) for child in nodes if not isinstance(child, Not)]
            shut_out = [_translate(child.node) for child in nodes if isinstance(child, Not)]
            return {"bool": {"must": wanted, "must_not": shut_out}}
        case Or(nodes):
            return _one_of([_translate(child) for child in nodes])


def _phrase(text: str, scopes: tuple[str, ...]) -> Query:
    wanted = exact_phrase(text)
    if not wanted:
        return _NOTHING
    return _one_of(
        [{"match_phrase": {f"exact.{field}": {"query": wanted, "boost": _weight(field)}}} for field in scopes]
    )


def _weight(field: str) -> float:
    return TITLE_WEIGHT if field == "title" else 1.0


def _is(field: str, value: str) -> Query:
    name = FIELDS[field]
    if field in ("truncated", "canonical", "anonymised"):
        return {"term": {name: value == "true"}}
    if value == "unknown" and field != "date":
        return {"bool": {"must_not": [{"exists": {"field": name}}]}}
    return {"term": {name: value}}


def _dates(dates: Dates) -> Query:
    ends = {"gte": dates.first, "lte": dates.last}
    bounds: Query = {side: day for side, day in ends.items() if day}
    relation = "within" if dates.within else "intersects"
    return {"range": {_RANGE: {**bounds, "relation": relation}}}


def _one_of(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries, "minimum_should_match": 1}}


def _silent(query: Query) -> Query:
    return {"constant_score": {"filter": query, "boost": 0.0}}

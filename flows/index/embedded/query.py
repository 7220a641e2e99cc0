"""A query tree as a Tantivy query. Only phrases score; conditions merely sift."""

from __future__ import annotations

from collections.abc import Iterable

import tantivy

from flows.index.embedded.schema import FIRST, LAST, RANGE
from flows.index.engine import FIELDS, IN_A_ROW, SHOWS_VARIANTS
from flows.index.fold import tokens
from flows.index.query import And, Dates, Everything, Is, Node, Not, Or, Phrase, fields, in_a_row

TITLE_WEIGHT = 2.0
"""A phrase in the title counts this many times one in the text."""
_Query = tantivy.Query
_Occur = tantivy.Occur


def to_tantivy(node: Node, schema: tantivy.Schema, variants: bool = False) -> tantivy.Query:
    """The query for an index; of each cluster only the canonical speech, unless variants are asked for."""
    made = _translate(node, schema)
    if variants or fields(node) & SHOWS_VARIANTS:
        return made
    # Shutting out the few variants is quicker than asking of each speech whether it is canonical.
    return _all_but(made, [_Query.term_query(schema, "canonical", False)])


def ranked(query: tantivy.Query, node: Node, schema: tantivy.Schema) -> tantivy.Query:
    """The same hits, those first that hold the words of the query in a row."""
    row = in_a_row(node)
    if row is None:
        return query
    first = _Query.const_score_query(_translate(row, schema), IN_A_ROW)
    return _Query.boolean_query([(_Occur.Must, query), (_Occur.Should, first)])


def days_between(schema: tantivy.Schema, field: str, first: int | None, last: int | None) -> tantivy.Query:
    """Speeches whose number field lies between two numbers, both included; None is open."""
    kind = tantivy.FieldType.Unsigned
    return _silent(_Query.range_query(schema, field, kind, lower_bound=first, upper_bound=last))


def _translate(node: Node, schema: tantivy.Schema) -> tantivy.Query:
    match node:
        case Everything():
            return _silent(_Query.all_query())
        case Phrase(text, scope):
            return _phrase(text, ("title", "text") if scope == "any" else (scope,), schema)
        case Is(field, value):
            return _silent(_is(field, value, schema))
        case Dates():
            return _dates(node, schema)
        case Not(inner):
            return _all_but(_silent(_Query.all_query()), [_translate(inner, schema)])
        case And(nodes):
            wanted = [_translate(child, schema) for child in nodes if not isinstance(child, Not)]
            shut_out = [_translate(child.node, schema) for child in nodes if isinstance(child, Not)]
            return _all_but(_all(wanted or [_silent(_Query.all_query())]), shut_out)
        case Or(nodes):
            return _one_of(_translate(child, schema) for child in nodes)


def _phrase(text: str, scopes: tuple[str, ...], schema: tantivy.Schema) -> tantivy.Query:
    words = tokens(text)
    if not words:
        return _Query.empty_query()
    found = []
    for field in scopes:
        one = (
            _Query.phrase_query(schema, field, list(words))
            if len(words) > 1
            else _Query.term_query(schema, field, words[0], "freq")
        )
        found.append(_Query.boost_query(one, TITLE_WEIGHT) if field == "title" else one)
    return _one_of(found)


def _is(field: str, value: str, schema: tantivy.Schema) -> tantivy.Query:
    name = FIELDS[field]
    if field in ("truncated", "canonical", "anonymised"):
        return _Query.term_query(schema, name, value == "true")
    if value == "unknown" and field != "date":
        return _all_but(_Query.all_query(), [_Query.exists_query(name)])
    return _Query.term_query(schema, name, value)


def _dates(dates: Dates, schema: tantivy.Schema) -> tantivy.Query:
    """Two ranges overlap where each begins before the other ends; one is inside where it does neither."""
    first = int(dates.first.replace("-", "")) if dates.first else None
    last = int(dates.last.replace("-", "")) if dates.last else None
    begins, ends = (FIRST, LAST) if dates.within else (LAST, FIRST)
    bounds = []
    if first is not None:
        bounds.append(days_between(schema, RANGE + begins, first, None))
    if last is not None:
        bounds.append(days_between(schema, RANGE + ends, None, last))
    return _all(bounds)


def _all(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    return _Query.boolean_query([(_Occur.Must, query) for query in queries])


def _one_of(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    return _Query.boolean_query([(_Occur.Should, query) for query in queries])


def _all_but(query: tantivy.Query, shut_out: Iterable[tantivy.Query]) -> tantivy.Query:
    return _Query.boolean_query([(_Occur.Must, query), *((_Occur.MustNot, one) for one in shut_out)])


def _silent(query: tantivy.Query) -> tantivy.Query:
    return _Query.const_score_query(query, 0.0)

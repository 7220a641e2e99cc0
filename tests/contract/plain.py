"""The plain search that engines must equal: each entry by itself, no index."""

from __future__ import annotations

from flows.index.document import document
from flows.index.engine import FIELDS, SHOWS_VARIANTS
from flows.index.fold import find
from flows.index.query import And, Dates, Everything, Is, Node, Not, Or, Phrase, fields
from flows.records import Entry


def search(entries: list[Entry], query: Node, variants: bool = False) -> set[str]:
    """Ids of the entries that meet a query."""
    shown = variants or bool(fields(query) & SHOWS_VARIANTS)
    return {e.speech.id for e in entries if (shown or e.canonical) and meets(e, query)}


def meets(entry: Entry, query: Node) -> bool:
    """Whether an entry meets a query, variants or not."""
    match query:
        case Everything():
            return True
        case Phrase(text, scope):
            scopes = ("title", "text") if scope == "any" else (scope,)
            return any(find(getattr(entry.speech, name), text) for name in scopes)
        case Is(field, value):
            return _is(entry, field, value)
        case Dates():
            return _date(entry, query)
        case Not(node):
            return not meets(entry, node)
        case And(nodes):
            return all(meets(entry, node) for node in nodes)
        case Or(nodes):
            return any(meets(entry, node) for node in nodes)


def _is(entry: Entry, field: str, value: str) -> bool:
    held = document(entry)
    for name in FIELDS[field].split("."):
        held = held[name]
    if isinstance(held, bool):
        return held == (value == "true")
    values = held if isinstance(held, list) else [held]
    return value in values or (value == "unknown" and values in ([], [None]))


def _date(entry: Entry, dates: Dates) -> bool:
    date = entry.speech.speech_date
    if date is None:
        return False
    start, end = date.start or "0000", date.end or "9999"
    first, last = dates.first or "0000", dates.last or "9999"
    return (first <= start and end <= last) if dates.within else (start <= last and first <= end)

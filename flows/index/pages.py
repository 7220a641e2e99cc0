"""What the engines' answers have in common: cursors by date, and facets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flows.index.engine import CursorError

BY_DATE = re.compile(r"d(\d{8})(.{1,200})", re.DOTALL)
"""A cursor by date: the field ``order`` of the last hit, which no two speeches share, so that pages
hold through any change and on either engine."""
MOST_VALUES = 65_000
"""Values that a facet may have, as many as either engine allows."""


def read_cursor(form: re.Pattern[str], cursor: str) -> tuple[str, ...]:
    """The parts of a cursor; raises CursorError where it has another form."""
    match = form.fullmatch(cursor)
    if match is None:
        raise CursorError(f"{cursor[:40]}: not a cursor of this search; take the one that the last page gave")
    return match.groups()


def has_changed() -> CursorError:
    """The error for a cursor whose hit is not where it was."""
    return CursorError("the archive has changed since the first page; search again, or sort by date")


def facet_counts(name: str, buckets: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """A facet's values with their counts: years in order, else most first, ties by value."""
    found = {str(bucket.get("key_as_string", bucket["key"])): int(bucket["doc_count"]) for bucket in buckets}
    if name == "year":  # "range" and "unknown" sort behind the digits
        return dict(sorted(found.items()))
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

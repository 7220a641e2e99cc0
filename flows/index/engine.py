"""The protocol of the search engines: what each takes, gives back and promises.

One contract suite (``tests/contract``) holds every engine to it. An engine holds copies: the catalog
can fill it anew at any time. Its hits are those of a plain search by :func:`flows.index.fold.find`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from flows.errors import JianghuaError
from flows.index.query import Node
from flows.records import Entry

Sort = Literal["relevance", "date"]
"""``relevance``: best first; a query without words to rank by is sorted by date.
``date``: newest first by the first day the speech may be of, unknown last, ties by id."""

FIELDS = {
    "level": "level",
    "region": "region.terms",
    "date": "speech_date.year",
    "type": "doc_type",
    "site": "site_terms",
    "truncated": "truncated",
    "canonical": "canonical",
    "anonymised": "anonymised",
    "cluster": "cluster",
    "id": "id",
}
"""Fields of the query language whose value is looked up as it is, and the mapping's field for each."""

FACETS = {
    "year": "speech_date.year",
    "level": "level",
    "province": "region.province",
    "type": "doc_type",
    "site": "site",
    "truncated": "truncated",
}
"""Facets by name, and the field each counts. ``year`` counts the speeches whose date has a value;
``range`` and ``unknown`` are buckets of their own. What has no value counts as ``unknown``."""

SHOWS_VARIANTS = frozenset({"canonical", "cluster", "id"})
"""A query that names one of these finds variants too; any other finds one speech a cluster."""

IN_A_ROW = 100.0
"""Added to the score of a hit that holds all words of a query in a row: more than the words alone give, so
that such hits come first. What is remembered of a speech is mostly a piece of it (``make bench-search``)."""

MEND = "run: jianghua ingest PATH (any path); it fills the index from the catalog"
"""What to do about an index that can't be used."""

REBUILD = "run: jianghua reindex"
"""What to do about an index that others may be searching just now."""


AHEAD = (
    "the index holds later copies than the catalog knows of, so the catalog is an older one (restored from a "
    f"copy?); to make the index anew from it, {REBUILD}"
)


class IndexUnusable(JianghuaError):
    """The index is missing, damaged or of another version; the catalog can fill it anew."""


class CursorError(JianghuaError):
    """The cursor is none, or is of another search, or the archive has changed since."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One speech found. The score compares hits of one answer only."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of hits, and what holds for all pages."""

    total: int
    """How many speeches there are, exactly."""
    hits: tuple[Hit, ...]
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    """Of the facets asked for: how many speeches a value has; years in order, else most first."""
    next: str | None = None
    """The cursor of the next page; None on the last."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A speech that the engine will not take, and why in its own words."""

    id: str
    reason: str


class Engine(Protocol):
    """Where speeches are found. Writes are seen, and safe, after :meth:`commit`."""

    @property
    def fresh(self) -> bool:
        """Whether there is no usable index yet, so that everything has to be put."""

    @property
    def half_filled(self) -> bool:
        """Whether the index was left as it is while it is filled; closing after a commit ends that."""

    @property
    def again(self) -> Mapping[str, int]:
        """Requests that had to be sent again since it was opened, by why."""

    def latest(self) -> int:
        """The highest revision held; 0 where a put replaces a later copy too."""

    def put(self, entries: Iterable[Entry]) -> None:
        """Take entries in; one with an id already held replaces it."""

    def remove(self, ids: Iterable[str]) -> None:
        """Forget these ids; those not held are no error."""

    def commit(self) -> Sequence[Refusal]:
        """Make all that was put and removed visible and durable; returns what the engine will not take.

        Cut short, it may have done a part; the same put and removed once more mends that.
        """

    def search(
        self,
        query: Node,
        *,
        sort: Sort = "relevance",
        limit: int = 10,
        after: str | None = None,
        facets: Sequence[str] = (),
        variants: bool = False,
    ) -> Answer:
        """The page of hits after a cursor. ``variants`` shows them whatever the query names.

        Raises CursorError or IndexUnusable.
        """

    def count(self) -> int:
        """How many speeches are held, variants too."""

    def close(self) -> None:
        """Let go of files and locks; what was not committed is dropped."""

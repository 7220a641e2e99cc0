"""The engine for more than one machine and for Kibana: Elasticsearch 9, an index behind an alias."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from flows.index.elastic import bulk, pages, schema
from flows.index.elastic.client import connect, troubles
from flows.index.elastic.query import ranked, to_elastic
from flows.index.engine import REBUILD, Answer, IndexUnusable, Refusal, Sort
from flows.index.pages import facet_counts
from flows.index.query import Node, phrases
from flows.records import Entry
from flows.settings import Settings

SAME_COPY = "jianghua"
"""Sends all searches to the same copies of the shards, whose scores may differ a little from others'."""
NEXT, PREVIOUS = "-next", "-previous"
"""What is added to the alias to name an index that is being built, and the one before the one in use."""


class ElasticEngine:
    """An index behind an alias; the protocol is :class:`flows.index.engine.Engine`.

    What is put and removed is kept here until the commit sends it. Every write says which revision of a
    speech it brings, so a late one undoes no newer one. What is removed leaves the index before this one too.
    ``beside`` (NEXT, PREVIOUS) is for an index that is not in use.
    """

    def __init__(self, client: Elasticsearch, alias: str, archive: str, beside: str = "") -> None:
        self._client, self._base, self._archive, self._beside = client, alias, archive, beside
        self._alias = alias + beside
        self._pending: dict[str, Entry | None] = {}
        self.again = Counter[str]()
        self._filling = self._written = False
        self._name = self._look()
        self._fresh = not self._name

    @classmethod
    def open(cls, settings: Settings, archive: str) -> ElasticEngine:
        """The engine of an archive, by the archive's id.

        Raises JianghuaError where Elasticsearch can't be reached, IndexUnusable where the alias leads to
        an index of another version or another archive.
        """
        client = connect(settings)
        try:
            return cls(client, settings.elasticsearch_alias, archive)
        except BaseException:
            client.close()
            raise

    @property
    def fresh(self) -> bool:
        """Whether there is no index yet, so that everything has to be put."""
        return self._fresh

    @property
    def half_filled(self) -> bool:
        """Whether the index is as it is while it is filled: without refresh and copies."""
        return self._filling

    def put(self, entries: Iterable[Entry]) -> None:
        """Take entries in; one with an id already held replaces it."""
        for entry in entries:
            self._pending[entry.speech.id] = entry

    def remove(self, ids: Iterable[str]) -> None:
        """Forget these ids; those not held are no error."""
        self._pending |= dict.fromkeys(ids)

    def commit(self) -> Sequence[Refusal]:
        """Send all that was put and removed, and make it visible; returns what the server will not take."""
        with troubles("written"):
            if self._fresh:
                self._create()
            refused = bulk.send(self._client, self._alias, self._operations(), again=self.again)
            bulk.refresh(self._client, self._alias, again=self.again)
            self._remove_from_previous()
        self._pending.clear()
        self._fresh, self._written = False, True
        return refused

    def latest(self) -> int:
        """The highest revision held; 0 where there is none."""
        highest = {"highest": {"max": {"field": "revision"}}}
        found = {} if self._fresh else self._ask({"size": 0, "aggs": highest})["aggregations"]
        return int(found.get("highest", {}).get("value") or 0)

    def count(self) -> int:
        """How many speeches are held, variants too."""
        if self._fresh:
            return 0
        with troubles("counted"):
            return int(self._client.count(index=self._alias)["count"])

    def close(self) -> None:
        """Let go of the connection; what was not committed is dropped."""
        self._pending.clear()
        filled, self._filling = self._filling and self._written, False
        if filled:
            with suppress(ApiError, TransportError):  # the next that writes the index does it
                self._client.indices.put_settings(index=self._alias, settings=schema.filled_settings())
        self._client.close()

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
        """The page of hits after a cursor; raises CursorError or IndexUnusable."""
        if self._fresh:
            raise IndexUnusable(
                f"there is no Elasticsearch index {self._alias}; run: jianghua ingest PATH (any path)"
            )
        made, limit = to_elastic(query, variants), max(0, limit)
        body = pages.counting(made, facets)
        if sort == "relevance" and phrases(query):
            body["query"] = ranked(made, query)
            answer, hits, following = pages.by_score(self._ask, body, limit, after)
        else:
            answer, hits, following = pages.by_date(self._ask, body, limit, after)
        counted = answer.get("aggregations", {})
        counts = {name: facet_counts(name, counted[name]["buckets"]) for name in facets}
        return Answer(int(answer["hits"]["total"]["value"]), tuple(hits), counts, following)

    def _ask(self, body: dict[str, Any]) -> Any:
        with troubles("searched"):
            return self._client.search(
                index=self._alias, preference=SAME_COPY, allow_partial_search_results=False, **body
            )

    def _operations(self) -> Iterator[bulk.Operation]:
        for speech, entry in self._pending.items():
            yield bulk.index(speech, entry.revision, schema.source(entry)) if entry else bulk.delete(speech)

    def _remove_from_previous(self) -> None:
        """What a person has taken out is to be found nowhere."""
        gone = [speech for speech, entry in self._pending.items() if entry is None]
        previous = self._base + PREVIOUS
        if gone and not self._beside and self._client.indices.exists_alias(name=previous):
            bulk.send(self._client, previous, map(bulk.delete, gone))
            self._client.indices.refresh(index=previous)

    def _look(self) -> str:
        """The name of the index behind the alias; empty where there is none yet."""
        with troubles("opened"):
            found = behind(self._client, self._alias)
        if found is None:
            return ""
        name, held, refreshed = found
        check_owner(name, self._alias, held, self._archive)
        if held.get("built") != schema.built():
            raise IndexUnusable(f"{name} was made by another version of jianghua; {REBUILD}")
        self._filling = refreshed == schema.FILLING["refresh_interval"]
        return name

    def _create(self) -> None:
        """A new index behind the alias, from the templates."""
        for name, (kind, body) in schema.templates(self._base).items():
            if kind == "component":
                self._client.cluster.put_component_template(name=name, **body)
            else:
                self._client.indices.put_index_template(name=name, **body)
        self._name = schema.index_name(self._base)
        self._client.indices.create(
            index=self._name,
            aliases={self._alias: {}},
            mappings={"_meta": schema.meta(self._archive)},
            settings=schema.FILLING,
        )
        self._filling = True


def behind(client: Elasticsearch, alias: str) -> tuple[str, dict[str, Any], str] | None:
    """The index behind an alias, what it says of itself, and how often it is refreshed; None without one.

    Raises IndexUnusable where the name is no alias, or leads to several.
    """
    fields = "*.mappings._meta,*.settings.index.refresh_interval,*.settings.index.uuid"
    try:
        found = client.indices.get(index=alias, filter_path=fields)
    except NotFoundError:
        return None
    (name, held), *others = found.items()
    if others or name == alias:
        raise IndexUnusable(
            f"{alias} is not the alias of one index of speeches; choose another name with "
            "JIANGHUA_ELASTICSEARCH_ALIAS, or remove what is there"
        )
    index = held["settings"]["index"]
    return str(name), held.get("mappings", {}).get("_meta", {}), str(index.get("refresh_interval"))


def check_owner(name: str, alias: str, held: dict[str, Any], archive: str) -> None:
    """Raises IndexUnusable where an index is not this archive's, by what it says of itself."""
    if held.get("archive") != archive:
        raise IndexUnusable(
            f"{name}, behind {alias}, is of another archive; give this one a name of its own with "
            f"JIANGHUA_ELASTICSEARCH_ALIAS and {REBUILD}; or delete {name}, if its archive is no more"
        )

"""Elasticsearch's indices of an archive: three aliases tell which is in use, before it, and being built."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from elasticsearch import Elasticsearch
from elasticsearch.helpers import scan

from flows.index.elastic import schema
from flows.index.elastic.client import connect, troubles
from flows.index.elastic.engine import NEXT, PREVIOUS, ElasticEngine, behind, check_owner
from flows.index.engine import IndexUnusable
from flows.index.generations import other_version
from flows.records import Entry
from flows.settings import Settings

_AT_ONCE = 20
"""Documents fetched at once: a long speech is 0.3 MB."""


class ElasticBeside(ElasticEngine):
    """An index that is not in use; the protocol is :class:`flows.index.generations.Beside`."""

    @property
    def name(self) -> str:
        """The name of the index; empty until something is committed."""
        return self._name

    def held(self) -> Iterator[tuple[str, int]]:
        """The speeches it holds, each with its revision."""
        with troubles("read"):
            self._client.indices.refresh(index=self._alias)  # a killed run may have written last
            for hit in scan(
                self._client, index=self._alias, query={"_source": False, "version": True}, size=5000
            ):
                yield hit["_id"], hit["_version"]

    def differences(self, entries: Sequence[Entry]) -> Iterator[str]:
        """It keeps all fields: each is compared, and the revision."""
        for start in range(0, len(entries), _AT_ONCE):
            portion = entries[start : start + _AT_ONCE]
            with troubles("read"):
                answer = self._client.mget(index=self._alias, ids=[one.speech.id for one in portion])
            for entry, held in zip(portion, answer["docs"], strict=True):
                if found := _differences(entry, held):
                    yield f"{entry.speech.id}: {', '.join(found)}"


def _differences(entry: Entry, held: dict[str, Any]) -> list[str]:
    """The names of the fields that are not as they should be."""
    if not held.get("found"):
        return ["missing"]
    wanted = msgspec.json.decode(schema.source(entry)) | {"_version": entry.revision}
    del wanted["exact"]  # which the index does not keep as it was sent
    found = held["_source"] | {"_version": held["_version"]}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


class ElasticGenerations:
    """Indices behind aliases; the protocol is :class:`flows.index.generations.Generations`.

    Indices of other archives, and those that a person has given another alias, are never touched.
    """

    def __init__(self, settings: Settings, archive: str) -> None:
        self._settings, self._alias, self._archive = settings, settings.elasticsearch_alias, archive
        self._next, self._before = self._alias + NEXT, self._alias + PREVIOUS
        self._client = connect(settings)
        try:
            self._look()
        except BaseException:
            self._client.close()
            raise

    def _look(self) -> None:
        with troubles("opened"):
            found = [behind(self._client, alias) for alias in (self._alias, self._before)]
        for index in found:
            if index:
                check_owner(index[0], self._alias, index[1], self._archive)
        self._in_use, self._previous = found

    @property
    def in_use(self) -> str | None:
        """The name of the index behind the alias."""
        return self._in_use[0] if self._in_use else None

    @property
    def previous(self) -> str | None:
        """The name of the index before it."""
        return self._previous[0] if self._previous else None

    def build(self) -> ElasticBeside:
        """A new index beside the others; what an earlier one left unfinished is removed."""
        self.clean()
        return self._engine(NEXT)

    def reopen(self) -> ElasticBeside:
        """The index before the one in use; raises IndexUnusable where this version can't use it."""
        if self._previous and self._previous[1].get("built") != schema.built():
            raise IndexUnusable(other_version(self._previous[0]))
        return self._engine(PREVIOUS)

    def swap(self, name: str) -> None:
        """Put an index in use, in one step. The one it replaces is kept, older ones are removed."""
        with troubles("put in use"):
            self._exchange(name)
        self._look()
        self.clean()

    def _exchange(self, name: str) -> None:
        """Give and take all aliases in one request."""
        held = self._client.indices.get_alias(index=name)[name]["aliases"]
        actions = [_action("remove", name, alias) for alias in (self._next, self._before) if alias in held]
        actions.append(_action("add", name, self._alias))
        if self.in_use:
            actions.append(_action("remove", self.in_use, self._alias))
            actions.append(_action("add", self.in_use, self._before))
            if self.previous and self.previous != name:
                actions.append(_action("remove", self.previous, self._before))
        self._client.indices.update_aliases(actions=actions)

    def clean(self) -> None:
        """Remove all of this archive's indices but the one in use and the one before it."""
        fields = "*.aliases,*.mappings._meta.archive"
        with troubles("looked through"):
            found = self._client.indices.get(index=f"{self._alias}-v*", filter_path=fields)
            for name, held in found.items():
                ours = held.get("mappings", {}).get("_meta", {}).get("archive") == self._archive
                named = re.fullmatch(re.escape(self._alias) + r"-v\d+-\d{8}t\d{6}-[0-9a-f]{4}", name)
                if ours and named and not held.get("aliases", {}).keys() - {self._next}:
                    self._client.indices.delete(index=name)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _engine(self, beside: str) -> ElasticBeside:
        client: Elasticsearch = connect(self._settings)
        try:
            return ElasticBeside(client, self._alias, self._archive, beside)
        except BaseException:
            client.close()
            raise


def _action(kind: str, index: str, alias: str) -> dict[str, Any]:
    return {kind: {"index": index, "alias": alias}}

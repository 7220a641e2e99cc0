"""An index is put in use only where it is as the catalog says."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest
from contract.entries import ENTRIES

from flows.catalog import Catalog
from flows.errors import JianghuaError
from flows.index import compare
from flows.index.document import searched
from flows.index.elastic import bulk as elastic_bulk
from flows.index.engine import Refusal
from flows.index.generations import generations
from flows.index.query import And
from flows.records import Entry
from flows.settings import Settings

from .conftest import DUMPS, Archive, owner


@pytest.mark.parametrize("field", ["truncated", "text", "revision"])
def test_an_index_that_is_not_as_the_catalog_says_is_not_put_in_use(
    archive: Archive, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field goes wrong on the way into the new index."""
    value: dict[str, Any] = {"truncated": True, "text": "别的话", "revision": 9999}

    def spoiled(entry: Entry) -> dict[str, Any]:
        return searched(entry) | {field: value[field]}

    def sent(speech: str, revision: int, source: bytes) -> elastic_bulk.Operation:
        wrong = json.loads(source) | {field: value[field]}
        if field == "text":  # what is shown stays right, what is searched is not
            wrong = json.loads(source) | {"exact": {"title": "", "text": "别 的 话"}}
        return index(speech, revision, json.dumps(wrong).encode())

    index = elastic_bulk.index
    first = archive.names()
    with monkeypatch.context() as patch:
        if archive.settings.engine == "embedded":
            patch.setattr("flows.index.embedded.engine.searched", spoiled)
        else:
            patch.setattr(elastic_bulk, "index", sent)
        with pytest.raises(JianghuaError, match="is not as the catalog says"):
            archive.reindex()
    assert archive.names() == first
    assert len(archive.all_names()) == 1
    archive.sound()


def test_every_kind_of_value_compares(settings: Settings) -> None:
    """Ranges, open dates, surrogates, empty texts: what is as it should be is never called wrong."""
    with closing(generations(settings, "mine")) as indices, closing(indices.build()) as index:
        index.put(ENTRIES)
        assert not index.commit()
        assert list(index.differences(ENTRIES)) == []
        assert sorted(index.held()) == sorted((one.speech.id, one.revision) for one in ENTRIES)
        for one in ENTRIES:
            conditions = [*compare.values(one), *compare.phrases(one)]
            assert index.search(And(tuple(conditions)), variants=True).total == 1, conditions


def test_fewer_than_there_should_be_are_not_put_in_use(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, _ = owner(archive, "count")
    monkeypatch.setattr(kind, "count", lambda self: DUMPS - 1)
    with pytest.raises(JianghuaError, match=r"not as the catalog says \(5 speeches in place of 6\)"):
        archive.reindex()


def test_what_the_new_index_refuses_becomes_a_reject(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, _ = owner(archive, "commit")
    gone, commit = archive.first(), kind.commit

    def refusing(self: Any) -> list[Refusal]:
        refused = [Refusal(gone, "it is too long") for one in self.seen if one.speech.id == gone]
        self.seen = []
        self.remove([one.id for one in refused])
        commit(self)
        return refused

    def put(self: Any, entries: Any, real: Any = kind.put) -> None:
        self.seen = list(entries)
        real(self, self.seen)

    with monkeypatch.context() as patch:
        patch.setattr(kind, "seen", [], raising=False)
        patch.setattr(kind, "put", put)
        patch.setattr(kind, "commit", refusing)
        report = archive.reindex()
    assert report.rejects == {"refused": 1}
    assert gone not in archive.held()
    with Catalog.open(archive.settings.archive) as catalog:
        (reject,) = [one for one, _ in catalog.rejects()]
        assert (reject.stage, reject.detail) == ("index", "it is too long")
        assert catalog.unindexed(archive.settings.engine) == [gone]
    assert archive.reindex().rejects == {}
    archive.sound()

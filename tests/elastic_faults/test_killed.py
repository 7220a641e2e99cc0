"""We are killed, or are two, or come back with an older catalog: the index ends as it should be."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from elastic_archive import differences, make, tell
from elasticsearch import Elasticsearch
from test_crash import die_at, in_child

from flows import coordinator, doctor
from flows.catalog import Catalog
from flows.catalog import writer as catalog_writer
from flows.cli import main
from flows.index import open_engine
from flows.index.elastic import bulk as elastic_bulk
from flows.index.elastic import engine as elastic
from flows.index.engine import IndexUnusable
from flows.lock import hold
from flows.settings import Settings

from .conftest import blocked

BOUNDARIES = [
    (elastic.ElasticEngine, "_create"),
    (catalog_writer.Writer, "begin_telling"),
    (elastic_bulk._Sender, "_once"),
    (catalog_writer.Writer, "mark_indexed"),
    (catalog_writer.Writer, "put_refused"),
    (elastic.ElasticEngine, "close"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "step"), BOUNDARIES, ids=lambda x: getattr(x, "__name__", x))
def test_we_are_killed(
    owner: type,
    step: str,
    after: bool,
    small: Settings,
    client: Elasticsearch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(coordinator, "ENTRIES_IN_A_COMMIT", 15)

    def tell_and_die() -> None:
        die_at(owner, step, after)
        tell(small)

    assert in_child(tell_and_die) < 0
    with open_engine(small) as engine:
        left = engine.fresh or engine.half_filled or catalog_left(small)
    if left:
        tell(small)
    assert not catalog_left(small)
    assert differences(small, client) == []
    (held,) = client.indices.get_settings(index=small.elasticsearch_alias, flat_settings=True).values()
    assert held["settings"]["index.refresh_interval"] == "1s"


def catalog_left(settings: Settings) -> bool:
    """What a nightly ingest with nothing new looks at, to see whether it has to run."""
    with Catalog.open(settings.archive) as catalog:
        return catalog.unfinished("elasticsearch")


def test_the_doctor_tells_of_an_index_left_as_while_it_is_filled(small: Settings) -> None:
    assert in_child(lambda: (die_at(elastic.ElasticEngine, "close", False), tell(small))) < 0
    (found,) = [finding for finding in doctor.examine(small) if not finding.good]
    assert "refresh_interval -1" in found.text and "jianghua ingest" in found.next


def test_two_ingests_at_once(
    small: Settings, client: Elasticsearch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_engine(small) as engine:
        engine.commit()
    blocked(client, small.elasticsearch_alias, True)
    child = os.fork()
    if child == 0:
        try:
            with hold(small.archive):
                tell(small)
        finally:
            os._exit(0)
    try:
        time.sleep(1)
        (tmp_path / "new.txt").write_text("在全县大会上的讲话\n同志们：今天开会。", "utf-8")
        args = ["ingest", str(tmp_path / "new.txt"), "--archive", str(small.archive)]
        assert main(args) == 2
        assert "another run is at work" in capsys.readouterr().err
    finally:
        blocked(client, small.elasticsearch_alias, None)
        os.waitpid(child, 0)
    assert differences(small, client) == []


def test_a_catalog_that_was_restored_from_an_older_copy(
    small: Settings, client: Elasticsearch, tmp_path: Path
) -> None:
    tell(small)
    shutil.copytree(small.archive, tmp_path / "older")
    make(small.archive, 5, tmp_path / "dumps", first=9_000)
    tell(small)
    older = replace(small, archive=tmp_path / "older")
    make(older.archive, 9, tmp_path / "dumps", first=9_100)  # its own numbers are higher now
    with pytest.raises(IndexUnusable, match=r"restored.*run: jianghua reindex"):
        tell(older)
    assert any("restored" in f.text and "reindex" in f.next for f in doctor.examine(older))
    assert differences(small, client) == [], "nothing was written"


def test_a_remembered_deletion_is_no_newer_copy(small: Settings, client: Elasticsearch) -> None:
    """Elasticsearch knows a deletion by its version for a while, and takes no older document then."""
    tell(small)
    alias = small.elasticsearch_alias
    client.indices.put_settings(index=alias, settings={"index.gc_deletes": "1s"})
    with Catalog.open(small.archive) as catalog:
        last = max(catalog.entries(), key=lambda entry: entry.revision)
    with open_engine(small) as engine:
        for _ in range(3):  # as if the answers were lost
            engine.remove([last.speech.id])
            engine.commit()
        engine.put([replace(last, revision=last.revision + 1)])
        assert list(engine.commit()) == []
        assert engine.again["version_conflict_engine_exception"] > 0
    assert client.get(index=alias, id=last.speech.id)["_version"] == last.revision + 1

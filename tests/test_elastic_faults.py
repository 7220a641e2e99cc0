"""Whatever breaks between an archive and a real Elasticsearch: in the end every speech is there, once."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from elastic.guard import Guard
from elastic.node import Node, Server
from elastic.plugin import NOT_TESTED, no_local_node
from elastic_archive import differences, last_report, make, tell
from elasticsearch import Elasticsearch
from test_crash import die_at, in_child

from flows import coordinator, doctor
from flows.catalog import Catalog
from flows.catalog import told as catalog_told
from flows.catalog import writer as catalog_writer
from flows.cli import main
from flows.errors import JianghuaError
from flows.index import open_engine
from flows.index.elastic import bulk as elastic_bulk
from flows.index.elastic import engine as elastic
from flows.index.engine import IndexUnusable
from flows.lock import hold
from flows.report import Report, rows, show
from flows.settings import Settings

SPEECHES = 400
THOUSAND = 1000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of SPEECHES speeches that no Elasticsearch knows."""
    return make(tmp_path_factory.mktemp("made"), SPEECHES, tmp_path_factory.mktemp("dumps"))


@pytest.fixture(scope="module")
def made_small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of 40 speeches."""
    return make(tmp_path_factory.mktemp("small"), 40, tmp_path_factory.mktemp("dumps"))


@pytest.fixture
def settings(made: Path, tmp_path: Path, elasticsearch: Server, prefix: str) -> Settings:
    """A copy of the large archive and the shared node."""
    return settings_for(made, tmp_path, elasticsearch, prefix)


@pytest.fixture
def small(made_small: Path, tmp_path: Path, elasticsearch: Server, prefix: str) -> Settings:
    """A copy of the small archive and the shared node."""
    return settings_for(made_small, tmp_path, elasticsearch, prefix)


def settings_for(made: Path, folder: Path, server: Server, prefix: str) -> Settings:
    archive = folder / "archive"
    shutil.copytree(made, archive)
    alias = f"{prefix}speeches"
    return Settings(
        archive=archive, engine="elasticsearch", elasticsearch_url=server.url, elasticsearch_alias=alias
    )


@pytest.fixture
def client(elasticsearch: Server) -> Iterator[Elasticsearch]:
    with elasticsearch.client() as connected:
        yield connected


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node to kill and freeze, with little room for what it is sent."""
    if why := no_local_node():
        pytest.skip(f"{NOT_TESTED} against a server that fails: {why}")
    with Node(tmp_path_factory.mktemp("node"), {"indexing_pressure.memory.limit": "200kb"}) as node:
        yield node


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many requests, and short pauses between them."""
    monkeypatch.setattr(elastic_bulk, "PORTION_BYTES", 20_000)
    monkeypatch.setattr(elastic_bulk, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(elastic_bulk, "LONGEST_PAUSE", 0.5)
    monkeypatch.setattr(coordinator, "ENTRIES_IN_A_COMMIT", 100)


def telling(settings: Settings) -> tuple[threading.Thread, list[Report]]:
    """A thread that tells the index; the list holds its report when it is done."""
    reports: list[Report] = []
    thread = threading.Thread(target=lambda: reports.append(tell(settings)), daemon=True)
    thread.start()
    return thread, reports


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def some_are_there(settings: Settings) -> Callable[[], bool]:
    """Whether an engine has confirmed a part of the speeches."""

    def there() -> bool:
        with Catalog.open(settings.archive) as catalog:
            return 0 < len(catalog.unindexed("elasticsearch")) < SPEECHES

    return there


def ended_well(settings: Settings, client: Elasticsearch, report: Report) -> None:
    assert report.status == "done"
    assert report.index == {"told": SPEECHES, "removed": 0}
    assert last_report(settings.archive)["again"] == report.again
    assert differences(settings, client) == []


def test_a_node_that_is_killed_and_comes_back(
    made: Path, tmp_path: Path, fragile: Node, small_portions: None
) -> None:
    settings = settings_for(made, tmp_path, fragile, "killed-")
    thread, reports = telling(settings)
    until(some_are_there(settings))
    fragile.kill()
    fragile.start()
    thread.join(60)
    with fragile.client() as client:
        ended_well(settings, client, reports[0])
    assert reports[0].again["ConnectionError"] > 0
    assert "sent again: ConnectionError" in show(reports[0])
    assert any(row["stage"] == "again" and row["what"] == "ConnectionError" for row in rows(reports[0]))


def test_a_node_that_hangs_for_longer_than_the_time_out(
    made: Path, tmp_path: Path, fragile: Node, small_portions: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_bulk, "SECONDS", 0.5)
    settings = settings_for(made, tmp_path, fragile, "frozen-")
    thread, reports = telling(settings)
    until(some_are_there(settings))
    fragile.pause()
    time.sleep(1.5)
    fragile.resume()
    thread.join(60)
    with fragile.client() as client:
        ended_well(settings, client, reports[0])
    assert reports[0].again["ConnectionTimeout"] > 0


def test_a_node_with_no_room_for_what_it_is_sent(
    made: Path, tmp_path: Path, fragile: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At first the portions are larger than all the room it has."""
    monkeypatch.setattr(elastic_bulk, "PORTION_BYTES", 400_000)
    monkeypatch.setattr(elastic_bulk, "FIRST_PAUSE", 0.05)
    settings = settings_for(made, tmp_path, fragile, "busy-")
    report = tell(settings)
    with fragile.client() as client:
        ended_well(settings, client, report)
    assert report.again["es_rejected_execution_exception"] > 0


def blocked(client: Elasticsearch, alias: str, value: bool | None) -> None:
    client.indices.put_settings(index=alias, settings={"index.blocks.read_only_allow_delete": value})


def test_a_full_disk_on_which_room_is_made(
    settings: Settings, client: Elasticsearch, small_portions: None
) -> None:
    thread, reports = telling(settings)
    until(some_are_there(settings))
    blocked(client, settings.elasticsearch_alias, True)
    time.sleep(1)
    assert thread.is_alive()
    blocked(client, settings.elasticsearch_alias, None)
    thread.join(60)
    ended_well(settings, client, reports[0])
    assert reports[0].again["cluster_block_exception"] > 0


def test_a_full_disk_that_stays_full(
    small: Settings, client: Elasticsearch, small_portions: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_bulk, "PATIENCE", 0.5)
    with open_engine(small) as engine:
        engine.commit()
    blocked(client, small.elasticsearch_alias, True)
    with pytest.raises(JianghuaError, match=r"nothing for 0 s .*disk usage exceeded.*goes on from here"):
        tell(small)
    report = last_report(small.archive)
    assert report["status"] == "failed"
    assert "disk usage exceeded flood-stage" in report["error"]
    (found,) = [f for f in doctor.examine(small) if "its disk was full" in f.text]
    assert "make room" in found.next
    blocked(client, small.elasticsearch_alias, None)
    tell(small)
    assert differences(small, client) == []


def spoil(archive: Path, speech: str, value: str) -> None:
    """Give a speech a date, without a word to the engines."""
    with catalog_writer.Writer.open(archive) as catalog:
        (body,) = catalog.db.execute("SELECT settled FROM speeches WHERE id = ?", (speech,)).fetchone()
        date = {"precision": "day", "value": value, "start": value, "end": value}
        record = json.dumps({**json.loads(body), "speech_date": date}, ensure_ascii=False).encode()
        catalog.db.execute("UPDATE speeches SET settled = ? WHERE id = ?", (record, speech))


def test_one_refused_document_among_a_thousand(
    tmp_path: Path, elasticsearch: Server, prefix: str, client: Elasticsearch
) -> None:
    made = make(tmp_path / "made", THOUSAND, tmp_path / "dumps")
    settings = settings_for(made, tmp_path, elasticsearch, prefix)
    with Catalog.open(settings.archive) as catalog:
        unwanted = [entry.speech.id for entry in catalog.entries()][THOUSAND // 2]
    spoil(settings.archive, unwanted, "2007-02-31")
    report = tell(settings)
    assert (report.status, report.rejects) == ("done", {"refused": 1})
    with Catalog.open(settings.archive) as catalog:
        ((reject, _),) = catalog.rejects()
        assert "failed to parse field [speech_date.range]" in reject.detail
        assert reject.source == next(catalog.entries([unwanted])).sources[0]
        assert catalog_told.refused(catalog.db, "elasticsearch") == 1
        assert not catalog.unfinished("elasticsearch"), "no run is started for what was refused"
        assert catalog.dumps_with_rejects(), "rejects --retry has something to do"
    assert client.count(index=settings.elasticsearch_alias)["count"] == THOUSAND - 1
    found = doctor.examine(settings)
    assert all(f.good for f in found)
    assert f"{THOUSAND - 1:,} of {THOUSAND:,} speeches; 1 it would not take" in found[-1].text

    assert tell(settings).rejects == {"refused": 1}, "it is offered by each run, and noted once"
    spoil(settings.archive, unwanted, "2007-02-28")
    report = tell(settings)
    assert (report.index["told"], report.archive["rejects"]) == (1, 0)
    assert differences(settings, client) == []


def test_what_changed_after_it_was_refused_is_work(small: Settings) -> None:
    with Catalog.open(small.archive) as catalog:
        unwanted = next(catalog.entries()).speech.id
    spoil(small.archive, unwanted, "2007-02-31")
    tell(small)
    with catalog_writer.Writer.open(small.archive) as catalog:
        assert not catalog.unfinished("elasticsearch")
        catalog.db.execute("UPDATE speeches SET revision = revision + 1000 WHERE id = ?", (unwanted,))
        assert catalog.unfinished("elasticsearch")


REFUSING = [
    ({"elasticsearch_api_key": "d3Jvbmc="}, 401, "key or password is not taken"),
    ({"elasticsearch_ca": ""}, None, "certificate is not trusted"),
]


@pytest.mark.parametrize(("wrong", "status", "message"), REFUSING, ids=[m for *_, m in REFUSING])
def test_a_wrong_key_or_certificate(
    wrong: dict[str, Any],
    status: int | None,
    message: str,
    small: Settings,
    client: Elasticsearch,
    elasticsearch: Server,
    tmp_path: Path,
) -> None:
    with Guard(elasticsearch.url, tmp_path, api_key="cmlnaHQ=") as guard:
        right = replace(
            small,
            elasticsearch_url=guard.url,
            elasticsearch_api_key="cmlnaHQ=",
            elasticsearch_ca=str(guard.ca_file),
        )
        with pytest.raises(JianghuaError, match=message):
            tell(replace(right, **wrong))
        assert {found for *_, found in guard.seen} == ({status} if status else set())
        report = last_report(small.archive)
        assert report["status"] == "failed" and message in report["error"]
        assert tell(right).status == "done"
    assert differences(small, client) == []


def test_a_right_that_is_taken_away_halfway_rejects_nothing(
    small: Settings, elasticsearch: Server, client: Elasticsearch, tmp_path: Path
) -> None:
    """A secured cluster answers a bulk request, and says in each item that it may not be."""
    cause = {"type": "security_exception", "reason": "action [indices:data/write/bulk[s]] is unauthorized"}
    with Guard(elasticsearch.url, tmp_path, tls=False) as guard:
        guarded = replace(small, elasticsearch_url=guard.url)
        denied = {"index": {"status": 403, "error": cause}}
        guard.answers[f"PUT /{small.elasticsearch_alias}/_bulk"] = {"items": [denied] * 40}
        with pytest.raises(JianghuaError, match=r"security_exception.*jianghua_writer"):
            tell(guarded)
    report = tell(small)
    assert (report.rejects, report.index["told"]) == ({}, 40)
    assert differences(small, client) == []


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

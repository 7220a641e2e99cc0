"""The node is killed, hangs, or has no room: in the end every speech is there, once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from elastic.node import Node
from elastic.plugin import NOT_TESTED, no_local_node
from elastic_archive import differences, last_report, tell
from elasticsearch import Elasticsearch

from flows import doctor
from flows.errors import JianghuaError
from flows.index import open_engine
from flows.index.elastic import bulk as elastic_bulk
from flows.report import rows, show
from flows.settings import Settings

from .conftest import blocked, ended_well, settings_for, some_are_there, telling, until


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node to kill and freeze, with little room for what it is sent."""
    if why := no_local_node():
        pytest.skip(f"{NOT_TESTED} against a server that fails: {why}")
    with Node(tmp_path_factory.mktemp("node"), {"indexing_pressure.memory.limit": "200kb"}) as node:
        yield node


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

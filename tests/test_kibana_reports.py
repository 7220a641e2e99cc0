"""Rejects and reports of runs in indices of their own, kept like the catalog."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from conftest import take_in
from kibana.index import clean

from flows.catalog import Catalog
from flows.catalog.writer import Writer
from flows.errors import JianghuaError
from flows.index.elastic.client import connect
from flows.index.elastic.reports import (
    Told,
    reject_document,
    report_templates,
    run_document,
    tell_reports,
)
from flows.kibana.objects import fields_of
from flows.records import Reject, Source
from flows.report import Report
from flows.settings import Settings

if TYPE_CHECKING:
    from elastic.plugin import Server

pytest_plugins = ["elastic.plugin"]
Json = dict[str, Any]


@pytest.fixture
def settings(elasticsearch: Server, tmp_path: Path) -> Iterator[Settings]:
    alias = f"jianghua-test-{uuid.uuid4().hex[:8]}"
    yield Settings(
        archive=tmp_path / "archive", elasticsearch_url=elasticsearch.url, elasticsearch_alias=alias
    )
    clean(elasticsearch, alias)


def tell(settings: Settings) -> Told:
    with connect(settings) as client, Catalog.open(settings.archive) as catalog:
        return tell_reports(client, settings, catalog)


def held(settings: Settings, name: str) -> list[Json]:
    with connect(settings) as client:
        index = f"{settings.elasticsearch_alias}-{name}"
        hits = client.search(index=index, size=1000, sort=["run", "_doc"])["hits"]["hits"]
        return [hit["_source"] for hit in hits]


def dump(tmp_path: Path, name: str, body: bytes) -> Path:
    path = tmp_path / "dumps" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(body)
    return path.parent


def test_they_follow_the_catalog_and_a_second_time_nothing_changes(
    settings: Settings, tmp_path: Path
) -> None:
    folder = dump(tmp_path, "a.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
    dump(tmp_path, "b.txt", b"")
    first = take_in(settings.archive, folder)
    assert tell(settings).put == sum(first.rejects.values()) + 1
    assert tell(settings) == Told(0, 0)
    rejects, (run,) = held(settings, "rejects"), held(settings, "runs")
    assert {Path(one["file"]).name: one["reason"] for one in rejects} == {
        "a.png": "unsupported",
        "b.txt": "empty",
    }
    assert all(one["last_run"] and one["run"] == first.run for one in rejects)
    assert (run["status"], run["rejected"], run["reasons"]) == ("done", 2, ["empty", "unsupported"])

    dump(tmp_path, "b.txt", "同志们：今天的会议很重要，我讲三点意见。第一，抓好落实。".encode())
    dump(tmp_path, "c.gif", b"GIF89a" + bytes(100))
    time.sleep(1 - time.time() % 1)  # runs are told apart by the second they began in
    second = take_in(settings.archive, folder)
    tell(settings)
    rejects = held(settings, "rejects")
    assert {Path(one["file"]).name: one["last_run"] for one in rejects} == {"a.png": False, "c.gif": True}
    assert {one["run"] for one in held(settings, "runs")} == {first.run, second.run}
    assert tell(settings) == Told(0, 0)


def test_equal_rejects_are_several_and_what_was_put_by_others_goes(settings: Settings) -> None:
    reject = Reject(reason="bad-record", detail="no text", source=Source(file="a.jsonl"), stage="read")
    twice = type(
        "Twice", (), {"rejects": lambda self: iter([(reject, "r"), (reject, "r")]), "runs": lambda self: []}
    )
    with connect(settings) as client:
        assert tell_reports(client, settings, twice()) == Told(2, 0)
        assert tell_reports(client, settings, twice()) == Told(0, 0)
        foreign = {"reason": "mine", "run": "r"}
        client.index(index=f"{settings.elasticsearch_alias}-rejects", document=foreign, refresh=True)
        assert tell_reports(client, settings, twice()) == Told(0, 1)


def test_an_index_of_an_earlier_mapping_gets_the_new_fields_or_is_made_again(
    settings: Settings, tmp_path: Path
) -> None:
    take_in(settings.archive, dump(tmp_path, "b.txt", b""))
    index = f"{settings.elasticsearch_alias}-rejects"
    with connect(settings) as client:
        client.indices.create(
            index=index, mappings={"dynamic": "strict", "properties": {"run": {"type": "keyword"}}}
        )
        tell(settings)
        assert len(held(settings, "rejects")) == 1
        client.indices.delete(index=index)
        client.indices.create(index=index, mappings={"properties": {"reason": {"type": "long"}}})
        tell(settings)
        assert len(held(settings, "rejects")) == 1
        assert client.indices.get_mapping(index=index)[index]["mappings"]["dynamic"] == "strict"


def test_a_run_that_was_cut_off_has_a_place_too(settings: Settings) -> None:
    with Writer.open(settings.archive, create=True) as catalog:
        catalog.start_run("20070912T093000-0000", "2007-09-12T09:30:00Z")
    tell(settings)
    (run,) = held(settings, "runs")
    assert run == {"run": "20070912T093000-0000", "started": "2007-09-12T09:30:00Z", "status": "cut-off"}


def test_without_a_server_one_line_says_so(settings: Settings) -> None:
    gone = Settings(archive=settings.archive, elasticsearch_url="http://127.0.0.1:1")
    with Writer.open(settings.archive, create=True):
        pass
    with pytest.raises(JianghuaError, match="can't be reached"):
        tell(gone)


def test_every_field_of_a_document_is_in_the_mapping_and_every_count_of_a_report_in_a_document() -> None:
    report = Report(run="r", started="2007-09-12T09:30:00Z", ended="2007-09-12T09:31:00Z", status="done")
    report.rejects, report.faults = {"empty": 2}, {"tag": 1}
    report.seconds = {"read": 1.0, "tag": 2.0, "total": 2.5}
    found = flat(run_document(report.run, report.started, msgspec.json.encode(report)))
    assert set(found) == set(fields_of("runs")), "a new count belongs into mappings/runs.json"
    assert (found["rejected"], found["faults"], found["slowest"], found["seconds"]) == (2, 1, "tag", 2.5)
    reject = Reject(
        reason="empty",
        detail="nothing\ud800",
        source=Source(file="a.zip!b/c.tar!d.txt", url="http://www.example.cn/1"),
        stage="read",
    )
    document = reject_document(reject, "r", "2007-09-12T09:30:00Z", True)
    assert set(document) == set(fields_of("rejects"))
    assert document["container"] == "a.zip!b/c.tar"
    json.dumps(document).encode()


def test_a_report_of_a_later_version_is_taken_as_far_as_it_is_known() -> None:
    later = {
        "run": "r",
        "started": "s",
        "ended": "",
        "status": "failed",
        "rejects": {},
        "faults": {},
        "seconds": {},
        "pages": {"read": 1, "burnt": 2},
        "stars": {"seen": 3},
    }
    found = run_document("r", "s", json.dumps(later).encode())
    assert found["pages"] == {"read": 1}
    assert "stars" not in found
    assert found["seconds"] is None and found["slowest"] is None and found["ended"] is None


def flat(values: Json, prefix: str = "") -> Json:
    found: Json = {}
    for key, value in values.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return found


def test_the_templates_follow_the_alias() -> None:
    assert {name: body["index_patterns"] for name, body in report_templates("liaoning").items()} == {
        "liaoning-rejects": ["liaoning-rejects"],
        "liaoning-runs": ["liaoning-runs"],
    }

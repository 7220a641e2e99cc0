"""What the doctor says of an archive whose engine is Elasticsearch: and what to do about it."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from elastic.guard import Guard
from elastic.node import Node, Server
from elastic_archive import make, tell
from elasticsearch import Elasticsearch

from flows import doctor
from flows.catalog.writer import Writer
from flows.errors import JianghuaError
from flows.finding import Finding
from flows.index.elastic import health as elastic_health
from flows.index.elastic import schema
from flows.settings import Settings

SPEECHES = 5


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("made") / "archive", SPEECHES, tmp_path_factory.mktemp("dumps"))


@pytest.fixture(scope="module")
def settings(archive: Path, elasticsearch: Server) -> Iterator[Settings]:
    """The archive and its index; a test that breaks that mends it."""
    alias = f"jianghua-test-{uuid.uuid4().hex[:8]}-doctor"
    given = Settings(
        archive=archive,
        engine="elasticsearch",
        elasticsearch_url=elasticsearch.url,
        elasticsearch_alias=alias,
    )
    tell(given)
    yield given
    with elasticsearch.client() as client:
        client.indices.delete(index=list(client.indices.get_alias(name=alias)))
        client.indices.delete_index_template(name=alias)
        client.cluster.delete_component_template(name=f"{alias}-settings")


@pytest.fixture
def client(elasticsearch: Server) -> Iterator[Elasticsearch]:
    with elasticsearch.client() as connected:
        yield connected


def wrong(settings: Settings) -> list[Finding]:
    """What is wrong, each with the next step, without what holds for any unfinished archive."""
    findings = [finding for finding in doctor.examine(settings) if not finding.good]
    assert all(finding.next for finding in findings)
    return [finding for finding in findings if "cut off" not in finding.text]


def only(settings: Settings) -> Finding:
    (finding,) = wrong(settings)
    return finding


def test_all_is_well(settings: Settings) -> None:
    start = time.monotonic()
    findings = doctor.examine(settings)
    assert time.monotonic() - start < elastic_health.SECONDS
    assert all(finding.good and not finding.next for finding in findings)
    said = [finding.text for finding in findings]
    assert said[-2].startswith("Elasticsearch answers, version 9.")
    assert said[-1] == f"the index {settings.elasticsearch_alias} holds 5 of 5 speeches"


def test_a_server_that_is_not_there(settings: Settings) -> None:
    found = only(replace(settings, elasticsearch_url="http://127.0.0.1:9"))
    assert found.text == "Elasticsearch can't be reached: Connection refused"
    assert found.next == "is it running, and is JIANGHUA_ELASTICSEARCH_URL right?"


def test_a_node_without_smartcn_that_has_a_full_disk_and_hangs(
    settings: Settings, own_node: Callable[..., Node], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    node = own_node({"jianghua.without": "smartcn_tokenizer"})
    shutil.copytree(settings.archive, tmp_path / "archive")
    there = replace(settings, archive=tmp_path / "archive", elasticsearch_url=node.url)
    plugin, empty = wrong(there)
    assert "analysis-smartcn" in plugin.text
    assert "elasticsearch-plugin install analysis-smartcn" in plugin.next
    assert "there is no index" in empty.text
    with pytest.raises(JianghuaError, match=r"smartcn_tokenizer.*see: jianghua doctor"):
        tell(there)

    disk = "cluster.routing.allocation.disk"
    marks = {"low": "900tb", "high": "2kb", "flood_stage": "1kb"}
    with node.client() as client:
        on = {f"{disk}.threshold_enabled": True}
        client.cluster.put_settings(persistent=on | {f"{disk}.watermark.{k}": v for k, v in marks.items()})
    (full,) = [finding for finding in wrong(there) if "disk" in finding.text]
    assert "GB free: no index is made on it" in full.text and "make room" in full.next

    monkeypatch.setattr(elastic_health, "SECONDS", 0.5)
    node.pause()
    start = time.monotonic()
    assert only(there).text == "Elasticsearch can't be reached: it does not answer"
    assert time.monotonic() - start < 5
    node.resume()


def answering(settings: Settings, folder: Path, answers: dict[str, Any]) -> list[Finding]:
    """What is wrong where the server gives some answers in place of its own."""
    with Guard(settings.elasticsearch_url, folder, tls=False) as guard:
        guard.answers |= answers
        return wrong(replace(settings, elasticsearch_url=guard.url))


def test_an_older_server(settings: Settings, tmp_path: Path) -> None:
    (found,) = answering(settings, tmp_path, {"GET /": {"version": {"number": "8.19.0"}}})
    assert found.text.endswith("version 8.19.0")
    assert found.next.startswith("upgrade the server to version 9")


def test_rights_that_are_missing(settings: Settings, tmp_path: Path) -> None:
    alias = settings.elasticsearch_alias
    answer = {
        "has_all_requested": False,
        "cluster": {"monitor": True, "manage_index_templates": False},
        "index": {
            alias: {"create_index": True, "manage": True, "read": True, "write": True},
            f"{alias}-v0": {"create_index": True, "manage": True, "read": True, "write": False},
        },
    }
    (found,) = answering(settings, tmp_path, {"POST /_security/user/_has_privileges": answer})
    assert found.text == "rights are missing on it: manage_index_templates, write"
    assert "jianghua_writer" in found.next


@pytest.mark.parametrize(("free", "said"), [(1, "writing is blocked"), (8, "moved away"), (20, "")])
def test_a_disk_by_its_percentage(free: int, said: str, settings: Settings, tmp_path: Path) -> None:
    disk = "cluster.routing.allocation.disk"
    marks = {"low": "85%", "high": "90%", "flood_stage": "95%"}
    total = {"total_in_bytes": 100 << 30, "available_in_bytes": free << 30}
    answers = {
        "GET /_cluster/settings": {"defaults": {f"{disk}.watermark.{k}": v for k, v in marks.items()}},
        "GET /_nodes/stats/fs": {"nodes": {"n": {"name": "one", "fs": {"total": total}}}},
    }
    found = answering(settings, tmp_path, answers)
    assert len(found) == bool(said)
    assert all(said in one.text and "one has" in one.text for one in found)


def test_an_index_with_a_copy_too_many(settings: Settings, client: Elasticsearch) -> None:
    change = {"auto_expand_replicas": "false", "number_of_replicas": 1}
    client.indices.put_settings(index=settings.elasticsearch_alias, settings=change)
    found = only(settings)
    assert "is yellow" in found.text and "number_of_replicas to 0" in found.next
    client.indices.put_settings(
        index=settings.elasticsearch_alias, settings={"auto_expand_replicas": "0-1", "number_of_replicas": 0}
    )


def test_an_index_of_which_a_part_is_gone(settings: Settings, client: Elasticsearch, tmp_path: Path) -> None:
    (name,) = client.indices.get_alias(name=settings.elasticsearch_alias)
    (found,) = answering(settings, tmp_path, {f"GET /_cluster/health/{name}": {"status": "red"}})
    assert "is red" in found.text and "jianghua reindex" in found.next


def test_an_index_that_may_not_be_written(settings: Settings, client: Elasticsearch) -> None:
    client.indices.put_settings(index=settings.elasticsearch_alias, settings={"index.blocks.write": True})
    assert only(settings).next == "unset its setting index.blocks.write"
    client.indices.put_settings(index=settings.elasticsearch_alias, settings={"index.blocks.write": None})


def test_an_index_of_another_version_or_archive(settings: Settings, client: Elasticsearch) -> None:
    (name,) = client.indices.get_alias(name=settings.elasticsearch_alias)
    held = client.indices.get_mapping(index=name)[name]["mappings"]["_meta"]
    client.indices.put_mapping(index=name, meta={**held, "built": "1-older"})
    found = only(settings)
    assert "another version" in found.text and found.next == "run: jianghua reindex"
    client.indices.put_mapping(index=name, meta=schema.meta("another"))
    found = only(settings)
    assert "another archive" in found.text and "_ALIAS" in found.next
    client.indices.put_mapping(index=name, meta=held)


def test_an_index_that_has_lost_a_speech(settings: Settings, client: Elasticsearch) -> None:
    alias = settings.elasticsearch_alias
    first = client.search(index=alias, size=1)["hits"]["hits"][0]["_id"]
    client.indices.put_settings(index=alias, settings={"index.gc_deletes": "0s"})  # else 60 s are waited for
    client.delete(index=alias, id=first, refresh=True)
    found = only(settings)
    assert found.text.endswith("holds 4 of 5 speeches")
    assert found.next == "run: jianghua reindex"
    with Writer.open(settings.archive) as catalog:
        catalog.forget_index("elasticsearch")
    assert only(settings).next.startswith("run: jianghua ingest")
    tell(settings)
    assert wrong(settings) == []


def test_no_index_yet(settings: Settings) -> None:
    found = only(replace(settings, elasticsearch_alias=f"{settings.elasticsearch_alias}-none"))
    assert "there is no index" in found.text and "jianghua ingest" in found.next

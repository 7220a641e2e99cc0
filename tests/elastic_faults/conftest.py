"""Archives that a real Elasticsearch is told of, and that may fail halfway."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from elastic.node import Server
from elastic_archive import differences, last_report, make, tell
from elasticsearch import Elasticsearch

from flows import coordinator
from flows.catalog import Catalog
from flows.catalog import writer as catalog_writer
from flows.index.elastic import bulk as elastic_bulk
from flows.report import Report
from flows.settings import Settings

SPEECHES = 400


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


def blocked(client: Elasticsearch, alias: str, value: bool | None) -> None:
    client.indices.put_settings(index=alias, settings={"index.blocks.read_only_allow_delete": value})


def spoil(archive: Path, speech: str, value: str) -> None:
    """Give a speech a date, without a word to the engines."""
    with catalog_writer.Writer.open(archive) as catalog:
        (body,) = catalog.db.execute("SELECT settled FROM speeches WHERE id = ?", (speech,)).fetchone()
        date = {"precision": "day", "value": value, "start": value, "end": value}
        record = json.dumps({**json.loads(body), "speech_date": date}, ensure_ascii=False).encode()
        catalog.db.execute("UPDATE speeches SET settled = ? WHERE id = ?", (record, speech))

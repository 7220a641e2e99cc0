"""The samples in Elasticsearch, with their rejects and runs."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from conftest import SAMPLES, take_in

from flows.catalog import FILE, Catalog
from flows.index.elastic.client import connect
from flows.index.elastic.engine import ElasticEngine
from flows.index.elastic.reports import tell_reports
from flows.settings import Settings

from .index import clean

if TYPE_CHECKING:
    from elastic.node import Server


@contextmanager
def filled_with(archive: Path, server: Server) -> Iterator[Settings]:
    """Settings of an archive that Elasticsearch holds: speeches, rejects and runs."""
    alias = f"jianghua-test-{uuid.uuid4().hex[:8]}"
    settings = Settings(
        archive=archive,
        engine="elasticsearch",
        elasticsearch_url=server.url,
        elasticsearch_alias=alias,
    )
    with connect(settings) as client, Catalog.open(archive) as catalog:
        engine = ElasticEngine.open(settings, "an-archive")
        engine.put(catalog.entries())
        assert not engine.commit()
        engine.close()
        tell_reports(client, settings, catalog)
    yield settings
    clean(server, alias)


def in_five_nights(archive: Path) -> None:
    """Take the samples in, three files a night. Days and times of the runs are set, to be always the same."""
    files = sorted(SAMPLES.iterdir(), key=lambda file: (file.name[:2] < "12", file.name))
    reports = [take_in(archive, *files[first : first + 3]) for first in range(0, len(files), 3)]
    with closing(sqlite3.connect(archive / FILE, isolation_level=None)) as db:
        for night, report in enumerate(reports):
            report.started = f"2026-11-{23 + night}T19:00:00Z"
            report.seconds = {"total": 2.0 + report.pages["read"] / 2}
            told = (report.started, msgspec.json.encode(report), report.run)
            db.execute("UPDATE runs SET started = ?, report = ? WHERE id = ?", told)

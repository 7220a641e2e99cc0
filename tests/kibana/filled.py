"""The samples in Elasticsearch, with their rejects and runs: what the dashboards are tested on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import SAMPLES, take_in

from flows.catalog import Catalog
from flows.index.elastic.client import connect
from flows.index.elastic.engine import ElasticEngine
from flows.index.elastic.reports import tell_reports
from flows.settings import Settings

from .index import clean

if TYPE_CHECKING:
    from elastic.plugin import Server


@pytest.fixture(scope="session")
def sample_catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive folder with the samples."""
    archive = tmp_path_factory.mktemp("kibana") / "archive"
    take_in(archive, SAMPLES)
    return archive


@pytest.fixture(scope="session")
def filled(elasticsearch: Server, sample_catalog: Path) -> Iterator[Settings]:
    """Settings of an archive of the samples that Elasticsearch holds: speeches, rejects and runs."""
    alias = f"jianghua-test-{uuid.uuid4().hex[:8]}"
    settings = Settings(
        archive=sample_catalog,
        engine="elasticsearch",
        elasticsearch_url=elasticsearch.url,
        elasticsearch_alias=alias,
    )
    with connect(settings) as client, Catalog.open(sample_catalog) as catalog:
        engine = ElasticEngine.open(settings, "an-archive")
        engine.put(catalog.entries())
        assert not engine.commit()
        engine.close()
        tell_reports(client, settings, catalog)
    yield settings
    clean(elasticsearch, alias)

"""The engines that the contract suite runs on."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.index.elastic.engine import ElasticEngine
from flows.index.embedded.engine import EmbeddedEngine
from flows.index.engine import Engine
from flows.settings import Settings

from .entries import ENTRIES

Opener = Callable[[Path], Engine]
"""Opens the engine of an archive folder: the same index for the same folder."""


@pytest.fixture(scope="session")
def on_node(request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Opens Elasticsearch's engine on the test node, under an alias of each folder's own."""
    server: Any = request.getfixturevalue("elasticsearch")
    prefix = f"jianghua-test-{uuid.uuid4().hex[:8]}"

    def open_engine(folder: Path) -> Engine:
        alias = f"{prefix}-{hashlib.sha256(bytes(folder)).hexdigest()[:12]}"
        return ElasticEngine.open(Settings(elasticsearch_url=server.url, elasticsearch_alias=alias), "test")

    yield open_engine
    with server.client() as client:
        found = client.indices.resolve_index(name=f"{prefix}*")["indices"]
        for index in found:
            client.indices.delete(index=index["name"])
        client.indices.delete_index_template(name=f"{prefix}*")
        client.cluster.delete_component_template(name=f"{prefix}*")


@pytest.fixture(scope="session", params=["embedded", "elasticsearch"])
def opener(request: pytest.FixtureRequest) -> Opener:
    """Opens an engine on a folder of its own."""
    if request.param == "embedded":
        return EmbeddedEngine.open
    on_node: Opener = request.getfixturevalue("on_node")
    return on_node


@pytest.fixture(scope="session")
def filled(opener: Opener, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine that holds ENTRIES, put in two commits; only to be searched."""
    engine = opener(tmp_path_factory.mktemp("filled"))
    half = len(ENTRIES) // 2
    for part in (ENTRIES[half:], ENTRIES[:half]):
        engine.put(part)
        engine.commit()
    yield engine
    engine.close()


@pytest.fixture
def empty(opener: Opener, tmp_path: Path) -> Iterator[Engine]:
    """An engine that holds nothing yet."""
    engine = opener(tmp_path / "engine")
    yield engine
    engine.close()

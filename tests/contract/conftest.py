"""The engines that the contract suite runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.index.embedded import EmbeddedEngine
from flows.index.engine import Engine

from .entries import ENTRIES

Opener = Callable[[Path], Engine]
ENGINES: dict[str, Opener] = {"embedded": EmbeddedEngine.open}


@pytest.fixture(scope="session", params=ENGINES)
def opener(request: pytest.FixtureRequest) -> Opener:
    """Opens an engine on a folder of its own."""
    return ENGINES[request.param]


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

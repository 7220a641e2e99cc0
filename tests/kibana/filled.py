"""The fixtures of what the dashboards are tested on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import SAMPLES, take_in

from flows.settings import Settings

from .samples import filled_with

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
    """An archive of the samples."""
    with filled_with(sample_catalog, elasticsearch) as settings:
        yield settings

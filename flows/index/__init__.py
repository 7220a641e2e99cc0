"""Search: one query language, one engine protocol, and what a hit shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.errors import JianghuaError
from flows.index.engine import FACETS, Engine
from flows.index.query import parse
from flows.settings import Settings

__all__ = ["FACETS", "Engine", "open_engine", "parse"]


@contextmanager
def open_engine(settings: Settings) -> Iterator[Engine]:
    """The engine that the settings name, for the time of the block.

    Raises JianghuaError where there is no such engine, or it can't be used as it is.
    """
    engine = _open(settings)
    try:
        yield engine
    finally:
        engine.close()


def _open(settings: Settings) -> Engine:
    """Each engine's library is imported for those who use it only."""
    if settings.engine == "embedded":
        return _open_embedded(settings.archive / "index")
    if settings.engine == "elasticsearch":
        from flows.catalog import Catalog
        from flows.index.elastic.engine import ElasticEngine

        with Catalog.open(settings.archive) as catalog:
            archive = catalog.archive_id()
        return ElasticEngine.open(settings, archive)
    raise JianghuaError(f"there is no engine called {settings.engine}; set JIANGHUA_ENGINE=embedded")


def _open_embedded(folder: Path) -> Engine:
    """The index in use, also where another takes its place just now."""
    from flows.index.embedded import places as embedded_places
    from flows.index.embedded.engine import EmbeddedEngine

    while True:
        places = embedded_places.read(folder)
        previous = folder / places.previous if places.previous else None
        engine = EmbeddedEngine.open(folder / places.in_use, previous)
        if not engine.fresh or embedded_places.read(folder) == places:
            return engine
        engine.close()

"""Search: one query language, one engine protocol, and what a hit shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flows.errors import JianghuaError
from flows.index.engine import FACETS, Engine
from flows.index.query import parse
from flows.settings import Settings

__all__ = ["FACETS", "Engine", "open_engine", "parse"]


@contextmanager
def open_engine(settings: Settings) -> Iterator[Engine]:
    """The engine that the settings name, for the time of the block.

    Raises JianghuaError where there is no such engine.
    """
    if settings.engine != "embedded":
        raise JianghuaError(f"there is no engine called {settings.engine}; set JIANGHUA_ENGINE=embedded")
    from flows.index.embedded import EmbeddedEngine  # a library of 20 MB, for those who search

    engine = EmbeddedEngine.open(settings.archive / "index" / "embedded")
    try:
        yield engine
    finally:
        engine.close()

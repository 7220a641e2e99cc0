"""The indices of an archive on one engine: the one in use, the one before it, one that is being built.

Searches go to the one in use alone. What is built beside it takes its place in one step that readers can't
see a part of; what it replaces is kept, so that the step can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from flows.errors import JianghuaError
from flows.index.engine import Engine
from flows.records import Entry
from flows.settings import Settings


class Beside(Engine, Protocol):
    """An index that is not in use, to be filled and looked over."""

    @property
    def name(self) -> str:
        """What the index is called; it has a name once something is committed."""

    def held(self) -> Iterator[tuple[str, int]]:
        """The speeches it holds, each with its revision."""

    def differences(self, entries: Sequence[Entry]) -> Iterator[str]:
        """What it keeps of these entries otherwise than they are, in words."""


class Generations(Protocol):
    """What an engine's indices are called, and which of them is which."""

    @property
    def in_use(self) -> str | None:
        """The name of the index that searches go to."""

    @property
    def previous(self) -> str | None:
        """The name of the index before it, where that is kept."""

    def build(self) -> Beside:
        """A new index beside the others; what an earlier one left unfinished is removed."""

    def reopen(self) -> Beside:
        """The index before the one in use; raises IndexUnusable where this version can't use it."""

    def swap(self, name: str) -> None:
        """Put an index in use, in one step. The one it replaces is kept, older ones are removed."""

    def clean(self) -> None:
        """Remove all of this archive's indices but the one in use and the one before it."""

    def close(self) -> None:
        """Let go of the connection."""


def generations(settings: Settings, archive: str) -> Generations:
    """The indices of the engine that the settings name, by the archive's id.

    Raises JianghuaError where they can't be looked at, IndexUnusable where they are another archive's.
    """
    if settings.engine == "embedded":
        from flows.index.embedded.generations import EmbeddedGenerations

        return EmbeddedGenerations(settings.archive / "index")
    if settings.engine == "elasticsearch":
        from flows.index.elastic.generations import ElasticGenerations

        return ElasticGenerations(settings, archive)
    raise JianghuaError(f"there is no engine called {settings.engine}; set JIANGHUA_ENGINE=embedded")


def other_version(name: str) -> str:
    """Why an index of another version can't be brought back, and what to do."""
    return (
        f"{name}, the index before this one, was made by another version of jianghua; install that version "
        "and run: jianghua reindex --rollback"
    )

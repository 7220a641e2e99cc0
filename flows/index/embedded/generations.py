"""The embedded engine's indices: folders beside each other, and a small file that names the one in use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import tantivy

from flows.index.embedded import places
from flows.index.embedded.engine import STAMP, EmbeddedEngine
from flows.index.embedded.schema import stamp
from flows.index.engine import REBUILD, IndexUnusable
from flows.index.generations import other_version
from flows.records import Entry

_AT_ONCE = 10_000
"""Speeches listed at once."""


class EmbeddedBeside(EmbeddedEngine):
    """An embedded index that is not in use; the protocol is :class:`flows.index.generations.Beside`."""

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self._folder.name

    def held(self) -> Iterator[tuple[str, int]]:
        """The speeches it holds, each with its revision."""
        for start in range(0, self.count(), _AT_ONCE):
            yield from self._listed(tantivy.Query.all_query(), start)

    def differences(self, entries: Sequence[Entry]) -> Iterator[str]:
        """It keeps ids and revisions; of all else it holds what is searched for only."""
        _, fields = self._searching()
        for entry in entries:
            one = tantivy.Query.term_query(fields, "id", entry.speech.id)
            wanted = [(entry.speech.id, entry.revision)]
            if (found := list(self._listed(one, 0))) != wanted:
                yield f"{entry.speech.id}: {found} in place of {wanted}"

    def _listed(self, query: tantivy.Query, start: int) -> Iterator[tuple[str, int]]:
        searcher, _ = self._searching()
        with self._troubles("read"):
            places = [place for _, place in searcher.search(query, _AT_ONCE, offset=start).hits]
            revisions = searcher.fast_field_values("revision", places)
            ids = [str(searcher.doc(place).get_first("id")) for place in places]
        yield from ((one, int(revision or 0)) for one, revision in zip(ids, revisions, strict=True))


class EmbeddedGenerations:
    """The folders of embedded indices; the protocol is :class:`flows.index.generations.Generations`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._places = places.read(folder)
        except IndexUnusable:  # which of the folders was in use is not known any more: none of them is
            self._places = places.Places("")

    @property
    def in_use(self) -> str | None:
        """The name of the folder in use, where there is an index in it."""
        return self._held(self._places.in_use)

    @property
    def previous(self) -> str | None:
        """The name of the folder of the index before it."""
        return self._held(self._places.previous)

    def build(self) -> EmbeddedBeside:
        """A new index beside the others; what an earlier one left unfinished is removed."""
        self.clean()
        name = f"{places.FIRST}-{datetime.now(UTC):%Y%m%dt%H%M%S}-{token_hex(2)}"
        return EmbeddedBeside(self._folder / name, None)

    def reopen(self) -> EmbeddedBeside:
        """The index before the one in use; raises IndexUnusable where this version can't use it."""
        folder = self._folder / (self.previous or "")
        if (folder / STAMP).read_text(encoding="utf-8") != stamp():
            raise IndexUnusable(other_version(str(folder)))
        engine = EmbeddedBeside.open(folder)
        if engine.fresh:
            raise IndexUnusable(f"{folder}, the index before this one, is damaged; instead, {REBUILD}")
        return engine

    def swap(self, name: str) -> None:
        """Put an index in use, in one step. The one it replaces is kept, older ones are removed."""
        kept = self.in_use or self.previous
        self._places = places.Places(name, kept if kept and kept != name else "")
        places.write(self._folder, self._places)
        self.clean()

    def clean(self) -> None:
        """Remove all folders of indices but those of the one in use and the one before it."""
        if not self._folder.is_dir() or not self._places.in_use:
            return
        for path in self._folder.iterdir():
            if path.name in self._places or not places.NAME.fullmatch(path.name) or not path.is_dir():
                continue
            if path.name != places.FIRST or self._held(path.name):
                shutil.rmtree(path, ignore_errors=True)  # what a reader holds on Windows goes the next time

    def close(self) -> None:
        """There is no connection."""

    def _held(self, name: str) -> str | None:
        return name if name and (self._folder / name / STAMP).is_file() else None

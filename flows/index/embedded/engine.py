"""The embedded engine: Tantivy, in a folder of the archive. No server."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import tantivy

from flows.errors import ArchiveBusy
from flows.index.document import searched
from flows.index.embedded import pages
from flows.index.embedded.memory import give_back
from flows.index.embedded.places import write_durably
from flows.index.embedded.query import ranked, to_tantivy
from flows.index.embedded.schema import (
    ANALYZER,
    analyzer,
    schema,
    stamp,
    tantivy_document,
)
from flows.index.engine import MEND, REBUILD, Answer, IndexUnusable, Refusal, Sort
from flows.index.query import Node, phrases
from flows.records import Entry

HEAP = 60_000_000
"""Bytes that the writer may fill before it writes a segment."""
THREADS = 2
"""Of the writer; the heap is split between them."""
SMALL_HEAP = 15_000_000
"""The least that Tantivy writes with."""

STAMP = "jianghua-stamp"
"""The file that says what an index was built with; it comes last."""
_KEEPS_LAST = ("meta.json", ".managed.json")
"""Files that show a folder to be Tantivy's; the last to go when it is emptied."""
_BEGUN = ".tmp"
"""What the first of these are called until they are whole: all there is where making an index was killed."""


class EmbeddedEngine:
    """A Tantivy index in a folder; the protocol is :class:`flows.index.engine.Engine`.

    Reading never touches the folder. Where ``fresh``, the first write empties it and the first
    commit stamps it, so a fill that was cut short is begun again.
    """

    def __init__(self, folder: Path, index: tantivy.Index | None, previous: Path | None = None) -> None:
        self._folder, self._index, self._previous = folder, index, previous
        self._put: set[str] = set()
        self._removed: list[str] = []
        self.again: dict[str, int] = {}
        self.half_filled = False
        self._searcher = index.searcher() if index else None
        self._writer: tantivy.IndexWriter | None = None
        self._fresh = index is None
        self._beside = ThreadPoolExecutor(1)  # its thread begins with the first count and is kept

    @classmethod
    def open(cls, folder: Path, previous: Path | None = None) -> Self:
        """The engine of a folder. An index that is missing, damaged or of another stamp is ``fresh``.

        ``previous`` is the folder of an index that is kept; what is removed leaves that one too.
        """
        try:
            if (folder / STAMP).read_text(encoding="utf-8") != stamp():
                return cls(folder, None, previous)
            index = tantivy.Index.open(str(folder))
            index.register_tokenizer(ANALYZER, analyzer())
            return cls(folder, index, previous)
        except BaseException as error:
            if _of_tantivy(error):
                return cls(folder, None, previous)
            raise

    @property
    def fresh(self) -> bool:
        """Whether there is no usable index yet, so that everything has to be put."""
        return self._fresh

    def latest(self) -> int:
        """The highest revision held; 0 where there is none."""
        if self._searcher is None or not self._searcher.num_docs:
            return 0
        with self._troubles("read"):
            highest = {"highest": {"max": {"field": "revision"}}}
            found = self._searcher.aggregate(tantivy.Query.all_query(), highest)
        return int(found["highest"]["value"] or 0)

    def put(self, entries: Iterable[Entry]) -> None:
        """Take entries in; one with an id already held replaces it."""
        _, writer = self._writing()
        for entry in entries:
            made = tantivy_document(searched(entry))
            with self._troubles("written"):
                if self._may_hold(entry.speech.id):
                    writer.delete_documents_by_term("id", entry.speech.id)
                self._put.add(entry.speech.id)
                writer.add_document(made)

    def remove(self, ids: Iterable[str]) -> None:
        """Forget these ids; those not held are no error."""
        _, writer = self._writing()
        with self._troubles("written"):
            for speech in ids:
                writer.delete_documents_by_term("id", speech)
                self._removed.append(speech)

    def commit(self) -> Sequence[Refusal]:
        """Make all that was put and removed visible and durable, whole or not at all; refuses nothing."""
        index, writer = self._writing()
        with self._troubles("written"):
            writer.commit()
            if self._fresh:
                write_durably(self._folder / STAMP, stamp())
            index.reload()
            self._searcher = index.searcher()
            if self._removed and self._previous:
                _remove_from(self._previous, self._removed)
        self._put.clear()
        self._removed.clear()
        self._fresh = False
        return ()

    def count(self) -> int:
        """How many speeches are held, variants too."""
        return 0 if self._searcher is None else int(self._searcher.num_docs)

    def close(self) -> None:
        """Let go of files and locks; what was not committed is dropped."""
        self._beside.shutdown()
        writer, self._writer = self._writer, None
        self._searcher, self._index = None, None
        if writer is not None:
            with self._troubles("closed"):
                writer.rollback()
                writer.wait_merging_threads()

    def search(
        self,
        query: Node,
        *,
        sort: Sort = "relevance",
        limit: int = 10,
        after: str | None = None,
        facets: Sequence[str] = (),
        variants: bool = False,
    ) -> Answer:
        """The page of hits after a cursor; raises CursorError or IndexUnusable."""
        searcher, fields = self._searching()
        made = to_tantivy(query, fields, variants)
        by_score = sort == "relevance" and bool(phrases(query))
        page = pages.by_score if by_score else pages.by_date
        asked = ranked(made, query, fields) if by_score else made
        # Counting takes about as long as finding, and Tantivy lets other threads run meanwhile.
        with self._troubles("read"):
            counted = self._beside.submit(pages.facet_values, searcher, made, facets) if facets else None
            total, hits, following = page(searcher, fields, asked, max(0, limit), after)
            return Answer(total, tuple(hits), counted.result() if counted else {}, following)

    def _searching(self) -> tuple[tantivy.Searcher, tantivy.Schema]:
        if self._fresh or self._searcher is None or self._index is None:
            raise IndexUnusable(f"{self._folder}: no search index that this version can use; {MEND}")
        return self._searcher, self._index.schema

    def _may_hold(self, speech: str) -> bool:
        """Whether there may be something to replace: a deletion costs, even of what is not there."""
        held = self._searcher is not None and self._searcher.doc_freq("id", speech) > 0
        return held or speech in self._put

    def _writing(self) -> tuple[tantivy.Index, tantivy.IndexWriter]:
        if self._index is None or self._writer is None:
            with self._troubles("written"):
                if self._index is None:
                    _empty(self._folder)
                    self._index = tantivy.Index(schema(), path=str(self._folder))
                    self._index.register_tokenizer(ANALYZER, analyzer())
                give_back()
                self._writer = self._index.writer(HEAP, THREADS)
                self._index.reload()  # it is locked now: no one else changes it any more
                self._searcher = self._index.searcher()
        return self._index, self._writer

    @contextmanager
    def _troubles(self, done: str) -> Iterator[None]:
        """Tantivy's errors as ours."""
        try:
            yield
        except BaseException as error:
            if not _of_tantivy(error):
                raise
            if "LockBusy" in str(error):
                raise ArchiveBusy(
                    f"{self._folder}: another process is writing the search index; try later"
                ) from error
            raise IndexUnusable(
                f"{self._folder}: the search index can't be {done} ({error}); {REBUILD}"
            ) from error


def _of_tantivy(error: BaseException) -> bool:
    """Whether Tantivy met something wrong in its files: ValueError mostly, on wild bytes a panic of
    Rust, whose class has no name that could be imported and is no Exception.
    """
    return isinstance(error, ValueError | OSError) or type(error).__name__ == "PanicException"


def _empty(folder: Path) -> None:
    """Make room for a new index. The stamp goes first, so what is half emptied is not taken for whole."""
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted(folder.iterdir(), key=lambda path: path.name in _KEEPS_LAST)
    others = [path for path in files if not path.name.startswith(_BEGUN)]
    if others and not any(path.name in (STAMP, *_KEEPS_LAST) for path in files):
        raise IndexUnusable(f"{folder}: holds files that are no search index; move them away")
    (folder / STAMP).unlink(missing_ok=True)
    for path in files:
        path.unlink(missing_ok=True)


def _remove_from(folder: Path, ids: Iterable[str]) -> None:
    """Let ids leave an index that is not in use; one that can't be changed goes whole.

    What a person has taken out is to be found nowhere.
    """
    if not (folder / STAMP).is_file():
        return
    try:
        writer = tantivy.Index.open(str(folder)).writer(SMALL_HEAP, 1)
        for speech in ids:
            writer.delete_documents_by_term("id", speech)
        writer.commit()
        writer.wait_merging_threads()
    except BaseException as error:
        if not _of_tantivy(error) or "LockBusy" in str(error):
            raise
        (folder / STAMP).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

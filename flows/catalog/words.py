"""The catalog's part in a person's word: what was taken out and stays out, and what was put right.

Each method is one transaction: what is forgotten is gone with its end, with all rows that tell of it, and
only what other speeches learned from it is left for the steps that follow (see flows/steps.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from flows.catalog import BUSY_SECONDS, FILE, Catalog
from flows.catalog import corrections as catalog_corrections
from flows.catalog import sites as catalog_sites
from flows.catalog.forgotten import text_key
from flows.catalog.writer import Writer
from flows.errors import JianghuaError
from flows.records import Page

SCRUB = "scrub"
"""The key of a catalog begun by a version that left the bytes of deleted rows in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """What went: dump files, pages and speeches; and what became of a person's words on them."""

    dumps: int = 0
    pages: int = 0
    speeches: int = 0
    kept: int = 0
    """Words that hold again if the pages come back."""
    titles: int = 0
    """Titles that a person gave and that went too, since they may quote the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """One thing that a person took out."""

    word: str
    """A path, or the id of a speech: what it is brought back by."""
    kind: str
    """path or page."""
    pages: int
    told: str


def dumps_below(catalog: Catalog, path: str) -> list[str]:
    """Paths of the dump files at a path or below it."""
    inside = path.rstrip("/")
    rows = catalog.db.execute(
        "SELECT path FROM dumps WHERE path = ?1 OR (path >= ?2 || '/' AND path < ?2 || '0') ORDER BY 1",
        (path, inside),
    )
    return [found for (found,) in rows]


def forgotten(catalog: Catalog) -> list[Forgotten]:
    """All that was taken out, in the order in which it was."""
    rows = catalog.db.execute(
        "SELECT word, kind, count(*), min(told) FROM forgotten WHERE kind <> 'text'"
        " GROUP BY word, kind ORDER BY min(told), word"
    )
    return [
        Forgotten(word=word, kind=kind, pages=n if kind == "page" else 0, told=told)
        for word, kind, n, told in rows
    ]


def forgotten_word(catalog: Catalog, given: str) -> str | None:
    """The id of the forgotten speech that an id of it, or of one of its pages, or its first digits, mean."""
    rows = catalog.db.execute(
        "SELECT DISTINCT word FROM forgotten WHERE kind = 'page' AND what >= ?1 AND what < ?1 || 'g' LIMIT 2",
        (given.lower(),),
    ).fetchall()
    return rows[0][0] if len(rows) == 1 else None


class Words(Writer):
    """A catalog that takes a person's word. What it deletes is overwritten in the file."""

    def forget_path(self, path: str) -> Gone:
        """Take out the dump files at a path or below it, and the pages that no other dump file holds."""
        dumps = dumps_below(self, path)
        with self._transaction():
            self._remember("path", [path], path)
            held: set[str] = set()
            for dump in dumps:
                rows = self.db.execute("DELETE FROM sources WHERE dump = ? RETURNING page", (dump,))
                held.update(page for (page,) in rows.fetchall())
                for table, column in (("rejects", "dump"), ("dumps", "path"), ("forgotten_places", "dump")):
                    self.db.execute(f"DELETE FROM {table} WHERE {column} = ?", (dump,))
            gone = [page for page in sorted(held) if not self._has_source(page)]
            for page in held.difference(gone):
                self._touch_page(page)
            kept = self._hand_on(set(gone))
            return Gone(dumps=len(dumps), pages=len(gone), speeches=self._drop_pages(gone), kept=kept)

    def forget_speech(self, speech: str) -> Gone:
        """Take out the pages of a speech, wherever they came from. Unless copies of it stay, new pages of
        the same letters stay out, too."""
        rows = self.db.execute("SELECT page FROM speech_pages WHERE speech = ?", (speech,))
        pages = [page for (page,) in rows.fetchall()]
        with self._transaction():
            self._remember("page", pages, speech)
            if not self._has_copies(speech):
                texts = (msgspec.json.decode(self._record(page), type=Page).text for page in pages)
                self._remember("text", filter(None, map(text_key, texts)), speech)
            for page in pages:
                self.db.execute(
                    "INSERT OR IGNORE INTO forgotten_places"
                    " SELECT DISTINCT page, dump FROM sources WHERE page = ?",
                    (page,),
                )
                self.db.execute("DELETE FROM sources WHERE page = ?", (page,))
            titles = catalog_corrections.withdraw_text(self.db, pages)
            kept = catalog_corrections.count(self.db, pages)
            return Gone(pages=len(pages), speeches=self._drop_pages(pages), kept=kept, titles=titles)

    def recall(self, word: str) -> list[str]:
        """Let what was forgotten by this word be taken in again; the paths to ingest."""
        dumps: list[str] = []
        with self._transaction() as db:
            back = db.execute("DELETE FROM forgotten WHERE word = ? RETURNING kind, what", (word,)).fetchall()
            for kind, what in back:
                if kind == "path":
                    dumps.append(what)
                if kind != "page":
                    continue
                rows = db.execute("DELETE FROM forgotten_places WHERE page = ? RETURNING dump", (what,))
                dumps += [dump for (dump,) in rows.fetchall()]
            for dump in dumps:  # as if it had changed, so that the next ingest reads it
                db.execute("UPDATE dumps SET size = -2, mtime_ns = 0, sha256 = '' WHERE path = ?", (dump,))
        return dumps

    def put_correction(
        self, speech: str, field: str, value: str | None, reason: str, other: str = ""
    ) -> None:
        """Keep a person's word on a speech (of ``same``: on it and another), in place of an earlier one; what
        it touches is flagged."""
        with self._transaction() as db:
            self._take_back(speech, field, other)
            catalog_corrections.put(db, speech, field, other, value, reason, _now())
            if other:
                self.put_verdict(speech, other, value == "same")

    def drop_correction(self, speech: str, field: str, other: str = "") -> int:
        """Take a word back, on whichever page of the speeches it was said; how many there were."""
        with self._transaction():
            return self._take_back(speech, field, other)

    def engines(self, but: str) -> list[str]:
        """Engines other than one that hold something."""
        rows = self.db.execute("SELECT DISTINCT engine FROM indexed WHERE engine <> ? ORDER BY 1", (but,))
        return [engine for (engine,) in rows]

    def scrub(self) -> bool:
        """Leave nothing of what was deleted in the catalog's files; False where a reader keeps some of it."""
        if self.db.execute("SELECT 1 FROM meta WHERE key = ?", (SCRUB,)).fetchone():
            try:
                self.db.execute("VACUUM")
                self.db.execute("DELETE FROM meta WHERE key = ?", (SCRUB,))
            except sqlite3.OperationalError as error:
                raise JianghuaError(
                    f"it is out of the archive, but its bytes may still be in {self.folder / FILE}, which "
                    f"could not be written anew ({error}); make room or mend the disk and run the same again"
                ) from None
        self.db.execute("PRAGMA busy_timeout = 500")
        busy: int = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        self.db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        return not busy

    def _remember(self, kind: str, what: Iterable[str], word: str) -> None:
        rows = [(kind, one, word, _now()) for one in what]
        self.db.executemany("INSERT OR REPLACE INTO forgotten VALUES (?, ?, ?, ?)", rows)

    def _has_copies(self, speech: str) -> bool:
        """Whether copies of it stay: then it is this one that is unwanted, not what it says."""
        select = (
            "SELECT 1 FROM speeches WHERE cluster = (SELECT cluster FROM speeches WHERE id = ?1) AND id <> ?1"
        )
        return self.db.execute(f"{select} LIMIT 1", (speech,)).fetchone() is not None

    def _record(self, page: str) -> bytes:
        (record,) = self.db.execute("SELECT record FROM pages WHERE id = ?", (page,)).fetchone()
        return bytes(record)

    def _has_source(self, page: str) -> bool:
        return self.db.execute("SELECT 1 FROM sources WHERE page = ? LIMIT 1", (page,)).fetchone() is not None

    def _drop_pages(self, pages: Iterable[str]) -> int:
        """Drop pages and the speeches they are part of; the rest of their groups is to be made anew. How many
        speeches went."""
        speeches = set[str]()
        for page in pages:
            (key,) = self.db.execute("DELETE FROM pages WHERE id = ? RETURNING group_key", (page,)).fetchone()
            self.db.execute("INSERT OR REPLACE INTO stale_groups SELECT ?1, 'pages' WHERE ?1 <> ''", (key,))
            catalog_sites.drop_page(self.db, page)
            rows = self.db.execute("DELETE FROM speech_pages WHERE page = ? RETURNING speech", (page,))
            speeches.update(speech for (speech,) in rows.fetchall())
            for table in ("unlearned_pages", "stale_pages"):
                self.db.execute(f"DELETE FROM {table} WHERE page = ?", (page,))
        for speech in speeches:
            self._drop_speech(speech)
        return len(speeches)

    def _hand_on(self, gone: Collection[str]) -> int:
        """Let what was said of pages that go hold for the rest of their speeches; how many words are left, to
        wait for their pages."""
        left = []
        for page in gone:
            rows = self.db.execute(
                "SELECT o.page FROM speech_pages s JOIN speech_pages o USING (speech) WHERE s.page = ?"
                " ORDER BY o.page",
                (page,),
            )
            heir = next((other for (other,) in rows.fetchall() if other not in gone), None)
            if heir:
                catalog_corrections.hand_on(self.db, page, heir)
            else:
                left.append(page)
        return catalog_corrections.count(self.db, left)

    def _take_back(self, speech: str, field: str, other: str) -> int:
        here, there = self._ids(speech), self._ids(other) if other else set[str]()
        found = catalog_corrections.drop(self.db, field, here, there)
        self._flag_speech(speech)
        if other:
            self.put_verdict(speech, other, None)
        return found

    def _ids(self, speech: str) -> set[str]:
        """All ids that mean a speech: those of its pages."""
        rows = self.db.execute("SELECT page FROM speech_pages WHERE speech = ?", (speech,))
        return {speech, *(page for (page,) in rows)}

    def _flag_speech(self, speech: str) -> None:
        self.db.execute(
            "INSERT OR IGNORE INTO stale_groups SELECT DISTINCT p.group_key, 'word' FROM speech_pages s"
            " JOIN pages p ON p.id = s.page WHERE s.speech = ?",
            (speech,),
        )


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"

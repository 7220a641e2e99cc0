"""Writes the catalog: the coordinator's part. Each method is one transaction, whole or not at all."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import msgspec

from flows import catalog_sites
from flows.catalog import FILE, Catalog
from flows.catalog_sites import Change
from flows.errors import JianghuaError
from flows.records import Page, Reject, Source, Speech
from flows.spool import Item, Seen, Spoken

GroupKey = Callable[[Page], str]
PAGES_IN_A_STEP = 500
"""Pages of an earlier version that are looked at in one transaction: under a second of work."""
_json = msgspec.json.encode


@dataclass(slots=True, kw_only=True)
class Taken:
    """What was stored: dump files and pages; ``new`` pages were not known before."""

    dumps: int = 0
    pages: int = 0
    new: int = 0


@dataclass(slots=True, kw_only=True)
class Made:
    """Speeches that groups made; ``remade`` those whose pages were no others than before, but whose site's
    lines were."""

    speeches: int = 0
    remade: int = 0


class Writer(Catalog):
    """A catalog that can be changed; one at a time on an archive (see flows.lock)."""

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException as error:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise JianghuaError(
                    f"could not write {self.folder / FILE} ({error}); make room or mend the disk and run the "
                    "same command again: it goes on from here"
                ) from None
            raise
        self.db.execute("COMMIT")

    def take_in(self, items: Iterable[Item], run: str, group_key: GroupKey) -> Taken:
        """Store pages and rejects of whole dump files, each begun by its Seen."""
        taken = Taken()
        with self._transaction() as db:
            for item in items:
                if isinstance(item, Seen):
                    taken.dumps += 1
                    dump, name = item, self._begin_dump(item, run)
                elif isinstance(item, Page):
                    taken.pages += 1
                    taken.new += self._put_page(item, group_key(item), run)
                    self._put_source(item, dump, name)
                elif isinstance(item, Reject):
                    values = (dump.path, item.reason, _json(item), run)
                    db.execute("INSERT INTO rejects (dump, reason, record, run) VALUES (?, ?, ?, ?)", values)
        return taken

    def _begin_dump(self, dump: Seen, run: str) -> str:
        """Note a dump file and drop its earlier rejects; the name it was first given by."""
        first = self.db.execute("SELECT file FROM dumps WHERE path = ?", (dump.path,)).fetchone()
        name = first[0] if first else dump.file
        self.db.execute(
            "INSERT OR REPLACE INTO dumps VALUES (?, ?, ?, ?, ?, ?, ?)",
            (dump.path, name, dump.size, dump.mtime_ns, dump.seen_ns, dump.sha256, run),
        )
        self.db.execute("DELETE FROM rejects WHERE dump = ?", (dump.path,))
        return str(name)

    def _put_page(self, page: Page, key: str, run: str) -> int:
        record = _json(replace(page, raw=b"", source=Source(file="")))
        new = self.db.execute(
            "INSERT INTO pages VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (page.id, key, record, zlib.compress(page.raw, 6), run),
        ).rowcount
        if new:
            self.db.execute("INSERT OR REPLACE INTO stale_groups VALUES (?, 'pages')", (key,))
            catalog_sites.put_page(self.db, page, key)
        return new

    def learn_earlier_pages(self) -> int:
        """Keep what sites are learned from of some pages that an earlier version took in; how many."""
        with self._transaction() as db:
            return catalog_sites.put_earlier_pages(db, PAGES_IN_A_STEP)

    def learn_site(self, site: str) -> Change:
        """Learn a site's lines from its pages; the groups that a change touches are to be made anew."""
        with self._transaction() as db:
            return catalog_sites.learn(db, site)

    def _put_source(self, page: Page, dump: Seen, name: str) -> None:
        source = page.source
        if name != dump.file:  # the same file under another spelling keeps its first
            source = replace(source, file=name + source.file.removeprefix(dump.file))
        added = self.db.execute(
            "INSERT OR IGNORE INTO sources VALUES (?, ?, ?, ?, ?)",
            (page.id, dump.path, source.file, source.offset, _json(source)),
        ).rowcount
        if added:
            self._touch_page(page.id)

    def _touch_page(self, page: str) -> None:
        """A page known before was found in a further place: its speech is told to the engines anew."""
        self.db.execute(
            "UPDATE speeches SET revision = ? WHERE id = (SELECT speech FROM speech_pages WHERE page = ?)"
            " AND revision IS NOT NULL",
            (self._next_revision(), page),
        )

    def put_speeches(self, items: Iterable[Item], run: str) -> Made:
        """Put the speeches of whole groups in place of what those groups made before."""
        made = Made()
        with self._transaction() as db:
            for item in items:
                if not isinstance(item, Spoken):
                    continue
                old = dict(
                    db.execute("SELECT id, tagged FROM speeches WHERE group_key = ?", (item.key,)).fetchall()
                )
                for speech, marks in zip(item.speeches, item.marks, strict=True):
                    made.speeches += 1
                    record = _json(speech)
                    if old.pop(speech.id, None) != record:
                        self._replace_speech(speech, record, item.key, marks, run)
                for gone in old:
                    self._drop_speech(gone)
                cause = db.execute(
                    "DELETE FROM stale_groups WHERE group_key = ? RETURNING cause", (item.key,)
                ).fetchone()
                made.remade += len(item.speeches) if cause == ("site",) else 0
        return made

    def _replace_speech(
        self, speech: Speech, record: bytes, key: str, marks: Sequence[int], run: str
    ) -> None:
        self._unlink(speech.id)
        self.db.execute(
            # Settled by itself at once, so that readers miss nothing until its cluster is known.
            "INSERT INTO speeches VALUES (?1, ?2, ?3, ?3, ?1, 1, 0, ?4, ?5)"
            " ON CONFLICT (id) DO UPDATE SET group_key = excluded.group_key, tagged = excluded.tagged,"
            " settled = coalesce(settled, excluded.settled), run = excluded.run",
            (speech.id, key, record, self._next_revision(), run),
        )
        self.db.execute("DELETE FROM speech_pages WHERE speech = ?", (speech.id,))
        self.db.executemany(
            "INSERT OR REPLACE INTO speech_pages VALUES (?, ?)", [(p, speech.id) for p in speech.pages]
        )
        self.db.executemany("INSERT OR IGNORE INTO marks VALUES (?, ?)", [(m, speech.id) for m in marks])
        self.db.execute("INSERT OR IGNORE INTO stale_speeches VALUES (?)", (speech.id,))

    def _drop_speech(self, speech: str) -> None:
        self._unlink(speech)
        self.db.execute("DELETE FROM speeches WHERE id = ?", (speech,))
        self.db.execute("DELETE FROM stale_speeches WHERE speech = ?", (speech,))

    def _unlink(self, speech: str) -> None:
        """Forget a speech's marks and links; those it was linked with are to be clustered again."""
        self.db.execute(
            "INSERT OR IGNORE INTO stale_speeches SELECT b FROM links WHERE a = ?1"
            " UNION SELECT a FROM links WHERE b = ?1",
            (speech,),
        )
        self.db.execute("DELETE FROM links WHERE a = ?1 OR b = ?1", (speech,))
        self.db.execute("DELETE FROM marks WHERE speech = ?", (speech,))

    def put_links(self, links: Iterable[tuple[str, str, str, float, float]]) -> None:
        """Store pairs found alike: (id, id, kind, jaccard, containment)."""
        with self._transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?)",
                [(*sorted((a, b)), *rest) for a, b, *rest in links],
            )

    def put_cluster(self, canonical: str, members: Sequence[Speech], run: str) -> int:
        """Store a settled cluster; returns how many members changed by it."""
        changed = 0
        cluster = min(m.id for m in members)
        with self._transaction() as db:
            for speech in members:
                record = _json(speech)
                changed += db.execute(
                    "UPDATE speeches SET settled = ?2, cluster = ?3, canonical = ?4, variants = ?5,"
                    " revision = ?6, run = ?7 WHERE id = ?1 AND (settled IS NOT ?2 OR cluster IS NOT ?3"
                    " OR canonical IS NOT ?4 OR variants IS NOT ?5)",
                    (
                        speech.id,
                        record,
                        cluster,
                        int(speech.id == canonical),
                        len(members) - 1,
                        self._next_revision(),
                        run,
                    ),
                ).rowcount
                db.execute("DELETE FROM stale_speeches WHERE speech = ?", (speech.id,))
        return changed

    def _next_revision(self) -> int:
        row = self.db.execute(
            "INSERT INTO meta VALUES ('revision', '1')"
            " ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value"
        ).fetchone()
        return int(row[0])

    def mark_indexed(self, engine: str, revisions: Iterable[tuple[str, int]], removed: Iterable[str]) -> None:
        """Note what an engine has confirmed."""
        with self._transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO indexed VALUES (?, ?, ?)", [(engine, i, r) for i, r in revisions]
            )
            db.executemany(
                "DELETE FROM indexed WHERE engine = ? AND speech = ?", [(engine, i) for i in removed]
            )

    def forget_index(self, engine: str) -> None:
        """An engine lost or emptied its index: it is to be told everything again."""
        with self._transaction() as db:
            db.execute("DELETE FROM indexed WHERE engine = ?", (engine,))

    def start_run(self, run: str, started: str) -> None:
        """Note that a run began; it has no report until it ends."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, NULL)", (run, started))

    def end_run(self, run: str, report: bytes) -> None:
        """Keep a run's report (JSON)."""
        with self._transaction() as db:
            db.execute("UPDATE runs SET report = ? WHERE id = ?", (report, run))

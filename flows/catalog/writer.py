"""Writes the catalog: the coordinator's part. Each method is one transaction, whole or not at all."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import msgspec

from flows.catalog import FILE, Catalog
from flows.catalog import families as catalog_families
from flows.catalog import rules as catalog_rules
from flows.catalog import sites as catalog_sites
from flows.catalog import told as catalog_told
from flows.catalog.copies_writer import CopiesWriter
from flows.catalog.forgotten import text_key
from flows.catalog.sites import Change
from flows.errors import JianghuaError
from flows.records import Page, Reject, Source, Speech
from flows.settings import Fields
from flows.spool import Item, Known, Remade, Seen, Spoken

GroupKey = Callable[[Page], str]
PAGES_IN_A_STEP = 500
"""Pages of an earlier version that are looked at in one transaction: under a second of work."""
_json = msgspec.json.encode


@dataclass(slots=True, kw_only=True)
class Taken:
    """What was stored: dump files and pages; ``new`` pages were not known before, ``forgotten`` ones were
    left out, since a person does not want them here."""

    dumps: int = 0
    pages: int = 0
    new: int = 0
    forgotten: int = 0


@dataclass(slots=True, kw_only=True)
class Made:
    """Speeches that groups made; ``remade`` those whose pages were no others than before, but whose site's
    lines were."""

    speeches: int = 0
    remade: int = 0


class Writer(CopiesWriter, Catalog):
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
                    if self._forgotten(item, dump.path):
                        taken.forgotten += 1
                        continue
                    taken.new += self._put_page(item, group_key(item), run)
                    self._put_source(item.id, item.source, dump, name)
                elif isinstance(item, Known):
                    taken.pages += 1
                    self._put_source(item.page, self._as_known(item), dump, name)
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

    def _forgotten(self, page: Page, dump: str) -> bool:
        """Whether a person took a page out by its id, or one of the same letters where it is new; then it is
        noted where it may be had again."""
        select = "SELECT word, told FROM forgotten WHERE kind = ? AND what = ?"
        found = self.db.execute(select, ("page", page.id)).fetchone()
        if not found and self._may_be_forgotten(page.id):
            found = self.db.execute(select, ("text", text_key(page.text))).fetchone()
            if found:
                self.db.execute("INSERT INTO forgotten VALUES ('page', ?, ?, ?)", (page.id, *found))
        if found:
            self.db.execute("INSERT OR IGNORE INTO forgotten_places VALUES (?, ?)", (page.id, dump))
        return found is not None

    def _may_be_forgotten(self, page: str) -> bool:
        some = self.db.execute("SELECT 1 FROM forgotten WHERE kind = 'text' LIMIT 1").fetchone()
        return bool(some) and not self.db.execute("SELECT 1 FROM pages WHERE id = ?", (page,)).fetchone()

    def _put_page(self, page: Page, key: str, run: str) -> int:
        record = _json(replace(page, raw=b"", source=Source(file="")))
        new = self.db.execute(
            "INSERT INTO pages VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET group_key = excluded.group_key, record = excluded.record"
            " WHERE group_key = ''",  # the rules of a refresh rejected it, today's take it
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

    def _as_known(self, known: Known) -> Source:
        """A place of a page held already, with what the page itself says of it."""
        row = self.db.execute("SELECT record FROM sources WHERE page = ? LIMIT 1", (known.page,)).fetchone()
        told = msgspec.json.decode(row[0], type=Source) if row else known.source
        return replace(known.source, url=told.url, page=told.page)

    def _put_source(self, page: str, source: Source, dump: Seen, name: str) -> None:
        if name != dump.file:  # the same file under another spelling keeps its first
            source = replace(source, file=name + source.file.removeprefix(dump.file))
        added = self.db.execute(
            "INSERT OR IGNORE INTO sources VALUES (?, ?, ?, ?, ?)",
            (page, dump.path, source.file, source.offset, _json(source)),
        ).rowcount
        if added:
            self._touch_page(page)

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
                cause = catalog_families.done(db, item.key)
                if not item.several and catalog_families.enter(db, item.key, item.family, cause):
                    continue
                old = catalog_families.held(db, item.key, (p for s in item.speeches for p in s.pages))
                for speech, marks in zip(item.speeches, item.marks, strict=True):
                    made.speeches += 1
                    record = _json(speech)
                    if old.pop(speech.id, None) != (record, item.key):
                        self._replace_speech(speech, record, item.key, marks, run)
                for gone in old:
                    self._drop_speech(gone)
                made.remade += len(item.speeches) if cause == "site" else 0
        return made

    def _replace_speech(
        self, speech: Speech, record: bytes, key: str, marks: Sequence[int], run: str
    ) -> None:
        self._unlink(speech.id)
        new = self.db.execute("SELECT 1 FROM speeches WHERE id = ?", (speech.id,)).fetchone() is None
        self.db.execute(
            # Settled by itself at once, so that readers miss nothing until its cluster is known.
            "INSERT INTO speeches VALUES (?1, ?2, ?3, ?3, ?1, 1, 0, ?4, ?5)"
            " ON CONFLICT (id) DO UPDATE SET group_key = excluded.group_key, tagged = excluded.tagged,"
            " settled = coalesce(settled, excluded.settled),"
            " run = CASE WHEN tagged = excluded.tagged THEN run ELSE excluded.run END",
            (speech.id, key, record, self._next_revision(), run),
        )
        self.db.execute("DELETE FROM speech_pages WHERE speech = ?", (speech.id,))
        self.db.executemany(
            "INSERT OR REPLACE INTO speech_pages VALUES (?, ?)", [(p, speech.id) for p in speech.pages]
        )
        self._sign(speech.id, marks, lone=new)

    def _drop_speech(self, speech: str) -> None:
        self._unlink(speech)
        self.db.execute("DELETE FROM speeches WHERE id = ?", (speech,))
        self.db.execute("DELETE FROM stale_speeches WHERE speech = ?", (speech,))

    def _next_revision(self) -> int:
        row = self.db.execute(
            "INSERT INTO meta VALUES ('revision', '1')"
            " ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value"
        ).fetchone()
        return int(row[0])

    def begin_telling(self, engine: str, revisions: Mapping[str, int]) -> None:
        """Note what an engine is about to be told: the revisions of speeches."""
        with self._transaction() as db:
            catalog_told.note(db, engine, revisions.values())
            db.executemany(
                "INSERT OR REPLACE INTO indexed VALUES (?, ?, ?)",
                [(engine, i, catalog_told.NEVER) for i in revisions],
            )

    def mark_indexed(self, engine: str, revisions: Iterable[tuple[str, int]], removed: Iterable[str]) -> None:
        """Note what an engine has confirmed."""
        revisions = list(revisions)
        with self._transaction() as db:
            catalog_told.note(db, engine, (r for _, r in revisions))
            db.executemany(
                "INSERT OR REPLACE INTO indexed VALUES (?, ?, ?)", [(engine, i, r) for i, r in revisions]
            )
            db.executemany(
                "DELETE FROM indexed WHERE engine = ? AND speech = ?", [(engine, i) for i in removed]
            )

    def put_refused(self, refused: Mapping[str, Reject], run: str) -> None:
        """Note speeches that an engine would not take, in place of those noted before.

        Each belongs to the first dump file that it came from.
        """
        first = (
            "SELECT dump FROM sources WHERE page IN (SELECT page FROM speech_pages WHERE speech = ?)"
            " ORDER BY file, offset, dump LIMIT 1"
        )
        with self._transaction() as db:
            db.execute("DELETE FROM rejects WHERE reason = 'refused'")
            for speech, reject in refused.items():
                (dump,) = db.execute(first, (speech,)).fetchone()
                values = (dump, reject.reason, _json(reject), run)
                db.execute("INSERT INTO rejects (dump, reason, record, run) VALUES (?, ?, ?, ?)", values)

    def forget_index(self, engine: str) -> None:
        """An engine lost or emptied its index: it is to be told everything again."""
        with self._transaction() as db:
            db.execute("DELETE FROM indexed WHERE engine = ?", (engine,))

    def start_run(self, run: str, started: str) -> None:
        """Note that a run began; it has no report until it ends."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, NULL)", (run, started))

    def begin_rules(self, run: str, fields: Fields) -> None:
        """Note by what rules a new archive is made, and the field names that a run's records are read by."""
        with self._transaction() as db:
            catalog_rules.begin(db, run, fields)

    def flag_refresh(self) -> list[str]:
        """Flag all that the rules that changed touch; the groups of rules that did."""
        with self._transaction() as db:
            return catalog_rules.flag(db)

    def put_remade(self, items: Iterable[Item], span: tuple[str, str], run: str, group_key: GroupKey) -> int:
        """Put pages that were made again in place of what they were, all from the first to the last id of
        ``span`` being done; how many changed."""
        with self._transaction() as db:
            changed = 0
            rejects: catalog_rules.Rejects = {}
            for item in items:
                if isinstance(item, Remade):
                    changed += 1
                    key = group_key(item.page) if item.page else ""
                    catalog_rules.put_remade(db, item, key, run, rejects)
                    self._touch_page(item.id)
            db.execute("DELETE FROM stale_pages WHERE page BETWEEN ? AND ?", span)
        return changed

    def end_refresh(self) -> dict[str, int]:
        """What became of the speeches that were there before the refresh: how many changed, and in what."""
        with self._transaction() as db:
            return catalog_rules.changes(db)

    def end_run(self, run: str, report: bytes) -> None:
        """Keep a run's report (JSON)."""
        with self._transaction() as db:
            db.execute("UPDATE runs SET report = ? WHERE id = ?", (report, run))

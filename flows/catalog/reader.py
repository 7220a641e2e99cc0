"""The catalog: one SQLite file in the archive folder, the source of truth for all that is known.

Anyone may read it while one coordinator writes (see writer.py). A run killed anywhere is caught
up by the next: what is not yet stitched, clustered or indexed is flagged in the tables (schema/001.sql).
What is derived (speeches, clusters) is a function of the set of pages, never of their order of arrival.
"""

from __future__ import annotations

import os
import re
import sqlite3
import zlib
from array import array
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Self

import msgspec

from flows.catalog import families as catalog_families
from flows.catalog import told as catalog_told
from flows.catalog.copies import Copies
from flows.catalog.pages import Pages
from flows.errors import ArchiveMissing, JianghuaError
from flows.records import Correction, Entry, Page, Reject, Source, Speech
from flows.rights import may
from flows.spool import Group, Seen, SiteLines
from flows.stitch import FAMILY

FILE = "catalog.sqlite"
SHORTEST_ID = 6
"""Digits of an id that a person has to type at least."""
_SCHEMA = sorted(p.name for p in files("flows.catalog.schema").iterdir() if p.name.endswith(".sql"))
VERSION = len(_SCHEMA)
BUSY_SECONDS = 30
"""How long to wait for another's transaction to end."""

_THESE = "json_each(?) i CROSS JOIN speeches s ON s.id = i.value WHERE settled IS NOT NULL"
"""Settled speeches by a list of ids, in the order of that list, since the left side of a CROSS JOIN is the
outer loop (https://www.sqlite.org/optoverview.html#crossjoin)."""


class Catalog(Copies, Pages):
    """Opened with :meth:`open`; a context manager that closes the file."""

    def __init__(self, db: sqlite3.Connection, folder: Path):
        self.db, self.folder = db, folder

    @classmethod
    def open(cls, folder: Path, create: bool = False) -> Self:
        """The catalog of an archive folder, migrated to this version's schema.

        Raises ArchiveMissing where there is none (and ``create`` is false), JianghuaError where it was
        written by a later version or is damaged.
        """
        path = folder / FILE
        missing = ArchiveMissing(
            f"no archive in {folder}; make one with: jianghua ingest PATH --archive {folder}"
        )
        if not create and not path.is_file():
            raise missing
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        try:
            db = _connect(path)
            if not create and _version(db) == 0:  # one is being made just now
                db.close()
                raise missing
            _migrate(db, path)
        except sqlite3.OperationalError as error:  # full, busy, not ours to write: the file is sound
            raise JianghuaError(
                f"{path} can't be opened ({error}); look at the disk's room and your "
                "rights there, and try again"
            ) from None
        except sqlite3.DatabaseError as error:
            raise JianghuaError(
                f"{path} can't be used as a catalog ({error}); restore it from a copy, or move it away "
                f"and ingest the dumps again"
            ) from None
        return cls(db, folder)

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def dump(self, path: str) -> Seen | None:
        """What is known of the dump file at an absolute path."""
        row = self.db.execute(
            "SELECT path, file, size, mtime_ns, seen_ns, sha256 FROM dumps WHERE path = ?", (path,)
        ).fetchone()
        keys = ("path", "file", "size", "mtime_ns", "seen_ns", "sha256")
        return Seen(**dict(zip(keys, row, strict=True))) if row else None

    def raw(self, page: str) -> bytes | None:
        """The bytes of a page as they were read."""
        row = self.db.execute("SELECT raw FROM pages WHERE id = ?", (page,)).fetchone()
        return zlib.decompress(row[0]) if row else None

    def stale_groups(self) -> list[str]:
        """Keys of the groups whose speeches are not made yet, sorted."""
        return [k for (k,) in self.db.execute("SELECT group_key FROM stale_groups ORDER BY 1")]

    def stale_families(self) -> list[str]:
        """Keys of the families whose groups are to be made together, sorted."""
        return [k for (k,) in self.db.execute("SELECT family FROM stale_families ORDER BY 1")]

    def groups(self, keys: Iterable[str]) -> Iterator[Group]:
        """The groups of these keys, or the families, as one group each: their pages, less the raw bytes, what
        is learned of their sites, and what a person said of them."""
        for key in keys:
            several = key.startswith(FAMILY)
            held = msgspec.json.encode(catalog_families.groups(self.db, key) if several else [key])
            rows = self.db.execute(
                "SELECT p.record FROM json_each(?) g JOIN pages p ON p.group_key = g.value ORDER BY p.id",
                (held.decode(),),
            )
            pages = tuple(msgspec.json.decode(r, type=Page) for (r,) in rows)
            sites = {site: self.site_lines(site) for site in sorted({p.site for p in pages if p.site})}
            yield Group(
                key=key,
                pages=pages,
                sites={site: s for site, s in sites.items() if s.edge},
                words=self._words(held.decode()),
                several=several,
            )

    def _words(self, groups: str) -> tuple[Correction, ...]:
        """A person's words on the pages of some groups (a JSON list of their keys)."""
        rows = self.db.execute(
            "SELECT page, field, value, reason FROM corrections WHERE field <> 'same' AND page IN"
            " (SELECT p.id FROM json_each(?) g JOIN pages p ON p.group_key = g.value) ORDER BY number",
            (groups,),
        )
        names = ("page", "field", "value", "reason")
        return tuple(Correction(**dict(zip(names, row, strict=True))) for row in rows)

    def site_lines(self, site: str) -> SiteLines:
        """What is learned of a site."""
        rows = self.db.execute(
            "SELECT line, everywhere FROM learned_lines WHERE site = ?", (site,)
        ).fetchall()
        return SiteLines(
            edge=frozenset(line for line, _ in rows),
            everywhere=frozenset(line for line, everywhere in rows if everywhere),
        )

    def stale_sites(self) -> list[str]:
        """Sites with new pages that nothing is learned from yet, sorted."""
        return [s for (s,) in self.db.execute("SELECT site FROM stale_sites ORDER BY 1")]

    def archive_id(self) -> str:
        """A random name of this archive, given when first asked for: by it an index knows whose it is.

        Empty where it has none yet and the archive can't be written.
        """
        select = "SELECT value FROM meta WHERE key = 'archive'"
        row = self.db.execute(select).fetchone()
        if row is None:
            try:
                self.db.execute(
                    "INSERT INTO meta VALUES ('archive', lower(hex(randomblob(8)))) ON CONFLICT DO NOTHING"
                )
            except sqlite3.OperationalError:
                return ""
            row = self.db.execute(select).fetchone()
        return str(row[0])

    def resolve(self, given: str) -> str | None:
        """The speech that an id, once given for a speech, a page or a cluster, means today.

        The first digits will do where they fit one speech only; None where they fit none or several.
        """
        found = self.meant(given, 2)
        return found[0] if len(found) == 1 else None

    def meant(self, given: str, most: int) -> list[str]:
        """The speeches that an id, or its first digits, may mean, as many of them as are asked for."""
        given = given.lower()
        if len(given) < SHORTEST_ID:
            return []
        rows = self.db.execute(
            "SELECT DISTINCT speech FROM speech_pages WHERE page >= ?1 AND page < ?1 || 'g' LIMIT ?2",
            (given, most),
        )
        return [speech for (speech,) in rows]

    def entry(self, speech: str) -> Entry | None:
        """One settled speech."""
        return next(self.entries([speech]), None)

    def entries(self, ids: Iterable[str] | None = None) -> Iterator[Entry]:
        """Settled speeches: all of them sorted by id, or these in the order given."""
        select = "SELECT settled, cluster, canonical, variants, run, revision FROM"
        if ids is None:
            rows = self.db.execute(f"{select} speeches WHERE settled IS NOT NULL ORDER BY id")
        else:
            rows = self.db.execute(f"{select} {_THESE}", (_listed(ids),))
        yield from map(self._entry, rows)

    def revisions(self, ids: Iterable[str]) -> dict[str, int]:
        """The revisions of these speeches, less those that are not settled."""
        return dict(self.db.execute(f"SELECT s.id, revision FROM {_THESE}", (_listed(ids),)))

    def _entry(self, row: tuple[bytes, str, int, int, str, int]) -> Entry:
        speech = msgspec.json.decode(row[0], type=Speech)
        sources = []
        for page in speech.pages:
            found = self.db.execute(
                "SELECT record FROM sources WHERE page = ? ORDER BY file, offset, dump", (page,)
            )
            sources += [msgspec.json.decode(r, type=Source) for (r,) in found]
        return Entry(
            speech=speech,
            cluster=row[1],
            canonical=bool(row[2]),
            variants=row[3],
            sources=tuple(sources),
            run=row[4],
            revision=row[5],
            related=self.related(speech.id),
        )

    def rejects(self) -> Iterator[tuple[Reject, str]]:
        """All rejects with the run that made them, by reason, then file."""
        rows = self.db.execute("SELECT record, run FROM rejects ORDER BY reason, dump, number")
        for record, run in rows:
            yield msgspec.json.decode(record, type=Reject), run

    def reject_places(self) -> set[tuple[str, str, int]]:
        """Where the rejects are: path of the dump file, file or member in it, first byte."""
        rows = self.db.execute(
            "SELECT dump, json_extract(CAST(record AS TEXT), '$.source.file'),"
            " json_extract(CAST(record AS TEXT), '$.source.offset') FROM rejects"
        )
        return set(rows)

    def dumps_with_rejects(self) -> list[tuple[str, str]]:
        """(path, file) of the dump files that have rejects."""
        return self.db.execute(
            "SELECT DISTINCT d.path, d.file FROM dumps d JOIN rejects r ON r.dump = d.path ORDER BY d.path"
        ).fetchall()

    def unindexed(self, engine: str) -> list[str]:
        """Ids of settled speeches that an engine has not been told of as they are now."""
        rows = self.db.execute(
            "SELECT s.id FROM speeches s LEFT JOIN indexed i ON i.engine = ? AND i.speech = s.id"
            " WHERE s.settled IS NOT NULL AND (i.revision IS NULL OR i.revision <> s.revision) ORDER BY s.id",
            (engine,),
        )
        return [i for (i,) in rows]

    def orphaned(self, engine: str) -> list[str]:
        """Ids an engine holds that are no speech any more."""
        rows = self.db.execute(
            "SELECT speech FROM indexed WHERE engine = ?"
            " AND speech NOT IN (SELECT id FROM speeches) ORDER BY 1",
            (engine,),
        )
        return [i for (i,) in rows]

    def runs(self) -> list[tuple[str, str, bytes | None]]:
        """(id, start, report or None where the run did not end), latest first."""
        return self.db.execute("SELECT id, started, report FROM runs ORDER BY started DESC").fetchall()

    def totals(self) -> dict[str, int]:
        """Counts of all there is: each page is in a speech, each speech is canonical or a variant."""
        return {
            "pages": self._count("pages WHERE group_key <> ''"),
            "speeches": self._count("speeches"),
            "canonical": self._count("speeches WHERE canonical = 1"),
            "variants": self._count("speeches WHERE canonical = 0"),
            "rejects": self._count("rejects"),
        }

    def lost_pages(self) -> int:
        """Pages that are in no speech though all work is done; there should be none."""
        return self._count(
            "pages WHERE id NOT IN (SELECT page FROM speech_pages)"
            " AND group_key <> '' AND group_key NOT IN (SELECT group_key FROM stale_groups)"
            " AND group_key NOT IN (SELECT group_key FROM families NATURAL JOIN stale_families)"
        )

    def reject_counts(self, run: str) -> dict[str, int]:
        """Rejects that a run made, by reason, and those of runs that were cut off before they told."""
        rows = self.db.execute(
            "SELECT reason, count(*) FROM rejects WHERE run = ? OR run IN"
            " (SELECT id FROM runs WHERE report IS NULL) GROUP BY reason ORDER BY reason",
            (run,),
        )
        return dict(rows.fetchall())

    def behind(self, engine: str) -> bool:
        """Whether an engine was never told of the newest change, as where another engine was told last."""
        (newest,) = self.db.execute("SELECT max(revision) FROM speeches").fetchone()
        return (newest or 0) > catalog_told.told(self.db, engine)

    def unfinished(self, engine: str) -> bool:
        """Whether an earlier run left work behind."""
        flags = (
            *("stale_pages", "unlearned_pages", "stale_sites"),
            *("stale_groups", "stale_families", "stale_speeches"),
        )
        left = any(self.db.execute(f"SELECT 1 FROM {flag} LIMIT 1").fetchone() for flag in flags)
        return bool(left or catalog_told.left_to_tell(self.db, engine) or self.orphaned(engine))

    def _count(self, what: str) -> int:
        return int(self.db.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


def _listed(ids: Iterable[str]) -> str:
    return msgspec.json.encode(list(ids)).decode()


def _connect(path: Path) -> sqlite3.Connection:
    """A connection that writes where it may; a person without the right to write may still read."""
    if path.exists() and not (may(path, os.W_OK) and may(path.parent, os.W_OK)):
        return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, isolation_level=None)
    db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("PRAGMA secure_delete=ON")  # what a person has taken out is not to be read in the file
    return db


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    if _version(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        version = _version(db)  # another may have done it while we waited
        if version > VERSION:
            raise JianghuaError(
                f"{path} was written by a later jianghua (schema {version}, this one knows {VERSION}); "
                f"upgrade with: pip install -U jianghua"
            )
        for number, name in enumerate(_SCHEMA[version:], version + 1):
            for statement in _statements(files("flows.catalog.schema").joinpath(name).read_text("utf-8")):
                db.execute(statement)
            if number in _THEN:
                _THEN[number](db)
            db.execute(f"PRAGMA user_version = {number}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _into_pieces(db: sqlite3.Connection) -> None:
    """Move what a catalog of version 5 kept in rows (schema/006.sql)."""
    for table in ("marks", "prints"):
        rows = db.execute(f"SELECT key FROM {table}_in_rows ORDER BY key")
        while portion := rows.fetchmany(1024):
            keys = array("q", (key for (key,) in portion))
            db.execute(f"INSERT INTO {table} VALUES (?, ?)", (keys[0], keys.tobytes()))
        db.execute(f"DROP TABLE {table}_in_rows")


_THEN = {6: _into_pieces}
"""What follows the statements of a version's file."""


def _statements(script: str) -> Iterator[str]:
    """The statements of an SQL script, one at a time: sqlite3's own executescript ends a transaction."""
    statement = ""
    for piece in re.split(r"(?<=;)", script):
        statement += piece
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement

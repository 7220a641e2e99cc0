"""Looks an archive over and says what is wrong with it, and what to do next."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from itertools import islice

from flows.catalog import Catalog
from flows.catalog import told as catalog_told
from flows.errors import ArchiveBusy, JianghuaError
from flows.finding import Finding
from flows.index import open_engine
from flows.index.engine import FACETS, MEND, REBUILD, Engine
from flows.index.fold import tokens
from flows.index.query import Everything, Phrase
from flows.lock import hold
from flows.settings import Settings

FREE_BYTES = 1 << 30
"""Less free disk than this is worth a word; an archive takes about three times its dumps' text."""

TRIED, WORDS = 50, 12
"""Speeches that are searched for, each by so many code points from its middle."""


def examine(settings: Settings) -> list[Finding]:
    """All findings about an archive, in the order in which they should be mended.

    Raises ArchiveMissing where there is no archive.
    """
    with Catalog.open(settings.archive) as catalog:
        busy = _busy(settings)
        return [
            _free(settings),
            Finding(True, "a run is at work on it now" if busy else "no run is at work on it"),
            *_catalog(catalog),
            *_work(catalog, settings),
            *_engine(catalog, settings, busy),
        ]


def _free(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.archive).free
    text = f"{free / 1e9:.1f} GB free on the archive's disk"
    return Finding(free >= FREE_BYTES, text, "" if free >= FREE_BYTES else "make room before the next ingest")


def _busy(settings: Settings) -> bool:
    """Whether a run is at work on the archive now."""
    try:
        with hold(settings.archive):
            return False
    except ArchiveBusy:
        return True


def _catalog(catalog: Catalog) -> Iterator[Finding]:
    try:
        verdict = catalog.db.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict != "ok":
        yield Finding(
            False, f"the catalog is damaged: {verdict}", "restore it from a copy, or ingest the dumps anew"
        )
        return
    totals = catalog.totals()
    yield Finding(True, "the catalog is sound: " + ", ".join(f"{n:,} {what}" for what, n in totals.items()))
    lost = catalog.lost_pages()
    if lost:
        yield Finding(False, f"{lost:,} pages are in no speech", "run: jianghua ingest PATH (any path)")


def _work(catalog: Catalog, settings: Settings) -> Iterator[Finding]:
    if catalog.behind(settings.engine):
        yield Finding(False, f"the {settings.engine} index was not told of the newest changes", MEND)
    elif catalog.unfinished(settings.engine):
        yield Finding(False, "an earlier run was cut off", "run the same ingest again: it goes on from there")


def _engine(catalog: Catalog, settings: Settings, busy: bool) -> Iterator[Finding]:
    if settings.engine != "elasticsearch":
        yield from _index(catalog, settings)
        return
    from flows.index.elastic import health as elastic_health  # a library for those who use it

    wanted = elastic_health.Wanted(
        archive=catalog.archive_id(),
        speeches=catalog.totals()["speeches"],
        refused=catalog_told.refused(catalog.db, settings.engine),
        told=catalog_told.told(catalog.db, settings.engine),
        filling=busy,
        unfinished=catalog.unfinished(settings.engine),
    )
    yield from elastic_health.examine(settings, wanted)


def _try(engine: Engine, catalog: Catalog) -> None:
    """Search for some of what is held, as a damaged file shows only where it is read."""
    engine.search(Everything(), sort="date", facets=tuple(FACETS))
    for entry in islice(catalog.entries(), TRIED):
        middle = len(entry.speech.text) // 2
        if words := tokens(entry.speech.text[middle : middle + WORDS]):
            engine.search(Phrase("".join(words)), limit=1)


def _index(catalog: Catalog, settings: Settings) -> Iterator[Finding]:
    try:
        with open_engine(settings) as engine:
            fresh, held = engine.fresh, 0 if engine.fresh else engine.count()
            if not fresh:
                _try(engine, catalog)
    except JianghuaError as error:
        yield Finding(False, f"the {settings.engine} index can't be used: {error}", REBUILD)
        return
    wanted = catalog.totals()["speeches"]
    text = f"the {settings.engine} index holds {held:,} of {wanted:,} speeches"
    mend = MEND if fresh or catalog.unfinished(settings.engine) else REBUILD
    yield Finding(held == wanted, text, "" if held == wanted else mend)

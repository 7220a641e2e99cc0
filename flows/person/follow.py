"""What the commands of a person's word (forget.py, correct.py) share.

Both hold the archive like an ingest, need no Prefect, and end with the archive as an ingest would leave it:
what other speeches learned from those that went or changed is made anew, and the index knows.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from flows.catalog import Catalog
from flows.catalog.words import Words
from flows.commands.common import no_speech, settings_of_args
from flows.coordinator import Run
from flows.errors import JianghuaError
from flows.lock import hold
from flows.progress import Progress
from flows.records import Entry
from flows.steps import catch_up, in_process


@contextmanager
def held(args: Namespace) -> Iterator[Words]:
    """Hold the archive: what an id means is asked in the block, where no other run can change it."""
    settings = settings_of_args(args)
    Catalog.open(settings.archive).close()  # raises where there is none, before the lock makes a folder
    with hold(settings.archive), Words.open(settings.archive) as catalog:
        yield catalog


@contextmanager
def followed_up(args: Namespace, catalog: Words) -> Iterator[Run]:
    """A run for a change to the catalog in the block, and for all that follows from it."""
    with Progress(quiet=True) as progress:
        run = Run(settings_of_args(args), catalog, progress, in_process)
        with run.reported():
            yield run
            catch_up(run)


def entry_of(catalog: Catalog, given: str) -> Entry:
    """The speech that an id means; raises JianghuaError where it means none."""
    entry = catalog.entry(catalog.resolve(given) or "")
    if entry is None:
        raise JianghuaError(no_speech(catalog, given))
    return entry

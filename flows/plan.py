"""What an ingest has to read: the dump files that are new or changed since the archive last saw them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path

from flows.catalog import Catalog
from flows.read import discover
from flows.records import Dump, Reject
from flows.rights import may
from flows.spool import Seen

SHARD_BYTES = 2 << 20
"""Dump bytes in one task: some seconds of work, so that a killed run loses little and a task's own cost
(about 20 ms) does not show."""
SHARD_FILES = 500
RACY_NS = 2_000_000_000
"""A file changed within this time before it was read may have changed again unnoticed (time stamps can
be as coarse as 2 s): such a file is compared by its SHA-256."""
REFUSED = -1
"""Size noted for what the system would not let be opened."""


@dataclass(slots=True)
class Plan:
    """Dump files by what the archive knows of them; ``refused`` could not even be opened."""

    new: list[Dump] = field(default_factory=list)
    changed: list[Dump] = field(default_factory=list)
    unchanged: int = 0
    refused: dict[str, Reject] = field(default_factory=dict)
    """By the path the catalog knows them by."""

    @property
    def empty(self) -> bool:
        """Nothing to read."""
        return not (self.new or self.changed or self.refused)


def make_plan(paths: Iterable[str], catalog: Catalog | None, folder: Path = Path()) -> Plan:
    """Compare the files below ``paths`` with the catalog (None: there is no archive yet).

    Relative paths are looked for below ``folder``.

    Raises JianghuaError for a path that is not there.
    """
    plan = Plan()
    with chdir(folder):  # names stay as given, so that they read the same in the archive
        found_all = {key(found): found for found in discover(paths)}  # a file named twice is one
    for name, found in found_all.items():
        known = catalog.dump(name) if catalog else None
        if isinstance(found, Reject):
            if known and known.size == REFUSED:
                plan.unchanged += 1
            else:
                plan.refused[name] = found
        elif known is None:
            plan.new.append(found)
        elif _same(found, known):
            plan.unchanged += 1
        else:
            plan.changed.append(found)
    return plan


def retry_plan(catalog: Catalog) -> Plan:
    """The dump files that have rejects, to be read once more; what is no file (any more) is left."""
    found = catalog.dumps_with_rejects()
    return Plan(changed=[Dump(file=file, path=path) for path, file in found if Path(path).is_file()])


def key(found: Dump | Reject) -> str:
    """What the catalog knows a dump file by: its absolute path in printable characters."""
    path = found.path if isinstance(found, Dump) else str(Path(found.source.file).resolve())
    return path.encode("utf-8", "backslashreplace").decode()


def shards(dumps: Iterable[Dump]) -> Iterator[tuple[Dump, ...]]:
    """Dump files in portions for one task each."""
    portion: list[Dump] = []
    size = 0
    for dump in dumps:
        portion.append(dump)
        size += _size(dump)
        if size >= SHARD_BYTES or len(portion) == SHARD_FILES:
            yield tuple(portion)
            portion, size = [], 0
    if portion:
        yield tuple(portion)


def sha256(path: str) -> str:
    """Of a file, in hex. OSError passes through."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(dump: Dump) -> int:
    try:
        return Path(dump.path).stat().st_size
    except OSError:
        return 0


def _same(dump: Dump, known: Seen) -> bool:
    try:
        stat = Path(dump.path).stat()
        if known.size == REFUSED:
            return not may(dump.path, os.R_OK)
        if stat.st_size != known.size:
            return False
        settled = known.mtime_ns < known.seen_ns - RACY_NS
        return (settled and stat.st_mtime_ns == known.mtime_ns) or sha256(dump.path) == known.sha256
    except OSError:
        return False

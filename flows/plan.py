"""What an ingest has to read: the dump files that are new or changed since the archive last saw them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path

from flows.catalog import Catalog
from flows.errors import JianghuaError
from flows.read import Refused, discover, is_address, look, sha256
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
    forgotten: int = 0
    """Dump files that a person does not want to be taken in."""
    resting: int = 0
    """Dump files that changed a moment ago and may still be being written."""
    refused: dict[str, Reject] = field(default_factory=dict)
    """By the path the catalog knows them by."""

    @property
    def empty(self) -> bool:
        """Nothing to read."""
        return not (self.new or self.changed or self.refused)


def make_plan(paths: Iterable[str], catalog: Catalog | None, folder: Path = Path(), rest: int = 0) -> Plan:
    """Compare the files below ``paths`` with the catalog (None: there is no archive yet).

    Relative paths are looked for below ``folder``. Files that changed within ``rest`` seconds are left.

    Raises JianghuaError for a path that is not there.
    """
    plan = Plan()
    with chdir(folder):  # names stay as given, so that they read the same in the archive
        found_all = {key(found): found for found in discover(paths)}  # a file named twice is one
    unwanted = catalog.forgotten_paths() if catalog else []
    for name, found in found_all.items():
        if _wanted(plan, name, found, unwanted, rest):
            _sort_in(plan, name, found, catalog.dump(name) if catalog else None)
    return plan


def retry_plan(catalog: Catalog, rest: int = 0) -> Plan:
    """The dump files that have rejects, to be read once more.

    A folder or a pattern of addresses that could not be opened is tried again, for the files in it; what
    is not there (any more) is left, and so is what changed within ``rest`` seconds.
    """
    plan, unwanted = Plan(), catalog.forgotten_paths()
    for name, file in catalog.dumps_with_rejects():
        path = _system_name(name)
        dump = Dump(file=file, path=path)
        if is_address(path) or Path(path).is_dir():
            _retry_folder(plan, catalog, dump, unwanted, rest)
        elif Path(path).is_file() and _wanted(plan, name, dump, unwanted, rest):
            plan.changed.append(dump)
    return plan


def _retry_folder(plan: Plan, catalog: Catalog, dump: Dump, unwanted: Collection[str], rest: int) -> None:
    """The files below, where there are any now; the folder itself too, so that its old reject goes, unless
    some of the files are to be tried later."""
    resting = plan.resting
    if any(below(key(dump), path) for path in unwanted):
        return
    try:
        found = list(discover([dump.path]))
    except JianghuaError:
        return
    if any(isinstance(one, Reject) and key(one) == key(dump) for one in found):
        return
    for name, one in ((key(one), one) for one in found):
        if name != key(dump) and _wanted(plan, name, one, unwanted, rest):
            _sort_in(plan, name, one, catalog.dump(name))
    if plan.resting == resting:
        plan.changed.append(dump)


def _wanted(plan: Plan, name: str, found: Dump | Reject, unwanted: Collection[str], rest: int) -> bool:
    """Whether a dump file is to be looked at; what is not is counted."""
    if any(below(name, path) for path in unwanted):
        plan.forgotten += 1
        return False
    if _being_written(found, rest):
        plan.resting += 1
        return False
    return True


def _sort_in(plan: Plan, name: str, found: Dump | Reject, known: Seen | None) -> None:
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


def _being_written(found: Dump | Reject, rest: int) -> bool:
    """Whether a file changed within ``rest`` seconds of now, either way: clocks of shares differ."""
    if not rest or isinstance(found, Reject) or is_address(found.path):
        return False
    try:
        return abs(time.time() - Path(found.path).stat().st_mtime) < rest
    except OSError:
        return False


def below(name: str, path: str) -> bool:
    """Whether a dump file is at a path, or in the folder that the path is (both as :func:`key` has them).

    >>> below("/d/2007/a.txt", "/d/2007"), below("/d/2007.txt", "/d/2007"), below("/d", "/d")
    (True, False, True)
    """
    return name == path or name.startswith(path.rstrip("/") + "/")


def key(found: Dump | Reject) -> str:
    """What the catalog knows a dump file by: its address, or absolute path, in printable characters."""
    if isinstance(found, Dump):
        path = found.path
    else:
        file = found.source.file
        path = file if is_address(file) else absolute(file)
    return path.encode("utf-8", "backslashreplace").decode()


def absolute(path: str) -> str:
    """The absolute path behind a name and its links; unlike ``Path.resolve``, also of a link to itself."""
    return os.path.realpath(path)


def _system_name(key: str) -> str:
    """The path behind a key: the bytes of a name that is no UTF-8 are escapes there, as ``\\xbd``."""
    if is_address(key) or Path(key).exists():
        return key
    raw = re.sub(r"\\udc([89a-f][0-9a-f])", lambda m: chr(0xDC00 + int(m[1], 16)), key)
    return re.sub(r"\\x([89a-f][0-9a-f])", lambda m: chr(0xDC00 + int(m[1], 16)), raw)


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


def seen(dump: Dump) -> Seen:
    """What the dump file looks like now, for the catalog to know it by.

    A file at an address is not fetched a second time for its SHA-256 where its server tells changes.
    """
    now = time.time_ns()
    try:
        found = look(dump.path)
        size, stamp = found.size or 0, found.stamp
        told = found.folder or (is_address(dump.path) and _settled(stamp, now))
        digest = "" if told else sha256(dump.path)
    except (OSError, Refused):
        size, stamp, digest = REFUSED, 0, ""
    return Seen(path=key(dump), file=dump.file, size=size, mtime_ns=stamp, seen_ns=now, sha256=digest)


def _size(dump: Dump) -> int:
    if is_address(dump.path):
        return SHARD_BYTES // 8  # to ask would cost a request a file
    try:
        return Path(dump.path).stat().st_size
    except OSError:
        return 0


def _same(dump: Dump, known: Seen) -> bool:
    try:
        found = look(dump.path)
        if known.size == REFUSED:
            return not is_address(dump.path) and not may(dump.path, os.R_OK)
        if (found.size or 0) != known.size:
            return False
        if _settled(known.mtime_ns, known.seen_ns) and found.stamp == known.mtime_ns:
            return True
        return sha256(dump.path) == known.sha256
    except (OSError, Refused):
        return False


def _settled(stamp: int, seen_ns: int) -> bool:
    """Whether an equal stamp means an equal file: one below zero is no time, 0 says nothing."""
    return stamp != 0 and stamp < seen_ns - RACY_NS

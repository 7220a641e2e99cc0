"""One ingest at a time on an archive: a lock that the system takes back when its holder dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from flows.errors import ArchiveBusy


@contextmanager
def hold(archive: Path) -> Iterator[None]:
    """Hold the archive for the time of the block; the same process may hold it more than once.

    Raises ArchiveBusy at once where another process holds it.
    """
    archive.mkdir(parents=True, exist_ok=True)
    lock = FileLock(archive.absolute() / "lock", timeout=0, is_singleton=True, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise ArchiveBusy(
            f"another run is at work on {archive}; wait until it ends and run the same command again"
        ) from None
    try:
        yield
    finally:
        lock.release()

"""Where a dump file lies, on this machine or at an address: what it looks like now, and its bytes."""

from __future__ import annotations

import hashlib
import stat
from contextlib import closing
from pathlib import Path
from typing import IO, NamedTuple

from flows.read import address
from flows.read.meter import trouble
from flows.read.refused import Refused


class Look(NamedTuple):
    """A dump file from outside."""

    size: int | None
    """In bytes; None where a server does not say."""
    stamp: int
    """Time of change in nanoseconds; for addresses see :class:`flows.read.address.Info`."""
    folder: bool = False


def look(path: str) -> Look:
    """What a dump file looks like now. Raises OSError or Refused where it can't be looked at."""
    if address.is_address(path):
        return Look(*address.look(path))
    status = Path(path).stat()
    return Look(status.st_size, status.st_mtime_ns, stat.S_ISDIR(status.st_mode))


def sha256(path: str) -> str:
    """Of a dump file's bytes, in hex. Raises OSError or Refused where they can't be read."""
    digest = hashlib.sha256()
    with closing(opened(path)) as file:
        try:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        except Exception as error:  # whatever a driver raises
            raise trouble(error) from error
    return digest.hexdigest()


def opened(path: str) -> IO[bytes]:
    """A dump file's bytes, to be read. Raises OSError, or Refused for what is no file."""
    if address.is_address(path):
        return address.opened(path)
    if not stat.S_ISREG(Path(path).stat().st_mode):
        raise Refused("unsupported", "not a regular file; only files are read")
    return Path(path).open("rb", buffering=0)

"""From the arguments of a command line to the dump files behind them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from flows.errors import JianghuaError
from flows.read import address
from flows.read.refused import Refused
from flows.records import Dump, Reject, Source

ARCHIVE = "catalog.sqlite"
"""A folder that holds a file of this name is an archive of this program, and no dump."""


def discover(paths: Iterable[str]) -> Iterator[Dump | Reject]:
    """The files given and the files below the folders given, each folder in sorted order.

    A path may be an address (``s3://bucket/2007``, ``https://host/a.zip``) or a pattern of addresses.
    Hidden files below a folder are skipped (one given by name is taken), a folder reached twice is
    walked once. Devices, sockets and pipes are never opened. A server that can't be asked is a Reject.
    Raises JianghuaError, before any file is yielded, when a path given is not there or an address needs
    a package that is not installed.
    """
    given = [address.local_path(path) or path for path in paths]
    elsewhere = {path: list(_elsewhere(path)) for path in given if address.is_address(path)}
    for path in given:
        if path not in elsewhere:
            _must_exist(path)
    return _in_order(given, elsewhere)


def printable(name: str) -> str:
    """A file name as text: bytes that are not UTF-8 become escapes.

    >>> printable("a\\udcff.txt")
    'a\\\\xff.txt'
    """
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _elsewhere(path: str) -> Iterator[Dump | Reject]:
    try:
        for found in address.files(path):
            yield Dump(file=printable(address.shown(found)), path=found)
    except Refused as refused:
        yield _reject(address.shown(path), refused.reason, refused.detail)


def _in_order(given: list[str], elsewhere: dict[str, list[Dump | Reject]]) -> Iterator[Dump | Reject]:
    walked: set[tuple[int, int]] = set()
    for path in given:
        if path in elsewhere:
            yield from elsewhere[path]
        else:
            yield from _walk(path, walked)


def _must_exist(path: str) -> None:
    if not path:
        raise JianghuaError("an empty path was given; name a file or a folder")
    try:
        Path(path).lstat()
    except PermissionError:
        return
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else str(error)) or "not there"
        where = printable(str(Path.cwd()))
        raise JianghuaError(
            f"{printable(path)[:300]}: {why}; check the name (looked for from {where})"
        ) from None


def _walk(given: str, walked: set[tuple[int, int]]) -> Iterator[Dump | Reject]:
    pending = [given]
    while pending:
        name = pending.pop()
        try:
            status = Path(name).stat()
            if stat.S_ISREG(status.st_mode):
                yield Dump(file=printable(name), path=str(Path(name).resolve()))
            elif stat.S_ISDIR(status.st_mode):
                identity = (status.st_dev, status.st_ino)
                if identity not in walked:
                    walked.add(identity)
                    with os.scandir(name) as entries:
                        below = sorted(e.path for e in entries if not e.name.startswith("."))
                    if not any(Path(path).name == ARCHIVE for path in below):
                        pending += reversed(below)
            else:
                yield _reject(name, "unsupported", "a device, pipe or socket; only files are read")
        except OSError as error:
            yield _reject(name, "unreadable", f"{error.strerror or error}; check its permissions")


def _reject(name: str, reason: str, detail: str) -> Reject:
    return Reject(reason=reason, detail=detail, source=Source(file=printable(name)), stage="read")

"""Dumps that lie elsewhere: addresses such as ``s3://bucket/2007/*.gz``, by fsspec (nothing else knows it).

fsspec has a driver for each scheme; those of the larger ones are packages of their own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from flows.errors import JianghuaError
from flows.read.names import hidden
from flows.read.refused import Refused

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

CONNECT_SECONDS, READ_SECONDS = 20, 60
"""How long a web server may take to answer, and to send the next bytes."""
LEVELS = 8
"""Folders below folders that are looked through on a web server, which may have loops."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,30}(?:::|://)", re.I)
_PASSWORD = re.compile(r"(://[^/@:]{0,200}):[^/@]{0,200}@")
_MAGIC = re.compile(r"[*?\[]")
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")
_MARKS = ("ETag", "etag", "md5Hash", "content_md5", "Content-MD5", "checksum", "Last-Modified")


class Info(NamedTuple):
    """What a server says of a file, without its bytes."""

    size: int | None
    stamp: int
    """Changes when the file does: its time of change in nanoseconds; or, below zero, a digest of what else
    the server tells it by; 0 where it tells nothing."""


def is_address(name: str) -> bool:
    """Is it an address rather than a path?

    >>> is_address("s3://bucket/a.txt"), is_address("simplecache::s3://b/a"), is_address("a/b.txt")
    (True, True, False)
    """
    return bool(_ADDRESS.match(name))


def shown(address: str) -> str:
    """The address as it may be seen by anyone: without a password.

    >>> shown("ftp://user:secret@host/a.txt")
    'ftp://user:***@host/a.txt'
    """
    return _PASSWORD.sub(r"\1:***@", address)


def local_path(address: str) -> str | None:
    """The path of an address on this machine, None for others.

    >>> local_path("file:///dumps/a.txt"), local_path("s3://bucket/a.txt")
    ('/dumps/a.txt', None)
    """
    if not address.lower().startswith(("file://", "local://")):
        return None
    from fsspec.implementations.local import LocalFileSystem

    return str(LocalFileSystem._strip_protocol(address))


def files(address: str) -> Iterator[str]:
    """The addresses of the files behind one: itself, the files of a folder, or those a pattern finds; sorted.

    Raises JianghuaError for a scheme without driver and for what is not there, Refused where the server
    can't be asked.
    """
    system, path = _located(address)
    try:
        system.invalidate_cache()
        found = _below(system, path)
    except Exception as error:
        raise _refused(error, address) from error
    if not found:
        raise JianghuaError(f"{shown(address)}: nothing is there; check the address")
    if found == [path]:
        yield address
    else:
        yield from sorted(_full(system, address, path, name) for name in _dumps(found, path))


def look(address: str) -> Info:
    """What the server says of a file now. Raises Refused where it says nothing."""
    try:
        system, path = _located(address)
        system.invalidate_cache()
        info = system.info(path)
    except Exception as error:
        raise _unreadable(error, address) from error
    size = info.get("size")
    return Info(size if isinstance(size, int) else None, _stamp(info))


def opened(address: str) -> IO[bytes]:
    """The file behind an address, to be read; seekable where the server can. Raises Refused."""
    try:
        system, path = _located(address)
        options = {"block_size": 0} if _is_web(address) else {}  # as a stream: many servers give no ranges
        return system.open(path, "rb", **options)  # type: ignore[no-any-return]
    except Exception as error:
        raise _unreadable(error, address) from error


def _located(address: str) -> tuple[AbstractFileSystem, str]:
    """The file system and the path in it. Raises JianghuaError that says which package to install."""
    from fsspec.core import url_to_fs

    try:
        options = _web_options() if _is_web(address) else {}
        return url_to_fs(address, **options)  # type: ignore[no-any-return]
    except ImportError as error:
        cause = error.__cause__ if isinstance(error.__cause__, ImportError) else error
        package = (cause.name or str(error)).partition(".")[0]
        raise JianghuaError(
            f"{shown(address)}: this kind of address needs the package {package}; "
            f"install it beside jianghua: pip install {package}"
        ) from None
    except ValueError as error:
        raise JianghuaError(f"{shown(address)}: {error}; check the address") from None


def _web_options() -> dict[str, Any]:
    from aiohttp import ClientTimeout

    times = ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
    return {
        "client_kwargs": {"timeout": times, "auto_decompress": False},
        "headers": {"Accept-Encoding": "identity"},
    }


def _is_web(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def _below(system: AbstractFileSystem, path: str) -> list[str]:
    """The files at a path. On the web every folder is a page too: one that ends in a slash is a folder if it
    lists files below itself."""
    if _is_web(path):
        if "*" in path:
            return [str(name) for name in system.glob(path) if not name.endswith("/")]
        below = system.find(path, maxdepth=LEVELS) if path.endswith("/") else []
        if not below:
            system.info(path)
        return [str(name) for name in below] or [path]
    try:
        info = system.info(path)
    except FileNotFoundError:
        if not _MAGIC.search(path):
            return []
        return [str(one) for name in system.glob(path) for one in _below(system, str(name))]
    if info["type"] != "directory":
        return [path]
    return [str(name) for name in system.find(path)]


def _dumps(found: list[str], root: str) -> Iterator[str]:
    """Without hidden files, and without the folders that are archives of this program."""
    archives = {str(PurePosixPath(n).parent) + "/" for n in found if n.endswith("/catalog.sqlite")}
    fixed = _MAGIC.split(root)[0] if not _is_web(root) or "*" in root else root
    for name in found:
        below = name[len(fixed) :] if name.startswith(fixed) else name
        if not hidden(below) and not name.startswith(tuple(archives)):
            yield name


def _full(system: AbstractFileSystem, address: str, path: str, name: str) -> str:
    """The address of a file found below another: the same but for its path."""
    first, chain, rest = address.partition("::")
    if first.rstrip("/").endswith(path):
        return first.rstrip("/").removesuffix(path) + name + chain + rest
    return str(system.unstrip_protocol(name))


def _stamp(info: dict[str, Any]) -> int:
    for key in _TIMES:
        value = info.get(key)
        if isinstance(value, datetime):
            value = value.timestamp()
        if isinstance(value, int | float) and value > 0:
            return int(value * 1_000_000_000)
    marks = [f"{key}={info[key]}" for key in _MARKS if info.get(key)]
    if not marks:
        return 0
    return -1 - int.from_bytes(hashlib.sha256("\n".join(marks).encode()).digest()[:7], "big")


def _unreadable(error: Exception, address: str) -> Refused:
    """The same where a run is at work, which one dump file must not stop."""
    found = _refused(error, address)
    return found if isinstance(found, Refused) else Refused("unreadable", str(found))


def _refused(error: Exception, address: str) -> Exception:
    """What an error of a driver means; they raise whatever their libraries do."""
    if isinstance(error, JianghuaError | Refused):
        return error
    cause = error
    while isinstance(cause.__cause__, Exception):
        cause = cause.__cause__
    status = getattr(cause, "status", None)
    if status in (404, 410) or (isinstance(cause, FileNotFoundError) and status is None):
        return JianghuaError(f"{shown(address)}: nothing is there; check the address")
    words = f"{type(cause).__name__}: {cause}".rstrip(": ")[:200]
    advice = "check the address and the network, then: jianghua rejects --retry"
    return Refused("unreadable", f"{words}; {advice}")

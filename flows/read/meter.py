"""Bytes on their way in, counted, so that no dump can cost more than its limits allow."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from typing import Protocol, TypeAlias

from flows.read.refused import Exhausted, Refused
from flows.settings import Limits

FREE_BYTES = 1 << 20
"""Unpacked bytes below which a ratio is not looked at: small files may pack extremely well."""
BUFFER = 1 << 16


class Readable(Protocol):
    """Anything that gives bytes."""

    def read(self, size: int, /) -> bytes: ...


class Budget:
    """What one dump may unpack to, all its layers taken together."""

    def __init__(self, limits: Limits, packed: int | None):
        """``packed`` is the size of the dump file in bytes, None where nobody knows it."""
        self.limits = limits
        most = limits.unpacked_bytes if packed is None else limits.ratio * packed
        self.left = min(limits.unpacked_bytes, max(FREE_BYTES, most))

    def spend(self, count: int) -> None:
        """Take so many unpacked bytes from what is left; raises Exhausted below zero."""
        self.left -= count
        if self.left < 0:
            raise Exhausted("bomb", "it unpacks to more than a dump of its size may")

    def check_ratio(self, unpacked: int, packed: int) -> None:
        """Raises Refused where bytes unpack to more than a file of text does."""
        if unpacked > FREE_BYTES and unpacked > self.limits.ratio * max(packed, 1):
            raise Refused("bomb", f"over {unpacked:,} bytes from {packed:,} packed ones")


class Metered(io.RawIOBase):
    """A layer of unpacking: counts what comes out and turns what can go wrong into Refused.

    ``packed`` tells how many packed bytes went in so far; None for a layer that unpacks nothing.
    An error after some bytes came out waits until those have been taken, so that they are not lost.
    """

    def __init__(self, inner: Readable, budget: Budget, packed: Callable[[], int] | None):
        self.count = 0
        self._inner, self._budget, self._packed = inner, budget, packed
        self._pending: Refused | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        filled = 0
        while filled < len(buffer) and self._pending is None:
            data = self._take(len(buffer) - filled)
            if not data:
                break
            buffer[filled : filled + len(data)] = data
            filled += len(data)
        if not filled and self._pending is not None:
            raise self._pending
        return filled

    def _take(self, size: int) -> bytes:
        try:
            data = self._inner.read(size)
            self.count += len(data)
            if self._packed is not None:
                self._budget.spend(len(data))
                self._budget.check_ratio(self.count, self._packed())
        except Refused as refused:
            self._pending = refused
        except Exception as error:
            self._pending = trouble(error, f" after {self.count:,} bytes")
        else:
            return data
        return b""


Stream: TypeAlias = "io.BufferedReader[Metered]"
"""A layer, buffered."""


def trouble(error: Exception, where: str = "") -> Refused:
    """What an error from the system or a decompressor means for the file, and ``where`` it came up.

    >>> trouble(EOFError("Compressed file ended")).reason, trouble(PermissionError(13, "no")).reason
    ('damaged', 'unreadable')
    """
    if isinstance(error, OSError) and error.errno is not None:
        return Refused("unreadable", f"{error.strerror}{where}; check the file and its permissions")
    if isinstance(error, NotImplementedError):
        return Refused("unsupported", f"{error}; unpack it and give the folder")
    if isinstance(error, lzma.LZMAError) and "emory" in str(error):
        return Refused("bomb", f"xz: {error}; unpack it and give the file")
    if isinstance(error, zipfile.BadZipFile | zlib.error | lzma.LZMAError | EOFError | OSError):
        return Refused("damaged", f"{error}{where}; fetch it again")
    return Refused("damaged", f"it makes no sense{where} ({type(error).__name__}); fetch it again")

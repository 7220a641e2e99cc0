"""Compressed streams, unpacked on the way: gzip, bzip2, xz and Zstandard."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Protocol

import zstandard

from flows.read.meter import Readable

MEMORY = 1 << 28
"""Bytes that an xz decompressor may take: four times what ``xz -9`` asks for (64 MB, xz(1))."""
WINDOW = 1 << 27
"""The largest window of a Zstandard frame, 128 MB: the limit of zstd(1) without ``--long=31``."""
FEED = 1 << 14
"""Packed bytes given to a decompressor at a time: what it leaves, where one stream ends and another begins,
is copied."""
ZSTD_FEED = 1 << 10
"""Packed bytes given to Zstandard at a time: it has no bound on what it gives back, and a block of four
bytes may hold 128 KB (RFC 8878, section 3.1.1.2), so that this much gives 32 MB at the worst."""

SUFFIXES = {
    ".gz": "",
    ".bz2": "",
    ".xz": "",
    ".zst": "",
    ".tgz": ".tar",
    ".tbz2": ".tar",
    ".txz": ".tar",
    ".tzst": ".tar",
}
"""What a suffix says is inside."""


class _Decompressor(Protocol):
    """What ``bz2.BZ2Decompressor`` and ``lzma.LZMADecompressor`` have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Member:
    """A gzip member in the same form; unlike ``gzip.GzipFile`` it gives all there is before a break."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._member.eof

    @property
    def needs_input(self) -> bool:
        return not self._member.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._member.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._member.decompress(self._member.unconsumed_tail + data, max_length)


class _Frame:
    """A Zstandard frame in the same form. The library's own reader does not tell one that breaks off."""

    needs_input = True

    def __init__(self) -> None:
        self._frame = zstandard.ZstdDecompressor(max_window_size=WINDOW).decompressobj()

    @property
    def eof(self) -> bool:
        return self._frame.eof

    @property
    def unused_data(self) -> bytes:
        return self._frame.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._frame.decompress(data)


class _Streams:
    """Compressed streams, one after the other, read as one; padding of zeros may follow each."""

    def __init__(self, inner: Readable, make: Callable[[], _Decompressor], feed: int = FEED):
        self._inner, self._make, self._feed = inner, make, feed
        self._current, self._packed, self._ready = make(), b"", b""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes, none at the end. Raises EOFError where a stream breaks off."""
        while not self._ready:
            if self._current.eof and not self._another():
                return b""
            if not self._packed and self._current.needs_input:
                self._packed = self._inner.read(self._feed)
                if not self._packed:
                    raise EOFError("Compressed file ended before its end mark")
            fed, self._packed = self._packed[: self._feed], self._packed[self._feed :]
            self._ready = self._current.decompress(fed, size)
        data, self._ready = self._ready[:size], self._ready[size:]
        return data

    def _another(self) -> bool:
        """Goes on to the next stream, if there is one."""
        left = (self._current.unused_data + self._packed).lstrip(b"\0")
        while not left and (more := self._inner.read(self._feed)):
            left = more.lstrip(b"\0")
        if left:
            self._current, self._packed = self._make(), left
        return bool(left)


def unpacked(kind: str, inner: Readable) -> Readable:
    """A stream of the unpacked bytes of a ``kind`` of file; its ``read`` raises what is wrong with it."""
    if kind == "gzip":
        return _Streams(inner, _Member)
    if kind == "bzip2":
        return _Streams(inner, bz2.BZ2Decompressor)
    if kind == "xz":
        return _Streams(inner, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, MEMORY))
    return _Streams(inner, _Frame, ZSTD_FEED)


def inside(name: str) -> str:
    """The name of what is in a compressed file, as far as its own name tells.

    >>> inside("a.jsonl.gz"), inside("b.TGZ"), inside("c.txt")
    ('a.jsonl', 'b.tar', 'c.txt')
    """
    suffix = PurePosixPath(name).suffix
    meaning = SUFFIXES.get(suffix.lower())
    return name if meaning is None else name[: -len(suffix)] + meaning

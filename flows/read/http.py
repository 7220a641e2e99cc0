"""The bytes of a page out of the bytes of an HTTP response: without chunks and compression (RFC 9112, 9110).

Crawlers often keep the headers of a coding that they have undone; so the bytes must prove it.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

from warcio.statusandheaders import StatusAndHeaders

from flows.read.meter import BUFFER, Budget
from flows.read.refused import Refused, too_large
from flows.read.unpack import unpacked

CODINGS = 4
"""Codings one over the other; more than one is rare."""
_FEED = 64
"""Compressed bytes given to Brotli at a time: it may have no bound on what it gives back, and a few bytes
may stand for 16 MB (RFC 7932, section 9.2)."""
_MAGIC = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}


def decoded(payload: bytes, headers: StatusAndHeaders | None, budget: Budget) -> bytes:
    """The page's own bytes. Refuses a compression that is damaged, unknown, or a bomb."""
    if headers is None:
        return payload
    if (headers.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        payload = _joined(payload)
    named = (headers.get_header("Content-Encoding") or "").lower().split(",")
    codings = [name.strip() for name in named if name.strip() not in ("", "identity")]
    if len(codings) > CODINGS:
        raise Refused("nested-too-deep", f"{len(codings)} HTTP codings one over the other")
    for coding in reversed(codings):
        payload = _undone(coding, payload, budget)
    return payload


def _joined(payload: bytes) -> bytes:
    """Without the lengths between the chunks; as it is where there are none."""
    chunks: list[bytes] = []
    at = 0
    while True:
        end = payload.find(b"\r\n", at, at + 100)
        try:
            size = int(payload[at:end].partition(b";")[0], 16) if end >= 0 else -1
        except ValueError:
            size = -1
        if size < 0 or (not size and not chunks):
            return b"".join(chunks) or payload
        if not size:
            return b"".join(chunks)
        chunks.append(payload[end + 2 : end + 2 + size])
        at = end + 2 + size + 2


def _undone(coding: str, payload: bytes, budget: Budget) -> bytes:
    if coding in _MAGIC:
        if not payload.startswith(_MAGIC[coding]):
            return payload
        stream = unpacked(coding.removeprefix("x-"), io.BytesIO(payload))
        return _bounded(iter(lambda: stream.read(BUFFER), b""), len(payload), budget)
    if coding == "deflate":
        return _first_fit([_inflate(zlib.MAX_WBITS), _inflate(-zlib.MAX_WBITS)], payload, budget)
    if coding == "br":
        return _first_fit([_brotli()], payload, budget)
    raise Refused("unsupported", f"HTTP coding {coding[:20]}")


_Unpack = Callable[[bytes], Iterator[bytes]]


def _first_fit(ways: list[_Unpack], payload: bytes, budget: Budget) -> bytes:
    for way in ways:
        try:
            return _bounded(way(payload), len(payload), budget)
        except Refused as refused:
            if refused.reason != "damaged":
                raise
    return payload


def _bounded(chunks: Iterable[bytes], packed: int, budget: Budget) -> bytes:
    found, size = [], 0
    limit = budget.limits.page_bytes
    try:
        for chunk in chunks:
            size += len(chunk)
            budget.spend(len(chunk))
            budget.check_ratio(size, packed)
            if size > limit:
                raise too_large(size, limit)
            found.append(chunk)
    except Refused:
        raise
    except Exception as error:  # whatever a decompressor makes of damage
        raise Refused("damaged", f"the HTTP payload: {error}; fetch it again") from error
    return b"".join(found)


def _inflate(window: int) -> _Unpack:
    def unpack(payload: bytes) -> Iterator[bytes]:
        stream = zlib.decompressobj(window)
        while payload and not stream.eof:
            yield stream.decompress(payload, BUFFER)
            payload = stream.unconsumed_tail
        if not stream.eof:
            raise EOFError("it breaks off")

    return unpack


def _brotli() -> _Unpack:
    try:
        brotli = import_module("brotli")
    except ImportError:
        raise Refused("unsupported", "HTTP coding br (install brotli to read it)") from None

    def unpack(payload: bytes) -> Iterator[bytes]:
        stream = brotli.Decompressor()
        for at in range(0, len(payload), _FEED):
            yield stream.process(payload[at : at + _FEED])
        if not stream.is_finished():
            raise EOFError("it breaks off")

    return unpack

"""From a dump file to its pages, as a stream: memory is bounded by one page, not by the dump."""

from __future__ import annotations

import gzip
import io
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TypeAlias

from flows.read.kinds import HEAD_BYTES, kind_of
from flows.read.meter import BUFFER, Budget, Metered, trouble
from flows.read.page import make_page
from flows.read.refused import Exhausted, Refused
from flows.read.zips import members
from flows.records import Dump, Page, Reject, Source
from flows.settings import Limits

HELD_PAGES = 4
"""An archive inside an archive is held in memory; it may be this many times the size of a page."""


def read(dump: Dump, limits: Limits) -> Iterator[Page | Reject]:
    """The pages of a dump file: text, HTML, JSONL, or gzip and zip files of these.

    Nothing raises for bad input and nothing is written: what can't be taken comes out as a Reject.
    """
    try:
        status = Path(dump.path).stat()
        if not stat.S_ISREG(status.st_mode):
            raise Refused("unsupported", "not a regular file; only files are read")
        with Path(dump.path).open("rb", buffering=0) as file:
            job = _Job(file, Budget(limits, status.st_size), status.st_size)
            layer = Metered(file, job.budget, None)
            yield from job.pages(dump.file, dump.file, layer, 0)
    except Refused as refused:
        yield _reject(dump.file, refused)
    except (OSError, ValueError) as error:
        yield _reject(dump.file, trouble(error))


def _reject(name: str, refused: Refused, offset: int = 0, length: int = 0) -> Reject:
    source = Source(file=name, offset=offset, length=length)
    return Reject(reason=refused.reason, detail=refused.detail, source=source, stage="read")


_Stream: TypeAlias = "io.BufferedReader[Metered]"


class _Job:
    """The reading of one dump file."""

    def __init__(self, file: IO[bytes], budget: Budget, size: int):
        self.file, self.budget, self.size = file, budget, size
        self.limits = budget.limits

    def pages(self, name: str, hint: str, layer: Metered, depth: int) -> Iterator[Page | Reject]:
        """The pages of one layer; ``hint`` is the name whose suffix speaks, ``depth`` counts archives."""
        stream = io.BufferedReader(layer, BUFFER)
        try:
            kind = kind_of(stream.peek(HEAD_BYTES), hint)
            if kind in ("gzip", "zip") and depth > self.limits.nesting:
                raise Refused("nested-too-deep", f"more than {self.limits.nesting} archives inside archives")
            if kind == "gzip":
                unpacked = gzip.GzipFile(fileobj=stream)
                inner = Metered(unpacked, self.budget, lambda: layer.count)
                yield from self.pages(name, hint.removesuffix(".gz"), inner, depth + 1)
            elif kind == "zip":
                yield from self._members(name, stream, depth)
            elif kind == "records":
                yield from self._records(name, stream)
            else:
                yield self._page(name, stream, depth)
        except Exhausted:
            raise
        except Refused as refused:
            yield _reject(name, refused)

    def _members(self, name: str, stream: _Stream, depth: int) -> Iterator[Page | Reject]:
        file = self.file if depth == 0 else io.BytesIO(self._all(stream, HELD_PAGES * self.limits.page_bytes))
        for member in members(file, self.budget):
            inside = f"{name}!{member.name}"
            try:
                layer = member.open(self.budget)
            except Exhausted:
                raise
            except Refused as refused:
                yield _reject(inside, refused)
            else:
                yield from self.pages(inside, member.name, layer, depth + 1)

    def _page(self, name: str, stream: _Stream, depth: int) -> Page:
        if depth == 0 and self.size > self.limits.page_bytes:
            raise self._too_large(self.size)
        return make_page(self._all(stream, self.limits.page_bytes), Source(file=name))

    def _all(self, stream: _Stream, limit: int) -> bytes:
        """The whole stream, refused as soon as it proves longer than the limit."""
        chunks, size = [], 0
        while chunk := stream.read(BUFFER):
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                raise self._too_large(size)
        return b"".join(chunks)

    def _records(self, name: str, stream: _Stream) -> Iterator[Page | Reject]:
        """A page a line; a bad line is rejected and the rest goes on."""
        offset, empty = 0, True
        while True:
            try:
                line, length = self._line(stream)
            except Exhausted:
                raise
            except Refused as refused:
                yield _reject(name, refused, offset)
                return
            if not length:
                break
            start = offset + (3 if line.startswith(b"\xef\xbb\xbf") and not offset else 0)
            body = line[start - offset :].rstrip(b"\r\n")
            try:
                if length > len(line):
                    empty = False
                    raise self._too_large(length)
                if body.strip():
                    empty = False
                    yield make_page(body, Source(file=name, offset=start), line=True)
            except Refused as refused:
                yield _reject(name, refused, start, length if length > len(line) else len(body))
            except Exception as error:  # a fault of ours must not cost the records behind it
                fault = Refused("failed", f"{type(error).__name__}: {error}"[:300])
                yield _reject(name, fault, start, len(body))
            offset += length
        if empty:
            raise Refused("empty", "no records in it")

    def _line(self, stream: _Stream) -> tuple[bytes, int]:
        """The next line and its length; of a line over the limit only the beginning is kept.

        A line that the stream breaks off in is refused, with what the stream said.
        """
        limit = self.limits.page_bytes + 2
        line = stream.readline(limit)
        length = len(line)
        if length == limit and not line.endswith(b"\n"):
            line = line[:BUFFER]
            while chunk := stream.readline(BUFFER):
                length += len(chunk)
                if chunk.endswith(b"\n"):
                    break
        return line, length

    def _too_large(self, size: int) -> Refused:
        limit = self.limits.page_bytes
        return Refused("too-large", f"over {limit:,} bytes a page ({size:,}); raise JIANGHUA_PAGE_BYTES")

"""From a dump file to its pages, as a stream: memory is bounded by one page, not by the dump."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import IO, Protocol, cast

from flows.read import tars, warc, zip_salvage, zips
from flows.read.kinds import HEAD_BYTES, kind_of
from flows.read.lines import Lines, Record, records
from flows.read.meter import BUFFER, Budget, Metered, Stream, trouble
from flows.read.page import make_page
from flows.read.place import look, opened
from flows.read.refused import Exhausted, Refused, too_large
from flows.read.table import rows
from flows.read.unpack import inside, unpacked
from flows.records import Dump, Page, Reject, Source
from flows.settings import Limits

CONTAINERS = ("gzip", "bzip2", "xz", "zstd", "zip", "tar")
HELD_BYTES = 8 << 20
"""A zip that can't be read where it lies (inside another archive, on a web server) is held: so much of it
in memory, the rest in a nameless temporary file, up to what the dump may unpack to."""


def read(dump: Dump, limits: Limits) -> Iterator[Page | Reject]:
    """The pages of a dump file: text, HTML, MHTML, JSONL, CSV, WARC, also compressed or in zip and tar.

    Nothing raises for bad input and nothing is written to a place that lasts: what can't be taken comes
    out as a Reject. A folder has no pages of its own; the files in it are dumps by themselves.
    """
    try:
        seen = look(dump.path)
        if seen.folder:
            return
        with closing(opened(dump.path)) as file:
            job = _Job(file, Budget(limits, seen.size), seen.size)
            yield from job.pages(dump.file, dump.file, Metered(file, job.budget, None), 0)
    except Refused as refused:
        yield _reject(dump.file, refused)
    except (OSError, ValueError) as error:
        yield _reject(dump.file, trouble(error))


def _reject(name: str, refused: Refused, source: Source | None = None) -> Reject:
    source = source or Source(file=name)
    return Reject(reason=refused.reason, detail=refused.detail, source=source, stage="read")


class _Member(Protocol):
    """A file inside an archive."""

    @property
    def name(self) -> str: ...
    def open(self, budget: Budget) -> Metered: ...


class _Job:
    """The reading of one dump file."""

    def __init__(self, file: IO[bytes], budget: Budget, size: int | None):
        self.file, self.budget, self.size = file, budget, size
        self.limits = budget.limits

    def pages(self, name: str, hint: str, layer: Metered, depth: int) -> Iterator[Page | Reject]:
        """The pages of one layer; ``hint`` is the name whose suffix speaks, ``depth`` counts archives."""
        stream = io.BufferedReader(layer, HEAD_BYTES)
        try:
            kind = kind_of(stream.peek(HEAD_BYTES), hint)
            if kind in CONTAINERS and depth > self.limits.nesting:
                raise Refused("nested-too-deep", f"more than {self.limits.nesting} archives inside archives")
            if kind == "zip":
                yield from self._zipped(name, stream, depth)
            elif kind == "tar":
                yield from self._members(name, tars.members(stream, self.budget), depth)
            elif kind in CONTAINERS:
                inner = Metered(unpacked(kind, stream), self.budget, lambda: layer.count)
                yield from self.pages(name, inside(hint), inner, depth + 1)
            elif kind == "warc":
                yield from self._captures(name, stream)
            elif kind == "page":
                yield self._page(name, stream, depth)
            else:
                lines = Lines(stream, self.limits.page_bytes)
                found = records(lines) if kind == "records" else rows(lines, self.limits.fields)
                yield from self._records(name, found, line=kind == "records")
        except Exhausted:
            raise
        except Refused as refused:
            yield _reject(name, refused)

    def _members(self, name: str, members: Iterable[_Member], depth: int) -> Iterator[Page | Reject]:
        for member in members:
            within = f"{name}!{member.name}"
            try:
                layer = member.open(self.budget)
            except Exhausted:
                raise
            except Refused as refused:
                yield _reject(within, refused)
            else:
                yield from self.pages(within, member.name, layer, depth + 1)

    def _zipped(self, name: str, stream: Stream, depth: int) -> Iterator[Page | Reject]:
        """A zip needs to be read from its end, where its list of members is."""
        if depth == 0 and _can_seek(self.file):
            yield from self._zip_at_rest(name, self.file, depth)
            return
        with tempfile.SpooledTemporaryFile(max_size=HELD_BYTES) as held:
            broken = None
            try:
                while chunk := stream.read(BUFFER):
                    held.write(chunk)
            except Exhausted:
                raise
            except Refused as refused:
                broken = refused
            file = cast(IO[bytes], held)
            yield from self._zip_at_rest(name, file, depth, broken)

    def _zip_at_rest(
        self, name: str, file: IO[bytes], depth: int, broken: Refused | None = None
    ) -> Iterator[Page | Reject]:
        """``broken``: what kept the file from being whole. Then, and where its list is missing, the members
        are looked for one by one."""
        try:
            listed = zips.listed(file, self.budget)
        except Refused as refused:
            if refused.reason != "damaged":
                raise
            try:
                yield from self._members(name, zip_salvage.salvage(file, self.budget), depth)
            except Exhausted:
                raise
            except Refused as end:
                raise (broken or end) from None
        else:
            yield from self._members(name, listed, depth)

    def _page(self, name: str, stream: Stream, depth: int) -> Page:
        limit = self.limits.page_bytes
        if depth == 0 and (self.size or 0) > limit:
            raise too_large(self.size or 0, limit)
        chunks, size = [], 0
        while chunk := stream.read(BUFFER):
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                raise too_large(size, limit)
        return make_page(b"".join(chunks), Source(file=name), self.limits.fields)

    def _records(self, name: str, found: Iterator[Record], line: bool) -> Iterator[Page | Reject]:
        """A page a record; a bad one is rejected and the rest goes on, up to where the file breaks off."""
        empty, place = True, 0
        try:
            for record in found:
                empty, place = False, record.offset + record.length
                yield self._record(name, record, line)
        except Exhausted:
            raise
        except Refused as refused:
            yield _reject(name, refused, Source(file=name, offset=place))
            return
        if empty:
            raise Refused("empty", "no records in it")

    def _record(self, name: str, record: Record, line: bool) -> Page | Reject:
        source = Source(file=name, offset=record.offset, length=record.length)
        try:
            if record.length > len(record.body):
                raise too_large(record.length, self.limits.page_bytes)
            source = replace(source, sha256=hashlib.sha256(record.body).hexdigest())
            if record.fault:
                raise Refused("bad-record", record.fault)
            return make_page(record.before + record.body, source, self.limits.fields, line)
        except Refused as refused:
            return _reject(name, refused, source)
        except Exception as error:  # a fault of ours must not cost the records behind it
            return _reject(name, _fault(error), source)

    def _captures(self, name: str, stream: Stream) -> Iterator[Page | Reject]:
        """A page a capture; what is left out is told at the end, also of a file that breaks off."""
        left_out, broken = warc.LeftOut(), None
        try:
            for found in warc.captures(stream, name, self.budget, left_out):
                yield from self._capture(name, found, left_out)
        except Exhausted:
            raise
        except Refused as refused:
            broken = refused
        told = left_out.refused()
        if told:
            yield _reject(name, told)
        if broken:
            raise broken

    def _capture(self, name: str, found: warc.Capture, left_out: warc.LeftOut) -> Iterator[Page | Reject]:
        try:
            if found.refused:
                raise found.refused
            yield make_page(found.raw, found.source, self.limits.fields)
        except Refused as refused:
            if not left_out.takes(refused):
                yield _reject(name, refused, found.source)
        except Exception as error:
            yield _reject(name, _fault(error), found.source)


def _can_seek(file: IO[bytes]) -> bool:
    try:
        file.seek(0)
    except (OSError, ValueError):  # a driver may say that it can, and yet can't
        return False
    return True


def _fault(error: Exception) -> Refused:
    return Refused("failed", f"{type(error).__name__}: {error}"[:300])

"""Dump files that hold a page a line: lines of any length, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flows.read.meter import BUFFER, Stream
from flows.read.refused import Refused, too_large

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Record:
    """A line of JSONL or a row of a table, without its line end."""

    offset: int
    length: int
    """Of all of it; of one over the limit ``body`` holds only the beginning."""
    body: bytes
    before: bytes = b""
    """What ``Page.raw`` needs before the body to be whole."""
    fault: str | None = None
    """What is wrong with it already."""


class Lines:
    """The lines of a stream; of a line over the limit only the beginning is kept."""

    def __init__(self, stream: Stream, limit: int):
        self._stream, self._limit = stream, limit

    def peek(self) -> bytes:
        """The first bytes, which stay to be read."""
        return self._stream.peek(BUFFER)

    def next(self) -> tuple[bytes, int]:
        """The next line with its end, and its length; empty at the end.

        A line that the stream breaks off in is refused, with what the stream said.
        """
        limit = self._limit + 2
        line = self._stream.readline(limit)
        length = len(line)
        if length == limit and not line.endswith(b"\n"):
            line = line[:BUFFER]
            while chunk := self._stream.readline(BUFFER):
                length += len(chunk)
                if chunk.endswith(b"\n"):
                    break
        return line, length

    def fits(self, size: int) -> bool:
        """Whether a record of this size, its line end included, may be a page."""
        return size <= self._limit + 2

    def too_large(self, size: int) -> Refused:
        """The refusal of a record of this size."""
        return too_large(size, self._limit)


def records(lines: Lines) -> Iterator[Record]:
    """The lines that are not blank."""
    offset = 0
    while True:
        line, length = lines.next()
        if not length:
            return
        start = offset + (3 if line.startswith(_BOM) and not offset else 0)
        body = line[start - offset :].rstrip(b"\r\n")
        if length > len(line):
            yield Record(start, length, body)
        elif body.strip():
            yield Record(start, len(body), body)
        offset += length

"""WARC files (ISO 28500): a page for each capture of one.

Taken are records of type ``response`` (with HTTP status 200), ``resource`` and ``conversion`` whose media
type is one of a page of text (``media_types.tsv``). Requests and notes on captures are no pages by their
nature. All other records - pictures, redirects, errors, repeats - are counted by what they are and
told in one reject for the file, so that nothing is lost in silence and no archive of a web site makes a
million rejects. A record of a page that can't be read is a reject of its own.

``Source.offset`` and ``length`` are those of the payload in the unpacked WARC: the bytes behind the HTTP
header, as the server sent them, so that chunks and compression of HTTP are still in them.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader

from flows.read.http import decoded
from flows.read.kinds import kind_of
from flows.read.meter import BUFFER, Budget, Stream, trouble
from flows.read.refused import Exhausted, Refused, too_large
from flows.read.times import iso_time
from flows.read.warc_page import wrap
from flows.records import Source
from flows.resources import reference

logging.getLogger("warcio").addHandler(logging.NullHandler())  # what it would warn of is in the rejects

HEADER_BYTES = 1 << 18
"""The longest headers of a record; real ones have 1 to 4 KB."""
KINDS_TOLD = 20
"""How many kinds of left-out records the reject names."""
_NO_PAGES = ("warcinfo", "request", "metadata")
_PAGES = ("response", "resource", "conversion")


@dataclass(frozen=True, slots=True)
class Capture:
    """A record that holds a page: its bytes for ``Page.raw``, or why it is refused."""

    source: Source
    raw: bytes = b""
    refused: Refused | None = None


class LeftOut(Counter[str]):
    """Records that are no pages, by what they are."""

    def note(self, what: str) -> None:
        """Count one."""
        self[what[:60] if len(self) < 1000 else "of other kinds"] += 1

    def takes(self, refused: Refused) -> bool:
        """Count a record whose page is refused, if that says only that it is no page."""
        if refused.reason not in ("empty", "unsupported"):
            return False
        self.note(refused.detail.partition(" is not supported")[0])
        return True

    def refused(self) -> Refused | None:
        """What there is to tell of them, if anything."""
        if not self:
            return None
        told = ", ".join(f"{number:,} {what}" for what, number in self.most_common(KINDS_TOLD))
        rest = len(self) - KINDS_TOLD
        more = f" and {rest:,} kinds more" if rest > 0 else ""
        return Refused("not-pages", f"{self.total():,} records: {told}{more}; nothing to do if none is text")


def captures(stream: Stream, name: str, budget: Budget, left_out: LeftOut) -> Iterator[Capture]:
    """The pages of a WARC, unpacked. Refuses, where it is damaged, with the place, after what came before."""
    reader = _Reader(stream)
    loader = ArcWarcRecordLoader(verify_http=False, arc2warc=False)
    while True:
        start = reader.tell()
        try:
            if not reader.skip_blank_lines():
                return
            start = reader.tell()
            record = loader.parse_record_stream(reader, known_format="warc")
            if record.length is None or record.rec_type is None:
                raise Refused("damaged", "a record without its length or type")
            found = _capture(record, reader, name, budget, left_out)
            whole = reader.skip(record)
        except Exhausted:
            raise
        except Exception as error:
            found, whole = None, False
            refused = error if isinstance(error, Refused) else trouble(error)
            raise Refused(refused.reason, f"in the record at byte {start:,}: {refused.detail}") from error
        if not whole:
            raise Refused("damaged", f"it breaks off in the record at byte {start:,}; fetch it again")
        if found:
            yield found


class _Reader:
    """A stream that knows its place, with lines and headers of bounded length, as warcio reads them."""

    def __init__(self, stream: Stream):
        self._stream, self._place, self._header = stream, 0, 0

    def tell(self) -> int:
        return self._place

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, BUFFER))
        self._place += len(data)
        return data

    def readline(self, size: int | None = None) -> bytes:
        left = HEADER_BYTES - self._header
        line = self._stream.readline(min(left, size) if size is not None else left)
        self._place += len(line)
        self._header += len(line)
        if self._header >= HEADER_BYTES:
            raise Refused("damaged", f"a header of over {HEADER_BYTES:,} bytes")
        return line

    def skip_blank_lines(self) -> bool:
        """Go to the next record; False at the end."""
        self._header = 0
        while (head := self._stream.peek(1)[:1]) in (b"\r", b"\n"):
            self._place += len(self._stream.read(1))
        return bool(head)

    def skip(self, record: ArcWarcRecord) -> bool:
        """Go to a record's end; False where the stream ends before it."""
        while record.raw_stream.limit:
            if not record.raw_stream.read(BUFFER):
                return False
        return True


def _capture(
    record: ArcWarcRecord, reader: _Reader, name: str, budget: Budget, left_out: LeftOut
) -> Capture | None:
    """The page in a record; None where there is none, which is noted."""
    if record.rec_type in _NO_PAGES:
        return None
    other = _other(record)
    if other is not None:
        left_out.note(other)
        return None
    limit = budget.limits.page_bytes
    length = record.raw_stream.limit
    url = record.rec_headers.get_header("WARC-Target-URI")
    captured = iso_time(record.rec_headers.get_header("WARC-Date"))
    source = Source(file=name, offset=reader.tell(), length=length, url=url, captured=captured)
    if length > limit:
        return Capture(source, refused=too_large(length, limit))
    payload = _payload(record)
    if len(payload) < length:
        return None  # the caller sees that the record breaks off
    source = replace(source, sha256=hashlib.sha256(payload).hexdigest())
    try:
        body = decoded(payload, record.http_headers, budget)
        if not body.strip():
            raise Refused("empty", "empty")
        if kind_of(body[:BUFFER], "") != "page":
            raise Refused("unsupported", "JSON, a table or an archive")
        return Capture(source, raw=wrap(body, url or ""))
    except Exhausted:
        raise
    except Refused as refused:
        return None if left_out.takes(refused) else Capture(source, refused=refused)


def _payload(record: ArcWarcRecord) -> bytes:
    chunks = []
    while chunk := record.raw_stream.read(BUFFER):
        chunks.append(chunk)
    return b"".join(chunks)


def _other(record: ArcWarcRecord) -> str | None:
    """What a record is, if it is no page."""
    if record.rec_type not in _PAGES:
        return str(record.rec_type)
    declared = record.content_type
    if record.rec_type == "response" and record.http_headers:
        status = record.http_headers.get_statuscode()
        if status != "200":
            return f"status {status}"
        declared = record.http_headers.get_header("Content-Type")
    media = (declared or "").partition(";")[0].strip().lower()
    return None if media in _media_types() else media


@cache
def _media_types() -> frozenset[str]:
    lines = reference("read/media_types.tsv").read_text("utf-8").splitlines()
    return frozenset(line.split("\t")[0] for line in lines if not line.startswith("#"))

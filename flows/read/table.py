"""CSV and TSV files: a page a row, its bytes known.

The module ``csv`` reads rows but tells no offsets, so rows are cut out of the stream here, by the same
rule: a quote opens a cell only where the cell begins, and two quotes inside one stand for a quote.
The bytes of delimiters and quotes occur inside no character of UTF-8, GB18030 or Big5.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from flows.read.decode import decode
from flows.read.fields import check_names
from flows.read.lines import Lines, Record
from flows.read.meter import BUFFER
from flows.read.refused import Refused
from flows.settings import Fields

OPENING = ("sep=,", "sep=;", "sep=\t")
"""The first line that names the delimiter, as Excel writes and reads it."""
_OPENING = tuple(line.encode() for line in OPENING)
_QUOTED = re.compile(rb'"[^"]*"?')
_BOM = b"\xef\xbb\xbf"

csv.field_size_limit(2**31 - 1)  # rows are bounded here; the module's own bound is 128 KB a cell


def rows(lines: Lines, fields: Fields) -> Iterator[Record]:
    """The rows of a table, each with what comes before it in ``Page.raw``.

    The delimiter is the one of comma, semicolon and tab that the header has most of. Refuses a table
    whose header names no field for a text as ``bad-record``; nothing of it could be used.
    """
    encoding = _encoding(lines.peek())
    header, delimiter, offset = _header(lines)
    before = b"sep=" + delimiter + b"\n" + header + b"\n"
    check_names(row_of((before + header).decode(encoding, "replace")), fields)
    yield from _whole_rows(lines, delimiter, before, offset)


def _encoding(head: bytes) -> str:
    """Told by more than the header, which is too short for it; each row is then told by itself."""
    whole, _, _ = head.rpartition(b"\n")
    return decode(whole or head).encoding


def row_of(text: str) -> dict[str, str]:
    """The record in a table of one row, begun by ``sep=`` and its header.

    Refuses a row whose cells are not as many as the names: a delimiter or a line end that stands in a
    text without quotes has cut it, and its parts can't be told apart.

    >>> row_of('sep=,\\ntitle,text\\n讲话,"同志们,大家好"')
    {'title': '讲话', 'text': '同志们,大家好'}
    """
    first, _, rest = text.partition("\n")
    try:
        found = [row for row in csv.reader(io.StringIO(rest, newline=""), delimiter=first[4]) if row]
    except csv.Error as error:
        raise Refused("bad-record", f"the row is no CSV: {error}") from None
    if len(found) != 2:
        raise Refused("bad-record", "a line end inside the row, without quotes")
    names, cells = found
    while len(cells) > len(names) and not cells[-1]:
        cells.pop()
    if len(cells) != len(names):
        raise Refused("bad-record", f"{len(cells)} cells under {len(names)} names; are quotes missing?")
    record: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=True):
        record.setdefault(name, cell)  # of two fields of one name the first counts
    return record


def _header(lines: Lines) -> tuple[bytes, bytes, int]:
    """The header's bytes, the delimiter, and where the rows begin."""
    line, length = lines.next()
    offset = length
    line = line.removeprefix(_BOM)
    if line.rstrip(b"\r\n") in _OPENING:
        delimiter = line[4:5]
        line, length = lines.next()
        offset += length
    else:
        delimiter = max((b",", b";", b"\t"), key=_QUOTED.sub(b"", line).count)
    inside = _open_after(line, False, delimiter)
    while inside and length:
        more, length = lines.next()
        line, offset = line + more, offset + length
        if not lines.fits(offset):
            raise lines.too_large(offset)
        inside = _open_after(more, inside, delimiter)
    if not line.strip():
        raise Refused("empty", "no header in it")
    return line.rstrip(b"\r\n"), delimiter, offset


def _whole_rows(lines: Lines, delimiter: bytes, before: bytes, offset: int) -> Iterator[Record]:
    """Rows, blank ones left out. Of a row over the limit only the beginning is kept."""
    while True:
        kept: list[bytes] = []
        start, inside = offset, False
        while True:
            line, length = lines.next()
            offset += length
            if lines.fits(offset - start):
                kept.append(line)
            inside = _open_after(line, inside, delimiter)
            if not inside or not length:
                break
        if offset == start:
            return
        body = b"".join(kept)
        if not lines.fits(offset - start):
            yield Record(start, offset - start, body[:BUFFER], before)
        elif body.strip():
            body = body.rstrip(b"\r\n")
            fault = "a quote that opens here is never closed" if inside else None
            yield Record(start, len(body), body, before, fault)


def _open_after(line: bytes, inside: bool, delimiter: bytes) -> bool:
    """Whether a quoted cell is open after this line, given whether one was before it."""
    at = 0
    while True:
        if inside:
            at = line.find(b'"', at) + 1
            if not at:
                return True
            if line[at : at + 1] == b'"':
                at += 1
                continue
            inside = False
        elif line[at : at + 1] == b'"':
            inside = True
            at += 1
            continue
        at = line.find(delimiter, at) + 1
        if not at:
            return False

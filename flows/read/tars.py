"""The members of a tar file, read as a stream, without trusting anything it says about itself.

``tarfile`` reads the headers, which it may do only in bounded pieces and only forward. Links, folders and
devices hold no bytes of their own: they are passed over and never followed or made.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from typing import IO, cast

from flows.read.meter import BUFFER, Budget, Metered, Stream, trouble
from flows.read.names import hidden
from flows.read.refused import Exhausted, Refused

HEADER_BYTES = 1 << 18
"""The most that the headers of one member may take; a name has some 100 bytes, a pax header some 1,000."""

_DIGITS = re.compile(rb"[0-9]{100}")
"""What no header holds, and what ``tarfile`` before 3.11.10 is slow at (CVE-2024-6232)."""


class TarMember:
    """A file inside a tar, to be read before the next is asked for."""

    def __init__(self, info: tarfile.TarInfo, tape: _Tape):
        self.name = info.name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        self._info, self._tape = info, tape

    def open(self, budget: Budget) -> Metered:
        """Its bytes. Refuses sparse members, whose bytes lie elsewhere than they seem."""
        info = self._info
        if info.size < 0:
            raise Refused("damaged", "a size below zero")
        if info.issparse() or any(key.startswith("GNU.sparse") for key in info.pax_headers):
            raise Refused("unsupported", "a sparse file in a tar; unpack it and give the folder")
        return Metered(_Data(self._tape, info.size), budget, None)


def members(stream: Stream, budget: Budget) -> Iterator[TarMember]:
    """The regular files, without hidden ones. Several tars one after the other are read as one.

    Refuses a tar that is damaged or breaks off, with the place, after the members before it.
    """
    tape = _Tape(stream)
    count = 0
    for info in _headers(tape):
        count += 1
        if count > budget.limits.members:
            raise Refused("too-many-members", "unpack it and give the folder")
        if info.isreg() and not hidden(info.name):
            yield TarMember(info, tape)
    if not count:
        raise Refused("empty", "an archive without members")


def _headers(tape: _Tape) -> Iterator[tarfile.TarInfo]:
    """The headers, to the end of the stream; at least one block of zeros must be the last."""
    tar, ended = _nothing_read_yet(tape), False
    while True:
        place = tar.offset
        try:
            tape.seek(place)
            info = tarfile.TarInfo.fromtarfile(tar)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            ended, tar.offset = True, tape.tell()
            continue
        except tarfile.EmptyHeaderError:  # type: ignore[attr-defined]
            if ended:
                return
            raise Refused("damaged", f"it breaks off at byte {place:,}; fetch it again") from None
        except Exhausted:
            raise
        except Exception as error:
            if tape.told:
                return
            refused = error if isinstance(error, Refused) else trouble(error)
            raise Refused(refused.reason, f"at byte {place:,}: {refused.detail}") from error
        ended = False
        tar.pax_headers = {}  # of the archive as a whole: nothing in them is wanted
        yield info


def _nothing_read_yet(tape: _Tape) -> tarfile.TarFile:
    """What ``TarInfo.fromtarfile`` wants; opened for writing, as for reading it would read at once."""
    file = cast(IO[bytes], tape)
    return tarfile.TarFile(fileobj=file, mode="w", encoding="utf-8", errors="surrogateescape")


class _Tape:
    """A stream that goes forward only, and gives headers in pieces of bounded size."""

    mode, name = "rb", ""

    def __init__(self, stream: Stream):
        self._stream, self._place, self._header = stream, 0, 0
        self.told = False
        """Whether the reader of a member was told that the stream breaks off."""

    def tell(self) -> int:
        return self._place

    def seek(self, place: int) -> None:
        """To where the next header begins."""
        if place < self._place:
            raise Refused("damaged", "a header that points backward")
        while self._place < place:
            if not self.data(min(BUFFER, place - self._place)):
                raise Refused("damaged", "it breaks off; fetch it again")
        self._header = 0

    def read(self, size: int) -> bytes:
        """Of a header."""
        self._header += size
        if size < 0 or self._header > HEADER_BYTES:
            raise Refused("damaged", f"a header of over {HEADER_BYTES:,} bytes")
        data = self.data(size)
        if _DIGITS.search(data):
            raise Refused("damaged", "a header of digits")
        return data

    def data(self, size: int) -> bytes:
        """Of a member."""
        data = self._stream.read(size)
        self._place += len(data)
        return data


class _Data:
    """The bytes of the member whose header was read last."""

    def __init__(self, tape: _Tape, size: int):
        self._tape, self._left = tape, size

    def read(self, size: int, /) -> bytes:
        try:
            data = self._tape.data(min(size, self._left))
            if not data and self._left > 0 and size:
                raise EOFError("the archive breaks off in it")
        except (Refused, EOFError):
            self._tape.told = True
            raise
        self._left -= len(data)
        return data

"""The members of a zip file whose end is missing, as of an unfinished download, by the headers before them.

The layout is that of PKWARE's APPNOTE, sections 4.3.7 to 4.3.9.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import IO

from flows.read.meter import BUFFER, Budget, Metered
from flows.read.names import hidden
from flows.read.refused import Refused
from flows.read.zips import decoded_name

_HEADER = struct.Struct("<4sHHHHHIIIHH")
_LOCAL, _DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"
_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8
_STORED, _DEFLATED = 0, 8
_IN_ZIP64 = 0xFFFFFFFF


class Salvaged:
    """A member: its name, and how to open it, before the next is asked for."""

    def __init__(self, file: IO[bytes], start: int, header: tuple[int, ...], name: str):
        self.name = name
        self._flags, self._method, self._crc, self._packed = header
        self.data = _Data(file, start, None if self._unsized else self._packed, self._crc_told)
        if self._method == _DEFLATED:
            self.data.inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    @property
    def _unsized(self) -> bool:
        return bool(self._flags & _SIZES_FOLLOW and not self._packed) or self._packed == _IN_ZIP64

    @property
    def _crc_told(self) -> int | None:
        return None if self._flags & _SIZES_FOLLOW else self._crc

    def open(self, budget: Budget) -> Metered:
        """The unpacked bytes. Refuses as an intact zip's member would be refused."""
        if self._flags & _ENCRYPTED:
            raise Refused("encrypted", "unpack it with its password and give the folder")
        if self._method not in (_STORED, _DEFLATED):
            raise Refused("unsupported", f"zip method {self._method}; unpack it and give the folder")
        return Metered(self.data, budget, lambda: self.data.taken)

    def end(self) -> int | None:
        """Where the next member's header is; None where that can't be told."""
        if self.data.size is None and (self._method != _DEFLATED or self._flags & _ENCRYPTED):
            return None
        told = self.data.told
        try:
            while self.data.read(BUFFER):
                pass
        except (EOFError, zlib.error):
            self.data.told = told
            return None
        return self.data.start + self.data.taken


def salvage(file: IO[bytes], budget: Budget) -> Iterator[Salvaged]:
    """The members up to where the file breaks off; refuses the rest as ``damaged`` unless a member did."""
    place: int | None = 0
    count = 0
    while place is not None:
        file.seek(place)
        fields = file.read(_HEADER.size)
        if fields[:4] == _DESCRIPTOR:
            place += 16
            continue
        if len(fields) < _HEADER.size or fields[:4] != _LOCAL:
            break
        _, _, flags, method, _, _, crc, packed, _, name_bytes, extra = _HEADER.unpack(fields)
        name = decoded_name(file.read(name_bytes))
        start = place + _HEADER.size + name_bytes + extra
        member = Salvaged(file, start, (flags, method, crc, packed), name)
        count += 1
        if count > budget.limits.members:
            raise Refused("too-many-members", "unpack it and give the folder")
        if not name.endswith("/") and not hidden(name):
            yield member
        place = member.end()
        if place is None and member.data.told:
            return
    where = f" after {count:,} members" if count else ""
    raise Refused("damaged", f"it breaks off{where}, its list of members is missing; fetch it again")


class _Data:
    """A member's bytes, unpacked; raises EOFError where the file ends before they do."""

    def __init__(self, file: IO[bytes], start: int, size: int | None, crc: int | None):
        self.start, self.size = start, size
        self.taken = 0
        """Packed bytes that are used up."""
        self.told = False
        self.inflate: zlib._Decompress | None = None
        self._file, self._crc_told, self._crc = file, crc, 0
        self._rest, self._fetched = b"", 0

    def read(self, size: int, /) -> bytes:
        data = self._inflated(size) if self.inflate else self._packed(size)
        self._crc = zlib.crc32(data, self._crc)
        if not data and self._crc_told not in (None, self._crc):
            raise zlib.error("its checksum is wrong")
        return data

    def _inflated(self, size: int) -> bytes:
        assert self.inflate is not None
        while not self.inflate.eof:
            packed = self._rest or self._packed(BUFFER)
            if not packed:
                self.told = True
                raise EOFError("the archive breaks off in it")
            data = self.inflate.decompress(packed, size)
            self._rest = self.inflate.unconsumed_tail
            self.taken = self._fetched - len(self._rest) - len(self.inflate.unused_data)
            if data:
                return data
        return b""

    def _packed(self, size: int) -> bytes:
        left = BUFFER if self.size is None else self.size - self._fetched
        self._file.seek(self.start + self._fetched)
        data = self._file.read(min(size, left))
        if not data and left and self.size is not None:
            self.told = True
            raise EOFError("the archive breaks off in it")
        self._fetched += len(data)
        self.taken = self._fetched
        return data

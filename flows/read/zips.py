"""The members of a zip file, without trusting anything it says about itself.

A zip that was cut short has lost the list at its end; then the members are found one by one by the headers
before them (see zip_salvage.py).
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from typing import IO

from flows.read.meter import Budget, Metered, trouble
from flows.read.names import hidden
from flows.read.refused import Refused

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_ENTRY_BYTES = 128
"""A usual central directory entry: 46 bytes, a name and extra fields."""


class Member:
    """A file inside a zip: its name as its maker saw it, and how to open it."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo):
        self.name = name_of(info)
        self._archive, self._info = archive, info

    def open(self, budget: Budget) -> Metered:
        """The unpacked bytes. Refuses members that are encrypted, packed in a rare way, or bombs."""
        info = self._info
        if info.flag_bits & _ENCRYPTED:
            raise Refused("encrypted", "unpack it with its password and give the folder")
        if info.compress_type not in _METHODS:
            raise Refused("unsupported", f"zip method {info.compress_type}; unpack it and give the folder")
        budget.check_ratio(info.file_size, info.compress_size)
        try:
            stream = self._archive.open(info)
        except Exception as error:
            raise trouble(error) from error
        return Metered(stream, budget, lambda: info.compress_size)


def listed(file: IO[bytes], budget: Budget) -> Iterator[Member]:
    """The members in the archive's order, without folders and hidden files.

    Refuses archives that are damaged, hold too many members, or are office documents in disguise.
    """
    try:
        if _declared_members(file) > budget.limits.members:
            raise Refused("too-many-members", "unpack it and give the folder")
        archive = zipfile.ZipFile(file)
    except Refused:
        raise
    except Exception as error:
        raise trouble(error) from error
    infos = archive.infolist()
    if len(infos) > budget.limits.members:
        raise Refused("too-many-members", f"{len(infos):,} members; unpack it and give the folder")
    if not infos:
        raise Refused("empty", "an archive without members")
    if any(info.filename in ("[Content_Types].xml", "mimetype") for info in infos[:10]):
        raise Refused("unsupported", "an office document or e-book; save it as text or HTML first")
    return (Member(archive, info) for info in infos if not info.is_dir() and not hidden(info.filename))


def name_of(info: zipfile.ZipInfo) -> str:
    """The member's name; older Windows tools write GBK and say nothing, which zipfile shows as CP437.

    >>> info = zipfile.ZipInfo("讲话.txt".encode("gbk").decode("cp437"))
    >>> name_of(info)
    '讲话.txt'
    """
    raw = info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8_NAME else "cp437", "replace")
    return decoded_name(raw)


def decoded_name(raw: bytes) -> str:
    """A name from its bytes: UTF-8, or else GBK, or else with escapes."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")


def _declared_members(file: IO[bytes]) -> int:
    """How many members the end record speaks of, before ``zipfile`` would load them all.

    The layout is that of PKWARE's APPNOTE, sections 4.3.14 to 4.3.16.
    """
    size = file.seek(0, 2)
    start = max(0, size - 65_557)
    file.seek(start)
    tail = file.read(65_557)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        return 0
    count, directory = struct.unpack_from("<HI", tail, at + 10)
    if at >= 20 and tail.startswith(_LOCATOR64, at - 20):
        file.seek(min(struct.unpack_from("<Q", tail, at - 12)[0], size))
        record = file.read(56)
        if record.startswith(_END64) and len(record) == 56:
            count, directory = struct.unpack_from("<QQ", record, 32)
    return int(max(count, directory // _ENTRY_BYTES))

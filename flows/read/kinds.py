"""What kind of file this is: by its first bytes, and by its suffix only where bytes can't tell."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from flows.read.refused import Refused
from flows.resources import reference

HEAD_BYTES = 1 << 16
"""How much of a file is looked at to tell its kind."""

Kind = Literal["gzip", "zip", "records", "page"]

_FIRST_FIELD = re.compile(rb'\{[ \t]*"[^"\n]{0,100}"[ \t]*:')
_RECORD_SUFFIXES = (".jsonl", ".ndjson")


class _Signature(NamedTuple):
    kind: str
    offset: int
    magic: bytes
    advice: str


@cache
def _tables() -> tuple[list[_Signature], dict[str, tuple[str, str]]]:
    by_bytes, by_suffix = [], {}
    for line in reference("read/kinds.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        kind, offset, mark, advice = line.split("\t")
        if mark.startswith("."):
            by_suffix[mark] = (kind, advice)
        else:
            by_bytes.append(_Signature(kind, int(offset), bytes.fromhex(mark), advice))
    return by_bytes, by_suffix


def kind_of(head: bytes, name: str) -> Kind:
    """The kind of a file from its first :data:`HEAD_BYTES` bytes. Refuses kinds that are not supported.

    >>> kind_of(b"PK" + bytes([3, 4]), "a.txt"), kind_of("讲话".encode(), "a.txt")
    ('zip', 'page')
    """
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    by_bytes, by_suffix = _tables()
    for sign in by_bytes:
        if head.startswith(sign.magic, sign.offset):
            raise Refused("unsupported", f"{sign.kind} is not supported; {sign.advice}")
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in by_suffix:
        kind, advice = by_suffix[suffix]
        raise Refused("unsupported", f"{kind} ({suffix}) is not supported; {advice}")
    if suffix not in _RECORD_SUFFIXES and not _opens_with_record(head):
        return "page"
    if b"\0" in head:
        raise Refused("unsupported", "JSONL with NUL bytes, perhaps UTF-16; save it as UTF-8")
    return "records"


def _opens_with_record(head: bytes) -> bool:
    """Is the first line a whole JSON object, or one too long to see its end?"""
    line, end, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    if not _FIRST_FIELD.match(line):
        return False
    if not end and len(head) >= HEAD_BYTES:
        return True
    try:
        json.loads(line.decode("gb18030", "replace"), strict=False)
    except (ValueError, RecursionError):
        return line.rstrip().endswith(b"}") and bool(end)
    return True

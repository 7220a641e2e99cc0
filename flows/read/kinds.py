"""What kind of file this is: by its first bytes, and by its suffix only where bytes can't tell."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from flows.read.mhtml import is_mhtml
from flows.read.refused import Refused
from flows.resources import reference

HEAD_BYTES = 1 << 16
"""How much of a file is looked at to tell its kind."""

Packed = Literal["gzip", "bzip2", "xz", "zstd"]
Kind = Packed | Literal["zip", "tar", "warc", "records", "table", "page"]

_CONTAINERS: tuple[tuple[Kind, int, bytes], ...] = (
    ("gzip", 0, b"\x1f\x8b"),
    ("xz", 0, b"\xfd7zXZ\0"),
    ("zstd", 0, b"\x28\xb5\x2f\xfd"),
    ("zip", 0, b"PK\x03\x04"),
    ("zip", 0, b"PK\x05\x06"),
    ("zip", 0, b"PK\x07\x08"),
    ("tar", 257, b"ustar"),
    ("warc", 0, b"WARC/"),
)
"""Kind, offset, bytes: what the formats' specifications begin with. What is not supported: ``kinds.tsv``."""
_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")
_EXCEL = re.compile(rb"(?:\xef\xbb\xbf)?sep=[,;\t]\r?\n")
_ZSTD_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_FIRST_FIELD = re.compile(rb'\{[ \t]*"[^"\n]{0,100}"[ \t]*:')
_SUFFIXES: dict[str, Kind] = {
    ".jsonl": "records",
    ".ndjson": "records",
    ".csv": "table",
    ".tsv": "table",
    ".tar": "tar",
}


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
    found = _container(head)
    if found:
        return found
    if is_mhtml(head):
        return "page"
    refuse_unsupported(head)
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _tables()[1]:
        kind, advice = _tables()[1][suffix]
        raise Refused("unsupported", f"{kind} ({suffix}) is not supported; {advice}")
    kind_by_name = _SUFFIXES.get(suffix)
    if kind_by_name == "tar" and head:
        return "tar"
    if kind_by_name is None and not _opens_with_record(head):
        return "page"
    if b"\0" in head:
        raise Refused("unsupported", "JSONL or CSV with NUL bytes, perhaps UTF-16; save it as UTF-8")
    return "table" if kind_by_name == "table" else "records"


def refuse_unsupported(head: bytes) -> None:
    """Refuses bytes that begin as those of a kind that is not supported."""
    for sign in _tables()[0]:
        if head.startswith(sign.magic, sign.offset):
            raise Refused("unsupported", f"{sign.kind} is not supported; {sign.advice}")


def _container(head: bytes) -> Kind | None:
    for kind, offset, magic in _CONTAINERS:
        if head.startswith(magic, offset):
            return kind
    if _BZIP2.match(head):
        return "bzip2"
    if _EXCEL.match(head):
        return "table"
    return "zstd" if _ZSTD_SKIPPABLE.match(head) else None


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

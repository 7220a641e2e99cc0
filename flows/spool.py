"""What the stages hand to each other: files of typed records, so that a task passes a path, not a speech.

A spool is a sequence of (length, kind, MessagePack) frames. It is written whole, then renamed into
place: a reader never meets half of one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from flows.records import Correction, Page, Reject, Source, Speech


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A dump file as it was when it was read; its pages and rejects follow it in a spool."""

    path: str
    file: str
    size: int
    mtime_ns: int
    seen_ns: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A page that the archive holds already, found in a dump file that is read again."""

    page: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLines:
    """What is learned of a site: hashes of lines that are its own (see clean/site_lines.py)."""

    edge: frozenset[int]
    """At the edges of a page."""
    everywhere: frozenset[int]
    """Wherever they stand; a part of ``edge``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Pages that may belong to one speech."""

    key: str
    pages: tuple[Page, ...]
    sites: dict[str, SiteLines]
    """What is learned of the pages' sites; those of which nothing is are left out."""
    words: tuple[Correction, ...] = ()
    """What a person said of the pages' speeches, the later word last."""
    several: bool = False
    """The pages are of several groups, a family's (see stitch/families.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The speeches that a group's pages make, each with its sampled shingles."""

    key: str
    speeches: tuple[Speech, ...]
    marks: tuple[tuple[int, ...], ...]
    faults: tuple[str, ...] = ()
    """What the program failed at, in words; the speeches are there all the same."""
    family: str | None = None
    """Where the group may find pages that it lacks."""
    several: bool = False
    """Made of a family."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """A page of the archive that other rules made something else of, or reject; left out where they made the
    same."""

    id: str
    page: Page | None = None
    reject: Reject | None = None


Item = Page | Reject | Seen | Known | Group | Spoken | Remade
_KINDS: dict[bytes, type[Item]] = {
    b"P": Page,
    b"R": Reject,
    b"S": Seen,
    b"K": Known,
    b"G": Group,
    b"T": Spoken,
    b"M": Remade,
}
_LETTER = {kind: letter for letter, kind in _KINDS.items()}
_FRAME = struct.Struct("<Ic")


def write(path: Path, items: Iterable[Item]) -> None:
    """Write all items to ``path``. OSError passes through (a full disk)."""
    part = path.with_suffix(".part")
    with part.open("wb") as out:
        for item in items:
            body = msgspec.msgpack.encode(item)
            out.write(_FRAME.pack(len(body), _LETTER[type(item)]))
            out.write(body)
    part.replace(path)


def read(path: Path) -> Iterator[Item]:
    """The items of a spool, one at a time."""
    with path.open("rb") as spool:
        while frame := spool.read(_FRAME.size):
            length, letter = _FRAME.unpack(frame)
            yield msgspec.msgpack.decode(spool.read(length), type=_KINDS[letter])

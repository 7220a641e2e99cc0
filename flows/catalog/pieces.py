"""Sorted integers as they are kept: in pieces, each a row of a table of ``first`` and ``keys`` (a blob).

New postings fall everywhere among those there are. As a row each they cost a page of the file for every one,
so that a portion took the longer the more there were; a piece is read and written once for all of a portion
that fall in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import numpy as np

from flows.dedupe.arrays import Keys, between, counted
from flows.dedupe.postings import ROOM

PIECE = 2048
"""Integers of a piece at most, 16 KB: a million speeches of 1,000 letters have 34 million postings, in some
25,000 pieces."""
FEW = 1000
"""Integers up to which the pieces they fall in are looked up one by one."""
TOGETHER = 64
"""Pieces that are searched at once: 1 MB."""


def add(db: sqlite3.Connection, table: str, new: Keys) -> None:
    """Keep some more integers; ``new`` is sorted, and may be there already."""
    if not len(new):
        return
    firsts = _firsts(db, table, new, 1)
    if not len(firsts):
        db.executemany(f"INSERT INTO {table} VALUES (?, ?)", _rows(new))
        return
    for first, part in _by_piece(firsts, new):
        before = _piece(db, table, first)
        after = counted(np.concatenate([before, part]))[0]
        if len(after) > len(before):
            _replace(db, table, first, after)


def drop(db: sqlite3.Connection, table: str, gone: Keys) -> None:
    """Keep some integers no longer; ``gone`` is sorted."""
    firsts = _firsts(db, table, gone, 1)
    for first, part in _by_piece(firsts, gone) if len(firsts) else ():
        _replace(db, table, first, np.setdiff1d(_piece(db, table, first), part, assume_unique=True))


def within(db: sqlite3.Connection, table: str, lows: Keys) -> Keys:
    """The integers from each of ``lows`` (sorted, multiples of ROOM) up to ROOM above it, sorted."""
    firsts = _firsts(db, table, lows, ROOM)
    # Of each low, the pieces from the one that it falls in to the last that begins below its end.
    begin = np.maximum(np.searchsorted(firsts, lows, "right") - 1, 0)
    end = np.searchsorted(firsts, lows + np.int64(ROOM))
    size = len(firsts) + 1
    touched = np.cumsum(np.bincount(begin, minlength=size) - np.bincount(end, minlength=size))[:-1] > 0
    wanted = firsts[touched]
    found = [np.zeros(0, np.int64)]
    for at in range(0, len(wanted), TOGETHER):
        keys = np.concatenate([_piece(db, table, first) for first in wanted[at : at + TOGETHER].tolist()])
        here = lows[
            np.searchsorted(lows, keys[0] - np.int64(ROOM), "right") : np.searchsorted(
                lows, keys[-1], "right"
            )
        ]
        starts, ends = np.searchsorted(keys, here), np.searchsorted(keys, here + np.int64(ROOM))
        found.append(keys[between(starts, ends)])
    return np.concatenate(found)


def _firsts(db: sqlite3.Connection, table: str, lows: Keys, room: int) -> Keys:
    """Where the pieces begin that ``lows``, and what is less than ``room`` above them, fall in, sorted; also
    that of the first piece, and where ``lows`` are many, of all."""
    if len(lows) > FEW:
        rows = db.execute(f"SELECT first FROM {table} ORDER BY first")
        return np.fromiter((first for (first,) in rows), np.int64)
    found = set(db.execute(f"SELECT first FROM {table} ORDER BY first LIMIT 1"))
    below = f"(SELECT first FROM {table} WHERE first <= ?1 ORDER BY first DESC LIMIT 1)"
    for low in lows.tolist():
        found.update(
            db.execute(
                f"SELECT first FROM {table} WHERE first >= coalesce({below}, ?1) AND first < ?1 + ?2",
                (low, room),
            )
        )
    return np.array(sorted(first for (first,) in found), np.int64)


def _by_piece(firsts: Keys, keys: Keys) -> Iterator[tuple[int, Keys]]:
    """Where the pieces begin that keys fall in, and these keys; those below all pieces fall in the first."""
    at = np.maximum(np.searchsorted(firsts, keys, "right") - 1, 0)
    pieces, counts = counted(at)
    ends = np.cumsum(counts)
    for first, count, end in zip(firsts[pieces].tolist(), counts.tolist(), ends.tolist(), strict=True):
        yield first, keys[end - count : end]


def _piece(db: sqlite3.Connection, table: str, first: int) -> Keys:
    (blob,) = db.execute(f"SELECT keys FROM {table} WHERE first = ?", (first,)).fetchone()
    return np.frombuffer(blob, np.int64)


def _replace(db: sqlite3.Connection, table: str, first: int, keys: Keys) -> None:
    if not len(keys) or keys[0] != first:
        db.execute(f"DELETE FROM {table} WHERE first = ?", (first,))
    db.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", _rows(keys))


def _rows(keys: Keys) -> Iterator[tuple[int, bytes]]:
    """As many pieces as are needed, of like sizes."""
    for piece in np.array_split(keys, -(-len(keys) // PIECE)) if len(keys) else ():
        yield int(piece[0]), piece.tobytes()

"""Sorted integers as they are kept: in pieces, each a row of a table of ``first`` and ``keys`` (a blob).

New postings fall everywhere among those there are. As a row each they cost a page of the file for every one,
so that a portion took the longer the more there were; a piece is read and written once for all of a portion
that fall in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np

from flows.dedupe.arrays import Keys, among, between, counted
from flows.dedupe.postings import ROOM

PIECE = 2048
"""Integers of a piece at most, 16 KB: a million speeches of 1,000 letters have 34 million postings, in some
25,000 pieces. To a million of 600 letters, 500 more then write 140 MB (``benchmarks/dedupe.py --million``).
Pieces grow no larger again when theirs are dropped; one that is empty goes."""
FEW = 1000
"""Integers up to which the pieces they fall in are looked up one by one."""
TOGETHER = 64
"""Pieces that are searched at once: 1 MB."""
LAST: Final = np.int64(ROOM - 1)
"""Added to a low, the last integer of its room."""


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
        before = _piece(db, table, first)
        after = before[~among(before, part)]
        if len(after) < len(before):
            _replace(db, table, first, after)


def within(db: sqlite3.Connection, table: str, lows: Keys, most: Keys | None = None) -> Keys:
    """The integers from each of ``lows`` (sorted, multiples of ROOM) up to ROOM above it, sorted; of each the
    first ``most`` alone, where that is given."""
    with _unchanged(db):
        firsts = _firsts(db, table, lows, ROOM)
        # Of each low, the pieces from the one that it falls in to the last that begins in its room.
        begin = np.maximum(np.searchsorted(firsts, lows, "right") - 1, 0)
        end = np.searchsorted(firsts, lows + LAST, "right")
        size = len(firsts) + 1
        covers = np.bincount(begin, minlength=size) - np.bincount(end, minlength=size)
        wanted = np.flatnonzero(np.cumsum(covers)[:-1] > 0)
        left = np.full(len(lows), np.iinfo(np.int64).max) if most is None else most.copy()
        found = [np.zeros(0, np.int64)]
        for at in range(0, len(wanted), TOGETHER):
            numbers = wanted[at : at + TOGETHER]
            # A piece that begins in the room of a low which has all it wants, and that no other falls in.
            low = np.searchsorted(lows, firsts[numbers], "right") - 1
            following = np.append(begin, size)[low + 1]
            numbers = numbers[(low < 0) | (left[low] > 0) | (following <= numbers)]
            if not len(numbers):
                continue
            keys = np.concatenate([_piece(db, table, first) for first in firsts[numbers].tolist()])
            here = slice(*np.searchsorted(lows, [keys[0] - np.int64(ROOM), keys[-1]], "right").tolist())
            starts = np.searchsorted(keys, lows[here])
            counts = np.minimum(np.searchsorted(keys, lows[here] + LAST, "right") - starts, left[here])
            left[here] -= counts
            found.append(keys[between(starts, starts + counts)])
        return np.concatenate(found)


@contextmanager
def _unchanged(db: sqlite3.Connection) -> Iterator[None]:
    """See the tables as they are now throughout the block, whatever a run at work writes."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("ROLLBACK")


def _firsts(db: sqlite3.Connection, table: str, lows: Keys, room: int) -> Keys:
    """Where the pieces begin that may hold anything from one of ``lows`` up to ``room`` above it,
    sorted; also that of the very first piece, and where ``lows`` are many, of all."""
    if len(lows) > FEW:
        rows = db.execute(f"SELECT first FROM {table} ORDER BY first")
        return np.fromiter((first for (first,) in rows), np.int64)
    found = set(db.execute(f"SELECT first FROM {table} ORDER BY first LIMIT 1"))
    below = f"(SELECT first FROM {table} WHERE first <= ?1 ORDER BY first DESC LIMIT 1)"
    for low in lows.tolist():
        found.update(
            db.execute(
                f"SELECT first FROM {table} WHERE first >= coalesce({below}, ?1) AND first <= ?2",
                (low, low + room - 1),
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

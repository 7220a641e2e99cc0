"""Postings kept in pieces are a sorted set, whatever was added and dropped in what order."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.catalog import FILE, Catalog, pieces
from flows.catalog.writer import Writer
from flows.dedupe.arrays import Keys
from flows.dedupe.postings import ROOM

MARKS = st.integers(0, 9) | st.integers((1 << 33) - 3, (1 << 33) - 1)
KEYS = st.sets(
    st.builds(lambda mark, rest: mark * ROOM + rest, MARKS, st.sampled_from([0, 1, 2, ROOM - 2, ROOM - 1]))
)
STEPS = st.lists(st.tuples(st.sampled_from(["add", "drop"]), KEYS), max_size=8)


def table() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE marks (first INTEGER PRIMARY KEY, keys BLOB NOT NULL)")
    return db


def as_keys(numbers: set[int]) -> Keys:
    return np.array(sorted(numbers), np.int64)


@given(STEPS, st.sets(MARKS), st.integers(1, 4), st.integers(1, 5), st.sampled_from([0, 3, 1000]))
def test_pieces_hold_what_a_set_holds(
    steps: list[tuple[str, set[int]]], marks: set[int], most: int, size: int, few: int
) -> None:
    db, held = table(), set[int]()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("PIECE", size), ("FEW", few), ("TOGETHER", 2)):
            patch.setattr(pieces, name, value)
        for what, keys in steps:
            getattr(pieces, what)(db, "marks", as_keys(keys))
            held = held | keys if what == "add" else held - keys
            rows = db.execute("SELECT first, keys FROM marks ORDER BY first").fetchall()
            kept = [np.frombuffer(blob, np.int64).tolist() for _, blob in rows]
            assert [first for first, _ in rows] == [piece[0] for piece in kept]
            assert all(len(piece) <= size for piece in kept)
            assert [key for piece in kept for key in piece] == sorted(held)
        lows = as_keys({mark * ROOM for mark in marks})
        assert pieces.within(db, "marks", lows).tolist() == sorted(k for k in held if k // ROOM in marks)
        first = [k for mark in sorted(marks) for k in sorted(k for k in held if k // ROOM == mark)[:most]]
        assert pieces.within(db, "marks", lows, np.full(len(lows), most)).tolist() == first


def test_only_the_pieces_that_keys_fall_in_are_read() -> None:
    """A few speeches more cost a few pieces, however many there are."""
    db = table()
    pieces.add(db, "marks", np.arange(0, 400_000 * ROOM, ROOM, dtype=np.int64))
    read: list[str] = []
    db.set_trace_callback(read.append)
    wanted = np.array([5, 70_000, 399_999], np.int64) * np.int64(ROOM)
    assert pieces.within(db, "marks", wanted).tolist() == wanted.tolist()
    assert len([statement for statement in read if statement.startswith("SELECT keys")]) == 3
    assert not [statement for statement in read if statement.endswith("ORDER BY first")], "no look at all"


def test_of_a_crowd_no_more_is_read_than_is_wanted() -> None:
    db = table()
    pieces.add(db, "marks", np.arange(400_000, dtype=np.int64))
    read: list[str] = []
    db.set_trace_callback(read.append)
    assert pieces.within(db, "marks", as_keys({0}), np.array([33])).tolist() == list(range(33))
    assert len([statement for statement in read if statement.startswith("SELECT keys")]) <= pieces.TOGETHER


def test_a_reader_sees_one_state_while_pieces_change(tmp_path: Path) -> None:
    """What show reads of shared paragraphs, with an ingest at work beside it."""
    keys = np.arange(0, 6000 * ROOM, ROOM, dtype=np.int64)
    with Writer.open(tmp_path, create=True) as writer, Catalog.open(tmp_path) as reader:
        pieces.add(writer.db, "marks", keys)

        def change(statement: str) -> None:
            if statement.startswith("SELECT keys"):
                reader.db.set_trace_callback(None)
                pieces.drop(writer.db, "marks", keys[::2])

        reader.db.set_trace_callback(change)
        assert pieces.within(reader.db, "marks", keys[:900]).tolist() == keys[:900].tolist()
        assert pieces.within(reader.db, "marks", keys[:900]).tolist() == keys[1:900:2].tolist()


def test_postings_kept_in_rows_by_version_5_are_taken_over(tmp_path: Path) -> None:
    kept = {"marks": sorted({n**2 * 7919**4 % (1 << 63) for n in range(3000)}), "prints": []}
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        for name in (f"{version:03}.sql" for version in range(1, 6)):
            db.executescript(files("flows.catalog.schema").joinpath(name).read_text("utf-8"))
        for table, keys in kept.items():
            db.executemany(f"INSERT INTO {table} VALUES (?)", [(key,) for key in keys])
        db.execute("PRAGMA user_version = 5")
        db.commit()
    with Catalog.open(tmp_path) as catalog:
        for table, keys in kept.items():
            rows = catalog.db.execute(f"SELECT first, keys FROM {table} ORDER BY first").fetchall()
            pieces_kept = [np.frombuffer(blob, np.int64).tolist() for _, blob in rows]
            assert [first for first, _ in rows] == [piece[0] for piece in pieces_kept]
            assert [key for piece in pieces_kept for key in piece] == keys
        assert not catalog.db.execute("SELECT 1 FROM sqlite_master WHERE name LIKE '%_in_rows'").fetchall()

"""What the catalog knows of what the search engines hold (tables ``indexed`` and ``meta``).

A row of ``indexed`` is a speech and its revision as the engine has confirmed it; ``NEVER`` while it is
being told, so that what a killed run left in the engine is known; below that, the revision that it refused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

NEVER = -1
"""The revision of what an engine may hold but has not confirmed."""
_AT_REST = "(s.revision, -1 - s.revision)"
"""Marks of a speech that needs no run of its own: as it is, the engine has it or has refused it."""


def refusal(revision: int) -> int:
    """The mark of a speech that was refused at a revision.

    >>> refusal(7)
    -8
    """
    return NEVER - revision


def left_to_tell(db: sqlite3.Connection, engine: str) -> bool:
    """Whether there is anything new to tell an engine.

    What it has refused is offered again with the next that is new, or by ``rejects --retry``.
    """
    row = db.execute(
        "SELECT 1 FROM speeches s LEFT JOIN indexed i ON i.engine = ? AND i.speech = s.id"
        f" WHERE s.settled IS NOT NULL AND (i.revision IS NULL OR i.revision NOT IN {_AT_REST}) LIMIT 1",
        (engine,),
    ).fetchone()
    return row is not None


def refused(db: sqlite3.Connection, engine: str) -> int:
    """How many speeches, as they are now, an engine has refused."""
    row = db.execute(
        "SELECT count(*) FROM speeches s JOIN indexed i ON i.speech = s.id"
        " WHERE i.engine = ? AND i.revision = -1 - s.revision",
        (engine,),
    ).fetchone()
    return int(row[0])


def told(db: sqlite3.Connection, engine: str) -> int:
    """The highest revision that an engine was ever told of; of an archive that did not note it, its highest.

    An engine that holds a higher one was told by a later state of this archive.
    """
    row = db.execute(
        "SELECT value FROM meta WHERE key IN (?, 'revision') ORDER BY key = 'revision' LIMIT 1",
        (_key(engine),),
    ).fetchone()
    return int(row[0]) if row else 0


def note(db: sqlite3.Connection, engine: str, revisions: Iterable[int]) -> None:
    """Keep the highest of some revisions, where it is higher than what was told before."""
    highest = max(revisions, default=0)
    if highest > 0:
        db.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            " WHERE CAST(value AS INTEGER) < CAST(excluded.value AS INTEGER)",
            (_key(engine), str(highest)),
        )


def _key(engine: str) -> str:
    return f"told:{engine}"

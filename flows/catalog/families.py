"""The catalog's part in families: which groups may hold parts of one speech, and when they are made together.

A group joins a family by what it is in itself (see stitch/families.py), so which groups are in a family is a
function of the pages alone. The speeches of a family of two groups and more are made together; a group that
is alone in its family, or in one of too many (a title that tells nothing), makes its own. Only the
families of the groups that changed are looked at. All functions work inside the caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

MOST = 40
"""Groups of a family that are made together: some seconds of work at most. As many more as a speech of the
family has pages, since each page without an address is a group."""
_MOST_PAGES = 100
"""Pages of a speech that are allowed for; the longest fill tens."""


def enter(db: sqlite3.Connection, group: str, family: str | None, cause: str) -> bool:
    """Note which family a group is in now, flag what that changes, and tell whether its speeches are made
    with others' (so that it must not make its own)."""
    row = db.execute("SELECT family FROM families WHERE group_key = ?", (group,)).fetchone()
    before = row[0] if row else None
    if before != family:
        if before is not None:
            db.execute("DELETE FROM families WHERE group_key = ?", (group,))
            _changed(db, before, _size(db, before) + 1)
        if family:
            db.execute("INSERT INTO families VALUES (?, ?)", (group, family))
            _changed(db, family, _size(db, family) - 1, group)
    if not family or not _together(family, _size(db, family)):
        return False
    _flag(db, family, cause)
    return True


def groups(db: sqlite3.Connection, family: str) -> list[str]:
    """The groups to make together, sorted; none where each makes its own."""
    rows = db.execute("SELECT group_key FROM families WHERE family = ? ORDER BY 1", (family,)).fetchall()
    return [key for (key,) in rows] if _together(family, len(rows)) else []


def done(db: sqlite3.Connection, key: str) -> str:
    """Take the flag off a group or a family that was made; what it was flagged for."""
    for flags, column in (("stale_groups", "group_key"), ("stale_families", "family")):
        row = db.execute(f"DELETE FROM {flags} WHERE {column} = ? RETURNING cause", (key,)).fetchone()
        if row:
            return str(row[0])
    return "pages"


def held(db: sqlite3.Connection, key: str, pages: Iterable[str]) -> dict[str, tuple[bytes, str]]:
    """The speeches that a group or family made, or that hold any of some pages: their record and whose they
    are."""
    rows = db.execute("SELECT id, tagged, group_key FROM speeches WHERE group_key = ?", (key,)).fetchall()
    for page in pages:
        rows += db.execute(
            "SELECT id, tagged, group_key FROM speeches"
            " WHERE id = (SELECT speech FROM speech_pages WHERE page = ?)",
            (page,),
        ).fetchall()
    return {speech: (record, owner) for speech, record, owner in rows}


def _changed(db: sqlite3.Connection, family: str, before: int, newcomer: str = "") -> None:
    """A group came to a family or left it: the others are to be made anew, together or each by itself."""
    now = _size(db, family)
    if _together(family, now) or _together(family, before):  # made as none where each makes its own
        _flag(db, family, "pages")
    if _together(family, before) and not _together(family, now):
        db.execute(
            "INSERT OR IGNORE INTO stale_groups SELECT group_key, 'pages' FROM families"
            " WHERE family = ? AND group_key <> ?",
            (family, newcomer),
        )


def _flag(db: sqlite3.Connection, family: str, cause: str) -> None:
    """That a site's lines are others is told only where there is no further cause."""
    db.execute(
        "INSERT INTO stale_families VALUES (?, ?) ON CONFLICT DO UPDATE SET cause = excluded.cause"
        " WHERE cause = 'site'",
        (family, cause),
    )


def _size(db: sqlite3.Connection, family: str) -> int:
    return int(db.execute("SELECT count(*) FROM families WHERE family = ?", (family,)).fetchone()[0])


def _together(family: str, size: int) -> bool:
    pages = family.rpartition("|")[2]
    return 2 <= size <= MOST + (min(int(pages), _MOST_PAGES) if pages.isdecimal() else 0)

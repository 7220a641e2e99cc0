"""The catalog's part in corrections and verdicts: a person's word on a page, kept whatever becomes of it.

All functions work inside the caller's transaction. A word on a page that the archive does not hold changes
nothing; it holds again as soon as the page is there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from flows.catalog import SHORTEST_ID, Catalog

VERDICT = "same"
"""The field of a person's word on whether two speeches are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """One thing that a person put right."""

    id: str
    """Of the page that it was said of."""
    field: str
    """level, region, date, title or same."""
    other: str
    """The speech that a verdict (same) is about."""
    value: str | None
    reason: str
    told: str


def corrected(catalog: Catalog, pages: Iterable[str] | None = None) -> list[Corrected]:
    """All that was put right, or that of some pages, in the order in which it was said."""
    columns = ("id", "field", "other", "value", "reason", "told")
    rows = catalog.db.execute(
        "SELECT page, field, other, value, reason, told FROM corrections ORDER BY number"
    ).fetchall()
    wanted = None if pages is None else set(pages)
    return [
        Corrected(**dict(zip(columns, row, strict=True)))
        for row in rows
        if wanted is None or row[0] in wanted or row[2] in wanted
    ]


def waiting(catalog: Catalog, given: str) -> str | None:
    """The page that an id or its first digits mean: one that is not here, but that a word waits for."""
    if len(given) < SHORTEST_ID:
        return None
    rows = catalog.db.execute(
        "SELECT page FROM (SELECT page FROM corrections UNION SELECT other FROM corrections)"
        " WHERE page >= ?1 AND page < ?1 || 'g' AND page NOT IN (SELECT page FROM speech_pages) LIMIT 2",
        (given.lower(),),
    ).fetchall()
    return rows[0][0] if len(rows) == 1 else None


def put(
    db: sqlite3.Connection, page: str, field: str, other: str, value: str | None, reason: str, told: str
) -> None:
    """Keep a word on a page."""
    db.execute(
        "INSERT INTO corrections (page, field, other, value, reason, told) VALUES (?, ?, ?, ?, ?, ?)",
        (page, field, other, value, reason, told),
    )


def drop(db: sqlite3.Connection, field: str, here: Collection[str], there: Collection[str]) -> int:
    """Take back what was said of the pages of one speech, of ``same``: of those of two; how many words."""
    found = [
        (number,)
        for number, page, other in db.execute(
            "SELECT number, page, other FROM corrections WHERE field = ?", (field,)
        ).fetchall()
        if (page in here and other in (there or ("",))) or (page in there and other in here)
    ]
    db.executemany("DELETE FROM corrections WHERE number = ?", found)
    for a in here:
        for b in there:
            db.execute("DELETE FROM verdicts WHERE a IN (?1, ?2) AND b IN (?1, ?2)", (a, b))
    return len(found)


def hand_on(db: sqlite3.Connection, page: str, heir: str) -> None:
    """Let the words on a page that goes be on another page of its speech; of two on one thing the later."""
    for mine, its in (("page", "other"), ("other", "page")):
        db.execute(
            f"DELETE FROM corrections WHERE {mine} = ?1 AND EXISTS (SELECT 1 FROM corrections k"
            f" WHERE k.{mine} = ?2 AND k.{its} = corrections.{its} AND k.field = corrections.field"
            " AND k.number > corrections.number)",
            (page, heir),
        )
        db.execute(
            f"UPDATE OR REPLACE corrections SET {mine} = ?2 WHERE {mine} = ?1 AND {its} <> ?2", (page, heir)
        )
    rows = db.execute(
        "DELETE FROM verdicts WHERE (a = ?1 OR b = ?1) AND ?2 NOT IN (a, b) RETURNING a, b, same",
        (page, heir),
    ).fetchall()
    for a, b, same in rows:
        db.execute(
            "INSERT INTO verdicts VALUES (?, ?, ?)"
            " ON CONFLICT (a, b) DO UPDATE SET same = min(same, excluded.same)",
            (*sorted((heir, b if a == page else a)), same),
        )


def withdraw_text(db: sqlite3.Connection, pages: Iterable[str]) -> int:
    """Drop what may quote the text of pages that are taken down: titles, and all reasons; how many titles."""
    titles = 0
    for page in pages:
        titles += db.execute(
            "DELETE FROM corrections WHERE page = ? AND field = 'title' AND value IS NOT NULL", (page,)
        ).rowcount
        db.execute("UPDATE corrections SET reason = '' WHERE page = ?1 OR other = ?1", (page,))
    return titles


def count(db: sqlite3.Connection, pages: Iterable[str]) -> int:
    """How many words there are on some pages."""
    numbers = set[int]()
    for page in pages:
        rows = db.execute("SELECT number FROM corrections WHERE page = ?1 OR other = ?1", (page,))
        numbers.update(number for (number,) in rows)
    return len(numbers)

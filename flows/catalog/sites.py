"""The catalog's part in lines learned from repetition: what is kept of a site's pages, and what follows.

What a line must be to be learned is told in clean/site_lines.py. Here it is kept up to date at a cost that
does not grow with the site: only the sites that got pages are looked at, of those only the sample, and only
where the new pages changed that. The pages of a site are gone through only when what was learned changed.
All functions work inside the caller's transaction.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from flows.clean import site_lines
from flows.clean.site_lines import PageLines
from flows.records import Page

Learned = dict[int, tuple[bool, str]]
"""Line to whether it goes wherever it stands, and how it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a site's new pages changed, in lines."""

    learned: int = 0
    unlearned: int = 0
    """Learned before, and not shared by enough of the site's bodies any more."""


def put_page(db: sqlite3.Connection, page: Page, group: str) -> None:
    """Keep what a new page's site is learned from; without a site nothing."""
    if not page.site:
        return
    kept = site_lines.page_lines(page, group)
    db.execute(
        "INSERT OR IGNORE INTO site_pages VALUES (?, ?, ?, ?, ?, ?)",
        (page.site, kept.rank, page.id, kept.work, _packed(kept.sketch), _packed(kept.lines)),
    )
    db.execute(
        "INSERT INTO stale_sites VALUES (?, ?) ON CONFLICT DO UPDATE SET rank = min(rank, excluded.rank)",
        (page.site, kept.rank),
    )


def drop_page(db: sqlite3.Connection, page: str) -> None:
    """Leave a page out of what its site is learned from."""
    gone = db.execute("DELETE FROM site_pages WHERE page = ? RETURNING site, rank", (page,)).fetchall()
    db.executemany(
        "INSERT INTO stale_sites VALUES (?, ?) ON CONFLICT DO UPDATE SET rank = min(rank, excluded.rank)",
        gone,
    )


def put_earlier_pages(db: sqlite3.Connection, most: int) -> int:
    """Do so for pages that an earlier version took in, so many of them; how many there were."""
    found = db.execute(
        "SELECT u.page, p.group_key, p.record FROM unlearned_pages u JOIN pages p ON p.id = u.page LIMIT ?",
        (most,),
    ).fetchall()
    for page, group, record in found:
        put_page(db, msgspec.json.decode(record, type=Page), group)
        db.execute("DELETE FROM unlearned_pages WHERE page = ?", (page,))
    return len(found)


def learn(db: sqlite3.Connection, site: str) -> Change:
    """Bring what is learned of a site up to date and flag the groups of the pages that a change touches."""
    new_rank = db.execute("SELECT rank FROM stale_sites WHERE site = ?", (site,)).fetchone()[0]
    db.execute("DELETE FROM stale_sites WHERE site = ?", (site,))
    end = db.execute(
        "SELECT DISTINCT rank FROM site_pages WHERE site = ? ORDER BY rank LIMIT 1 OFFSET ?",
        (site, site_lines.SAMPLE - 1),
    ).fetchone()
    if end and new_rank > end[0]:
        return Change()
    before, now = learned(db, site), _learned_anew(db, site)
    if before == now:
        return Change()
    db.execute("DELETE FROM learned_lines WHERE site = ?", (site,))
    rows = [(site, line, everywhere, text) for line, (everywhere, text) in now.items()]
    db.executemany("INSERT INTO learned_lines VALUES (?, ?, ?, ?)", rows)
    _flag(db, site, _touched(before, now))
    return Change(learned=len(now.keys() - before.keys()), unlearned=len(before.keys() - now.keys()))


def learned(db: sqlite3.Connection, site: str) -> Learned:
    """What is learned of a site."""
    rows = db.execute("SELECT line, everywhere, text FROM learned_lines WHERE site = ?", (site,))
    return {line: (bool(everywhere), text) for line, everywhere, text in rows}


def _learned_anew(db: sqlite3.Connection, site: str) -> Learned:
    rows = db.execute(
        "SELECT rank, min(page), work, sketch, lines FROM site_pages WHERE site = ?"
        " GROUP BY rank ORDER BY rank LIMIT ?",  # one page a rank: copies of one page mostly share it
        (site, site_lines.SAMPLE),
    ).fetchall()
    sample = {
        page: PageLines(rank=rank, work=work, sketch=tuple(_unpacked(sketch)), lines=tuple(_unpacked(lines)))
        for rank, page, work, sketch, lines in rows
    }
    found = site_lines.shared(list(sample.values()))
    holders: dict[str, list[int]] = {}
    for line in found:  # read as on the smallest page that holds it
        holder = min(page for page, kept in sample.items() if line in kept.lines or line + 1 in kept.lines)
        holders.setdefault(holder, []).append(line)
    texts: dict[int, str] = {}
    for page, lines in holders.items():
        record = db.execute("SELECT record FROM pages WHERE id = ?", (page,)).fetchone()[0]
        texts |= site_lines.texts(msgspec.json.decode(record, type=Page), lines)
    return {
        line: (found[line], text) for line, text in sorted(texts.items()) if not site_lines.standing(text)
    }


def _touched(before: Learned, now: Learned) -> set[int]:
    """Lines as pages keep them (odd: inside) that are dropped now and were not, or the other way."""
    touched = set()
    for line in before.keys() | now.keys():
        if (line in before) != (line in now):
            touched.add(line)
        if before.get(line, (False,))[0] != now.get(line, (False,))[0]:
            touched.add(line + 1)
    return touched


def _flag(db: sqlite3.Connection, site: str, touched: set[int]) -> None:
    if not touched:
        return
    pages = db.execute("SELECT page, lines FROM site_pages WHERE site = ?", (site,))
    held = [page for page, lines in pages if not touched.isdisjoint(_unpacked(lines))]
    db.executemany(
        "INSERT OR IGNORE INTO stale_groups SELECT group_key, 'site' FROM pages WHERE id = ?",
        ((page,) for page in held),
    )


def _packed(numbers: Iterable[int]) -> bytes:
    return array("q", numbers).tobytes()


def _unpacked(blob: bytes) -> array[int]:
    return array("q", blob)

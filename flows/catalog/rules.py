"""The catalog's part in a refresh: by what rules the archive was made, and what a change of them touches.

All functions work inside the caller's transaction. What is flagged here is done by the steps of any run, so a
refresh that was killed is gone on with; how the speeches were before is kept until its end.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import replace

import msgspec

from flows import rules
from flows.catalog import sites as catalog_sites
from flows.records import Reject, Source
from flows.settings import Fields
from flows.spool import Remade

SMALLEST = -(1 << 63)
"""The rank below all: a site to be learned anew whatever its pages are."""
FACTS = ("level", "region", "date")
Rejects = dict[str, dict[str, list[int]]]
"""Numbers of the rejects by dump file and SHA-256 of the bytes, as far as a transaction has read them: to
read those of a large dump file anew for each of its pages would take hours."""
_json = msgspec.json.encode


def stale(db: sqlite3.Connection) -> list[str]:
    """The groups of rules that are not those that the archive was made by; none for an empty archive."""
    if not db.execute("SELECT 1 FROM pages LIMIT 1").fetchone():
        return []
    known = dict(db.execute("SELECT key, value FROM meta WHERE key LIKE 'rules.%'").fetchall())
    return [name for name, found in rules.fingerprints().items() if known.get(f"rules.{name}") != found]


def begin(db: sqlite3.Connection, run: str, fields: Fields) -> None:
    """Note the rules, where the archive is empty, and the names of fields, where any were given."""
    if not db.execute("SELECT 1 FROM pages LIMIT 1").fetchone():
        _note(db, list(rules.fingerprints()))
    if fields != Fields():
        db.execute("INSERT OR REPLACE INTO run_fields VALUES (?, ?)", (run, _json(fields).decode()))


def flag(db: sqlite3.Connection) -> list[str]:
    """Flag what the rules that changed touch, and note the rules."""
    changed = stale(db)
    if changed:
        _remember(db)
    if "pages" in changed:
        db.execute("INSERT OR IGNORE INTO stale_pages SELECT id FROM pages")
        _flag_sites(db)
    if "speeches" in changed:
        db.execute(
            "INSERT OR IGNORE INTO stale_groups SELECT DISTINCT group_key, 'rules' FROM pages"
            " WHERE group_key <> ''"
        )
        db.execute("INSERT OR IGNORE INTO stale_pages SELECT id FROM pages")  # for the groups they are in
    if "copies" in changed:
        for table in ("signatures", "marks", "prints", "links"):
            db.execute(f"DELETE FROM {table}")
        db.execute("INSERT OR REPLACE INTO stale_speeches (speech, matched) SELECT id, 0 FROM speeches")
    _note(db, changed)
    return changed


def _note(db: sqlite3.Connection, names: list[str]) -> None:
    found = rules.fingerprints()
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", [(f"rules.{n}", found[n]) for n in names])


def _flag_sites(db: sqlite3.Connection) -> None:
    """What is kept of each page to learn from is made by the clean stage's rules, and so is what goes."""
    db.execute(
        "INSERT OR IGNORE INTO stale_groups SELECT DISTINCT p.group_key, 'rules' FROM learned_lines l"
        " JOIN site_pages s ON s.site = l.site JOIN pages p ON p.id = s.page"
    )
    db.execute("INSERT OR REPLACE INTO stale_sites SELECT DISTINCT site, ? FROM learned_lines", (SMALLEST,))
    db.execute("DELETE FROM site_pages")
    db.execute("INSERT OR IGNORE INTO unlearned_pages SELECT id FROM pages WHERE group_key <> ''")


def put_remade(db: sqlite3.Connection, item: Remade, key: str, run: str, rejects: Rejects) -> None:
    """Put a page in place of what it was; one that is rejected now keeps its bytes, and is in no group."""
    (old_key,) = db.execute("SELECT group_key FROM pages WHERE id = ?", (item.id,)).fetchone()
    _drop_rejects(db, item.id, rejects)
    if item.page:
        page = replace(item.page, raw=b"", source=Source(file=""))
        db.execute("UPDATE pages SET group_key = ?, record = ? WHERE id = ?", (key, _json(page), item.id))
        db.execute("INSERT OR IGNORE INTO unlearned_pages VALUES (?)", (item.id,))
        _put_places(db, item.id, item.page.source)
    elif item.reject:
        db.execute("UPDATE pages SET group_key = '' WHERE id = ?", (item.id,))
        db.execute("DELETE FROM speech_pages WHERE page = ?", (item.id,))
        db.execute("DELETE FROM unlearned_pages WHERE page = ?", (item.id,))
        _put_rejects(db, item.id, item.reject, run)
    catalog_sites.drop_page(db, item.id)
    flagged = [(k,) for k in {old_key, key} if k]
    db.executemany("INSERT OR IGNORE INTO stale_groups VALUES (?, 'rules')", flagged)


def _places(db: sqlite3.Connection, page: str) -> list[tuple[str, str, int, Source]]:
    rows = db.execute("SELECT dump, file, offset, record FROM sources WHERE page = ?", (page,)).fetchall()
    return [(dump, file, offset, msgspec.json.decode(r, type=Source)) for dump, file, offset, r in rows]


def _put_places(db: sqlite3.Connection, page: str, found: Source) -> None:
    """The page's own word on where it is (its address, its number) in each place where it was found."""
    for dump, file, offset, source in _places(db, page):
        source = replace(source, url=found.url, page=found.page, captured=found.captured or source.captured)
        db.execute(
            "UPDATE sources SET record = ? WHERE page = ? AND dump = ? AND file = ? AND offset = ?",
            (_json(source), page, dump, file, offset),
        )


def _put_rejects(db: sqlite3.Connection, page: str, reject: Reject, run: str) -> None:
    for dump, _, _, source in _places(db, page):
        record = _json(replace(reject, source=source))
        values = (dump, reject.reason, record, run)
        db.execute("INSERT INTO rejects (dump, reason, record, run) VALUES (?, ?, ?, ?)", values)


def _drop_rejects(db: sqlite3.Connection, page: str, rejects: Rejects) -> None:
    """The rejects that stand where the page was found."""
    for dump, _, _, source in _places(db, page):
        if dump not in rejects:
            rejects[dump] = _rejects(db, dump)
        found = rejects[dump].pop(source.sha256, ()) if source.sha256 else ()
        db.executemany("DELETE FROM rejects WHERE number = ?", [(number,) for number in found])


def _rejects(db: sqlite3.Connection, dump: str) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for number, record in db.execute("SELECT number, record FROM rejects WHERE dump = ?", (dump,)):
        numbers.setdefault(msgspec.json.decode(record, type=Reject).source.sha256, []).append(number)
    return numbers


def _fingerprint(value: bytes | str | None) -> int | None:
    if value is None:
        return None
    data = value.encode() if isinstance(value, str) else value
    return int.from_bytes(hashlib.sha256(data).digest()[:8], "big", signed=True)


_AS_IT_IS = (
    "SELECT id AS speech, mark(settled) AS whole,"
    " mark(json_extract(CAST(settled AS TEXT), '$.level')) AS level,"
    " mark(json_extract(CAST(settled AS TEXT), '$.region')) AS region,"
    " mark(json_extract(CAST(settled AS TEXT), '$.speech_date')) AS date, cluster FROM speeches"
)


def _remember(db: sqlite3.Connection) -> None:
    db.create_function("mark", 1, _fingerprint, deterministic=True)
    db.execute(f"INSERT OR IGNORE INTO before_refresh {_AS_IT_IS}")


def changes(db: sqlite3.Connection) -> dict[str, int]:
    """How many speeches that were there before are now otherwise, or gone; and how many in each tag."""
    db.create_function("mark", 1, _fingerprint, deterministic=True)
    if not db.execute("SELECT 1 FROM before_refresh LIMIT 1").fetchone():
        return {}
    differ = ", ".join(f"sum(b.{fact} IS NOT s.{fact})" for fact in FACTS)
    row = db.execute(
        f"SELECT sum(b.whole IS NOT s.whole), {differ}, count(DISTINCT CASE WHEN b.cluster IS NOT s.cluster"
        f" THEN b.cluster END) FROM before_refresh b LEFT JOIN ({_AS_IT_IS}) s USING (speech)"
    ).fetchone()
    db.execute("DELETE FROM before_refresh")
    return dict(zip(("speeches", *FACTS, "clusters"), (number or 0 for number in row), strict=True))

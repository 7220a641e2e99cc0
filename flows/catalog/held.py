"""The catalog's part in a change of index: what the index beside the one in use is known to hold.

That is kept for the time of one change only, so a change that is cut short leaves nothing behind; what an
engine has confirmed (``indexed``) stays true of the index in use at every moment.
"""

from __future__ import annotations

from collections.abc import Iterable

from flows.catalog import told as catalog_told
from flows.catalog.told import NEVER
from flows.catalog.writer import Writer

_AS_IT_IS = "EXISTS (SELECT 1 FROM held h WHERE h.speech = s.id AND h.revision = s.revision)"


class Held(Writer):
    """A catalog that also notes what another index holds."""

    def begin_held(self, revisions: Iterable[tuple[str, int]] = ()) -> None:
        """Begin a note of an index that holds these speeches, each with its revision."""
        with self._transaction() as db:
            db.execute("DROP TABLE IF EXISTS temp.held")
            db.execute(
                "CREATE TEMP TABLE held (speech TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID"
            )
            db.executemany("INSERT OR REPLACE INTO held VALUES (?, ?)", revisions)

    def not_held(self) -> list[str]:
        """Ids of settled speeches that the index does not hold as they are now, sorted."""
        rows = self.db.execute(
            f"SELECT id FROM speeches s WHERE settled IS NOT NULL AND NOT {_AS_IT_IS} ORDER BY id"
        )
        return [i for (i,) in rows]

    def held_in_vain(self) -> list[str]:
        """Ids that the index holds and that are no settled speech, sorted."""
        rows = self.db.execute(
            "SELECT speech FROM held WHERE speech NOT IN"
            " (SELECT id FROM speeches WHERE settled IS NOT NULL) ORDER BY 1"
        )
        return [i for (i,) in rows]

    def note_held(self, revisions: Iterable[tuple[str, int]], removed: Iterable[str] = ()) -> None:
        """Note what the index has confirmed."""
        with self._transaction() as db:
            db.executemany("INSERT OR REPLACE INTO held VALUES (?, ?)", revisions)
            db.executemany("DELETE FROM held WHERE speech = ?", [(i,) for i in removed])

    def held_count(self) -> int:
        """How many speeches the index holds."""
        return self._count("held")

    def held_sample(self, size: int) -> list[str]:
        """At most ``size`` ids that the index holds, evenly spread: the same ones for the same speeches."""
        step = max(1, -(-self.held_count() // size))
        rows = self.db.execute("SELECT speech FROM held ORDER BY speech")
        return [i for n, (i,) in enumerate(rows) if n % step == 0]

    def doubt(self, engine: str) -> None:
        """Before a swap: what is not equal in both indices counts as not confirmed, whichever is in use."""
        with self._transaction() as db:
            catalog_told.note(db, engine, (r for (r,) in db.execute("SELECT max(revision) FROM held") if r))
            db.execute(
                "UPDATE indexed SET revision = ?2 WHERE engine = ?1 AND NOT EXISTS (SELECT 1 FROM held h"
                " WHERE h.speech = indexed.speech AND h.revision = indexed.revision)",
                (engine, NEVER),
            )
            db.execute(
                "INSERT OR IGNORE INTO indexed SELECT ?1, speech, ?2 FROM held",
                (engine, NEVER),
            )

    def trust(self, engine: str) -> None:
        """After a swap: what the index holds is what is confirmed."""
        with self._transaction() as db:
            db.execute("DELETE FROM indexed WHERE engine = ?", (engine,))
            db.execute("INSERT INTO indexed SELECT ?, speech, revision FROM held", (engine,))

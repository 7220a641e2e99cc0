"""Writes the catalog's part for copies; mixed into the writer, whose transactions it uses."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager

import msgspec
import numpy as np

from flows.catalog import pieces
from flows.catalog.copies import AGAIN, MATCHED, Copies, Found
from flows.dedupe import postings, sample
from flows.dedupe.arrays import Keys
from flows.dedupe.sketches import LAST_SKETCH
from flows.records import Speech

CACHE_KIB = 200_000
"""Pages of the catalog that are held while copies are searched."""
_json = msgspec.json.encode


class CopiesWriter(Copies):
    """What may be changed of it; each public method is one transaction."""

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        raise NotImplementedError

    def _next_revision(self) -> int:
        raise NotImplementedError

    def _sign(self, speech: str, signature: Sequence[int], lone: bool) -> None:
        """Keep a speech's signature; its marks are posted when it is compared (:meth:`post`)."""
        found = sample(signature)
        self.db.execute(
            "INSERT INTO signatures (speech, marks, top, signature) VALUES (?, ?, ?, ?)",
            (speech, len(found.marks), found.top, array("q", signature).tobytes()),
        )
        self.db.execute("INSERT OR REPLACE INTO stale_speeches VALUES (?, 0, ?)", (speech, int(lone)))

    def _unlink(self, speech: str) -> None:
        """Forget a speech's signature and links; those it was linked with are to be clustered again."""
        for number, _, signature in self.signed([speech]):
            self._unpost(number, speech, signature)
            self.db.execute("DELETE FROM signatures WHERE number = ?", (number,))
        self.db.execute(
            "INSERT OR IGNORE INTO stale_speeches SELECT b, 1, 0 FROM links WHERE a = ?1"
            " UNION SELECT a, 1, 0 FROM links WHERE b = ?1 UNION SELECT id, 1, 0 FROM speeches"
            " WHERE id <> ?1 AND cluster = (SELECT cluster FROM speeches WHERE id = ?1)",
            (speech,),
        )
        self.db.execute("DELETE FROM links WHERE a = ?1 OR b = ?1", (speech,))

    def _unpost(self, number: int, speech: str, signature: bytes) -> None:
        """Take a signature's postings out; the speeches that become hubs by it are to be compared again."""
        marks, prints = _postings([(number, speech, signature)])
        before = self.posted(postings.lows(marks), np.full(len(marks), postings.CROWD + 2))
        pieces.drop(self.db, "marks", marks)
        pieces.drop(self.db, "prints", prints)
        after = before[postings.numbers(before) != number]
        self._again(np.setdiff1d(after[postings.hubs(after)], before[postings.hubs(before)]))

    def _again(self, found: Keys) -> None:
        """Forget the links of the speeches of these postings, and flag them to be compared again."""
        for number in np.unique(postings.numbers(found)).tolist():
            row = self.db.execute("SELECT speech FROM signatures WHERE number = ?", (number,)).fetchone()
            for speech in row or ():
                self.db.execute(
                    "INSERT OR IGNORE INTO stale_speeches SELECT b, 1, 0 FROM links WHERE a = ?1"
                    " UNION SELECT a, 1, 0 FROM links WHERE b = ?1",
                    (speech,),
                )
                self.db.execute("DELETE FROM links WHERE a = ?1 OR b = ?1", (speech,))
                self.db.execute(
                    "INSERT INTO stale_speeches VALUES (?, ?, 0) ON CONFLICT (speech)"
                    " DO UPDATE SET matched = excluded.matched WHERE matched = ?",
                    (speech, AGAIN, MATCHED),
                )

    def sign_earlier(self, signatures: Iterable[tuple[str, Sequence[int]]]) -> None:
        """Keep the signatures of speeches that an earlier version made."""
        with self._transaction():
            for speech, signature in signatures:
                self._sign(speech, signature, lone=False)

    def post(self, speeches: Sequence[str]) -> Keys:
        """Make some speeches findable by their marks; the postings of these, sorted."""
        marks, prints = _postings(self.signed(speeches))
        with self._transaction() as db:
            pieces.add(db, "marks", marks)
            pieces.add(db, "prints", prints)
        return marks

    def posted(self, lows: Keys, most: Keys | None = None) -> Keys:
        """The postings of some marks (see :func:`postings.lows`; sorted), sorted; of each the first ``most``,
        or all."""
        return pieces.within(self.db, "marks", lows, most)

    def prepare_search(self) -> None:
        """Room in memory for what :meth:`post` writes and reads everywhere in the tables."""
        self.db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")

    def put_links(
        self, links: Iterable[Found], matched: Iterable[str] = (), crowded: Keys | None = None
    ) -> None:
        """Store pairs found alike, and that some speeches have been compared with all there are, by which the
        speeches of some postings are no hubs any longer."""
        with self._transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(*sorted((a, b)), *rest, _json(list(places)).decode()) for a, b, *rest, places in links],
            )
            db.executemany("UPDATE stale_speeches SET matched = 1 WHERE speech = ?", [(i,) for i in matched])
            if crowded is not None:
                self._again(crowded)

    def put_cluster(self, canonical: str, members: Sequence[Speech], run: str) -> int:
        """Store a settled cluster; returns how many members changed by it."""
        changed = 0
        cluster = min(m.id for m in members)
        with self._transaction() as db:
            for speech in members:
                record = _json(speech)
                changed += db.execute(
                    "UPDATE speeches SET settled = ?2, cluster = ?3, canonical = ?4, variants = ?5,"
                    " revision = ?6, run = ?7 WHERE id = ?1 AND (settled IS NOT ?2 OR cluster IS NOT ?3"
                    " OR canonical IS NOT ?4 OR variants IS NOT ?5)",
                    (
                        speech.id,
                        record,
                        cluster,
                        int(speech.id == canonical),
                        len(members) - 1,
                        self._next_revision(),
                        run,
                    ),
                ).rowcount
                db.execute("DELETE FROM stale_speeches WHERE speech = ?", (speech.id,))
        return changed

    def settle_lone(self) -> None:
        """Take the flag off the new speeches that nothing is like: they are settled by themselves already."""
        with self._transaction() as db:
            db.execute(
                "DELETE FROM stale_speeches WHERE matched AND lone"
                " AND NOT EXISTS (SELECT 1 FROM links WHERE a = speech OR b = speech)"
                " AND speech NOT IN (SELECT speech FROM speech_pages"
                " WHERE page IN (SELECT a FROM verdicts UNION SELECT b FROM verdicts))"
            )

    def put_verdict(self, a: str, b: str, same: bool | None) -> None:
        """Keep a person's word that the speeches of two ids are one, or are not; None takes it back. The ids
        are any once given; both speeches are to be clustered again. A part of the caller's transaction."""
        low, high = sorted((a, b))
        if same is None:
            self.db.execute("DELETE FROM verdicts WHERE a = ? AND b = ?", (low, high))
        else:
            self.db.execute("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)", (low, high, int(same)))
        self.db.execute(
            "INSERT OR IGNORE INTO stale_speeches SELECT speech, 1, 0 FROM speech_pages WHERE page IN (?, ?)",
            (low, high),
        )


def _postings(rows: Sequence[tuple[int, str, bytes]]) -> tuple[Keys, Keys]:
    """The keys of the marks and of the prints of signatures, sorted."""
    values = np.frombuffer(b"".join(blob for _, _, blob in rows), np.int64)
    low_bits = np.array([postings.key(0, speech, number) for number, speech, _ in rows], np.int64)
    low_bits = np.repeat(low_bits, [len(blob) // 8 for _, _, blob in rows])
    marks = values >= 0
    prints = (values < 0) & (values > LAST_SKETCH)
    return (
        postings.keys(values[marks], low_bits[marks]),
        postings.keys(-1 - values[prints], low_bits[prints]),
    )

"""The catalog's part for copies: signatures, postings, links, clusters, verdicts and shared paragraphs.

The speeches that share a mark lie side by side in the table ``marks`` (pieces.py): no step is over all
pairs. A million speeches of 3,200 letters take 1.7 GB for it beside some 15 GB of pages (from
10,000, by ``make bench-dedupe``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from flows.records import Related, Speech

MOST_SHARERS = 20
"""Other speeches that hold a paragraph up to which it is a passage; above, a standing phrase."""
PASSAGES = 500
"""Shared paragraphs of one speech that are told."""
NEW, MATCHED, AGAIN = 0, 1, 2
"""Whether a flagged speech was compared: see schema/003.sql."""
Found = tuple[str, str, str, float, float, float, Sequence[str]]
"""Two ids, kind, jaccard, containment, share of numbers that differ, places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph that two speeches of different clusters share: where it stands in each."""

    start: int
    end: int
    other: str
    other_start: int
    other_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """What a speech shares with others: passages, in the order of its text, and how many of its paragraphs
    are standing phrases, found in too many to list."""

    passages: tuple[Passage, ...]
    standing: int


class _Text(msgspec.Struct):
    """What is compared of a stored speech."""

    text: str


class Copies:
    """Mixed into the catalog: what it knows of copies."""

    db: sqlite3.Connection

    def stale_speeches(self) -> list[str]:
        """Ids of the speeches that are not compared and clustered yet, sorted."""
        return [s for (s,) in self.db.execute("SELECT speech FROM stale_speeches ORDER BY 1")]

    def unsigned(self) -> list[str]:
        """Ids of the flagged speeches that have no signature, since an earlier version made them, sorted."""
        rows = self.db.execute(
            "SELECT speech FROM stale_speeches WHERE speech NOT IN (SELECT speech FROM signatures) ORDER BY 1"
        )
        return [s for (s,) in rows]

    def unmatched(self) -> list[str]:
        """Ids of the new speeches that are not compared with others yet, in the order of their numbers."""
        return self._flagged(NEW)

    def crowded(self) -> list[str]:
        """Ids of the speeches that are to be compared again, since the hubs of their marks have changed (see
        dedupe/postings.py)."""
        return self._flagged(AGAIN)

    def _flagged(self, matched: int) -> list[str]:
        rows = self.db.execute(
            "SELECT t.speech FROM stale_speeches t JOIN signatures s ON s.speech = t.speech"
            " WHERE t.matched = ? ORDER BY s.number",
            (matched,),
        )
        return [s for (s,) in rows]

    def tagged(self, ids: Iterable[str]) -> list[Speech]:
        """Speeches as tagged by themselves, in the order of the ids."""
        found = []
        for i in ids:
            row = self.db.execute("SELECT tagged FROM speeches WHERE id = ?", (i,)).fetchone()
            found.append(msgspec.json.decode(row[0], type=Speech))
        return found

    def text(self, speech: str) -> str:
        """The text of a speech; a third of the time that :meth:`tagged` takes."""
        row = self.db.execute("SELECT tagged FROM speeches WHERE id = ?", (speech,)).fetchone()
        return msgspec.json.decode(row[0], type=_Text).text

    def signed(self, speeches: Sequence[str]) -> list[tuple[int, str, bytes]]:
        """Number, id and signature of speeches, in the order of the ids; those without one are left out."""
        return self._from_signatures("number, speech, signature", "speech", speeches)

    def signatures(self, numbers: Sequence[int]) -> list[tuple[int, str, bytes]]:
        """:meth:`signed`, by the numbers of speeches."""
        return self._from_signatures("number, speech, signature", "number", numbers)

    def sizes(self, numbers: Sequence[int]) -> list[tuple[int, int, int]]:
        """Number, count of marks and top of the signatures of these numbers."""
        return self._from_signatures("number, marks, top", "number", numbers)

    def _from_signatures(
        self, columns: str, key: str, keys: Sequence[str] | Sequence[int]
    ) -> list[tuple[Any, ...]]:
        """Columns of the rows with these keys, in their order; many at once take a third of the time."""
        return self.db.execute(
            f"SELECT {columns} FROM json_each(?) j CROSS JOIN signatures s ON s.{key} = j.value",
            (msgspec.json.encode(keys).decode(),),
        ).fetchall()

    def component(self, speech: str) -> tuple[set[str], dict[tuple[str, str], tuple[str, float]]]:
        """All speeches whose cluster may change with this one, and the links among them: kind and jaccard.

        They are joined to it by links of variants, by a person's word, or were once in one cluster with it.
        """
        known: set[str] = set()
        links: dict[tuple[str, str], tuple[str, float]] = {}
        queue = [speech]
        while queue:
            i = queue.pop()
            if i in known:
                continue
            known.add(i)
            rows = self.db.execute("SELECT a, b, kind, jaccard FROM links WHERE a = ?1 OR b = ?1", (i,))
            for a, b, kind, jaccard in rows.fetchall():
                links[a, b] = (kind, jaccard)
                queue += [a, b] if kind == "variant" else []
            mates = self.db.execute(
                "SELECT id FROM speeches WHERE cluster = (SELECT cluster FROM speeches WHERE id = ?)", (i,)
            ).fetchall()
            queue += [x for (x,) in mates]
            queue += [x for pair, same in self.verdicts(i).items() if same for x in pair]
        return known, {p: link for p, link in links.items() if p[0] in known and p[1] in known}

    def verdicts(self, speech: str | None = None) -> dict[tuple[str, str], bool]:
        """A person's words on two speeches, as they are called today: whether they are the same; all, or
        those on one speech. Of two words on one pair "not the same" wins."""
        mine = "(SELECT page FROM speech_pages WHERE speech = ?1)"
        rows = self.db.execute(
            "SELECT min(x.speech, y.speech), max(x.speech, y.speech), min(v.same) FROM verdicts v"
            " JOIN speech_pages x ON x.page = v.a JOIN speech_pages y ON y.page = v.b"
            " WHERE x.speech <> y.speech"
            f" AND {'?1 IS NULL' if speech is None else f'(v.a IN {mine} OR v.b IN {mine})'} GROUP BY 1, 2",
            (speech,),
        )
        return {(a, b): bool(same) for a, b, same in rows}

    def cluster(self, cluster: str) -> list[str]:
        """Ids of the speeches in a cluster, sorted."""
        rows = self.db.execute("SELECT id FROM speeches WHERE cluster = ? ORDER BY id", (cluster,))
        return [i for (i,) in rows]

    def related(self, speech: str) -> tuple[Related, ...]:
        """Speeches of other clusters that are like this one, sorted by id; less those that a person called
        another speech, where nothing else is to be told of them."""
        rows = self.db.execute(
            "SELECT o.id, l.kind, l.places, l.numbers FROM"
            " (SELECT b AS other, kind, places, numbers FROM links WHERE a = ?1"
            " UNION ALL SELECT a, kind, places, numbers FROM links WHERE b = ?1) l"
            " JOIN speeches o ON o.id = l.other JOIN speeches s ON s.id = ?1"
            " WHERE o.cluster <> s.cluster ORDER BY o.id",
            (speech,),
        ).fetchall()
        told = self.verdicts(speech) if any(kind == "variant" for _, kind, _, _ in rows) else {}
        others = {i for pair, same in told.items() if not same for i in pair}
        return tuple(
            Related(
                id=other,
                relation="template" if kind == "template" else "ambiguous",
                places=tuple(msgspec.json.decode(places, type=list[str])),
                numbers=numbers,
            )
            for other, kind, places, numbers in rows
            if kind == "template" or other not in others
        )

    def passages(self, speech: str) -> Passages:
        """The paragraphs that a speech shares with speeches of other clusters."""
        from flows.dedupe import paragraphs

        (this,) = self.tagged([speech])
        own = self.db.execute("SELECT cluster FROM speeches WHERE id = ?", (speech,)).fetchone()
        texts: dict[str, list[tuple[int, int, int]]] = {}
        found: list[Passage] = []
        standing = 0
        for start, end, number in paragraphs(this.text):
            others = self._sharers(number)
            standing += len(others) > MOST_SHARERS + 1
            if len(others) > MOST_SHARERS + 1 or len(found) >= PASSAGES:
                continue
            for other in sorted(i for i, cluster in others if (cluster,) != own):
                if other not in texts:
                    texts[other] = paragraphs(self.tagged([other])[0].text)
                places = [(s, e) for s, e, n in texts[other] if n == number][:1]
                found += [
                    Passage(start=start, end=end, other=other, other_start=s, other_end=e) for s, e in places
                ]
        return Passages(passages=tuple(found[:PASSAGES]), standing=standing)

    def _sharers(self, number: int) -> list[tuple[str, str]]:
        """Speeches that have a paragraph, and their clusters: the speech itself, and of others one more than
        MOST_SHARERS at most."""
        import numpy as np

        from flows.catalog import pieces
        from flows.dedupe import postings

        lows = np.array([postings.low(number)], np.int64)
        most = np.array([MOST_SHARERS + 2])
        found = postings.numbers(pieces.within(self.db, "prints", lows, most))
        rows = [
            self.db.execute(
                "SELECT s.id, s.cluster FROM signatures g JOIN speeches s ON s.id = g.speech"
                " WHERE g.number = ?",
                (sharer,),
            ).fetchone()
            for sharer in found.tolist()
        ]
        return [row for row in rows if row]

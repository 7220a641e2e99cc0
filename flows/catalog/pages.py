"""The catalog's part for pages that are read or made again, and for what is not to be read."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from flows.records import Page, Source
from flows.settings import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A page as the archive keeps it: what it was made to, and what it can be made of again."""

    page: Page
    raw: bytes
    source: Source
    """One of the places where it was found."""
    fields: Fields
    set_aside: bool
    """The rules of an earlier refresh rejected it."""


class Pages:
    """Mixed into the catalog."""

    db: sqlite3.Connection

    def forgotten_paths(self) -> list[str]:
        """Dump files, and folders of them, that a person does not want to be taken in."""
        return [p for (p,) in self.db.execute("SELECT what FROM forgotten WHERE kind = 'path' ORDER BY 1")]

    def pages_of(self, dumps: Iterable[str]) -> set[str]:
        """Ids of the pages that were found in dump files, by their paths."""
        found: set[str] = set()
        for dump in dumps:
            rows = self.db.execute(
                "SELECT s.page FROM sources s JOIN pages p ON p.id = s.page"
                " WHERE s.dump = ? AND p.group_key <> ''",
                (dump,),
            )
            found.update(page for (page,) in rows)
        return found

    def kept_pages(self, span: tuple[str, str]) -> Iterator[Kept]:
        """The pages from the first to the last id of ``span``, with all that is needed to make them again."""
        rows = self.db.execute(
            "SELECT p.record, p.raw, p.group_key = '', f.fields,"
            " (SELECT record FROM sources WHERE page = p.id LIMIT 1)"
            " FROM pages p LEFT JOIN run_fields f ON f.run = p.run WHERE p.id BETWEEN ? AND ? ORDER BY p.id",
            span,
        )
        for record, raw, set_aside, fields, source in rows:
            yield Kept(
                page=msgspec.json.decode(record, type=Page),
                raw=zlib.decompress(raw),
                source=msgspec.json.decode(source, type=Source),
                fields=msgspec.json.decode(fields, type=Fields) if fields else Fields(),
                set_aside=bool(set_aside),
            )

    def stale_pages(self, first: str, last: str) -> list[str]:
        """Ids of the pages to be made again, from the first to the last."""
        select = "SELECT page FROM stale_pages WHERE page BETWEEN ? AND ? ORDER BY 1"
        rows = self.db.execute(select, (first, last))
        return [page for (page,) in rows]

    def stale_spans(self, most: int) -> Iterator[tuple[str, str]]:
        """The ids of pages to be made again, in spans of so many: first and last."""
        after = ""
        while True:
            first, last = self.db.execute(
                "SELECT min(page), max(page) FROM"
                " (SELECT page FROM stale_pages WHERE page > ? ORDER BY page LIMIT ?)",
                (after, most),
            ).fetchone()
            if first is None:
                return
            yield first, last
            after = last

"""Generated speeches for ``bench-search``: sentences of the labelled reports in other company."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import msgspec
from search_sets import take_in

from flows.catalog import Catalog
from flows.catalog.writer import Writer
from flows.records import Entry

EVERY = 6
"""Every so-manieth report lends its sentences, tags and sources."""


@dataclass(frozen=True)
class Maker:
    """Makes speeches as like real ones as the reports of an archive."""

    archive: Path

    @classmethod
    def of(cls, shared: Path, folder: Path) -> Maker:
        """From reports taken in by the real steps, so that their tags and evidence are real."""
        take_in(folder, *sorted((shared / "corpora" / "reports").glob("*.txt"))[::EVERY])
        return cls(folder)

    @cached_property
    def _models(self) -> list[Entry]:
        with Catalog.open(self.archive) as catalog:
            return list(catalog.entries())

    @cached_property
    def _sentences(self) -> list[str]:
        whole = "".join(model.speech.text for model in self._models)
        return [sentence + "。" for sentence in whole.split("。") if 10 <= len(sentence) <= 200]

    def entries(self, first: int, number: int, size: int) -> Iterator[Entry]:
        """Speeches of about ``size`` characters, the same for the same numbers."""
        for at in range(first, first + number):
            dice = random.Random(at)
            text, length = list[str](), 0
            while length < size:
                text.append(dice.choice(self._sentences) + ("\n" if dice.random() < 0.25 else ""))
                length += len(text[-1])
            yield self._like(
                dice.choice(self._models), hashlib.sha256(b"%d" % at).hexdigest()[:16], "".join(text)
            )

    def _like(self, model: Entry, name: str, text: str) -> Entry:
        speech = replace(model.speech, id=name, pages=(name,), text=text)
        return replace(model, speech=speech, cluster=name, canonical=True, variants=0, revision=1)


def put(catalog: Writer, entries: Sequence[Entry]) -> None:
    """Into a catalog, settled, as an ingest leaves them before the index stage."""
    with catalog.db:
        for one in entries:
            settled = msgspec.json.encode(one.speech)
            values = one.speech.id, "", settled, settled, one.cluster, 1, 0, 1, one.run
            catalog.db.execute("INSERT INTO speeches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
            for source in one.sources:
                record = msgspec.json.encode(source)
                place = one.speech.id, source.file, source.file, source.offset, record
                catalog.db.execute("INSERT INTO sources VALUES (?, ?, ?, ?, ?)", place)

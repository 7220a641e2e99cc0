"""What ``bench-search`` measures on: the labelled reports in both engines, and queries cut from them.

All is drawn from fixed seeds.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT / "tests") not in sys.path:
    sys.path.insert(0, str(ROOT / "tests"))

from conftest import serially, take_in  # noqa: E402
from elastic.node import Node  # noqa: E402
from elastic.parts import VERSION  # noqa: E402

from flows.catalog import Catalog  # noqa: E402
from flows.index.elastic.engine import ElasticEngine  # noqa: E402
from flows.index.embedded.engine import EmbeddedEngine  # noqa: E402
from flows.index.engine import Engine  # noqa: E402
from flows.index.fold import row, tokens  # noqa: E402
from flows.records import Entry  # noqa: E402
from flows.settings import Settings  # noqa: E402

__all__ = ["VERSION", "serially", "take_in"]
ALIAS = "bench-speeches"
HEAP = "1g"
"""Of the node: indexing pressure allows a tenth of it."""
PIECE, KNOWN = (2, 12), (4, 12)
"""Characters of a phrase cut at random, and of what is remembered of a known report."""
PARAGRAPH = 160
"""Characters out of which scattered words are taken."""
MOST_WORDS = 4
"""Words of a loose query of scattered words."""
TRIES = 1000
CANDIDATES = 10
"""Pieces of which a person remembers one, a rare one rather than a frequent one."""
Cutter = Callable[[str], Sequence[str]]
"""Cuts a run of characters into words."""


@dataclass(frozen=True)
class Searched:
    """Both engines, full of the same speeches."""

    archive: Path
    entries: list[Entry]
    engines: dict[str, Engine]
    client: Elasticsearch

    @cached_property
    def _canonical(self) -> dict[str, str]:
        shown = {one.cluster: one.speech.id for one in self.entries if one.canonical}
        return {one.speech.id: shown[one.cluster] for one in self.entries}

    def shown(self, speech: str) -> str:
        """The speech by which a search shows the cluster of one."""
        return self._canonical[speech]

    def smartcn(self, text: str) -> list[str]:
        """The words that smartcn makes of a text."""
        said = self.client.indices.analyze(index=ALIAS, analyzer="words", text=text)
        return [token["token"] for token in said["tokens"]]

    def alone(self, queries: Sequence[dict[str, Any]], size: int) -> Iterator[list[str]]:
        """Ids found by queries as they are, past the engine, best first."""
        for at in range(0, len(queries), 100):
            searches: list[dict[str, Any]] = []
            for query in queries[at : at + 100]:
                searches += [{}, {"query": query, "size": size, "_source": False}]
            answers = self.client.msearch(index=ALIAS, searches=searches)
            for answer in answers["responses"]:
                yield [hit["_id"] for hit in answer["hits"]["hits"]]


@contextmanager
def searched(shared: Path, folder: Path) -> Iterator[Searched]:
    """The reports and seeds taken in by the real steps, and put into both engines."""
    archive = folder / "archive"
    take_in(archive, shared / "corpora" / "reports", *sorted((shared / "seeds").glob("*.txt")))
    with Catalog.open(archive) as catalog:
        entries = list(catalog.entries())
    with node(folder / "node") as server, server.client(request_timeout=300) as client:
        elastic = opened(server)
        embedded = EmbeddedEngine.open(archive / "index" / "embedded")
        try:
            elastic.put(entries)
            if refused := elastic.commit():
                raise SystemExit(f"Elasticsearch will not take {refused[0]}")
            yield Searched(archive, entries, {"embedded": embedded, "elasticsearch": elastic}, client)
        finally:
            embedded.close()
            elastic.close()


def node(folder: Path) -> Node:
    """A server to measure on, not started yet."""
    folder.mkdir(parents=True, exist_ok=True)
    return Node(folder, heap=HEAP, optimized=True)


def opened(server: Node, alias: str = ALIAS) -> ElasticEngine:
    """The project's engine on that server."""
    return ElasticEngine.open(Settings(elasticsearch_url=server.url, elasticsearch_alias=alias), "bench")


class Plain:
    """A plain search of texts: a phrase is there where its tokens stand in a row."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._rows = {one.speech.id: f" {' '.join(row(one.speech.text))} " for one in entries}

    def __call__(self, phrase: str) -> set[str]:
        """Ids of the speeches whose text holds the phrase."""
        wanted = f" {' '.join(tokens(phrase))} "
        return {i for i, text in self._rows.items() if wanted in text}

    def density(self, phrase: str) -> list[float]:
        """How often it stands in each text, by the length of the text."""
        wanted = f" {' '.join(tokens(phrase))} "
        return [text.count(wanted) / len(text) for text in self._rows.values()]


@dataclass(frozen=True)
class Draw:
    """Queries drawn from speeches with one seed."""

    entries: list[Entry]
    seed: int

    @cached_property
    def _dice(self) -> random.Random:
        return random.Random(self.seed)

    def pieces(self, number: int) -> list[str]:
        """Pieces of PIECE characters from anywhere in the texts, punctuation and all."""
        weights = [len(one.speech.text) for one in self.entries]
        drawn = self._dice.choices(self.entries, weights, k=number)
        return [self._piece(one.speech.text, PIECE) for one in drawn]

    def known(self, per_speech: int, holders: Callable[[str], int] | None = None) -> list[tuple[str, str]]:
        """So many pieces of each text by itself: id of the speech, and what is remembered of it.

        With ``holders``, which tells how many speeches hold a piece, each is drawn out of CANDIDATES with a
        chance inverse to that number.
        """
        found = list[tuple[str, str]]()
        for one in self.entries:
            runs = _runs(one.speech.text)
            for _ in range(per_speech):
                pieces = [
                    self._piece(self._dice.choice(runs), KNOWN) for _ in range(CANDIDATES if holders else 1)
                ]
                chances = [1 / max(1, holders(piece)) for piece in pieces] if holders else [1.0]
                found += [(one.speech.id, piece) for piece in self._dice.choices(pieces, chances)]
        return found

    def loose(
        self, per_speech: int, cutter: Cutter | None, scattered: bool
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Words remembered of each text: cut at random or by a cutter; in a row, or out of a paragraph."""
        make = self._scattered if scattered else self._in_a_row
        return [
            (one.speech.id, make(one.speech.text, cutter or self._at_random))
            for one in self.entries
            for _ in range(per_speech)
        ]

    def _piece(self, text: str, length: tuple[int, int]) -> str:
        for _ in range(TRIES):
            size = self._dice.randint(*length)
            start = self._dice.randrange(max(1, len(text) - size))
            piece = text[start : start + size]
            if _border(text, start) and _border(text, start + size) and len(piece) == size and tokens(piece):
                return piece
        return text[: length[1]]

    def _at_random(self, run: str) -> list[str]:
        found, at = list[str](), 0
        while at < len(run):
            size = self._dice.choice((2, 2, 3, 4))
            found.append(run[at : at + size])
            at += size
        return found

    def _in_a_row(self, text: str, cutter: Cutter) -> tuple[str, ...]:
        runs = _runs(text)
        found: tuple[str, ...] = ()
        for _ in range(TRIES):
            words = cutter(self._dice.choice(runs)[:PARAGRAPH])
            first = self._dice.randrange(max(1, len(words) - 1))
            found = _together(words[first:], self._dice.randint(*KNOWN))
            if len(found) > 1:
                break
        return found

    def _scattered(self, text: str, cutter: Cutter) -> tuple[str, ...]:
        found: tuple[str, ...] = ()
        for _ in range(TRIES):
            start = self._dice.randrange(max(1, len(text) - PARAGRAPH))
            runs = _runs(text[start : start + PARAGRAPH])[1:-1]
            words = list(dict.fromkeys(word for run in runs for word in cutter(run) if len(word) > 1))
            self._dice.shuffle(words)
            found = _together(words[:MOST_WORDS], KNOWN[1])
            if len(found) > 1:
                break
        return found


def _border(text: str, at: int) -> bool:
    """Whether one token ends and another begins here."""
    return at in (0, len(text)) or len(row(text[at - 1 : at + 1])) == 2


def _runs(text: str) -> list[str]:
    """The runs of letters and digits of a text that are long enough to cut."""
    runs = "".join(char if char.isalnum() else " " for char in text).split()
    return [run for run in runs if len(run) >= KNOWN[0]] or runs


def _together(words: Sequence[str], most: int) -> tuple[str, ...]:
    """The first words that have so many characters together at most."""
    found, size = list[str](), 0
    for word in words:
        size += len(word)
        if size > most:
            break
        found.append(word)
    return tuple(found)

"""The index stage beside the bare engines: Elasticsearch's own ``parallel_bulk`` and Tantivy's own writer.

Both get the very documents that the project's engines make, ready beforehand, in turns of one portion
each, so that a busy minute hits both.
"""

from __future__ import annotations

import gc
import os
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import search_made
import tantivy
from chain import table, verdict
from elasticsearch import Elasticsearch
from elasticsearch.helpers import parallel_bulk
from search_sets import ALIAS, node, opened, serially

from flows.catalog.writer import Writer
from flows.coordinator import Run
from flows.index.document import document
from flows.index.elastic import schema as elastic_schema
from flows.index.embedded.engine import HEAP, THREADS, EmbeddedEngine
from flows.index.embedded.schema import ANALYZER, analyzer, schema, tantivy_document
from flows.index.engine import Engine
from flows.progress import Progress
from flows.records import Entry
from flows.settings import Settings

SPEECHES = int(os.environ.get("BENCH_SPEECHES", "10000"))
TURN = min(2000, SPEECHES // 5)
SIZE = 4000
WARM = 500
"""Speeches that the node gets before the first turn: Java compiles what is used much."""
TARGET = 0.8
BARE = "bench-bare"
ROUNDS = 3
Bare = Callable[[list[Any]], None]
Taken = dict[str, float]
"""Seconds by which of the two took them, by the clock and of the processor."""


def report(shared: Path, folder: Path) -> str:
    """The section of the report."""
    maker = search_made.Maker.of(shared, folder / "models")
    rounds = [_embedded(maker, folder / f"embedded-{n}") for n in range(ROUNDS)]
    rows = [_row("elasticsearch", [_elasticsearch(maker, folder / "elastic")]), _row("embedded", rounds)]
    return (
        f"{SPEECHES} generated speeches of about {SIZE} characters, sentences of the reports in other "
        f"company, in turns of {TURN}; the index stage (`tell_engine`) reads them from the catalog, makes "
        "the documents, sends them and notes what was taken; the bare engine gets the same ready made "
        "(`parallel_bulk` with its defaults; Tantivy's writer with the same heap and threads). Seconds by "
        "the clock; processor seconds are this process's, without the node's. Embedded: all of it "
        f"{ROUNDS} times over, each time into new indices, since a minute of the machine's is a large part "
        "of one; the seconds are of all of them.\n\n"
        + table(
            ("", "bare, s", "stage, s", "bare : stage", "each time", "target", "bare, CPU s", "stage, CPU s"),
            rows,
        )
    )


def _elasticsearch(maker: search_made.Maker, folder: Path) -> Taken:
    with node(folder / "node") as server, server.client(request_timeout=300) as client:
        engine = opened(server)
        engine.commit()
        made = client.indices.get(index=ALIAS)
        (held,) = made.values()
        analysis = held["settings"]["index"]["analysis"]
        settings = {"analysis": analysis, **elastic_schema.FILLING}
        client.indices.create(index=BARE, mappings=held["mappings"], settings=settings)
        bulk = lambda ready: _bulk(client, ready)  # noqa: E731
        bulk(_sources(list(maker.entries(SPEECHES, WARM, SIZE))))
        found = _turns(maker, folder, "elasticsearch", engine, _sources, bulk)
        engine.close()
    return found


def _bulk(client: Elasticsearch, ready: list[Any]) -> None:
    for ok, item in parallel_bulk(client, ready, index=BARE):
        if not ok:
            raise SystemExit(f"bare Elasticsearch refused {item}")
    client.indices.refresh(index=BARE)


def _sources(entries: Sequence[Entry]) -> list[Any]:
    return [{"_id": e.speech.id, **msgspec.json.decode(elastic_schema.source(e))} for e in entries]


def _embedded(maker: search_made.Maker, folder: Path) -> Taken:
    (folder / "bare").mkdir(parents=True)
    index = tantivy.Index(schema(), path=str(folder / "bare"))
    index.register_tokenizer(ANALYZER, analyzer())
    writer = index.writer(HEAP, THREADS)

    def bare(ready: list[Any]) -> None:
        for made in ready:
            writer.add_document(made)
        writer.commit()

    engine = EmbeddedEngine.open(folder / "index")
    found = _turns(maker, folder, "embedded", engine, _tantivy_documents, bare)
    engine.close()
    return found


def _tantivy_documents(entries: Sequence[Entry]) -> list[Any]:
    return [tantivy_document(document(entry)) for entry in entries]


def _turns(
    maker: search_made.Maker,
    folder: Path,
    name: str,
    engine: Engine,
    ready: Callable[[Sequence[Entry]], list[Any]],
    bare: Bare,
) -> Taken:
    taken: Taken = defaultdict(float)
    with Writer.open(folder / "archive", create=True) as catalog:
        run = Run(Settings(archive=folder / "archive", engine=name), catalog, Progress(quiet=True), serially)
        for first in range(0, SPEECHES, TURN):
            entries = list(maker.entries(first, TURN, SIZE))
            search_made.put(catalog, entries)
            documents = ready(entries)
            del entries
            turns = [("bare", lambda d=documents: bare(d)), ("stage", lambda: run.tell_engine(engine))]
            for which, work in turns if first // TURN % 2 else turns[::-1]:
                gc.collect()
                started = time.monotonic(), time.process_time()
                work()
                taken[which] += time.monotonic() - started[0]
                taken[f"{which}, CPU"] += time.process_time() - started[1]
            del documents, turns
    if engine.count() != SPEECHES:
        raise SystemExit(f"{name} holds {engine.count()} of {SPEECHES} speeches")
    return taken


def _row(name: str, rounds: list[Taken]) -> tuple[object, ...]:
    total = {which: sum(taken[which] for taken in rounds) for which in rounds[0]}
    ratio = total["bare"] / total["stage"]
    return (
        name,
        f"{total['bare']:.1f}",
        f"{total['stage']:.1f}",
        f"{ratio:.2f}",
        " ".join(f"{taken['bare'] / taken['stage']:.2f}" for taken in rounds),
        f"≥ {TARGET}: {verdict(ratio >= TARGET)}",
        f"{total['bare, CPU']:.1f}",
        f"{total['stage, CPU']:.1f}",
    )

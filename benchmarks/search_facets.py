"""The first page with facets among very many speeches, beside the bare query in Tantivy."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import search_made
import tantivy
from chain import table, verdict

from flows.index.embedded.engine import EmbeddedEngine
from flows.index.embedded.query import ranked, to_tantivy
from flows.index.embedded.schema import ANALYZER, analyzer
from flows.index.engine import FACETS
from flows.index.pages import MOST_VALUES
from flows.index.query import parse

SPEECHES = int(os.environ.get("BENCH_FACET_SPEECHES", "100000"))
SIZE = 200
"""Characters of a speech: what a page costs hangs on how many are found, and less on their length."""
TURN = 5000
RUNS = 25
TARGET = 2.0
QUERIES = (
    "发展",
    "招商引资",
    "经济 社会 发展",
    "农业 OR 工业",
    "工作 -农村",
    "发展 级别:市",
    "项目 日期:2010..2020",
)
COUNTS = {
    name: {"terms": {"field": field, "size": MOST_VALUES, "segment_size": MOST_VALUES, "missing": "unknown"}}
    for name, field in FACETS.items()
}


def report(shared: Path, folder: Path) -> str:
    """The section of the report."""
    maker = search_made.Maker.of(shared, folder / "models")
    engine = EmbeddedEngine.open(folder / "index")
    for first in range(0, SPEECHES, TURN):
        engine.put(maker.entries(first, TURN, SIZE))
    engine.commit()
    engine.close()
    engine = EmbeddedEngine.open(folder / "index")
    index = tantivy.Index.open(str(folder / "index"))
    index.register_tokenizer(ANALYZER, analyzer())
    searcher = index.searcher()
    works = list[Callable[[], object]]()
    for query in map(parse, QUERIES):
        made = to_tantivy(query, index.schema)
        asked = ranked(made, query, index.schema)
        works += [
            lambda q=query: engine.search(q, limit=10, facets=tuple(FACETS)),
            lambda a=asked: searcher.search(a, 10),
            lambda m=made: searcher.aggregate(m, COUNTS),
        ]
    fastest = _fastest(works)
    rows, met = [], True
    for at, text in enumerate(QUERIES):
        page, bare, counting = fastest[3 * at : 3 * at + 3]
        met = met and page[0] <= TARGET * bare[0]
        found = engine.search(parse(text), limit=1).total
        shown = (f"{clock * 1000:.1f}" for clock, _ in (page, bare, counting))
        rows.append((f"`{text}`", found, *shown, *(f"{a / b:.2f}" for a, b in zip(page, bare, strict=True))))
    engine.close()
    return (
        f"{SPEECHES} generated speeches of about {SIZE} characters in the embedded engine; the fastest of "
        f"{RUNS} runs, all queries in turn, by the clock. The bare query is the same one put to Tantivy, "
        "for ten hits and their number. A first page has, beside these, the facets: counts of all hits by "
        "six fields, made at the same time on another core (alone they take as long as the column of counts "
        "says). "
        f"At most {TARGET:.0f} times the bare query: {verdict(met)}.\n\n"
        + table(
            (
                "query",
                "found",
                "first page, ms",
                "bare query, ms",
                "counts, ms",
                "page : bare",
                "by processor time",
            ),
            rows,
        )
    )


def _fastest(works: Sequence[Callable[[], object]]) -> list[tuple[float, float]]:
    """Seconds by the clock and of the processor: what else the machine does can only add to it.

    All of them in turn, again and again, so that a busy second hits all alike.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(RUNS):
        for work, seconds in zip(works, taken, strict=True):
            started = time.perf_counter(), time.process_time()
            work()
            seconds.append((time.perf_counter() - started[0], time.process_time() - started[1]))
    return [(min(clock for clock, _ in seconds), min(used for _, used in seconds)) for seconds in taken]

"""The first page with facets among very many speeches, beside the bare query in Tantivy."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import search_made
import tantivy
from chain import table, verdict

from flows.index.embedded.engine import EmbeddedEngine
from flows.index.embedded.query import to_tantivy
from flows.index.embedded.schema import ANALYZER, analyzer
from flows.index.engine import FACETS
from flows.index.pages import MOST_VALUES
from flows.index.query import Node, parse

SPEECHES = int(os.environ.get("BENCH_FACET_SPEECHES", "100000"))
SIZE = 200
"""Characters of a speech: what a page costs hangs on how many are found, and less on their length."""
TURN = 5000
RUNS = 9
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
    rows, met = [], True
    for text in QUERIES:
        query = parse(text)
        page, with_facets, bare = _medians(
            lambda q=query: engine.search(q, limit=10, facets=tuple(FACETS)),
            lambda q=query: _bare(searcher, index.schema, q, facets=True),
            lambda q=query: _bare(searcher, index.schema, q, facets=False),
        )
        met = met and page <= TARGET * with_facets
        found = engine.search(query, limit=1).total
        rows.append(
            (f"`{text}`", found, f"{page * 1000:.1f}", f"{page / with_facets:.2f}", f"{page / bare:.2f}")
        )
    engine.close()
    return (
        f"{SPEECHES} generated speeches of about {SIZE} characters in the embedded engine; medians of {RUNS} "
        "runs in turn. The bare query asks Tantivy for the same ten, their number and the same counts by "
        f"value, and does nothing with them. At most {TARGET:.0f} times the bare query: {verdict(met)}.\n\n"
        + table(("query", "found", "first page, ms", "of the bare query", "of ten hits without counts"), rows)
    )


def _bare(searcher: tantivy.Searcher, fields: tantivy.Schema, query: Node, facets: bool) -> None:
    made = to_tantivy(query, fields)
    searcher.search(made, 10)
    if facets:
        terms = {
            n: {"terms": {"field": f, "size": MOST_VALUES, "segment_size": MOST_VALUES, "missing": "unknown"}}
            for n, f in FACETS.items()
        }
        searcher.aggregate(made, terms)


def _medians(*works: Callable[[], object]) -> list[float]:
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(RUNS):
        for work, seconds in zip(works, taken, strict=True):
            started = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - started)
    return [statistics.median(seconds) for seconds in taken]

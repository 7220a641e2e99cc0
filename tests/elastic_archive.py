"""A small generated archive, told to Elasticsearch by an ingest's own step, and whether all is there."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import generated_site
from conftest import serially, take_in
from elasticsearch import Elasticsearch
from elasticsearch.helpers import scan

from flows.catalog import Catalog
from flows.catalog.writer import Writer
from flows.coordinator import Run
from flows.index import open_engine
from flows.index.elastic import schema as elastic_schema
from flows.progress import Progress
from flows.report import Report
from flows.settings import Settings


def make(archive: Path, count: int, dumps: Path, first: int = 0) -> Path:
    """An archive with so many short speeches more, from a dump file of its own."""
    dumps.mkdir(parents=True, exist_ok=True)
    dump = dumps / f"{first}.jsonl"
    dice = random.Random(first)
    lines = (
        {"title": f"在第{n}次会议上的讲话", "text": f"同志们：\n{generated_site.paragraph(dice)}编号{n}。"}
        for n in range(first, first + count)
    )
    dump.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    take_in(archive, dump)
    return archive


def tell(settings: Settings) -> Report:
    """What an ingest does last: bring the index up to date; the report is kept however that ends."""
    with Writer.open(settings.archive) as catalog:
        run = Run(settings, catalog, Progress(quiet=True), serially)
        with run.reported(), open_engine(settings) as engine:
            run.tell_engine(engine)
    return run.report


def last_report(archive: Path) -> dict[str, Any]:
    """The report of the last run."""
    with Catalog.open(archive) as catalog:
        return dict(json.loads(catalog.runs()[0][2] or b"{}"))


def differences(settings: Settings, client: Elasticsearch) -> list[str]:
    """Ids of the speeches that the index holds otherwise than the catalog does, more often, or not at all."""
    alias = settings.elasticsearch_alias
    client.indices.refresh(index=alias)
    hits = list(scan(client, index=alias, version=True))
    held = {hit["_id"]: (hit["_version"], hit["_source"]) for hit in hits}
    assert len(held) == len(hits)
    wanted = {}
    with Catalog.open(settings.archive) as catalog:
        for entry in catalog.entries():
            source = json.loads(elastic_schema.source(entry))
            del source["exact"]  # is not kept
            wanted[entry.speech.id] = (entry.revision, source)
        assert not catalog.unindexed("elasticsearch")
        assert not catalog.orphaned("elasticsearch")
    return sorted(i for i in held.keys() | wanted.keys() if held.get(i) != wanted.get(i))

"""What Kibana shows beside the speeches: rejects and reports of runs, in indices of their own.

Both are copies of what the catalog knows, brought up to date by putting what is missing and deleting what
is no more. A document's id is made of its content, so that equal ids need no comparing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec
from elasticsearch import BadRequestError, Elasticsearch
from elasticsearch.helpers import scan, streaming_bulk

from flows.catalog import Catalog
from flows.errors import JianghuaError
from flows.index.document import storable
from flows.index.elastic.client import BUSY, item_reason, troubles
from flows.records import Reject
from flows.resources import mapping
from flows.settings import Settings

Json = dict[str, Any]
NAMES = ("rejects", "runs")
"""The indices are called by the alias and these: ``speeches-rejects``; the templates likewise."""
CUT_OFF = "cut-off"
"""The status of a run that left no report."""
IDS_AT_ONCE = 5_000
RETRIES = 5
COUNTS = (
    *("dumps", "pages", "speeches", "sites", "index", "archive"),
    *("forgotten", "resting", "refresh", "retry"),
)
"""The parts of a report (flows/report.py) that have the same names in every run."""


class Told(NamedTuple):
    """What was done to both indices."""

    put: int
    removed: int


@cache
def _template(name: str) -> str:
    return mapping(f"{name}.json").read_text(encoding="utf-8")


def report_templates(alias: str) -> dict[str, Json]:
    """The index templates of both indices by name."""
    bodies = {f"{alias}-{name}": json.loads(_template(name)) for name in NAMES}
    return {name: {**body, "index_patterns": [name]} for name, body in bodies.items()}


def tell_reports(client: Elasticsearch, settings: Settings, catalog: Catalog) -> Told:
    """Bring both indices up to date with the catalog; done again it changes nothing.

    Raises JianghuaError; whatever was not told is told the next time.
    """
    alias = settings.elasticsearch_alias
    runs = catalog.runs()
    started = {run: start for run, start, _ in runs}
    last = runs[0][0] if runs else None
    documents = {
        "rejects": (
            reject_document(one, run, started.get(run), run == last) for one, run in catalog.rejects()
        ),
        "runs": (run_document(*run) for run in runs),
    }
    put = removed = 0
    with troubles("told of runs and rejects"):
        for name in NAMES:
            index = f"{alias}-{name}"
            _open(client, index)
            told = _bring(client, index, documents[name])
            put, removed = put + told.put, removed + told.removed
    return Told(put, removed)


def reject_document(reject: Reject, run: str, started: str | None, last: bool) -> Json:
    """A reject as ``mappings/rejects.json`` has it."""
    source = reject.source
    archive, _, member = source.file.rpartition("!")
    return {
        "reason": reject.reason,
        "detail": storable(reject.detail),
        "stage": reject.stage,
        "file": storable(source.file),
        "container": storable(archive) if member and archive else None,
        "offset": source.offset,
        "length": source.length,
        "sha256": source.sha256 or None,
        "url": storable(source.url) if source.url else None,
        "run": run,
        "started": started,
        "last_run": last,
    }


def run_document(run: str, started: str, report: bytes | None) -> Json:
    """A run as ``mappings/runs.json`` has it; counts that this version does not know are left out."""
    if report is None:
        return {"run": run, "started": started, "status": CUT_OFF}
    said: Json = msgspec.json.decode(report)
    known = json.loads(_template("runs"))["template"]["mappings"]["properties"]
    stages = {stage: spent for stage, spent in said["seconds"].items() if stage != "total"}
    return {
        "run": run,
        "started": started,
        "ended": said["ended"] or None,
        "status": said["status"],
        "error": storable(said["error"]) if said.get("error") else None,
        "seconds": said["seconds"].get("total"),
        "slowest": max(stages, key=lambda stage: (stages[stage], stage)) if stages else None,
        "rejected": sum(said["rejects"].values()),
        "reasons": sorted(said["rejects"]),
        "faults": sum(said["faults"].values()),
        "fault_kinds": sorted(said["faults"]),
        **{
            part: {what: said[part][what] for what in known[part]["properties"] if what in said[part]}
            for part in COUNTS
            if part in said
        },
    }


def _open(client: Elasticsearch, index: str) -> None:
    """Make the index, or give it the fields that are new; one that can't have them is made again."""
    body = json.loads(_template(index.rpartition("-")[2]))["template"]
    if client.indices.exists(index=index):
        try:
            client.indices.put_mapping(index=index, **body["mappings"])
        except BadRequestError:
            client.indices.delete(index=index)
        else:
            return
    try:
        client.indices.create(index=index, **body)
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":
            raise


def _bring(client: Elasticsearch, index: str, documents: Iterable[Json]) -> Told:
    ids = scan(client, index=index, query={"_source": False}, size=IDS_AT_ONCE)
    stale = {hit["_id"] for hit in ids}
    done = Counter[str]()
    changes = _changes(index, documents, stale, done)
    sent = streaming_bulk(
        client,
        changes,
        max_retries=RETRIES,
        retry_on_status=BUSY,
        raise_on_error=False,
        refresh=False,
    )
    for good, item in sent:
        ((action, result),) = item.items()
        if not good and not (action == "delete" and result["status"] == 404):
            raise JianghuaError(
                f"Elasticsearch does not take a document of {index}: {item_reason(result.get('error'))}; "
                "run: jianghua setup, and ingest again"
            )
    if done:
        client.indices.refresh(index=index)
    return Told(done["index"], done["delete"])


def _changes(index: str, documents: Iterable[Json], stale: set[str], done: Counter[str]) -> Iterator[Json]:
    """The actions of a bulk request; ``stale`` begins as all ids that the index holds."""
    times: Counter[bytes] = Counter()
    for body in documents:
        content = hashlib.sha256(msgspec.json.encode(body)).digest()
        times[content] += 1  # equal rejects are several rejects
        identity = hashlib.sha256(content + b"%d" % times[content]).hexdigest()[:32]
        if identity in stale:
            stale.discard(identity)
        else:
            done["index"] += 1
            yield {"_op_type": "index", "_index": index, "_id": identity, "_source": body}
    for identity in sorted(stale):
        done["delete"] += 1
        yield {"_op_type": "delete", "_index": index, "_id": identity}

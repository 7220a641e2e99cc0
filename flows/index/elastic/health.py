"""What may be wrong between us and Elasticsearch: found by asking it, in seconds, and changing nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError

from flows.errors import JianghuaError
from flows.finding import Finding
from flows.index.elastic import schema
from flows.index.elastic.client import RIGHTS, SERVER, UPGRADE, connect, explain
from flows.index.elastic.engine import ElasticEngine
from flows.index.engine import AHEAD, MEND, REBUILD
from flows.resources import mapping
from flows.settings import Settings

SECONDS = 5
"""Until a question counts as unanswered; after the first such no more are asked."""
_DISK = "cluster.routing.allocation.disk."
_WATERMARKS = ("flood_stage", "high", "low")
_MEANS = {
    "flood_stage": "writing is blocked",
    "high": "indices are moved away from it",
    "low": "no index is made on it",
}
"""What Elasticsearch does above each watermark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the catalog says the index should be."""

    archive: str
    speeches: int
    refused: int
    """Of those, how many the engine would not take."""
    told: int
    """The highest revision that it was told of."""
    filling: bool
    """Whether a run is at work now."""
    unfinished: bool
    """Whether the next run has something to tell it."""


def examine(settings: Settings, wanted: Wanted) -> Iterator[Finding]:
    """All findings about the cluster and the archive's index in it, in the order to mend them."""
    try:
        client = connect(settings).options(request_timeout=SECONDS, max_retries=0)
    except JianghuaError as error:
        yield Finding(False, *_halves(str(error)))
        return
    with client:
        try:
            version = _version(client)
            yield version
            if version.good:
                for look in (_smartcn, _rights, _disk):
                    yield from _asked(look, client, settings)
                yield from _index(client, settings, wanted)
        except (ApiError, TransportError) as error:
            what, following = explain(error)
            reached = isinstance(error, ApiError)
            yield Finding(False, what if reached else f"Elasticsearch can't be reached: {what}", following)


def _version(client: Elasticsearch) -> Finding:
    number = str(client.info()["version"]["number"])
    good = number.split(".")[0] == str(SERVER)
    return Finding(good, f"Elasticsearch answers, version {number}", "" if good else UPGRADE)


def _asked(
    look: Callable[[Elasticsearch, Settings], Iterator[Finding]], client: Elasticsearch, settings: Settings
) -> Iterator[Finding]:
    """What a look finds; a right that it lacks is a finding, and the others are still asked."""
    try:
        yield from look(client, settings)
    except ApiError as error:
        yield Finding(False, *explain(error))


def _smartcn(client: Elasticsearch, settings: Settings) -> Iterator[Finding]:
    try:
        client.indices.analyze(tokenizer="smartcn_tokenizer", text="讲话")
    except BadRequestError:
        yield Finding(
            False,
            "it can't cut Chinese into words: its plugin analysis-smartcn is not there",
            "on every node run: bin/elasticsearch-plugin install analysis-smartcn; then start it again",
        )


def _rights(client: Elasticsearch, settings: Settings) -> Iterator[Finding]:
    """Whether the key or user has the writer's rights; without security all have."""
    role = json.loads(mapping("roles.json").read_text("utf-8"))["writer"]
    names = [settings.elasticsearch_alias, f"{settings.elasticsearch_alias}-v0"]
    indices = [{"names": names, "privileges": role["indices"][0]["privileges"]}]
    try:
        answer = client.security.has_privileges(cluster=role["cluster"], index=indices)
    except BadRequestError:  # no security there
        return
    held = [*answer["cluster"].items(), *(one for of in answer["index"].values() for one in of.items())]
    missing = sorted({right for right, there in held if not there})
    if missing:
        yield Finding(False, f"rights are missing on it: {', '.join(missing)}", RIGHTS)


def _disk(client: Elasticsearch, settings: Settings) -> Iterator[Finding]:
    """The nodes whose disk is so full that Elasticsearch does something about it."""
    answer = client.cluster.get_settings(include_defaults=True, flat_settings=True)
    found = {**answer.get("defaults", {}), **answer.get("persistent", {}), **answer.get("transient", {})}
    if found.get(f"{_DISK}threshold_enabled") == "false":
        return
    nodes = client.nodes.stats(metric="fs", filter_path="nodes.*.name,nodes.*.fs.total")
    for node in nodes.get("nodes", {}).values():
        total, free = (node["fs"]["total"][key] for key in ("total_in_bytes", "available_in_bytes"))
        for name in _WATERMARKS:
            mark = found.get(f"{_DISK}watermark.{name}", "")
            room = found.get(f"{_DISK}watermark.{name}.max_headroom", "-1")
            if free < _least_free(mark, room, total):
                text = f"the disk of its node {node['name']} has {free / 1e9:.1f} GB free: {_MEANS[name]}"
                yield Finding(False, text, "make room on that disk, or add a node")
                break


def _least_free(mark: str, room: str, total: int) -> float:
    """Bytes that must be free by a watermark: ``85%``, ``0.85``, or a size that must stay free.

    >>> _least_free("85%", "200GB", 10 << 40) / (1 << 30), _least_free("0.9", "-1", 100)
    (200.0, 10.0)
    """
    size = _bytes(mark)
    if size is not None:
        return size
    try:
        used = float(mark[:-1]) / 100 if mark.endswith("%") else float(mark)
    except ValueError:
        return 0.0
    most = _bytes(room)
    return min(total * (1 - used), most) if most is not None else round(total * (1 - used), 6)


_UNITS = {"b": 0, "kb": 10, "mb": 20, "gb": 30, "tb": 40, "pb": 50}


def _bytes(size: str) -> float | None:
    """A size as Elasticsearch writes it (``200gb``); None for what is none."""
    size = size.lower()
    digits = size.rstrip("bkmgtp")
    unit = size[len(digits) :]
    try:
        return float(digits) * (1 << _UNITS[unit])
    except (ValueError, KeyError):
        return None


def _index(client: Elasticsearch, settings: Settings, wanted: Wanted) -> Iterator[Finding]:
    """The index behind the alias: whose it is, how it is, and whether it holds what it should."""
    alias = settings.elasticsearch_alias
    try:
        found = client.indices.get_settings(index=alias, flat_settings=True)
    except NotFoundError:
        good = wanted.speeches == 0
        yield Finding(good, f"there is no index {alias} yet", "" if good else MEND)
        return
    for name, held in found.items():
        yield from _state(client, name, held["settings"], wanted)
    try:
        engine = ElasticEngine(client, alias, wanted.archive)
        held_now, latest = engine.count(), engine.latest()
    except JianghuaError as error:
        yield Finding(False, *_halves(str(error)))
        return
    if latest > wanted.told:
        yield Finding(False, *_halves(AHEAD))
    should = wanted.speeches - wanted.refused
    mend = MEND if wanted.unfinished else REBUILD
    text = f"the index {alias} holds {held_now:,} of {wanted.speeches:,} speeches"
    if wanted.refused:
        text += f"; {wanted.refused:,} it would not take (jianghua rejects)"
    yield Finding(held_now == should, text, "" if held_now == should else mend)


def _state(client: Elasticsearch, name: str, held: dict[str, Any], wanted: Wanted) -> Iterator[Finding]:
    health = client.cluster.health(index=name, filter_path="status")["status"]
    if health == "yellow":
        yield Finding(
            False,
            f"the index {name} is yellow: a copy of it has no node to be on",
            "add a node, or do without copies: set the index's number_of_replicas to 0",
        )
    elif health != "green":
        yield Finding(
            False,
            f"the index {name} is {health}: a part of it can't be read",
            "start the nodes that are missing and look at their logs (GET _cluster/allocation/explain); if "
            "their data is lost, run: jianghua reindex",
        )
    if held.get("index.blocks.read_only_allow_delete") == "true":
        yield Finding(
            False,
            f"the index {name} is blocked: its disk was full",
            "make room on that disk; Elasticsearch lifts the block by itself, and the next ingest goes on",
        )
    for block in ("read_only", "write"):
        if held.get(f"index.blocks.{block}") == "true":
            yield Finding(
                False, f"the index {name} may not be written", f"unset its setting index.blocks.{block}"
            )
    if held.get("index.refresh_interval") == schema.FILLING["refresh_interval"] and not wanted.filling:
        yield Finding(
            False, f"the index {name} was left as it is while it is filled (refresh_interval -1)", MEND
        )


def _halves(message: str) -> tuple[str, str]:
    """What is wrong, and what to do, of a message that says both; the server's words are in brackets.

    >>> _halves("it is gone (why; and why); run: jianghua reindex; or delete it")
    ('it is gone (why; and why)', 'run: jianghua reindex; or delete it')
    """
    depth = 0
    for place, character in enumerate(message):
        depth += (character == "(") - (character == ")")
        if depth <= 0 and message.startswith("; ", place):
            return message[:place], message[place + 2 :]
    return message, "see: README"

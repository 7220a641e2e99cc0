"""Sends documents to Elasticsearch: in portions by bytes, a few at a time, again where it was busy.

Nothing counts as stored before the server has said so. A version conflict says that a newer copy is
there, and is as good where one is found. What the server will never take comes back as a Refusal.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Generic, NamedTuple, TypeVar

from elastic_transport import TlsError
from elasticsearch import ApiError, ConnectionError, ConnectionTimeout, Elasticsearch

from flows.errors import JianghuaError
from flows.index.elastic.client import BUSY, RIGHTS, item_reason, kind, reason
from flows.index.engine import REBUILD, IndexUnusable, Refusal

PORTION_BYTES = 5 << 20
"""Of a request; the server takes 100 MB at most, and proxies less."""
THREADS = 3
"""Requests under way: one is analysed by the server while the next is made here."""
SECONDS = 60
"""Until a request counts as unanswered."""
PATIENCE = 300.0
"""Seconds of nothing but refusals to wait for a busy, full or absent server."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0
"""Seconds; the pauses double from one to the other."""
_MISSING, _CONFLICT, _TOO_LARGE = 404, 409, 413
_FORBIDDEN = (401, 403)
_OVERLOADED = "es_rejected_execution_exception"
_OF_THE_INDEX = ("index_closed_exception", "index_not_found_exception")
T = TypeVar("T")


class Operation(NamedTuple):
    """One document to store, or without a source one to delete."""

    id: str
    action: bytes
    source: bytes = b""

    @property
    def size(self) -> int:
        return len(self.action) + len(self.source)


def send(
    client: Elasticsearch,
    alias: str,
    operations: Iterable[Operation],
    patience: float | None = None,
    again: Counter[str] | None = None,
) -> list[Refusal]:
    """Send all operations; returns what the server will not take, counts in ``again`` what was sent anew.

    Raises JianghuaError where it can't be reached, or stays busy for ``patience`` seconds (PATIENCE), or
    may not be written to; IndexUnusable where the alias is gone.
    """
    sender = _Sender(client, alias, patience, again)
    refused: list[Refusal] = []
    waiting: set[Future[list[Refusal]]] = set()
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="bulk")
    try:
        for portion in portions(operations):
            if len(waiting) >= THREADS:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                refused += [one for future in done for one in future.result()]
            waiting.add(pool.submit(sender.portion, portion))
        refused += [one for future in waiting for one in future.result()]
    finally:
        sender.stopped.set()
        pool.shutdown(cancel_futures=True)
    return refused


def refresh(
    client: Elasticsearch, alias: str, patience: float | None = None, again: Counter[str] | None = None
) -> None:
    """Make visible what was sent, as patient as :func:`send`."""
    sender = _Sender(client, alias, patience, again)

    def once(_: list[None]) -> _Said[None]:
        sender.client.indices.refresh(index=alias)
        return _Said([], "", [])

    sender.until_taken([None], once)


def portions(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    """The operations in lists of at most PORTION_BYTES; a larger one is alone."""
    portion: list[Operation] = []
    size = 0
    for operation in operations:
        if portion and size + operation.size > PORTION_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(operation)
        size += operation.size
    if portion:
        yield portion


class _Said(NamedTuple, Generic[T]):
    """What the server said to a request: what to send again and why, and what it refuses."""

    again: list[T]
    why: str
    refused: list[Refusal]


class _Sender:
    """Sends one portion after the other, each until all of it is taken or refused."""

    def __init__(
        self, client: Elasticsearch, alias: str, patience: float | None, again: Counter[str] | None
    ) -> None:
        # Retries are ours: the transport's know neither single items nor a bound in time.
        self.client = client.options(max_retries=0, request_timeout=SECONDS)
        self.alias = alias
        self.patience = PATIENCE if patience is None else patience
        self.stopped = threading.Event()
        self._again = Counter() if again is None else again
        self._counting = threading.Lock()

    def portion(self, portion: list[Operation]) -> list[Refusal]:
        """What the server refuses of a portion."""
        return self.until_taken(portion, self._once)

    def until_taken(self, left: list[T], once: Callable[[list[T]], _Said[T]]) -> list[Refusal]:
        """Do something once more for all that the server was too busy for; returns what it refuses."""
        refused: list[Refusal] = []
        size = len(left)
        pause, deadline = FIRST_PAUSE, time.monotonic() + self.patience
        while left and not self.stopped.is_set():
            now, later = left[:size], left[size:]
            said = self._tried(now, once)
            refused += said.refused
            left = said.again + later
            if len(said.again) < len(now):
                pause, deadline = FIRST_PAUSE, time.monotonic() + self.patience
            elif kind(said.why) == _OVERLOADED:  # what is larger than the room it has never fits
                size = max(1, len(now) // 2)
            if said.again:
                self._wait(said.why, pause, deadline)
                pause = min(2 * pause, LONGEST_PAUSE)
        return refused

    def _tried(self, now: list[T], once: Callable[[list[T]], _Said[T]]) -> _Said[T]:
        try:
            return once(now)
        except TlsError:
            raise
        except (ApiError, ConnectionError, ConnectionTimeout) as error:
            if isinstance(error, ApiError) and error.status_code not in BUSY:
                raise
            return _Said(now, reason(error), [])

    def _wait(self, why: str, pause: float, deadline: float) -> None:
        """Before something is sent again; raises JianghuaError where there was patience enough."""
        with self._counting:
            self._again[kind(why)] += 1
        if time.monotonic() > deadline:
            raise JianghuaError(
                f"Elasticsearch has taken nothing for {self.patience:.0f} s ({why}); mend that "
                "and run the same command again: it goes on from here"
            )
        self.stopped.wait(pause * random.uniform(0.5, 1.0))

    def _once(self, portion: list[Operation]) -> _Said[Operation]:
        lines = [line for operation in portion for line in (operation.action, operation.source) if line]
        try:
            answer = self.client.bulk(
                index=self.alias,
                operations=lines,  # type: ignore[arg-type]  # bytes go out as they are
                require_alias=True,
                filter_path="items.*.status,items.*.error",
            )
        except ApiError as error:
            if error.status_code == _TOO_LARGE:
                return _Said([], "", self._halved(portion, error))
            raise
        results = [result for item in answer["items"] for result in item.values()]
        return self._sorted(zip(portion, results, strict=True))

    def _sorted(self, answered: Iterable[tuple[Operation, dict[str, Any]]]) -> _Said[Operation]:
        """What the server said to each operation; raises where it is no matter of one document."""
        busy: list[Operation] = []
        conflicts: list[Operation] = []
        refused: list[Refusal] = []
        why = ""
        for operation, result in answered:
            if "error" not in result:
                continue
            status, said = result["status"], item_reason(result["error"])
            if status == _CONFLICT:
                conflicts.append(operation)
            elif status in BUSY:
                busy.append(operation)
                why = said
            elif status == _MISSING or kind(said) in _OF_THE_INDEX:
                raise IndexUnusable(f"the Elasticsearch index is gone ({said}); {REBUILD}")
            elif status in _FORBIDDEN:
                following = RIGHTS if kind(said) == "security_exception" else "see: jianghua doctor"
                raise JianghuaError(f"the Elasticsearch index can't be written: {said}; {following}")
            else:
                refused.append(Refusal(operation.id, said))
        gone = self._gone(conflicts)
        return _Said(busy + gone, why or "version_conflict_engine_exception", refused)

    def _gone(self, conflicts: list[Operation]) -> list[Operation]:
        """Those of which there is no newer copy after all: for a minute, a deletion counts as one too."""
        if not conflicts:
            return []
        held = self.client.mget(index=self.alias, ids=[one.id for one in conflicts], source=False)
        found = {one["_id"] for one in held["docs"] if one.get("found")}
        return [one for one in conflicts if one.id not in found]

    def _halved(self, portion: list[Operation], error: ApiError) -> list[Refusal]:
        """A request larger than the server or a proxy takes: in two, down to the one that is too large."""
        if len(portion) == 1:
            return [Refusal(portion[0].id, f"too large for the server: {reason(error)}")]
        middle = len(portion) // 2
        return self.portion(portion[:middle]) + self.portion(portion[middle:])


def index(speech: str, revision: int, source: bytes) -> Operation:
    """Store a document, unless a later revision of it is there."""
    action: dict[str, Any] = {"index": {"_id": speech, "version": revision, "version_type": "external_gte"}}
    return Operation(speech, _line(action), source)


def delete(speech: str) -> Operation:
    """Delete a document; one that is not there is no error."""
    return Operation(speech, _line({"delete": {"_id": speech}}))


def _line(action: dict[str, Any]) -> bytes:
    return json.dumps(action).encode()

"""The coordinator of a run: hands work out, stores what comes back, and keeps the report.

Each step takes up what the catalog says is undone and can be stopped anywhere; ``ingest.py`` calls them
in order. Work is handed out through ``fan_out``, so that the steps know nothing of processes.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import Any, Protocol, TypeVar

import msgspec

from flows import dedupe, spool, worker
from flows.catalog_writer import GroupKey, Writer
from flows.errors import JianghuaError
from flows.index import Engine
from flows.plan import REFUSED, Plan, shards
from flows.progress import Progress
from flows.records import Reject
from flows.report import Clock, Report
from flows.settings import Settings

T = TypeVar("T")
Job = dict[str, Any]
"""Keyword arguments of one task."""
Seconds = dict[str, float]
"""By stage."""
GROUPS_IN_A_TASK = 40
ENTRIES_IN_A_COMMIT = 2000
NEVER = -1
"""The revision of what an engine may hold but has not confirmed."""


class FanOut(Protocol):
    """Does jobs elsewhere, yields each as it is done with its seconds by stage; ends early if one kills
    the process that does it."""

    def __call__(
        self, work: str, jobs: Sequence[Job], workers: int
    ) -> Generator[tuple[Job, dict[str, float]], None, None]:
        """``work`` names what to do: ``pages`` or ``speeches``."""


class Run:
    """One ingest at work: what it was asked, where it writes, and what it has to report."""

    def __init__(self, settings: Settings, catalog: Writer, progress: Progress, fan_out: FanOut):
        self.settings, self.catalog, self.progress, self.fan_out = settings, catalog, progress, fan_out
        started = datetime.now(UTC)
        self.report = Report(
            run=f"{started:%Y%m%dT%H%M%S}-{token_hex(2)}", started=f"{started:%Y-%m-%dT%H:%M:%SZ}"
        )
        self.clock = Clock()
        self.work = settings.archive / "work"
        shutil.rmtree(self.work, ignore_errors=True)  # what a killed run left
        self.work.mkdir(parents=True)
        catalog.start_run(self.report.run, self.report.started)

    def take_in(self, todo: Plan, group_key: GroupKey) -> None:
        """Read the dump files of a plan into the catalog."""

        def stored(job: Job) -> None:
            self._store(spool.read(job["out"]), group_key)
            job["out"].unlink()
            self.progress.step(len(job["shard"]))

        jobs: list[Job] = [
            {"shard": shard, "limits": self.settings.limits, "out": self.work / f"pages-{n}"}
            for n, shard in enumerate(shards([*todo.new, *todo.changed]))
        ]
        self.progress.stage("read", sum(len(job["shard"]) for job in jobs))
        for lost in self._each("pages", jobs, stored):
            if self._each("pages", [lost], stored, workers=1):
                self._one_by_one(lost, stored, group_key)
        refused = todo.refused.items()
        self._store((item for path, r in refused for item in (_refused(path, r), r)), group_key)

    def _store(self, items: Iterable[spool.Item], group_key: GroupKey) -> None:
        with self.clock("catalog"):
            taken = self.catalog.take_in(items, self.report.run, group_key)
        for name, number in (("read", taken.pages), ("new", taken.new), ("known", taken.pages - taken.new)):
            self.report.pages[name] = self.report.pages.get(name, 0) + number

    def _one_by_one(self, job: Job, stored: Callable[[Job], None], group_key: GroupKey) -> None:
        """A process died on this shard: find the dump file that kills it, reject that, keep the rest."""
        for dump in job["shard"]:
            if self._each("pages", [{**job, "shard": (dump,)}], stored, workers=1):
                reject = worker.failure("read", "the process that read it was killed (memory?)", dump)
                self._store([worker.seen(dump), reject], group_key)
                self.progress.step()

    def make_speeches(self) -> None:
        """Stitch, tag and sign every group that is new or has changed."""

        def stored(job: Job) -> None:
            spoken = spool.read(job["out"])
            with self.clock("catalog"):
                made = self.catalog.put_speeches(self._faults_noted(spoken), self.report.run)
            self.report.speeches["made"] = self.report.speeches.get("made", 0) + made
            for path in job.values():
                path.unlink()
            self.progress.step(min(GROUPS_IN_A_TASK, len(keys)))

        keys = self.catalog.stale_groups()
        self.progress.stage("speeches", len(keys))
        jobs: list[Job] = []
        for n, portion in enumerate(_portions(keys, GROUPS_IN_A_TASK)):
            path = self.work / f"groups-{n}"
            spool.write(path, self.catalog.groups(portion))
            jobs.append({"groups": path, "out": self.work / f"speeches-{n}"})
        if self._each("speeches", jobs, stored):
            raise JianghuaError(
                "a process was killed while it tagged speeches (out of memory?); run the same command "
                "again with --workers 1: it goes on from here"
            )

    def _faults_noted(self, items: Iterable[spool.Item]) -> Iterator[spool.Item]:
        for item in items:
            for fault in item.faults if isinstance(item, spool.Spoken) else ():
                self.report.faults[fault] = self.report.faults.get(fault, 0) + 1
            yield item

    def find_copies(self) -> None:
        """Compare what is new with what it shares marks with, and settle the clusters it touches."""
        stale = self.catalog.stale_speeches()
        self.progress.stage("copies", len(stale))
        with self.clock("dedupe"):
            for speech in stale:
                self.catalog.put_links(_links(self.catalog, speech))
                self.progress.step()
        changed = 0
        with self.clock("settle"):
            known, links = self.catalog.neighbourhood(stale)
            speeches = {s.id: s for s in self.catalog.tagged(sorted(known))}
            links = dedupe.without_collections(speeches, links)
            for members in dedupe.clusters(known, links):
                canonical, settled = dedupe.settle([speeches[i] for i in members], links)
                changed += self.catalog.put_cluster(canonical, settled, self.report.run)
        self.report.speeches["joined"] = changed

    def tell_engine(self, engine: Engine) -> None:
        """Bring an engine's index up to date with the catalog."""
        name = self.settings.engine
        if engine.fresh:
            self.catalog.forget_index(name)
        ids, gone = self.catalog.unindexed(name), self.catalog.orphaned(name)
        self.progress.stage("index", len(ids))
        with self.clock("index"):
            for portion in _portions(ids, ENTRIES_IN_A_COMMIT):
                entries = list(self.catalog.entries(portion))
                # Said before it is done, so that what a killed run left in the engine is known.
                self.catalog.mark_indexed(name, [(e.speech.id, NEVER) for e in entries], [])
                engine.put(entries)
                engine.commit()
                self.catalog.mark_indexed(name, [(e.speech.id, e.revision) for e in entries], [])
                self.progress.step(len(portion))
            engine.remove(gone)
            engine.commit()
            self.catalog.mark_indexed(name, [], gone)
        self.report.index = {"told": len(ids), "removed": len(gone)}

    def _each(
        self, work: str, jobs: Sequence[Job], done: Callable[[Job], None], workers: int = 0
    ) -> list[Job]:
        """Do all jobs; returns those that were lost because a process died."""
        waiting = list(jobs)
        count = min(workers or self.settings.worker_count, len(jobs))
        if jobs:
            with closing(self.fan_out(work, jobs, count)) as results:
                for job, seconds in results:
                    self.clock.add(seconds)
                    done(job)
                    waiting.remove(job)
        return waiting

    @contextmanager
    def reported(self, todo: Plan) -> Iterator[None]:
        """Keep the report of the block however it ends, as far as the disk lets us."""
        start = time.monotonic()
        try:
            yield
        except BaseException as error:
            try:
                self._finish(todo, "failed" if isinstance(error, Exception) else "stopped", start)
            except Exception:
                self.report.status = "failed"  # the first error is the one to tell
            raise
        self._finish(todo, "done", start)

    def _finish(self, todo: Plan, status: str, start: float) -> None:
        report, catalog = self.report, self.catalog
        report.status, report.ended = status, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        report.dumps = {"new": len(todo.new), "changed": len(todo.changed), "unchanged": todo.unchanged}
        report.rejects = catalog.reject_counts(report.run)
        report.archive = catalog.totals()
        report.seconds = {**self.clock.rounded(), "total": round(time.monotonic() - start, 2)}
        body = msgspec.json.format(msgspec.json.encode(report), indent=1)
        catalog.end_run(report.run, body)
        folder: Path = self.settings.archive / "runs"
        folder.mkdir(exist_ok=True)
        (folder / f"{report.run}.json").write_bytes(body + b"\n")
        shutil.rmtree(self.work, ignore_errors=True)


def _links(catalog: Writer, speech: str) -> list[tuple[str, str, str, float, float]]:
    near = [c for c in catalog.candidates(speech) if dedupe.enough_shared(*c[1:])]
    if not near:
        return []
    (this,) = catalog.tagged([speech])
    found: list[tuple[str, str, str, float, float]] = []
    for other in catalog.tagged(c[0] for c in near):
        link = dedupe.compare(this.text, other.text)
        if link:
            found.append((speech, other.id, link.kind, link.jaccard, link.containment))
    return found


def _refused(path: str, reject: Reject) -> spool.Seen:
    """Begins the reject of something that could not be opened, so that it is noted once."""
    return spool.Seen(path=path, file=reject.source.file, size=REFUSED, mtime_ns=0, seen_ns=0, sha256="")


def _portions(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while portion := list(islice(rest, size)):
        yield portion

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

from flows import copies, spool, worker
from flows.catalog import Catalog
from flows.catalog import told as catalog_told
from flows.catalog.writer import GroupKey, Writer
from flows.errors import JianghuaError, in_words
from flows.index import Engine
from flows.index.engine import AHEAD, IndexUnusable, Refusal
from flows.plan import REFUSED, Plan, seen, shards
from flows.progress import Progress
from flows.records import Dump, Reject
from flows.report import Clock, Report
from flows.settings import Settings

T = TypeVar("T")
Job = dict[str, Any]
"""Keyword arguments of one task."""
Seconds = dict[str, float]
"""By stage."""
GROUPS_IN_A_TASK = 40
ENTRIES_IN_A_COMMIT = 1000
"""What is read faster than an engine writes waits in memory until the commit: 2,000 took no less time and
30 MB more."""


class FanOut(Protocol):
    """Does jobs elsewhere, yields each as it is done with its seconds by stage; ends early if one kills
    the process that does it."""

    def __call__(
        self, work: str, jobs: Sequence[Job], workers: int
    ) -> Generator[tuple[Job, dict[str, float]], None, None]:
        """``work`` names what to do: ``pages``, ``pages again`` or ``speeches`` (see flows/steps.py)."""


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
        catalog.begin_rules(self.report.run, settings.limits.fields)

    def take_in(self, todo: Plan, group_key: GroupKey) -> None:
        """Read the dump files of a plan into the catalog."""

        def stored(job: Job) -> None:
            self._store(spool.read(job["out"]), group_key)
            job["out"].unlink()
            self._count_dumps(job["shard"], changed)

        changed = {dump.path for dump in todo.changed}
        limits, archive = self.settings.limits, self.settings.archive
        jobs: list[Job] = [{"shard": shard, "limits": limits} for shard in shards(todo.new)]
        jobs += [{"shard": shard, "limits": limits, "archive": archive} for shard in shards(todo.changed)]
        for n, job in enumerate(jobs):
            job["out"] = self.work / f"pages-{n}"
        self.progress.stage("read", sum(len(job["shard"]) for job in jobs))
        for lost in self.each("pages", jobs, stored):
            if self.each("pages", [lost], stored, workers=1):
                self._one_by_one(lost, stored, group_key, changed)
        refused = todo.refused.items()
        self._store((item for path, r in refused for item in (_refused(path, r), r)), group_key)

    def _store(self, items: Iterable[spool.Item], group_key: GroupKey) -> None:
        with self.clock("catalog"):
            taken = self.catalog.take_in(items, self.report.run, group_key)
        known = taken.pages - taken.new - taken.forgotten
        for name, number in (("read", taken.pages), ("new", taken.new), ("known", known)):
            self.report.pages[name] += number
        self.report.forgotten["pages"] += taken.forgotten

    def _count_dumps(self, shard: Sequence[Dump], changed: set[str]) -> None:
        for dump in shard:
            self.report.dumps["changed" if dump.path in changed else "new"] += 1
            self.progress.step()

    def _one_by_one(
        self, job: Job, stored: Callable[[Job], None], group_key: GroupKey, changed: set[str]
    ) -> None:
        """A process died on this shard: find the dump file that kills it, reject that, keep the rest."""
        for dump in job["shard"]:
            if self.each("pages", [{**job, "shard": (dump,)}], stored, workers=1):
                reject = worker.failure("read", "the process that read it was killed (memory?)", dump)
                self._store([seen(dump), reject], group_key)
                self._count_dumps([dump], changed)

    def learn_site_lines(self) -> None:
        """Learn what is the site's own from the pages that came, and flag the speeches that it touches."""
        with self.clock("clean"):
            while self.catalog.learn_earlier_pages():
                pass
            sites = self.catalog.stale_sites()
            self.progress.stage("sites", len(sites))
            for site in sites:
                change = self.catalog.learn_site(site)
                self.report.sites["learned"] += change.learned
                self.report.sites["unlearned"] += change.unlearned
                self.progress.step()

    def make_speeches(self) -> None:
        """Stitch, tag and sign every group that is new or has changed."""

        def stored(job: Job) -> None:
            self._put_speeches(spool.read(job["out"]))
            for path in job.values():
                path.unlink()

        # What groups are in themselves tells what families there are; a family that grows or falls apart
        # flags groups in turn.
        while keys := self.catalog.stale_groups() or self.catalog.stale_families():
            self._make_speeches(keys, stored)

    def _make_speeches(self, keys: Sequence[str], stored: Callable[[Job], None]) -> None:
        self.progress.stage("speeches", len(keys))
        jobs: list[Job] = []
        for n, portion in enumerate(_portions(keys, GROUPS_IN_A_TASK)):
            jobs.append(self._speech_job(str(n), self.catalog.groups(portion)))
        for lost in self.each("speeches", jobs, stored):
            if self.each("speeches", [lost], stored, workers=1):
                groups = [g for g in spool.read(lost["groups"]) if isinstance(g, spool.Group)]
                self._halved(groups, stored)

    def _speech_job(self, name: str, groups: Iterable[spool.Group]) -> Job:
        path = self.work / f"groups-{name}"
        spool.write(path, groups)
        return {"groups": path, "out": self.work / f"speeches-{name}"}

    def _halved(self, groups: Sequence[spool.Group], stored: Callable[[Job], None]) -> None:
        """A process died on these groups: find the one that kills it, keep its bare pages, make the rest."""
        if len(groups) == 1:
            self._put_speeches([worker.unspoken(groups[0], "speeches: the process was killed (memory?)")])
            return
        middle = len(groups) // 2
        for half in (groups[:middle], groups[middle:]):
            job = self._speech_job("half", half)
            if self.each("speeches", [job], stored, workers=1):
                self._halved(half, stored)

    def _put_speeches(self, spoken: Iterable[spool.Item]) -> None:
        with self.clock("catalog"):
            made = self.catalog.put_speeches(self._noted(spoken), self.report.run)
        self.report.speeches["made"] += made.speeches
        self.report.sites["remade"] += made.remade

    def _noted(self, items: Iterable[spool.Item]) -> Iterator[spool.Item]:
        for item in items:
            for fault in item.faults if isinstance(item, spool.Spoken) else ():
                self.report.faults[fault] = self.report.faults.get(fault, 0) + 1
            self.progress.step()
            yield item

    def find_copies(self) -> None:
        """Compare what is new with what it shares marks with, and settle the clusters it touches."""
        self.progress.stage("copies", len(self.catalog.stale_speeches()))
        with self.clock("dedupe"):
            copies.match(self.catalog, self.progress.step)
        with self.clock("settle"):
            self.report.speeches["joined"] = copies.settle(self.catalog, self.report.run)

    def tell_engine(self, engine: Engine) -> None:
        """Bring an engine's index up to date with the catalog.

        Raises IndexUnusable where the index knows more than the catalog.
        """
        name = self.settings.engine
        self.report.again = engine.again
        if engine.fresh:
            self.catalog.forget_index(name)
        elif engine.latest() > catalog_told.told(self.catalog.db, name):
            raise IndexUnusable(AHEAD)
        ids, gone = self.catalog.unindexed(name), self.catalog.orphaned(name)
        self.progress.stage("index", len(ids))
        refused: dict[str, Reject] = {}
        marks: list[tuple[str, int]] = []
        with self.clock("index"):
            for portion in _portions(ids, ENTRIES_IN_A_COMMIT):
                revisions = self.catalog.revisions(portion)
                self.catalog.begin_telling(name, revisions)
                engine.put(self.catalog.entries(portion))
                for one in engine.commit():
                    marks.append((one.id, catalog_told.refusal(revisions.pop(one.id))))
                    refused[one.id] = refused_by_engine(self.catalog, one)
                self.catalog.mark_indexed(name, revisions.items(), [])
                self.progress.step(len(portion))
            if gone or refused or not ids:  # even to commit nothing costs, and makes an index that is new
                engine.remove([*gone, *refused])
                engine.commit()
            self.catalog.put_refused(refused, self.report.run)
            self.catalog.mark_indexed(name, marks, gone)
        self.report.index = {"told": len(ids), "removed": len(gone)}

    def each(
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
    def retried(self) -> Iterator[None]:
        """Report which of the rejects that were there before the block are there no more."""
        before = self.catalog.reject_places()
        yield
        after = self.catalog.reject_places()
        self.report.retry = {"settled": len(before - after), "remain": len(before & after)}

    @contextmanager
    def reported(self, plan: Callable[[], Plan] = Plan) -> Iterator[Plan]:
        """Make a plan for the block, and keep the report however both end, as far as the disk lets us.

        What the system refuses, in a worker too, leaves as a JianghuaError.
        """
        start = time.monotonic()
        try:
            todo = plan()
            self.report.dumps |= {"unchanged": todo.unchanged}
            self.report.forgotten["dumps"] = todo.forgotten
            self.report.resting["dumps"] = todo.resting
            yield todo
        except BaseException as error:
            told = error
            if isinstance(error, OSError):
                told = JianghuaError(in_words(error, self.settings.archive))
            self.report.error = str(told) if isinstance(told, JianghuaError) else type(error).__name__
            try:
                self._finish("failed" if isinstance(error, Exception) else "stopped", start)
            except Exception:
                self.report.status = "failed"  # the first error is the one to tell
            if told is error:
                raise
            raise told from error
        self._finish("done", start)

    def _finish(self, status: str, start: float) -> None:
        report, catalog = self.report, self.catalog
        report.status, report.ended = status, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        report.rejects = catalog.reject_counts(report.run)
        report.archive = catalog.totals()
        report.seconds = {**self.clock.rounded(), "total": round(time.monotonic() - start, 2)}
        body = msgspec.json.format(msgspec.json.encode(report), indent=1)
        catalog.end_run(report.run, body)
        folder: Path = self.settings.archive / "runs"
        folder.mkdir(exist_ok=True)
        (folder / f"{report.run}.json").write_bytes(body + b"\n")
        shutil.rmtree(self.work, ignore_errors=True)


def _refused(path: str, reject: Reject) -> spool.Seen:
    """Begins the reject of something that could not be opened, so that it is noted once."""
    return spool.Seen(path=path, file=reject.source.file, size=REFUSED, mtime_ns=0, seen_ns=0, sha256="")


def refused_by_engine(catalog: Catalog, one: Refusal) -> Reject:
    """The reject of a speech that an engine will not take, at the first place where it was found."""
    (entry,) = catalog.entries([one.id])
    return Reject(reason="refused", detail=one.reason, source=entry.sources[0], stage="index")


def _portions(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while portion := list(islice(rest, size)):
        yield portion

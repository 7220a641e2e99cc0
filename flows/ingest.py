"""The flow ``ingest``: read, extract, restore, clean, stitch, tag, dedupe, settle, index, in that order.

Only wiring, retries and the report live here. Workers compute and hand over spool files; this
coordinator alone writes the catalog. Each step takes up what the catalog says is undone, so a run that
was killed is caught up by the next.
"""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar

import msgspec
from prefect import Task, flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.task_runners import ProcessPoolTaskRunner

from flows import dedupe, spool
from flows.catalog_writer import Writer
from flows.clean import clean
from flows.errors import JianghuaError
from flows.extract import extract
from flows.index import Engine, open_engine
from flows.lock import hold
from flows.plan import REFUSED, Plan, key, make_plan, sha256, shards
from flows.prefect_runtime import die_with_parent
from flows.progress import Progress
from flows.read import read
from flows.records import Dump, Page, Reject, Source
from flows.report import Clock, Report, rows
from flows.restore import restore
from flows.settings import Limits, Settings
from flows.stitch import group_key, stitch
from flows.tag import tag

PAGE_STAGES = (("extract", extract), ("restore", restore), ("clean", clean))
T = TypeVar("T")
GROUPS_IN_A_TASK = 40
ENTRIES_IN_A_COMMIT = 2000


# What workers do: plain functions from files to files, timed by stage.


def read_shard(shard: Sequence[Dump], limits: Limits, out: Path) -> dict[str, float]:
    """Take the pages of some dump files from bytes to clean text; seconds by stage."""
    clock = Clock()
    spool.write(out, (item for dump in shard for item in _dump_items(dump, limits, clock)))
    return clock.rounded()


def _dump_items(dump: Dump, limits: Limits, clock: Clock) -> Iterator[spool.Item]:
    stat = _seen(dump)
    pages = iter(read(dump, limits))
    try:
        while True:
            with clock("read"):
                page = next(pages, None)
            if page is None:
                break
            yield page if isinstance(page, Reject) else _through_stages(page, clock)
    except Exception as error:
        yield _failure("read", error, dump)
    yield stat


def _seen(dump: Dump) -> spool.Seen:
    now = time.time_ns()
    try:
        stat, digest = Path(dump.path).stat(), sha256(dump.path)
        size, mtime = stat.st_size, stat.st_mtime_ns
    except OSError:
        size, mtime, digest = REFUSED, 0, ""
    return spool.Seen(path=key(dump), file=dump.file, size=size, mtime_ns=mtime, seen_ns=now, sha256=digest)


def _through_stages(page: Page, clock: Clock) -> Page | Reject:
    for name, stage in PAGE_STAGES:
        try:
            with clock(name):
                result = stage(page)
        except Exception as error:
            return Reject(reason="failed", detail=_words(error), source=page.source, stage=name)
        if isinstance(result, Reject):
            return result
        page = result
    return page


def speak(groups: Path, out: Path) -> dict[str, float]:
    """Make the speeches of some groups of pages, tagged and signed; seconds by stage."""
    clock = Clock()
    items = (_spoken(g, clock) for g in spool.read(groups) if isinstance(g, spool.Group))
    spool.write(out, items)
    return clock.rounded()


def _spoken(group: spool.Group, clock: Clock) -> spool.Spoken:
    with clock("stitch"):
        stitched = stitch(group.pages)
    with clock("tag"):
        speeches = tuple(tag(s) for s in stitched)
    with clock("sign"):
        marks = tuple(dedupe.sign(s.text) for s in speeches)
    return spool.Spoken(key=group.key, speeches=speeches, marks=marks)


# The tasks: the same functions under Prefect's eye.


def _may_help(_task: Any, _run: Any, state: Any) -> bool:
    """A retry helps where a file or a share was busy; not where the disk is full."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError) and error.errno not in (errno.ENOSPC, errno.EDQUOT)


_TASK: dict[str, Any] = {
    "cache_policy": NO_CACHE,  # the catalog knows what is done; results are files
    "persist_result": False,
    "retries": 2,
    "retry_delay_seconds": [1, 5],
    "retry_condition_fn": _may_help,
}
read_task: Task[..., dict[str, float]] = task(name="read", **_TASK)(read_shard)
speak_task: Task[..., dict[str, float]] = task(name="speak", **_TASK)(speak)


# The coordinator


class Run:
    """One ingest at work: what it was asked, where it writes, and what it has to report."""

    def __init__(self, settings: Settings, catalog: Writer, progress: Progress):
        self.settings, self.catalog, self.progress = settings, catalog, progress
        started = datetime.now(UTC)
        self.report = Report(
            run=f"{started:%Y%m%dT%H%M%S}-{token_hex(2)}", started=f"{started:%Y-%m-%dT%H:%M:%SZ}"
        )
        self.clock = Clock()
        self.work = settings.archive / "work"
        shutil.rmtree(self.work, ignore_errors=True)  # what a killed run left
        self.work.mkdir(parents=True)
        catalog.start_run(self.report.run, self.report.started)

    def take_in(self, todo: Plan) -> None:
        """Read the dump files of a plan into the catalog."""
        jobs: list[dict[str, Any]] = [
            {"shard": shard, "limits": self.settings.limits, "out": self.work / f"read-{n}"}
            for n, shard in enumerate(shards([*todo.new, *todo.changed]))
        ]
        self.progress.stage("read", sum(len(j["shard"]) for j in jobs))
        for job in self._each(read_task, jobs, self._stored):
            self._one_by_one(job)
        refused = [item for r in todo.refused for item in (r, _refused(r))]
        self._store(refused)

    def _stored(self, job: dict[str, Any]) -> None:
        self._store(spool.read(job["out"]))
        job["out"].unlink()
        self.progress.step(len(job["shard"]))

    def _store(self, items: Iterable[spool.Item]) -> None:
        with self.clock("catalog"):
            taken = self.catalog.take_in(items, self.report.run, group_key)
        for name, number in (("read", taken.pages), ("new", taken.new), ("known", taken.pages - taken.new)):
            self.report.pages[name] = self.report.pages.get(name, 0) + number

    def _one_by_one(self, job: dict[str, Any]) -> None:
        """A process died on this shard: find the dump file that kills it, reject that, keep the rest."""
        for dump in job["shard"]:
            alone = {**job, "shard": (dump,)}
            for _ in self._each(read_task, [alone], self._stored, workers=1):
                reject = _failure("read", "the process that read it was killed (out of memory?)", dump)
                self._store([reject, _seen(dump)])
                self.progress.step()

    def make_speeches(self) -> None:
        """Stitch, tag and sign every group that is new or has changed."""
        keys = self.catalog.stale_groups()
        self.progress.stage("speeches", len(keys))
        jobs = []
        for n, portion in enumerate(_portions(keys, GROUPS_IN_A_TASK)):
            path = self.work / f"groups-{n}"
            spool.write(path, self.catalog.groups(portion))
            jobs.append({"groups": path, "out": self.work / f"speeches-{n}"})
        for job in self._each(speak_task, jobs, self._spoken):
            raise JianghuaError(
                f"a process was killed while making speeches of {job['groups']} (out of memory?); "
                "run the same command again with --workers 1: it goes on from here"
            )

    def _spoken(self, job: dict[str, Any]) -> None:
        with self.clock("catalog"):
            made = self.catalog.put_speeches(spool.read(job["out"]), self.report.run)
        self.report.speeches["made"] = self.report.speeches.get("made", 0) + made
        for path in job.values():
            path.unlink()
        self.progress.step(GROUPS_IN_A_TASK)

    def find_copies(self) -> None:
        """Compare what is new with what it shares marks with, and settle the clusters it touches."""
        stale = self.catalog.stale_speeches()
        self.progress.stage("copies", len(stale))
        with self.clock("dedupe"):
            for speech in stale:
                self.catalog.put_links(_links(self.catalog, speech))
                self.progress.step()
        with self.clock("settle"):
            known, links = self.catalog.neighbourhood(stale)
            changed = 0
            for members in dedupe.clusters(known, links):
                canonical, settled = dedupe.settle(self.catalog.tagged(members))
                changed += self.catalog.put_cluster(canonical, settled, self.report.run)
        self.report.speeches["changed"] = changed

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
                engine.put(entries)
                engine.commit()
                self.catalog.mark_indexed(name, [(e.speech.id, e.revision) for e in entries], [])
                self.progress.step(len(portion))
            engine.remove(gone)
            engine.commit()
            self.catalog.mark_indexed(name, [], gone)
        self.report.index = {"told": len(ids), "removed": len(gone)}

    def _each(
        self,
        work: Task[..., dict[str, float]],
        jobs: Sequence[dict[str, Any]],
        done: Callable[[dict[str, Any]], None],
        workers: int = 0,
    ) -> list[dict[str, Any]]:
        """Do all jobs in a process pool; returns those that were lost because a process died."""
        if not jobs:
            return []
        waiting = dict(enumerate(jobs))
        count = min(workers or self.settings.worker_count, len(jobs))
        with ProcessPoolTaskRunner(max_workers=count, initializer=die_with_parent) as pool:
            numbers: dict[Any, int] = {pool.submit(work, parameters=job): n for n, job in waiting.items()}
            try:
                for future in as_completed(list(numbers)):
                    self.clock.add(future.result())
                    done(waiting.pop(numbers[future]))
            except BrokenProcessPool:
                pass  # what is still waiting is returned
        return list(waiting.values())

    def finish(self, todo: Plan, status: str, seconds: float) -> None:
        """Complete the report and keep it: in the catalog and as a JSON file in the archive."""
        report, catalog = self.report, self.catalog
        report.status, report.ended = status, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        report.dumps = {"new": len(todo.new), "changed": len(todo.changed), "unchanged": todo.unchanged}
        report.rejects = catalog.reject_counts(report.run)
        report.archive = catalog.totals()
        report.seconds = {**self.clock.rounded(), "total": round(seconds, 2)}
        body = msgspec.json.format(msgspec.json.encode(report), indent=1)
        catalog.end_run(report.run, body)
        folder = self.settings.archive / "runs"
        folder.mkdir(exist_ok=True)
        (folder / f"{report.run}.json").write_bytes(body + b"\n")
        shutil.rmtree(self.work, ignore_errors=True)


@flow(name="ingest", validate_parameters=False)
def ingest(
    paths: Sequence[str],
    archive: str,
    folder: str = ".",
    engine: str = "embedded",
    workers: int = 0,
    page_bytes: int = Limits().page_bytes,
    quiet: bool = False,
) -> Report:
    """Take dump files into an archive and bring its index up to date.

    ``paths`` are files and folders, relative ones to ``folder``; ``archive`` is an absolute path.
    Raises JianghuaError (see flows.errors); bad input never raises, it is rejected and counted.
    """
    settings = Settings(archive=Path(archive), engine=engine, workers=workers, page_bytes=page_bytes)
    start = time.monotonic()
    with (
        hold(settings.archive),
        Writer.open(settings.archive, create=True) as catalog,
        Progress(quiet) as progress,
    ):
        todo = make_plan(paths, catalog, Path(folder))
        run = Run(settings, catalog, progress)
        with _reported(run, todo, start):
            run.take_in(todo)
            run.make_speeches()
            run.find_copies()
            with open_engine(settings) as opened:
                run.tell_engine(opened)
    create_table_artifact(key="ingest-report", table=rows(run.report), description=f"Run {run.report.run}")
    return run.report


@contextmanager
def _reported(run: Run, todo: Plan, start: float) -> Iterator[None]:
    """Keep the report of a run however it ends, as far as the disk lets us."""
    try:
        yield
    except BaseException as error:
        status = "failed" if isinstance(error, Exception) else "stopped"
        try:
            run.finish(todo, status, time.monotonic() - start)
        except Exception:
            run.report.status = status  # the first error is the one to tell
        raise
    run.finish(todo, "done", time.monotonic() - start)


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


def _refused(reject: Reject) -> spool.Seen:
    """Closes a reject of something that could not be opened, so that it is noted once."""
    return spool.Seen(
        path=key(reject), file=reject.source.file, size=REFUSED, mtime_ns=0, seen_ns=0, sha256=""
    )


def _failure(stage: str, error: Exception | str, dump: Dump) -> Reject:
    detail = error if isinstance(error, str) else _words(error)
    return Reject(reason="failed", detail=detail, source=Source(file=dump.file), stage=stage)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _portions(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while portion := list(islice(rest, size)):
        yield portion

"""The flow ``ingest``: read, extract, restore, clean, learn, stitch, tag, dedupe, settle, index.

Nothing else knows the order. Workers compute (worker.py) in a process pool, one task a shard; one
coordinator writes (coordinator.py).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Generator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from prefect import Task, flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.task_runners import ProcessPoolTaskRunner

from flows import worker
from flows.catalog_writer import Writer
from flows.clean import clean
from flows.clean.site_lines import drop_site_lines
from flows.coordinator import Job, Run
from flows.extract import extract
from flows.index import open_engine
from flows.lock import hold
from flows.plan import Plan, make_plan, retry_plan
from flows.prefect_runtime import die_with_parent
from flows.progress import Progress
from flows.records import Dump
from flows.report import Report, rows
from flows.restore import restore
from flows.settings import PAGE_BYTES, Limits, Settings
from flows.stitch import group_key, stitch
from flows.tag import tag

PAGE_STAGES = (("extract", extract), ("restore", restore), ("clean", clean))
"""What follows read, each page by itself."""


def steps(run: Run, todo: Plan) -> None:
    """All of an ingest, in order."""
    run.take_in(todo, group_key)
    run.learn_site_lines()
    run.make_speeches()
    run.find_copies()
    with open_engine(run.settings) as engine:
        run.tell_engine(engine)


def read_pages(shard: Sequence[Dump], limits: Limits, out: Path) -> dict[str, float]:
    """The task of reading one shard of dump files; see worker.pages."""
    return worker.pages(shard, limits, out, PAGE_STAGES)


def make_speeches(groups: Path, out: Path) -> dict[str, float]:
    """The task of making the speeches of some groups of pages; see worker.speeches."""
    return worker.speeches(groups, out, drop_site_lines, stitch, tag)


def _may_help(_task: Any, _run: Any, state: Any) -> bool:
    """A retry helps where a file or a share was busy; not where the disk is full."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError) and error.errno not in (errno.ENOSPC, errno.EDQUOT)


_OPTIONS: dict[str, Any] = {
    "cache_policy": NO_CACHE,  # the catalog knows what is done; results are files
    "persist_result": False,
    "retries": 2,
    "retry_delay_seconds": [1, 5],
    "retry_condition_fn": _may_help,
}
TASKS: dict[str, Task[..., dict[str, float]]] = {
    "pages": task(name="pages", **_OPTIONS)(read_pages),
    "speeches": task(name="speeches", **_OPTIONS)(make_speeches),
}


def in_pool(
    work: str, jobs: Sequence[Job], workers: int
) -> Generator[tuple[Job, dict[str, float]], None, None]:
    """Do jobs as Prefect tasks in a pool of processes (a FanOut)."""
    with ProcessPoolTaskRunner(max_workers=workers, initializer=die_with_parent) as pool:
        futures: dict[Any, Job] = {pool.submit(TASKS[work], parameters=job): job for job in jobs}
        try:
            for future in as_completed(list(futures)):
                yield futures[future], future.result()
        except BrokenProcessPool:
            return


@flow(name="ingest", validate_parameters=False)
def ingest(
    paths: Sequence[str] = (),
    archive: str = "archive",
    paths_from: str = "",
    folder: str = ".",
    engine: str = "embedded",
    workers: int = 0,
    page_bytes: int = PAGE_BYTES,
    fields: dict[str, str] | None = None,
    retry: bool = False,
    quiet: bool = False,
) -> Report:
    """Take dump files into an archive and bring its index up to date.

    ``paths`` are files and folders, relative ones to ``folder``; ``paths_from`` names a file with more of
    them, separated by NUL, since a request to Prefect can't hold many.
    ``fields`` are the settings that name fields of records (``text_fields``), as given.
    ``retry`` reads the dump files that have rejects once more, instead of ``paths``.
    Raises JianghuaError (see flows.errors); bad input never raises, it is rejected and counted.
    """
    if paths_from:
        more = Path(paths_from).read_bytes().split(b"\0")
        paths = [*paths, *(os.fsdecode(path) for path in more if path)]
    place = Path(archive).absolute()
    settings = Settings(
        archive=place, engine=engine, workers=workers, page_bytes=page_bytes, **(fields or {})
    )
    with (
        hold(settings.archive),
        Writer.open(settings.archive, create=True) as catalog,
        Progress(quiet) as progress,
    ):
        todo = retry_plan(catalog) if retry else make_plan(paths, catalog, Path(folder))
        run = Run(settings, catalog, progress, in_pool)
        with run.reported(todo):
            steps(run, todo)
    create_table_artifact(key="ingest-report", table=rows(run.report), description=f"Run {run.report.run}")
    return run.report

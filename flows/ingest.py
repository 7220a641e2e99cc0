"""The flow ``ingest``: the steps (steps.py) under Prefect, in a process pool, one task a shard."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

from prefect import Task, flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.task_runners import ProcessPoolTaskRunner

from flows import notify
from flows.catalog import Catalog
from flows.catalog.writer import Writer
from flows.coordinator import Job, Run
from flows.errors import JianghuaError
from flows.lock import hold
from flows.plan import make_plan, retry_plan
from flows.prefect_runs import end_dead_runs
from flows.prefect_runtime import die_with_parent, die_with_runner
from flows.progress import Progress
from flows.report import Report, rows
from flows.settings import Settings, absolute, load
from flows.steps import WORK, steps


def _may_help(_task: Any, _run: Any, state: Any) -> bool:
    """A retry helps where a file or a share was busy; not where the disk is full."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError) and error.errno not in (errno.ENOSPC, errno.EDQUOT)


LOST = "Prefect's server was gone while the run was at work; run the same command again: it goes on from here"
_OPTIONS: dict[str, Any] = {
    "cache_policy": NO_CACHE,  # the catalog knows what is done; results are files
    "persist_result": False,
    "retries": 2,
    "retry_delay_seconds": [1, 5],
    "retry_condition_fn": _may_help,
}
TASKS: dict[str, Task[..., dict[str, float]]] = {
    name: task(name=name, **_OPTIONS)(do) for name, do in WORK.items()
}


class Pool(ProcessPoolTaskRunner):
    """Prefect's pool of processes; a task that ends its process's work by SystemExit fails, too.

    Prefect's engine does that to a task when its server is gone. Prefect 3.8 passes on to those who wait
    for a task what is an Exception alone, so that they would wait for ever.
    """

    def _resolve_futures_and_submit(self, *args: Any, **kwargs: Any) -> Future[bytes]:
        done: Future[bytes] = Future()

        def pass_on(worked: Future[bytes]) -> None:
            error = worked.exception()
            if error is None:
                done.set_result(worked.result())
            elif isinstance(error, Exception):
                done.set_exception(error)
            else:
                done.set_exception(JianghuaError(LOST))

        super()._resolve_futures_and_submit(*args, **kwargs).add_done_callback(pass_on)
        return done


def in_pool(
    work: str, jobs: Sequence[Job], workers: int
) -> Generator[tuple[Job, dict[str, float]], None, None]:
    """Do jobs as Prefect tasks in a pool of processes (a FanOut)."""
    with Pool(max_workers=workers, initializer=die_with_parent) as pool:
        futures: dict[Any, Job] = {pool.submit(TASKS[work], parameters=job): job for job in jobs}
        try:
            for future in as_completed(list(futures)):
                yield futures[future], future.result()
        except BrokenProcessPool:
            return


@flow(name="ingest", validate_parameters=False)
def ingest(
    paths: Sequence[str] = (),
    archive: str | None = None,
    paths_from: str = "",
    folder: str = ".",
    engine: str | None = None,
    workers: int | None = None,
    page_bytes: int | None = None,
    fields: dict[str, str] | None = None,
    retry: bool = False,
    refresh: bool = False,
    quiet: bool = False,
) -> Report:
    """Take dump files into an archive and bring its index up to date.

    ``paths`` are files and folders, relative ones to ``folder``; ``paths_from`` names a file with more of
    them, separated by NUL, since a request to Prefect can't hold many.
    ``fields`` are the settings that name fields of records (``text_fields``), as given. What is not given is
    as the settings say (flows/settings.py), the environment's and those of ``folder``'s ``.env``.
    ``retry`` reads the dump files that have rejects once more, instead of ``paths``; ``refresh`` makes anew
    what was made by other rules.
    Raises JianghuaError (see flows.errors); bad input never raises, it is rejected and counted.
    """
    die_with_runner()
    if paths_from:
        more = Path(paths_from).read_bytes().split(b"\0")
        paths = [*paths, *(os.fsdecode(path) for path in more if path)]
    given = {
        "archive": Path(archive) if archive else None,
        "engine": engine,
        "workers": workers,
        "page_bytes": page_bytes,
        **(fields or {}),
    }
    # How to reach a search engine is no parameter: Prefect shows those, and a key is nobody else's.
    settings = absolute(load(given, dotenv=Path(folder) / ".env"))
    with (
        told_if_it_fails(settings),
        hold(settings.archive),
        Writer.open(settings.archive, create=True) as catalog,
        reports_told(settings, catalog),
        Progress(quiet) as progress,
    ):
        end_dead_runs(archive or "")
        run = Run(settings, catalog, progress, in_pool)
        plan = (
            partial(retry_plan, catalog, settings.rest_seconds)
            if retry
            else partial(make_plan, paths, catalog, Path(folder), settings.rest_seconds)
        )
        with run.reported(plan) as todo, run.retried() if retry else nullcontext():
            if refresh:
                catalog.flag_refresh()
            steps(run, todo)
    create_table_artifact(key="ingest-report", table=rows(run.report), description=f"Run {run.report.run}")
    return run.report


@contextmanager
def told_if_it_fails(settings: Settings) -> Iterator[None]:
    """Tell the webhook of a failure of the block; whether that works changes nothing."""
    try:
        yield
    except Exception as error:
        said = notify.failed(settings.webhook, str(settings.archive), error) if settings.webhook else ""
        if said:
            print(f"jianghua: {said}", file=sys.stderr)
        raise


@contextmanager
def reports_told(settings: Settings, catalog: Catalog) -> Iterator[None]:
    """Let Elasticsearch, where that is the engine, know of rejects and runs after the block, for Kibana."""
    try:
        yield
    except BaseException:
        with suppress(Exception):  # the first error is the one to tell
            _tell_reports(settings, catalog)
        raise
    _tell_reports(settings, catalog)


def _tell_reports(settings: Settings, catalog: Catalog) -> None:
    if settings.engine != "elasticsearch":
        return
    from flows.index.elastic.client import connect
    from flows.index.elastic.reports import tell_reports

    with connect(settings) as client:
        tell_reports(client, settings, catalog)

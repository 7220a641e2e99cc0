"""The steps: read, extract, restore, clean, learn, stitch, tag, dedupe, settle, index.

Nothing else knows the order. Workers compute (worker.py), one coordinator writes (coordinator.py); what a
run hands out is named in WORK. ``ingest.py`` runs this under Prefect; what a person says (``forget``,
``correct``) is followed up in one process, without it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from flows import refresh, worker
from flows.clean import clean
from flows.clean.site_lines import drop_site_lines
from flows.coordinator import Job, Run
from flows.extract import extract
from flows.index import open_engine
from flows.plan import Plan
from flows.records import Dump
from flows.restore import restore
from flows.settings import Limits
from flows.stitch import group_key, stitch
from flows.tag import tag

PAGE_STAGES = (("extract", extract), ("restore", restore), ("clean", clean))
"""What follows read, each page by itself."""


def steps(run: Run, todo: Plan) -> None:
    """All of an ingest, in order."""
    run.take_in(todo, group_key)
    catch_up(run)


def catch_up(run: Run) -> None:
    """What follows the reading of dump files: all that the catalog says is undone."""
    refresh.make_pages_again(run, group_key)
    run.learn_site_lines()
    run.make_speeches()
    run.find_copies()
    with open_engine(run.settings) as engine:
        run.tell_engine(engine)
    refresh.tell(run)


def read_pages(
    shard: Sequence[Dump], limits: Limits, out: Path, archive: Path | None = None
) -> dict[str, float]:
    """The task of reading one shard of dump files; see worker.pages."""
    return worker.pages(shard, limits, out, PAGE_STAGES, archive)


def make_pages_again(archive: Path, span: tuple[str, str], out: Path) -> dict[str, float]:
    """The task of making some pages again from the archive's own copy; see worker.pages_again."""
    return worker.pages_again(archive, span, out, PAGE_STAGES)


def make_speeches(groups: Path, out: Path) -> dict[str, float]:
    """The task of making the speeches of some groups of pages; see worker.speeches."""
    return worker.speeches(groups, out, drop_site_lines, stitch, tag)


WORK: dict[str, Callable[..., dict[str, float]]] = {
    "pages": read_pages,
    refresh.WORK: make_pages_again,
    "speeches": make_speeches,
}
"""What a run hands out, by name."""


def in_process(
    work: str, jobs: Sequence[Job], workers: int
) -> Generator[tuple[Job, dict[str, float]], None, None]:
    """Do jobs here, one after the other (a FanOut)."""
    for job in jobs:
        yield job, WORK[work](**job)

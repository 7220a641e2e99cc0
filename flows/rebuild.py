"""The steps of a reindex: build beside the index in use, compare with the catalog, swap; or swap back.

Nothing is read but the catalog. Searches go to the index in use until the swap, which they can't see a part
of. Killed anywhere, the index in use is whole and the catalog's account of it true; the next reindex removes
what was left and begins again. ``reindex.py`` runs this under Prefect.
"""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass, field

from flows.catalog import told as catalog_told
from flows.catalog.held import Held
from flows.coordinator import ENTRIES_IN_A_COMMIT, Run, refused_by_engine
from flows.errors import JianghuaError
from flows.index.compare import compare
from flows.index.engine import REBUILD, IndexUnusable
from flows.index.generations import Beside, Generations, generations
from flows.progress import Progress
from flows.records import Reject
from flows.report import Report
from flows.settings import Settings
from flows.steps import in_process


@dataclass(slots=True, kw_only=True)
class Reindexed(Report):
    """The report of a run that changed the index in use."""

    engine: str
    what: str
    """built or rolled back."""
    in_use: str = ""
    """The name of the index in use."""
    previous: str | None = None
    """The name of the one before it, for a rollback."""
    compared: int = 0
    """Speeches that were looked up in the new index and compared."""


@dataclass(slots=True)
class Refused:
    """What an index would not take: the rejects by the id of the speech, and the catalog's marks of them."""

    rejects: dict[str, Reject] = field(default_factory=dict)
    marks: list[tuple[str, int]] = field(default_factory=list)


def rebuild(settings: Settings, catalog: Held, progress: Progress, rollback: bool = False) -> Reindexed:
    """Put a new index in use, built from the catalog, or the one before brought up to date.

    To be called with the archive held. Raises JianghuaError where that can't be done; the index in use is
    then as it was.
    """
    run = Run(settings, catalog, progress, in_process)
    report = Reindexed(
        run=run.report.run,
        started=run.report.started,
        engine=settings.engine,
        what="rolled back" if rollback else "built",
    )
    run.report = report
    with run.reported(), closing(generations(settings, catalog.archive_id())) as indices:
        try:
            name, refused = _prepare(run, report, catalog, indices, rollback)
        except BaseException:
            with suppress(Exception):  # the first error is the one to tell
                indices.clean()
            raise
        with run.clock("swap"):
            catalog.doubt(settings.engine)
            indices.swap(name)
            catalog.trust(settings.engine)
            catalog.put_refused(refused.rejects, report.run)
            catalog.mark_indexed(settings.engine, refused.marks, [])
        report.in_use, report.previous = name, indices.previous
    return report


def _prepare(
    run: Run, report: Reindexed, catalog: Held, indices: Generations, rollback: bool
) -> tuple[str, Refused]:
    """The name of an index that may be put in use, and what it would not take."""
    if rollback and indices.previous is None:
        raise nothing_before(run.settings.engine)
    with closing(indices.reopen() if rollback else indices.build()) as index:
        report.again = index.again
        if rollback and index.latest() > catalog_told.told(catalog.db, report.engine):
            raise IndexUnusable(
                f"{index.name}, the index before this one, is of a later state of the archive than the "
                "catalog (restored from a copy?); it can't be brought back"
            )
        catalog.begin_held(index.held() if rollback else ())
        refused = _fill(run, index, catalog)
        if refused.marks and not catalog.held_count():
            reason = next(iter(refused.rejects.values())).detail
            raise JianghuaError(f"{run.settings.engine} takes none of the speeches: {reason}")
        with run.clock("compare"):
            report.compared = compare(run.progress, index, catalog)
        return index.name, refused


def nothing_before(engine: str) -> JianghuaError:
    """Why there is nothing to roll back to."""
    return JianghuaError(
        f"the {engine} engine keeps no index before the one in use; to build that one anew, {REBUILD}"
    )


def _fill(run: Run, index: Beside, catalog: Held) -> Refused:
    """Tell an index what it lacks and what it has too much; returns what it will not take."""
    refused = Refused()
    with run.clock("index"):
        ids, gone = catalog.not_held(), catalog.held_in_vain()
        run.progress.stage("index", len(ids))
        for start in range(0, len(ids), ENTRIES_IN_A_COMMIT):
            revisions = catalog.revisions(ids[start : start + ENTRIES_IN_A_COMMIT])
            index.put(catalog.entries(revisions))
            for one in index.commit():
                refused.marks.append((one.id, catalog_told.refusal(revisions.pop(one.id))))
                refused.rejects[one.id] = refused_by_engine(catalog, one)
            catalog.note_held(revisions.items())
            run.progress.step(len(revisions))
        if (vain := [*gone, *refused.rejects]) or not ids:  # even to commit nothing costs
            index.remove(vain)
            index.commit()
            catalog.note_held((), vain)
    run.report.index = {"told": len(ids), "removed": len(gone)}
    return refused

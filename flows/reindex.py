"""The flow ``reindex``: the steps (rebuild.py) under Prefect, in this process."""

from __future__ import annotations

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_table_artifact

from flows.catalog.held import Held
from flows.ingest import reports_told, told_if_it_fails
from flows.lock import hold
from flows.prefect_runs import end_dead_runs
from flows.prefect_runtime import die_with_runner
from flows.progress import Progress
from flows.rebuild import Reindexed, rebuild
from flows.report import rows
from flows.settings import absolute, load


@flow(name="reindex", validate_parameters=False)
def reindex(
    archive: str | None = None,
    engine: str | None = None,
    rollback: bool = False,
    folder: str = ".",
    quiet: bool = False,
) -> Reindexed:
    """Build a new index from the catalog, compare it, and put it in use; searches go on meanwhile.

    ``rollback`` brings back the index before, up to date. What is not given is as the settings say, the
    environment's and those of ``folder``'s ``.env``.
    Raises JianghuaError (see flows.errors); the index in use is then as it was.
    """
    given = {"archive": Path(archive) if archive else None, "engine": engine}
    # How to reach a search engine is no parameter: Prefect shows those, and a key is nobody else's.
    settings = absolute(load(given, dotenv=Path(folder) / ".env"))
    die_with_runner()
    with (
        told_if_it_fails(settings),
        Held.open(settings.archive) as catalog,
        hold(settings.archive),
        reports_told(settings, catalog),
        Progress(quiet) as progress,
    ):
        end_dead_runs(archive or "")
        report = rebuild(settings, catalog, progress, rollback)
    names = {"in use": report.in_use, "previous": report.previous or "", "compared": str(report.compared)}
    table: list[dict[str, str | float]] = [
        {"stage": "reindex", "what": what, "number": name} for what, name in names.items()
    ]
    create_table_artifact(
        key="reindex-report", table=table + rows(report), description=f"Run {report.run}: {report.what}"
    )
    return report

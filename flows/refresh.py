"""A refresh: pages made anew from the archive's own copy of their bytes, and what came of it.

What other rules touch is flagged in the catalog (catalog/rules.py); any run takes it up, so one that was
killed is gone on with. A run reads new dump files by the present rules whether it refreshes or not.
"""

from __future__ import annotations

from collections.abc import Callable

from flows import spool
from flows.catalog.writer import GroupKey
from flows.coordinator import Job, Run

PAGES_IN_A_TASK = 200
"""Pages that are made again in one task: some seconds of work."""
WORK = "pages again"
"""What is handed out (see flows/steps.py)."""
FAULT = "refresh: the process was killed (memory?)"


def make_pages_again(run: Run, group_key: GroupKey) -> None:
    """Make the pages that are flagged again; those that come out otherwise flag their groups."""

    def stored(job: Job) -> None:
        with run.clock("catalog"):
            items = spool.read(job["out"])
            run.report.refresh["pages"] += run.catalog.put_remade(
                items, job["span"], run.report.run, group_key
            )
        job["out"].unlink()
        run.progress.step()

    jobs: list[Job] = [
        {"archive": run.settings.archive, "span": span, "out": run.work / f"again-{n}"}
        for n, span in enumerate(run.catalog.stale_spans(PAGES_IN_A_TASK))
    ]
    run.progress.stage("refresh", len(jobs))
    for lost in run.each(WORK, jobs, stored):
        if run.each(WORK, [lost], stored, workers=1):
            _page_by_page(run, lost, stored)


def tell(run: Run) -> None:
    """Report what a refresh that ends here changed."""
    run.report.refresh |= run.catalog.end_refresh()


def _page_by_page(run: Run, job: Job, stored: Callable[[Job], None]) -> None:
    """A process died on these pages: the one that kills it stays as it is."""
    for page in run.catalog.stale_pages(*job["span"]):
        one = {**job, "span": (page, page)}
        if run.each(WORK, [one], stored, workers=1):
            run.report.faults[FAULT] = run.report.faults.get(FAULT, 0) + 1
            spool.write(one["out"], [])
            stored(one)

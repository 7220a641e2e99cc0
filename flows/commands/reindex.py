"""The command ``reindex``: a new search index from the catalog, or the one before it."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import closing
from pathlib import Path

from flows.catalog import Catalog
from flows.commands.common import print_json, settings_of_args
from flows.errors import ENDED
from flows.index.generations import generations
from flows.lock import hold
from flows.rebuild import Reindexed, nothing_before
from flows.settings import Settings


def reindex(args: Namespace) -> int:
    """Build anew and swap, or swap back. What can't be done is said before Prefect is started."""
    settings = settings_of_args(args)
    with Catalog.open(settings.archive) as catalog:
        archive = catalog.archive_id()
    with hold(settings.archive):
        with closing(generations(settings, archive)) as indices:
            if args.rollback and indices.previous is None:
                raise nothing_before(settings.engine)
        report = _run_flow(args, settings)
    if args.json:
        print_json(report)
    else:
        print(show(report))
    return ENDED.rejects if report.rejects else ENDED.done


def _run_flow(args: Namespace, settings: Settings) -> Reindexed:
    from flows.prefect_runtime import runtime

    folder = str(Path.cwd())
    if not args.json:
        print("starting", file=sys.stderr, flush=True)  # Prefect takes some seconds before anything moves
    with runtime(settings.archive, settings.prefect_api_url):
        from flows.reindex import reindex as flow

        return flow(
            archive=str(settings.archive),
            engine=settings.engine,
            rollback=args.rollback,
            folder=folder,
            quiet=args.json,
        )


def show(report: Reindexed) -> str:
    """The report for the terminal."""
    told, removed = report.index["told"], report.index["removed"]
    lines = [
        ("in use", f"{report.in_use} ({report.what})"),
        (
            "before",
            f"{report.previous}; to go back: jianghua reindex --rollback" if report.previous else "none",
        ),
        ("index", f"{told:,} told, {removed:,} removed, {report.compared:,} compared with the catalog"),
    ]
    lines += [("rejected", f"{n:,} {reason}: jianghua rejects") for reason, n in report.rejects.items()]
    lines.append(("time", f"{report.seconds.get('total', 0):.1f} s"))
    return "\n".join(f"{name:10}{text}" for name, text in lines)

"""The command ``ingest``: dump files into the archive."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.catalog import Catalog
from flows.commands.common import print_json, settings_of_args
from flows.display import safe
from flows.errors import ENDED, JianghuaError
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.plan import Plan
    from flows.report import Report


def ingest(args: Namespace) -> int:
    """Take dump files in. Starts Prefect only where there is something to do."""
    from flows.lock import hold
    from flows.plan import make_plan

    settings = settings_of_args(args)
    if not (args.paths or args.refresh):
        raise JianghuaError("say what to take in: jianghua ingest PATH (a dump file, a folder, an address)")
    with catalog_if_any(settings.archive, needed=not args.paths) as catalog:
        plan = make_plan(args.paths, catalog, rest=settings.rest_seconds)
        stale = _made_by_earlier_rules(catalog)
        idle = plan.empty and not (catalog and _left_behind(catalog, settings))
    if stale and not args.refresh:
        print(
            "jianghua: the archive was made by earlier rules; jianghua ingest --refresh brings it up to date",
            file=sys.stderr,
        )
    idle = idle and not (args.refresh and stale)
    counts = {"new": len(plan.new), "changed": len(plan.changed), "unchanged": plan.unchanged}
    if args.dry_run or idle:
        if args.json:
            print_json(_unrun(args, settings, plan, counts))
        else:
            _say_plan(args, plan, counts)
        return ENDED.done
    with hold(settings.archive):
        return run_flow(args, settings, paths=list(args.paths), refresh=args.refresh)


def _made_by_earlier_rules(catalog: Catalog | None) -> bool:
    from flows.catalog import rules as catalog_rules

    return bool(catalog and catalog_rules.stale(catalog.db))


@contextmanager
def catalog_if_any(archive: Path, needed: bool = False) -> Iterator[Catalog | None]:
    """The catalog, or None where there is no archive and none is ``needed``."""
    from flows.catalog import FILE

    if needed or (archive / FILE).is_file():
        with Catalog.open(archive) as catalog:
            yield catalog
    else:
        yield None


def _left_behind(catalog: Catalog, settings: Settings) -> bool:
    """Whether an earlier run was cut off, or the index is gone or not as it should be."""
    from flows.index import open_engine

    if catalog.unfinished(settings.engine):
        return True
    with open_engine(settings) as engine:
        return engine.fresh or engine.half_filled


def run_flow(
    args: Namespace, settings: Settings, paths: list[str], retry: bool = False, refresh: bool = False
) -> int:
    """Run the flow ``ingest`` with Prefect and print its report; the exit status."""
    from flows.prefect_runtime import runtime

    folder = str(Path.cwd())
    if not args.json:
        print("starting", file=sys.stderr, flush=True)  # Prefect takes some seconds before anything moves
    with runtime(settings.archive, settings.prefect_api_url):
        from flows.ingest import ingest as flow

        given = Path("paths")  # a request to Prefect may hold 512 KB, and no name that is not UTF-8
        given.write_bytes(b"\0".join(map(os.fsencode, paths)))
        report = flow(
            paths_from=str(given.absolute()),
            archive=str(settings.archive),
            folder=folder,
            engine=settings.engine,
            workers=settings.workers,
            page_bytes=settings.page_bytes,
            fields=settings.given_fields,
            retry=retry,
            refresh=refresh,
            quiet=args.json,
        )
    if args.json:
        print_json(report)
    else:
        from flows.report import show as show_report

        print(show_report(report))
        if refresh and not any(report.refresh.values()):
            print("By the present rules all is as it was.")
        if report.rejects:
            print("What was rejected, and why: jianghua rejects")
    return ENDED.rejects if report.rejects or report.faults else ENDED.done


def _unrun(args: Namespace, settings: Settings, plan: Plan, counts: dict[str, int]) -> Report:
    """The report of what needed no run, or was not to be one: in the shape of any other."""
    from flows.report import Report

    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    status = "dry run" if args.dry_run else "nothing new"
    report = Report(run="", started=now, ended=now, status=status, dumps=counts)
    report.rejects = dict(Counter(reject.reason for reject in plan.refused.values()))
    with catalog_if_any(settings.archive) as catalog:
        if catalog:
            report.archive = catalog.totals()
    return report


def _say_plan(args: Namespace, plan: Plan, counts: dict[str, int]) -> None:
    left_out = f" {plan.forgotten:,} forgotten." if plan.forgotten else ""
    left_out += f" {plan.resting:,} still being written, left for the next run." if plan.resting else ""
    if not args.dry_run:
        told = f"Nothing new: 0 new, 0 changed, {counts['unchanged']:,} known dump files.{left_out}"
        print(told if args.paths else "Nothing to refresh: the archive is made by the present rules.")
        return
    for dump in (*plan.new, *plan.changed):
        print(safe(dump.file))
    told = ", ".join(f"{number:,} {what}" for what, number in counts.items())
    print(f"{told} dump files; nothing was read.{left_out}")

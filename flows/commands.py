"""What each command does: one function a command, from parsed arguments to an exit status."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from flows import settings as settings_of
from flows.catalog import Catalog
from flows.display import safe
from flows.errors import ENDED, REASONS, JianghuaError
from flows.records import Entry
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.index.query import Node
    from flows.plan import Plan
    from flows.report import Report


def ingest(args: Namespace) -> int:
    """Take dump files in. Starts Prefect only where there is something to do."""
    from flows.lock import hold
    from flows.plan import make_plan

    settings = _settings(args)
    with _catalog_if_any(settings.archive) as catalog:
        plan = make_plan(args.paths, catalog)
        idle = plan.empty and not (catalog and _left_behind(catalog, settings))
    counts = {"new": len(plan.new), "changed": len(plan.changed), "unchanged": plan.unchanged}
    if args.dry_run or idle:
        if args.json:
            _print_json(_unrun(args, settings, plan, counts))
        else:
            _say_plan(args, counts, [d.file for d in (*plan.new, *plan.changed)])
        return ENDED.done
    with hold(settings.archive):
        return _run_flow(args, settings, paths=list(args.paths))


MOST_REJECTS = 50
"""Rejects of one reason that are printed for a person."""


def rejects(args: Namespace) -> int:
    """Print what was not taken, or read those dump files again."""
    from flows.lock import hold

    settings = _settings(args)
    with Catalog.open(settings.archive) as catalog:
        found = list(catalog.rejects())
    if args.retry and found:
        with hold(settings.archive):
            return _run_flow(args, settings, paths=[], retry=True)
    if args.json:
        _print_json([{**msgspec.to_builtins(reject), "run": run} for reject, run in found])
        return ENDED.done
    for reason, number in Counter(reject.reason for reject, _ in found).items():
        print(f"{number:,} {reason}: {REASONS.get(reason, '')}")
        of_reason = [reject for reject, _ in found if reject.reason == reason]
        for reject in of_reason[:MOST_REJECTS]:
            at = f" at byte {reject.source.offset:,}" if reject.source.offset else ""
            print(f"  {safe(reject.source.file)}{at}: {safe(reject.detail)}")
        if number > MOST_REJECTS:
            print(f"  … and {number - MOST_REJECTS:,} more: jianghua rejects --json lists them all")
    if found:
        print("When you have mended what can be mended: jianghua rejects --retry")
    else:
        print("No rejects: everything that was read is in the archive.")
    return ENDED.done


def search(args: Namespace) -> int:
    """Print the speeches that a query finds."""
    from flows import display
    from flows.index import FACETS, open_engine, parse, results

    settings = _settings(args)
    with Catalog.open(settings.archive) as catalog, open_engine(settings) as engine:
        query = _of_today(parse(" ".join(args.query)), catalog)
        answer = engine.search(
            query, sort=args.sort, limit=args.limit, after=args.after, facets=tuple(FACETS)
        )
        entries = {e.speech.id: e for e in catalog.entries(hit.id for hit in answer.hits)}
        found = [(entries[hit.id], hit.score) for hit in answer.hits if hit.id in entries]
        shown = [results.result(entry, query, score) for entry, score in found]
    if args.json:
        _print_json(
            {
                "total": answer.total,
                "results": [results.as_json(one) for one in shown],
                "facets": answer.facets,
                "next": answer.next,
            }
        )
    else:
        display.print_search(answer, shown, args)
    return ENDED.done


def show(args: Namespace) -> int:
    """Print one speech whole."""
    from flows import display
    from flows.export import as_json

    with Catalog.open(_settings(args).archive) as catalog:
        speech = catalog.resolve(args.id)
        entry = catalog.entry(speech) if speech else None
        if entry is None:
            raise JianghuaError(f"no speech {safe(args.id)} here; find ids with: jianghua search QUERY")
        mates = [e.speech for e in catalog.entries(catalog.cluster(entry.cluster))]
    if args.json:
        _print_json(as_json(entry))
    else:
        display.print_speech(entry, [m for m in mates if m.id != entry.speech.id])
    return ENDED.done


def export(args: Namespace) -> int:
    """Write speeches for other programs."""
    from flows import export as exports

    settings = _settings(args)
    with Catalog.open(settings.archive) as catalog:
        query = " ".join(args.query)
        entries = _found(catalog, settings, query) if query else catalog.entries()
        if args.output:
            count = exports.write_file(entries, args.format, args.output)
            print(f"{count:,} speeches in {args.output}", file=sys.stderr)
        elif args.format == "parquet" and sys.stdout.isatty():
            raise JianghuaError("Parquet is not for the screen; name a file with -o FILE")
        else:
            exports.write(entries, args.format, sys.stdout.buffer)
    return ENDED.done


def runs(args: Namespace) -> int:
    """Print what each run did, the latest last."""
    with Catalog.open(_settings(args).archive) as catalog:
        found = catalog.runs()
    known = [msgspec.json.decode(report) if report else _unended(run, at) for run, at, report in found]
    if args.json:
        _print_json(known)
        return ENDED.done
    for report in reversed(known):
        dumps, pages = report.get("dumps", {}), report.get("pages", {})
        rejected = sum(report.get("rejects", {}).values())
        print(
            f"{report['run']}  {report['status']:8} {dumps.get('new', 0):>6,} new dumps"
            f" {pages.get('read', 0):>8,} pages {rejected:>6,} rejects"
            f" {report.get('seconds', {}).get('total', 0):>8.1f} s"
        )
    return ENDED.done


def doctor(args: Namespace) -> int:
    """Check the archive; each line says what is right, or what is wrong and what to do."""
    from flows.doctor import examine

    findings = examine(_settings(args))
    if args.json:
        _print_json([{"good": f.good, "text": f.text, "next": f.next} for f in findings])
    else:
        for finding in findings:
            print(f"{'ok ' if finding.good else 'BAD'}  {finding.text}")
            if finding.next:
                print(f"     {finding.next}")
    return ENDED.done if all(f.good for f in findings) else ENDED.failed


def _settings(args: Namespace) -> Settings:
    names = ("archive", "engine", "workers")
    found = settings_of.load({name: getattr(args, name, None) for name in names})
    return settings_of.absolute(found)


@contextmanager
def _catalog_if_any(archive: Path) -> Iterator[Catalog | None]:
    from flows.catalog import FILE

    if (archive / FILE).is_file():
        with Catalog.open(archive) as catalog:
            yield catalog
    else:
        yield None


def _left_behind(catalog: Catalog, settings: Settings) -> bool:
    """Whether an earlier run was cut off, or the index is gone."""
    from flows.index import open_engine

    if catalog.unfinished(settings.engine):
        return True
    with open_engine(settings) as engine:
        return engine.fresh


def _run_flow(args: Namespace, settings: Settings, paths: list[str], retry: bool = False) -> int:
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
            quiet=args.json,
        )
    if args.json:
        _print_json(report)
    else:
        from flows.report import show as show_report

        print(show_report(report))
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
    with _catalog_if_any(settings.archive) as catalog:
        if catalog:
            report.archive = catalog.totals()
    return report


def _say_plan(args: Namespace, counts: dict[str, int], files: list[str]) -> None:
    if not args.dry_run:
        print(f"Nothing new: 0 new, 0 changed, {counts['unchanged']:,} known dump files.")
        return
    for file in files:
        print(safe(file))
    print(
        ", ".join(f"{number:,} {what}" for what, number in counts.items()) + " dump files; nothing was read."
    )


def _found(catalog: Catalog, settings: Settings, text: str) -> Iterator[Entry]:
    """All speeches that a query finds, variants too, sorted by id like the whole export."""
    from flows.index import open_engine, parse

    query, ids, after = _of_today(parse(text), catalog), [], None
    with open_engine(settings) as engine:
        while True:
            answer = engine.search(query, sort="date", limit=1000, after=after, variants=True)
            ids += [hit.id for hit in answer.hits]
            after = answer.next
            if after is None:
                break
    yield from catalog.entries(sorted(ids))


def _of_today(query: Node, catalog: Catalog) -> Node:
    """The query with each id, as it was once given, put as what it means today."""
    from flows.index.query import Is, Leaf, with_leaves

    def today(leaf: Leaf) -> Leaf:
        if not isinstance(leaf, Is) or leaf.field not in ("id", "cluster"):
            return leaf
        entry = catalog.entry(catalog.resolve(leaf.value) or "")
        if entry is None:
            return leaf
        return Is(leaf.field, entry.speech.id if leaf.field == "id" else entry.cluster)

    return with_leaves(query, today)


def _unended(run: str, started: str) -> dict[str, Any]:
    return {"run": run, "started": started, "status": "cut off"}


def _print_json(data: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(data), indent=1) + b"\n")
    sys.stdout.flush()

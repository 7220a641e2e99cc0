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
from flows.records import Entry, Source
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.index.query import Node
    from flows.plan import Plan
    from flows.report import Report


def ingest(args: Namespace) -> int:
    """Take dump files in. Starts Prefect only where there is something to do."""
    from flows.lock import hold
    from flows.plan import make_plan

    settings = settings_of_args(args)
    if not (args.paths or args.refresh):
        raise JianghuaError("say what to take in: jianghua ingest PATH (a dump file, a folder, an address)")
    with _catalog_if_any(settings.archive, needed=not args.paths) as catalog:
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
        return _run_flow(args, settings, paths=list(args.paths), refresh=args.refresh)


MOST_REJECTS = 50
"""Rejects of one reason that are printed for a person."""


def rejects(args: Namespace) -> int:
    """Print what was not taken, or read those dump files again."""
    from flows.lock import hold

    settings = settings_of_args(args)
    with Catalog.open(settings.archive) as catalog:
        found = list(catalog.rejects())
    if args.retry and found:
        with hold(settings.archive):
            return _run_flow(args, settings, paths=[], retry=True)
    if args.json:
        print_json([{**msgspec.to_builtins(reject), "run": run} for reject, run in found])
        return ENDED.done
    for reason, number in Counter(reject.reason for reject, _ in found).items():
        print(f"{number:,} {reason}: {REASONS.get(reason, '')}")
        of_reason = [reject for reject, _ in found if reject.reason == reason]
        for reject in of_reason[:MOST_REJECTS]:
            print(f"  {safe(reject.source.file)}{_place(reject.source)}: {safe(reject.detail)}")
        if number > MOST_REJECTS:
            print(f"  … and {number - MOST_REJECTS:,} more: jianghua rejects --json lists them all")
    if found:
        print("When you have mended what can be mended: jianghua rejects --retry")
    else:
        print("No rejects: everything that was read is in the archive.")
    return ENDED.done


def _place(source: Source) -> str:
    """Where in its file or member something lies; nothing for all of it."""
    if source.length:
        return f" bytes {source.offset:,}-{source.offset + source.length:,}"
    return f" from byte {source.offset:,}" if source.offset else ""


def search(args: Namespace) -> int:
    """Print the speeches that a query finds."""
    from flows import display
    from flows.index import FACETS, open_engine, parse, results

    settings = settings_of_args(args)
    with Catalog.open(settings.archive) as catalog, open_engine(settings) as engine:
        query = _of_today(parse(" ".join(args.query)), catalog)
        answer = engine.search(
            query, sort=args.sort, limit=args.limit, after=args.after, facets=tuple(FACETS)
        )
        entries = {e.speech.id: e for e in catalog.entries(hit.id for hit in answer.hits)}
        found = [(entries[hit.id], hit.score) for hit in answer.hits if hit.id in entries]
        shown = [results.result(entry, query, score) for entry, score in found]
    if args.json:
        print_json(
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

    with Catalog.open(settings_of_args(args).archive) as catalog:
        speech = catalog.resolve(args.id)
        entry = catalog.entry(speech) if speech else None
        if entry is None:
            raise JianghuaError(no_speech(catalog, args.id))
        mates = [e.speech for e in catalog.entries(catalog.cluster(entry.cluster))]
        passages = None if args.json else catalog.passages(entry.speech.id)
    if passages is None:
        print_json(as_json(entry))
    else:
        display.print_speech(entry, [m for m in mates if m.id != entry.speech.id], passages)
    return ENDED.done


def no_speech(catalog: Catalog, given: str) -> str:
    """Why an id finds nothing, and what to do."""
    from flows.catalog.words import forgotten_word

    word = forgotten_word(catalog, given)
    if word:
        return f"{word} was forgotten; to let it be taken in again: jianghua forget --undo {word}"
    return f"no speech {safe(given)} here; find ids with: jianghua search QUERY"


def export(args: Namespace) -> int:
    """Write speeches for other programs."""
    from flows import export as exports

    settings = settings_of_args(args)
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
    with Catalog.open(settings_of_args(args).archive) as catalog:
        found = catalog.runs()
    known = [msgspec.json.decode(report) if report else _unended(run, at) for run, at, report in found]
    if args.json:
        print_json(known)
        return ENDED.done
    for report in reversed(known):
        dumps, pages = report.get("dumps", {}), report.get("pages", {})
        rejected = sum(report.get("rejects", {}).values())
        print(
            f"{report['run']}  {report['status']:8} {dumps.get('new', 0):>6,} new dumps"
            f" {pages.get('read', 0):>8,} pages {rejected:>6,} rejects"
            f" {report.get('seconds', {}).get('total', 0):>8.1f} s"
            f"{'  ' + safe(report['error']) if report.get('error') else ''}"
        )
    return ENDED.done


def doctor(args: Namespace) -> int:
    """Check the archive; each line says what is right, or what is wrong and what to do."""
    from flows.doctor import examine

    findings = examine(settings_of_args(args))
    if args.json:
        print_json([{"good": f.good, "text": f.text, "next": f.next} for f in findings])
    else:
        for finding in findings:
            print(f"{'ok ' if finding.good else 'BAD'}  {finding.text}")
            if finding.next:
                print(f"     {finding.next}")
    return ENDED.done if all(f.good for f in findings) else ENDED.failed


def settings_of_args(args: Namespace) -> Settings:
    """The settings that hold for a command; raises JianghuaError for one that can't be."""
    names = ("archive", "engine", "workers")
    found = settings_of.load({name: getattr(args, name, None) for name in names})
    return settings_of.absolute(found)


def forget(args: Namespace) -> int:
    """Take something out of the archive, for good or until it is called back."""
    from flows.person.forget import forget as command

    return command(args)


def correct(args: Namespace) -> int:
    """Put a tag or a title right, or say that two speeches are or are not the same."""
    from flows.person.correct import correct as command

    return command(args)


def reindex(args: Namespace) -> int:
    """Build the search index anew beside the one in use and swap, or swap back."""
    from flows.rebuild import command

    return command(args)


def setup(args: Namespace) -> int:
    """Set up Elasticsearch and Kibana; done again it changes nothing."""
    from flows.setup.stack import set_up, show

    done = set_up(settings_of_args(args), kibana=not args.without_kibana)
    if args.json:
        print_json([one._asdict() for one in done])
    else:
        print(show(done))
    return ENDED.done


def schedule(args: Namespace) -> int:
    """Take paths in by the clock until SIGTERM or Ctrl-C."""
    from flows.plan import make_plan
    from flows.schedule import serve

    settings = settings_of_args(args)
    with _catalog_if_any(settings.archive) as catalog:
        make_plan(args.paths, catalog)  # a path that is not there is told now, not at night
    print(f"by the clock ({args.cron}, {args.timezone}), until stopped: Ctrl-C", file=sys.stderr, flush=True)
    serve(settings, args.paths, args.cron, args.timezone)
    return ENDED.done


def _made_by_earlier_rules(catalog: Catalog | None) -> bool:
    from flows.catalog import rules as catalog_rules

    return bool(catalog and catalog_rules.stale(catalog.db))


@contextmanager
def _catalog_if_any(archive: Path, needed: bool = False) -> Iterator[Catalog | None]:
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


def _run_flow(
    args: Namespace, settings: Settings, paths: list[str], retry: bool = False, refresh: bool = False
) -> int:
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
    with _catalog_if_any(settings.archive) as catalog:
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


def print_json(data: Any) -> None:
    """Print records, or what they hold, for other programs."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(data), indent=1) + b"\n")
    sys.stdout.flush()

"""The commands ``runs``, ``doctor`` and ``setup``: how the archive fares, and what it runs on."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import msgspec

from flows.catalog import Catalog
from flows.commands.common import print_json, settings_of_args
from flows.display import safe
from flows.errors import ENDED


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


def _unended(run: str, started: str) -> dict[str, Any]:
    return {"run": run, "started": started, "status": "cut off"}


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


def setup(args: Namespace) -> int:
    """Set up Elasticsearch and Kibana; done again it changes nothing."""
    from flows.setup.stack import set_up, show

    done = set_up(settings_of_args(args), kibana=not args.without_kibana)
    if args.json:
        print_json([one._asdict() for one in done])
    else:
        print(show(done))
    return ENDED.done

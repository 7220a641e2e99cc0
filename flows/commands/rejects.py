"""The command ``rejects``: what was not taken and why, or reading it again."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter

import msgspec

from flows.catalog import Catalog
from flows.commands.common import print_json, settings_of_args
from flows.commands.ingest import run_flow
from flows.display import safe
from flows.errors import ENDED, REASONS
from flows.records import Source

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
            return run_flow(args, settings, paths=[], retry=True)
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

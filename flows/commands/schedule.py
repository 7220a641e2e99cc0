"""The command ``schedule``: an ingest by the clock."""

from __future__ import annotations

import sys
from argparse import Namespace

from flows.commands.common import settings_of_args
from flows.commands.ingest import catalog_if_any
from flows.errors import ENDED


def schedule(args: Namespace) -> int:
    """Take paths in by the clock until SIGTERM or Ctrl-C."""
    from flows.plan import make_plan
    from flows.schedule import serve

    settings = settings_of_args(args)
    with catalog_if_any(settings.archive) as catalog:
        make_plan(args.paths, catalog)  # a path that is not there is told now, not at night
    print(f"by the clock ({args.cron}, {args.timezone}), until stopped: Ctrl-C", file=sys.stderr, flush=True)
    serve(settings, args.paths, args.cron, args.timezone)
    return ENDED.done

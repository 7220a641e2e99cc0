"""A schedule on one machine: runs ``ingest`` by the clock, one run at a time, until it is stopped.

Prefect keeps the schedule: its server (private to the archive, or the one that is named) knows which runs
are due; those missed while nothing ran are made up for at the next start, one after the other. On a cluster
``prefect.yaml`` has the same deployments for a worker.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from flows.errors import JianghuaError
from flows.prefect_runtime import LOG, runtime
from flows.settings import Settings

NAME = "nightly"
"""The deployment's name, as in prefect.yaml."""


def serve(settings: Settings, paths: Sequence[str], cron: str, timezone: str) -> None:
    """Take ``paths`` in whenever ``cron`` says, until SIGTERM or Ctrl-C. Paths are made absolute.

    Raises JianghuaError for a schedule that is none, and where Prefect's server does not start.
    """
    folder = Path.cwd()
    with (
        runtime(settings.archive, settings.prefect_api_url, scheduled=True),
        Path(LOG).open("a", encoding="utf-8") as log,
        redirect_stderr(log),  # where Prefect says what it has to say when it is stopped
    ):
        from prefect.deployments.runner import EntrypointType  # type: ignore[attr-defined]

        from flows.ingest import ingest

        ingest.serve(
            name=NAME,
            schedule=_schedule(cron, timezone),
            parameters={
                "paths": [os.fspath(path) for path in paths],
                "folder": str(folder),
                "archive": str(settings.archive),
                "quiet": True,
            },
            limit=1,
            pause_on_shutdown=False,
            print_starting_message=False,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )


def _schedule(cron: str, timezone: str) -> Any:
    """Prefect's own reading of a schedule: what it accepts is one."""
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.schedules import Cron

    try:
        CronSchedule(cron=cron, timezone=timezone or None)
    except ValueError:
        raise JianghuaError(
            f"--cron {cron!r} --timezone {timezone!r} is no schedule; five fields and a name are wanted: "
            "--cron '0 3 * * *' --timezone Asia/Shanghai (03:00 every day)"
        ) from None
    return Cron(cron, timezone=timezone or None)

"""What Prefect still believes of runs that died: killed with their worker or server, they told it nothing.

As a program it is what a worker does before it starts: ``python -m flows.prefect_runs``.
"""

from __future__ import annotations

from contextlib import suppress

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.runtime import flow_run as this_run
from prefect.states import Crashed

from flows.errors import ArchiveBusy
from flows.lock import hold
from flows.settings import load

MOST = 200
"""Runs looked at, as many as Prefect hands out at once."""


def end_dead_runs(archive: str) -> int:
    """Mark as crashed what Prefect has at work on an archive, this run apart; how many there were.

    To be called while the archive's lock is held: then no other run of it is alive. Without this, a killed
    run would stand in Prefect's list as running for ever.
    """
    with get_client(sync_client=True) as client:
        running = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=["ingest", "reindex"])),
            flow_run_filter=FlowRunFilter.model_validate({"state": {"type": {"any_": ["RUNNING"]}}}),
            limit=MOST,
        )
        dead = [run for run in running if str(run.id) != this_run.get_id() and _archive(run) == archive]
        for run in dead:
            words = "its process was killed; the run after it went on from there"
            client.set_flow_run_state(run.id, Crashed(message=words), force=True)
    return len(dead)


def main() -> None:
    """End the dead runs of the archive that the settings name; nothing where a run is at work on it."""
    settings = load()
    with suppress(ArchiveBusy), hold(settings.archive):
        end_dead_runs(str(settings.archive))


def _archive(run: FlowRun) -> str:
    """The archive a run was given; its default where it was given none."""
    return str(run.parameters.get("archive") or "")


if __name__ == "__main__":
    main()

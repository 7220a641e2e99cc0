"""The flow under Prefect's own test harness: its counts, its artifact, its failures."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from conftest import SAMPLES, export_bytes, take_in

from flows.errors import ArchiveBusy, JianghuaError
from flows.report import Report, rows, show


def test_the_counts_of_every_stage_add_up(samples_report: tuple[Path, Report]) -> None:
    archive, report = samples_report
    dumps = len(list(SAMPLES.iterdir()))
    assert report.status == "done"
    assert report.dumps == {"new": dumps, "changed": 0, "unchanged": 0}
    assert report.pages["read"] == report.pages["new"] + report.pages["known"]
    assert report.archive["pages"] == report.pages["new"]
    assert report.archive["speeches"] == report.archive["canonical"] + report.archive["variants"]
    assert report.speeches["made"] == report.archive["speeches"] == report.index["told"]
    assert sum(report.rejects.values()) == report.archive["rejects"] == 2
    stages = {"read", "extract", "restore", "clean", "stitch", "tag", "sign", "dedupe", "settle", "index"}
    assert stages | {"catalog", "total"} == set(report.seconds)
    kept = json.loads((archive / "runs" / f"{report.run}.json").read_text("utf-8"))
    assert kept["pages"] == report.pages and kept["status"] == "done"
    assert not (archive / "work").exists()


def test_the_report_is_a_table_and_an_artifact(samples_report: tuple[Path, Report]) -> None:
    from prefect.client.orchestration import get_client

    _, report = samples_report
    table = show(report)
    assert f"{report.pages['read']} read" in table and "unsupported" in table
    with get_client(sync_client=True) as client:
        found = client.request("POST", "/artifacts/filter", json={}).json()
    data = [json.loads(a["data"]) for a in found if a["key"] == "ingest-report"]
    assert rows(report) in data


def test_processes_or_not_the_archive_is_the_same(
    samples_report: tuple[Path, Report], tmp_path: Path
) -> None:
    take_in(tmp_path, SAMPLES)
    assert export_bytes(tmp_path) == export_bytes(samples_report[0])


def test_one_run_at_a_time(samples_archive: Path) -> None:
    """Another process holds the archive: said at once, not waited for."""
    import subprocess
    import sys

    holder = (
        f"from pathlib import Path; from flows.lock import hold\n"
        f"with hold(Path({str(samples_archive)!r})): print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        from flows.ingest import ingest

        with pytest.raises(ArchiveBusy, match="another run is at work"):
            ingest([str(SAMPLES)], str(samples_archive), quiet=True)
        process.communicate("\n")


def test_retry_reads_only_what_was_rejected(prefect: None, tmp_path: Path) -> None:
    from flows.ingest import ingest

    dumps, archive = tmp_path / "dumps", tmp_path / "archive"
    dumps.mkdir()
    (dumps / "good.txt").write_text((SAMPLES / "13_notice.txt").read_text("utf-8"), "utf-8")
    (dumps / "bad.txt").write_bytes(b"")
    take_in(archive, dumps)
    (dumps / "bad.txt").write_text((SAMPLES / "12_fields.txt").read_text("utf-8"), "utf-8")
    report = ingest([], str(archive), retry=True, quiet=True, workers=1)
    assert report.dumps == {"new": 0, "changed": 1, "unchanged": 0}
    assert report.rejects == {} and report.archive["speeches"] == 2


def test_a_path_that_is_not_there_is_a_failed_run_in_words(prefect: None, tmp_path: Path) -> None:
    from flows.ingest import ingest

    with pytest.raises(JianghuaError, match="nowhere"):
        ingest([str(tmp_path / "nowhere")], str(tmp_path / "archive"), quiet=True)


def test_a_worker_killed_for_real_costs_one_file(prefect: None, tmp_path: Path) -> None:
    """A file whose reader is killed by the system: rejected, and everything else gets in."""
    from flows import coordinator, ingest, plan, progress, settings
    from flows.catalog.writer import Writer

    dumps = tmp_path / "dumps"
    dumps.mkdir()
    for file in ("12_fields.txt", "13_notice.txt"):
        (dumps / file).write_bytes((SAMPLES / file).read_bytes())
    (dumps / "poison.txt").write_text("同志们：这一页会让读它的进程死掉。", "utf-8")
    deadly = ingest.TASKS["pages"].with_options()
    deadly.fn = _die_of_poison
    before, ingest.TASKS["pages"] = ingest.TASKS["pages"], deadly
    try:
        with Writer.open(tmp_path / "archive", create=True) as catalog:
            todo = plan.make_plan([str(dumps)], catalog)
            run = coordinator.Run(
                settings.Settings(archive=tmp_path / "archive", workers=2),
                catalog,
                progress.Progress(quiet=True),
                ingest.in_pool,
            )
            with run.reported(lambda: todo):
                ingest.steps(run, todo)
    finally:
        ingest.TASKS["pages"] = before
    assert run.report.rejects == {"failed": 1}
    assert run.report.archive["speeches"] == 2


def _die_of_poison(shard, limits, out):  # type: ignore[no-untyped-def]
    from flows.steps import WORK

    if any("poison" in dump.file for dump in shard):
        os._exit(9)
    return WORK["pages"](shard, limits, out)


def leave() -> dict[str, float]:
    """What Prefect's engine does to a task whose server is gone."""
    raise SystemExit(1)


def test_a_task_that_is_made_to_leave_ends_the_wait(prefect: None) -> None:
    from prefect import flow, task

    from flows import ingest

    @flow(validate_parameters=False)
    def waiting() -> None:
        with ingest.Pool(max_workers=1) as pool:
            future = pool.submit(task(leave), parameters={})
            with pytest.raises(JianghuaError, match="run the same command again"):
                next(iter(ingest.as_completed([future], timeout=60))).result()

    waiting()

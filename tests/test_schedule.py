"""`jianghua schedule`: the real command, its own Prefect server, and the clock."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import SAMPLES, export_bytes, exported, take_in
from department.services import OFTEN
from test_cli import processes_of

from flows import schedule
from flows.errors import ArchiveMissing, JianghuaError

JIANGHUA = Path(sys.executable).with_name("jianghua")
PATIENCE = 240
"""Seconds for a run to come and end on a busy machine."""


def start(folder: Path) -> subprocess.Popen[bytes]:
    """A schedule that is due often; its processes are told apart by the folder they work in."""
    command = [JIANGHUA, "schedule", "drop", "--cron", OFTEN, "--timezone", "Asia/Shanghai"]
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "JIANGHUA_REST_SECONDS": "2"},
        stdout=subprocess.DEVNULL,
        stderr=(folder / "said").open("ab"),
        start_new_session=True,
    )


def reports(folder: Path) -> list[dict[str, dict[str, int]]]:
    return [json.loads(path.read_bytes()) for path in sorted((folder / "archive" / "runs").glob("*.json"))]


def speeches(folder: Path) -> int:
    try:
        return len(exported(folder / "archive"))
    except ArchiveMissing:  # not yet
        return 0


def until(folder: Path, number: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while speeches(folder) != number:
        assert time.monotonic() < deadline, (folder / "said").read_text()
        time.sleep(0.5)


def gone(folder: Path) -> bool:
    """Whether nothing of ours is left within some seconds."""
    deadline = time.monotonic() + 30
    while processes_of(folder) and time.monotonic() < deadline:
        time.sleep(0.2)
    return processes_of(folder) == []


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "drop").mkdir()
    yield tmp_path
    for place in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if place.readlink().is_relative_to(tmp_path):
                os.kill(int(place.parent.name), signal.SIGKILL)


def test_by_the_clock_killed_and_started_again(folder: Path) -> None:
    """New files come in by themselves; a kill -9 leaves nothing behind; the next start makes up for it."""
    shutil.copy(SAMPLES / "12_fields.txt", folder / "drop" / "first.txt")
    process = start(folder)
    until(folder, 1)
    process.kill()
    process.wait()
    assert gone(folder), processes_of(folder)
    shutil.copy(SAMPLES / "13_notice.txt", folder / "drop" / "second.txt")
    process = start(folder)
    until(folder, 2)
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    assert gone(folder)
    take_in(folder / "alone", folder / "drop")
    assert json.loads(export_bytes(folder / "alone")) == less_folder(folder)
    assert "Traceback" not in (folder / "said").read_text()


def less_folder(folder: Path) -> list[dict[str, object]]:
    """What the schedule's archive exports, its files named by their whole paths, as ``take_in`` has them."""
    found = json.loads(export_bytes(folder / "archive"))
    for speech in found:
        for source in speech["sources"]:
            source["file"] = str(folder / source["file"])
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["drop", "--cron", "at three"], "is no schedule"),
        (["nowhere"], "nowhere"),
    ],
)
def test_what_is_no_schedule_is_said_in_one_line(words: list[str], said: str, folder: Path) -> None:
    done = subprocess.run([JIANGHUA, "schedule", *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("jianghua: ")]
    assert said in line
    assert gone(folder)


@pytest.mark.parametrize(
    ("cron", "timezone"), [("0 3 * * *", "Moon/Base"), ("0 3 * *", ""), ("R 3 * * *", ""), ("0 25 * * *", "")]
)
def test_what_prefect_does_not_take_is_no_schedule(cron: str, timezone: str) -> None:
    with pytest.raises(JianghuaError, match="is no schedule; five fields and a name are wanted"):
        schedule._schedule(cron, timezone)
    assert schedule._schedule("0 3 * * *", "Asia/Shanghai")

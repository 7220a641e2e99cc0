"""What the benchmarks share: running the command and measuring it from outside."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
JIANGHUA = Path(sys.executable).with_name("jianghua")


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of a command."""

    output: str
    seconds: float
    peak_mb: float
    """Of the command and all its child processes together, shared pages counted once (PSS)."""


def run(*args: object, ok: tuple[int, ...] = (0, 1)) -> Measured:
    """Run ``jianghua`` with these arguments. Raises SystemExit where its status is not in ``ok``."""
    start, peak = time.monotonic(), 0
    process = subprocess.Popen([JIANGHUA, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, sum(_pss(pid) for pid in _family(process.pid)))
        try:
            process.wait(0.25)
        except subprocess.TimeoutExpired:
            continue
    assert process.stdout
    if process.returncode not in ok:
        raise SystemExit(f"jianghua {' '.join(map(str, args))} ended with {process.returncode}")
    return Measured(process.stdout.read().decode(), time.monotonic() - start, peak / 1024)


def export(archive: Path, out: Path) -> list[dict[str, Any]]:
    """Export an archive to a file; the speeches."""
    run("export", "--archive", archive, "-o", out)
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(p for child in children for p in _family(int(child)))]


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)

"""What the tags cost: time against one scan for the same names, start-up, and memory of a worker."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ahocorasick
from chain import table, verdict
from tag_sets import Labelled, made, prepared

from flows.records import Speech
from flows.tag import tag
from flows.tag.date import find_date
from flows.tag.gazetteer import gazetteer
from flows.tag.genre import describe
from flows.tag.place import find_place

STEP = 10
"""Every tenth report."""
TARGET_SCANS, TARGET_START, TARGET_MEMORY = 3.0, 0.5, 200
RUNS = 3
_MB = 1 << 20
_BUSY = 40
"""Reports that the measured worker tags."""


def report(shared: Path) -> str:
    """The section on cost, in Markdown."""
    sets = {
        "reports": made(shared, "reports").part(STEP),
        "headless": made(shared, "headless").part(STEP),
        "excerpt": made(shared, "excerpt"),
        "counties": made(shared, "counties"),
    }
    return "\n\n".join([_time(sets), _start(shared)])


def _time(sets: dict[str, Labelled]) -> str:
    automaton = ahocorasick.Automaton()
    for surface in gazetteer().names:
        automaton.add_word(surface, surface)
    automaton.make_automaton()
    rows: list[list[object]] = []
    totals = [0.0] * 5
    for name, labelled in sets.items():
        speeches = [s for file, raw in labelled.files.items() for s in prepared(file, raw)]
        spent = _spent(automaton, speeches)
        totals = [a + b for a, b in zip(totals, spent, strict=True)]
        size = sum(len(s.text.encode()) for s in speeches) / _MB
        rows.append([name, len(speeches), f"{size:.1f}", *(f"{x / spent[0]:.2f}" for x in spent[1:])])
    ratio = totals[1] / totals[0]
    rows.append(["all", "", "", *(f"{x / totals[0]:.2f}" for x in totals[1:])])
    header = ["set", "speeches", "MB", "all tags", "date", "level and region", "genre"]
    return (
        f"### Time, one pyahocorasick scan for the {len(gazetteer().names):,} names is 1; processor time\n\n"
        f"{table(header, rows)}\n\nTarget {TARGET_SCANS:.0f}: {verdict(ratio <= TARGET_SCANS)}."
    )


def _spent(automaton: Any, speeches: Sequence[Speech]) -> list[float]:
    """Seconds for the scan, for all tags, and for each."""
    dates = [find_date(s)[0] for s in speeches]

    def scan() -> None:
        for s in speeches:
            for field in (s.title, s.text):
                for _ in automaton.iter(field):
                    pass

    work: list[Callable[[], object]] = [
        scan,
        lambda: [tag(s) for s in speeches],
        lambda: [find_date(s) for s in speeches],
        lambda: [find_place(s, d) for s, d in zip(speeches, dates, strict=True)],
        lambda: [describe(s) for s in speeches],
    ]
    return [min(_processor(w) for _ in range(RUNS)) for w in work]


def _processor(work: Callable[[], object]) -> float:
    """Seconds of the processor: what else the machine does is not in them."""
    started = time.process_time()
    work()
    return time.process_time() - started


def _start(shared: Path) -> str:
    with TemporaryDirectory() as folder:
        for name, raw in list(made(shared, "reports").files.items())[:_BUSY]:
            (Path(folder) / name).write_bytes(raw)
        runs = [_alone(folder) for _ in range(3)]
    start, bare = min(r["start"] for r in runs), min(r["python"] for r in runs)
    peak = min(r["peak"] for r in runs)
    rows = [
        ["Python alone, to its first line, s", f"{bare:.2f}", "", ""],
        [
            "loading the tags, to the first speech tagged, s",
            f"{start:.2f}",
            f"≤ {TARGET_START}",
            verdict(start <= TARGET_START),
        ],
        [
            f"peak of a worker after {_BUSY} reports, MB",
            f"{peak:.0f}",
            f"≤ {TARGET_MEMORY}",
            verdict(peak <= TARGET_MEMORY),
        ],
    ]
    return "### Start-up and memory, in a process of its own\n\n" + table(
        ["what", "figure", "target", ""], rows
    )


def _alone(folder: str) -> dict[str, float]:
    started = time.time()
    command = [sys.executable, str(Path(__file__).with_name("tag_worker.py")), folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    return {"start": said["start"], "peak": said["peak"], "python": said["first line"] - started}

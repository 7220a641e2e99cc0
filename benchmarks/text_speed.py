"""How fast, beside what must be done anyway; and inputs made to hurt, at two sizes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from chain import fastest, table, through, verdict
from opencc import OpenCC

from flows.read import page
from flows.records import Page, Source

PROCESSES = 2
REPORTS = 48
"""Reports converted: some MB, seconds of work for the package."""
RUNS = 5
TARGET_TEXT, TARGET_HTML, TARGET_RATIO = 8.0, 1.5, 2.5
_PROSE = (
    "同志们：今天我们召开全县项目推进会，总结去年的工作，部署今年的任务。要坚持项目为王，一件一件抓落实！"
)
_MB = 1 << 20


def report(shared: Path) -> str:
    """The section on speed, in Markdown."""
    return "\n\n".join([_plain(shared), _html(shared), _hostile()])


_package: OpenCC | None = None


def _warm() -> None:
    """Loads in a process what either side loads once."""
    global _package
    _package = OpenCC("t2s")
    _package.convert("預熱")
    through("<p>同志们：今天开會。</p>".encode())
    through("關於項目的講話\n同志们：今天开会??我们".encode())


def _in_turns(texts: list[str]) -> tuple[float, float]:
    """CPU seconds that the package needs to convert texts, and the stages to take them from bytes to clean.

    Text after text by the one, then by the other, some times over, and of each text the least counts: what
    else the machine does meets both alike, and can only add.
    """
    assert _package is not None
    raws = [text.encode() for text in texts]
    runs = [(_each(_package.convert, texts), _each(through, raws)) for _ in range(RUNS)]
    theirs, ours = zip(*runs, strict=True)
    return sum(map(min, zip(*theirs, strict=True))), sum(map(min, zip(*ours, strict=True)))


def _each(work: Callable[[Any], object], inputs: Sequence[object]) -> list[float]:
    """CPU seconds for each input."""
    spent = list[float]()
    for one in inputs:
        started = time.process_time()
        work(one)
        spent.append(time.process_time() - started)
    return spent


def _plain(shared: Path) -> str:
    files = sorted((shared / "corpora" / "reports").glob("*.txt"))
    simplified = [f.read_text("utf-8") for f in files[:: max(1, len(files) // REPORTS)]][:REPORTS]
    to_traditional = OpenCC("s2t").convert
    traditional = [to_traditional(text) for text in simplified[: REPORTS // 4]]
    seeds = [f.read_text("utf-8") for f in sorted((shared / "seeds").glob("*.txt"))]
    rows, met = [], True
    with get_context("spawn").Pool(PROCESSES, _warm) as pool:
        for name, texts, wanted in (
            ("reports as they are", simplified, TARGET_TEXT),
            ("the same in traditional script", traditional, TARGET_TEXT),
            ("the five real documents", seeds, 0),
        ):
            shares = [texts[at::PROCESSES] for at in range(PROCESSES)]
            theirs, ours = map(sum, zip(*pool.map(_in_turns, shares, 1), strict=True))
            size = sum(len(text.encode()) for text in texts)
            rows.append([name, f"{size / _MB:.1f}", f"{theirs / ours:.1f}"])
            met = met and theirs / ours >= wanted
    return "\n\n".join(
        [
            f"### Speed, plain text: read to clean on {PROCESSES} processes",
            table(["text", "MB", "times as fast as opencc-python-reimplemented converts it"], rows),
            f"CPU time, each text {RUNS} times by both in turns, the least counts. Reports must reach "
            f"{TARGET_TEXT:.0f}: {verdict(met)}. On the real documents, which are short and damaged, most of "
            "the time goes into the search for repairs.",
        ]
    )


def _html(shared: Path) -> str:
    corpora = shared / "corpora"
    policies = (corpora / "policies.jsonl").read_text("utf-8").splitlines()
    sets: dict[str, list[bytes]] = {
        "html_gold": [f.read_bytes() for f in sorted((corpora / "html_gold" / "original").iterdir())],
        "policies": [json.loads(line)["html"].encode() for line in policies],
        "government pages": [f.read_bytes() for f in sorted((corpora / "wanzai-gov-html").iterdir())],
    }
    rows, total = [], [0.0, 0.0]
    for name, raws in sets.items():
        found = [page(raw, Source(file=name)) for raw in raws]
        texts = [p.text for p in found if isinstance(p, Page)]
        parse = fastest(lambda t=texts: [BeautifulSoup(text, "lxml") for text in t])  # type: ignore[misc]
        ours = fastest(lambda r=raws: [through(raw) for raw in r])  # type: ignore[misc]
        total = [total[0] + parse, total[1] + ours]
        rows.append([name, len(raws), f"{sum(map(len, raws)) / _MB:.1f}", f"{ours / parse:.2f}"])
    ratio = total[1] / total[0]
    rows.append(["all", sum(map(len, sets.values())), "", f"{ratio:.2f}"])
    return "\n\n".join(
        [
            "### Speed, HTML: read to clean, BeautifulSoup on lxml parsing alone is 1",
            table(["pages", "number", "MB", "time"], rows),
            f"Target {TARGET_HTML}: {verdict(ratio <= TARGET_HTML)}.",
        ]
    )


def _filled(unit: str, size: int) -> str:
    return unit * (size // len(unit))


HOSTILE: dict[str, tuple[int, Callable[[int], bytes]]] = {
    "a 20 MB page of paragraphs": (
        20 * _MB,
        lambda n: ("<html><body>" + _filled(f"<p>{_PROSE}</p>\n", n // 3)).encode(),
    ),
    "100,000 nested tags": (
        100_000,
        lambda n: ("<html><body>" + "<div>" * n + _PROSE + "</div>" * n).encode(),
    ),
    "a million (": (1_000_000, lambda n: b"(" * n),
    "a million （": (1_000_000, lambda n: "（".encode() * n),
    "a million ?": (1_000_000, lambda n: b"?" * n),
    "a million ??的": (1_000_000, lambda n: "??的".encode() * (n // 3)),
    "a single line of 50 MB": (50 * _MB, lambda n: _filled(_PROSE.rstrip("！") + "，", n // 3).encode()),
    "10 MB of one-character lines": (10 * _MB // 4, lambda n: "的\n".encode() * n),
}
"""Inputs made to hurt: their size (bytes, or the number named), and what makes one of a size."""


def most_memory() -> float:
    """The most memory this process ever had, in MB. (``getrusage`` tells its parent's if that had more.)"""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def hostile_once(name: str, halved: bool) -> dict[str, Any]:
    """Takes one hostile input through the stages, in a process of its own: CPU seconds, sizes in MB."""
    size, make = HOSTILE[name]
    through(_PROSE.encode())
    raw = make(size // 2 if halved else size)
    before = most_memory()
    started = time.process_time()
    found = through(raw)
    spent = time.process_time() - started
    peak = most_memory()
    outcome = "a page" if isinstance(found, Page) else f"rejected: {found.reason}"
    return {"seconds": spent, "mb": len(raw) / _MB, "peak": peak - before, "outcome": outcome}


def _alone(name: str, halved: bool) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__)), name, "half" if halved else "whole"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _hostile() -> str:
    ordinary = (_PROSE + "\n").encode() * 20_000
    per_mb = fastest(lambda: through(ordinary), 2) / (len(ordinary) / _MB)
    rows, met = [], True
    for name in HOSTILE:
        half, whole = _alone(name, True), _alone(name, False)
        ratio = whole["seconds"] / half["seconds"]
        cost = whole["seconds"] / whole["mb"] / per_mb
        met = met and (ratio <= TARGET_RATIO or whole["seconds"] < 1)
        rows.append(
            [
                name,
                f"{whole['mb']:.1f}",
                f"{whole['seconds']:.1f}",
                f"{half['seconds']:.1f}",
                f"{ratio:.1f}",
                f"{cost:.1f}",
                f"{whole['peak'] / whole['mb']:.0f}",
                whole["outcome"],
            ]
        )
    header = ["input", "MB", "CPU s", "at half", "ratio", "cost a MB, prose is 1", "peak, MB a MB", "becomes"]
    return "\n\n".join(
        [
            "### Inputs made to hurt, each in a process of its own",
            table(header, rows),
            f"Target, twice the size at most {TARGET_RATIO} times the time: {verdict(met)}. "
            "Peak is what the page took beyond the loaded program. An ingest refuses pages over its limit of "
            "32 MB unread.",
        ]
    )


if __name__ == "__main__":
    print(json.dumps(hostile_once(sys.argv[1], sys.argv[2] == "half")))

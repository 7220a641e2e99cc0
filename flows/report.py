"""The report of a run: counts of every stage that add up, rejects by reason, and what took the time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from rich.console import Console, Group
from rich.table import Table

from flows.errors import REASONS


@dataclass(slots=True, kw_only=True)
class Report:
    """What one ingest did. Counts of this run, but for ``archive``, which counts all there is."""

    run: str
    started: str
    ended: str = ""
    status: str = "running"
    dumps: dict[str, int] = field(default_factory=dict)
    """new, changed, unchanged."""
    pages: dict[str, int] = field(default_factory=dict)
    """read = new + known: known pages were in the archive already."""
    rejects: dict[str, int] = field(default_factory=dict)
    """By reason."""
    speeches: dict[str, int] = field(default_factory=dict)
    """made: by stitching this run's pages; changed: those and the ones their copies changed."""
    index: dict[str, int] = field(default_factory=dict)
    """told, removed."""
    archive: dict[str, int] = field(default_factory=dict)
    """pages, speeches = canonical + variants, rejects."""
    seconds: dict[str, float] = field(default_factory=dict)
    """By stage, added up over the workers; total is the clock's."""


class Clock:
    """Adds up seconds by stage."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = perf_counter()
        try:
            yield
        finally:
            self.add({stage: perf_counter() - start})

    def add(self, seconds: Mapping[str, float]) -> None:
        """Add another clock's seconds."""
        for stage, spent in seconds.items():
            self.seconds[stage] += spent  # type: ignore[assignment]

    def rounded(self) -> dict[str, float]:
        """Seconds by stage, to the hundredth."""
        return {stage: round(spent, 2) for stage, spent in self.seconds.items()}


def show(report: Report, console: Console) -> None:
    """Print a report as tables."""
    counts = Table(box=None, pad_edge=False, show_header=False)
    counts.add_column(style="bold")
    counts.add_column()
    for name in ("dumps", "pages", "speeches", "index", "archive"):
        numbers = getattr(report, name)
        counts.add_row(name, "  ".join(f"{number:,} {what}" for what, number in numbers.items()))
    for reason, number in report.rejects.items():
        counts.add_row("rejected", f"{number:,} {reason}: {REASONS.get(reason, '')}")
    spent = {stage: s for stage, s in report.seconds.items() if stage != "total"}
    whole = sum(spent.values()) or 1
    stages = "  ".join(f"{stage} {s / whole:.0%}" for stage, s in sorted(spent.items(), key=lambda x: -x[1]))
    counts.add_row("time", f"{report.seconds.get('total', 0):.1f} s  ({stages})")
    console.print(Group(counts))


def rows(report: Report) -> list[dict[str, str | float]]:
    """The report as rows of a table, for Prefect's artifact."""
    found: list[dict[str, str | float]] = []
    for name in ("dumps", "pages", "rejects", "speeches", "index", "archive", "seconds"):
        found += [{"stage": name, "what": k, "number": v} for k, v in getattr(report, name).items()]
    return found

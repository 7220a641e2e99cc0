"""The report of a run: counts of every stage that add up, rejects by reason, and what took the time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

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
    faults: dict[str, int] = field(default_factory=dict)
    """What the program itself failed at; the speeches are kept, with less known of them."""
    speeches: dict[str, int] = field(default_factory=dict)
    """made: by stitching this run's pages; joined: those that their copies changed."""
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


def show(report: Report) -> str:
    """The report as a table for the terminal: what, and how many."""
    lines = [(name, _counts(getattr(report, name))) for name in ("dumps", "pages")]
    lines += [
        ("rejected", f"{n:,} {reason}: {REASONS.get(reason, '')}") for reason, n in report.rejects.items()
    ]
    lines += [("fault", f"{n:,} {what}; please report it") for what, n in report.faults.items()]
    lines += [(name, _counts(getattr(report, name))) for name in ("speeches", "index", "archive")]
    spent = {stage: s for stage, s in report.seconds.items() if stage != "total"}
    whole = sum(spent.values()) or 1
    shares = [f"{stage} {s / whole:.0%}" for stage, s in sorted(spent.items(), key=lambda x: -x[1])]
    lines.append(("time", f"{report.seconds.get('total', 0):.1f} s: {', '.join(shares)}"))
    return "\n".join(f"{name:10}{text}" for name, text in lines)


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in numbers.items())


def rows(report: Report) -> list[dict[str, str | float]]:
    """The report as rows of a table, for Prefect's artifact."""
    found: list[dict[str, str | float]] = []
    for name in ("dumps", "pages", "rejects", "faults", "speeches", "index", "archive", "seconds"):
        found += [{"stage": name, "what": k, "number": v} for k, v in getattr(report, name).items()]
    return found

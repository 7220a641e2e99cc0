"""The report of a run: counts of every stage that add up, rejects by reason, and what took the time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from flows.errors import REASONS

REFRESHED = ("pages", "speeches", "level", "region", "date", "clusters")
TOTALS = ("pages", "speeches", "canonical", "variants", "rejects")


@dataclass(slots=True, kw_only=True)
class Report:
    """What one ingest did. Counts of this run, but for ``archive``, which counts all there is. All keys are
    there from the start, so that every report has one shape."""

    run: str
    started: str
    ended: str = ""
    status: str = "running"
    error: str = ""
    """Why it failed, in one line."""
    dumps: dict[str, int] = field(default_factory=lambda: {"new": 0, "changed": 0, "unchanged": 0})
    """new, changed: those that were read; unchanged."""
    pages: dict[str, int] = field(default_factory=lambda: {"read": 0, "new": 0, "known": 0})
    """read = new + known: known pages were in the archive already."""
    rejects: dict[str, int] = field(default_factory=dict)
    """By reason."""
    faults: dict[str, int] = field(default_factory=dict)
    """What the program itself failed at; the speeches are kept, with less known of them."""
    forgotten: dict[str, int] = field(default_factory=lambda: {"dumps": 0, "pages": 0})
    """Dump files and pages that were left out, or taken out, since a person does not want them here."""
    resting: dict[str, int] = field(default_factory=lambda: {"dumps": 0})
    """Dump files that changed a moment ago and were left for the next run."""
    refresh: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REFRESHED, 0))
    """What a change of rules changed: pages; speeches, and in how many of them the level, the region, the
    date; clusters."""
    retry: dict[str, int] = field(default_factory=lambda: {"settled": 0, "remain": 0})
    """Rejects of earlier runs that a retry settled, and that remain."""
    speeches: dict[str, int] = field(default_factory=lambda: {"made": 0, "joined": 0})
    """made: by stitching this run's pages, or anew (``sites``); joined: those that their copies changed."""
    sites: dict[str, int] = field(default_factory=lambda: {"learned": 0, "unlearned": 0, "remade": 0})
    """learned: lines found to be their site's own, not a speaker's; unlearned: lines learned before that are
    not so any more; remade: speeches made anew because of it, though their pages were known."""
    index: dict[str, int] = field(default_factory=lambda: {"told": 0, "removed": 0})
    """told, removed."""
    again: Mapping[str, int] = field(default_factory=dict)
    """Requests that the search engine was too busy or too far for and that were sent again, by why."""
    archive: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOTALS, 0))
    """pages, speeches = canonical + variants, rejects."""
    seconds: dict[str, float] = field(default_factory=dict)
    """By stage, added up over the workers; total is the clock's."""


COUNTED = (
    *("dumps", "pages", "rejects", "faults", "forgotten", "resting", "refresh", "retry", "sites"),
    *("speeches", "index", "again", "archive", "seconds"),
)
"""The counts of a report, in the order of a table."""


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
    for name in ("forgotten", "resting", "retry", "refresh"):
        if any(getattr(report, name).values()):
            lines.append((name, _counts(getattr(report, name))))
    if any(report.sites.values()):
        words = {"learned": "lines learned", "unlearned": "unlearned", "remade": "speeches made anew"}
        lines.append(("sites", _counts({words[what]: number for what, number in report.sites.items()})))
    lines += [(name, _counts(getattr(report, name))) for name in ("speeches", "index", "archive")]
    sent = "requests to the search engine sent again"
    lines += [("again", f"{number:,} {sent}: {why}") for why, number in report.again.items()]
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
    for name in COUNTED:
        found += [{"stage": name, "what": k, "number": v} for k, v in getattr(report, name).items()]
    return found

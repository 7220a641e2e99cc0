"""The text stages in this process, as an ingest runs them on one page: read, extract, restore, clean."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

from flows.clean import clean
from flows.extract import extract
from flows.read import page
from flows.records import Page, Reject, Source
from flows.restore import restore

_FIGURE = re.compile(r"[\d.,]+(?: of \d+|%)?")
STAGES: tuple[Callable[[Page], Page | Reject], ...] = (extract, restore, clean)


def through(raw: bytes, name: str = "page") -> Page | Reject:
    """One page from its bytes to its clean text."""
    found = page(raw, Source(file=name))
    for stage in STAGES:
        if isinstance(found, Reject):
            return found
        found = stage(found)
    return found


def text_page(text: str, *, html: bool = False) -> Page:
    """A page as read hands it on, for measuring one stage alone."""
    identity = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    return Page(
        id=identity, source=Source(file="page"), media="text/html" if html else "text/plain", text=text
    )


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds that a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def fastest(work: Callable[[], object], runs: int = 3) -> float:
    """The least of some runs: what else the machine does can only add to it."""
    return min(seconds(work) for _ in range(runs))


@cache
def check(shared: Path) -> ModuleType:
    """The check that lies with the labelled texts, as a module."""
    spec = importlib.util.spec_from_file_location("check", shared / "checks" / "check.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"{shared / 'checks' / 'check.py'} can't be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; figures are right-aligned.

    >>> print(table(["what", "n"], [["a", 1]]))
    | what | n |
    | --- | ---: |
    | a | 1 |
    """
    body = [[_shown(cell) for cell in row] for row in rows]
    numeric = [all(_is_figure(row[at]) for row in body) for at in range(len(header))]
    rule = ["---:" if figures and at else "---" for at, figures in enumerate(numeric)]
    return "\n".join("| " + " | ".join(line) + " |" for line in [list(header), rule, *body])


def verdict(met: bool) -> str:
    """How a target is told in a table."""
    return "met" if met else "**missed**"


def _shown(cell: object) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell).replace("|", "\\|")


def _is_figure(cell: str) -> bool:
    return not cell.strip("-–") or _FIGURE.fullmatch(cell) is not None

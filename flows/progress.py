"""Shows how far a run is: a bar for a person at a terminal, plain lines where it is not one."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

PLAIN_SECONDS = 15
"""A plain line at most this often within a stage."""


class Progress:
    """A context manager; writes to standard error, and to nothing at all where ``quiet``."""

    def __init__(self, quiet: bool = False):
        self.quiet = quiet
        self.bar = None
        if not quiet and sys.stderr.isatty():
            columns = (
                TextColumn("{task.description:<10}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            self.bar = Bar(*columns, console=Console(stderr=True))
        self._stage, self._total, self._done, self._said = "", 0, 0, 0.0

    def __enter__(self) -> Progress:
        if self.bar:
            self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar:
            self.bar.stop()

    def stage(self, name: str, total: int) -> None:
        """Begin a stage of ``total`` steps."""
        self._stage, self._total, self._done, self._said = name, total, 0, time.monotonic()
        if self.bar:
            self._task = self.bar.add_task(name, total=total)
        elif not self.quiet and total:
            self._line()

    def step(self, count: int = 1) -> None:
        """Say that ``count`` more steps of the stage are done."""
        self._done += count
        if self.bar:
            self.bar.advance(self._task, count)
        elif not self.quiet and time.monotonic() - self._said > PLAIN_SECONDS:
            self._said = time.monotonic()
            self._line()

    def _line(self) -> None:
        print(f"{self._stage} {self._done}/{self._total}", file=sys.stderr, flush=True)

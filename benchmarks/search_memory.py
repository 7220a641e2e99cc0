"""The memory that the index stage takes, by how many speeches it tells: each time in a process of its own.

``python benchmarks/search_memory.py ARCHIVE ENGINE [URL ALIAS]`` is that process: it brings the index up to
date with the catalog and prints the most memory it had meanwhile, in MB.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import search_made
from chain import table, verdict
from search_sets import node, serially

from flows.catalog.writer import Writer
from flows.coordinator import Run
from flows.index import open_engine
from flows.progress import Progress
from flows.settings import Settings

SIZES = (2_500, 10_000)
LENGTH = 4000
FLAT = 1.1
"""What the larger archive takes at most, as a multiple of what the smaller takes."""
TURN = 500
"""Speeches generated at once."""
OFTEN = 0.02
"""Seconds between two looks at the memory."""


def report(shared: Path, folder: Path) -> str:
    """The section of the report."""
    maker = search_made.Maker.of(shared, folder / "models")
    found: dict[str, list[float]] = {"embedded": [], "elasticsearch": []}
    for size in SIZES:
        archive = folder / str(size)
        with Writer.open(archive, create=True) as catalog:
            for first in range(0, size, TURN):
                search_made.put(catalog, list(maker.entries(first, TURN, LENGTH)))
        found["embedded"].append(_told(archive, "embedded"))
        with node(archive / "node") as server:
            found["elasticsearch"].append(_told(archive, "elasticsearch", server.url, "bench-memory"))
    rows = [
        (
            name,
            *(f"{mb:.0f}" for mb in (small, large)),
            f"{large / small:.2f}",
            verdict(large <= FLAT * small),
        )
        for name, (small, large) in found.items()
    ]
    return (
        f"A process that does nothing but the index stage on generated speeches of about {LENGTH} "
        f"characters, at its most: memory of its own, without pages of files. At most {FLAT} times as much "
        "for four times the speeches.\n\n"
        + table(("", *(f"{size} speeches, MB" for size in SIZES), "ratio", "flat"), rows)
    )


def _told(archive: Path, *args: str) -> float:
    done = subprocess.run(
        [sys.executable, __file__, str(archive), *args], check=True, stdout=subprocess.PIPE, text=True
    )
    return float(done.stdout)


def main(archive: Path, engine: str, url: str = "", alias: str = "") -> None:
    """Tell the engine all, and print the peak."""
    settings = Settings(archive=archive, engine=engine, elasticsearch_url=url, elasticsearch_alias=alias)
    with _watched() as seen, Writer.open(archive) as catalog, open_engine(settings) as opened:
        Run(settings, catalog, Progress(quiet=True), serially).tell_engine(opened)
    print(max(seen))


@contextmanager
def _watched() -> Iterator[list[float]]:
    """The memory of this process, looked at again and again until the block ends."""
    seen, stop = [_own()], threading.Event()

    def look() -> None:
        while not stop.wait(OFTEN):
            seen.append(_own())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def _own() -> float:
    """MB that are this process's own; pages of files, such as an index it reads, are the system's to drop."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

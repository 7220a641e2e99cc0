"""A worker alone: how long the tags take to load, and how much memory it comes to. Run by ``tag_cost.py``."""

import time

FIRST_LINE = time.time()

import json  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402


def main(folder: Path) -> None:
    """Tag a first speech, then the reports of a folder; print seconds and MB."""
    started = time.perf_counter()
    from flows.records import Speech
    from flows.tag import tag

    tag(Speech(id="a", pages=("a",), title="县长在全县大会上的讲话", text="同志们：昌图县今天召开大会。"))
    ready = time.perf_counter() - started
    for file in sorted(folder.iterdir()):
        title, _, text = file.read_text("utf-8").partition("\n")
        tag(Speech(id="a", pages=("a",), title=title, text=text))
    print(json.dumps({"first line": FIRST_LINE, "start": ready, "peak": _peak()}))


def _peak() -> float:
    """The most memory this process had, MB. ru_maxrss would also tell of the process that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) / 1024 for line in status.open() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Search measured on both engines in one run: ``make bench-search``, or parts of it by name.

``python benchmarks/search.py ../shared [phrases] [known] [speed] [memory] [facets]`` prints the report in
Markdown and writes it to ``results/search.md``; parts that are not asked for stay there as they are. It tells
what targets are missed, and fails only where it can't run. Needs the labelled texts beside the checkout, and
starts an Elasticsearch node of its own (``tests/elastic``).
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import search_facets
import search_known
import search_memory
import search_phrases
import search_sets
import search_speed
from search_sets import VERSION

RESULT = Path(__file__).parent / "results" / "search.md"
ON_REPORTS = {"phrases": search_phrases.report, "known": search_known.report}
GENERATED = {
    "speed": search_speed.report,
    "memory": search_memory.report,
    "facets": search_facets.report,
}
TITLES = {
    "phrases": "The same speeches, exactly what is asked for",
    "known": "Known items, and how hits are ranked",
    "speed": "Speed of indexing",
    "memory": "Memory of indexing",
    "facets": "A first page with facets among 100,000 speeches",
}
INTRODUCTION = """# Search, on both engines

Made by `make bench-search`: the 602 labelled reports and the five real documents, taken in by the real
steps, in the embedded engine (Tantivy) and in a real Elasticsearch node on the same machine; for speed,
speeches made of the reports' sentences. Speeds are ratios within one run. **missed** is a target that is
not met."""


def main(shared: Path, parts: list[str]) -> int:
    """Print the report and write it down; 2 where it can't be made."""
    if not (shared / "corpora").is_dir():
        print(f"{shared / 'corpora'} is not there: nothing to measure", file=sys.stderr)
        return 2
    if unknown := [part for part in parts if part not in TITLES]:
        print(f"no part is called {unknown[0]}; there are: {' '.join(TITLES)}", file=sys.stderr)
        return 2
    logging.disable(logging.WARNING)
    sections = _written()
    with TemporaryDirectory() as folder:
        wanted = parts or list(TITLES)
        if any(part in ON_REPORTS for part in wanted):
            with search_sets.searched(shared, Path(folder) / "reports") as held:
                for part in filter(ON_REPORTS.__contains__, wanted):
                    sections[part] = _timed(part, lambda part=part: ON_REPORTS[part](held))
        for part in filter(GENERATED.__contains__, wanted):
            own = Path(folder) / part
            sections[part] = _timed(part, lambda part=part, own=own: GENERATED[part](shared, own))
    text = _joined(sections)
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text, "utf-8")
    return 0


def _timed(part: str, make: Callable[[], str]) -> str:
    started = time.monotonic()
    text = make()
    print(f"{part}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return text


def _written() -> dict[str, str]:
    """The sections of the report as it lies there."""
    old = RESULT.read_text("utf-8") if RESULT.is_file() else ""
    found = dict(re.findall(r"^## ([^\n]+)\n\n(.*?)(?=^## |\Z)", old, re.M | re.S))
    return {part: found[title].strip() for part, title in TITLES.items() if title in found}


def _joined(sections: dict[str, str]) -> str:
    bodies = [f"## {title}\n\n{sections[part]}" for part, title in TITLES.items() if part in sections]
    missed = sum(body.count("**missed**") for body in bodies)
    told = f"Targets missed: {missed}." if missed else "All targets of the parts below are met."
    used = f"{date.today()}; Elasticsearch {VERSION}, tantivy {version('tantivy')}."
    return "\n\n".join((INTRODUCTION, used, told, *bodies)) + "\n"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))

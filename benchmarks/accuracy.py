"""How right the archive is on labelled real texts, one line a set: part of ``make bench``.

Each set is made, taken in by the real command, exported and scored by the check that lies with the data.
Needs the data beside the checkout, and says so where it is not there.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from measure import export, run

SETS = {
    "reports": "602 reports, national to prefecture",
    "headless": "the same without title, dateline and first 300 characters",
    "excerpt": "2,000 characters from anywhere in them",
    "masked": "the same with the right place's names masked",
    "counties": "38 county reports as scraped",
    "clean": "12 scraped pages beside their clean text",
    "html": "37 HTML pages beside hand-made bodies",
    "pairs": "34 pairs of copies and of near misses",
}


def main(shared: Path) -> None:
    """Print the score of each set, as the check gives it."""
    if not (shared / "corpora").is_dir():
        print(f"{shared / 'corpora'} is not there: nothing to score")
        return
    for kind, what in SETS.items():
        with TemporaryDirectory() as made:
            print(f"{kind:9} {what}: {_flat(score(shared, kind, Path(made)))}", flush=True)


def score(shared: Path, kind: str, work: Path) -> dict[str, Any]:
    """Make, ingest, export and score one set."""
    check = [sys.executable, shared / "checks" / "check.py"]
    subprocess.run([*check, "make", kind, shared / "corpora", work / "d"], check=True, capture_output=True)
    run("ingest", work / "d", "--archive", work / "archive", "--json")
    export(work / "archive", work / "export.jsonl")
    verdict = [*check, "score", kind, work / "d.labels.json", work / "export.jsonl"]
    done = subprocess.run(verdict, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _flat(scores: dict[str, Any]) -> str:
    parts = []
    for name, value in scores.items():
        if isinstance(value, dict):
            value = " ".join(f"{k} {v}" for k, v in value.items() if k != "n")
        if name != "kind":
            parts.append(f"{name} {value}")
    return "; ".join(parts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

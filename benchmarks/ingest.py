"""How long an ingest takes, on what, and in how much memory: ``make bench``.

On the 602 labelled reports where they lie beside the checkout, else on as many made from the samples.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import ROOT, run

MADE = 600
PARAGRAPHS = 120


def make_speeches(folder: Path) -> None:
    """Speeches of the samples' own paragraphs, shuffled: no two alike, each as long as a report."""
    texts = [f.read_text("utf-8") for f in sorted((ROOT / "data/samples").glob("*[0-9]_*.txt")) if _text(f)]
    paragraphs = [line for text in texts for line in text.splitlines() if len(line) > 40]
    for number in range(MADE):
        dice = random.Random(number)
        body = "\n".join(f"{dice.randrange(9999)}，{dice.choice(paragraphs)}" for _ in range(PARAGRAPHS))
        (folder / f"{number}.txt").write_text(f"在第{number}次工作会议上的讲话\n同志们：\n{body}\n", "utf-8")


def _text(file: Path) -> bool:
    try:
        return bool(file.read_text("utf-8"))
    except UnicodeDecodeError:
        return False


def main(shared: Path) -> None:
    """Ingest, ingest again, and print a table of both."""
    with TemporaryDirectory() as made:
        folder = shared / "corpora" / "reports"
        if not folder.is_dir():
            folder = Path(made) / "dumps"
            folder.mkdir()
            make_speeches(folder)
        characters = sum(len(f.read_text("utf-8")) for f in folder.glob("*.txt"))
        archive = Path(made) / "archive"
        first = run("ingest", folder, "--archive", archive, "--json")
        again = run("ingest", folder, "--archive", archive, "--json")
        report = json.loads(first.output)
        size = sum(f.stat().st_size for f in archive.rglob("*") if f.is_file())
    total = report["seconds"].pop("total")
    print(f"{report['pages']['read']} pages, {characters / 1e6:.1f} million characters, from {folder.name}")
    apart = first.seconds - total
    print(f"first ingest   {first.seconds:6.1f} s, of which Prefect's start and end {apart:.1f} s")
    print(f"again          {again.seconds:6.1f} s")
    print(f"memory         {first.peak_mb:6.0f} MB, all processes together")
    print(f"archive        {size / 1e6:6.1f} MB")
    whole = sum(report["seconds"].values())
    for stage, seconds in sorted(report["seconds"].items(), key=lambda x: -x[1]):
        print(f"  {stage:12} {seconds:6.1f} s  {seconds / whole:4.0%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

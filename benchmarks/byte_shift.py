"""The repair of torn bytes, measured on reports damaged on purpose; part of ``make bench-text``.

    python benchmarks/byte_shift.py SHARED [REPORTS [CHARACTERS]]

Half of the reports are damaged; the language that the repair uses meanwhile is counted on the other half.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from opencc import OpenCC

from flows.language import Language
from flows.resources import reference
from flows.restore import byteshift

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from restore.damage import damage
from restore.measure import Score, choose, score, shares

REPORTS, CHARACTERS = 200, 6000
"""How many reports are damaged, and how much of each: damage is local."""
TABLES = {
    "traditional": ("s2t", True, "？"),
    "simplified": ("", True, "？"),
    "simplified without pinyin": ("", False, "？"),
    "traditional, all marks": ("s2t", True, "？！：；"),
}
"""By name: the conversion to make first, whether characters are annotated, the marks replaced."""


def measure(
    shared: Path,
    reports: int = REPORTS,
    characters: int = CHARACTERS,
    counted: int | None = None,
    tables: Collection[str] = TABLES,
) -> dict[str, float]:
    """Figures by ``table: figure``; shares from 0 to 1, of sites. ``wrong`` is of all sites.

    ``counted``: how many reports the language is counted on; None: all of the other half.
    ``tables``: the names of those to make.

    Sites are stretches that differ from the original once whole pinyin notes are gone; those less than 6
    characters apart count as one. Raises FileNotFoundError where the reports are not there.
    """
    paths = sorted((shared / "corpora" / "reports").glob("*.txt"))
    if not paths:
        raise FileNotFoundError(f"{shared / 'corpora' / 'reports'} holds no reports")
    figures: dict[str, float] = {}
    with held_out(paths[::2][:counted]):
        for name, (conversion, annotated, torn_by) in ((name, TABLES[name]) for name in tables):
            convert = OpenCC(conversion).convert if conversion else str
            total = Score()
            for seed, path in enumerate(paths[1::2][:reports]):
                text = convert(path.read_text("utf-8")[:characters])
                total += score(damage(text, choose(text, seed) if annotated else {}, torn_by))
            figures |= {f"{name}: {figure}": value for figure, value in shares(total).items()}
    return figures


@contextmanager
def held_out(counted: list[Path]) -> Iterator[None]:
    """The repair with the language of these texts alone."""
    build = runpy.run_path(str(reference("restore/build_language.py")))["main"]
    with TemporaryDirectory() as folder:
        table = Path(folder) / "language.tsv"
        build(list(map(str, counted)), table)
        speech = Language(table.read_text("utf-8"))
    shipped = byteshift.language
    byteshift.language = lambda: speech  # type: ignore[assignment]
    try:
        yield
    finally:
        byteshift.language = shipped


def main(shared: str, *numbers: str) -> None:
    """Print the figures."""
    for name, value in measure(Path(shared), *map(int, numbers)).items():
        print(f"{name:48} {value:8.4f}" if value <= 1 else f"{name:48} {value:8.0f}")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Writes usage.csv: in which years the phrases of anchors.csv are common, counted in dated reports.

    python data/reference/dates/build_usage.py FOLDER

FOLDER holds ``reports.tsv`` (id, level, province, region, file_year, date, date_source) and
``reports/ID.txt``.
Only counts leave it.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from flows.numerals import fold
from flows.tag.dates.anchors import Anchor, anchors, first_mentions

HERE = Path(__file__).parent
FEWEST = 8
"""Reports that must use a phrase before its years are given."""
SPREAD = {0: 3, 1: 1}
"""How much a report counts for its own year and for the years beside it."""
PRIOR = 2.0
"""Reports without the phrase that are thought into every year, so that few reports do not make a peak."""
COMMON, KNOWN = 0.5, 0.12
"""Of the highest share of reports: from where a phrase is common in a year, and from where it is known."""
UNSETTLED = 3
"""Last years of the reports in which a phrase that grows rarer may only be out of season."""
HEADER = """\
# In which years the phrases of anchors.csv are in use, counted in {n} dated government work reports of
# {first}-{last} by build_usage.py; only counts were taken. phrase: the first one of the row of anchors.csv.
# reports: how many use it. common_*: the years in which the share of reports that use it is at least
# {common:.0%} of its highest, known_*: at least {known:.0%}; empty: open to that side.
# The share of a year is smoothed with the years before and after it.
"""


def usage(texts: Iterable[tuple[int, str]]) -> list[tuple[str, int, str, str, str, str]]:
    """Rows of the table from (year, text) pairs."""
    total: Counter[int] = Counter()
    uses: dict[Anchor, Counter[int]] = {anchor: Counter() for anchor in anchors()}
    for year, text in texts:
        total[year] += 1
        for anchor in first_mentions(fold(text)):
            uses[anchor][year] += 1
    years = range(min(total), max(total) + 1)
    rows = []
    for anchor, count in uses.items():
        if count.total() >= FEWEST:
            shares = {year: _smooth(count, year) / (_smooth(total, year) + PRIOR) for year in years}
            spans = [_span(shares, part, years) for part in (COMMON, KNOWN)]
            rows.append((anchor.phrases[0], count.total(), *spans[0], *spans[1]))
    return rows


def _smooth(count: Counter[int], year: int) -> float:
    near = sum(
        weight * count[other] for away, weight in SPREAD.items() for other in {year - away, year + away}
    )
    return near / sum(SPREAD[abs(away)] for away in range(-max(SPREAD), max(SPREAD) + 1))


def _span(shares: dict[int, float], part: float, years: range) -> tuple[str, str]:
    """First and last year of at least that part of the highest share; open where the reports end."""
    least = part * max(shares.values())
    inside = [year for year, share in shares.items() if share >= least]
    return (
        "" if min(inside) == years[0] else str(min(inside)),
        "" if max(inside) >= years[-1] - UNSETTLED else str(max(inside)),
    )


def read(folder: Path) -> list[tuple[int, str]]:
    """Year and text of every report; the year of delivery where its title gives the day."""
    with (folder / "reports.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return [
        (
            int(row["date"][:4] if row["date_source"] == "title" else row["file_year"]),
            (folder / "reports" / f"{row['id']}.txt").read_text("utf-8"),
        )
        for row in rows
    ]


def main(folder: Path) -> None:
    texts = read(folder)
    years = [year for year, _ in texts]
    with (HERE / "usage.csv").open("w", encoding="utf-8", newline="") as out:
        out.write(HEADER.format(n=len(texts), first=min(years), last=max(years), common=COMMON, known=KNOWN))
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["phrase", "reports", "common_from", "common_to", "known_from", "known_to"])
        writer.writerows(usage(texts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

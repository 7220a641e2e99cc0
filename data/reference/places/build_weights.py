"""Builds weights.csv: what each sign of a speech's level and place counts.

    cd data/reference/places
    uv run --with numpy==2.3.5 --with scipy==1.16.3 \\
        python build_weights.py LABELS REPORTS COUNTIES > weights.csv

LABELS is a tab-separated table of work reports with the columns id, level, province and region,
REPORTS the folder with ID.txt, COUNTIES a file of JSON lines with text, title, province and
county. Each report is looked at whole, without its head, as excerpts of many lengths, and with
its place masked; each report of a prefecture also with all its places moved one step down (全市
to 全县, its counties to the towns of a county drawn by lot), since labelled reports of counties
are few. The weights are those of a conditional logit (softmax over the hypotheses of a text),
fitted by L-BFGS with a ridge of RIDGE. Only the weights are kept, none of the text. The lots
are drawn with a fixed seed, so that the same reports give the same weights.
"""

from __future__ import annotations

import csv
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from flows.clean import clean
from flows.extract import extract
from flows.read import page
from flows.records import Page, Source, Speech
from flows.restore import restore
from flows.tag.anonymised import masks
from flows.tag.date import find_date
from flows.tag.gazetteer import COUNTY, LAST_YEAR, PREFECTURE, PROVINCE, Place, gazetteer, short_name
from flows.tag.hypotheses import Hypothesis, hypotheses
from flows.tag.level import units
from flows.tag.mentions import mentions
from flows.tag.place import years_of
from flows.tag.region import Scores

RIDGE = 2.0
RANKS = {"national": 0, "province": PROVINCE, "prefecture": PREFECTURE, "county": COUNTY}
EXCERPTS = ((150, 1), (300, 1), (600, 1), (1200, 1), (2000, 4), (5000, 1))
"""Length in code points, and how many of it from each text."""
HEAD = 300
_DOWN = (
    (r"县委", "镇党委"), (r"县政府", "镇政府"), (r"县直", "镇直"),
    (r"各县[（(]?市[、]?[)）]?区|各县区|各县市区|各区县|各县市", "各乡镇"),
    (r"我市", "我县"), (r"全市", "全县"), (r"市委", "县委"), (r"市(人民)?政府", r"县\1政府"),
    (r"市直", "县直"),
    (r"市(人大|政协)", r"县\1"), (r"市长", "县长"), (r"我省", "我市"), (r"全省", "全市"), (r"省委", "市委"),
    (r"省(人民)?政府", r"市\1政府"),
)  # fmt: skip


@dataclass(slots=True)
class Example:
    """A text, and the rank and short names of the place it speaks for."""

    id: str
    title: str
    text: str
    rank: int
    province: str
    region: str


def examples(labels: Path, reports: Path) -> Iterator[Example]:
    with labels.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        whole = (reports / f"{row['id']}.txt").read_text(encoding="utf-8").strip()
        rank = RANKS[row["level"]]
        yield from views(Example(row["id"], "", whole, rank, row["province"], row["region"]))
        if rank == PREFECTURE:
            lowered = lower(row, whole)
            if lowered:
                yield from views(lowered)


def counties(path: Path) -> Iterator[Example]:
    """The reports of counties, cleaned, where the title names the county of the label."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        made = page(row["text"].encode(), Source(file=path.name))
        for stage in (extract, restore, clean):
            made = stage(made) if isinstance(made, Page) else made
        if isinstance(made, Page) and short_name(row["county"]) in (made.title or ""):
            whole = f"{made.title}\n{made.text}"
            yield from views(Example(f"county-{number}", "", whole, COUNTY, row["province"], row["county"]))


def views(e: Example) -> Iterator[Example]:
    """The text whole, without its head, in excerpts, and with its place masked."""
    lot = random.Random(e.id)
    title, _, rest = e.text.partition("\n")
    named = len(title) <= 80
    heads = [Example(e.id, title if named else "", rest if named else e.text, e.rank, e.province, e.region)]
    body = rest[HEAD:]
    bare = [Example(e.id, "", body, e.rank, e.province, e.region)]
    for size, times in EXCERPTS:
        for _ in range(times):
            start = lot.randrange(0, max(1, len(body) - size))
            cut = body[start : start + size]
            bare.append(Example(e.id, "", cut, e.rank, e.province, e.region))
        heads.append(Example(e.id, heads[0].title, heads[0].text[:size], e.rank, e.province, e.region))
    yield from heads
    yield from bare
    if e.rank:
        for x in (heads[0], *bare[1::3]):
            yield Example(e.id, masked(x.title, e), masked(x.text, e), e.rank, e.province, e.region)


def masked(text: str, e: Example) -> str:
    names = {e.region, e.province, short_name(e.region), short_name(e.province)} - {""}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "XX")
    return text


def lower(row: dict[str, str], text: str) -> Example | None:
    """The report as if its county had given it: every unit and every place one step down."""
    g, lot = gazetteer(), random.Random(row["id"])
    cities = (p for p in g.places if p.rank == PREFECTURE)
    old = next((p for p in cities if row["region"] in (x.name for x in p.periods)), None)
    if old is None:
        return None
    today = [p for p in g.places if p.rank == COUNTY and p.periods[-1].last >= LAST_YEAR - 1]
    counties = [p for p in today if len(_towns()[p.id]) >= 5]
    new = lot.choice(counties)
    city = next((g.places[i] for i in new.parents if g.places[i].rank == PREFECTURE), None)
    if city is None:
        return None
    kind = new.periods[-1].name[-1]
    for pattern, to in _DOWN:
        text = re.sub(pattern, to if kind in "县旗" else to.replace("县", kind), text)
    names: dict[str, str] = {}
    _rename(names, old, new)
    towns = list(_towns()[new.id])
    for p in g.places:
        if old.id in p.parents and p.rank == COUNTY and towns:
            town = towns.pop(lot.randrange(len(towns)))
            names |= {n: town for x in p.periods for n in (x.name, short_name(x.name))}
    beside = [p for p in counties if city.id in p.parents and p is not new]
    for p in g.places:
        if p.rank == PREFECTURE and p is not old and set(p.parents) & set(old.parents) and beside:
            _rename(names, p, lot.choice(beside))
    for i in old.parents:
        _rename(names, g.places[i], city)
    pattern = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    text = re.sub(pattern, lambda m: names[m[0]], text)
    if lot.random() < 0.5:  # 保定市满城区, as titles of districts often say
        own = new.periods[-1].name
        text = text.replace(own, city.periods[-1].name + own, 1)
    return Example(f"{row['id']}-lower", "", text, COUNTY, "", new.periods[-1].name)


def _rename(names: dict[str, str], old: Place, new: Place) -> None:
    for period in old.periods:
        names.setdefault(period.name, new.periods[-1].name)
        names.setdefault(short_name(period.name), short_name(new.periods[-1].name))


def _towns() -> dict[int, list[str]]:
    if not _TOWNS:
        for name in gazetteer().names.values():
            if not name.town_short and not name.full and not name.short:
                for county in name.towns:
                    _TOWNS[county].append(name.surface)
    return _TOWNS


_TOWNS: dict[int, list[str]] = defaultdict(list)


def weighed(e: Example) -> tuple[list[dict[str, float]], int] | None:
    """The features of a text's hypotheses, and which is right."""
    speech = Speech(id="a", pages=("a",), title=e.title, text=e.text)
    own = units(speech)
    if own.not_ranked():
        return None
    scores = Scores(mentions(speech), years_of(find_date(speech)[0]))
    hidden = len(masks(speech.title)) + len(masks(speech.text))
    found = hypotheses(own, scores, hidden, len(speech.text))
    right = next((i for i, h in enumerate(found) if h.place is not None and _is(h, e)), None)
    if right is None:
        unnamed = [i for i, h in enumerate(found) if h.place is None and h.rank == e.rank]
        right = unnamed[-1 if e.rank == COUNTY and e.region.endswith("市") else 0]
    return [h.features for h in found], right


def _is(h: Hypothesis, e: Example) -> bool:
    if h.rank != e.rank or h.place is None:
        return False
    periods = gazetteer().places[h.place].periods
    name = e.province if e.rank == PROVINCE else e.region
    return any(short_name(p.name) == short_name(name) for p in periods)


def fit(texts: list[tuple[list[dict[str, float]], int]]) -> dict[str, float]:
    """The weights under which the right hypotheses are likeliest."""
    import numpy as np
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix

    names = sorted({name for rows, _ in texts for row in rows for name in row})
    column = {name: i for i, name in enumerate(names)}
    values, rows_at, columns, starts, right = [], [], [], [], []
    at = 0
    for rows, r in texts:
        starts.append(at)
        right.append(at + r)
        for row in rows:
            for name, value in row.items():
                if value:
                    values.append(value)
                    rows_at.append(at)
                    columns.append(column[name])
            at += 1
    x = csr_matrix((values, (rows_at, columns)), shape=(at, len(names)))
    begin = np.array(starts)
    group = np.repeat(np.arange(len(texts)), np.diff([*starts, at]))

    def loss(w):  # type: ignore[no-untyped-def]
        z = x @ w
        top = np.maximum.reduceat(z, begin)
        power = np.exp(z - top[group])
        total = np.add.reduceat(power, begin)
        share = power / total[group]
        like = (z[right] - top - np.log(total)).sum()
        return RIDGE / 2 * (w @ w) - like, RIDGE * w + x.T @ share - np.asarray(x[right].sum(axis=0)).ravel()

    best = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 800})
    return dict(zip(names, (float(v) for v in best.x), strict=True))


def main(labels: Path, reports: Path, county_reports: Path) -> None:
    given = chain(examples(labels, reports), counties(county_reports))
    with Pool() as pool:
        texts = [t for t in pool.imap(weighed, given, chunksize=32) if t is not None]
    out = csv.writer(sys.stdout, lineterminator="\n")
    print(f"# Made by build_weights.py from {len(texts)} views of labelled work reports; no text is kept.")
    out.writerow(["feature", "weight"])
    out.writerows((name, f"{value:.3f}") for name, value in fit(texts).items() if abs(value) >= 0.0005)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))

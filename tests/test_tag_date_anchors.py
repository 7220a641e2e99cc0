"""Every dated anchor against reports with known dates, and the table of their years of use."""

from __future__ import annotations

import csv
import importlib.util
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from itertools import chain

import pytest
from conftest import ROOT, SHARED

from flows.numerals import fold
from flows.tag.dates.anchors import Anchor, anchors, first_mentions, usages
from flows.tag.dates.clues import FIRST_DAY, LAST_DAY, table

REPORTS = SHARED / "corpora"
FEWEST_ANCHORS = 300
PROVES = {"name": 0.0, "usual": 0.035}
"""The share of an anchor's reports that may be older than it says; usual words can meet by chance."""
FADED = 0.2
"""The share of its reports that may be younger than the end of common use."""

needs_reports = pytest.mark.skipif(
    not (REPORTS / "reports.tsv").exists(), reason="no dated reports beside the checkout"
)


@cache
def mentions() -> dict[Anchor, list[tuple[int, int]]]:
    """Each anchor's reports as the first and last day on which they can have been given."""
    found = defaultdict(list)
    with (REPORTS / "reports.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if row["date_source"] == "title":
                days = (date.fromisoformat(row["date"]).toordinal(),) * 2
            else:
                year = int(row["file_year"])
                days = date(year - 1, 11, 1).toordinal(), date(year, 12, 31).toordinal()
            text = (REPORTS / "reports" / f"{row['id']}.txt").read_text("utf-8")
            for anchor in first_mentions(fold(text)):
                found[anchor].append(days)
    return found


@needs_reports
def test_no_report_uses_an_anchor_before_its_time() -> None:
    early = {anchor: sum(last < anchor.since for _, last in days) for anchor, days in mentions().items()}
    proof = {anchor: anchor.rule.removeprefix("anchor-") for anchor in anchors()}
    wrong = {
        anchor.phrases[0]: f"{count} of {len(mentions()[anchor])}"
        for anchor, count in early.items()
        if count > max(PROVES[proof[anchor]] * len(mentions()[anchor]), proof[anchor] == "usual")
    }
    assert not wrong


@needs_reports
def test_few_reports_use_an_anchor_after_it_went_out_of_use() -> None:
    wrong = {}
    for anchor, days in mentions().items():
        late = sum(first > (anchor.until or LAST_DAY) for first, _ in days)
        if late > max(2, FADED * len(days)):
            wrong[anchor.phrases[0]] = f"{late} of {len(days)}"
    assert not wrong


@needs_reports
def test_most_anchors_are_met() -> None:
    """The others are disasters, and words of other speeches."""
    print(f"{len(mentions())} of {len(anchors())} anchors are met in the reports")
    assert len(mentions()) >= 0.85 * len(anchors())


@needs_reports
def test_the_years_of_use_are_those_that_the_script_counts() -> None:
    path = ROOT / "data/reference/dates/build_usage.py"
    spec = importlib.util.spec_from_file_location("build_usage", path)
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    counted = [tuple(map(str, row)) for row in script.usage(script.read(REPORTS))]
    assert counted == [tuple(row.values()) for row in table("dates/usage.csv")]


def test_there_are_enough_anchors_and_each_says_what_it_proves() -> None:
    rows = table("dates/anchors.csv")
    assert len(rows) >= FEWEST_ANCHORS
    assert Counter(row["proof"] for row in rows).keys() == {"name", "usual"}
    assert all(len(row["source"]) >= 4 for row in rows)


def test_years_of_use_belong_to_an_anchor_and_lie_in_its_time() -> None:
    phrases = {row["phrase"] for row in table("dates/usage.csv")}
    assert phrases <= set(chain.from_iterable(anchor.phrases for anchor in anchors()))
    assert len(usages()) == len(phrases)
    for anchor, usage in usages().items():
        ((first, last),) = usage.common
        ((known_first, known_last),) = usage.known
        assert FIRST_DAY <= known_first <= first < last <= known_last <= LAST_DAY
        assert last > anchor.since

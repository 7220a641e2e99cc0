"""Dates measured on data that is not ours: expressions with their readings, reports with their dates."""

from __future__ import annotations

import csv
import json
import re
from datetime import date

import pytest
from conftest import SHARED

from flows.numerals import fold
from flows.records import Speech
from flows.tag.date import find_date
from flows.tag.dates.explicit import dates

EXPRESSIONS = SHARED / "corpora" / "expressions"
ABSOLUTE = re.compile(
    r"(?:\d{4}|\d{2}|[零〇○一二三四五六七八九]{2}|[一二][零〇○九][零〇○一二三四五六七八九]{2})年"
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})月(?:份|(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号]|$)"
    r"|(?<!\d)(?:19|20)\d\d([-./])\d{1,2}\1\d{1,2}(?!\d)"
)
"""The forms in which Chinese speeches give a date with its year. Not in them: 13.5.2015, 1/2/2020, 农历."""
READ_FLOOR = 0.97
CONFIDENCE_BINS = (0.0, 0.9, 0.95, 0.98, 0.99)
OVERSTATED = 0.05
"""By how much the share of right answers may lie under the confidence stated for them."""


def _days(first: str, last: str) -> tuple[str, str]:
    return first[:10], last[:10]


def applicable() -> list[tuple[str, tuple[str, str]]]:
    """Expressions that name one day or one month of a year in full, with its first and last day."""
    found = []
    for name in ("DateParser", "DatePeriodParser", "DateTimeParser", "DateTimePeriodParser", "MergedParser"):
        for case in json.loads((EXPRESSIONS / f"recognizers-zh-datetime/{name}.json").read_text("utf-8-sig")):
            for result in case["Results"]:
                timex = (result.get("Value") or {}).get("Timex", "")
                if re.fullmatch(r"\d{4}-\d\d(-\d\d)?(?:T[\d:]+)?", timex) and ABSOLUTE.search(result["Text"]):
                    timex = timex.partition("T")[0]
                    year, month, *rest = map(int, timex.split("-"))
                    last = date(year + month // 12, month % 12 + 1, 1).toordinal() - 1
                    bounds = (timex, timex) if rest else (f"{timex}-01", date.fromordinal(last).isoformat())
                    found.append((result["Text"], bounds))
    for case in json.loads((EXPRESSIONS / "jionlp-tests/time.json").read_text("utf-8")):
        expected = case["expected"]
        if (
            isinstance(expected, dict)
            and len(expected["time"]) == 2
            and all(isinstance(end, str) for end in expected["time"])
        ):
            first, last = _days(*expected["time"])
            if ABSOLUTE.fullmatch(case["input"]) and first[:7] == last[:7]:
                found.append((case["input"], (first, last)))
    return [
        (text, bounds)
        for text, bounds in found
        if not re.search("农历|阴历|初|民国|康熙", text) and _in_the_years_there_are(*bounds)
    ]


def _in_the_years_there_are(first: str, last: str) -> bool:
    """Whether the days exist and a speech of the People's Republic can be of them."""
    try:
        return 1949 <= date.fromisoformat(first).year <= date.fromisoformat(last).year <= 2030
    except ValueError:
        return False


@pytest.mark.skipif(not EXPRESSIONS.exists(), reason="no date expressions beside the checkout")
def test_absolute_dates_are_read_as_others_read_them() -> None:
    cases, wrong = applicable(), []
    for text, bounds in cases:
        read = [
            (date.fromordinal(first).isoformat(), date.fromordinal(last).isoformat())
            for _, ((first, last),) in dates(fold(text))
        ]
        if bounds not in read:
            wrong.append((text, bounds, read))
    print(f"{len(cases) - len(wrong)} of {len(cases)} applicable expressions are read right; not: {wrong}")
    assert len(cases) >= 15
    assert 1 - len(wrong) / len(cases) >= READ_FLOOR


def _reports() -> list[tuple[str, str, str]]:
    """First and last day on which a report can have been given, and its text without its head."""
    with (SHARED / "corpora/reports.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return [
        (
            row["date"] if row["date_source"] == "title" else f"{int(row['file_year']) - 1}-11-01",
            row["date"] if row["date_source"] == "title" else f"{row['file_year']}-12-31",
            (SHARED / "corpora/reports" / f"{row['id']}.txt").read_text("utf-8")[300:],
        )
        for row in rows[::2]
    ]


@pytest.mark.skipif(
    not (SHARED / "corpora/reports.tsv").exists(), reason="no dated reports beside the checkout"
)
def test_a_confidence_says_how_often_such_an_answer_is_right() -> None:
    """Whole bodies without their heads, and a stretch of 2,000 characters of each."""
    table: dict[int, list[tuple[float, bool]]] = {}
    for at, (first, last, text) in enumerate(_reports()):
        start = at * 7919 % max(1, len(text) - 2000)
        for part in (text, text[start : start + 2000]):
            found, tag = find_date(Speech(id="a", pages=("a",), title="", text=part))
            if found:
                right = (found.start or "") <= last and first <= (found.end or "9")
                row = max(at for at, low in enumerate(CONFIDENCE_BINS) if tag.confidence >= low)
                table.setdefault(row, []).append((tag.confidence, right))
    print("confidence from   n  stated  right")
    for row, answers in sorted(table.items()):
        stated, right = (sum(column) / len(answers) for column in zip(*answers, strict=True))
        print(f"{CONFIDENCE_BINS[row]:15.2f} {len(answers):4} {stated:7.3f} {right:6.3f}")
        assert len(answers) < 20 or right >= stated - OVERSTATED
    assert sum(right for answers in table.values() for _, right in answers) > 500

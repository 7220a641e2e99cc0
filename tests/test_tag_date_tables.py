"""The tables that date a speech: every row can be read, and the calendar agrees with known days."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from flows.tag.dates.calendar import named_days
from flows.tag.dates.clues import first_day, last_day, rules, table
from flows.tag.dates.cycles import meetings, plans

FIRST_WORKDAYS = [
    "2002-02-19",
    "2003-02-08",
    "2004-01-29",
    "2005-02-16",
    "2006-02-05",
    "2007-02-25",
    "2008-02-13",
    "2009-02-01",
    "2010-02-20",
    "2011-02-09",
    "2012-01-29",
    "2013-02-16",
    "2014-02-07",
    "2015-02-25",
    "2016-02-14",
    "2017-02-03",
    "2018-02-22",
    "2019-02-11",
    "2020-02-03",
    "2021-02-18",
    "2022-02-07",
    "2023-01-28",
    "2024-02-18",
    "2025-02-05",
    "2026-02-24",
]


def test_first_working_days_follow_the_holiday_notices() -> None:
    known = named_days()["first_workday"]
    assert [date.fromordinal(known[year]).isoformat() for year in sorted(known)] == FIRST_WORKDAYS


def test_spring_festival_is_in_january_or_february_of_every_year() -> None:
    festivals = named_days()["spring_festival"]
    assert sorted(festivals) == list(range(1949, 2031))
    assert all(
        (1, 20) < (d := date.fromordinal(day)).timetuple()[1:3] < (2, 22) and d.year == year
        for year, day in festivals.items()
    )


@pytest.mark.parametrize("row", table("dates/anchors.csv"), ids=lambda row: row["phrases"][:20])
def test_an_anchor_has_phrases_days_and_a_source(row: dict[str, str]) -> None:
    assert row["source"] and row["proof"] in ("name", "usual")
    assert all(len(phrase) >= 2 for phrase in row["phrases"].split("|"))
    assert date(1949, 1, 1).toordinal() <= first_day(row["since"])
    assert not row["until"] or first_day(row["since"]) < last_day(row["until"])


def test_no_phrase_stands_in_two_anchors() -> None:
    phrases = [phrase for row in table("dates/anchors.csv") for phrase in row["phrases"].split("|")]
    assert sorted(phrases) == sorted(set(phrases))


def test_every_rule_is_surer_than_a_coin() -> None:
    assert all(rule.weight > 0 for rule in rules().values())


def test_meetings_are_in_order_and_plans_follow_each_other() -> None:
    days = list(meetings().values())
    assert days == sorted(days) and all(start <= end for start, end in days)
    known = [plan for plan in plans("plan").values() if plan.first >= 1966]
    assert all(one.last + 1 == other.first for one, other in pairwise(known))

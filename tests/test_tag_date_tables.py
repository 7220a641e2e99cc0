"""The tables that date a speech: every row can be read, and the calendar agrees with known days."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from flows.tag.dates.anchors import anchors
from flows.tag.dates.calendar import named_days, recorded_until
from flows.tag.dates.clues import first_day, last_day, rules, table
from flows.tag.dates.events import meetings
from flows.tag.dates.plans import plans

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


def test_events_campaigns_and_programmes_begin_before_they_end() -> None:
    days = [
        (row["start"], row["end"]) for name in ("events", "campaigns") for row in table(f"dates/{name}.csv")
    ]
    days += [(row["first"], row["last"]) for row in table("dates/plans.csv")]
    assert all(first_day(start) <= last_day(end) for start, end in days)


@pytest.mark.parametrize("name", ["events", "campaigns", "holidays", "yearly"])
def test_no_name_stands_in_two_rows(name: str) -> None:
    names = [one for row in table(f"dates/{name}.csv") for one in row["names"].split("|")]
    assert all(names) and sorted(names) == sorted(set(names))


KNOWN_COUNTS = {
    "安全生产月": (23, 2024),
    "教师节": (40, 2024),
    "记者节": (24, 2023),
    "世界环境日": (52, 2023),
    "国际禁毒日": (36, 2023),
    "国家宪法日": (10, 2023),
    "全国土地日": (33, 2023),
    "防灾减灾日": (15, 2023),
    "全国消防日": (32, 2023),
    "中国航天日": (8, 2023),
}


@pytest.mark.parametrize("name", KNOWN_COUNTS)
def test_counted_days_agree_with_announcements(name: str) -> None:
    nth, year = KNOWN_COUNTS[name]
    (first,) = [int(row["first"]) for row in table("dates/yearly.csv") if name in row["names"].split("|")]
    assert first + nth - 1 == year


def test_the_tables_reach_as_far_as_the_newest_of_their_rows() -> None:
    newest = max(max(day for days in meetings().values() for day in days), *(a.since for a in anchors()))
    assert newest <= recorded_until()


def test_meetings_are_in_order_and_plans_follow_each_other() -> None:
    days = list(meetings().values())
    assert days == sorted(days) and all(start <= end for start, end in days)
    known = [plan for plan in plans("plan").values() if plan.first >= 1966]
    assert all(one.last + 1 == other.first for one, other in pairwise(known))

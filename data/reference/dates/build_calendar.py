"""Builds calendar.csv: the days of a year that speeches refer to by name.

    python -m venv /path/to/env
    /path/to/env/bin/pip install chinesecalendar==1.11.0 lunar_python==1.4.8
    /path/to/env/bin/python data/reference/dates/build_calendar.py

Lunar days are computed by lunar_python (MIT). The first working day after Spring Festival follows the
State Council's yearly notices, shifted weekends included, as recorded by lunar_python (2002-2003) and
chinesecalendar (MIT, from 2004); earlier and later years are left empty rather than guessed.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar  # type: ignore[import-not-found]
from lunar_python import Lunar, Solar  # type: ignore[import-not-found]
from lunar_python.util import HolidayUtil  # type: ignore[import-not-found]

FIRST, LAST = 1949, 2030
RECORDED = range(2002, 2027)
"""Years whose holiday notice one of the packages holds."""
LUNAR_DAYS = {
    "spring_festival": (1, 1),
    "lantern_festival": (1, 15),
    "dragon_boat": (5, 5),
    "mid_autumn": (8, 15),
    "double_ninth": (9, 9),
}
HEADER = (
    "# Days of the year by name, 1949-2030. Lunar days: PyPI lunar_python 1.4.8 (MIT). first_workday, the\n"
    "# first working day after Spring Festival: lunar_python (2002-2003), PyPI chinesecalendar 1.11 (MIT,\n"
    "# 2004-2026), both after the State Council's holiday notices. Made by build_calendar.py.\n"
)


def main() -> None:
    rows = [row(year) for year in range(FIRST, LAST + 1)]
    path = Path(__file__).with_name("calendar.csv")
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(HEADER)
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def row(year: int) -> dict[str, object]:
    days = {name: lunar_day(year, month, day) for name, (month, day) in LUNAR_DAYS.items()}
    qingming = Lunar.fromYmd(year, 1, 1).getJieQiTable()["清明"].toYmd()
    first = first_workday(days["spring_festival"]).isoformat() if year in RECORDED else ""
    return {"year": year, **days, "qingming": qingming, "first_workday": first}


def lunar_day(year: int, month: int, day: int) -> date:
    return date.fromisoformat(Lunar.fromYmd(year, month, day).getSolar().toYmd())


def first_workday(festival: date) -> date:
    """The first working day after the holiday: the festival's first three days are off by law."""
    day = festival + timedelta(days=3)
    while not works(day):
        day += timedelta(days=1)
    return day


def works(day: date) -> bool:
    if day.year >= 2004:
        return bool(chinese_calendar.is_workday(day))
    holiday = HolidayUtil.getHoliday(day.isoformat())
    return (
        holiday.isWork() if holiday else Solar.fromYmd(day.year, day.month, day.day).getWeek() not in (0, 6)
    )


if __name__ == "__main__":
    main()

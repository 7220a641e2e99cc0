"""The county-level divisions, 1981 to 2024, against a list that nobody here made.

The list is yescallop/areacodes (CC0), beside the checkout. What is compared is how often a name holds in a
province at the end of a year: both lists gave codes anew before 2003, so codes beyond the province's are not.
Differences are explained one by one in ``tests/gate/oracle-differences.csv``, or by the one rule here.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from chain import table

from flows.resources import reference

ORACLE = Path("gazetteer/oracle_areacodes.csv")
EXPLAINED = Path(__file__).resolve().parents[1] / "tests" / "gate" / "oracle-differences.csv"
FIRST, LAST = 1981, 2024
NO_DISTRICTS_BEFORE = 1983
"""The oracle follows the official lists of codes, which name no districts of prefectural cities before."""
Side = Literal["here", "oracle"]
Held = Counter[tuple[str, str, int]]
"""How many divisions of a province (two digits) bore a name at the end of a year."""


class Difference(NamedTuple):
    """A name that only one side has, or has oftener, from the first to the last year."""

    province: str
    name: str
    side: Side
    first: int
    last: int


def differences(shared: Path) -> list[Difference]:
    """All differences but those of the rule on districts, sorted."""
    ours, theirs = _held(_ours()), _held(_theirs(shared / ORACLE))
    found = [*_runs(ours - theirs, "here"), *_runs(theirs - ours, "oracle")]
    return sorted(d for d in found if not _unlisted_district(d))


def explained() -> dict[Difference, str]:
    """The differences with a known reason."""
    with EXPLAINED.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {
            Difference(r["province"], r["name"], _side(r["side"]), int(r["first"]), int(r["last"])): r[
                "reason"
            ]
            for r in rows
        }


def compared(shared: Path) -> int:
    """How many names-in-a-year the oracle has."""
    return _held(_theirs(shared / ORACLE)).total()


def report(shared: Path) -> str:
    """The section on the gazetteer, in Markdown."""
    found, known = differences(shared), explained()
    years = sum(d.last - d.first + 1 for d in found)
    rows = [
        [d.province, d.name, d.side, f"{d.first}-{d.last}", known.get(d, "**unexplained**")] for d in found
    ]
    unexplained = sum(d not in known for d in found)
    told = (
        f"{compared(shared):,} county-level names, each counted once a year from {FIRST} to {LAST}, beside "
        f"yescallop/areacodes: {len(found)} differences over {years} of them, {unexplained} unexplained. "
        f"Not counted: districts of prefectural cities before {NO_DISTRICTS_BEFORE}, which the oracle does "
        "not list at all."
    )
    return told + "\n\n" + table(["province", "name", "only", "years", "why"], rows)


def _side(text: str) -> Side:
    return "here" if text == "here" else "oracle"


def _unlisted_district(d: Difference) -> bool:
    return d.side == "here" and d.last < NO_DISTRICTS_BEFORE and d.name.endswith("区")


def _ours() -> Iterator[tuple[str, str, int, int]]:
    with reference("places/divisions.csv").open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(line for line in file if not line.startswith("#")):
            if r["rank"] == "3":
                yield r["adcode"], r["name"], int(r["first_year"]), int(r["last_year"])


def _theirs(path: Path) -> Iterator[tuple[str, str, int, int]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for r in csv.DictReader(file):
            if r["级别"] == "县级":
                ended = int(r["变更/弃用时间"] or LAST + 1)  # the year in which it was gone
                yield r["代码"], r["名称"], int(r["启用时间"]), ended - 1


def _held(rows: Iterable[tuple[str, str, int, int]]) -> Held:
    """A code counts once a year, though a change of its superior may give it two rows."""
    years = {
        (code, name, year)
        for code, name, first, last in rows
        for year in range(max(FIRST, first), min(LAST, last) + 1)
    }
    return Counter((code[:2], name, year) for code, name, year in years)


def _runs(held: Held, side: Side) -> Iterator[Difference]:
    years: dict[tuple[str, str], list[int]] = defaultdict(list)
    for province, name, year in sorted(held):
        years[province, name].append(year)
    for (province, name), listed in years.items():
        first = listed[0]
        for year, following in zip(listed, [*listed[1:], 0], strict=True):
            if following != year + 1:
                yield Difference(province, name, side, first, year)
                first = following

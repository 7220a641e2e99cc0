"""How often the tags are right, wrong and unknown, beside the targets; and what a confidence is worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chain import check, table, verdict
from tag_sets import Exported, Labelled, Mapper, Rates, broken_evidence, drawn, export_of, made, scored

SETS = {
    "reports": "602 reports, national to prefecture, whole",
    "headless": "the same without title, dateline and first 300 characters",
    "excerpt": "2,000 characters from anywhere in them",
    "excerpt, draw 2": "the same, another draw",
    "excerpt, draw 3": "the same, another draw",
    "counties": "38 county reports as scraped",
    "masked": "the reports of a place with all its names written XX",
    "seeds": "the five real documents",
}
"""In the order they are shown."""
BOUND = {
    "right": "≥",
    "given": "≥",
    "right_of_given": "≥",
    "right_or_reason": "≥",
    "wrong": "≤",
    "median_years": "≤",
}
_EXCERPT = {
    "region.right": 0.93,
    "region.wrong": 0.02,
    "level.right": 0.95,
    "year.wrong": 0.02,
    "range.given": 0.75,
    "range.right_of_given": 0.97,
    "range.median_years": 4,
}
TARGETS: dict[str, dict[str, float]] = {
    "reports": {
        "level.right": 0.99,
        "level.wrong": 0.01,
        "region.right": 0.985,
        "region.wrong": 0.01,
        "year.right": 0.99,
        "year.wrong": 0.01,
        "full_date.right": 0.98,
        "full_date.wrong": 0.01,
    },
    "headless": {
        "level.right": 0.98,
        "region.right": 0.985,
        "region.wrong": 0.01,
        "year.right": 0.92,
        "year.wrong": 0.02,
        "range.given": 0.97,
        "range.right_of_given": 0.99,
    },
    "excerpt": _EXCERPT,
    "excerpt, draw 2": _EXCERPT,
    "excerpt, draw 3": _EXCERPT,
    "counties": {"level.right": 37 / 38, "region.right": 37 / 38, "year.right": 37 / 38},
    "masked": {"wrong": 0.005, "right_or_reason": 0.95},
    "seeds": {"failed": 0},
}
"""What the project wants to reach, by set and rate."""
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
"""Lower ends of the bins a stated confidence falls into."""


@dataclass(frozen=True)
class Result:
    """A set, tagged and scored."""

    labelled: Labelled
    speeches: list[Exported]
    rates: Rates
    cases: Mapping[str, list[Any]]


def results(shared: Path, mapper: Mapper) -> dict[str, Result]:
    """Every set of :data:`SETS`, tagged and scored."""
    found = {}
    reports = made(shared, "reports")
    for name in SETS:
        kind, _, draw = name.partition(", draw ")
        labelled = drawn(shared, reports, int(draw)) if draw else made(shared, kind)
        speeches = export_of(labelled, mapper)
        found[name] = Result(labelled, speeches, *scored(shared, labelled, speeches))
    return found


def report(found: Mapping[str, Result]) -> str:
    """The sections on right and wrong."""
    parts = []
    for name, result in found.items():
        missed = [t for t, bound in TARGETS[name].items() if not _met(t, _rate(result.rates, t), bound)]
        told = "all targets met" if not missed else f"**missed**: {', '.join(missed)}"
        parts.append(f"### {name}: {SETS[name]}\n\n{told}.\n\n{_table(name, result.rates)}")
    broken = sum(len(broken_evidence(r.speeches)) for r in found.values())
    spans = sum(len(e) for r in found.values() for s in r.speeches for e in s["evidence"].values())
    parts.append(f"Evidence: {spans:,} spans, {broken} of them not exact: {verdict(not broken)}.")
    return "\n\n".join(parts)


def _table(name: str, rates: Rates) -> str:
    """A row for each rate: the figure, its target, whether it is met."""
    flat = dict(_flat(rates))
    rows: list[list[object]] = []
    for rate, value in flat.items():
        bound = TARGETS[name].get(rate)
        said = "" if bound is None else f"{BOUND.get(rate.split('.')[-1], '≤')} {_figure(bound)}"
        met = "" if bound is None else verdict(_met(rate, value, bound))
        tag, _, what = rate.rpartition(".")
        rows.append([tag or "all", what.replace("_", " "), _figure(value), said, met])
    return table(["tag", "rate", "figure", "target", ""], rows)


def _flat(rates: Rates) -> Iterator[tuple[str, float]]:
    """The rates by dotted name, ``unknown`` put beside right and wrong."""
    for tag, value in rates.items():
        if isinstance(value, dict):
            for what, rate in value.items():
                if what != "n" and rate is not None:
                    yield f"{tag}.{what}", rate
            if "wrong" in value:
                yield f"{tag}.unknown", abs(round(1 - value["right"] - value["wrong"], 4))
        elif tag not in ("n", "missing", "statements") or value:
            yield tag, value


def _rate(rates: Rates, name: str) -> float:
    return dict(_flat(rates)).get(name, 0.0)


def _met(name: str, value: float, bound: float) -> bool:
    """The check rounds to four places, so that 37 of 38 is a little less than it is."""
    lower = BOUND.get(name.split(".")[-1], "≤") == "≥"
    return value >= bound - 5e-5 if lower else value <= bound


def _figure(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4f}".rstrip("0").rstrip(".") or "0"


def reliability(shared: Path, found: Mapping[str, Result]) -> str:
    """Stated confidence against the share right, by tag, over all sets that tell right from wrong."""
    parts = []
    for title, names in (
        ("whole and headless reports, counties", ("reports", "headless", "counties")),
        ("excerpts, three draws", ("excerpt", "excerpt, draw 2", "excerpt, draw 3")),
    ):
        claims = [claim for name in names for claim in _claims(shared, found[name])]
        rows: list[list[object]] = []
        errors = []
        for tag in ("level", "region", "date"):
            stated = [(c, right) for t, c, right in claims if t == tag]
            rows += [[tag, *cells] for cells in _bins(stated)]
            errors.append(f"{tag} {_calibration_error(stated):.3f}")
        head = ["tag", "stated confidence", "claims", "mean stated", "share right"]
        parts.append(
            f"### {title[0].upper()}{title[1:]}\n\n{table(head, rows)}\n\nExpected calibration error (mean "
            f"distance of the two, by claims): {', '.join(errors)}."
        )
    return "\n\n".join(parts)


Stated = list[tuple[float, bool]]


def _bins(stated: Stated) -> Iterator[list[object]]:
    for low, high in zip(BINS, [*BINS[1:], 1.01], strict=True):
        inside = [(c, right) for c, right in stated if low <= c < high]
        if inside:
            mean = sum(c for c, _ in inside) / len(inside)
            share = sum(right for _, right in inside) / len(inside)
            yield [f"{low:.2f} to {min(high, 1):.2f}", len(inside), mean, share]


def _calibration_error(stated: Stated) -> float:
    rows = [(float(str(n)), abs(float(str(m)) - float(str(s)))) for _, n, m, s in _bins(stated)]
    return sum(n * gap for n, gap in rows) / max(1.0, sum(n for n, _ in rows))


def _claims(shared: Path, result: Result) -> Iterator[tuple[str, float, bool]]:
    """Every tag given with a confidence, and whether the check finds it right.

    A date is right where its day is (as far as the true day is known), its month's or year's year is, or,
    for a range, where it holds the true year.
    """
    c = check(shared)
    speeches = c.by_file(result.speeches)
    not_right = {what: {case[0] for case in rows} for what, rows in result.cases.items()}
    for name, row in result.labelled.labels.items():
        s = c.pick(speeches, name)
        if s is None:
            continue
        said = s["confidence"]
        if s["level"]:
            yield "level", said["level"], name not in not_right["level"]
        if any(s["region"].values()):
            yield "region", said["region"], name not in not_right["region"]
        if s["speech_date"]:
            yield "date", said["speech_date"], _dated(name, row, s["speech_date"], not_right)


def _dated(
    name: str, row: dict[str, Any], date: dict[str, Any], not_right: Mapping[str, Iterable[str]]
) -> bool:
    if date["value"]:
        to_the_day = date["precision"] == "day" and row.get("date_source") == "title"
        return name not in not_right["full_date" if to_the_day else "year"]
    year = str(row.get("file_year") or row["year"])
    early = f"{int(year) - 1}-11-01"  # a report named for a year may be given in the last weeks before
    return (date["from"] or "0")[:4] <= year and (date["to"] or "9999") >= early

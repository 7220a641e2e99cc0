"""What the gate measures: part of the labelled texts beside the checkout, and what was written for it."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
SHARED = ROOT.parent / "shared"
for folder in (TESTS, ROOT / "benchmarks"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from conftest import SAMPLES, exported, take_in  # noqa: E402
from samples.truth import TRUTH, find  # noqa: E402
from tag_sets import Labelled, export_of, made, scored  # noqa: E402

from flows.records import Speech  # noqa: E402
from flows.tag import tag  # noqa: E402

from .floors import Figures  # noqa: E402

PARTS = {
    "reports": (6, 0),
    "headless": (6, 1),
    "masked": (6, 2),
    "excerpt": (1, 0),
    "counties": (1, 0),
    "seeds": (1, 0),
}
"""Every so-manieth text of a set, from which on: together well under a minute."""
CASES = tuple(TESTS / "cases" / stage / "real-shaped.json" for stage in ("tag-place", "tag-date"))


def of_shared(shared: Path = SHARED) -> tuple[str, Figures]:
    """Hash and figures of the labelled texts beside the checkout."""
    sets = {kind: made(shared, kind).part(*part) for kind, part in PARTS.items()}
    with get_context("spawn").Pool(2) as pool:
        figures = {
            kind: dict(_rates(_scored(shared, labelled, lambda work, items: pool.imap(work, items, 4))))
            for kind, labelled in sets.items()
        }
    return _hash(_contents(sets.values())), figures


def of_own() -> tuple[str, Figures]:
    """Hash and figures of the samples, through a whole archive, and of the cases of the tags."""
    with TemporaryDirectory() as folder:
        take_in(Path(folder) / "archive", SAMPLES)
        speeches = exported(Path(folder) / "archive")
    cases = [case for path in CASES for case in json.loads(path.read_text("utf-8"))]
    files = sorted([*SAMPLES.iterdir(), TESTS / "samples" / "truth.json", *CASES])
    figures = {"samples": _of_samples(speeches), "cases": _of_cases(cases)}
    return _hash(x for f in files for x in (f.name.encode(), f.read_bytes())), figures


def _scored(shared: Path, labelled: Labelled, mapper: Any) -> dict[str, Any]:
    return scored(shared, labelled, export_of(labelled, mapper))[0]


def _rates(scores: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """The check's rates, wrong turned round: of each higher is better."""
    for tag_, rates in scores.items():
        if isinstance(rates, dict):
            if "wrong" in rates:
                yield f"{tag_}.right", rates["right"]
                yield f"{tag_}.not wrong", round(1 - rates["wrong"], 4)
            else:
                yield f"{tag_}.given", rates["given"]
                yield f"{tag_}.right of given", rates["right_of_given"]
    if "right_or_reason" in scores:
        yield "region.not wrong", round(1 - scores["wrong"], 4)
        yield "region.right or reason", scores["right_or_reason"]
    if "statements" in scores:
        yield "statements", round(1 - scores["failed"] / scores["statements"], 4)


def _of_samples(speeches: list[dict[str, Any]]) -> dict[str, float]:
    """Every document of the samples that says what is true: the archive's word against it."""
    told: Counter[str] = Counter()
    for document in TRUTH["documents"]:
        speech = max(find(document, speeches), key=lambda s: len(s["text"]), default=None)
        region, date = (speech or {}).get("region") or {}, (speech or {}).get("speech_date") or {}
        if "level" in document:
            _count(told, {"level": (document["level"], (speech or {}).get("level"))})
        if "region" in document:
            _count(told, {"region": (document["region"]["adcode"], region.get("adcode"))})
        if "speech_date" in document:
            _count(told, {"date": (document["speech_date"]["value"], date.get("value"))}, inexact=True)
    return _shares(told)


def _of_cases(cases: list[dict[str, Any]]) -> dict[str, float]:
    told: Counter[str] = Counter()
    for case in cases:
        given = {key: value for key, value in case["input"].items() if key != "date"}
        s, expected = tag(Speech(id="a", pages=("a",), **given)), case["expected"]
        said = {
            "level": s.level,
            "adcode": s.region.adcode,
            "value": s.speech_date.value if s.speech_date else None,
        }
        pairs = {key: (expected[key], said[key]) for key in said if key in expected}
        _count(
            told, {"region" if k == "adcode" else "date" if k == "value" else k: p for k, p in pairs.items()}
        )
    return _shares(told)


def _count(told: Counter[str], pairs: dict[str, tuple[Any, Any]], inexact: bool = False) -> None:
    """Right is what is true; not wrong also nothing said, and where allowed a date less exact than that."""
    for what, (true, said) in pairs.items():
        told[what] += 1
        told[f"{what}.right"] += said == true
        told[f"{what}.not wrong"] += said in (None, true) or (
            inexact and what == "date" and str(true).startswith(str(said))
        )


def _shares(told: Counter[str]) -> dict[str, float]:
    return {key: round(told[key] / told[key.split(".")[0]], 4) for key in sorted(told) if "." in key}


def _contents(sets: Iterable[Labelled]) -> Iterator[bytes]:
    for labelled in sets:
        yield json.dumps(labelled.labels, sort_keys=True).encode()
        for name, raw in labelled.files.items():
            yield name.encode()
            yield raw


def _hash(contents: Iterable[bytes]) -> str:
    """One hash of all; each part goes in by its own, so that where one ends matters."""
    whole = hashlib.sha256()
    for content in contents:
        whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()

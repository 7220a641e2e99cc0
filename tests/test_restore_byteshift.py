"""The repair of torn bytes, measured on damage made after the model of what the sites did."""

from __future__ import annotations

import re
import runpy
import time
from pathlib import Path

import pytest
from restore.damage import damage
from restore.measure import Score, choose, score

from flows.resources import reference
from flows.restore import byteshift, gbk, pinyin
from flows.restore.language import Language

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
CHARACTERS = 4000
"""Of each report: damage is local, and the test has to be quick."""


@pytest.fixture(scope="module")
def reports() -> list[Path]:
    if not SHARED.is_dir():
        pytest.skip("the reports are not beside the checkout")
    return sorted((SHARED / "corpora" / "reports").glob("*.txt"))


@pytest.fixture(scope="module")
def held_out(reports: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Language, list[Path]]:
    """A fifth of the reports, and the language as counted on half of the others, to be quick."""
    build = runpy.run_path(str(reference("restore/build_language.py")))["main"]
    table = tmp_path_factory.mktemp("language") / "language.tsv"
    build([str(p) for i, p in enumerate(reports) if i % 5 in (1, 3)], table)
    return Language(table.read_text("utf-8")), reports[::5]


@pytest.mark.parametrize("script", ["traditional", "simplified"])
def test_measured_on_damaged_reports(
    script: str, held_out: tuple[Language, list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from opencc import OpenCC

    speech, paths = held_out
    monkeypatch.setattr(byteshift, "language", lambda: speech)
    convert = OpenCC("s2t").convert if script == "traditional" else str
    total, elsewhere = Score(), 0
    for seed, path in enumerate(paths):
        text = convert(path.read_text("utf-8")[:CHARACTERS])
        found, more = score(damage(text, choose(text, seed)))
        total += found
        elsewhere += more
    whole, lost = (sum(n for (k, _), n in total.items() if k == kind) for kind in ("whole", "lost"))
    assert len(paths) >= 100
    assert whole + lost > 500
    assert total["whole", "right"] >= 0.95 * whole, total
    assert total["lost", "right"] >= 0.75 * lost, total
    assert total["whole", "wrong"] + total["lost", "wrong"] + elsewhere <= 0.01 * (whole + lost), total


def test_model_reproduces_the_documented_cases() -> None:
    described = SHARED / "reference" / "byte-shift.md"
    if not described.is_file():
        pytest.skip("the reference is not beside the checkout")
    rows = re.findall(r"^\| `([^`]+)`[^|]*\| ([^|]+) \|", described.read_text("utf-8"), re.MULTILINE)
    notes = [
        {"結": "jié", "過": "guò"},
        {},  # stands for two: it broke twice
        {"數": "shù"},
        {"優": "yōu"},
        {"數": "shù", "當": "dāng"},
    ]
    for (broken, right), annotated in zip(rows, notes, strict=True):
        broken = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), broken)
        assert damage(right, annotated).broken.replace("結(jié)", "結") in broken.replace("結(jié)", "結")
        page, _, of_page = pinyin.remove_notes(broken)
        assert right in byteshift.repair(page, of_page)[0]


@pytest.mark.parametrize(
    "text",
    [
        "?" * 1_000_000,
        "??a" * 10_000,
        "??看" * 10_000,
        "?yōu)" * 100_000,
        "\ue087" * 1_000_000,
        "在??" * 100_000,
    ],
    ids=["marks", "marks-and-ascii", "marks-and-chinese", "notes", "private-use", "pairs"],
)
def test_hostile_text_costs_little_and_stays(text: str) -> None:
    started = time.perf_counter()
    assert byteshift.repair(text)[0] == text
    assert time.perf_counter() - started < 20


def test_text_without_marks_costs_next_to_nothing() -> None:
    text = "今年糧食產量十二萬噸，長勢比去年好。" * 20_000
    byteshift.repair("水庫蓄水充足??梢哉f,灌溉有了保證。")
    started = time.perf_counter()
    assert byteshift.repair(text) == (text, [], 0)
    assert time.perf_counter() - started < 0.1


def test_exact_and_guessed_are_told_apart() -> None:
    text = "水庫蓄水充足??梢哉f,灌溉有了保證。把渠道修到當?shù)?,農戶都滿意。"
    _, edits, gaps = byteshift.repair(text, {"數", "當"})
    assert [(e.before, e.after, e.exact) for e in edits] == [
        ("??梢哉f", "。可以說", True),
        ("?shù)?", "地", False),
    ]
    assert gaps == 0


def test_every_pair_of_bytes_survives_decoding() -> None:
    for lead in gbk.LEADS:
        for trail in gbk.TRAILS:
            shown = gbk.decode(bytes((lead, trail)))
            assert shown == "?" or gbk.encode(shown) == bytes((lead, trail))

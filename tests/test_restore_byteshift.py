"""The repair of torn bytes: its cases, its laws, and floors measured on damage made after the model."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC
from restore.damage import damage
from restore.measure import Score, choose, score, shares

from flows.records import Edit
from flows.restore import byteshift, gbk, pinyin

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
CASES = Path(__file__).parent / "cases" / "restore"
to_traditional = OpenCC("s2t").convert

PROSE = (
    "全鎮的水渠都修好了。可以說,今年是豐收年。看長勢,當地農戶都滿意。海口村的問題等到開春解決,要把它變為大事。"
    "推動朝陽高質量發展,新建了水庫。總體看,進度比去年快。專科醫院的項目已經開工,各個鎮都要加強管理。"
)
READINGS = {
    **{"數": "shù", "優": "yōu", "總": "zǒng", "務": "wù", "發": "fā", "開": "kāi", "會": "huì"},
    **{"過": "guò", "體": "tǐ", "為": "wèi", "當": "dāng", "縣": "xiàn", "產": "chǎn", "業": "yè"},
}
chosen = st.sets(st.sampled_from(list(READINGS)), max_size=8)
sentences = st.permutations(PROSE.split("。"))


def cases(name: str) -> list[Any]:
    rows = json.loads((CASES / f"{name}.json").read_text("utf-8"))
    return [pytest.param(row, id=row["label"]) for row in rows]


def repaired(broken: str) -> tuple[str, str, list[Edit]]:
    """A page without its notes, the same repaired, and the edits between."""
    page, _, annotated = pinyin.remove_notes(broken)
    text, edits, _ = byteshift.repair(page, annotated)
    return page, text, edits


@pytest.mark.parametrize("case", cases("byte-shift"))
def test_case(case: dict[str, Any]) -> None:
    assert repaired(case["input"])[1] == case["expected"], case["why"]


@pytest.mark.parametrize("convert", [str, to_traditional], ids=["as-written", "traditional"])
def test_real_question_marks_stay(convert: Callable[[str], str]) -> None:
    rows = json.loads((CASES / "byte-shift-negative.json").read_text("utf-8"))
    texts = [convert(row["input"]) for row in rows]
    assert len(texts) >= 60
    for text in [*texts, "\n".join(texts)]:
        assert byteshift.repair(text)[:2] == (text, [])


@given(chosen, sentences)
@settings(deadline=None, max_examples=50)
def test_edits_replay(noted: set[str], parts: list[str]) -> None:
    page, text, edits = repaired(damage("。".join(parts), {c: READINGS[c] for c in sorted(noted)}).broken)
    for edit in reversed(edits):
        assert page.startswith(edit.before, edit.start)
        page = page[: edit.start] + edit.after + page[edit.start + len(edit.before) :]
    assert page == text


@given(chosen, sentences)
@settings(deadline=None, max_examples=50)
def test_what_exact_repairs_give_breaks_into_the_same_page(noted: set[str], parts: list[str]) -> None:
    notes = {c: READINGS[c] for c in sorted(noted)}
    broken = damage("。".join(parts), notes).broken
    _, text, edits = repaired(broken)
    if all(edit.exact for edit in edits):
        assert damage(text, notes).broken == broken


def test_floors_on_texts_of_our_own() -> None:
    """Spoken style, and far from the official prose that was counted: lower floors than for reports."""
    sources = Path(__file__).parent / "samples" / "sources"
    text = to_traditional("\n".join(p.read_text("utf-8") for p in sorted(sources.glob("*.txt"))))
    found = Score()
    for seed in range(5):
        found += score(damage(text, choose(text, seed)))
    figures = shares(found)
    assert figures["sites whole"] + figures["sites with a lost byte"] > 60
    assert figures["whole right"] >= 0.75, found
    assert figures["lost right"] >= 0.35, found
    assert figures["wrong"] <= 0.05, found


def test_floors_on_reports_held_out() -> None:
    if not (SHARED / "corpora" / "reports").is_dir():
        pytest.skip("the reports are not beside the checkout")
    sys.path.insert(0, str(ROOT / "benchmarks"))
    from byte_shift import measure

    figures = measure(SHARED, reports=24, characters=2500, counted=100, tables=["simplified"])
    assert figures["simplified: sites whole"] + figures["simplified: sites with a lost byte"] > 100
    assert figures["simplified: whole right"] >= 0.95, figures
    assert figures["simplified: lost right"] >= 0.80, figures
    assert figures["simplified: wrong"] <= 0.02, figures


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


HOSTILE = {
    "marks": "?",
    "marks-and-ascii": "??a",
    "marks-and-chinese": "??看",
    "notes": "?yōu)",
    "private-use": "\ue087",
    "pairs": "在??",
    "damage-without-end": "。??看葐栴\ue087",
    "lines": "頂?\n",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_time_is_linear_in_hostile_text(unit: str) -> None:
    short, long = (unit * (size // len(unit)) for size in (8_000, 64_000))
    assert byteshift.repair(short)[0] == short
    at_first = _seconds(short)
    assert _seconds(long) < 16 * at_first + 0.5


def test_text_without_marks_costs_no_more_than_a_look() -> None:
    text = "今年糧食產量十二萬噸，長勢比去年好。" * 20_000
    assert byteshift.repair(text) == (text, [], 0)
    started = time.perf_counter()
    text.encode("utf-8").decode("utf-8")
    look = time.perf_counter() - started
    assert _seconds(text) < 20 * look + 0.01


def _seconds(text: str) -> float:
    taken = []
    for _ in range(2):
        started = time.perf_counter()
        byteshift.repair(text)
        taken.append(time.perf_counter() - started)
    return min(taken)


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

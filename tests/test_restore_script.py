"""Script conversion: the package's own output, faster, and only where a page is traditional."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from flows.restore import script

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
DICTIONARIES = ("TSPhrases.txt", "TSCharacters.txt")
EXCEPTIONS = script._exceptions()


@cache
def package() -> OpenCC:
    return OpenCC("t2s")


def has_exception(text: str) -> bool:
    return any(word in text for word in EXCEPTIONS)


WORDS = [word for name in DICTIONARIES for word in script._dictionary(name)]
TEXTS = st.lists(
    st.sampled_from(WORDS)
    | st.sampled_from(WORDS).map(lambda word: word[1:])
    | st.sampled_from(["，", "。", " ", "-", "*", "a", "7", "\n", "的", "招商引资"])
    | st.characters(exclude_categories=["Cs"]),
    max_size=30,
).map("".join)


@given(TEXTS)
@settings(deadline=None, max_examples=500)
def test_same_as_the_package(text: str) -> None:
    simple = script.simplify(text)
    assert len(simple) == len(text)
    if not has_exception(text):
        assert simple == package().convert(text)


@given(TEXTS)
@settings(deadline=None, max_examples=200)
def test_page_conversion_keeps_length_and_is_idempotent(text: str) -> None:
    once = script.to_simplified(text)
    assert len(once) == len(text)
    assert script.to_simplified(once) == once


@pytest.mark.parametrize("name", DICTIONARIES)
def test_every_word_of_the_dictionaries(name: str) -> None:
    for word in script._dictionary(name):
        assert has_exception(word) or script.simplify(word) == package().convert(word)


@pytest.mark.parametrize(("word", "becomes"), EXCEPTIONS.items())
def test_exceptions(word: str, becomes: str) -> None:
    assert script.simplify(f"在{word}里") == f"在{becomes}里"
    assert script.to_simplified(becomes) == becomes


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("精於潛水，由於長期訓練", "精于潜水，由于长期训练"),
        ("找藉口鎮壓", "找借口镇压"),
        ("餅乾、乾部、乾縣", "饼干、干部、乾县"),
    ],
)
def test_exceptions_do_not_reach_further(text: str, simple: str) -> None:
    assert script.simplify(text) == simple


def shared_texts() -> Iterator[str]:
    for path in sorted((SHARED / "corpora" / "opencc-tests").rglob("*.txt")):
        yield path.read_text("utf-8")
    for case in json.loads((SHARED / "corpora" / "opencc-tests" / "cases.json").read_text("utf-8")):
        yield case["input"]
        yield from case["expected"].values()


def test_same_as_the_package_on_its_own_tests() -> None:
    if not SHARED.is_dir():
        pytest.skip("OpenCC's test cases are not beside the checkout")
    for text in shared_texts():
        assert has_exception(text) or script.simplify(text) == package().convert(text)


def test_fifteen_times_as_fast_as_the_package() -> None:
    text = "今年糧食產量達到十二萬噸，長勢比去年還好；鄉鎮幹部關於水利建設的報告寫得很實在。\n" * 200

    def fastest(runs: int, convert: object) -> float:
        times = []
        for _ in range(runs):
            started = time.perf_counter()
            convert(text)  # type: ignore[operator]
            times.append(time.perf_counter() - started)
        return min(times)

    assert script.to_simplified(text) == package().convert(text)
    assert 15 * fastest(20, script.to_simplified) < fastest(3, package().convert)


def test_loads_fast_and_light() -> None:
    code = """
import sys, time
import flows.restore
from flows.restore import script
started = time.perf_counter()
script.simplify("項")
assert time.perf_counter() - started < 0.05, time.perf_counter() - started
heavy = {"prefect", "opencc", "tantivy", "bs4", "elasticsearch", "asyncio"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1])


def test_long_text_costs_little() -> None:
    for text in ("乾" * 1_000_000, "乾隆" * 500_000, "大目乾連冥間救母變" * 100_000, "項\n" * 500_000):
        started = time.perf_counter()
        assert len(script.to_simplified(text)) == len(text)
        assert time.perf_counter() - started < 15

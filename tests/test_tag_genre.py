"""Speaker, meeting and kind of a speech: cases by label, and what holds for any text."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.records import Speech
from flows.tag.dates.clues import table
from flows.tag.genre import Genre, describe

CASES = [
    case
    for name in ("real-shaped", "negative")
    for case in json.loads((Path(__file__).parent / f"cases/tag-genre/{name}.json").read_text("utf-8"))
]
KINDS = {row["value"] for row in table("dates/genre.csv")} | {"other"}


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    assert describe(Speech(id="a", pages=("a",), **case["input"])) == Genre(**case["expected"])


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_is_found_stands_in_the_speech(title: str, text: str) -> None:
    genre = describe(Speech(id="a", pages=("a",), title=title, text=text))
    assert genre.doc_type in KINDS
    shown = "".join((title + text).split())  # a line may break within a name
    assert "".join((genre.occasion or "").split()) in shown
    assert (genre.speaker_role or "") in shown


@pytest.mark.parametrize(
    "unit",
    ["在", "会", "县长", "今天召开", "日在", "（", "书记", "\n", " ", "这次", "作重要", "同志们", "。 "],
)
def test_time_is_linear(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    begin = time.perf_counter()
    describe(Speech(id="a", pages=("a",), title=text[:20_000], text=text))
    assert time.perf_counter() - begin < 2

"""Text decoded wrongly before it was saved: what is brought back, and what stays."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prose import simplified

from flows import mojibake
from flows.read.decode import decode
from flows.records import Page, Source
from flows.restore import restore

CASES = Path(__file__).parent / "cases" / "decode"


def cases(name: str) -> list[Any]:
    rows = json.loads((CASES / f"{name}.json").read_text("utf-8"))
    return [pytest.param(row, id=row["label"]) for row in rows]


def broken(given: dict[str, str]) -> str:
    wrong = given["text"].encode(given["was"]).decode(given["read"], "replace")
    return given.get("before", "") + wrong + given.get("after", "")


@pytest.mark.parametrize("case", cases("mojibake"))
def test_case(case: dict[str, Any]) -> None:
    text = broken(case["input"])
    decoded = decode(text.encode())
    assert (decoded.text, decoded.gaps) == (case["expected"]["text"], case["expected"]["gaps"]), case["why"]
    assert decoded.edits
    for edit in reversed(decoded.edits):
        assert text.startswith(edit.before, edit.start)
        text = text[: edit.start] + edit.after + text[edit.start + len(edit.before) :]
    assert text == decoded.text


@pytest.mark.parametrize("case", cases("negative"))
def test_negative(case: dict[str, Any]) -> None:
    text = case["input"]["text"]
    assert mojibake.repair(text, "read") == (text, [], 0), case["why"]


@given(simplified(), st.sampled_from([("utf-8", "latin-1"), ("gbk", "latin-1"), ("utf-8", "gb18030")]))
@settings(deadline=None, max_examples=60)
def test_what_is_whole_comes_back_whole(text: str, way: tuple[str, str]) -> None:
    was, read = way
    text = text.replace("\n", "，")  # a line of three characters by itself tells too little
    try:
        wrong = text.encode(was).decode(read)
    except UnicodeDecodeError:
        return
    assert mojibake.repair(wrong, "read")[0] == text


@given(simplified())
@settings(deadline=None, max_examples=60)
def test_good_text_stays(text: str) -> None:
    assert mojibake.repair(text, "read") == (text, [], 0)


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]))
    | simplified().map(lambda t: t.encode().decode("gbk", "replace"))
)
@settings(deadline=None, max_examples=100)
def test_repairing_twice_changes_nothing_more(text: str) -> None:
    once, _, _ = mojibake.repair(text, "read")
    again, edits, _ = mojibake.repair(once, "read")
    assert (again, edits) == (once, [])


def test_entities_show_it_only_after_extraction() -> None:
    page = Page(id="0", source=Source(file="f"), media="text/html", text="各位代表：\nÈ«ÊÐÉÏÏÂÍÅ½áÒ»ÖÂ")
    restored = restore(page)
    assert restored.text == "各位代表：\n全市上下团结一致"
    assert [(edit.stage, edit.rule, edit.start) for edit in restored.edits] == [("restore", "mojibake", 6)]


@pytest.mark.parametrize("piece", ["é", "Ö", "ä½", "浣犲", "锟斤拷", "鍚?", "?", "("])
def test_time_is_linear(piece: str) -> None:
    def seconds(size: int) -> float:
        started = time.perf_counter()
        mojibake.repair(piece * size, "read")
        return time.perf_counter() - started

    small, large = (min(seconds(size) for _ in range(2)) for size in (40_000, 160_000))
    assert large < 10 * small + 0.1

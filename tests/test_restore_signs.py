"""The shortcuts of the restore stage change nothing but the time it takes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prose import simplified, traditional

from flows.records import Page, Source
from flows.restore import dictionaries, lookalikes, regional, restore
from flows.restore.signs import Kind, signs

CASES = Path(__file__).parent / "cases" / "restore"
RESTORE = sys.modules["flows.restore"]
EVERYTHING = set(get_args(Kind))
PIECES = (
    *(
        "?",
        "??",
        "?yōu)",
        "(shù)",
        "（wù）",
        "wù",
        "当",
        "當",
        "務",
        "乾",
        "著",
        "数",
        "催^",
        "\ue087",
        "\u200b",
    ),
    *("\n", ",", "a", "M", "X", "l", "O", "○", "0", "9", "年", "月", "曰", "进", "步", "—", "——", "-", "ー"),
    *(
        "⼆",
        "\uf900",
        "\U00020000",
        "\U000f0001",
        "А",
        "Ö",
        "Ð",
        "é",
        "浣",
        "犲",
        "ソ",
        "鈥",
        "滄",
        "\ufffd",
        "。",
    ),
)
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.lists(st.one_of(st.sampled_from(PIECES), simplified(), traditional()), max_size=4).map("".join),
)


def page(text: str, title: str | None = None) -> Page:
    return Page(id="0", source=Source(file="f"), media="text/plain", text=text, title=title)


def inputs() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.json")):
        for row in json.loads(file.read_text("utf-8")):
            if isinstance(row, dict) and isinstance(row.get("input"), str):
                yield pytest.param(row["input"], id=f"{file.stem}: {row['label']}")


def looked_at_by_all_rules(given: Page) -> Page:
    with patch.object(RESTORE, "signs", lambda text: EVERYTHING):
        return restore(given)


@settings(deadline=None)  # patterns are made when first needed
@given(texts, st.one_of(st.none(), texts))
def test_a_rule_that_is_not_asked_had_nothing_to_do(text: str, title: str | None) -> None:
    assert restore(page(text, title)) == looked_at_by_all_rules(page(text, title))


@pytest.mark.parametrize("text", list(inputs()))
def test_a_rule_that_is_not_asked_had_nothing_to_do_in_the_cases(text: str) -> None:
    assert restore(page(text)) == looked_at_by_all_rules(page(text))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("今年的任务是抓项目（一）、抓落实：3.5%，2019—2020年GDP增长。", set()),
        ("我们\ufffd开会", {"odd"}),
        ("浣犲ソ锛屽悓蹇椾滑", {"odd"}),
        ("二O一九年", {"lookalike", "letter"}),
        ("關於項目", {"traditional"}),
        ("坚决杜M绝", {"letter"}),
        ("任務(wù)", {"traditional", "note"}),
    ],
)
def test_signs_of_each_kind(text: str, kinds: set[Kind]) -> None:
    assert kinds <= signs(text)
    assert bool(kinds) == bool(signs(text))


@settings(deadline=None)
@given(texts)
def test_without_a_sign_of_look_alikes_only_dashes_can_be_some(text: str) -> None:
    if "lookalike" not in signs(text):
        assert lookalikes.fold(text) == lookalikes.fold_dashes(text)


@given(st.lists(st.text("乾隆坤人资讯科技", min_size=1, max_size=4), min_size=1, max_size=6), texts)
def test_beginnings_are_all_found(words: list[str], text: str) -> None:
    text += "乾隆资讯人科技" + words[0]
    starts = [at for at in range(len(text)) if any(text.startswith(word[:2], at) for word in words)]
    assert list(dictionaries.Beginnings(words).places(text)) == starts


def test_every_phrase_begins_where_one_is_looked_for() -> None:
    for phrase in dictionaries.tables().phrases:
        assert next(dictionaries.tables().beginnings.places(phrase)) == 0


def test_three_words_that_prove_a_usage_are_enough_and_two_are_not() -> None:
    assert regional.is_regional("推动资讯科技，软体与晶片产业受惠")
    assert not regional.is_regional("推动资讯科技，软体产业受惠")

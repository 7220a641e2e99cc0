"""The reference semantics of phrases."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.index.fold import find, fold, fold_any, tokens

ALPHABET = "招商引资一二 \u3000\n，。、“”a1B2éＡ１㎡㈠…½\u200b\u0301-._ß𠮷かガ한"
texts = st.text(ALPHABET, max_size=40) | st.text(max_size=40)


@pytest.mark.parametrize(
    ("text", "phrase", "spans"),
    [
        ("招商引资", "商引", [(1, 3)]),
        ("招商引资", "商", [(1, 2)]),
        ("招商，引资", "招商引资", []),
        ("招商，引资", "招商、引资", [(0, 5)]),
        ("招商引资", "招商、引资", []),
        ("招 商\n引　资", "招商引资", [(0, 7)]),
        ("招商引资", "招 商 引 资", [(0, 4)]),
        ("（招商）", "，招商。", [(1, 3)]),
        ("招商。”“引资", "招商……引资", [(0, 7)]),
        ("招商 ， 引资", "招商,引资", [(0, 7)]),
        ("ＧＤＰ", "gdp", [(0, 3)]),
        ("GDPs GDP2 GDP", "gdp", [(10, 13)]),
        ("增长gdp增长", "gdp", [(2, 5)]),
        ("12 112 12.5", "12", [(0, 2), (7, 9)]),
        ("12.5%", "12.5", [(0, 4)]),
        ("50㎡", "50m2", [(0, 3)]),
        ("㈠加强", "一、加强", [(0, 3)]),
        ("cafe\u0301 café", "cafe", [(0, 4), (6, 10)]),
        ("招\u200b商", "招商", [(0, 3)]),
        ("一一一", "一一", [(0, 2)]),
        ("𠮷祥", "𠮷", [(0, 1)]),
        ("a_b", "a", [(0, 1)]),
        ("hello world", "helloworld", []),
        ("hello\nworld", "hello world", [(0, 11)]),
        ("……", "……", []),
        ("", "a", []),
        ("a", "", []),
        ("缺\ue000字", "缺字", []),
        ("半\ud800个", "半个", []),
    ],
)
def test_find(text: str, phrase: str, spans: list[tuple[int, int]]) -> None:
    assert find(text, phrase) == spans


def holds(words: list[str], wanted: list[str]) -> bool:
    """Whether the tokens stand in a row: the definition, word for word."""
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))


@settings(deadline=None)
@given(texts, texts)
def test_a_phrase_is_found_where_its_tokens_stand_in_a_row(text: str, phrase: str) -> None:
    wanted = tokens(phrase)
    assert bool(find(text, phrase)) == (bool(wanted) and holds(tokens(text), wanted))


@settings(deadline=None)
@given(texts, st.data())
def test_what_is_cut_at_token_borders_is_found(text: str, data: st.DataObject) -> None:
    words = tokens(text)
    if not words:
        return
    start = data.draw(st.integers(0, len(words) - 1))
    phrase = " ".join(words[start : start + data.draw(st.integers(1, 6))])
    assert find(text, phrase) or not tokens(phrase)


@settings(deadline=None)
@given(texts, texts)
def test_spans_hold_the_phrase(text: str, phrase: str) -> None:
    at = 0
    for start, end in find(text, phrase):
        assert at <= start < end <= len(text)
        assert tokens(phrase)[0][0] in fold(text[start:end])
        at = end


@settings(deadline=None)
@given(st.text("招商一龥，。 、“”…—·\n\u3000aZ09.%-_()[]\\^~", max_size=60) | texts)
def test_the_fast_way_and_the_general_way_are_one(text: str) -> None:
    assert fold(text) == fold_any(text)


def test_every_common_character_folds_alike_both_ways() -> None:
    for code in (
        *range(0x20, 0x2100),
        *range(0x3000, 0x3400),
        *range(0x4E00, 0xA000),
        *range(0xFE00, 0x10000),
    ):
        assert fold(chr(code)) == fold_any(chr(code))


@settings(deadline=None)
@given(texts)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("unit", ["一", " ", "。", "。 ", "a", "1.", "(", "一 ", "\u200b", "㈠"])
@pytest.mark.parametrize("phrase", ["一一", "一。一", "a a", "一 a", "1.1.1"])
def test_a_million_characters_are_searched_in_linear_time(unit: str, phrase: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.perf_counter()
    find(text, phrase)
    assert time.perf_counter() - started < 5

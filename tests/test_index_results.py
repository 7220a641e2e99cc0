"""What a hit shows."""

from __future__ import annotations

import html
import json
import re

import pytest
from contract.entries import BY_ID, ENTRIES, entry, speech_id
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.index.fold import find, tokens
from flows.index.query import Phrase, parse
from flows.index.results import LONGEST, MOST_SNIPPETS, Snippet, as_json, reason, reasons, result, snippets
from flows.records import Entry, Tag

HARVEST = BY_ID[speech_id("harvest")]
FILL = "这一段话只是为了把两处隔开而写的，没有别的意思。" * 10


def shown(one: Entry, query: str) -> list[str]:
    return [snippet.html for snippet in snippets(one, parse(query, simplify=str))]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        (
            "会议开始。要抓好招商引资工作。会议结束。",
            "招商引资",
            ["会议开始。要抓好<em>招商引资</em>工作。会议结束。"],
        ),
        ("抓招商 引资，再抓招商引资", "招商引资", ["抓<em>招商 引资</em>，再抓<em>招商引资</em>"]),
        ("<b>招商</b> & 引资", "招商 引资", ["&lt;b&gt;<em>招商</em>&lt;/b&gt; &amp; <em>引资</em>"]),
        ("一、招商引资", "招商引资 商引", ["一、<em>招商引资</em>"]),
        ("标题行\n　　招商是大事", "招商", ["标题行   <em>招商</em>是大事"]),
        ("招商" + FILL + "引资", "招商 引资", None),
        ("没有这些词。", "level:county", ["没有这些词。"]),
        ("没有这些词。", "-招商", ["没有这些词。"]),
        ("", "*", []),
        ("GDP增长", "gdp", ["<em>GDP</em>增长"]),
    ],
)
def test_snippets(text: str, query: str, expected: list[str] | None) -> None:
    found = shown(entry("x", text=text), query)
    if expected is None:
        assert len(found) == 2
        assert found[0].startswith("<em>招商</em>这一段话")
        assert found[1].endswith("<em>引资</em>")
    else:
        assert found == expected


def test_a_snippet_begins_and_ends_with_sentences_where_they_are_near() -> None:
    text = FILL + "说到招商，我讲三点。" + FILL
    assert shown(entry("x", text=text), "招商") == [FILL[:24] + "说到<em>招商</em>，我讲三点。" + FILL[:24]]


def test_the_context_of_a_long_sentence_is_cut_with_an_ellipsis() -> None:
    text = "很长的句子" * 40 + "招商" + "没有标点" * 40
    (only,) = snippets(entry("x", text=text), Phrase("招商"))
    assert only.text.startswith("…")
    assert only.text.endswith("…")
    assert [only.text[a:b] for a, b in only.spans] == ["招商"]
    assert len(only.text) < 100


def test_the_snippets_with_most_of_the_words_are_chosen_and_stand_in_order() -> None:
    text = FILL.join(["招商一", "招商二", "招商三", "招商四与引资", "招商五"])
    found = shown(entry("x", text=text), "招商 引资")
    assert len(found) == MOST_SNIPPETS
    assert "<em>引资</em>" in found[2]
    assert "一" in found[0]


def test_where_only_the_title_holds_the_words_it_is_shown() -> None:
    one = entry("x", "招商会议", "正文没有。")
    assert shown(one, "招商") == ["<em>招商</em>会议"]
    assert shown(one, "text:招商") == ["正文没有。"]
    assert shown(one, "title:招商 正文") == ["<em>正文</em>没有。"]


texts = st.text("招商引资，。 \n　a1", max_size=400)
words = st.text("招商引资a", min_size=1, max_size=3).filter(lambda text: bool(tokens(text)))


@settings(deadline=None)
@given(texts, st.lists(words, min_size=1, max_size=3))
def test_every_mark_is_a_place_of_the_text(text: str, asked: list[str]) -> None:
    query = parse(" OR ".join(asked), simplify=str)
    held = {text[a:b] for word in asked for a, b in find(text, word)}
    found = snippets(entry("x", text=text), query)
    assert len(found) <= MOST_SNIPPETS
    assert bool(held) == any(snippet.spans for snippet in found)
    for snippet in found:
        assert "\n" not in snippet.text
        assert len(snippet.text) <= 2 * LONGEST + 2
        assert re.sub(r"\s", "", snippet.text.strip("…")) in re.sub(r"\s", "", text)
        for start, end in snippet.spans:
            assert any(find(snippet.text[start:end], word) for word in asked)


@settings(deadline=None)
@given(st.text("<>&\"'em招商/", max_size=30))
def test_html_is_the_text_escaped(text: str) -> None:
    spans = tuple(find(text, "招商"))
    marked = Snippet(text, spans, "text").html
    assert html.unescape(re.sub("</?em>", "", marked)) == text
    assert marked.count("<em>") == len(spans)


def test_a_million_places_and_spaces_are_bounded() -> None:
    assert shown(entry("x", text="招商" * 500_000), "招商")
    (only,) = snippets(entry("x", text="招" + " " * 500_000 + "商"), Phrase("招商"))
    assert len(only.text) <= 2 * LONGEST + 2


def test_conditions_are_shown_with_the_sentence_they_rest_on() -> None:
    found = reasons(HARVEST, parse("级别:县 日期:2007 招商引资 -地区:北京", simplify=str))
    assert [(one.fact, one.value, one.precision) for one in found] == [
        ("level", "county", None),
        ("speech_date", "2007-10-09", "day"),
    ]
    assert found[0].evidence[0].sentence == "全县引进域外资金68.8亿元，增长8.5%。"
    assert found[1].evidence[0].sentence == "今天是国庆节后的第一次会议。"
    assert reasons(HARVEST, parse("招商引资", simplify=str)) == []


def test_a_reason_says_place_range_and_why_unknown() -> None:
    by_name = {one.sources[0].file.removesuffix(".html"): one for one in ENTRIES}
    assert reason(HARVEST, "region").value == "辽宁省 铁岭市 昌图县 八面城镇"
    assert reason(by_name["range"], "speech_date").value == "2001-01-01..2003-12-31"
    assert reason(by_name["after"], "speech_date").value == "2021-01-01.."
    hidden = entry("x", region_tag=Tag(unknown="anonymised"))
    assert (reason(hidden, "region").value, reason(hidden, "region").unknown) == (None, "anonymised")
    assert reason(hidden, "speech_date").value is None


def test_json_has_the_keys_of_the_contract() -> None:
    query = parse("招商引资 级别:县", simplify=str)
    made = as_json(result(HARVEST, query, 1.23456))
    assert list(made) == [
        *("id", "title", "score", "level", "region", "speech_date", "snippets"),
        *("cluster", "variants", "sources", "reasons"),
    ]
    assert made["score"] == 1.2346
    assert made["snippets"] == [
        "同志们：今天是国庆节后的第一次会议。 一、关于<em>招商 引资</em> "
        "全县引进域外资金68.8亿元，增长8.5%。项目为王、环境是金。 谢谢大家！"
    ]
    assert made["reasons"][0]["sentences"] == ["全县引进域外资金68.8亿元，增长8.5%。"]
    assert json.loads(json.dumps(made, ensure_ascii=False)) == made

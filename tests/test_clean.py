"""Clean: the cases, and the laws that hold for every page."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.clean import clean
from flows.clean.draft import Draft
from flows.clean.notice import notice, notices
from flows.clean.rules import Rules, furniture, match, rows
from flows.records import Page, Reject, Source

CASES = Path(__file__).parent / "cases" / "clean"


def load(name: str) -> list[dict[str, Any]]:
    return list(json.loads((CASES / name).read_text("utf-8")))


def page(text: str, **fields: Any) -> Page:
    return Page(id="0" * 16, source=Source(file="a.txt"), media="text/plain", text=text, **fields)


def cleaned(text: str, **fields: Any) -> Page:
    result = clean(page(text, **fields))
    assert isinstance(result, Page), result
    return result


def rules_of(result: Page) -> list[str]:
    return sorted({edit.rule for edit in result.edits})


PAGES = load("real-shaped.json") + load("real-shaped-pages.json")


def check_case(case: dict[str, Any]) -> None:
    result = cleaned(**case["input"])
    got = {key: rules_of(result) if key == "rules" else getattr(result, key) for key in case["expected"]}
    assert got == case["expected"], case["why"]


@pytest.mark.parametrize("case", PAGES + load("negative.json"), ids=lambda case: case["label"])
def test_case(case: dict[str, Any]) -> None:
    check_case(case)


@pytest.mark.xfail(strict=True, reason="a site's name or slogan of which nothing tells that it is one")
@pytest.mark.parametrize("case", load("known-failures-pages.json"), ids=lambda case: case["label"])
def test_known_failure_of_a_page(case: dict[str, Any]) -> None:
    check_case(case)


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case["label"])
def test_a_cleaned_page_stays_as_it_is(case: dict[str, Any]) -> None:
    once = cleaned(**case["input"])
    twice = cleaned(once.text, title=once.title)
    assert (twice.text, twice.edits) == (once.text, ())


@pytest.mark.parametrize("case", load("negative-lines.json"), ids=lambda case: case["label"])
def test_what_is_said_or_listed_stays_wherever_it_stands(case: dict[str, Any]) -> None:
    line = case["input"]["line"]
    for at in (1, 4, len(SPEECH) - 1, len(SPEECH)):
        lines = [*SPEECH[:at], line, *SPEECH[at:]]
        for over, under in (
            ((), ()),
            (("来源：某某网", "字号：大 中 小"), ("【打印】【关闭】", "上一篇：没有了")),
        ):
            result = cleaned("\n".join([TITLE, *over, *lines, *under]))
            assert result.text.split("\n") == lines, case["why"]
            assert result.truncated is None


@pytest.mark.parametrize("case", load("rules.json"), ids=lambda case: case["label"])
def test_rule(case: dict[str, Any]) -> None:
    """Each row of the rule file does what it is for: its own name is among the edits."""
    result = cleaned(**case["input"])
    assert {key: getattr(result, key) for key in case["expected"]} == case["expected"], case["why"]
    assert case["label"] in rules_of(result)


def test_every_kind_of_notice_has_a_wording_that_needs_it() -> None:
    lines = [line for case in load("wordings.json") for line in case["input"]["lines"]]
    found = {kind.name for line in lines if (kind := notice(line))}
    assert found == {kind.name for kind in notices()}


BY_SHAPE = {"interface", "stamp", "latin-line", "among-furniture", "running-head"}
"""Rules that are told by the form of a line, not by a row of the rule file."""


def test_every_rule_has_a_case_that_needs_it_and_one_it_must_leave_alone() -> None:
    names = {rule.name for rule in furniture()} | BY_SHAPE
    assert {case["label"] for case in load("rules.json")} == names
    assert names <= {case["label"] for case in load("negative.json")}


def test_no_word_of_the_screen_is_listed_twice() -> None:
    words = [row["word"] for row in rows("clean/interface-words.tsv")]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("rule", furniture(), ids=lambda rule: rule.name)
def test_no_pattern_blows_up(rule: Any) -> None:
    """A line of the greatest length, of what patterns repeat, that fails at its end."""
    pieces = (
        "1",
        "大",
        "上",
        " ",
        ".",
        "-",
        "#a ",
        "文档",
        "评论",
        "首页>",
        "公文/",
        "讲话|",
        "推荐",
        "(",
        "。x",
    )
    began = time.process_time()
    for piece in pieces:
        match(piece * (599 // len(piece)) + "某", Rules((rule,), rule.pattern))
    assert time.process_time() - began < 0.5


TITLE = "某县长在动员会议上的讲话"
SPEECH = (
    "同志们：",
    "今天我们召开动员会议，部署明年的重点工作，主要讲三点意见。",
    "一、统一思想，提高认识",
    "过去一年，全县上下齐心协力，项目建设取得了明显成效，干部作风有了新的转变。",
    "希望大家把会议精神带回去，把各项任务落到实处，一级抓一级，层层抓落实。",
    "谢谢大家！",
)


def placed(wording: str, where: str) -> list[tuple[list[str], list[str]]]:
    """The lines above and below a wording: under the title, at the end, or amid the speech, whose address and
    thanks may be missing."""
    whole = [TITLE, *SPEECH]
    pairs = {
        "above": [([TITLE], list(SPEECH)), ([TITLE], list(SPEECH[1:]))],
        "below": [(whole, []), (whole[:-1], [])],
        "inside": [(whole[:5], whole[5:])],
    }
    return pairs["above"] + pairs["below"] if where == "both" else pairs[where]


def wordings(name: str) -> list[Any]:
    return [
        pytest.param(wording, case, id=f"{case['label']}: {wording[:24]}")
        for case in load(name)
        for wording in case["input"]["lines"]
    ]


def check_wording(wording: str, case: dict[str, Any]) -> None:
    kept = case["expected"] == "kept"
    for above, below in placed(wording, case["input"]["where"]):
        wanted = [*above, wording, *below] if kept else [*above, *below]
        got = cleaned("\n".join([*above, wording, *below]))
        assert got.text.split("\n") == wanted[1:], case["why"]
        assert got.title == TITLE


@pytest.mark.parametrize(("wording", "case"), wordings("wordings.json"))
def test_wording(wording: str, case: dict[str, Any]) -> None:
    """A family of notices goes in every wording, and a speaker who uses its words keeps his sentences."""
    check_wording(wording, case)


@pytest.mark.xfail(strict=True, reason="a word of speakers among the site's")
@pytest.mark.parametrize(("wording", "case"), wordings("known-failures.json"))
def test_known_failure(wording: str, case: dict[str, Any]) -> None:
    check_wording(wording, case)


@pytest.mark.parametrize(
    ("ending", "truncated"),
    [
        ("各乡镇要把任务落到实", "下载全文请先登录或注册会员"),
        ("各乡镇要把任务落到实处。", "下载全文请先登录或注册会员"),
        ("我就讲这些，谢谢大家！", None),
        ("某县人民政府", None),
    ],
)
def test_an_offer_of_the_whole_says_something_of_a_text_that_does_not_close(
    ending: str, truncated: str | None
) -> None:
    result = cleaned("\n".join([*SPEECH[:-1], ending, "下载全文请先登录或注册会员"]))
    assert result.text.endswith(ending)
    assert result.truncated == truncated


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("谢谢大家！（本文来源于网络，如有侵权请联系删除）", "谢谢大家！"),
        ("我就讲这些，谢谢！更多精彩内容请关注公众号", "我就讲这些，谢谢！"),
        ("大家要抓好落实。（责任编辑：张三）", "大家要抓好落实。"),
        ("大家要关注公众号。大家要抓好落实。", "大家要关注公众号。大家要抓好落实。"),
    ],
)
def test_a_notice_behind_the_last_sentence_goes_alone(line: str, kept: str) -> None:
    assert cleaned("\n".join([*SPEECH[:-1], line])).text.endswith("\n" + kept)


def test_a_notice_before_the_first_sentence_goes_alone() -> None:
    speech = "同志们：今天开会，讲三点意见。谢谢大家！"
    notes = "会议强调，要抓好落实！以下是小编整理的县长讲话，欢迎阅读参考。"
    assert cleaned(notes + speech).text == speech


@pytest.mark.parametrize(
    ("text", "number", "count"),
    [
        ("第2页 共3页\n同志们：\n我们开会。", 2, 3),
        ("同志们：\n第1页 共3页\n我们开会。\n第2页 共3页\n第3页 共3页", None, None),
        ("1/5同志们：\n我们开会，\n2/5讲三点，\n3/5大家要记", None, None),
    ],
)
def test_page_counters_of_one_text_are_no_pages(text: str, number: int | None, count: int | None) -> None:
    result = cleaned(text)
    assert (result.number, result.count) == (number, count)
    assert "页" not in result.text and "/" not in result.text


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), (" \n\u3000\n", "empty"), ("下载本文档\n继续免费阅读\n", "no-body")]
)
def test_a_page_without_a_body_is_rejected(text: str, reason: str) -> None:
    result = clean(page(text))
    assert isinstance(result, Reject)
    assert result.reason == reason


def test_what_an_earlier_stage_found_stands() -> None:
    known: dict[str, Any] = {
        "title": "原有标题讲话", "published": "2001-01-01", "url": "http://a.example.cn/1.html",
        "site": "a.example.cn", "number": 7, "count": 9, "head": "来源：某报",
    }  # fmt: skip
    text = (
        "标题：别的讲话\n时间：2020-02-02\n链接地址：http://b.example.cn\n第1页/共3页\n同志们：\n我们开会。"
    )
    result = cleaned(text, **known)
    assert {key: getattr(result, key) for key in known} == known | {
        "head": "来源：某报\n标题：别的讲话\n时间：2020-02-02\n链接地址：http://b.example.cn"
    }


BODY = (
    "同志们：",
    "今天我们召开全县项目建设动员大会，主要任务是总结工作、分析形势、部署任务。",
    "一、提高认识，增强紧迫感",
    "要管好用好微信，保护版权，我们2/3的村已经通了网络，为什么不能再快一点？",
    "（一）抓招商。各乡镇、各部门要走出去、请进来，**区的做法值得学习，XX镇要带好头。",
    "谢谢大家！",
)
ABOVE = (
    "某县长在动员大会上的讲话",
    "下载本文档",
    "时间：2022-05-23 06:11:00",
    "已阅读3页，还剩4页未读",
    "正文：",
    "【字体：",
    "来源：某某网",
    "公文 > 讲话 > 动员",
    "发表于 2008-6-30 21:17 | 只看该作者",
    "微信号 moxian",
)
BELOW = (
    "下载本文档",
    "温馨提示",
    "分享到：",
    "上一篇：",
    "相关文章",
    "评论",
    "0/150",
    "如若转载，请注明出处：https://www.example.com/1.html",
    "............试读结束............",
    "转藏 分享 献花(0)",
    "写留言",
    "您是第 120 位访客",
    "← 上一条新闻",
)
bodies = st.lists(st.sampled_from(BODY[1:]), min_size=1, max_size=8, unique=True).map(lambda x: [BODY[0], *x])
above = st.lists(st.sampled_from(ABOVE), max_size=6)
below = st.lists(st.sampled_from(BELOW), max_size=6)
NOISE = st.text(alphabet="一二、（)(?&;*#<>[]/1234 \\rn\n\t：。，讲话同志们页第共下载_—", max_size=300)


@given(bodies)
def test_a_text_without_furniture_stays_as_it_is(lines: list[str]) -> None:
    result = cleaned("\n".join(lines))
    assert result.text.split("\n") == lines
    assert result.edits == ()


@given(above, bodies, below)
def test_site_lines_never_stay_and_the_writers_lines_never_go(
    over: list[str], lines: list[str], under: list[str]
) -> None:
    assert cleaned("\n".join([*over, *lines, *under])).text.split("\n") == lines


@given(above, bodies, below)
def test_cleaning_twice_is_cleaning_once(over: list[str], lines: list[str], under: list[str]) -> None:
    once = cleaned("\n".join([*over, *lines, *under]))
    twice = cleaned(once.text, title=once.title)
    assert (twice.text, twice.edits) == (once.text, ())


@given(NOISE)
def test_no_text_raises_and_a_page_kept_has_text(text: str) -> None:
    result = clean(page(text))
    assert isinstance(result, Reject) or result.text.strip()


@given(st.text(alphabet="abcd\n", max_size=60), st.data())
def test_edits_of_one_rule_replay(text: str, data: st.DataObject) -> None:
    draft = Draft(text)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    draft.replace("r", [(a, b, "X") for a, b in zip(cuts[::2], cuts[1::2], strict=False)])
    assert all(text[e.start : e.start + len(e.before)] == e.before for e in draft.edits)
    replayed = text
    for edit in reversed(draft.edits):
        replayed = replayed[: edit.start] + edit.after + replayed[edit.start + len(edit.before) :]
    assert replayed == draft.text


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        "?",
        "一、",
        "1/7",
        "\\r\\n",
        "**",
        "下面是整理参考",
        "导语:网友上传\n",
        "&lt;",
        "1、…\n",
        "<!--",
        "<script>",
        "[url=",
        "1/2\n",
        "首页>",
        "打印评论人次数",
        "本文由网友上传。",
        "讲话由",
        "#a ",
        "第1页共2页",
        "大中小",
        "某县水利局\n- 1 -\n",
        "更多评论\n",
        "2012-1-1 ",
        "编号：",
        "公文/",
        "← ",
        "亲，",
        "同志们我们开会，讲三点意见。\n",
    ],
)
def test_a_million_of_anything_takes_linear_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    began = time.process_time()
    clean(page("同志们：" + text))
    clean(page(text))
    assert time.process_time() - began < 10


def test_line_ends_written_out_as_text_are_line_ends() -> None:
    written = "在全县大会上的讲话\\n同志们：\\n鹤川的路要一条一条修，今年先修到山下。"
    assert cleaned(written).text == "同志们：\n鹤川的路要一条一条修，今年先修到山下。"

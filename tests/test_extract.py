"""Extraction: the body and the fields of pages as sites write them, and of pages made to hurt."""

from __future__ import annotations

import importlib.util
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import REASONS
from flows.extract import extract
from flows.read import page as page_of
from flows.records import Page, Reject, Source

CASES = Path(__file__).parent / "cases" / "extract"
SHARED = Path(__file__).resolve().parents[1].parent / "shared"
PROSE = "今天我们召开全市大会，部署明年的各项工作，请大家认真抓好落实。"


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['label']}")
        for file in sorted(CASES.glob("*.json"))
        for case in json.loads(file.read_text("utf-8"))
    ]


def html(markup: str, **fields: Any) -> Page:
    return Page(id="0" * 16, source=Source(file="a.html"), media="text/html", text=markup, **fields)


def plain(text: str) -> Page:
    return Page(id="0" * 16, source=Source(file="a.txt"), media="text/plain", text=text)


def body(markup: str) -> str:
    found = extract(html(markup))
    assert isinstance(found, Page), found
    return found.text


@pytest.mark.parametrize("case", cases())
def test_cases(case: dict[str, Any]) -> None:
    given = dict(case["input"])
    found = extract(html(given.pop("html"), **given))
    assert isinstance(found, Page), found
    got = {name: getattr(found, name) for name in case["expected"]}
    assert json.loads(json.dumps(got)) == case["expected"], case["why"]


# --- plain text


def test_plain_text_is_only_tidied() -> None:
    found = extract(plain("\r\n　　同志们：\r今天\\r\\n开会。 \n\n\t第1页/共3页\xa0"))
    assert isinstance(found, Page)
    assert found.text == "同志们：\n今天\n开会。\n\n第1页/共3页"
    assert (found.title, found.number) == (None, None)


@given(
    st.lists(st.text(st.sampled_from("同志们，今天开会。a1 （）第页"), min_size=1).map(str.strip), max_size=9)
)
def test_tidy_text_stays_as_it_is(lines: list[str]) -> None:
    text = "\n".join(line.strip() for line in lines).strip("\n")
    found = extract(plain(text))
    assert found.text == text if isinstance(found, Page) else not text


@given(st.text(max_size=200))
def test_tidying_twice_changes_nothing(text: str) -> None:
    once = extract(plain(text))
    if isinstance(once, Page):
        again = extract(once)
        assert isinstance(again, Page)
        assert again.text == once.text


def test_fields_of_the_dump_stay() -> None:
    given = html(
        f"<title>别的题目</title><p>发布时间：2020-01-01 08:00</p><p>{PROSE}</p><p>{PROSE}</p>",
        title="在大会上的讲话",
        published="2022-01-25",
        url="https://a.example/1",
    )
    found = extract(given)
    assert isinstance(found, Page)
    assert (found.title, found.published, found.url) == (given.title, given.published, given.url)
    assert (found.id, found.raw, found.gaps) == (given.id, given.raw, given.gaps)


def test_the_number_is_also_in_the_source() -> None:
    found = extract(html(f"<p>{PROSE}<p>{PROSE}<p>第3页 共7页"))
    assert isinstance(found, Page)
    assert (found.number, found.count, found.source.page) == (3, 7, 3)


# --- pages without a body, and pages made to hurt


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("<html><body></body></html>", "no-body"),
        ("<html><title>首页</title><a href=1>新闻</a><br><a href=2>公告</a>", "no-body"),
        ("<p style='display:none'>" + PROSE, "no-body"),
        ("<script>" + PROSE, "no-body"),
        ("<b>" * 400_001, "too-large"),
    ],
)
def test_what_has_no_body(markup: str, reason: str) -> None:
    found = extract(html(markup))
    assert isinstance(found, Reject)
    assert (found.reason, found.stage) == (reason, "extract")


@pytest.mark.parametrize("opening", ["<div>", "<b>", "<table><tr><td>", "<ul><li>", "<a href=1>", "<ruby>"])
def test_any_depth_is_read(opening: str) -> None:
    found = extract(html(opening * (10_000 // opening.count("<")) + f"<p>{PROSE}</p>"))
    assert isinstance(found, Reject) or PROSE in found.text


def test_a_body_nested_100_000_deep_is_found() -> None:
    assert body("<div>" * 100_000 + PROSE + "</div>" * 100_000) == PROSE


def seconds(markup: str) -> float:
    started = time.process_time()
    extract(html(markup))
    return time.process_time() - started


def grows_no_faster(make: Callable[[int], str], few: int) -> None:
    """Four times the page takes about four times as long: far from sixteen."""
    small, large = (min(seconds(make(count)) for _ in range(2)) for count in (few, 4 * few))
    assert large < 10 * max(small, 0.03)


@pytest.mark.parametrize(
    "unit",
    [
        "<", "(", "?", "一、", "1/", "[1]", " ", "\n", "\t", "&#x4e2d;", "&", "第1页", "2007-", "style='",
        "（记者 ", "来源：",
    ],
)  # fmt: skip
def test_time_grows_with_text_and_no_faster(unit: str) -> None:
    grows_no_faster(lambda count: f"<html><body><p>{PROSE}</p><p>{unit * count}</p>", 30_000)


@pytest.mark.parametrize(
    "unit",
    [
        "<p>好", "<br>", "<font>", "<!--", "<td>1", "<a href=x>首页</a>", "<a href=x>下一", "<title>_",
        "<meta name=a content=b>", "<p>来源：", "<p>时间：2007-01-01 08:00 作者：某",
        "<div style='display:none'>",
        "<span style='display:none'>x</span>一", "<font color=white>x</font>一", "<ruby>字<rt>zi</rt></ruby>",
        "<table><tr><td>1<td>2<tr><td>3<td>4</table>", "<script>var ct = 1</script>", "<noscript><p>好",
        "<style>.a{display:none}</style>", "<iframe srcdoc='&lt;p&gt;好'></iframe>", "<p>网友评论",
    ],
)  # fmt: skip
def test_time_grows_with_tags_and_no_faster(unit: str) -> None:
    grows_no_faster(lambda count: f"<html><body><p>{PROSE}</p><p>{unit * count}</p>", 500)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda n: "<div>" * n + "</div>x" * n, id="text behind each element"),
        pytest.param(lambda n: "<div>" * n + "</b>" * n, id="end tags of nothing"),
        pytest.param(lambda n: "<div>" * 1_900 + "</b>x" * n, id="end tags of nothing, less deep"),
        pytest.param(lambda n: "<p " + " ".join(f"a{i}=1" for i in range(n)) + ">" + PROSE, id="attributes"),
        pytest.param(lambda n: "<style>" + "/*{" * n + "</style>" + PROSE, id="style sheet"),
        pytest.param(lambda n: f"<script>{'createPageHTML(1,' * n}</script>{PROSE}", id="pager"),
        pytest.param(lambda n: f"<script type='a/json'>{'[' * n}</script>", id="brackets of data"),
        pytest.param(lambda n: "<table><tr>" + "<td>1" * n + "<tr><td>2", id="cells of a row"),
    ],
)
def test_time_grows_with_what_hurts_parsers_and_no_faster(make: Callable[[int], str]) -> None:
    grows_no_faster(make, 3_000)


def test_a_page_costs_little_more_than_its_parsing() -> None:
    """At most twice BeautifulSoup alone, in one run; 1.2 times where nothing else runs on the machine."""
    row = f"<tr><td class=a><a href='/x'>新闻</a></td><td><span style='color:red'>{PROSE}</span></td></tr>"
    markup = f"<html><body><div><table>{row * 300}</table><p>{PROSE}</p></div></body></html>"

    def parse() -> float:
        started = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            BeautifulSoup(markup, "lxml")
        return time.process_time() - started

    alone = min(parse() for _ in range(7))
    assert min(seconds(markup) for _ in range(7)) < 2 * alone


def test_huge_lines_and_attributes() -> None:
    assert body(f"<p class='{'a' * 20_000_000}'>{PROSE}</p>") == PROSE
    line = PROSE * 300_000
    assert body(f"<p>{line}</p>") == line


tags = st.sampled_from(
    [
        "p",
        "div",
        "td",
        "table",
        "tr",
        "a href=/x",
        "b",
        "h1",
        "ul",
        "li",
        "br",
        "/p",
        "/div",
        "/table",
        "/a",
        "!--",
    ]
)
pieces = st.one_of(
    tags.map(lambda t: f"<{t}>"), st.sampled_from([PROSE, "第1页/共3页", "2022-01-25 04:34", "\n"])
)


@given(st.lists(st.one_of(pieces, st.text(max_size=9)), max_size=40))
def test_any_markup_gives_a_page_or_a_reason(parts: list[str]) -> None:
    found = extract(html("".join(parts)))
    assert isinstance(found, Page) or found.reason in REASONS
    if isinstance(found, Page):
        assert found.text
        assert found.published is None or found.published.startswith("2022-01-25")


inline = st.sampled_from(["b", "span class=x", "font face=宋体", "i", "em", "strong", "u", "o:p", "a name=1"])


@given(st.lists(st.tuples(st.integers(0, len(PROSE)), st.integers(0, len(PROSE)), inline), max_size=9))
def test_inline_tags_change_no_text(spans: list[tuple[int, int, str]]) -> None:
    """Also where they overlap: a start and an end are only put in, in any order."""
    marks = [(min(a, b), f"<{tag}>") for a, b, tag in spans]
    marks += [(max(a, b), f"</{tag.split()[0]}>") for a, b, tag in spans]
    line = PROSE
    for at, mark in sorted(marks, reverse=True):
        line = line[:at] + mark + line[at:]
    assert body(f"<div><p>{line}</p><p>{PROSE}</p></div>") == f"{PROSE}\n{PROSE}"


HIDDEN = (
    "style='display:none'", "style='FONT-SIZE: 0px'", "hidden", "class=gone", "style='visibility : hidden;'",
    "style='position:absolute;left:-9999px'", "style='color:#fff;background:#fff'", "id=away",
)  # fmt: skip


@given(
    st.integers(0, len(PROSE)),
    st.sampled_from(HIDDEN),
    st.sampled_from(["span", "b", "div", "p", "font"]),
    st.text("本文来自某文库，请勿转载。abc1 ", max_size=60),
)
def test_a_hidden_element_changes_no_text(at: int, how: str, name: str, words: str) -> None:
    """Between words where it stands in a line, between lines where the parser ends the line for it."""
    mark = f"<{name} {how}>{words}</{name}>"
    sheet = "<style>.gone, #away { display: none }</style>"
    if name in ("div", "p"):
        markup = f"<div><p>{PROSE}</p>{mark}<p>{PROSE}</p></div>"
    else:
        markup = f"<div><p>{PROSE[:at]}{mark}{PROSE[at:]}</p><p>{PROSE}</p></div>"
    assert body(sheet + markup) == f"{PROSE}\n{PROSE}"


@given(st.permutations(["style='display:none'", "class='a b'", "id=c", "title='>'", "align=left"]))
def test_the_order_of_attributes_does_not_matter(attributes: list[str]) -> None:
    mark = f"<span {' '.join(attributes)}>某站</span>"
    assert body(f"<p>{PROSE[:9]}{mark}{PROSE[9:]}</p><p>{PROSE}</p>") == f"{PROSE}\n{PROSE}"


@given(st.binary(max_size=300))
def test_any_bytes_behind_a_tag_raise_nothing(raw: bytes) -> None:
    page = page_of(b"<html><body><p>" + PROSE.encode() + b"<p " + raw, Source(file="a.html"))
    found = extract(page) if isinstance(page, Page) else page
    assert isinstance(found, Page) or found.reason in REASONS


# --- accuracy on real pages

F1_FLOOR = 0.98
WORST_FLOOR = 0.85
PUBLISHED_FLOOR = 0.89


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no real pages: {SHARED} is not there")
def test_accuracy_on_real_pages(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("check", SHARED / "checks" / "check.py")
    assert spec
    assert spec.loader
    check = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check)
    check.make("html", SHARED / "corpora", tmp_path / "html")
    export = []
    for file in sorted((tmp_path / "html").iterdir()):
        page = page_of(file.read_bytes(), Source(file=file.name))
        found = extract(page) if isinstance(page, Page) else page
        if isinstance(found, Page):
            export.append(
                {"text": found.text, "published": found.published, "sources": [{"file": file.name}]}
            )
    (tmp_path / "export.jsonl").write_text("\n".join(map(json.dumps, export)), "utf-8")
    scores, _ = check.score("html", tmp_path / "html.labels.json", tmp_path / "export.jsonl")
    assert scores["f1"] >= F1_FLOOR
    assert scores["worst"] >= WORST_FLOOR
    assert scores["published"] >= PUBLISHED_FLOOR


def test_raised_figures_are_no_digits_and_withdrawn_ones_are_not_text() -> None:
    found = extract(
        html(f"<p>{PROSE}</p><p>面积10<sup>4</sup>平方米，排放CO<sub>2</sub>，产量<del>10</del>12万吨。</p>")
    )
    assert isinstance(found, Page)
    assert "面积10⁴平方米，排放CO₂，产量12万吨。" in found.text

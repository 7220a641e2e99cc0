"""Extraction: the body and the fields of pages as sites write them, and of pages made to hurt."""

from __future__ import annotations

import importlib.util
import json
import time
from pathlib import Path
from typing import Any

import pytest
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
    assert {name: getattr(found, name) for name in case["expected"]} == case["expected"], case["why"]


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
    found = extract(html(opening * (20_000 // opening.count("<")) + f"<p>{PROSE}</p>"))
    assert isinstance(found, Reject) or PROSE in found.text


def test_a_body_nested_100_000_deep_is_found() -> None:
    assert body("<div>" * 100_000 + PROSE + "</div>" * 100_000) == PROSE


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "(",
        "?",
        "一、",
        "1/",
        "[1]",
        " ",
        "\n",
        "\t",
        "&#x4e2d;",
        "&",
        "<p>好",
        "<br>",
        "<font>",
        "<!--",
        "<td>1",
        "第1页",
        "2007-",
        "style='",
        "<a href=x>首页</a>",
        "<a href=x>下一",
        "<meta name=a content=b>",
        "<title>_",
    ],
)
def test_time_grows_with_size_and_no_faster(unit: str) -> None:
    """Four times the page takes about four times as long: far from sixteen."""

    def seconds(count: int) -> float:
        markup = f"<html><body><p>{PROSE}</p><p>{unit * count}</p>"
        started = time.process_time()
        extract(html(markup))
        return time.process_time() - started

    few = 2_000 if "<" in unit and unit != "<" else 50_000
    small, large = (min(seconds(count) for _ in range(3)) for count in (few, 4 * few))
    assert large < 10 * max(small, 0.03)


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


# --- accuracy on real pages

F1_FLOOR = 0.97
WORST_FLOOR = 0.8
PUBLISHED_FLOOR = 0.8


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

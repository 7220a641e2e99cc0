"""Typography: full-width marks where Chinese stands, paragraphs as they were; figures stay."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.clean import clean
from flows.clean.draft import Draft
from flows.clean.typography import part_indented, punctuate, punctuated, set_paragraphs
from flows.records import Page, Source

CASES = Path(__file__).parent / "cases" / "clean"
SHARED = Path(__file__).resolve().parents[1].parent / "shared"


def cases(name: str) -> list[Any]:
    rows = json.loads((CASES / f"{name}.json").read_text("utf-8"))
    return [pytest.param(case, id=case["label"]) for case in rows]


def typeset(text: str) -> Draft:
    draft = Draft(text)
    part_indented(draft)
    set_paragraphs(draft)
    punctuate(draft)
    return draft


@pytest.mark.parametrize("case", cases("typography"))
def test_case(case: dict[str, str]) -> None:
    assert typeset(case["input"]).text == case["expected"], case["why"]


@pytest.mark.parametrize("case", cases("typography-negative"))
def test_what_stays(case: dict[str, str]) -> None:
    draft = typeset(case["input"])
    assert (draft.text, draft.edits) == (case["input"], []), case["why"]


def sentence(number: int) -> str:
    return f"第{number}项工作要抓好，各乡镇要拿出更多精力抓落实，确保按时完成。" * 12


def test_a_run_on_text_is_parted_at_its_headings() -> None:
    paragraphs = ["各位代表：" + sentence(1)]
    paragraphs += [
        marker + sentence(n)
        for n, marker in enumerate(
            [
                "一、抓工业。",
                "（一）抓项目。",
                "（二）抓投资。",
                "二、抓农业。",
                "（一）抓粮食。",
                "（二）抓水利。",
            ]
        )
    ]
    assert typeset("".join(paragraphs)).lines == paragraphs


def test_a_run_on_text_is_not_parted_at_a_lone_number() -> None:
    text = sentence(1) * 4 + "一、二级公路要修好。" + sentence(2)
    assert typeset(text).text == text


def test_clean_keeps_an_edit_of_each_mark_and_none_of_white_space() -> None:
    text = "某县长在大会(扩大)上的讲话\n同志们:\n今天开会,讲三点。　　第一点,抓项目。"
    page = clean(Page(id="a", source=Source(file="a.txt"), media="text/plain", text=text))
    assert isinstance(page, Page)
    assert page.title == "某县长在大会（扩大）上的讲话"
    assert page.text == "同志们：\n今天开会，讲三点。\n第一点，抓项目。"
    assert [(e.before, e.after) for e in page.edits if e.rule == "punctuation"] == [
        (":", "："),
        (",", "，"),
        (",", "，"),
    ]


MARKS = "，,:;?!()（）%。…“”"
WORDS = ["各位代表", "今年", "XX县", "**", "10", "A", "一、", "(一)", "吗", "www.a.cn/", "http://a.cn", "某"]
PIECES = st.sampled_from([*MARKS, *WORDS, ", ", "\n", "　　", " "])


@given(st.lists(PIECES, max_size=40).map("".join))
def test_twice_is_once_and_edits_replay(text: str) -> None:
    once = typeset(text)
    again = typeset(once.text)
    assert (again.text, again.edits) == (once.text, [])
    draft = Draft(text)
    punctuate(draft)
    for edit in reversed(draft.edits):
        assert text.startswith(edit.before, edit.start)
        text = text[: edit.start] + edit.after + text[edit.start + len(edit.before) :]
    assert text == draft.text


@given(st.text(alphabet="0123456789.,:;()%-/ABCxyz \n?!", max_size=80))
def test_text_without_chinese_stays(text: str) -> None:
    draft = Draft(text)
    punctuate(draft)
    assert (draft.text, draft.edits) == (text, [])
    assert punctuated(text) == text


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        "今(",
        "(今",
        "?",
        "今?",
        "一、",
        "。一、",
        "今,",
        "今!",
        "　",
        "。　　",
        "今\n",
        "www.",
        "吗?",
        "!",
    ],
)
def test_much_of_anything_takes_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    began = time.process_time()
    typeset(text)
    assert time.process_time() - began < 3


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real reports is not beside the checkout")
def test_reports_keep_every_character() -> None:
    """On real reports only marks change, each to the full-width form of itself, and no figure is touched."""
    marks = 0
    for path in sorted((SHARED / "corpora" / "reports").glob("*.txt"))[::4]:
        text = path.read_text("utf-8")
        draft = typeset(text)
        assert all(ord(e.after[0]) - ord(e.before[0]) == 0xFEE0 for e in draft.edits)
        assert re.findall(r"\d[\d.,:]*\d", draft.text) == re.findall(r"\d[\d.,:]*\d", text)
        assert (typeset(draft.text).text, draft.text.count("\n")) == (draft.text, draft.text.count("\n"))
        marks += len(draft.edits)
    assert marks > 100

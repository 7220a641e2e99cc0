"""Stitch: the cases, and the laws that hold for every group of pages."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.records import Page, Source
from flows.stitch import group_key, stitch
from flows.stitch.overlaps import overlap

CASES = Path(__file__).parent / "cases" / "stitch"


def load(name: str) -> list[dict[str, Any]]:
    return list(json.loads((CASES / name).read_text("utf-8")))


def page(fields: dict[str, Any]) -> Page:
    hint = {"hint": tuple(fields["hint"])} if fields.get("hint") else {}
    return Page(
        **{"source": Source(file=fields["id"]), "media": "text/html", "text": "正文", **fields, **hint}
    )


def plain(value: Any) -> Any:
    return [plain(item) for item in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize(
    "case", load("real-shaped.json") + load("negative.json"), ids=lambda case: case["label"]
)
def test_case(case: dict[str, Any]) -> None:
    speeches = stitch([page(fields) for fields in case["input"]["pages"]])
    got = [
        {key: plain(getattr(speech, key)) for key in expected}
        for speech, expected in zip(speeches, case["expected"], strict=True)
    ]
    assert got == case["expected"], case["why"]


@pytest.mark.parametrize("case", load("groups.json"), ids=lambda case: case["label"])
def test_group(case: dict[str, Any]) -> None:
    one, other = (group_key(page(fields)) for fields in case["input"]["pages"])
    assert (one == other) is case["expected"], case["why"]


SENTENCES = st.lists(
    st.sampled_from(("今年任务繁重。", "我们有信心，有决心。", "谢谢大家！", "各部门要抓落实；")),
    min_size=1,
    max_size=9,
)
URLS = st.sampled_from((None, "http://a.cn/x.html", "http://a.cn/y", "http://a.cn/1234567_2.html"))
PAGES = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.none() | st.integers(1, 4),
            "count": st.none() | st.integers(1, 5),
            "hint": st.none() | st.tuples(st.integers(1, 3), st.just(0)),
            "title": st.sampled_from(
                (None, "大会讲话", "大会讲话（一）", "大会讲话（下）", "2012年永嘉县讲话（2）")
            ),
            "text": st.sampled_from(
                ("甲乙丙丁戊己庚辛", "甲乙丙丁戊己庚", "子丑寅卯辰巳午未", "我们要把工作做", "好。")
            ),
            "url": URLS,
            "next_url": URLS,
            "prev_url": URLS,
            "truncated": st.none() | st.just("试读结束"),
        }
    ),
    min_size=1,
    max_size=7,
).map(lambda all_: [page({"id": f"p{at}", **fields}) for at, fields in enumerate(all_)])


@settings(deadline=None)  # the first call reads the places
@given(PAGES, st.randoms())
def test_any_order_gives_the_same_speeches(pages: list[Page], random: Any) -> None:
    shuffled = random.sample(pages, len(pages))
    assert stitch(shuffled) == stitch(pages)
    assert stitch(shuffled, several=True) == stitch(pages, several=True)


@settings(deadline=None)  # the first call reads the places
@given(PAGES)
def test_every_page_is_in_one_speech(pages: list[Page]) -> None:
    for speeches in (stitch(pages), stitch(pages, several=True)):
        assert sorted(id_ for speech in speeches for id_ in speech.pages) == sorted(p.id for p in pages)
        assert all(speech.id == min(speech.pages) for speech in speeches)


@settings(deadline=None)  # the first call reads the places
@given(PAGES)
def test_names_of_files_do_not_matter(pages: list[Page]) -> None:
    renamed = [replace(p, source=Source(file="别名.txt")) for p in pages]
    assert list(map(group_key, renamed)) == list(map(group_key, pages))
    assert stitch(renamed) == stitch(pages)


@given(SENTENCES, st.data())
def test_a_text_cut_into_pages_comes_back(sentences: list[str], data: st.DataObject) -> None:
    text = "".join(dict.fromkeys(sentences))  # what is said twice in a row may be an overlap
    inside = [at for at in range(1, len(text)) if text[at - 1] not in "。！；，"]
    cuts = sorted(data.draw(st.sets(st.sampled_from(inside), max_size=4)))
    bounds = [0, *cuts, len(text)]
    pages = [
        page({"id": f"p{n}", "number": n, "count": len(bounds) - 1, "text": text[a:b]})
        for n, (a, b) in enumerate(pairwise(bounds), start=1)
    ]
    (speech,) = stitch(pages)
    assert speech.text == text
    assert speech.missing_pages == ()


@given(st.text(alphabet="ab", max_size=80), st.text(alphabet="ab", max_size=80))
def test_overlap_is_the_longest(before: str, after: str) -> None:
    sizes = [n for n in range(20, min(len(before), len(after)) + 1) if before.endswith(after[:n])]
    found = overlap(before, after)
    if sizes:
        assert found == (len(before), max(sizes), max(sizes))
    else:
        assert found is None or found.letters >= 40


@pytest.mark.parametrize("text", ["1、" * 500_000, "1、\n" * 300_000, "甲" * 1_000_000, "一、\n" * 300_000])
def test_a_million_of_anything_takes_linear_time(text: str) -> None:
    pages = [page({"id": f"p{n}", "number": n, "count": 3, "text": text}) for n in (1, 2, 3)]
    began = time.process_time()
    stitch(pages)
    assert time.process_time() - began < 10

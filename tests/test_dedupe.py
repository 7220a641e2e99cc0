"""Copies are found as copies, templates and other speeches are kept apart, and order does not matter."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.dedupe import clusters, compare, enough_shared, settle, sign, without_collections
from flows.records import Evidence, Region, Speech, SpeechDate, Tag

CASES = [
    case
    for file in sorted((Path(__file__).parent / "cases" / "dedupe").glob("*.json"))
    for case in json.loads(file.read_text("utf-8"))
]
LETTERS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈"


def text(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices(LETTERS, k=length))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_cases(case: dict[str, Any]) -> None:
    a, b = case["input"]["a"], case["input"]["b"]
    link = compare(a, b)
    assert (link.kind if link else None) == case["expected"], case["why"]
    assert compare(b, a) == link
    shared = len(set(sign(a)) & set(sign(b)))
    if case["expected"]:
        assert enough_shared(shared, len(sign(a)), len(sign(b))), "a copy must be a candidate"


@pytest.mark.parametrize("keep", [0.35, 0.6, 0.9])
@pytest.mark.parametrize("length", [400, 1000, 4000])
def test_a_copy_cut_short_is_a_candidate(length: int, keep: float) -> None:
    missed = 0
    for seed in range(40):
        whole = text(seed, length)
        cut = whole[: int(length * keep)]
        shared = len(set(sign(whole)) & set(sign(cut)))
        missed += not enough_shared(shared, len(sign(whole)), len(sign(cut)))
    assert missed == 0


def test_unlike_speeches_are_no_candidates() -> None:
    marks = [set(sign(text(seed, 1000))) for seed in range(60)]
    for n, a in enumerate(marks):
        assert not any(enough_shared(len(a & b), len(a), len(b)) for b in marks[n + 1 :])


@given(st.text(alphabet=LETTERS + "，。 \n123", max_size=200))
def test_marks_do_not_see_punctuation_and_white_space(words: str) -> None:
    assert sign(words) == sign(words.replace("，", " , ").replace("\n", "\n\n"))
    assert list(sign(words)) == sorted(set(sign(words)))


@given(
    st.permutations("abcdefg"), st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")))
)
def test_clusters_do_not_see_order(ids: list[str], links: list[tuple[str, str]]) -> None:
    found = clusters(ids, links)
    assert found == clusters(sorted(ids), sorted((b, a) for a, b in links))
    assert sorted(i for group in found for i in group) == sorted(ids)
    assert all(any(a in g and b in g for g in found) for a, b in links)


def speech(i: str, **fields: Any) -> Speech:
    return Speech(id=i, pages=(i,), title="讲话", text="昌图县今年引进项目。", **fields)


def settled(members: list[Speech]) -> tuple[str, list[Speech]]:
    """Settled with every member linked to every other."""
    ids = sorted(m.id for m in members)
    return settle(members, {(a, b) for n, a in enumerate(ids) for b in ids[n + 1 :]})


KNOWN = Region(province="辽宁省", prefecture="铁岭市", county="昌图县", adcode="211224", name="昌图县")
TAG = Tag(
    confidence=0.9,
    evidence=(Evidence(field="text", start=0, end=3, sentence="昌图县今年引进项目。", rule="name"),),
)


def test_a_masked_copy_learns_its_place_from_the_copy_that_kept_it() -> None:
    masked = speech("b", anonymised=True, region_tag=Tag(unknown="anonymised"))
    kept = speech("a", region=KNOWN, region_tag=TAG)
    _, (a, b) = settled([masked, kept])
    assert a == kept
    assert b.region == KNOWN and b.anonymised
    assert b.region_tag.evidence[0].speech == "a"
    assert b.region_tag.unknown is None and b.region_tag.confidence < TAG.confidence


def test_copies_that_disagree_teach_nothing() -> None:
    other = replace(KNOWN, county="开原市", adcode="211282", name="开原市")
    masked = speech("c", region_tag=Tag(unknown="anonymised"))
    _, members = settled([speech("a", region=KNOWN, region_tag=TAG), speech("b", region=other), masked])
    assert members[2] == masked


def test_a_tag_of_its_own_is_kept() -> None:
    own = SpeechDate(precision="year", value="2007", start="2007-01-01", end="2007-12-31")
    finer = SpeechDate(precision="month", value="2008-09", start="2008-09-01", end="2008-09-30")
    _, (a, _) = settled([speech("a", speech_date=own), speech("b", speech_date=finer)])
    assert a.speech_date == own


def test_a_date_told_more_exactly_by_a_copy_is_taken() -> None:
    own = SpeechDate(precision="year", value="2008", start="2008-01-01", end="2008-12-31")
    finer = SpeechDate(precision="day", value="2008-09-12", start="2008-09-12", end="2008-09-12")
    _, (a, b) = settled([speech("a", speech_date=own), speech("b", speech_date=finer, date_tag=TAG)])
    assert a.speech_date == b.speech_date == finer
    assert a.date_tag.evidence[0].speech == "b" and b.date_tag == TAG


def test_the_whole_and_clean_copy_stands_for_the_cluster() -> None:
    members = [
        speech("a", truncated=True),
        speech("b", gaps=2),
        speech("c", published="2022-01-01"),
        speech("d", published="2015-01-01"),
        speech("e", missing_pages=(2,)),
        speech("f", anonymised=True, published="2001-01-01"),
    ]
    for seed in range(5):
        random.Random(seed).shuffle(members)
        canonical, found = settled(members)
        assert canonical == "d"
        assert [s.id for s in found] == list("abcdef")


def test_a_copy_of_a_copy_teaches_nothing() -> None:
    learner, between = speech("a", region_tag=Tag(unknown="no place named")), speech("b")
    _, members = settle(
        [learner, between, speech("c", region=KNOWN, region_tag=TAG)], {("a", "b"), ("b", "c")}
    )
    assert members[0] == learner and members[1].region == KNOWN


def test_a_page_that_holds_two_speeches_joins_neither() -> None:
    first = replace(speech("a"), title="在动员会上的讲话", text="甲" * 400)
    second = replace(speech("b"), title="在粮食会议上的讲话", text="乙" * 500)
    both = replace(speech("c"), title="讲话汇编", text=first.text + second.text)
    links = {("a", "c"), ("b", "c")}
    speeches = {s.id: s for s in (first, second, both)}
    assert without_collections(speeches, links) == set()
    pieces = {**speeches, "b": replace(second, title=first.title)}
    assert without_collections(pieces, links) == links, "two pieces of one speech have one title"
    masked = {**speeches, "b": replace(first, id="b", title="另一标题")}
    alike = links | {("a", "b")}
    assert without_collections(masked, alike) == alike, "two copies of one piece are alike"

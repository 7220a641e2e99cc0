"""Which member stands for a cluster, and what its members tell each other."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from flows.dedupe import compare, group, settle
from flows.records import Evidence, Region, Speech, SpeechDate, Tag


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


def test_a_copy_with_stars_does_not_stand_for_the_clean_one() -> None:
    clean = replace(speech("b"), text="昌图县今年引进项目，感谢王书记。")
    starred = replace(speech("a"), text="昌图县今年引进项目，感谢***同志书记。")
    assert settled([clean, starred])[0] == "b"


def test_a_copy_of_a_copy_teaches_nothing() -> None:
    learner, between = speech("a", region_tag=Tag(unknown="no place named")), speech("b")
    _, members = settle(
        [learner, between, speech("c", region=KNOWN, region_tag=TAG)], {("a", "b"), ("b", "c")}
    )
    assert members[0] == learner and members[1].region == KNOWN


def grouped(speeches: list[Speech]) -> list[tuple[str, ...]]:
    """Grouped by what their texts say."""
    alike, templates = {}, set()
    for n, a in enumerate(speeches):
        for b in speeches[n + 1 :]:
            link = compare(a.text, b.text)
            if link and link.kind == "variant":
                alike[a.id, b.id] = link.jaccard
            elif link:
                templates.add((a.id, b.id))
    return group(speeches, alike, templates, {})


def letters(first: int, count: int) -> str:
    return "".join(chr(0x4E00 + (first + n * n) % 8000) for n in range(count))


def test_a_beginning_that_two_speeches_share_joins_neither() -> None:
    """Two speeches of one opening are not linked with each other: only what both hold is like both."""
    opening = letters(0, 400)
    first = replace(speech("a"), text=opening + letters(77, 500))
    second = replace(speech("b"), text=opening + letters(2031, 600))
    preview = replace(speech("c"), text=opening, truncated=True)
    assert grouped([first, second, preview]) == [("a",), ("b",), ("c",)]
    assert grouped([first, preview]) == [("a", "c")]
    cut = replace(second, truncated=True)
    assert grouped([first, cut, preview]) == [("a", "b", "c")], "one that is not whole may go on as the other"


def test_a_page_that_holds_more_teaches_only_what_the_speech_says_too() -> None:
    own = "各位来宾，今天天气很好，大家种下了许多树，感谢各乡镇的同志。" * 3
    tag = replace(TAG, evidence=(replace(TAG.evidence[0], sentence="在昌图县粮食收购会上的讲话"),))
    whole = replace(
        speech("a", region=KNOWN, region_tag=tag), text=own + "在昌图县粮食收购会上的讲话" + own * 2
    )
    held = replace(speech("b"), text=own)
    _, (_, learner) = settled([whole, held])
    assert learner.region == Region(), "another speech says so"
    _, (_, learner) = settled([whole, replace(held, truncated=True)])
    assert learner.region == KNOWN, "it may say so where it is cut off"
    said = replace(
        TAG, evidence=(replace(TAG.evidence[0], sentence="大家在昌图县种下了许多树，感谢各乡镇的同志。"),)
    )
    _, (_, learner) = settled([replace(whole, region_tag=said), held])
    assert learner.region == KNOWN, "the same sentence, its place left out"


def test_a_page_that_holds_two_speeches_joins_neither() -> None:
    first = replace(speech("a"), title="在动员会上的讲话", text=letters(0, 400))
    second = replace(speech("b"), title="在粮食会议上的讲话", text=letters(77, 500))
    both = replace(speech("c"), title="讲话汇编", text=first.text + second.text)
    assert grouped([first, second, both]) == [("a",), ("b",), ("c",)]
    piece = replace(second, title=first.title)
    assert grouped([first, piece, both]) == [("a", "b", "c")], "two pieces of one speech have one title"
    cut = replace(second, truncated=True)
    assert grouped([first, cut, both]) == [("a", "b", "c")], "a piece that says it is one"
    copy = replace(first, id="b", title="另一标题")
    assert grouped([first, copy, both]) == [("a", "b", "c")], "two copies of one piece are alike"


@pytest.mark.parametrize(
    "corrected",
    [Tag(confidence=1.0, evidence=(replace(TAG.evidence[0], rule="correction"),)), Tag(unknown="correction")],
)
def test_a_person_s_word_is_not_overruled_by_a_copy(corrected: Tag) -> None:
    put_right = speech("a", region=Region(province="辽宁省", name="辽宁省"), region_tag=corrected)
    if corrected.unknown:
        put_right = replace(put_right, region=Region())
    _, (a, b) = settled([put_right, speech("b", region=KNOWN, region_tag=TAG)])
    assert a == put_right and b.region == KNOWN


def test_what_a_person_put_right_is_learned_before_what_other_copies_say() -> None:
    told = replace(TAG, evidence=(replace(TAG.evidence[0], rule="correction"),))
    other = replace(KNOWN, county="开原市", adcode="211282", name="开原市")
    members = [
        speech("a", region=KNOWN, region_tag=told),
        speech("b", region=other, region_tag=TAG),
        speech("c"),
    ]
    assert settled(members)[1][2].region == KNOWN

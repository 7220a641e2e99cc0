"""Copies are found as copies; templates and other speeches are kept apart, and what differs is named."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.dedupe import compare, paragraphs, sample, share_marks, sign
from flows.dedupe.sketches import alike, bits

CASES = [
    pytest.param(
        case, id=case["label"], marks=[pytest.mark.xfail(strict=True)] * (file.stem == "known-failures")
    )
    for file in sorted((Path(__file__).parent / "cases" / "dedupe").glob("*.json"))
    for case in json.loads(file.read_text("utf-8"))
]
LETTERS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈"


def text(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices(LETTERS, k=length))


def candidates(a: str, b: str) -> bool:
    one, two = sign(a), sign(b)
    sets = (bits(np.array(signature, np.int64))[None] for signature in (one, two))
    return share_marks(sample(one), sample(two)) and bool(alike(*sets)[0])


@pytest.mark.parametrize("case", CASES)
def test_cases(case: dict[str, Any]) -> None:
    a, b = case["input"]["a"], case["input"]["b"]
    link = compare(a, b)
    assert (link.kind if link else None) == case["expected"], case["why"]
    assert compare(b, a) == link
    if link:
        assert candidates(a, b), "a copy must be a candidate"
        assert link.places == tuple(case.get("places", ())), "what differs is named"
        assert (link.numbers > 0) == (link.kind == "template")


@pytest.mark.parametrize("keep", [0.1, 0.35, 0.6, 0.9])
@pytest.mark.parametrize("length", [1500, 4000, 15000])
def test_a_copy_cut_short_is_a_candidate(length: int, keep: float) -> None:
    wholes = [text(seed, length) for seed in range(40)]
    assert all(candidates(whole, whole[: int(length * keep)]) for whole in wholes)


@pytest.mark.parametrize("length", [3000, 15000])
def test_a_middle_part_is_a_candidate(length: int) -> None:
    wholes = [text(seed, length) for seed in range(40)]
    assert all(candidates(whole, whole[length // 2 : length // 2 + length // 3]) for whole in wholes)


@pytest.mark.parametrize("length", [300, 1500])
def test_a_copy_with_a_letter_in_twenty_changed_is_a_candidate(length: int) -> None:
    dice = random.Random(length)
    for seed in range(100):
        whole = text(seed, length)
        changed = "".join(dice.choice(LETTERS) if dice.random() < 0.05 else letter for letter in whole)
        assert candidates(whole, changed)


def test_two_standing_sentences_make_a_short_speech_no_candidate_of_a_long_one() -> None:
    standing = text(-1, 50), text(-2, 50)
    short = [standing[0] + text(seed, 250) + standing[1] for seed in range(20)]
    long = [text(seed, 6000) + "".join(standing) + text(-seed, 6000) for seed in range(100, 140)]
    found = sum(candidates(a, b) for a in short for b in long)
    assert found <= 8, "one in 100: each costs a look at both texts"


@given(st.lists(st.text(alphabet=LETTERS, min_size=1, max_size=300), min_size=2, max_size=6))
def test_many_sketches_are_held_against_each_other_as_each_two_are(texts: list[str]) -> None:
    sets = np.stack([bits(np.array(sign(t), np.int64)) for t in texts])
    verdicts = alike(sets, sets[::-1]).tolist()
    assert verdicts == [bool(alike(a[None], b[None])[0]) for a, b in zip(sets, sets[::-1], strict=True)]
    assert verdicts == verdicts[::-1], "the same whichever comes first"
    assert alike(sets, sets).all()


def test_unlike_speeches_are_no_candidates() -> None:
    texts = [text(seed, 1000) for seed in range(60)]
    for n, a in enumerate(texts):
        assert not any(candidates(a, b) for b in texts[n + 1 :])


@given(st.text(alphabet=LETTERS + "，。 \n123", max_size=200))
def test_signatures_do_not_see_punctuation_and_white_space(words: str) -> None:
    assert sign(words) == sign(words.replace("，", " , ").replace("\n", "\n\n"))
    assert list(sign(words)) == sorted(set(sign(words)))


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_signed_and_compared(a: str, b: str) -> None:
    """Rare characters, lone surrogates, nothing at all."""
    assert all(-(1 << 63) <= m < 1 << 63 for m in sign(a))
    assert compare(a, b) == compare(b, a)
    assert all(a[start:end] in a.split("\n") for start, end, _ in paragraphs(a))


@given(st.lists(st.text(alphabet=LETTERS, min_size=40, max_size=60), min_size=1, max_size=6, unique=True))
def test_a_paragraph_has_one_print_wherever_it_stands(found: list[str]) -> None:
    prints = {p for _, _, p in paragraphs("\n".join(found))}
    assert len(prints) == len(found)
    assert prints == {p for _, _, p in paragraphs("短。\n" + "\n\n".join(reversed(found)))}
    assert set(sample(sign("\n".join(found))).prints) == prints

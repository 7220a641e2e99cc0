"""Pairs by shared marks: all of them for a rare mark, those with a hub for a common one."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.dedupe import postings

MARKS = st.lists(st.sets(st.integers(0, 5)), max_size=25)
"""Of each speech, the marks it has."""


def keyed(marks: list[set[int]]) -> dict[int, list[int]]:
    """The postings of each mark, sorted."""
    found: dict[int, list[int]] = {}
    for number, own in enumerate(marks):
        for mark in own:
            found.setdefault(mark, []).append(postings.key(mark, f"speech {number}", number))
    return {mark: sorted(keys) for mark, keys in sorted(found.items())}


def hubs(keys: list[int]) -> set[int]:
    """Speeches above the lowest rank that leaves no more than CROWD of them, said plainly."""
    ranks = {key & (1 << postings.NUMBER_BITS) - 1: 0 for key in keys}
    ranks = {number: postings.rank(f"speech {number}") for number in ranks}
    bar = -1
    while sum(rank > bar for rank in ranks.values()) > postings.CROWD:
        bar += 1
    return {number for number, rank in ranks.items() if rank > bar}


@given(MARKS)
def test_pairs_are_those_of_the_rule(marks: list[set[int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "CROWD", 3)
        keys = keyed(marks)
        own = np.array(sorted(k for found in keys.values() for k in found), np.int64)
        is_hub = postings.hubs(own)
        assert set(own[is_hub].tolist()) == {
            k for found in keys.values() for k in found if k & (1 << postings.NUMBER_BITS) - 1 in hubs(found)
        }
        first = np.concatenate([np.array(found[:4], np.int64) for found in keys.values()] or [own])
        assert first[postings.hubs(first)].tolist() == own[is_hub].tolist(), "the first ones are enough"
        found = postings.pairs(own, own[is_hub], own[~is_hub])
        shared: Counter[tuple[int, int]] = Counter()
        for mark, held in keys.items():
            chosen = hubs(held)
            numbers = [number for number, own_marks in enumerate(marks) if mark in own_marks]
            shared.update(p for p in combinations(numbers, 2) if chosen.intersection(p))
        wanted = {p: n for p, n in shared.items() if n >= postings.SHARED}
        both_ways = zip(found.one.tolist(), found.other.tolist(), found.shared.tolist(), strict=True)
        assert {(a, b): n for a, b, n in both_ways} == wanted | {(b, a): n for (a, b), n in wanted.items()}


def test_a_common_mark_costs_no_square() -> None:
    many = np.array(sorted(postings.key(m, f"speech {n}", n) for n in range(5000) for m in (1, 2)), np.int64)
    is_hub = postings.hubs(many)
    assert 0 < is_hub.sum() <= 2 * postings.CROWD
    found = postings.pairs(many, many[is_hub], many[~is_hub])
    assert len(found.one) <= 2 * 5000 * postings.CROWD


def test_keys_are_by_mark_then_rank_then_number() -> None:
    high = max((f"speech {n}" for n in range(100)), key=postings.rank)
    low = next(i for i in (f"speech {n}" for n in range(100)) if postings.rank(i) == 0)
    assert postings.key(1, high, 9) < postings.key(1, low, 1) < postings.key(1, low, 2) < postings.low(2)
    assert postings.key((1 << 62) - 1, low, (1 << 26) - 1) < 1 << 63

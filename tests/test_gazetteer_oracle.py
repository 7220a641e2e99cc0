"""The county-level divisions against a list that nobody here made: no difference without a reason."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT / "benchmarks"))

import oracle  # noqa: E402

UNEXPLAINED = 0


def test_every_difference_has_a_reason_and_every_reason_a_difference() -> None:
    if not (SHARED / oracle.ORACLE).is_file():
        pytest.skip("the oracle is not beside the checkout")
    found, explained = set(oracle.differences(SHARED)), oracle.explained()
    assert len(found - explained.keys()) == UNEXPLAINED, sorted(found - explained.keys())
    assert not explained.keys() - found, "explained, and no difference any more"


def test_reasons_are_given() -> None:
    explained = oracle.explained()
    assert explained and all(explained.values())
    assert all(oracle.FIRST <= d.first <= d.last <= oracle.LAST for d in explained)

"""Which part of a text a page says it is: in words that tell it, in words that may, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_stitch import load

from flows.clean import clean
from flows.extract import extract
from flows.parts import hint, mark
from flows.read import page
from flows.records import Page, Source


@pytest.mark.parametrize("case", load("parts.json"), ids=lambda case: case["label"])
def test_case(case: dict[str, Any]) -> None:
    read = page(case["input"]["text"].encode(), Source(file="a"))
    assert isinstance(read, Page)
    found = extract(read)
    assert isinstance(found, Page)
    made = clean(found)
    assert isinstance(made, Page)
    got = {name: getattr(made, name) for name in case["expected"]}
    assert {**got, "hint": made.hint and list(made.hint)} == case["expected"], case["why"]


@given(st.text(alphabet="讲话第二2页共4/（）(上下)之_ ", max_size=20))
def test_a_mark_is_taken_off_once(title: str) -> None:
    said = mark(title)
    assert said is None or title.startswith(said.title, len(title) - len(title.lstrip()))
    assert hint(title) is None or min(hint(title) or (0,)) >= 0

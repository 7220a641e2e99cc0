"""The query language: what a person may write, and where an error points."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import QueryError
from flows.index.fold import tokens
from flows.index.parser import DEEPEST
from flows.index.query import (
    LONGEST,
    And,
    Dates,
    Everything,
    Is,
    Node,
    Not,
    Or,
    Phrase,
    fields,
    leaves,
    parse,
    phrases,
    to_text,
)

CASES = Path(__file__).parent / "cases/query"


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((CASES / name).read_text(encoding="utf-8"))
    return found


def same(text: str) -> str:
    return text


@pytest.mark.parametrize("case", cases("parse.json"), ids=lambda case: case["label"])
def test_reads(case: dict[str, Any]) -> None:
    assert to_text(parse(case["input"], same)) == case["expected"]


@pytest.mark.parametrize("case", cases("errors.json"), ids=lambda case: f"{case['label']}: {case['input']}")
def test_an_error_points_at_its_place(case: dict[str, Any]) -> None:
    with pytest.raises(QueryError) as raised:
        parse(case["input"], same)
    assert raised.value.position == case["expected"]["position"]
    assert str(raised.value).startswith(case["expected"]["message"])


def test_trees() -> None:
    assert parse("a b OR -c", same) == Or((And((Phrase("a"), Phrase("b"))), Not(Phrase("c"))))
    assert parse("(a b) c", same) == And((And((Phrase("a"), Phrase("b"))), Phrase("c")))
    assert parse("date:2007..", same) == Dates("2007", None)
    assert parse("within:2007", same) == Dates("2007", "2007", within=True)
    assert parse("", same) == Everything()


def test_traditional_characters_are_simplified_everywhere() -> None:
    table = str.maketrans("級別縣項目為說", "级别县项目为说")
    query = parse("級別:縣 項目為王 -title:說", lambda text: text.translate(table))
    assert to_text(query) == "level:county 项目为王 -title:说"
    assert to_text(parse("級別:縣級 項目為王")) == "level:county 项目为王"


def test_bounds_of_dates() -> None:
    dates = Dates("2008-02", "2009")
    assert (dates.first, dates.last) == ("2008-02-01", "2009-12-31")
    assert (Dates(None, "2008-02").first, Dates(None, "2008-02").last) == (None, "2008-02-29")


def test_what_a_query_asks_for() -> None:
    query = parse("招商 -引资 (level:county OR -cluster:a) --date:2007 招商", same)
    assert phrases(query) == [Phrase("招商")]
    assert fields(query) == {"level", "cluster", "date"}
    assert dict(leaves(query))[Dates("2007", "2007")] is True
    assert dict(leaves(query))[Is("cluster", "a")] is False


words = st.text(max_size=12).filter(lambda text: bool(tokens(text)))
dates = st.one_of(
    st.integers(1, 9999).map(lambda year: f"{year:04}"),
    st.dates().map(lambda day: f"{day:%Y-%m}".zfill(7)),
    st.dates().map(lambda day: day.isoformat()),
)
ranges = st.tuples(st.none() | dates, st.none() | dates).filter(
    lambda ends: bool(ends[0] or ends[1]) and (None in ends or Dates(*ends).first <= Dates(*ends).last)  # type: ignore[operator]
)
nodes: st.SearchStrategy[Node] = st.recursive(
    st.one_of(
        st.just(Everything()),
        st.builds(Phrase, words, st.sampled_from(["any", "title", "text"])),
        st.builds(Is, st.just("level"), st.sampled_from(["county", "national", "unknown"])),
        st.builds(Is, st.sampled_from(["truncated", "canonical"]), st.sampled_from(["true", "false"])),
        st.builds(
            Is, st.sampled_from(["region", "type"]), st.sampled_from(["辽宁省", "a b", 'say "x"', "a:(b"])
        ),
        st.builds(lambda ends, within: Dates(*ends, within), ranges, st.booleans()),
    ),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=4).map(lambda found: And(tuple(found))),
        st.lists(inner, min_size=2, max_size=4).map(lambda found: Or(tuple(found))),
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(nodes)
def test_a_tree_written_and_read_is_the_same_tree(node: Node) -> None:
    assert parse(to_text(node), same) == node


@settings(deadline=None)
@given(st.text(alphabet='招商 引资a1"“”()（）-:：*\\\n.level日期OR或NOT', max_size=60))
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    try:
        node = parse(text, same)
    except QueryError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert parse(to_text(node), same) == node


@pytest.mark.parametrize(
    "text",
    [
        "(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1),
        "-" * (DEEPEST + 1) + "a",
        "NOT " * (DEEPEST + 1) + "a",
    ],
)
def test_nesting_is_bounded(text: str) -> None:
    with pytest.raises(QueryError, match="inside one another"):
        parse(text, same)


def test_length_is_bounded() -> None:
    parse("招" * LONGEST, same)
    with pytest.raises(QueryError, match="longer than"):
        parse("招" * (LONGEST + 1), same)


@pytest.mark.parametrize("unit", ["(", '"', "“", "-", "a:", "日期:2007..", "一 ", "NOT ", "”“"])
def test_the_longest_query_is_read_at_once(unit: str) -> None:
    started = time.perf_counter()
    with contextlib.suppress(QueryError):
        parse((unit * LONGEST)[:LONGEST], same)
    assert time.perf_counter() - started < 1

"""What every engine promises: the hits of a plain search, and safe writes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.index.engine import FACETS, CursorError, Engine, IndexUnusable
from flows.index.fold import fold, tokens
from flows.index.query import And, Is, Not, Or, Phrase, parse

from . import plain
from .conftest import Opener
from .entries import BY_ID, ENTRIES, NAMES, date, entry, speech_id

pytest_plugins = ["elastic.plugin"]
CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases/query/contract.json").read_text(encoding="utf-8")
)
EVERYTHING = parse("*", simplify=str)


def found(engine: Engine, text: str, **options: Any) -> list[str]:
    """Names of the entries that a query finds, all pages in one."""
    answer = engine.search(parse(text, simplify=str), limit=1000, **options)
    assert answer.next is None
    assert answer.total == len(answer.hits)
    return [NAMES[hit.id] for hit in answer.hits]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_finds_what_a_plain_search_finds(filled: Engine, case: dict[str, Any]) -> None:
    query = parse(case["input"])
    answer = filled.search(query, limit=1000)
    assert sorted(NAMES[hit.id] for hit in answer.hits) == case["expected"]
    assert {hit.id for hit in answer.hits} == plain.search(ENTRIES, query)
    assert answer.total == len(case["expected"])


def test_ids_and_clusters_are_found_with_their_variants(filled: Engine) -> None:
    assert found(filled, f"id:{speech_id('copy-b')}") == ["copy-b"]
    assert set(found(filled, f"cluster:{speech_id('copy-a')}")) == {"copy-a", "copy-b"}
    assert set(found(filled, "防汛", variants=True)) == {"copy-a", "copy-b"}


WORDS = sorted({word for one in ENTRIES for word in tokens(one.speech.text)})
TEXTS = sorted(text for text in (fold(one.speech.text) for one in ENTRIES) if tokens(text))


@st.composite
def cut_phrases(draw: st.DrawFn) -> str:
    """A phrase cut from a text at token borders."""
    words = tokens(draw(st.sampled_from(TEXTS)))
    start = draw(st.integers(0, len(words) - 1))
    words = words[start : start + draw(st.integers(1, 12))]
    return " ".join(words)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(phrase=cut_phrases())
def test_a_phrase_cut_at_token_borders_is_found(filled: Engine, phrase: str) -> None:
    query = Phrase(phrase, "text")
    hits = {hit.id for hit in filled.search(query, limit=1000, variants=True).hits}
    assert hits == plain.search(ENTRIES, query, variants=True)
    assert hits or not tokens(phrase)


leaves = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(lambda words: Phrase(" ".join(words))),
    cut_phrases().map(Phrase),
    st.sampled_from(["level:county", "date:2005..2010", "地区:辽宁", "date:unknown", "within:2007"]).map(
        lambda text: parse(text, simplify=str)
    ),
    st.sampled_from([Is("canonical", "true"), Is("truncated", "true"), EVERYTHING]),
)
queries = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda nodes: And(tuple(nodes))),
        st.lists(inner, min_size=2, max_size=3).map(lambda nodes: Or(tuple(nodes))),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries)
def test_any_query_finds_what_a_plain_search_finds(filled: Engine, query: Any) -> None:
    answer = filled.search(query, limit=1000)
    assert {hit.id for hit in answer.hits} == plain.search(ENTRIES, query)
    assert answer.total == len(answer.hits)


def test_sorted_by_date_newest_first_unknown_last_ties_by_id(filled: Engine) -> None:
    answer = filled.search(EVERYTHING, sort="date", limit=1000)
    keys = []
    for hit in answer.hits:
        held = BY_ID[hit.id].speech.speech_date
        day = (held.start or held.end or "") if held else ""
        keys.append(([-int(part) for part in day.split("-")] if day else [0], hit.id))
    assert keys == sorted(keys)
    assert {NAMES[hit.id] for hit in answer.hits[-2:]} == {"empty", "undated"}


def test_without_words_to_rank_by_relevance_is_by_date(filled: Engine) -> None:
    by_date = filled.search(parse("level:county", simplify=str), sort="date")
    assert filled.search(parse("level:county", simplify=str)).hits == by_date.hits


def test_relevance_falls_and_a_title_counts_more(filled: Engine) -> None:
    hits = filled.search(parse("招商引资", simplify=str)).hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert NAMES[hits[0].id] == "titled"


@pytest.mark.parametrize("text", ["*", "讲话", "招商引资", "date:2019-01-01"])
@pytest.mark.parametrize("sort", ["date", "relevance"])
@pytest.mark.parametrize("limit", [1, 2, 7])
def test_pages_are_the_whole_in_order(filled: Engine, text: str, sort: Any, limit: int) -> None:
    query = parse(text, simplify=str)
    whole = filled.search(query, sort=sort, limit=1000)
    paged, after = [], None
    while True:
        page = filled.search(query, sort=sort, limit=limit, after=after)
        assert page.total == whole.total
        assert len(page.hits) <= limit
        paged += [hit.id for hit in page.hits]
        after = page.next
        if after is None:
            break
    assert paged == [hit.id for hit in whole.hits]


@pytest.mark.parametrize(
    "cursor", ["", "x", "d", "r1", "r-1-x", "r99-" + speech_id("plan"), "d2007", "r" + "9" * 40]
)
@pytest.mark.parametrize("text", ["招商引资", "*"])
def test_a_cursor_that_is_none_is_refused(filled: Engine, cursor: str, text: str) -> None:
    with pytest.raises(CursorError):
        filled.search(parse(text, simplify=str), after=cursor)


def test_pages_by_date_hold_while_the_archive_grows(empty: Engine) -> None:
    empty.put(ENTRIES)
    empty.commit()
    whole = [hit.id for hit in empty.search(EVERYTHING, sort="date", limit=1000).hits]
    first = empty.search(EVERYTHING, sort="date", limit=12)
    empty.put([entry("newest", "新", "新", when="2030"), entry("oldest", "旧", "旧", when="1960")])
    empty.remove([whole[0]])
    empty.commit()
    second = empty.search(EVERYTHING, sort="date", limit=1000, after=first.next)
    got = [hit.id for hit in (*first.hits, *second.hits)]
    assert [one for one in got if one != speech_id("oldest")] == whole


def test_pages_by_relevance_notice_that_the_archive_has_changed(empty: Engine) -> None:
    empty.put(ENTRIES)
    empty.commit()
    query = parse("讲话", simplify=str)
    first = empty.search(query, limit=3)
    empty.remove([hit.id for hit in first.hits])
    empty.commit()
    with pytest.raises(CursorError, match="has changed"):
        empty.search(query, limit=3, after=first.next)


def test_facets_count_every_hit(filled: Engine) -> None:
    answer = filled.search(EVERYTHING, limit=1, facets=tuple(FACETS))
    shown = [one for one in ENTRIES if one.canonical]
    dates = [one.speech.speech_date for one in shown]
    years = Counter("unknown" if d is None else d.value[:4] if d.value else "range" for d in dates)
    assert answer.facets["year"] == years
    assert list(answer.facets["year"]) == sorted(years)
    assert answer.facets["level"] == Counter(one.speech.level or "unknown" for one in shown)
    assert answer.facets["province"] == Counter(one.speech.region.province or "unknown" for one in shown)
    assert answer.facets["type"] == Counter(one.speech.doc_type or "unknown" for one in shown)
    assert answer.facets["truncated"] == {"false": len(shown) - 1, "true": 1}
    assert answer.facets["site"] == {
        "unknown": len(shown) - 3,
        "docs.example.com": 1,
        "www.changtu.gov.cn": 1,
        "www.ln.gov.cn": 1,
    }


def test_facets_are_of_all_hits_whatever_the_page(filled: Engine) -> None:
    query = parse("招商引资", simplify=str)
    first = filled.search(query, limit=2, facets=["level"])
    second = filled.search(query, limit=2, after=first.next, facets=["level"])
    assert first.facets == second.facets == {"level": {"unknown": 3, "county": 3, "province": 1}}


def test_no_hits_wanted_still_counts(filled: Engine) -> None:
    answer = filled.search(EVERYTHING, limit=0, facets=["truncated"])
    assert (answer.hits, answer.next) == ((), None)
    assert answer.total == sum(answer.facets["truncated"].values()) == len(ENTRIES) - 1


def test_nothing_is_seen_before_commit(empty: Engine) -> None:
    assert empty.fresh
    assert empty.count() == 0
    with pytest.raises(IndexUnusable):
        empty.search(EVERYTHING)
    empty.put(ENTRIES[:3])
    assert empty.count() == 0
    empty.commit()
    assert not empty.fresh
    assert empty.count() == 3


def test_an_empty_commit_makes_an_empty_index(empty: Engine) -> None:
    empty.commit()
    assert not empty.fresh
    answer = empty.search(EVERYTHING, facets=tuple(FACETS))
    assert (answer.total, answer.hits) == (0, ())
    assert answer.facets == {name: {} for name in FACETS}


def test_put_replaces(empty: Engine) -> None:
    old = entry("one", "旧题", "旧文", when="2001")
    new = replace(old, speech=replace(old.speech, title="新题", text="新文", speech_date=date("2002")))
    empty.put([old])
    empty.commit()
    empty.put([old, new])
    empty.commit()
    assert empty.count() == 1
    answers = [
        empty.search(parse(text, simplify=str)).total for text in ("旧题 OR 旧文", "新题 新文", "date:2001")
    ]
    assert answers == [0, 1, 0]


def test_remove(empty: Engine) -> None:
    empty.put(ENTRIES)
    empty.commit()
    gone = [ENTRIES[0].speech.id, ENTRIES[5].speech.id]
    empty.remove([*gone, "0" * 16])
    empty.commit()
    assert empty.count() == len(ENTRIES) - 2
    left = {hit.id for hit in empty.search(EVERYTHING, limit=1000, variants=True).hits}
    assert left == set(BY_ID) - set(gone)


def test_what_was_not_committed_is_dropped_and_the_rest_survives(opener: Opener, tmp_path: Path) -> None:
    engine = opener(tmp_path / "engine")
    engine.put(ENTRIES[:5])
    engine.commit()
    engine.put(ENTRIES[5:])
    engine.remove([ENTRIES[0].speech.id])
    engine.close()
    again = opener(tmp_path / "engine")
    assert not again.fresh
    assert {hit.id for hit in again.search(EVERYTHING).hits} == {one.speech.id for one in ENTRIES[:5]}
    again.close()


REVERSED = range(len(ENTRIES) // 9 * 9, -1, -9)


def test_the_order_of_putting_does_not_matter(opener: Opener, tmp_path: Path) -> None:
    answers = []
    for name, portions in (("a", [ENTRIES]), ("b", [ENTRIES[at : at + 9][::-1] for at in REVERSED])):
        engine = opener(tmp_path / name)
        for portion in portions:
            engine.put(portion)
            engine.commit()
        pages = [
            engine.search(parse(c["input"]), sort="date", limit=1000, facets=tuple(FACETS))
            for c in CASES[::5]
        ]
        answers.append([(page.total, [hit.id for hit in page.hits], page.facets) for page in pages])
        engine.close()
    assert answers[0] == answers[1]

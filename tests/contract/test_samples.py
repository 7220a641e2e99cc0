"""Every engine on the samples: the hits, facets and order of a plain search of the export."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import SAMPLES, take_in

from flows.catalog import Catalog
from flows.index.engine import FACETS, Engine
from flows.index.fold import tokens
from flows.index.query import Node, Phrase, parse
from flows.index.results import snippets
from flows.records import Entry

from . import plain
from .conftest import Opener
from .test_engine import CASES

pytest_plugins = ["elastic.plugin"]
CUT, ABSENT = 400, 80
"""Phrases cut from the samples at random, and phrases that stand nowhere in them."""
MORE = [
    "招商引资 地区:辽宁省 日期:2019",
    "同志们 -讲话",
    '"各位代表" OR "同志们"',
    "级别:县 OR 级别:市",
    "日期:2000..2010",
    "期间:2019",
    "date:unknown",
    "region:unknown",
    "类型:讲话",
    "truncated:true",
    "canonical:false",
    "会",
    "經濟 發展",
    "全縣",
    "标题:讲话 正文:工作",
]


@pytest.fixture(scope="session")
def entries(tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    """The speeches of the samples, variants too."""
    archive = tmp_path_factory.mktemp("samples-of-engines") / "archive"
    take_in(archive, SAMPLES)
    with Catalog.open(archive) as catalog:
        return list(catalog.entries())


@pytest.fixture(scope="session")
def engine(
    opener: Opener, entries: list[Entry], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """An engine that holds the samples."""
    made = opener(tmp_path_factory.mktemp("samples"))
    made.put(entries)
    assert not made.commit()
    yield made
    made.close()


def by_date(entry: Entry) -> Any:
    held = entry.speech.speech_date
    day = (held.start or held.end or "") if held else ""
    return [-int(part) for part in day.split("-")] if day else [0], entry.speech.id


@pytest.mark.parametrize("text", [*(case["input"] for case in CASES), *MORE])
def test_a_query_finds_and_counts_what_a_plain_search_does(
    engine: Engine, entries: list[Entry], text: str
) -> None:
    query = parse(text)
    wanted = [one for one in entries if one.speech.id in plain.search(entries, query)]
    answer = engine.search(query, sort="date", limit=1000, facets=tuple(FACETS))
    assert [hit.id for hit in answer.hits] == [one.speech.id for one in sorted(wanted, key=by_date)]
    assert answer.total == len(wanted)
    assert answer.facets["level"] == Counter(one.speech.level or "unknown" for one in wanted)
    assert answer.facets["province"] == Counter(one.speech.region.province or "unknown" for one in wanted)
    assert answer.facets["type"] == Counter(one.speech.doc_type or "unknown" for one in wanted)
    best = {hit.id for hit in engine.search(query, limit=1000).hits}
    assert best == {one.speech.id for one in wanted}


def cut(entries: list[Entry], number: int) -> list[str]:
    """Phrases of 2 to 12 characters from the texts, cut at token borders."""
    chosen = random.Random(7)
    texts = [tokens(one.speech.text) for one in entries]
    texts = [words for words in texts if len(words) > 12]
    found: list[str] = []
    while len(found) < number:
        words = chosen.choice(texts)
        start = chosen.randrange(len(words) - 12)
        phrase = " ".join(words[start : start + chosen.randint(2, 12)])
        found += [phrase] if tokens(phrase) else []
    return found


def differing(engine: Engine, entries: list[Entry], phrases: list[str]) -> list[str]:
    """Phrases whose hits are not those of a plain search."""
    queries: list[Node] = [Phrase(phrase, "text") for phrase in phrases]
    return [
        phrase
        for phrase, query in zip(phrases, queries, strict=True)
        if {hit.id for hit in engine.search(query, limit=1000, variants=True).hits}
        != plain.search(entries, query, variants=True)
    ]


def test_phrases_cut_at_random_are_found_exactly(engine: Engine, entries: list[Entry]) -> None:
    assert differing(engine, entries, cut(entries, CUT)) == []


def test_phrases_that_stand_nowhere_are_not_found(engine: Engine, entries: list[Entry]) -> None:
    """The ends of two phrases put together: of the very characters that the texts are made of."""
    halves = [tokens(phrase) for phrase in cut(entries, 4 * ABSENT)]
    joined = [" ".join(a[-2:] + b[:2]) for a, b in zip(halves[::2], halves[1::2], strict=True)]
    absent = [phrase for phrase in joined if not plain.search(entries, Phrase(phrase), variants=True)]
    assert len(absent) >= ABSENT
    assert differing(engine, entries, absent) == []
    assert all(engine.search(Phrase(phrase), variants=True).total == 0 for phrase in absent[:ABSENT])


def test_what_is_found_is_highlighted(engine: Engine, entries: list[Entry]) -> None:
    held = {one.speech.id: one for one in entries}
    for phrase in cut(entries, 40):
        for hit in engine.search(Phrase(phrase, "text")).hits:
            marked = [s.text[a:b] for s in snippets(held[hit.id], Phrase(phrase, "text")) for a, b in s.spans]
            assert marked
            assert all("".join(tokens(one)).startswith(tokens(phrase)[0]) for one in marked)

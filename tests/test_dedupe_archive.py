"""Copies in an archive, over its real tables: any order and split, people's words, what is like, passages."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import copies, export
from flows.catalog import pieces
from flows.catalog.writer import Writer
from flows.dedupe import postings, sign
from flows.dedupe.marks import hashes, read
from flows.records import Speech
from flows.spool import Spoken

WORDS = "经济社会发展项目工作农村城乡企业教育医疗交通水利环境安全民生改革开放创新人才市场投资税收就业文化旅游"


def prose(seed: int, sentences: int) -> str:
    dice = random.Random(seed)
    lines = ("".join(dice.choices(WORDS, k=dice.randint(45, 60))) for _ in range(sentences))
    return "\n".join(f"{line}。" for line in lines)


def filled(text: str, place: str, seed: int) -> str:
    """A template's text with its place and numbers."""
    dice = random.Random(seed)
    lines = text.split("\n")
    return "\n".join(f"{place}今年{line}增长{dice.randint(100, 99999)}万元" for line in lines)


def speech(number: int, text: str, title: str = "讲话") -> Speech:
    i = f"{number:016x}"
    return Speech(id=i, pages=(i,), title=title, text=text)


OPENING, REST = prose(1, 6), prose(2, 12)
BAODING = OPENING + "\n" + filled(REST, "保定市", 1)
TANGSHAN = OPENING + "\n" + filled(REST, "唐山市", 2)
SPEECHES = [
    speech(1, BAODING),
    speech(2, BAODING.replace("，", ",").replace("保定市", "XX市")),
    speech(3, TANGSHAN),
    speech(4, TANGSHAN[: len(TANGSHAN) * 3 // 4]),
    speech(5, OPENING),
    speech(6, prose(3, 20)),
    speech(7, prose(3, 20)[: len(prose(3, 20)) // 3]),
    speech(8, prose(4, 10) + "\n" + prose(3, 2)),
]
"""1, 2: a report and its masked copy. 3, 4: another city's from one template, and its beginning. 5: the
opening of both. 6, 7: a speech and its first third. 8: another one, with two of its paragraphs."""


def put(catalog: Writer, speeches: Sequence[Speech]) -> None:
    found = (Spoken(key=s.id, speeches=(s,), marks=(sign(s.text),)) for s in speeches)
    catalog.put_speeches(found, "run")


def find(catalog: Writer) -> int:
    copies.match(catalog, lambda _: None)
    return copies.settle(catalog, "run")


def told(catalog: Writer) -> list[dict[str, object]]:
    return [{k: v for k, v in export.as_json(e).items() if k != "run"} for e in catalog.entries()]


def groups(catalog: Writer) -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for entry in catalog.entries():
        found.setdefault(entry.cluster, []).append(int(entry.speech.id, 16))
    return sorted(found.values())


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Writer]:
    with Writer.open(tmp_path, create=True) as opened:
        put(opened, SPEECHES)
        find(opened)
        yield opened


def test_copies_are_joined_and_a_template_s_speeches_kept_apart(catalog: Writer) -> None:
    assert groups(catalog) == [[1, 2], [3, 4], [5], [6, 7], [8]]
    assert catalog.stale_speeches() == [] and find(catalog) == 0


def test_what_is_like_is_told_with_what_differs(catalog: Writer) -> None:
    ids = [s.id for s in SPEECHES]
    like = {r.id: r for r in catalog.related(ids[0])}
    assert set(like) == {ids[2], ids[3], ids[4]}
    assert (like[ids[2]].relation, like[ids[2]].places) == ("template", ("保定市", "唐山市"))
    assert like[ids[2]].numbers > 0.9
    assert like[ids[4]].relation == "ambiguous"
    opening = catalog.related(ids[4])
    assert [r.id for r in opening] == ids[:4] and {r.relation for r in opening} == {"ambiguous"}
    entry = catalog.entry(ids[5])
    assert entry and entry.related == () and list(export.as_json(entry))[-2:] == ["related", "run"]


@settings(max_examples=12, deadline=None)
@given(st.permutations(SPEECHES), st.lists(st.integers(1, 7), max_size=3), st.sampled_from([1, 3, 1000]))
def test_any_order_split_and_portion(order: list[Speech], cuts: list[int], portion: int) -> None:
    with TemporaryDirectory() as whole, TemporaryDirectory() as split, pytest.MonkeyPatch.context() as patch:
        with Writer.open(Path(whole), create=True) as catalog:
            put(catalog, SPEECHES)
            find(catalog)
            wanted = told(catalog)
        patch.setattr(copies, "AT_ONCE", portion)
        patch.setattr(copies, "PAIRED_AT_ONCE", portion)
        with Writer.open(Path(split), create=True) as catalog:
            bounds = [0, *sorted(cuts), len(order)]
            for start, end in pairwise(bounds):
                put(catalog, order[start:end])
                find(catalog)
            assert told(catalog) == wanted


def test_a_speech_that_goes_leaves_the_archive_as_if_it_had_never_come(
    catalog: Writer, tmp_path: Path
) -> None:
    put_again = [Spoken(key=SPEECHES[2].id, speeches=(), marks=())]
    catalog.put_speeches(put_again, "run")
    find(catalog)
    with Writer.open(tmp_path / "other", create=True) as other:
        put(other, [s for s in SPEECHES if s != SPEECHES[2]])
        find(other)
        assert told(catalog) == told(other)
    for table in ("marks", "prints"):
        kept = [np.frombuffer(k, np.int64) for (k,) in catalog.db.execute(f"SELECT keys FROM {table}")]
        numbers = set(postings.numbers(np.concatenate(kept)).tolist())
        assert numbers and 3 not in numbers


def links(catalog: Writer) -> list[tuple[object, ...]]:
    return catalog.db.execute("SELECT * FROM links ORDER BY a, b").fetchall()


def crowd(copied: int, noticed: int) -> list[Speech]:
    """A text that many sites copied, each with a notice of its own; notices from one template, by place and
    numbers, each third of them found twice; and speeches that share a standing paragraph."""
    standing = prose(700, 1)
    made = [prose(3, 10) + "\n" + prose(100 + n, 1) for n in range(copied)]
    notices = [filled(prose(5, 4), "保定市", n) for n in range(noticed)]
    made += notices + [n.replace("。", "，") for n in notices[::3]]
    made += [prose(800 + n, 3) + "\n" + standing for n in range(noticed)]
    return [speech(n, text) for n, text in enumerate(made, 1)]


CROWD = crowd(18, 9)


@settings(max_examples=8, deadline=None)
@given(
    st.permutations(CROWD), st.lists(st.integers(1, len(CROWD) - 1), max_size=4), st.sampled_from([5, 1000])
)
def test_hubs_do_not_see_order(order: list[Speech], cuts: list[int], portion: int) -> None:
    """With marks of more postings than are looked at; every third speech goes and comes again besides."""
    with TemporaryDirectory() as whole, TemporaryDirectory() as split, pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "CROWD", 4)
        with Writer.open(Path(whole), create=True) as catalog:
            put(catalog, CROWD)
            find(catalog)
            wanted, linked = told(catalog), links(catalog)
        patch.setattr(copies, "AT_ONCE", portion)
        patch.setattr(copies, "PAIRED_AT_ONCE", portion)
        patch.setattr(pieces, "PIECE", portion)
        patch.setattr(pieces, "FEW", portion)
        with Writer.open(Path(split), create=True) as catalog:
            for start, end in pairwise([0, *sorted(cuts), len(order)]):
                put(catalog, order[start:end])
                find(catalog)
            gone = order[::3]
            catalog.put_speeches([Spoken(key=s.id, speeches=(), marks=()) for s in gone], "run")
            find(catalog)
            put(catalog, gone)
            find(catalog)
            assert links(catalog) == linked
            assert told(catalog) == wanted


def test_what_goes_from_a_crowd_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "CROWD", 4)
    gone = CROWD[::2]
    with Writer.open(tmp_path / "a", create=True) as one, Writer.open(tmp_path / "b", create=True) as other:
        put(one, CROWD)
        find(one)
        one.put_speeches([Spoken(key=s.id, speeches=(), marks=()) for s in gone], "run")
        find(one)
        put(other, [s for s in CROWD if s not in gone])
        find(other)
        assert links(one) == links(other) and told(one) == told(other)


def test_many_copies_are_one_cluster_and_many_notices_are_not(tmp_path: Path) -> None:
    """Each is linked with some of the others, not with all; copies to the letter find each other always."""
    speeches, found = crowd(80, 60), []
    for seed in range(2):
        random.Random(seed).shuffle(speeches)
        with Writer.open(tmp_path / str(seed), create=True) as catalog:
            for n in range(0, len(speeches), 100 - 63 * seed):
                put(catalog, speeches[n : n + 100 - 63 * seed])
                find(catalog)
            found.append((groups(catalog), links(catalog)))
    assert found[0] == found[1]
    clusters, linked = found[0]
    assert clusters[0] == list(range(1, 81))
    assert clusters[1:61] == [[n, 141 + (n - 81) // 3] if n % 3 == 0 else [n] for n in range(81, 141)]
    assert clusters[61:] == [[n] for n in range(161, 221)]
    assert len(linked) < (80 + 80) * postings.CROWD


def test_copies_to_the_letter_of_long_notices_find_each_other_in_a_crowd(tmp_path: Path) -> None:
    """Of 50 notices from one template each shares all its marks with a crowd, but two with its own copy."""
    made = [filled(prose(5, 60), "保定市", n) for n in range(50)]
    made += [n.replace("。", "，") for n in made[::2]]
    with Writer.open(tmp_path, create=True) as catalog:
        put(catalog, [speech(n, text) for n, text in enumerate(made, 1)])
        find(catalog)
        assert groups(catalog) == [[n, 51 + n // 2] if n % 2 else [n] for n in range(1, 51)]


def test_the_highest_mark_that_there_can_be(catalog: Writer) -> None:
    """Eight letters whose hash ends in ones: what is above their mark would be no 64-bit number."""
    text = "灵灣瀤瀤灹濫灁濲"
    assert hashes(read(text).units, 8).tolist() == [0x1FFFFFFFF]
    before = told(catalog)
    made = [speech(20 + n, prose(300 + n, 30) + "\n" + text) for n in range(3)]
    put(catalog, made)
    find(catalog)
    assert groups(catalog)[-3:] == [[20], [21], [22]]
    catalog.put_speeches([Spoken(key=s.id, speeches=(), marks=()) for s in made], "run")
    find(catalog)
    assert told(catalog) == before


def test_a_person_s_word_wins_and_can_be_taken_back(catalog: Writer) -> None:
    ids = [s.id for s in SPEECHES]
    before = told(catalog)
    catalog.put_verdict(ids[1], ids[0], False)
    catalog.put_verdict(ids[4], ids[2], True)
    catalog.put_verdict(ids[7], ids[5], True)
    assert catalog.verdicts() == {(ids[0], ids[1]): False, (ids[2], ids[4]): True, (ids[5], ids[7]): True}
    find(catalog)
    assert groups(catalog) == [[1], [2], [3, 4, 5], [6, 7, 8]]
    assert ids[1] not in {r.id for r in catalog.related(ids[0])}, "it is another speech, and no doubt of it"
    find(catalog)
    assert catalog.stale_speeches() == []
    for a, b in ((0, 1), (2, 4), (5, 7)):
        catalog.put_verdict(ids[a], ids[b], None)
    find(catalog)
    assert told(catalog) == before and catalog.verdicts() == {}


def test_a_verdict_follows_the_page_into_another_speech(catalog: Writer) -> None:
    """Speech 8 becomes part of a longer one, under another id; the word on it stays."""
    catalog.put_verdict(SPEECHES[5].id, SPEECHES[7].id, True)
    find(catalog)
    longer = Speech(
        id="0" * 16, pages=("0" * 16, SPEECHES[7].id), title="讲话", text=SPEECHES[7].text + prose(9, 3)
    )
    catalog.put_speeches([Spoken(key=SPEECHES[7].id, speeches=(longer,), marks=(sign(longer.text),))], "run")
    find(catalog)
    assert groups(catalog) == [[0, 6, 7], [1, 2], [3, 4], [5]]


def test_shared_paragraphs_are_told_across_clusters_alone(catalog: Writer) -> None:
    found = catalog.passages(SPEECHES[7].id)
    assert found.standing == 0 and {p.other for p in found.passages} == {SPEECHES[5].id, SPEECHES[6].id}
    texts = {s.id: s.text for s in SPEECHES}
    for p in found.passages:
        assert SPEECHES[7].text[p.start : p.end] == texts[p.other][p.other_start : p.other_end]
    assert {p.other for p in catalog.passages(SPEECHES[5].id).passages} == {SPEECHES[7].id}


def test_a_paragraph_of_many_speeches_is_a_standing_phrase(tmp_path: Path) -> None:
    standing = prose(500, 1)
    with Writer.open(tmp_path, create=True) as catalog:
        put(catalog, [speech(n, prose(n, 4) + "\n" + standing) for n in range(1, 30)])
        find(catalog)
        assert len(groups(catalog)) == 29
        found = catalog.passages(f"{1:016x}")
        assert (found.passages, found.standing) == ((), 1)

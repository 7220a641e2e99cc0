"""The restore stage: its cases, its laws, and the real documents where they are at hand."""

from __future__ import annotations

import csv
import json
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from prose import simplified, traditional
from restore.damage import damage

from flows.records import Edit, Page, Source
from flows.restore import invisible, lookalikes, pinyin, restore, stray
from flows.restore.pinyin import readings_of
from flows.restore.script import to_simplified

CASES = Path(__file__).parent / "cases" / "restore"
SHARED = Path(__file__).resolve().parents[1].parent / "shared"
OWN = ("pinyin", "invisible", "look-alikes", "stray-letters")
"""Rules with case files of their own: what they do, and (-negative) what they must leave."""
RULES = ("mojibake", "invisible", "pinyin", "byte-shift", "look-alike", "regional-words")
PIECES = [
    "?",
    "??",
    "?yōu)",
    "(shù)",
    "（wù）",
    "當",
    "務",
    "地",
    "数",
    "催^",
    "\ue087",
    "\u200b",
    "\n",
    ",",
    "a",
    "。",
]


def page(text: str, title: str | None = None) -> Page:
    return Page(id="0", source=Source(file="f"), media="text/plain", text=text, title=title)


def cases(name: str) -> list[Any]:
    rows = json.loads((CASES / f"{name}.json").read_text("utf-8"))
    return [pytest.param(row, id=row["label"]) for row in rows]


POSITIVE = [*cases("real-shaped"), *(case for rule in OWN for case in cases(rule))]
NEGATIVE = [*cases("negative"), *(case for rule in OWN for case in cases(f"{rule}-negative"))]


@pytest.mark.parametrize("case", POSITIVE + NEGATIVE)
def test_case(case: dict[str, Any]) -> None:
    restored = restore(page(case["input"], case.get("title")))
    assert restored.text == case["expected"], case["why"]
    assert restored.title == case.get("expected_title")
    assert restored.gaps == case.get("gaps", restored.gaps)


@pytest.mark.parametrize("case", NEGATIVE)
def test_negative_leaves_no_edit(case: dict[str, Any]) -> None:
    assert restore(page(case["input"])).edits == ()


def replay(text: str, edits: tuple[Edit, ...]) -> str:
    for rule in RULES:
        for edit in reversed([e for e in edits if e.rule == rule]):
            assert text.startswith(edit.before, edit.start)
            text = text[: edit.start] + edit.after + text[edit.start + len(edit.before) :]
    return text


@given(st.lists(st.sampled_from(PIECES) | st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])))
@settings(deadline=None, max_examples=300)
def test_any_text_is_taken_and_its_edits_replay(pieces: list[str]) -> None:
    text = "".join(pieces)
    restored = restore(page(text))
    replayed = replay(text, restored.edits)
    assert len(restored.text) == len(replayed)
    assert restored.text in (replayed, to_simplified(replayed))
    assert [e.rule for e in restored.edits] == sorted((e.rule for e in restored.edits), key=RULES.index)


PROSE = (
    "全鎮的水渠都修好了。可以說,今年是豐收年。看長勢,當地農戶都滿意。"
    "海口村的問題等到開春解決,要把它變為大事。"
)
READINGS = {
    **{"數": "shù", "優": "yōu", "總": "zǒng", "務": "wù", "發": "fā", "開": "kāi"},
    **{"過": "guò", "體": "tǐ", "為": "wèi", "當": "dāng", "縣": "xiàn", "產": "chǎn"},
}


@given(st.sets(st.sampled_from(list(READINGS)), max_size=8), st.permutations(PROSE.split("。")))
@settings(deadline=None, max_examples=60)
def test_restoring_twice_changes_nothing_more(chosen: set[str], sentences: list[str]) -> None:
    broken = damage("。".join(sentences), {c: READINGS[c] for c in sorted(chosen)}).broken
    once = restore(page(broken))
    twice = restore(once)
    assert (twice.text, twice.edits) == (once.text, once.edits)


def test_gap_stays_visible_and_is_counted() -> None:
    right = "老牛看了水塔,很高興。"  # 牛 could be any of a hundred characters that end in A3
    restored = restore(page(damage(right, {}).broken))
    assert restored.text == "老?看了水?,很高兴。"
    assert restored.gaps == 2
    assert [e.exact for e in restored.edits] == [False]


def clean_texts() -> Iterator[str]:
    corpora = SHARED / "corpora"
    for path in [*sorted(corpora.glob("reports/*.txt"))[::4], *corpora.glob("noteveryx-speeches/*")]:
        yield path.read_text("utf-8")
    for name, field in (("county_reports", "text"), ("cleaning_pairs", "noisy"), ("duplicate_pairs", "a")):
        for line in (corpora / f"{name}.jsonl").read_text("utf-8").splitlines():
            yield json.loads(line)[field]
    for path in corpora.glob("html_gold/cleaned/*"):
        yield path.read_text("utf-8", "replace")


def test_clean_texts_stay() -> None:
    """What changes in them are slips of their writers: 二O三五年, 3O亿元, I2月."""
    if not SHARED.is_dir():
        pytest.skip("the corpora are not beside the checkout")
    for text in clean_texts():
        restored = restore(page(text))
        slips = [(edit.rule, set(edit.after) <= set("〇01")) for edit in restored.edits]
        assert set(slips) <= {("look-alike", True)}
        assert len(slips) <= 6
        replayed = replay(text, restored.edits)
        assert restored.text in (replayed, to_simplified(replayed))


def test_seeds() -> None:
    if not SHARED.is_dir():
        pytest.skip("the seeds are not beside the checkout")
    truth = json.loads((SHARED / "seeds" / "truth.json").read_text("utf-8"))
    for document in truth["documents"]:
        restored = restore(page((SHARED / "seeds" / document["file"]).read_text("utf-8")))
        for passage in document["restored"]:
            assert passage["right"].replace(",", "") in restored.text.replace(",", ""), document["file"]
        for kept in document.get("keep", ()):
            assert kept in restored.text
        assert not [note for note in document["never_in_body"] if note[0] == "(" and note in restored.text]
        assert restored.gaps == stray.count(restored.text)


def test_readings_and_exceptions_are_well_formed() -> None:
    folder = Path(__file__).resolve().parents[1] / "data" / "reference" / "restore"
    lines = (folder / "script-exceptions.tsv").read_text("utf-8").splitlines()
    rows = list(csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    assert all(len(row) == 3 and len(row[0]) == len(row[1]) and row[2] for row in rows)
    assert len({row[0] for row in rows}) == len(rows)


# --- pinyin: any text, any characters chosen, each form

FORMS = {
    "round": "{}({})",
    "full-width": "{}（{}）",
    "square": "{}[{}]",
    "lenticular": "{}【{}】",
    "spaced": "{} ( {} )",
    "bare": "{}{}",
}


def numbered(reading: str) -> str:
    """A reading with its tone as a figure: wu4 for wù."""
    apart = unicodedata.normalize("NFD", reading)
    tone = next((str(n) for n, mark in enumerate("\u0304\u0301\u030c\u0300", 1) if mark in apart), "5")
    letters = "".join(mark for mark in apart if mark not in "\u0304\u0301\u030c\u0300")
    return unicodedata.normalize("NFC", letters) + tone


def usual_readings(text: str) -> dict[str, str]:
    """What anyone would read, of the characters of a text that a site would choose."""
    found = {c: next((r for r, usual in readings_of(c) if usual), "") for c in set(text)}
    return {c: r for c, r in found.items() if not r.isascii() and pinyin.hindered(f"{c}({r})")}


@given(
    simplified(shortest=60) | traditional(shortest=60),
    st.sampled_from(sorted(FORMS)),
    st.sampled_from([str, str.upper, str.capitalize, numbered]),
    st.data(),
)
@settings(deadline=None, max_examples=50)
def test_pinyin_goes_in_every_form(
    text: str, form: str, write: Callable[[str], str], data: st.DataObject
) -> None:
    readings = usual_readings(text)
    assume(len(readings) > 8)
    chosen = data.draw(st.sets(st.sampled_from(sorted(readings)), min_size=8))
    if form == "bare":
        write = str
    notes = {ord(c): FORMS[form].format(c, write(readings[c])) for c in chosen}
    hindered = text.translate(notes)
    assert pinyin.hindered(hindered)
    bare, edits, annotated = pinyin.remove_notes(hindered)
    assert bare == text
    assert annotated == chosen
    assert len(edits) == sum(map(text.count, chosen))


@given(
    simplified() | traditional(),
    st.sampled_from(["(GDP)", "（PM2.5）", "(a)", "(XX)", "（含税）", "(he)", "[1]"]),
)
@settings(deadline=None, max_examples=60)
def test_real_brackets_stay(text: str, bracket: str) -> None:
    assert not pinyin.hindered(text.replace("，", bracket + "，"))


# --- laws of the other rules


@given(
    simplified(),
    st.lists(
        st.tuples(
            st.integers(0, 500), st.sampled_from("\u200b\u2060\u00ad\ufeff\x00\u202e\U000e0041\ufe0f\u0338")
        )
    ),
)
@settings(deadline=None, max_examples=60)
def test_invisible_characters_go_wherever_they_are(text: str, put: list[tuple[int, str]]) -> None:
    marked = "同" + text
    for at, mark in put:
        at = 1 + at % len(text)
        if "\u4e00" <= marked[at - 1] <= "\u9fff":
            marked = marked[:at] + mark + marked[at:]
    assert restore(page(marked)).text == "同" + text


@given(simplified())
@settings(deadline=None, max_examples=60)
def test_good_text_is_not_touched(text: str) -> None:
    restored = restore(page(text))
    assert (restored.text, restored.edits, restored.gaps) == (text, (), 0)


@given(st.text(max_size=60) | st.text(alphabet="二OO九年lI10月日○—进步统一АР曰⼆ー", max_size=30))
@settings(deadline=None, max_examples=200)
def test_look_alikes_keep_their_place(text: str) -> None:
    folded, edits = lookalikes.fold(text)
    assert len(folded) == len(text)
    for edit in edits:
        end = edit.start + len(edit.before)
        assert (text[edit.start : end], folded[edit.start : end]) == (edit.before, edit.after)
    assert lookalikes.fold(folded) == (folded, [])


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        "(a",
        "字(a",
        "字zi",
        "\u200b",
        "\u0338",
        "二O",
        "2O",
        "—",
        "年l",
        "А",
        "字M",
        "(zhongzhongzhong",
        "⼆",
        "\ue78d",
    ],
)
def test_rules_take_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * size
        started = time.perf_counter()
        for rule in (invisible.remove, pinyin.hindered, pinyin.remove_notes, lookalikes.fold, stray.count):
            rule(text)
        return time.perf_counter() - started

    small, large = (min(seconds(size) for _ in range(2)) for size in (5_000, 20_000))
    assert large < 10 * small + 0.1

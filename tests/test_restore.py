"""The restore stage: its cases, its laws, and the real documents where they are at hand."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from restore.damage import damage

from flows.records import Edit, Page, Source
from flows.restore import restore
from flows.restore.script import to_simplified

CASES = Path(__file__).parent / "cases" / "restore"
SHARED = Path(__file__).resolve().parents[1].parent / "shared"
RULES = ("invisible", "pinyin", "byte-shift")
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


@pytest.mark.parametrize("case", cases("real-shaped") + cases("negative"))
def test_case(case: dict[str, Any]) -> None:
    restored = restore(page(case["input"], case.get("title")))
    assert restored.text == case["expected"], case["why"]
    assert restored.title == case.get("expected_title")
    assert restored.gaps == case.get("gaps", restored.gaps)


@pytest.mark.parametrize("case", cases("negative"))
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
    right = "老牛看了水渠,很高興。"  # 牛 could be any of a hundred characters that end in A3
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
    if not SHARED.is_dir():
        pytest.skip("the corpora are not beside the checkout")
    for text in clean_texts():
        restored = restore(page(text))
        assert restored.edits == ()
        assert restored.text in (text, to_simplified(text))


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
        assert restored.gaps == 0


def test_readings_and_exceptions_are_well_formed() -> None:
    folder = Path(__file__).resolve().parents[1] / "data" / "reference" / "restore"
    lines = (folder / "script-exceptions.tsv").read_text("utf-8").splitlines()
    rows = list(csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    assert all(len(row) == 3 and len(row[0]) == len(row[1]) and row[2] for row in rows)
    assert len({row[0] for row in rows}) == len(rows)

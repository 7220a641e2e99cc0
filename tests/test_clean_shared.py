"""Clean and stitch on real pages, where the folder of real pages is beside the checkout."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from flows.clean import clean
from flows.records import Page, Source, Speech
from flows.restore import restore
from flows.stitch import stitch

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder of real pages is not beside the checkout"
)
MARKS = {"bold", "heading-mark", "rule-line", "entity", "title-line", "field", "comment", "punctuation"}


def page(name: str, text: str) -> Page:
    return Page(id=name, source=Source(file=name), media="text/plain", text=text)


def cleaned(text: str) -> Page:
    result = clean(page("a", text))
    assert isinstance(result, Page)
    return result


def json_lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SHARED / "corpora" / name).read_text("utf-8").splitlines()]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_clean_reports_lose_nothing() -> None:
    """Only marks of Markdown and HTML, entities, title and credit lines are taken off the clean reports."""
    for path in sorted((SHARED / "corpora" / "reports").glob("*.txt")):
        text = path.read_text("utf-8")
        done = cleaned(text)
        assert {edit.rule for edit in done.edits} <= MARKS, path.name
        taken = sum(len(squeezed(edit.before)) - len(squeezed(edit.after)) for edit in done.edits)
        assert len(squeezed(done.text)) == len(squeezed(text)) - taken, path.name
        assert not done.truncated, path.name
        (speech,) = stitch([done])
        assert speech.text == done.text, path.name


@pytest.mark.parametrize(
    "pair",
    json_lines("cleaning_pairs.jsonl") if SHARED.is_dir() else [],
    ids=lambda pair: pair["noisy"][3:18],
)
def test_noisy_pages_keep_the_report_alone(pair: dict[str, Any]) -> None:
    gold = pairs_of(re.sub(r"<!-.*?->|\*|来源[:：]\S+$", "", pair["clean"], flags=re.DOTALL))
    got = pairs_of(cleaned(pair["noisy"]).text)
    assert (got & gold).total() / got.total() >= 0.985


def pairs_of(text: str) -> Counter[str]:
    text = squeezed(unicodedata.normalize("NFKC", text))
    text = re.sub(r"[“”\"]", '"', re.sub(r"[—―–-]+", "-", text))
    return Counter(text[at : at + 2] for at in range(len(text) - 1))


def test_county_pages_lose_the_sites_lines() -> None:
    for row in json_lines("county_reports.jsonl"):
        done = cleaned(row["text"])
        for mark in ("????", "\\r\\n", "&nbsp;", "阅读排行", "标签云", "分享到", "相关文章", "数据网"):
            assert mark not in done.text, row["title"]
        if done.published:
            assert done.title == row["title"]


def speech_of(document: dict[str, Any]) -> Speech:
    text = (SHARED / "seeds" / document["file"]).read_text("utf-8")
    done = clean(restore(page(document["file"], text)))
    assert isinstance(done, Page)
    if "source_url" in document:
        assert done.source.url == document["source_url"]
    (speech,) = stitch([done])
    return speech


def seeds() -> list[dict[str, Any]]:
    path = SHARED / "seeds" / "truth.json"
    return list(json.loads(path.read_text("utf-8"))["documents"]) if path.is_file() else []


@pytest.mark.parametrize("document", seeds(), ids=lambda document: document["file"][:3])
def test_seeds(document: dict[str, Any]) -> None:
    speech = speech_of(document)
    body = squeezed(unicodedata.normalize("NFKC", speech.text))
    assert speech.title in [document["title"], *document.get("or_title", [])]
    assert (speech.published, speech.truncated) == (document["published"], document["truncated"])
    assert list(speech.missing_pages) == document.get("missing_pages", [])
    assert body.startswith(squeezed(document["body_starts"]))
    assert body.endswith(squeezed(document["body_ends"]))
    assert 0.97 <= len(body) / document["characters"] <= 1.03
    for phrase in document.get("joined_across_pages", []):
        assert phrase in body
    for phrase in document["never_in_body"]:
        assert squeezed(phrase) not in body

"""Hold an export against what a careful reader gets from the samples."""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Speech = dict[str, Any]
Document = dict[str, Any]

TRUTH = json.loads((Path(__file__).parent / "truth.json").read_text("utf-8"))
QUERIES = json.loads((Path(__file__).parent / "queries.json").read_text("utf-8"))["queries"]

_PLACES = ("province", "prefecture", "county", "town", "adcode")
_RANK = {"day": 3, "month": 2, "year": 1, "range": 0}
_LENGTH = {"day": 10, "month": 7, "year": 4}


def plain(text: str | None) -> str:
    """The compared form: NFKC, no white space, one kind of quotes, dashes and dots.

    >>> plain("——“十一五”，  好 。")
    '-"十一五",好。'
    """
    text = unicodedata.normalize("NFKC", text or "")
    text = re.sub("[“”「」『』]", '"', text)
    text = re.sub("[—–―－-]+", "-", text)
    return re.sub(r"\s+", "", re.sub(r"\.{2,}|…+", "…", text))


def base_name(file: str) -> str:
    """A dump's name without its folder; a member keeps its archive's: ``a.zip!b.txt``.

    >>> base_name("data/samples/a.zip!b.txt")
    'a.zip!b.txt'
    """
    return file.rsplit("/", 1)[-1]


def files_of(speech: Speech) -> set[str]:
    """Base names of the dump files that a speech cites."""
    return {base_name(source["file"]) for source in speech["sources"]}


def find(document: Document, export: list[Speech]) -> list[Speech]:
    """The exported speeches that come from a document's files; by url where a file holds several."""
    here = [speech for speech in export if files_of(speech) & set(document["files"])]
    shared = sum(d["files"] == document["files"] for d in TRUTH["documents"]) > 1
    if shared:
        here = [s for s in here if document["source_url"] in {x["url"] for x in s["sources"]}]
    return here


def failures(document: Document, export: list[Speech]) -> list[str]:
    """The statements about a document that an export does not hold to, with what it says instead."""
    found = find(document, export)
    if len(found) != 1:
        return [f"exactly one speech: {len(found)} found"]
    checks = (_identity, _date, _body, _evidence)
    return [
        f"{statement}: {got!r:.200}"
        for check in checks
        for statement, holds, got in check(document, found[0])
        if not holds
    ]


_Statement = tuple[str, bool, object]


def _identity(document: Document, speech: Speech) -> Iterator[_Statement]:
    yield "files", files_of(speech) == set(document["files"]), files_of(speech)
    yield "title", plain(speech["title"]) == plain(document["title"]), speech["title"]
    for key in ("level", "doc_type", "truncated", "anonymised", "missing_pages"):
        if key in document:
            yield key, speech[key] == document[key], speech[key]
    published = speech["published"] or ""
    yield "published", published[:16] == (document["published"] or "")[:16], published
    if "source_url" in document:
        urls = [source["url"] for source in speech["sources"]]
        yield "source_url", document["source_url"] in urls, urls
    for words in document.get("head_holds", ()):
        yield f"head holds {words}", plain(words) in plain(speech["head"]), speech["head"]
    if "region" in document:
        given, unknown_is_right = speech["region"], "region" in document.get("may_be_unknown", ())
        for key in _PLACES:
            right = given[key] == document["region"][key] or (unknown_is_right and given[key] is None)
            yield f"region.{key} is {document['region'][key]}", right, given


def _date(document: Document, speech: Speech) -> Iterator[_Statement]:
    if "speech_date" not in document:
        return
    truth, date = document["speech_date"], speech["speech_date"] or {}
    low, high, value = date.get("from"), date.get("to"), date.get("value")
    inside = bool(low and high) and truth["from"] <= low <= high <= truth["to"]
    yield f"speech_date inside {truth['from']}..{truth['to']}", inside, speech["speech_date"]
    precision = date.get("precision", "range")
    least = _RANK[truth.get("at_least", truth["precision"])]
    yield "speech_date precision", least <= _RANK[precision] <= _RANK[truth["precision"]], precision
    agrees = bool(value) and (truth["value"].startswith(value) or value.startswith(truth["value"]))
    yield f"speech_date value {truth['value']}", agrees and len(value) == _LENGTH.get(precision), value


def _body(document: Document, speech: Speech) -> Iterator[_Statement]:
    text, body = speech["text"], plain(speech["text"])
    yield "body_starts", body.startswith(plain(document["body_starts"])), text[:60]
    yield "body_ends", body.endswith(plain(document["body_ends"])), text[-60:]
    yield "characters", 0.97 <= len(body) / document["characters"] <= 1.03, len(body)
    for words in (*document.get("joined_across_pages", ()), *document.get("keep", ())):
        yield f"body holds {words}", plain(words) in body, ""
    for site in document["restored"]:
        whole = plain(site["right"]) in body
        yield f"restored {site['right']}", whole or (not site["exact"] and speech["gaps"] > 0), speech["gaps"]
    for words in document["never_in_body"]:
        yield f"body is free of {words}", plain(words) not in body, ""


def _evidence(document: Document, speech: Speech) -> Iterator[_Statement]:
    for tag in ("level", "region", "speech_date"):
        if tag not in document:
            continue
        value = any(speech[tag][key] for key in _PLACES) if tag == "region" else speech[tag]
        evidence = speech["evidence"].get(tag) or []
        if value:
            yield f"evidence for {tag}", bool(evidence), evidence
        else:
            yield f"reason for unknown {tag}", bool(speech["unknown"].get(tag)), speech["unknown"]
        for item in evidence:
            if item["speech"] is None:
                field = speech[item["field"]]
                words = field[item["start"] : item["end"]]
                exact = len(words) > 1 and words in item["sentence"] and item["sentence"] in field
                yield f"offsets of {tag}", exact, item

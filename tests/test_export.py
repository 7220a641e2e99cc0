"""The export has the form that programs rely on, the same bytes each time, and is safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import exported

from flows import export
from flows.catalog import Catalog
from flows.errors import JianghuaError
from flows.records import Entry, Region, Speech

KEYS = [
    "id",
    "title",
    "text",
    "head",
    "level",
    "region",
    "speech_date",
    "published",
    "confidence",
    "evidence",
    "unknown",
    "speaker_role",
    "occasion",
    "doc_type",
    "truncated",
    "missing_pages",
    "anonymised",
    "cluster",
    "canonical",
    "sources",
    "edits",
    "gaps",
    "related",
    "run",
]
TAGS = ("level", "region", "speech_date")


def test_keys_are_always_there_and_in_order(samples_export: list[dict[str, Any]]) -> None:
    for speech in samples_export:
        assert list(speech) == KEYS
        assert list(speech["region"]) == ["province", "prefecture", "county", "town", "adcode", "name"]
        assert list(speech["sources"][0]) == ["file", "offset", "length", "sha256", "page", "url", "captured"]
        assert set(speech["evidence"]) == set(TAGS)
    assert [s["id"] for s in samples_export] == sorted(s["id"] for s in samples_export)


def test_each_tag_has_evidence_or_a_reason(samples_export: list[dict[str, Any]]) -> None:
    by_id = {s["id"]: s for s in samples_export}
    for speech in samples_export:
        known = {
            "level": speech["level"],
            "region": speech["region"]["province"],
            "speech_date": speech["speech_date"],
        }
        for tag in TAGS:
            if known[tag] is None:
                assert speech["unknown"][tag]
                continue
            assert 0 < speech["confidence"][tag] <= 1
            assert speech["evidence"][tag]
            partly = tag == "region" and speech["anonymised"]  # 浙江省 known, the district masked
            assert partly or tag not in speech["unknown"]
            for e in speech["evidence"][tag]:
                said = (by_id[e["speech"]] if e["speech"] else speech)[e["field"]]
                assert said[e["start"] : e["end"]] in e["sentence"]
                assert e["sentence"] in said


def test_sources_lead_back_to_the_bytes(samples_export: list[dict[str, Any]]) -> None:
    import hashlib

    for speech in samples_export:
        for source in speech["sources"]:
            if "!" in source["file"] or source["file"].endswith(".gz"):
                continue
            found = Path(source["file"]).read_bytes()[source["offset"] :][: source["length"]]
            assert hashlib.sha256(found).hexdigest() == source["sha256"]


def test_two_exports_are_the_same_bytes(samples_archive: Path) -> None:
    with Catalog.open(samples_archive) as catalog:
        for form in ("jsonl", "csv"):
            first, second = io.BytesIO(), io.BytesIO()
            assert export.write(catalog.entries(), form, first) == len(exported(samples_archive))
            export.write(catalog.entries(), form, second)
            assert first.getvalue() == second.getvalue()


def test_scraped_text_is_no_formula() -> None:
    speech = Speech(id="a", pages=("a",), title="=HYPERLINK(1)", text="+1\n-2", region=Region())
    entry = Entry(speech=speech, cluster="a", canonical=True, variants=0, sources=(), run="r", revision=1)
    out = io.BytesIO()
    export.write([entry], "csv", out)
    (row,) = csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline=""))
    assert row["title"] == "'=HYPERLINK(1)" and row["text"] == "'+1\n-2"


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(JianghuaError, match="choose another place"):
        export.write_file([], "jsonl", tmp_path / "nowhere" / "out.jsonl")

    def broken() -> Any:
        yield from ()
        raise OSError(28, "No space left on device")

    (tmp_path / "out.jsonl").write_text("before")
    with pytest.raises(JianghuaError):
        export.write_file(broken(), "jsonl", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]


def test_an_error_of_any_kind_leaves_no_part(tmp_path: Path) -> None:
    def broken() -> Any:
        yield from ()
        raise KeyError("x")

    with pytest.raises(KeyError):
        export.write_file(broken(), "jsonl", tmp_path / "out.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_followed_and_a_pipe_is_written_to(samples_archive: Path, tmp_path: Path) -> None:
    import os
    import threading

    (tmp_path / "real.jsonl").write_text("before")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real.jsonl")
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    with Catalog.open(samples_archive) as catalog:
        for name in ("link.jsonl", "pipe"):
            export.write_file(catalog.entries(), "jsonl", tmp_path / name)
    reader.join(10)
    assert (tmp_path / "link.jsonl").is_symlink() and (tmp_path / "pipe").is_fifo()
    assert got == [(tmp_path / "real.jsonl").read_bytes()] != [b"before"]


def test_the_form_of_the_readme(samples_export: list[dict[str, Any]]) -> None:
    """A null date or region stays a key, numbers stay numbers."""
    for speech in samples_export:
        date = speech["speech_date"]
        assert date is None or list(date) == ["value", "precision", "from", "to"]
        assert isinstance(speech["gaps"], int) and isinstance(speech["truncated"], bool)
        assert json.loads(json.dumps(speech)) == speech

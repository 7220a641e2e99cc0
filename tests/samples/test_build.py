"""The samples are in step with the script that makes them, small, and damaged as they should be."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from opencc import OpenCC

from .build import PAGE_BREAK, SAMPLES, SOURCES, build, traditional
from .truth import TRUTH, plain

LIMIT = 300_000


def unpacked(name: str, data: bytes) -> object:
    """What a dump holds: compressed bytes differ between versions of zlib, their contents do not."""
    if name.endswith(".gz"):
        return gzip.decompress(data)
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return {member.orig_filename: file.read(member) for member in file.infolist()}
    return data


@pytest.mark.parametrize("name", sorted(build()))
def test_dumps_are_in_step_with_the_script(name: str) -> None:
    committed = (SAMPLES / name).read_bytes()
    assert unpacked(name, committed) == unpacked(name, build()[name]), "run samples.build, as its head says"


def test_truth_covers_every_dump_and_nothing_else_lies_there() -> None:
    named = {file.split("!")[0] for document in TRUTH["documents"] for file in document["files"]}
    named |= {reject["file"] for reject in TRUTH["rejects"]}
    assert {path.name for path in SAMPLES.iterdir()} == named


def test_the_samples_are_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < LIMIT


def test_the_zip_has_gbk_names_without_the_utf8_flag() -> None:
    with zipfile.ZipFile(SAMPLES / "10_archive.zip") as file:
        assert [member.flag_bits & 0x800 for member in file.infolist()] == [0, 0]
        names = {member.orig_filename.encode("cp437").decode("gbk") for member in file.infolist()}
    assert names == {"全市招商引资推进会讲话.txt", "区长讲话 消防与信访.txt"}


def test_the_gbk_page_declares_no_charset() -> None:
    page = (SAMPLES / "05 全省安全生产会议.html").read_bytes()
    assert b"charset" not in page.lower()
    with pytest.raises(UnicodeDecodeError):
        page.decode("utf-8")


def test_the_damaged_page_shows_the_damage_that_truth_names() -> None:
    page = (SAMPLES / "02_pinyin_byte_shift.txt").read_text("utf-8")
    source = (SOURCES / "02_pinyin.txt").read_text("utf-8")
    (document,) = (d for d in TRUTH["documents"] if d["files"] == ["02_pinyin_byte_shift.txt"])
    for site in document["restored"]:
        assert site["broken"] in page, site
        assert site["right"] in source and site["right"] not in page, site


@pytest.mark.parametrize("source", ["01_viewer.txt", "02_pinyin.txt"])
def test_traditional_sources_come_back_as_they_were(source: str) -> None:
    text = (SOURCES / source).read_text("utf-8").replace(PAGE_BREAK, "")
    assert OpenCC("t2s").convert(traditional(text)) == text


def test_body_and_proof_are_in_the_readable_text() -> None:
    readable = plain("".join(_readable(path) for path in (*SOURCES.iterdir(), *SAMPLES.iterdir())))
    for document in TRUTH["documents"]:
        for quote in (document["body_starts"], *(q for quotes in document["proof"].values() for q in quotes)):
            assert plain(quote) in readable, f"{document['files'][0]}: {quote}"


def _readable(path: Path) -> str:
    return (
        path.read_text("utf-8", "ignore")
        .replace(PAGE_BREAK, "")
        .replace("<br>", "")
        .replace("</p>\n<p>", "\n")
    )

"""Reading: WARC files, a page a capture."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from test_read import TEXT, reasons, take, texts
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows.errors import REASONS
from flows.read import page
from flows.records import Page, page_id
from flows.settings import Limits

HTML = f"<html><head><title>讲话</title></head><body><p>{TEXT}</p></body></html>"
URL = "http://www.xian.example/2007/1.html"
DATE = "2020-01-02T03:04:05Z"


def chunked(data: bytes) -> bytes:
    pieces = [data[at : at + 40] for at in range(0, len(data), 40)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def record(
    payload: bytes,
    url: str = URL,
    kind: str = "response",
    status: str = "200 OK",
    media: str = "text/html",
    date: str = DATE,
    **headers: str,
) -> dict[str, Any]:
    http = [("Content-Type", media), *((name.replace("_", "-"), value) for name, value in headers.items())]
    made: dict[str, Any] = {
        "uri": url,
        "record_type": kind,
        "payload": io.BytesIO(payload),
        "warc_headers_dict": {"WARC-Date": date},
    }
    if kind == "response":
        made["http_headers"] = StatusAndHeaders(status, http, protocol="HTTP/1.1")
    else:
        made["warc_content_type"] = media
    return made


def warc(*records: dict[str, Any], packed: bool = False) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
    for made in records:
        writer.write_record(writer.create_warc_record(**made))
    return out.getvalue()


def check_provenance(unpacked: bytes, found: list[Any]) -> None:
    for item in found:
        if isinstance(item, Page):
            source = item.source
            piece = unpacked[source.offset : source.offset + source.length]
            assert hashlib.sha256(piece).hexdigest() == source.sha256
            assert page(item.raw, source) == item


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_page_a_capture(tmp_path: Path, packed: bool, encoding: str) -> None:
    raw = HTML.encode(encoding)
    records = [
        record(raw),
        record(raw, url="https://b.example/", kind="resource"),
        record(TEXT.encode(encoding), url="http://c.example/", kind="conversion", media="text/plain"),
        record(b"GET", kind="request"),
        record(b"a: b", kind="metadata", media="application/warc-fields"),
    ]
    data = warc(*records, packed=packed)
    found = take(tmp_path, "a.warc" + ".gz" * packed, data)
    assert texts(found) == [HTML, HTML, TEXT] and len(found) == 3
    assert [f.source.url for f in found] == [URL, "https://b.example/", "http://c.example/"]
    assert {f.source.captured for f in found} == {"2020-01-02T11:04:05"}
    assert [f.id for f in found if isinstance(f, Page)][:2] == [
        page_id(raw, URL),
        page_id(raw, "https://b.example/"),
    ]
    check_provenance(gzip.decompress(data) if packed else data, found)


def test_one_page_captured_twice_is_one_page(tmp_path: Path) -> None:
    twice = [record(HTML.encode(), date=date, Set_Cookie=date) for date in (DATE, "2021-01-01T00:00:00Z")]
    first, second = take(tmp_path, "a.warc", warc(*twice))
    assert isinstance(first, Page) and isinstance(second, Page)
    assert (first.id, first.raw) == (second.id, second.raw)
    assert first.source.captured != second.source.captured


CODED = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "identity": bytes,
}


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("in_chunks", [False, True])
def test_http_codings_are_undone(tmp_path: Path, coding: str, in_chunks: bool) -> None:
    payload = CODED[coding](HTML.encode())
    headers = {"Content_Encoding": coding} | ({"Transfer_Encoding": "chunked"} if in_chunks else {})
    data = warc(record(chunked(payload) if in_chunks else payload, **headers))
    found = take(tmp_path, "a.warc", data)
    assert texts(found) == [HTML]
    check_provenance(data, found)


@pytest.mark.parametrize("coding", CODED)
def test_codings_that_the_crawler_has_undone(tmp_path: Path, coding: str) -> None:
    """Their headers stay in the record."""
    data = warc(record(HTML.encode(), Content_Encoding=coding, Transfer_Encoding="chunked"))
    assert texts(take(tmp_path, "a.warc", data)) == [HTML]


def test_raw_deflate(tmp_path: Path) -> None:
    packer = zlib.compressobj(wbits=-15)
    payload = packer.compress(HTML.encode()) + packer.flush()
    assert texts(take(tmp_path, "a.warc", warc(record(payload, Content_Encoding="deflate")))) == [HTML]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_bombs_by_http_coding(tmp_path: Path, coding: str) -> None:
    bomb = record(CODED[coding](bytes(30 << 20)), Content_Encoding=coding)
    found = take(tmp_path, "a.warc", warc(bomb, record(HTML.encode())))
    assert reasons(found) == ["bomb"]


def test_what_is_no_page_is_told_in_one_reject(tmp_path: Path) -> None:
    records = [
        *[record(b"\x89PNG\r\n\x1a\nabc", media="image/png") for _ in range(300)],
        *[record(b"gone", status="404 Not Found") for _ in range(5)],
        record(b"", status="301 Moved"),
        record(b"", kind="revisit", media="application/http"),
        record(b"{color: red}", media="text/css"),
        record(b"\x89PNG\r\n\x1a\nabc"),
        record(b'{"code": 0, "text": "abc"}'),
        record(b"  "),
        record(gzip.compress(HTML.encode()), media="application/octet-stream"),
        record(HTML.encode()),
    ]
    found = take(tmp_path, "a.warc.gz", warc(*records, packed=True))
    assert texts(found) == [HTML] and reasons(found) == ["not-pages"]
    (told,) = (f for f in found if not isinstance(f, Page))
    for what in ("312 records", "300 image/png", "5 status 404", "1 status 301", "1 revisit", "1 text/css"):
        assert what in told.detail
    for what in ("1 PNG image", "1 empty", "2 JSON, a table or an archive"):
        assert what in told.detail


def test_a_page_of_no_or_a_vague_type(tmp_path: Path) -> None:
    records = [
        record(HTML.encode(), media=media) for media in ("", "application/octet-stream", "TEXT/HTML; x=y")
    ]
    assert texts(take(tmp_path, "a.warc", warc(*records))) == [HTML] * 3


def test_a_page_that_can_not_be_read_is_a_reject_of_its_own(tmp_path: Path) -> None:
    records = [record(b"\xfd\xfe\xf7\xfb" * 50), record(b"x" * 200_000), record(HTML.encode())]
    found = take(tmp_path, "a.warc", warc(*records), Limits(page_bytes=100_000))
    assert reasons(found) == ["undecodable", "too-large"] and texts(found) == [HTML]
    assert found[0].source.url == URL and found[0].source.offset > 0


@pytest.mark.parametrize("packed", [False, True])
def test_an_unfinished_download(tmp_path: Path, packed: bool) -> None:
    data = warc(*[record(f"{HTML}{n}".encode()) for n in range(9)], packed=packed)
    for cut in range(len(data) // 2, len(data) - 30, 97):
        found = take(tmp_path, "a", data[:cut])
        assert reasons(found) == ["damaged"], cut
        assert texts(found) == [f"{HTML}{n}" for n in range(len(found) - 1)] and len(found) > 3
        assert "at byte" in found[-1].detail  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "bad",
    [
        b"WARC/1.0\r\nWARC-Type: response\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 3\r\n\r\nabc",
        b"WARC/1.0\r\nContent-Length: -5\r\n\r\n\r\n\r\nabc",
        b"WARC/1.0\r\nContent-Length: 99999999999999\r\n\r\nabc",
        b"WARC/1.0\r\n" + b"a" * (1 << 20),
        b"WARC/1.0\r\n" + b"a: b\r\n" * 200_000,
        b"WARC/1.0\r\n" + b" \r\n" * 200_000,
        b"nothing of the kind",
    ],
)
def test_a_record_that_is_none_ends_the_file(
    tmp_path: Path, bad: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    found = take(tmp_path, "a.warc", warc(record(HTML.encode())) + bad)
    assert texts(found) == [HTML] and reasons(found) == ["damaged"]
    assert capfd.readouterr() == ("", "")


def test_an_address_with_spaces_warns_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = warc(record(HTML.encode(), url=URL)).replace(b"/2007/1.html", b"/20 7/1.html")
    (found,) = take(tmp_path, "a.warc", data)
    assert found.source.url == "http://www.xian.example/20%207/1.html"
    assert capfd.readouterr() == ("", "")


@settings(max_examples=80, deadline=None)
@given(st.booleans(), st.binary(min_size=1, max_size=12), st.integers(0, 100_000))
def test_any_damage_stays_inside(
    tmp_path_factory: pytest.TempPathFactory, packed: bool, bad: bytes, at: int
) -> None:
    coded = record(
        chunked(gzip.compress(HTML.encode())), Content_Encoding="gzip", Transfer_Encoding="chunked"
    )
    data = bytearray(warc(record(HTML.encode()), coded, record(HTML.encode()), packed=packed))
    at %= len(data)
    data[at : at + len(bad)] = bad
    found = take(tmp_path_factory.getbasetemp(), "fuzzed", bytes(data))
    assert all(reason in REASONS and reason != "failed" for reason in reasons(found))

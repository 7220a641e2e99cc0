"""Reading: pages as browsers save them whole."""

from __future__ import annotations

import base64
import quopri
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_read import TEXT, reasons, take

from flows.errors import REASONS
from flows.read import page
from flows.records import Page, Source, page_id

URL = "http://www.xian.example/2007/1.html"
PICTURE = "Content-Type: image/png\nContent-Transfer-Encoding: base64\nContent-Location: http://a.example/1.png\n\niVBO\n"


def part(html: str, encoding: str = "utf-8", coding: str = "quoted-printable", extra: str = "") -> str:
    raw = html.encode(encoding)
    body = {
        "quoted-printable": lambda: quopri.encodestring(raw).decode(),
        "base64": lambda: base64.encodebytes(raw).decode(),
        "8bit": lambda: raw.decode(encoding),
    }[coding]()
    return (
        f"Content-Type: text/html; charset={encoding}\nContent-Transfer-Encoding: {coding}\n{extra}\n{body}"
    )


def saved(*parts: str, head: str = "", more: str = "", boundary: str = "----=_b") -> bytes:
    lines = (
        f"From: <Saved by a browser>\n{head}Date: Mon, 7 Mar 2022 09:30:00 +0800\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/related;\n\ttype="text/html";{more}\n\tboundary="{boundary}"\n\n\n'
    )
    inner = "".join(f"--{boundary}\n{one}\n" for one in parts)
    return f"{lines}{inner}--{boundary}--\n".encode()


HTML = f"<html><body><p>{TEXT}</p></body></html>"


@pytest.mark.parametrize("coding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("name", ["a.mht", "a.mhtml", "a.txt"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_main_page_with_its_address_and_time(tmp_path: Path, coding: str, name: str, end: str) -> None:
    raw = saved(part(HTML, coding=coding, extra=f"Content-Location: {URL}\n"), PICTURE)
    raw = raw.replace(b"\n", end.encode())
    (found,) = take(tmp_path, name, raw)
    assert isinstance(found, Page)
    assert found.text.replace("\r\n", "\n").strip() == HTML and found.media == "text/html"
    assert (found.url, found.source.captured) == (URL, "2022-03-07T09:30:00")
    assert (found.id, found.raw, found.source.length) == (page_id(raw), raw, len(raw))
    assert page(found.raw, found.source) == found


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "big5", "utf-8"])
def test_encodings(encoding: str) -> None:
    html = HTML if encoding != "big5" else "<p>各位同仁，今天我們召開這次會議，說明未來一年的工作。</p>"
    found = page(saved(part(html, encoding, "base64")), Source(file="x"))
    assert isinstance(found, Page) and found.text == html


def test_a_declaration_of_the_part_must_prove_itself() -> None:
    raw = saved(part(HTML, "utf-8", "base64").replace("charset=utf-8", "charset=gbk"))
    found = page(raw, Source(file="x"))
    assert isinstance(found, Page) and found.text == HTML


def test_the_part_that_the_headers_name() -> None:
    frame = part("<p>广告</p>", extra="Content-ID: <frame>\n")
    main = part(HTML, extra=f"Content-ID: <main@x>\nContent-Location: {URL}\n")
    found = page(saved(frame, main, more='\n\tstart="<main@x>";'), Source(file="x"))
    assert isinstance(found, Page) and found.text.strip() == HTML
    first = page(saved(main, frame), Source(file="x"))
    assert isinstance(first, Page) and first.text.strip() == HTML


def test_the_address_of_the_whole() -> None:
    found = page(saved(part(HTML), head=f"Snapshot-Content-Location: {URL}\n"), Source(file="x"))
    assert isinstance(found, Page) and found.url == URL


def test_alternatives_inside() -> None:
    inner = f"Content-Type: multipart/alternative; boundary=in\n\n--in\n{part(HTML)}\n--in--\n"
    found = page(saved(PICTURE, inner), Source(file="x"))
    assert isinstance(found, Page) and found.text.strip() == HTML


def test_a_boundary_that_begins_another() -> None:
    inner = f"Content-Type: multipart/alternative; boundary=b-in\n\n--b-in\n{part(HTML)}\n--b-in--\n"
    found = page(saved(inner, PICTURE, boundary="b"), Source(file="x"))
    assert isinstance(found, Page) and found.text.strip() == HTML


def test_an_unfinished_download() -> None:
    """Whole as long as the part with the page is whole."""
    raw = saved(part(HTML), PICTURE)
    found = page(raw[:-20], Source(file="x"))
    assert isinstance(found, Page) and found.text.strip() == HTML
    broken = page(raw[: raw.index(b"</p>")], Source(file="x"))
    assert not isinstance(broken, Page) and broken.reason == "damaged"


def test_without_a_page() -> None:
    found = page(saved(PICTURE), Source(file="x"))
    assert not isinstance(found, Page) and found.reason == "no-body"


def test_a_letter_is_text(tmp_path: Path) -> None:
    (found,) = take(tmp_path, "a.txt", f"Subject: 讲话\n\n{TEXT}".encode())
    assert isinstance(found, Page) and found.text.startswith("Subject:")


def _nested(depth: int) -> bytes:
    data = saved(part(HTML))
    for n in range(depth):
        data = (
            f"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=n{n}\n\n--n{n}\n".encode() + data
        )
        data += f"\n--n{n}--\n".encode()
    return data


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (_nested(300), "nested-too-deep"),
        (saved(*["a: b\n\nx"] * 20_000), "too-many-members"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\nx" * 9, "damaged"),
        (
            b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n--a\n" + b"a" * (1 << 20),
            "damaged",
        ),
        (saved("Content-Type: text/html" + ";=" * 7000 + "\n\nx"), "empty"),
        (saved("Content-Type: text/html;" + 'a="' * 5000 + "\n\nx"), "empty"),
        (saved(*["-" * 50_000 + " " * 50_000] * 20), "damaged"),
    ],
)
def test_hostile(tmp_path: Path, raw: bytes, reason: str) -> None:
    assert reasons(take(tmp_path, "a.mht", raw)) == [reason]


@given(st.binary(min_size=1, max_size=12), st.integers(0, 100_000))
def test_any_damage_stays_inside(bad: bytes, at: int) -> None:
    data = bytearray(saved(part(HTML, extra=f"Content-Location: {URL}\n"), PICTURE))
    at %= len(data)
    data[at : at + len(bad)] = bad
    found = page(bytes(data), Source(file="x"))
    assert isinstance(found, Page) or found.reason in REASONS

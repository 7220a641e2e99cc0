"""Encodings: what bytes say counts, whatever is declared; short texts, broken bytes, real pages."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from prose import encodable, simplified, traditional

from flows.read.decode import decode
from flows.read.refused import Refused

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
DECLARED = [
    None,
    "utf-8",
    "gbk",
    "gb2312",
    "big5",
    "big5-hkscs",
    "utf-16",
    "iso-8859-1",
    "euc-kr",
    "nonsense",
]
WIDE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
TEXT = "同志们，今天我们在这里召开全市工作会议，部署明年的任务。"


def check(text: str, encoding: str, charset: str | None, head: str = "") -> None:
    assume(encodable(text, encoding))
    found = decode((head + text).encode(encoding), charset)
    assert (found.text, found.gaps, found.edits) == (head + text, 0, ())


@given(simplified(), st.sampled_from([*WIDE, "gb2312", "gbk", "gb18030"]), st.sampled_from(DECLARED))
@settings(deadline=None, max_examples=250)
def test_simplified_text_round_trips(text: str, encoding: str, charset: str | None) -> None:
    check(text, encoding, charset)


@given(
    traditional(), st.sampled_from([*WIDE, "big5", "big5hkscs", "cp950", "gbk"]), st.sampled_from(DECLARED)
)
@settings(deadline=None, max_examples=250)
def test_traditional_text_round_trips(text: str, encoding: str, charset: str | None) -> None:
    check(text, encoding, charset)


@given(
    simplified() | traditional(),
    st.sampled_from([*WIDE, "gbk", "gb18030", "big5"]),
    st.sampled_from(DECLARED),
    st.sampled_from(["<meta charset={}>", "<?xml version='1.0' encoding='{}'?>"]),
)
@settings(deadline=None, max_examples=150)
def test_what_a_page_declares_does_not_mislead(
    text: str, encoding: str, declared: str | None, head: str
) -> None:
    check(text, encoding, None, head.format(declared))


@given(simplified(shortest=400), st.integers(0, 10_000), st.sampled_from(["utf-8", "gb18030"]))
@settings(deadline=None, max_examples=60)
def test_a_broken_byte_costs_little(text: str, at: int, encoding: str) -> None:
    raw = bytearray(text.encode(encoding))
    raw[at % len(raw)] = 0xFF
    found = decode(bytes(raw), encoding)
    assert found.encoding == encoding
    assert 1 <= found.gaps <= 3
    assert found.text.count("\ufffd") <= 4


@pytest.mark.parametrize(
    ("raw", "charset", "text", "encoding"),
    [
        ("你好".encode("gbk"), None, "你好", "gb18030"),
        ("联通".encode("gbk"), "gbk", "联通", "gb18030"),
        ("大會".encode("big5"), "big5", "大會", "big5hkscs"),
        (
            "香港嘅市民，喺度啲嘢，我哋一齊".encode("big5hkscs"),
            None,
            "香港嘅市民，喺度啲嘢，我哋一齊",
            "big5hkscs",
        ),
        ("他姓𠮷，我们认识。".encode("utf-16-be", "surrogatepass"), None, "他姓𠮷，我们认识。", "utf-16-be"),
        (b"caf\xe9, d\xe9j\xe0 vu, na\xefve; " + b"plain words " * 20, "iso-8859-1", None, "cp1252"),
        ("会議の挨拶をします。".encode("shift_jis"), "shift_jis", "会議の挨拶をします。", "shift_jis"),
        ("회의 인사말".encode("euc_kr"), "euc-kr", "회의 인사말", "euc_kr"),
        (TEXT.encode() + b"\xed\xa1\x82\xed\xbe\xb7\xff\n", None, TEXT + "𠮷�\n", "utf-8"),
        ((TEXT + "\n").encode() * 9 + TEXT.encode("gbk"), None, (TEXT + "\n") * 9 + TEXT, "utf-8"),
        (TEXT.encode("gbk") * 3 + b"\0\n" + TEXT.encode("gbk"), None, TEXT * 3 + "\0\n" + TEXT, "gb18030"),
        (("<p>" + " " * 9000 + TEXT).encode("utf-16-le"), None, "<p>" + " " * 9000 + TEXT, "utf-16-le"),
    ],
    ids=[
        "two-characters",
        "valid-utf-8-by-chance",
        "big5-word",
        "hkscs",
        "utf-16-beyond",
        "western",
        "japanese",
        "korean",
        "surrogates-as-utf-8",
        "a-part-in-another-encoding",
        "nul-in-gbk",
        "utf-16-page-with-long-head",
    ],
)
def test_case(raw: bytes, charset: str | None, text: str | None, encoding: str) -> None:
    found = decode(raw, charset)
    assert found.encoding == encoding
    assert text is None or found.text == text


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_refused(seed: int) -> None:
    import random

    noise = random.Random(seed).randbytes(4000)
    for raw in (noise, bytes(byte | 0x80 for byte in noise), TEXT.encode("utf-16-le")[::-1] + noise):
        for charset in DECLARED:
            with pytest.raises(Refused) as refused:
                decode(raw, charset)
            assert refused.value.reason in ("binary", "undecodable")


def test_the_best_guess_is_named() -> None:
    raw = TEXT.encode("gbk")
    holes = b"".join(raw[at : at + 8] + b"\xff " for at in range(0, 48, 8))
    with pytest.raises(Refused, match="the nearest is gb18030, 6 places lost"):
        decode(holes)


def pages() -> list[Path]:
    corpora = SHARED / "corpora"
    return [*sorted(corpora.glob("html_gold/original/*")), *sorted(corpora.glob("wanzai-gov-html/*"))]


CHARSET = re.compile(rb"""(charset=["']?)([A-Za-z0-9_-]+)""", re.I)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real pages is not beside the checkout")
def test_real_pages_whatever_they_declare() -> None:
    """The right reading is the one that decodes without a loss; declared, undeclared, wrongly declared."""
    assert len(pages()) >= 38
    for path in pages():
        raw = path.read_bytes()
        right = decode(raw)
        assert right.gaps <= 1, path.name
        for declared in (b"", b"utf-8", b"gbk", b"big5", b"iso-8859-1", b"shift_jis"):
            found = decode(CHARSET.sub(rb"\g<1>" + declared, raw))
            assert found.encoding == right.encoding, (path.name, declared)
        if not right.gaps:
            for encoding in ("utf-8", "gb18030", "utf-16-le"):
                again = decode(right.text.encode(encoding))
                assert again.text == right.text, (path.name, encoding)


@pytest.mark.parametrize("encoding", ["gb18030", "big5"])
def test_time_is_linear(encoding: str) -> None:
    text = "各位代表，大家好。(?\u3000"

    def seconds(size: int) -> float:
        started = time.perf_counter()
        decode((text * size).encode(encoding))
        return time.perf_counter() - started

    small, large = (min(seconds(size) for _ in range(2)) for size in (20_000, 80_000))
    assert large < 10 * small + 0.1


@pytest.mark.parametrize("raw", [b"\0\x1c", "　\u2028\x1d".encode(), b"\xff\xfe\x1c\0\x1d\0"])
def test_separators_alone_are_no_text(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        decode(raw)
    assert refused.value.reason == "empty"

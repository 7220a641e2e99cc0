"""Bytes to characters: the encoding is what the bytes say, not what the page declares."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cache

from flows.read.refused import Refused
from flows.resources import reference

ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
"""Tried in this order; gb18030 holds GBK and GB2312, big5hkscs holds Big5."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)[ \t]{0,8}=[ \t]{0,8}["']?([A-Za-z0-9_-]{3,20})""", re.I)
_NAMES = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "big5": "big5hkscs", "utf8": "utf-8"}
_LOST = re.compile("\ufffd+")
_ASCII = re.compile(r"[\x00-\x7f\s]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKS = "，。、；：？！“”‘’《》（）〈〉【】「」『』—…·　０１２３４５６７８９％〔〕"

SAMPLE = 4000
"""Non-ASCII characters looked at to tell whether a decoding makes sense."""
CLEAR = 0.6
"""Share of common characters and marks above which a decoding is right; real pages have 0.75 to 0.95."""
SENSE = 0.25
"""Share below which it is not Chinese text; wrong decodings have 0.01 to 0.15."""
LOST_SHARE = 0.01
"""The most of a page's characters that may be undecodable."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The characters of a page, how they were coded, and how many places could not be decoded."""

    text: str
    encoding: str
    gaps: int = 0


def decode(raw: bytes) -> Decoded:
    """Decodes a page. Refuses it as ``empty``, ``binary`` or ``undecodable``.

    A declared charset is tried first and must prove itself like any other. A few undecodable bytes in
    a page that is otherwise clear become U+FFFD and are counted in ``gaps``.

    >>> decode("<meta charset=utf-8>同志们，今天开会。".encode("gbk")).encoding
    'gb18030'
    """
    if len(raw.strip()) < 2:
        raise Refused("empty", "nothing but white space" if raw else "0 bytes")
    found = _by_bom(raw) or _as_utf8(raw) or _by_sense(raw)
    if not found.text.strip(" \t\r\n\f\v\u3000\xa0\ufeff\u200b"):
        raise Refused("empty", "nothing but white space")
    return found


def _by_bom(raw: bytes) -> Decoded | None:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            found = _attempt(raw[len(bom) :], encoding)
            if found.gaps <= _allowance(found):
                return found
    return None


def _as_utf8(raw: bytes) -> Decoded | None:
    if b"\0" in raw:
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    _refuse_binary(raw)
    return Decoded(text.removeprefix("\ufeff"), "utf-8")


def _by_sense(raw: bytes) -> Decoded:
    """The encoding in which the bytes make the most sense as Chinese."""
    best, best_score = None, -1.0
    for encoding in _candidates(raw):
        found = _attempt(raw, encoding)
        score = sense(found.text)
        if score is None:
            if not found.gaps and "\0" not in found.text:
                return found
            continue
        if score > best_score:
            best, best_score = found, score
        if score >= CLEAR and not found.gaps:
            break
    if best is None or best_score < SENSE or not best.encoding.startswith("utf-16"):
        _refuse_binary(raw)
    if best is None or best_score < SENSE or best.gaps > _allowance(best):
        guess = f"the nearest is {best.encoding}" if best else "none is near"
        raise Refused("undecodable", f"neither UTF-8, UTF-16, GB18030 nor Big5; {guess}")
    return best


def _candidates(raw: bytes) -> list[str]:
    if b"\0" in raw:
        if len(raw) % 2:
            raise Refused("binary", "it holds NUL bytes and is not UTF-16")
        return ["utf-16-le", "utf-16-be"]
    declared = _DECLARED.search(raw[:4096])
    name = declared[1].decode().lower() if declared else ""
    name = _NAMES.get(name, name)
    return sorted(ENCODINGS if len(raw) % 2 == 0 else ENCODINGS[:3], key=lambda e: e != name)


def _attempt(raw: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(raw.decode(encoding), encoding)
    except UnicodeDecodeError:
        text = raw.decode(encoding, "replace")
    gaps = sum(1 for _ in _LOST.finditer(text))
    if encoding == "utf-8":
        gaps -= raw.count("\ufffd".encode())
    return Decoded(text, encoding, max(gaps, 0))


def _allowance(found: Decoded) -> float:
    return max(3, len(found.text) * LOST_SHARE)


def _refuse_binary(raw: bytes) -> None:
    """Text has hardly a control character; anything else has many."""
    sample = raw[:65536]
    controls = len(_CONTROL.findall(sample))
    if b"\0" in raw or controls > max(2, len(sample) // 50):
        raise Refused("binary", f"{controls} control bytes in its first {len(sample)}")


def sense(text: str) -> float | None:
    """The share of common Chinese characters and marks in what is not ASCII; None without any.

    >>> sense("我们的工作") == 1.0, sense("鎴戜滑鐨勫伐浣") < 0.3, sense("abc")
    (True, True, None)
    """
    head = _ASCII.sub("", text[: SAMPLE * 20])[:SAMPLE]
    if len(head) < SAMPLE // 20:
        head = _ASCII.sub("", text)[:SAMPLE]
    common = _common()
    return sum(map(common.__contains__, head)) / len(head) if head else None


@cache
def _common() -> frozenset[str]:
    lines = reference("read/common_characters.txt").read_text("utf-8").splitlines()
    return frozenset("".join(line for line in lines if not line.startswith("#")) + _MARKS)

"""The tools the text stages are measured beside, each called as its own documentation says.

They are given the page's characters, rightly decoded, so that only what is being compared differs;
jianghua's own time has the decoding in it. A tool that raises has found nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import chardet
import charset_normalizer
import justext
import lxml.html
import trafilatura
from bs4 import BeautifulSoup, UnicodeDammit
from gne import GeneralNewsExtractor
from htmldate import find_date
from readability import Document
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import detect_encoding

DETECTED = 50_000
"""Bytes of a page that the encoding detectors are shown: on whole pages chardet takes seconds."""


def _readability(html: str) -> str:
    return BeautifulSoup(Document(html).summary(), "lxml").get_text("\n")


def _trafilatura(html: str) -> str:
    return trafilatura.extract(html, include_comments=False) or ""


def _resiliparse(html: str) -> str:
    return str(extract_plain_text(html, main_content=True, alt_texts=False, list_bullets=False, links=False))


def _gne(html: str) -> str:
    return str(GeneralNewsExtractor().extract(html)["content"])


def _justext(html: str) -> str:
    """It has no list of Chinese stop words: without one its thresholds for them are 0, as it advises for
    such languages, and its lengths are those that score best here, since Chinese needs fewer characters."""
    paragraphs = justext.justext(
        html.encode(),
        frozenset(),
        encoding="utf-8",
        stopwords_low=0,
        stopwords_high=0,
        length_low=10,
        length_high=50,
    )
    return "\n".join(p.text for p in paragraphs if not p.is_boilerplate)


BODY: dict[str, Callable[[str], str]] = {
    "readability-lxml": _readability,
    "trafilatura": _trafilatura,
    "resiliparse": _resiliparse,
    "gne": _gne,
    "jusText": _justext,
}
"""Body text of an HTML page."""


def body(name: str, html: str) -> str:
    """What a tool takes for the body; nothing where it fails."""
    try:
        return BODY[name](html)
    except Exception:
        return ""


def _htmldate(html: str, original: bool) -> str:
    try:
        tree = lxml.html.fromstring(html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
        return find_date(tree, original_date=original, max_date=datetime.now()) or ""
    except Exception:
        return ""


DATE: dict[str, Callable[[str], str]] = {
    "htmldate": lambda html: _htmldate(html, False),
    "htmldate, original date": lambda html: _htmldate(html, True),
}
"""Day of publication, ISO 8601."""


def _decoded(raw: bytes, encoding: Any) -> str:
    name = str(encoding or "ascii").lower()
    try:
        return raw.decode("gb18030" if name in ("gb2312", "gbk") else name, "replace")
    except LookupError:
        return ""


def _charset_normalizer(raw: bytes) -> str:
    best = charset_normalizer.from_bytes(raw[:DETECTED]).best()
    return _decoded(raw, best and best.encoding)


DECODERS: dict[str, Callable[[bytes], str]] = {
    "bs4 (UnicodeDammit)": lambda raw: UnicodeDammit(raw, is_html=True).unicode_markup or "",
    "resiliparse": lambda raw: _decoded(raw, detect_encoding(raw)),
    "chardet": lambda raw: _decoded(raw, chardet.detect(raw[:DETECTED])["encoding"]),
    "charset-normalizer": _charset_normalizer,
}
"""Characters of a page."""

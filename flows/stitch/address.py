"""What an address says about the page's place in an article: its stem, and the number of its part."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

_SUFFIX = re.compile(r"^(.+?)[_-](\d{1,2})(\.[a-z]{3,5})?$", re.IGNORECASE)
_ENDING = re.compile(r"\.[a-z]{3,5}$", re.IGNORECASE)
_FOLDER = re.compile(r"^(.*)/page/(\d{1,2})/?$", re.IGNORECASE)
_NUMBERED = re.compile(r"^(.*)/(\d{1,2})(?:/|\.[a-z]{3,5})?$", re.IGNORECASE)
_ARTICLE = re.compile(r"(?<!\d)\d{5,}$")
_DAY = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")
_PAGE_KEYS = {"page", "pageno", "page_no", "pagenum", "currentpage"}


class Part(NamedTuple):
    """An address without its part number, and that number; None where the address names none."""

    stem: str
    number: int | None


def part(url: str, number: int | None = None, next_url: str | None = None) -> Part:
    """Read an address. ``_2``, ``-2`` or ``/2`` at its end is a part only where something says so: a long
    article number before ``_2`` (that is not a date), the page's own ``number``, or a link to the next
    part. ``/1`` is one only by a link: articles are numbered in folders too.

    >>> part("https://www.example.cn/a/1088125_2.html")
    Part(stem='www.example.cn/a/1088125', number=2)
    >>> part("http://www.example.cn/report-2.html")
    Part(stem='www.example.cn/report-2', number=None)
    >>> part("http://www.example.cn/report-2.html", number=2)
    Part(stem='www.example.cn/report', number=2)
    >>> part("http://www.example.cn/77/2.html", number=2)
    Part(stem='www.example.cn/77', number=2)
    """
    stem, said, certain = _split(url)
    if said is None or said < 1:
        return Part(whole(url), None)
    follows = next_url is not None and _split(next_url)[:2] in ((stem, said + 1), (stem, said + 2))
    own = number is not None and number in (said, said + 1)
    if certain or follows or (own and not (said == 1 and _in_folder(url))):
        return Part(stem, said)
    return Part(whole(url), None)


def _split(url: str) -> tuple[str, int | None, bool]:
    """Stem, number, and whether the form alone makes it a part."""
    address = _parse(url)
    if address is None:
        return url, None, False
    host, path, query = address
    pages = [
        int(value)
        for key, value in query
        if key.lower() in _PAGE_KEYS and value.isdecimal() and len(value) < 3
    ]
    if pages:
        rest = [(key, value) for key, value in query if key.lower() not in _PAGE_KEYS]
        return _join(host, path, rest), pages[0], True
    if found := _FOLDER.match(path):
        return _join(host, found[1], query), int(found[2]), True
    if found := _SUFFIX.match(path):
        article = _ARTICLE.search(found[1])
        certain = bool(article) and not (article and _DAY.search(article[0])) and "_" in path[found.end(1) :]
        return _join(host, found[1], query), int(found[2]), certain
    if found := _NUMBERED.match(path):
        return _join(host, found[1], query), int(found[2]), False
    return whole(url), None, False


def _in_folder(url: str) -> bool:
    address = _parse(url)
    return bool(address and address[1].endswith((".html", ".htm", ".shtml")) and _NUMBERED.match(address[1]))


def whole(url: str) -> str:
    """An address less what two spellings of it differ in: scheme, ending, order of the query."""
    address = _parse(url)
    return _join(*address) if address else url


def _parse(url: str) -> tuple[str, str, list[tuple[str, str]]] | None:
    try:
        parts = urlsplit(url.strip())
        return parts.netloc.lower(), parts.path, parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return None


def _join(host: str, path: str, query: list[tuple[str, str]]) -> str:
    path = _ENDING.sub("", path).rstrip("/")
    return host + path + ("?" + urlencode(sorted(query)) if query else "")

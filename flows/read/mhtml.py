"""MHTML: a page as a browser saves it whole, a MIME message of the page and its pictures (RFC 2557).

Headers and transfer encodings are read by the standard library. The parts are split here, since its
parser's cost grows with the depth of parts inside parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from email.message import Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime

from flows.read.refused import Refused
from flows.read.times import iso_time

HEADER_BYTES = 1 << 14
"""The longest headers of a message or a part; a browser writes a few hundred bytes."""
PARTS = 10_000
"""Parts looked at; a page has as many as it has pictures and styles."""
DEPTH = 4
"""Parts inside parts: related, alternative, and two more."""

_FIRST_LINE = re.compile(
    rb"(?:From|To|Subject|Date|MIME-Version|Content-[A-Za-z-]{1,40}|Snapshot-Content-Location|Message-ID"
    rb"|X-[A-Za-z-]{1,40}):",
    re.I,
)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Saved:
    """The main page of an MHTML file, its bytes as the site sent them, and what the file says of it."""

    html: bytes
    charset: str | None
    url: str | None
    captured: str | None


def is_mhtml(head: bytes) -> bool:
    """Does a file that begins so hold a saved page?

    >>> is_mhtml(b"MIME-Version: 1.0\\nContent-Type: multipart/related; boundary=a\\n\\n--a")
    True
    """
    head = head[:HEADER_BYTES].lstrip()
    blank = _BLANK_LINE.search(head)
    return bool(blank and _FIRST_LINE.match(head) and b"multipart/related" in head[: blank.start()].lower())


def saved_page(raw: bytes) -> Saved:
    """The page that an MHTML file was made for: the part its headers name, or the first of HTML.

    Refuses a file without one as ``no-body``, one that breaks off before its end mark as ``damaged``.
    """
    try:
        return _saved_page(raw.lstrip())
    except Refused:
        raise
    except Exception as error:  # the library may raise anything on headers that are none
        raise Refused("damaged", f"a saved page: {type(error).__name__}: {error}"[:300]) from error


def _saved_page(raw: bytes) -> Saved:
    message, body = _headers(raw)
    root = message.get_param("start") if message.get_content_maintype() == "multipart" else None
    found = _main(message, body, _bare(root), DEPTH)
    if found is None:
        raise Refused("no-body", "the saved page has no HTML part; save it again")
    part, content = found
    part.set_payload(content.decode("ascii", "surrogateescape"))
    html = part.get_payload(decode=True)
    url = _url(part["Content-Location"]) or _url(message["Snapshot-Content-Location"])
    charset = part.get_content_charset()
    return Saved(html if isinstance(html, bytes) else content, charset, url, _time(message["Date"]))


def _headers(raw: bytes) -> tuple[Message, bytes]:
    """The headers of a message or part, and what follows them."""
    if raw.startswith((b"\n", b"\r\n")):
        return Message(), raw
    blank = _BLANK_LINE.search(raw[:HEADER_BYTES])
    if not blank:
        raise Refused("damaged", "a saved page without an end to its headers; save it again")
    return BytesParser().parsebytes(raw[: blank.end()], headersonly=True), raw[blank.end() :]


def _main(message: Message, body: bytes, root: str | None, depth: int) -> tuple[Message, bytes] | None:
    """The part with the Content-ID ``root``, or else the first of HTML."""
    if message.get_content_maintype() != "multipart":
        return (message, body) if message.get_content_type() in _HTML else None
    if not depth:
        raise Refused("nested-too-deep", f"more than {DEPTH} parts inside parts")
    first = None
    for part in _parts(body, message.get_boundary()):
        inner, content = _headers(part)
        found = _main(inner, content, root, depth - 1)
        if found and (root is None or _bare(inner["Content-ID"]) == root):
            return found
        first = first or found
    return first


def _parts(body: bytes, boundary: str | None) -> list[bytes]:
    """The parts between the boundary lines; one that nothing ends was cut short, and is left out."""
    if not boundary:
        raise Refused("damaged", "a saved page that names no boundary; save it again")
    name = re.escape(boundary.encode("utf-8", "surrogateescape"))
    line = re.compile(rb"(?:\A|\n)--" + name + rb"(--)?[ \t]{0,99}\r?(?=\n|\Z)")
    parts: list[bytes] = []
    start = None
    for mark in line.finditer(body):
        if start is not None:
            parts.append(body[start : mark.start()].removesuffix(b"\r"))
        if mark[1]:
            return parts
        start = mark.end() + 1
        if len(parts) > PARTS:
            raise Refused("too-many-members", f"a saved page with over {PARTS:,} parts")
    if not parts:
        raise Refused("damaged", "the saved page breaks off before its end mark; save it again")
    return parts


def _bare(identity: object) -> str | None:
    return str(identity).strip().strip("<>") if identity else None


def _url(value: object) -> str | None:
    text = "".join(str(value).split()) if value else ""
    return text if text.startswith(("http://", "https://")) else None


def _time(value: object) -> str | None:
    try:
        moment = parsedate_to_datetime(str(value))
        return iso_time((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None

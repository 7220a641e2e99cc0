"""The form in which ``Page.raw`` keeps a page out of a WARC: a WARC header that says where it was, and it.

It holds nothing that differs from one capture of a page to the next (times, cookies, server headers), so
that the same page captured twice is one page found in two places.
"""

from __future__ import annotations

from flows.read.refused import Refused

MAGIC = b"WARC/1.1\r\n"
_TYPE = MAGIC + b"WARC-Type: resource\r\n"
_URI = b"WARC-Target-URI: "
_END = b"\r\n\r\n"


def wrap(body: bytes, url: str) -> bytes:
    """The page's bytes with their address.

    >>> unwrap(wrap(b"<p>", "http://a.example/"))
    ('http://a.example/', b'<p>')
    """
    length = b"\r\nContent-Length: " + str(len(body)).encode()
    return _TYPE + _URI + url.encode("utf-8", "replace") + length + _END + body


def unwrap(raw: bytes) -> tuple[str, bytes]:
    """Address and bytes of a page. Refuses what :func:`wrap` did not make as ``bad-record``."""
    head, end, body = raw.partition(_END)
    lines = head.removeprefix(_TYPE).split(b"\r\n")
    if not end or not raw.startswith(_TYPE) or not lines[0].startswith(_URI):
        raise Refused("bad-record", "no page of a WARC; give the WARC file itself")
    return lines[0].removeprefix(_URI).decode("utf-8", "replace"), body

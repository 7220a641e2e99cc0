"""The site of a page: the host of its web address."""

from __future__ import annotations

from urllib.parse import urlsplit


def host(url: str | None) -> str | None:
    """The host of a web address, None for anything else.

    >>> host("https://www.example.gov.cn/a.html"), host("a.html"), host("http://["), host("http://www")
    ('www.example.gov.cn', None, None, None)
    """
    try:
        parts = urlsplit(url or "")
        name = parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None
    return name if name and "." in name else None

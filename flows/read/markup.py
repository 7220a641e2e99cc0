"""Is this text HTML? Told by the text alone, so that renaming a file changes nothing."""

from __future__ import annotations

import re

_OPENING = re.compile(r"(?:<\?xml[^<>]{0,200}>\s*)?<(?:!doctype\s+html|html|head|body|meta|title)\b", re.I)
_TAG = re.compile(
    r"</?(?:html|head|body|p|div|br|span|table|tbody|tr|td|a|h[1-6]|li|ul|font|img|strong|b|center|section"
    r"|article|script|style)(?=[\s/>])",
    re.I,
)
WINDOW = 1 << 16
"""Characters looked at."""


def is_html(text: str) -> bool:
    """Does it open like a page, or hold at least two tags of running text?

    >>> is_html("<p>同志们</p>"), is_html("同志们，a<b，3<p"), is_html(" <!DOCTYPE html><title>x")
    (True, False, True)
    """
    window = text[:WINDOW].lstrip("\ufeff \t\r\n")
    if _OPENING.match(window):
        return True
    tags = _TAG.finditer(window)
    return next(tags, None) is not None and next(tags, None) is not None

"""By what a page that a person took out is known again: its bytes, or the letters that were left of it."""

from __future__ import annotations

from hashlib import sha256

from flows.stitch.evidence import letters

_LEAST = 50
"""Letters of a text by which it is known; shorter ones (a greeting, a notice) stand on many pages."""


def text_key(text: str) -> str | None:
    """A hash of a cleaned text's letters, which a new counter or comma leaves as it is; None for a text
    too short to tell by. Nothing of the text can be read from it.

    >>> text_key("今天开会。" * 20) == text_key("今天 开会，" * 20), text_key("谢谢大家！")
    (True, None)
    """
    found = letters(text)
    return sha256(found.encode("utf-8", "replace")).hexdigest() if len(found) >= _LEAST else None

"""Tells an address of a run that failed: a JSON POST, for a department's chat or pager."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import msgspec

from flows.errors import JianghuaError

TIMEOUT = 10.0
"""Seconds that the other side may take; a run waits no longer for it."""
LONGEST = 500
"""Characters told of an error."""


def failed(webhook: str, archive: str, error: BaseException) -> str:
    """POST what happened to ``webhook``; returns why it could not be told, or nothing. Never raises.

    >>> failed("http://127.0.0.1:9/", "archive", OSError("disk full"))
    'the webhook at 127.0.0.1:9 was not told: Connection refused'
    """
    words = str(error) if isinstance(error, JianghuaError) else f"{type(error).__name__}: {error}"
    if not usable(webhook):
        return "the webhook was not told: its address is none; correct JIANGHUA_WEBHOOK (http:// or https://)"
    host = urlsplit(webhook).netloc.rpartition("@")[2]  # never a password in a message
    told: dict[str, Any] = {"event": "run-failed", "archive": archive, "error": words[:LONGEST]}
    try:
        request = urllib.request.Request(
            webhook, data=msgspec.json.encode(told), headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT):
            return ""
    except urllib.error.HTTPError as refused:
        return f"the webhook at {host} was not told: it answered {refused.code}"
    except (OSError, ValueError, HTTPException) as trouble:  # garbage for an answer, too
        why = getattr(trouble, "reason", None) or trouble
        return f"the webhook at {host} was not told: {getattr(why, 'strerror', None) or type(why).__name__}"


def usable(webhook: str) -> bool:
    """Whether an address can be a webhook.

    >>> usable("https://hooks.example.cn/x"), usable("file:///etc/passwd"), usable("hooks")
    (True, False, False)
    """
    try:
        parts = urlsplit(webhook)
        port = parts.port
    except ValueError:
        return False
    blank = any(c.isspace() or not c.isprintable() for c in webhook)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0 and not blank

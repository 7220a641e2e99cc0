"""One page from its own bytes: text, HTML, or a JSON record that holds either."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

from flows.read.decode import Decoded, decode
from flows.read.markup import is_html
from flows.read.refused import Refused
from flows.read.times import iso_time
from flows.records import Page, Reject, Source, page_id
from flows.resources import reference

_SURROGATES = re.compile("[\ud800-\udfff]+")
_JSON_START = re.compile(r"\s*(?:\{|\[\s*[\{\[\"])")


def page(raw: bytes, source: Source) -> Page | Reject:
    """The page that these bytes are; a pure function of them, whatever the file is called.

    ``source`` says where they are; length and hash are filled in here.
    """
    try:
        return make_page(raw, source)
    except Refused as refused:
        return Reject(reason=refused.reason, detail=refused.detail, source=source, stage="read")


def make_page(raw: bytes, source: Source, line: bool = False) -> Page:
    """As :func:`page`; raises Refused instead. A ``line`` of JSONL must be a record."""
    source = replace(source, length=len(raw), sha256=hashlib.sha256(raw).hexdigest())
    decoded = decode(raw)
    value = _json(decoded.text) if line or _JSON_START.match(decoded.text) else None
    if line and not isinstance(value, dict):
        raise Refused("bad-record", "the line is not a JSON object")
    if value is not None:
        return _from_record(value, raw, decoded, source)
    return Page(
        id=page_id(raw),
        source=source,
        media="text/html" if is_html(decoded.text) else "text/plain",
        raw=raw,
        encoding=decoded.encoding,
        text=decoded.text,
        gaps=decoded.gaps,
    )


def _json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _from_record(value: Any, raw: bytes, decoded: Decoded, source: Source) -> Page:
    if not isinstance(value, dict):
        raise Refused("unsupported", "a JSON array; write one object a line (JSONL), as `jq -c .[]` does")
    parts = {_lower(key): part for key, part in value.items() if part not in (None, "")}
    html, plain = _part(parts, "html"), _part(parts, "text")
    text = html or plain
    if text is None and any(key in _names()["html"] + _names()["text"] for key in map(_lower, value)):
        raise Refused("empty", "the record's text is empty")
    if text is None:
        known = ", ".join(_names()["html"] + _names()["text"])
        raise Refused("bad-record", f"no text in any of the fields {known}")
    text, lost = _SURROGATES.subn("\ufffd", text)
    if len(text.strip()) < 2:
        raise Refused("empty", "the record's text is empty")
    url = _line(parts, "url")
    return Page(
        id=page_id(raw),
        source=replace(source, url=url, captured=_time(parts, "captured")),
        media="text/html" if html or is_html(text) else "text/plain",
        raw=raw,
        encoding=decoded.encoding,
        text=text,
        title=_line(parts, "title"),
        published=_time(parts, "published"),
        url=url,
        gaps=decoded.gaps + lost,
    )


def _lower(key: Any) -> str:
    return str(key).lower()


def _part(parts: dict[str, Any], name: str) -> str | None:
    values = (parts.get(key) for key in _names()[name])
    return next((value for value in values if isinstance(value, str) and value.strip()), None)


def _line(parts: dict[str, Any], name: str) -> str | None:
    value = _part(parts, name)
    return _SURROGATES.sub("\ufffd", value).strip() if value else None


def _time(parts: dict[str, Any], name: str) -> str | None:
    return next((t for t in (iso_time(parts.get(key)) for key in _names()[name]) if t), None)


@cache
def _names() -> dict[str, list[str]]:
    lines = reference("read/record_fields.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {part: names.lower().split(",") for part, names in rows}

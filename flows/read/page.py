"""One page from its own bytes: text, HTML, a saved page (MHTML), or a record that holds either.

``Page.raw`` is all that is needed to make the page again. For most kinds it is the page's bytes as they
lie in the dump. Two kinds of page are not whole by themselves, and get the little they need put before
them, in the form of their own kind, so that ``raw`` is a file of that kind with one page in it:

- a row of a CSV file: ``sep=,`` (Excel's own way to name the delimiter), the header line, the row;
- a WARC record: a WARC header with the address alone, then the page as the browser got it.

``Source.offset``, ``length`` and ``sha256`` always speak of the dump's bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from typing import Any

from flows.read.decode import Decoded, decode
from flows.read.fields import parts_of
from flows.read.markup import is_html
from flows.read.mhtml import is_mhtml, saved_page
from flows.read.refused import Refused
from flows.read.table import OPENING, row_of
from flows.read.warc_page import MAGIC, unwrap
from flows.records import Page, Reject, Source, page_id
from flows.settings import Fields

_JSON_START = re.compile(r"\s*(?:\{|\[\s*[\{\[\"])")


def page(raw: bytes, source: Source, fields: Fields = Fields()) -> Page | Reject:  # noqa: B008 - frozen
    """The page that these bytes are; a pure function of them, whatever the file is called.

    ``source`` says where they are; length and hash are filled in here where it has none. A page that was
    read is made again, the same, by ``page(found.raw, found.source)``.
    """
    try:
        return make_page(raw, source, fields)
    except Refused as refused:
        return Reject(reason=refused.reason, detail=refused.detail, source=source, stage="read")


def make_page(raw: bytes, source: Source, fields: Fields, line: bool = False) -> Page:
    """As :func:`page`; raises Refused instead. A ``line`` of JSONL must be a record."""
    if not source.sha256:
        source = replace(source, length=len(raw), sha256=hashlib.sha256(raw).hexdigest())
    if line:
        return _record(raw, source, fields)
    if raw.startswith(MAGIC):
        return _captured(raw, source)
    if is_mhtml(raw):
        return _saved(raw, source)
    decoded = decode(raw)
    if decoded.text.startswith(OPENING):
        return _from_values(row_of(decoded.text), raw, decoded, source, fields)
    value = _json(decoded.text) if _JSON_START.match(decoded.text) else None
    if value is not None:
        return _from_json(value, raw, decoded, source, fields)
    return _document(raw, decoded, source)


def _document(raw: bytes, decoded: Decoded, source: Source) -> Page:
    return Page(
        id=page_id(raw),
        source=source,
        media="text/html" if is_html(decoded.text) else "text/plain",
        raw=raw,
        encoding=decoded.encoding,
        text=decoded.text,
        edits=decoded.edits,
        gaps=decoded.gaps,
    )


def _saved(raw: bytes, source: Source) -> Page:
    saved = saved_page(raw)
    source = replace(source, url=saved.url, captured=saved.captured)
    found = _document(raw, decode(saved.html, saved.charset), source)
    return replace(found, media="text/html", url=saved.url)


def _captured(raw: bytes, source: Source) -> Page:
    """A page out of a WARC: its address is part of it, so that equal bytes at two places stay two pages."""
    url, body = unwrap(raw)
    decoded = decode(body)
    if _JSON_START.match(decoded.text) and _json(decoded.text) is not None:
        raise Refused("unsupported", "JSON")
    found = _document(raw, decoded, replace(source, url=url))
    return replace(found, id=page_id(body, url), url=url)


def _record(raw: bytes, source: Source, fields: Fields) -> Page:
    decoded = decode(raw)
    value = _json(decoded.text)
    if not isinstance(value, dict):
        raise Refused("bad-record", "the line is not a JSON object")
    return _from_json(value, raw, decoded, source, fields)


def _json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _from_json(value: Any, raw: bytes, decoded: Decoded, source: Source, fields: Fields) -> Page:
    if not isinstance(value, dict):
        raise Refused("unsupported", "a JSON array; write one object a line (JSONL), as `jq -c .[]` does")
    return _from_values(value, raw, decoded, source, fields)


def _from_values(
    values: dict[str, Any], raw: bytes, decoded: Decoded, source: Source, fields: Fields
) -> Page:
    parts = parts_of(values, fields)
    number, count = parts.place or (None, None)
    stated = number is not None and bool(count)
    return Page(
        id=page_id(raw),
        source=replace(source, url=parts.url, captured=parts.captured, page=number if stated else None),
        media=parts.media,
        raw=raw,
        encoding=decoded.encoding,
        text=parts.text,
        title=parts.title,
        published=parts.published,
        url=parts.url,
        number=number if stated else None,
        count=count if stated else None,
        hint=None if stated else parts.place,
        edits=decoded.edits,
        gaps=decoded.gaps + parts.lost,
    )

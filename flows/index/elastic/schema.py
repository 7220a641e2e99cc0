"""Elasticsearch's index templates, and a speech's document as bytes for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from secrets import token_hex
from typing import Any

import msgspec

from flows.index.document import document, speech_mapping, storable
from flows.index.fold import TOKEN, row, tokens
from flows.records import Entry
from flows.resources import mapping

Json = dict[str, Any]

LONGEST_TOKEN = 255
"""Characters that Elasticsearch's ``whitespace`` keeps of a token; it cuts longer ones in pieces."""
FILLING: Json = {"refresh_interval": "-1", "auto_expand_replicas": "false", "number_of_replicas": 0}
"""Settings of an index while it is filled for the first time."""


def templates(alias: str) -> dict[str, tuple[str, Json]]:
    """What makes an index of ours, in the order to send it: kind (component, index) and body by name."""
    settings = f"{alias}-settings"
    body = _read("mappings.json") | {"index_patterns": [f"{alias}-v*"], "composed_of": [settings]}
    return {settings: ("component", _read("settings.json")), alias: ("index", body)}


def filled_settings() -> Json:
    """The settings of FILLING as they are to be when it is filled."""
    usual = _read("settings.json")["template"]["settings"]["index"]
    return {name: usual[name] for name in FILLING if name in usual}


def meta(archive: str) -> Json:
    """What an index says of itself: the mapping's version, what it was built with, and whose it is."""
    return {**speech_mapping()["_meta"], "built": built(), "archive": archive}


@cache
def built() -> str:
    """Names all that decides how speeches are indexed; differs where an index has to be built anew."""
    parts = [speech_mapping(), _read("settings.json"), TOKEN]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return f"{speech_mapping()['_meta']['version']}-{digest[:12]}"


def index_name(alias: str) -> str:
    """A new name for an index behind an alias: ``speeches-v2-20261123t093000-5f1c``."""
    version = speech_mapping()["_meta"]["version"]
    return f"{alias}-v{version}-{datetime.now(UTC):%Y%m%dt%H%M%S}-{token_hex(2)}"


def source(entry: Entry) -> bytes:
    """The document of an entry as JSON."""
    values = document(entry)
    values["exact"] = {field: _joined(row(values[field])) for field in ("title", "text")}
    try:
        return msgspec.json.encode(values)
    except UnicodeEncodeError:
        return msgspec.json.encode(_storable(values))


def exact_phrase(phrase: str) -> str:
    """A phrase as it stands in ``exact``; empty where it holds no letter or digit.

    >>> exact_phrase("《招商 引资》，2007年")
    '招 商 引 资 . 2007 年'
    """
    return _joined(tokens(phrase))


def _joined(words: Iterable[str]) -> str:
    return " ".join([word if len(word) <= LONGEST_TOKEN // 2 else _short(word) for word in words])


def _short(word: str) -> str:
    """A name for a token that would be cut in pieces; two are equal where the tokens are.

    Its dash is in no token, so it is nobody else's.
    """
    return "-" + hashlib.sha256(word.encode()).hexdigest()


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {key: _storable(one) for key, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list) else value


@cache
def _text(name: str) -> str:
    return mapping(name).read_text(encoding="utf-8")


def _read(name: str) -> Json:
    body: Json = json.loads(_text(name))
    return body

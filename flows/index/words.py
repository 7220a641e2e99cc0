"""The words of the query language, from ``mappings/query.json``."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from flows.resources import mapping


@cache
def fields() -> dict[str, str]:
    """Every name of every field, and the field's own name.

    >>> fields()["级别"], fields()["level"]
    ('level', 'level')
    """
    table: dict[str, list[str]] = _table()["fields"]
    return {name: field for field, others in table.items() for name in (field, *others)}


@cache
def values(field: str) -> dict[str, str]:
    """Every way to write each value of a field, and the value.

    >>> values("level")["县级"], values("truncated")["否"]
    ('county', 'false')
    """
    table: dict[str, list[str]] = _table()["values"].get(field, {})
    return {word: value for value, others in table.items() for word in (value, *others)}


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(mapping("query.json").read_text(encoding="utf-8"))
    return table

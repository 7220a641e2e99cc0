"""Bodies that a page holds as data and draws by script: JSON, a template, a frame's own markup."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from flows.extract.tables import table
from flows.extract.tree import Tree

MOST = 3
"""Pieces of markup that are looked into, the longest first."""
SHORTEST = 60
"""Characters of the shortest piece worth looking into."""
VALUES = 200_000
"""JSON values of a page that are looked at."""


def inner_pages(tree: Tree) -> list[str]:
    """The markup inside a page that may hold its body, the longest first. Asked where no body is shown."""
    found = [markup for markup in tree.inner if len(markup) >= SHORTEST]
    for script in tree.scripts:
        found += (_as_markup(text) for text in _texts(script) if len(text) >= SHORTEST)
    return sorted(found, key=len, reverse=True)[:MOST]


def _texts(script: str) -> Iterator[str]:
    """The strings of a script's JSON that stand under the name of a body."""
    begin = script.find("{")
    try:
        value, _ = json.JSONDecoder().raw_decode(script, begin) if begin >= 0 else (None, 0)
    except (ValueError, RecursionError):
        return
    names = frozenset(table("script_names.tsv")["text"])
    values: list[Any] = [value]
    for _ in range(VALUES):
        if not values:
            return
        value = values.pop()
        if isinstance(value, list):
            values += value
        elif isinstance(value, dict):
            values += value.values()
            yield from (text for name, text in value.items() if name in names and isinstance(text, str))


def _as_markup(text: str) -> str:
    return text if "<" in text else "<pre>" + escape(text) + "</pre>"

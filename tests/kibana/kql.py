"""The part of KQL that our saved objects and the words typed above a dashboard use, as Elasticsearch queries.

Kibana's own translation is followed (packages/kbn-es-query): a field's value becomes a ``match`` or, in
quotes, a ``match_phrase``; ``field: *`` becomes ``exists``; words without a field a ``multi_match``.
"""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]
_TOKEN = re.compile(r'\s*(?:(?P<quoted>"[^"]*")|(?P<mark>[():]|>=|<=|>|<)|(?P<word>[^\s():<>"]+))')


def query(text: str) -> Json:
    """The Elasticsearch query of a KQL text."""
    tokens = list(_TOKEN.finditer(text.strip()))
    assert "".join(match[0] for match in tokens) == text.strip(), f"not read to the end: {text}"
    if not tokens:
        return {"match_all": {}}
    reader = _Reader([match[match.lastgroup or 0] for match in tokens])
    found = reader.either()
    assert not reader.left, f"left over in {text}: {reader.left}"
    return found


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.left = tokens

    def either(self) -> Json:
        parts = [self.both()]
        while self.left and self.left[0].lower() == "or":
            self.left.pop(0)
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else {"bool": {"should": parts, "minimum_should_match": 1}}

    def both(self) -> Json:
        parts = [self.one()]
        while self.left and self.left[0].lower() == "and":
            self.left.pop(0)
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else {"bool": {"filter": parts}}

    def one(self) -> Json:
        first = self.left.pop(0)
        if first.lower() == "not":
            return {"bool": {"must_not": [self.one()]}}
        if first == "(":
            found = self.either()
            assert self.left.pop(0) == ")"
            return found
        if self.left and self.left[0] in (">", ">=", "<", "<="):
            sign = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}[self.left.pop(0)]
            return {"range": {first: {sign: self.left.pop(0)}}}
        if self.left and self.left[0] == ":":
            self.left.pop(0)
            return _is(first, self.left.pop(0))
        if first.startswith('"'):
            return {"multi_match": {"type": "phrase", "query": first.strip('"'), "lenient": True}}
        return {"multi_match": {"type": "best_fields", "query": first, "lenient": True}}


def _is(field: str, value: str) -> Json:
    if value == "*":
        return {"exists": {"field": field}}
    if value.startswith('"'):
        return {"match_phrase": {field: value.strip('"')}}
    return {"match": {field: value}}


def fields(text: str) -> set[str]:
    """The fields that a KQL text names."""
    return set(re.findall(r"([\w.]+)\s*(?::|>=|<=|>|<)", re.sub(r'"[^"]*"', '""', text)))

"""The mapping and its documents in Tantivy's terms."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from functools import cache
from importlib.metadata import version
from typing import Any

import tantivy

from flows.index.document import OPEN_END, Document, leaf_fields, speech_mapping, storable
from flows.index.engine import FACETS, FIELDS
from flows.index.fold import TOKEN, fold

ANALYZER = "exact"
ORDER = "order"
DAY = "day"
"""The first known day as a number, to begin a page at; NO_DAY where unknown."""
RANGE = "speech_date.range"
FIRST, LAST = ".gte", ".lte"
"""Endings of the two number fields that a date range becomes: days as 20070912."""
NO_DAY = 0
_NEEDED = frozenset({"id", "title", "text", "revision", RANGE, ORDER, *FACETS.values(), *FIELDS.values()})
"""What is searched, counted, sorted or compared by; the text to show comes from the catalog."""


@cache
def fields() -> tuple[tuple[str, str], ...]:
    """Each field of the mapping that this engine holds by its path, and its type."""
    all_fields = leaf_fields(speech_mapping())
    return tuple((path, settings["type"]) for path, settings in all_fields if path in _NEEDED)


def schema() -> tantivy.Schema:
    """The schema of an embedded index."""
    columns = {ORDER, *FACETS.values(), *FIELDS.values()}
    builder = tantivy.SchemaBuilder()
    for path, kind in fields():
        match kind:
            case "text":
                builder.add_text_field(path, tokenizer_name=ANALYZER)
            case "keyword":
                builder.add_text_field(
                    path,
                    stored=path == "id",
                    fast=path in columns,
                    tokenizer_name="raw",
                    index_option="basic",
                )
            case "boolean":
                builder.add_boolean_field(path, indexed=True, fast=True)
            case "long":
                builder.add_unsigned_field(path, fast=True)
            case "date_range":
                for side in (FIRST, LAST):
                    builder.add_unsigned_field(path + side, fast=True)
            case _:
                raise ValueError(f"{path}: the embedded engine has no field of type {kind}")
    builder.add_unsigned_field(DAY, fast=True)
    return builder.build()


def analyzer() -> tantivy.TextAnalyzer:
    """Cuts a folded text into the tokens of :mod:`flows.index.fold`."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(TOKEN)).build()


def stamp() -> str:
    """Names what an index was built with; one with another stamp has to be built anew.

    The mapping's version, and a hash of what else decides the index's contents: Unicode's tables too,
    since folding follows them.
    """
    mapping = speech_mapping()
    parts = [fields(), TOKEN, unicodedata.unidata_version, version("tantivy")]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return f"{mapping['_meta']['version']}-{digest[:12]}"


def tantivy_document(values: Document) -> tantivy.Document:
    """A document as Tantivy takes it: texts folded, empty values left out."""
    made = tantivy.Document()
    for path, kind in fields():
        value = _value(values, path)
        if value is None:
            continue
        match kind:
            case "text":
                made.add_text(path, fold(value))
            case "boolean":
                made.add_boolean(path, value)
            case "long":
                made.add_unsigned(path, value)
            case "date_range":
                made.add_unsigned(path + FIRST, _day(value.get("gte"), NO_DAY))
                made.add_unsigned(path + LAST, _day(value.get("lte"), OPEN_END))
            case _:
                for one in value if isinstance(value, list) else [value]:
                    made.add_text(path, storable(one))
    made.add_unsigned(DAY, _day(values["day"], NO_DAY))
    return made


def _day(date: str | None, otherwise: int) -> int:
    return int(date.replace("-", "")) if date else otherwise


def _value(values: Document, path: str) -> Any:
    value: Any = values
    for name in _names(path):
        value = value[name]
    return value


@cache
def _names(path: str) -> list[str]:
    return path.split(".")

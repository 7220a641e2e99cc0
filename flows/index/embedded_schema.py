"""The mapping and its documents in Tantivy's terms."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from functools import cache
from importlib.metadata import version
from typing import Any

import tantivy

from flows.index.document import Document, leaf_fields, speech_mapping
from flows.index.engine import FACETS, FIELDS
from flows.index.fold import TOKEN, fold

ANALYZER = "exact"
ORDER = "order"
"""A column of our own: sorted as text it is newest first, unknown last, ties by id."""
DAY = "day"
"""The day of that order as a number, to begin a page at; NO_DAY where unknown."""
FIRST, LAST = ".gte", ".lte"
"""Endings of the two number fields that a date range becomes: days as 20070912."""
NO_DAY, OPEN_END = 0, 99_999_999


@cache
def fields() -> tuple[tuple[str, str], ...]:
    """Each field of the mapping by its path, and its type."""
    return tuple((path, settings["type"]) for path, settings in leaf_fields(speech_mapping()))


def schema() -> tantivy.Schema:
    """The schema of an embedded index."""
    columns = {*FACETS.values(), *FIELDS.values()}
    builder = tantivy.SchemaBuilder()
    for path, kind in fields():
        match kind:
            case "text":
                builder.add_text_field(path, tokenizer_name=ANALYZER)
            case "keyword" | "date":
                builder.add_text_field(
                    path,
                    stored=path == "id",
                    fast=path in columns,
                    tokenizer_name="raw",
                    index_option="basic",
                )
            case "boolean":
                builder.add_boolean_field(path, indexed=True, fast=True)
            case "integer" | "long":
                builder.add_unsigned_field(path, indexed=True)
            case "date_range":
                for side in (FIRST, LAST):
                    builder.add_unsigned_field(path + side, fast=True)
            case _:
                raise ValueError(f"{path}: the embedded engine has no field of type {kind}")
    builder.add_text_field(ORDER, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(DAY, fast=True)
    return builder.build()


def analyzer() -> tantivy.TextAnalyzer:
    """Cuts a folded text into the tokens of :mod:`flows.index.fold`."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(TOKEN)).build()


def stamp() -> str:
    """Names what an index was built with; one with another stamp has to be built anew.

    The mapping's version, and a hash of all that decides the index's contents: Unicode's tables too,
    since folding follows them.
    """
    mapping = speech_mapping()
    parts = [mapping, TOKEN, unicodedata.unidata_version, version("tantivy")]
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
            case "integer" | "long":
                made.add_unsigned(path, value)
            case "date_range":
                made.add_unsigned(path + FIRST, _day(value.get("gte"), NO_DAY))
                made.add_unsigned(path + LAST, _day(value.get("lte"), OPEN_END))
            case _:
                for one in value if isinstance(value, list) else [value]:
                    made.add_text(path, _storable(one))
    date = values["speech_date"]
    day = _day(date["from"] or date["to"], NO_DAY)
    made.add_unsigned(DAY, day)
    made.add_text(ORDER, f"{OPEN_END - day:08}{values['id']}")
    return made


def _day(date: str | None, otherwise: int) -> int:
    return int(date.replace("-", "")) if date else otherwise


def _value(values: Document, path: str) -> Any:
    value: Any = values
    for name in path.split("."):
        value = value[name]
    return value


def _storable(text: str) -> str:
    """Without lone surrogates, which a name from a damaged source may hold and UTF-8 may not."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")

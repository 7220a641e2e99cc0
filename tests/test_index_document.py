"""The document of an entry and the mapping agree, field by field."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from contract.entries import CHANGTU, ENTRIES, entry

from flows.index import words
from flows.index.document import document, leaf_fields, speech_mapping
from flows.index.engine import FACETS, FIELDS
from flows.index.places import names, region_terms
from flows.records import Region, SpeechDate
from flows.resources import mapping

MAPPED = dict(leaf_fields(speech_mapping()))
DATES = {
    "strict_date": r"\d{4}-\d\d-\d\d",
    "strict_date||yyyy-MM||yyyy": r"\d{4}(-\d\d(-\d\d)?)?",
    "strict_date_optional_time": r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?",
}


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        nested = isinstance(value, dict) and prefix + key not in MAPPED
        found |= flat(value, f"{prefix}{key}.") if nested else {prefix + key: value}
    return found


def fits(value: Any, settings: dict[str, Any]) -> bool:
    if value is None:
        return True
    match settings["type"]:
        case "keyword":
            return all(isinstance(one, str) for one in (value if isinstance(value, list) else [value]))
        case "text":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "long":
            return isinstance(value, int) and not isinstance(value, bool)
        case "date":
            return re.fullmatch(DATES[settings["format"]], value) is not None
        case "date_range":
            return set(value) <= {"gte", "lte"} and all(
                re.fullmatch(DATES["strict_date"], v) for v in value.values()
            )
    return False


def test_the_mapping_is_strict_and_has_a_version() -> None:
    assert speech_mapping()["dynamic"] == "strict"
    assert speech_mapping()["_meta"]["version"]


@pytest.mark.parametrize("one", ENTRIES, ids=lambda one: one.sources[0].file)
def test_every_field_is_mapped_and_every_mapped_field_is_there(one: Any) -> None:
    values = flat(document(one))
    assert list(values) == list(MAPPED)
    assert {path: value for path, value in values.items() if not fits(value, MAPPED[path])} == {}


def test_what_queries_and_facets_name_is_mapped() -> None:
    assert set(FIELDS.values()) | set(FACETS.values()) <= set(MAPPED)
    assert set(words.fields().values()) == set(FIELDS) | {"title", "text", "within"}


def test_no_word_of_the_query_language_has_two_meanings() -> None:
    table = json.loads(mapping("query.json").read_text(encoding="utf-8"))
    for meanings in (table["fields"], *table["values"].values()):
        written = [word for name, others in meanings.items() for word in (name, *others)]
        assert len(written) == len(set(written))


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (None, (None, None, "unknown")),
        (SpeechDate(precision="range", start="2001-01-01"), ({"gte": "2001-01-01"}, None, "range")),
        (
            SpeechDate(precision="month", value="2007-09", start="2007-09-01", end="2007-09-30"),
            ({"gte": "2007-09-01", "lte": "2007-09-30"}, "2007-09", "2007"),
        ),
    ],
)
def test_dates(date: SpeechDate | None, expected: tuple[Any, ...]) -> None:
    one = entry("x")
    one = replace(one, speech=replace(one.speech, speech_date=date))
    found = document(one)["speech_date"]
    assert (found["range"], found["value"], found["year"]) == expected


def test_a_place_is_known_by_its_names_at_every_level() -> None:
    terms = region_terms(CHANGTU)
    assert terms == ["辽宁省", "辽宁", "铁岭市", "铁岭", "昌图县", "昌图", "八面城镇", "八面城"]
    assert region_terms(Region()) == []


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("内蒙古自治区", {"内蒙古"}),
        ("新疆维吾尔自治区", {"新疆", "新疆自治区"}),
        ("恩施土家族苗族自治州", {"恩施", "恩施州", "恩施自治州"}),
        ("积石山保安族东乡族撒拉族自治县", {"积石山", "积石山县", "积石山自治县"}),
        ("长沙县", {"长沙"}),
        ("沙县", set()),
        ("东区", set()),
        ("自治区", set()),
        ("", set()),
    ],
)
def test_short_names(full: str, short: set[str]) -> None:
    assert set(names(full)) == {full} | short


@pytest.mark.parametrize("url", ["http://[bad", "nonsense", "http://", "file:///a"])
def test_an_address_without_a_host_is_no_site(url: str) -> None:
    assert document(entry("x", url=url))["site"] == []

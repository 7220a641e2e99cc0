"""The document of an entry and the mapping agree, field by field."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from contract.entries import CHANGTU, CHAOYANG_CITY, ENTRIES, HANSHAN, XIANGFAN, entry, evidence

from flows.export import as_json
from flows.index import divisions, words
from flows.index.divisions import later_names
from flows.index.document import document, leaf_fields, speech_mapping
from flows.index.engine import FACETS, FIELDS
from flows.index.places import names, region_terms
from flows.records import Region, Related, SpeechDate, Tag
from flows.resources import mapping

MAPPED = dict(leaf_fields(speech_mapping()))
DATES = {
    "strict_date": r"\d{4}-\d\d-\d\d",
    "strict_date||yyyy-MM||yyyy": r"\d{4}(-\d\d(-\d\d)?)?",
    "strict_date_optional_time": r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?",
}


FULL = entry(
    "full",
    "讲话",
    "全县工作。第二句。",
    when="2007-10-09",
    region=CHANGTU,
    level="county",
    level_tag=evidence("全县工作。第二句。", "全县", "全县工作。"),
    date_tag=Tag(unknown="no date in the text"),
    head="发文时间: 2007-10-10",
    published="2007-10-10T08:00:00",
    missing_pages=(2, 3),
    edits=(("byte-shift", 4), ("pinyin", 303)),
    gaps=1,
    url="http://www.example.gov.cn/a",
)
FULL = replace(
    FULL,
    related=(Related(id="b" * 16, relation="template", places=("铁岭市", "沈阳市"), numbers=0.4),),
)
DERIVED = {
    *("region.path", "region.terms", "region.centroid", "speech_date.range", "speech_date.year", "day"),
    *("variants", "changed", "site", "site_terms", "repairs", "revision", "order"),
}
"""What the document has beside the exported record."""
OWN = {"exact.title", "exact.text"}
"""What Elasticsearch's engine adds."""


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """The fields by their paths; a list of objects becomes lists, as in Elasticsearch itself."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        path = prefix + key
        if isinstance(value, dict) and path not in MAPPED:
            found |= flat(value, f"{path}.")
        elif isinstance(value, list) and path not in MAPPED:
            names = [name.removeprefix(f"{path}.") for name in MAPPED if name.startswith(f"{path}.")]
            found |= {f"{path}.{name}": [one[name] for one in value] for name in names}
        else:
            found[path] = value
    return found


def fits(value: Any, settings: dict[str, Any]) -> bool:
    if isinstance(value, list):
        return all(fits(one, settings) for one in value)
    if value is None:
        return True
    match settings["type"]:
        case "keyword" | "text":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "long":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float":
            return isinstance(value, float)
        case "geo_point":
            return 70 < value["lon"] < 140 and 0 < value["lat"] < 60
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


@pytest.mark.parametrize("one", [*ENTRIES, FULL], ids=lambda one: one.sources[0].file)
def test_every_field_is_mapped_and_every_mapped_field_is_there(one: Any) -> None:
    values = flat(document(one))
    assert set(values) == set(MAPPED) - OWN
    assert {path: value for path, value in values.items() if not fits(value, MAPPED[path])} == {}


@pytest.mark.parametrize("one", [*ENTRIES, FULL], ids=lambda one: one.sources[0].file)
def test_the_exported_record_is_in_the_document_field_by_field(one: Any) -> None:
    exported, values = flat(as_json(one)), flat(document(one))
    if exported.pop("speech_date", ...) is None:
        exported |= dict.fromkeys(
            (f"speech_date.{name}" for name in ("value", "precision", "from", "to")), None
        )
    for name in ("level", "region", "speech_date"):  # the record leaves these out, the document says None
        exported.setdefault(f"confidence.{name}", None)
        exported.setdefault(f"unknown.{name}", None)
    assert set(values) - set(exported) == DERIVED
    assert {path: values.get(path) for path in exported} == exported


def test_what_a_place_has_become_since_is_among_its_names() -> None:
    terms = set(region_terms(HANSHAN))
    assert {"巢湖市", "含山县", "环峰镇", "马鞍山市", "马鞍山", "安徽"} <= terms
    assert {"襄樊", "襄阳市", "襄阳"} <= set(region_terms(XIANGFAN))
    assert "襄樊" not in region_terms(Region(province="湖北省", prefecture="襄阳市", adcode="420600"))


@pytest.mark.parametrize(
    ("region", "later"),
    [
        (Region(province="四川省", prefecture="万县市", adcode="511200"), ["万县市", "万州区", "重庆市"]),
        (
            Region(province="安徽省", county="居巢区", adcode="341402"),
            ["居巢区", "巢湖市", "合肥市", "安徽省"],
        ),
        (Region(province="辽宁省", adcode="210000"), ["辽宁省"]),
        (Region(province="辽宁省", adcode="999999"), []),
        (Region(county="昌图县"), []),
        (Region(), []),
    ],
)
def test_later_names(region: Region, later: list[str]) -> None:
    assert later_names(region) == later


def test_every_division_that_ended_leads_on_or_is_given_up() -> None:
    """No chain of changes goes round in a circle, and most lead to a place of today."""
    ended = [row for rows in divisions._named().values() for row in rows if row.last < divisions._newest()]
    led = 0
    for row in ended:
        county = row.name if row.rank == "3" else None
        region = Region(province=row.province or row.name, county=county, adcode=row.adcode)
        names = later_names(region if county else replace(region, prefecture=row.name))
        assert len(names) < divisions.MOST_CHANGES
        led += bool(names) and names[-1].endswith(("省", "市", "区"))
    assert led > 0.85 * len(ended)


def test_a_place_has_a_path_and_a_point_on_the_map() -> None:
    found = document(entry("x", region=CHAOYANG_CITY))["region"]
    assert found["path"] == ["辽宁省", "辽宁省/朝阳市"]
    assert found["centroid"] == {"lon": pytest.approx(120.45, abs=0.1), "lat": pytest.approx(41.57, abs=0.1)}
    assert document(entry("x"))["region"]["centroid"] is None


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

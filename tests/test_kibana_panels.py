"""Every panel's query, taken out of its saved object, on a real Elasticsearch that holds the samples."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import pytest
from conftest import exported
from contract.entries import ENTRIES
from kibana import lens
from kibana.boards import Objects, charts, circles, listed, view_of
from kibana.index import clean, search
from kibana.kql import query as kql

from flows.index.divisions import seat
from flows.index.elastic.client import connect
from flows.index.elastic.engine import ElasticEngine
from flows.kibana.objects import saved_objects
from flows.settings import Settings
from flows.setup.stack import put_templates

if TYPE_CHECKING:
    from elastic.plugin import Server

pytest_plugins = ["elastic.plugin", "kibana.filled"]
Json = dict[str, Any]
MISSING = lens.MISSING
ONE_A_YEAR = [1998, 2008, 2010, 2012, 2013, 2015, 2016, 2018, 2019, 2022, 2023, 2025]
PROVINCES = ["四川省", "河南省", "浙江省", "甘肃省", "福建省", "贵州省", "辽宁省", "陕西省"]
LEVELS = [("county", 6), ("prefecture", 3), ("national", 1), ("province", 1), ("township", 1)]
BY_PROVINCE = [(MISSING, 2), ("安徽省", 2), *[(name, 1) for name in PROVINCES]]
EXPECTED: dict[str, dict[str, Any]] = {
    "archive": {
        "讲话 Speeches": [(12,)],
        "其他版本 Other versions": [(2,)],
        "日期未知 Date unknown": [(0.0,)],
        "地点未知 Place unknown": [(2 / 12,)],
        "级别未知 Level unknown": [(0.0,)],
        "不完整 Truncated": [(2 / 12,)],
        "按年份 By year": [(str(year), 1) for year in ONE_A_YEAR],
        "按级别 By level": LEVELS,
        "按省份 By province": BY_PROVINCE,
        "地图上的讲话 On the map": None,
        "按站点 By site": [
            (MISSING, 6, 1 / 6, 0.0),
            ("www.gwbook.example", 2, 0.0, 0.5),
            ("www.gongwen.example", 1, 1.0, 0.0),
            ("www.hanshan-wengao.example", 1, 0.0, 0.0),
            ("www.shubei-wengao.example", 1, 0.0, 0.0),
            ("www.wenmi.example", 1, 0.0, 1.0),
        ],
        "未知的原因 Why the place is unknown": [("anonymised", 1), ("the whole country", 1)],
    },
    "phrase": {
        "讲话 Speeches": [(12,)],
        "地点数 Places": [(10,)],
        "未注日期 Undated": [(0,)],
        "按年份和级别 By year and level": None,
        "按省份 By province": BY_PROVINCE,
        "按级别 By level": LEVELS,
        "按文种 By type": [("讲话", 9), ("动员讲话", 2), ("other", 1)],
        "按讲话人职务 By office": [
            (MISSING, 6),
            ("县长", 2),
            *[(office, 1) for office in ("书记", "副省长", "区长", "县委书记")],
        ],
    },
    "quality": {
        "运行 Runs": [(1,)],
        "未完成的运行 Runs that did not end well": [(0,)],
        "程序错误 Faults": [(0.0,)],
        "仍被拒收 Rejects that remain": [(2,)],
        "修订过的讲话 Repaired speeches": None,
        "缺字处 Gaps": None,
        "每天的新网页与拒收 New pages and rejects by day": None,
        "每次用时 How long runs take": None,
        "拒收原因 Rejects by reason": [("empty", 1), ("unsupported", 1)],
        "拒收最多的文件 Files with most rejects": None,
        "修订规则 Repairs by rule": None,
        "可信度 Confidence by level": None,
        "日期精度 Precision of dates": [("day", 8), ("year", 3), ("month", 1)],
    },
}
"""What the samples give, by dashboard and panel; None is counted anew from the export in a test below."""


@pytest.fixture(scope="module")
def objects(filled: Settings) -> dict[str, Json]:
    return {one["id"]: one for one in saved_objects(filled.elasticsearch_alias)}


@pytest.fixture(scope="module")
def speeches(sample_catalog: Path) -> list[Json]:
    return [one for one in exported(sample_catalog) if one["canonical"]]


def shown(
    settings: Settings, objects: Objects, name: str, typed: str = ""
) -> dict[str, list[tuple[Any, ...]]]:
    """What the charts of a dashboard show, by title, with something typed into the query bar."""
    found = [(panel["title"], rows) for panel, rows in charts(settings, objects, name, typed)]
    assert len(dict(found)) == len(found)
    return dict(found)


def close(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [
        tuple(pytest.approx(one, abs=1e-6) if isinstance(one, float) else one for one in row) for row in rows
    ]


@pytest.mark.parametrize("name", EXPECTED)
def test_every_chart_shows_what_the_samples_hold(
    filled: Settings, objects: dict[str, Json], name: str
) -> None:
    found = shown(filled, objects, name)
    assert list(found) == list(EXPECTED[name])
    for title, rows in EXPECTED[name].items():
        if rows is not None:
            assert found[title] == close(rows), title


def test_the_charts_of_quality_agree_with_the_export(
    filled: Settings, objects: dict[str, Json], sample_catalog: Path, speeches: list[Json]
) -> None:
    found = shown(filled, objects, "quality")
    everything = exported(sample_catalog)
    repaired = [one for one in everything if one["edits"]]
    rules = Counter(edit["rule"] for one in repaired for edit in one["edits"])
    assert found["修订过的讲话 Repaired speeches"] == close([(len(repaired) / len(everything),)])
    assert found["缺字处 Gaps"] == [(sum(one["gaps"] for one in everything),)]
    assert dict(found["修订规则 Repairs by rule"]) == dict(rules)
    ((_, pages, rejects),) = found["每天的新网页与拒收 New pages and rejects by day"]
    assert (pages, rejects) == (15, 2)
    ((_, seconds),) = found["每次用时 How long runs take"]
    assert 0 < seconds < 600
    files = [
        (Path(file).name, reason, count)
        for file, reason, count in found["拒收最多的文件 Files with most rejects"]
    ]
    assert files == [("09_records.jsonl.gz", "empty", 1), ("11_not_text.txt", "unsupported", 1)]
    levels = found["可信度 Confidence by level"]
    assert [row[0] for row in levels] == [level for level, _ in LEVELS]
    for level, count, date, place, of_level, lowest in levels:
        here = [one for one in speeches if one["level"] == level]
        assert count == len(here)
        for value, tag in ((date, "speech_date"), (place, "region"), (of_level, "level")):
            known = [one["confidence"][tag] for one in here if one["evidence"][tag]]
            assert value == (pytest.approx(fmean(known), abs=1e-6) if known else None), (level, tag)
        regions = [one["confidence"]["region"] for one in here if one["evidence"]["region"]]
        assert lowest is None or min(regions) - 1e-6 <= lowest <= fmean(regions) + 1e-6


@pytest.mark.parametrize(
    ("typed", "phrase", "where"),
    [
        ('"招商引资"', "招商引资", ("title", "text")),
        ('"招商引資"', "招商引资", ("title", "text")),
        ('"营商环境"', "营商环境", ("title", "text")),
        ('title: "招商引资"', "招商引资", ("title",)),
        ('text: "同志们"', "同志们", ("text",)),
        ('"本句哪里也没有"', "本句哪里也没有", ("title", "text")),
    ],
)
def test_a_phrase_typed_above_the_dashboard_counts_the_speeches_that_hold_it(
    filled: Settings,
    objects: dict[str, Json],
    speeches: list[Json],
    typed: str,
    phrase: str,
    where: tuple[str, ...],
) -> None:
    found = shown(filled, objects, "phrase", typed)
    hits = [one for one in speeches if any(phrase in one[field] for field in where)]
    dated = [one for one in hits if one["speech_date"]]
    assert found["讲话 Speeches"] == [(len(dated),)]
    assert found["未注日期 Undated"] == [(len(hits) - len(dated),)]
    years = Counter((one["speech_date"]["value"][:4], one["level"]) for one in dated)
    assert {row[:2]: row[2] for row in found["按年份和级别 By year and level"]} == dict(years)
    assert dict(found["按文种 By type"]) == dict(Counter(one["doc_type"] for one in dated))
    provinces = Counter(one["region"]["province"] or MISSING for one in dated)
    assert dict(found["按省份 By province"]) == dict(provinces)
    assert len({one["region"]["name"] for one in dated} - {None}) == found["地点数 Places"][0][0]


def records(settings: Settings, objects: Objects, name: str) -> list[Json]:
    """The records of a saved search, in its order."""
    (found,) = (one for identity, one in objects.items() if identity.endswith(f"-search-{name}"))
    return listed(settings, objects, found)


def test_every_saved_search_finds_what_it_says(
    filled: Settings, objects: dict[str, Json], sample_catalog: Path, speeches: list[Json]
) -> None:
    everything = exported(sample_catalog)
    found = {
        name: [one.get("id") for one in records(filled, objects, name)]
        for name in ("new", "place-unknown", "truncated", "repaired", "variants", "hits")
    }
    ids = {one["id"] for one in speeches}
    assert set(found["new"]) == ids, "the samples were taken in just now"
    assert set(found["place-unknown"]) == {"15750d48586a3dad", "d69759ad113ad8b9"}
    assert set(found["truncated"]) == {"bac4f01ec2c63e0a", "cc05e827788b6889"}
    amounts = {one["id"]: sum(edit["count"] for edit in one["edits"]) for one in everything}
    assert [amounts[i] for i in found["repaired"]] == sorted((n for n in amounts.values() if n), reverse=True)
    assert found["variants"][0] == "1e8de1e14c62e486", "the canonical one first"
    assert set(found["variants"]) == {"1e8de1e14c62e486", "6d8672d699dca793", "e0e350a86fdee90b"}
    first = {one["id"]: one["speech_date"]["from"] for one in speeches}
    assert [first[i] for i in found["hits"]] == sorted(first.values(), reverse=True)
    assert {one["reason"] for one in records(filled, objects, "rejects")} == {"empty", "unsupported"}
    (run,) = records(filled, objects, "runs")
    assert (run["status"], run["pages"]["new"], run["rejected"]) == ("done", 15, 2)


def test_the_map_draws_every_place_that_is_known(
    filled: Settings, objects: dict[str, Json], speeches: list[Json]
) -> None:
    (drawn,) = (one for one in objects.values() if one["type"] == "map")
    _, dots = json.loads(drawn["attributes"]["layerListJSON"])
    index = view_of(objects, drawn["references"])["title"]
    field = dots["sourceDescriptor"]["geoField"]
    buckets = circles(filled, objects, drawn)
    placed = [one for one in speeches if seat(one["region"]["adcode"])]
    assert sum(bucket["doc_count"] for bucket in buckets) == len(placed) > 0
    for bucket in buckets:
        centre = bucket["centre"]
        assert 73 < centre["lon"] < 136 and 18 < centre["lat"] < 54, "in China"
    share = shown(filled, objects, "archive")["地图上的讲话 On the map"]
    assert share == close([(len(placed) / len(speeches),)]), "what is not on it is told beside it"
    near = {"query": kql(f"{dots['query']['query']} and {field}: *"), "size": 100}
    hits = search(filled, index, near | {"fields": dots["sourceDescriptor"]["tooltipProperties"]})["hits"][
        "hits"
    ]
    assert {hit["_id"] for hit in hits} == {one["id"] for one in placed}


def test_what_is_unknown_is_counted_and_undated_speeches_are_not_lost(elasticsearch: Server) -> None:
    """With made-up speeches, since the samples have no undated one."""
    alias = f"jianghua-test-{uuid.uuid4().hex[:8]}"
    settings = Settings(elasticsearch_url=elasticsearch.url, elasticsearch_alias=alias)
    engine = ElasticEngine.open(settings, "an-archive")
    try:
        engine.put(ENTRIES)
        assert not engine.commit()
        made_of = {one["id"]: one for one in saved_objects(alias)}
        archive = shown(settings, made_of, "archive")
        phrase = shown(settings, made_of, "phrase")
    finally:
        engine.close()
        clean(elasticsearch, alias)
    speeches = [one.speech for one in ENTRIES if one.canonical]
    undated = sum(one.speech_date is None for one in speeches)
    openly = sum(one.speech_date is not None and not one.speech_date.value for one in speeches)
    placeless = sum(one.region.name is None for one in speeches)
    assert undated and openly and placeless, "the made-up speeches have some of each"
    assert archive["讲话 Speeches"] == [(len(speeches),)]
    assert archive["日期未知 Date unknown"] == close([(undated / len(speeches),)])
    assert archive["地点未知 Place unknown"] == close([(placeless / len(speeches),)])
    levelless = sum(one.level is None for one in speeches)
    assert archive["级别未知 Level unknown"] == close([(levelless / len(speeches),)])
    years = dict(archive["按年份 By year"])
    assert (years["unknown"], years["range"]) == (undated, openly)
    assert sum(years.values()) == len(speeches)
    assert phrase["未注日期 Undated"] == [(undated,)]
    assert phrase["讲话 Speeches"] == [(len(speeches) - undated,)]


def test_setup_leaves_the_templates_that_an_ingest_put(filled: Settings) -> None:
    alias = filled.elasticsearch_alias
    with connect(filled) as client:
        states = {name: state for _, name, state in put_templates(client, alias)}
    assert {name for name, state in states.items() if state == "made"} == {
        f"{alias}-rejects",
        f"{alias}-runs",
    }
    assert "changed" not in states.values()


def test_kibana_asks_for_every_field_that_a_view_shows(
    filled: Settings, objects: dict[str, Json], elasticsearch: Server
) -> None:
    """What a data view says of its fields is what the server says of them."""
    for view in (one["attributes"] for one in objects.values() if one["type"] == "index-pattern"):
        with elasticsearch.client() as client:
            known = client.field_caps(index=view["title"], fields="*")["fields"]
        assert set(json.loads(view["fieldAttrs"])) <= set(known)

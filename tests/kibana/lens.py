"""A Lens chart, taken out of its saved object, as the request that Kibana makes of it, and what it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .kql import query as kql

Json = dict[str, Any]
MISSING = "__missing__"
"""What Lens counts records without a value under; shown as "(missing value)"."""


def columns(state: Json) -> dict[str, Json]:
    """The columns of a chart's only layer, in order."""
    (layer,) = state["datasourceStates"]["formBased"]["layers"].values()
    return {name: layer["columns"][name] for name in layer["columnOrder"]}


def request(state: Json, typed: str = "", between: Json | None = None) -> Json:
    """The search request of a chart; ``typed`` stands in the query bar, ``between`` is the time range."""
    found = columns(state)
    buckets = {name: one for name, one in found.items() if one["isBucketed"]}
    numbers = {
        name: one for name, one in found.items() if name not in buckets and one["operationType"] in _NUMBERS
    }
    aggs = {name: _NUMBERS[one["operationType"]](one) for name, one in numbers.items()}
    for name, one in numbers.items():
        if "filter" in one:
            aggs[name] = {"filter": kql(one["filter"]["query"])}
    aggs = {name: agg for name, agg in aggs.items() if agg}
    for name in reversed(buckets):
        aggs = {name: {**_bucket(buckets[name], found), **({"aggs": aggs} if aggs else {})}}
    filters = [kql(state["query"]["query"]), kql(typed), *([between] if between else [])]
    return {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": filters}}, "aggs": aggs}


def rows(state: Json, answer: Json) -> list[tuple[Any, ...]]:
    """What the chart shows: a row a bucket, its keys and then its numbers in the order of the columns."""
    found = columns(state)
    buckets = [name for name, one in found.items() if one["isBucketed"]]
    shown = [
        name
        for name, one in found.items()
        if name not in buckets and one["operationType"] != "math" and not name.rpartition("X")[0]
    ]
    total = {**answer.get("aggregations", {}), "doc_count": answer["hits"]["total"]["value"]}
    return [(*keys, *[_value(found, name, one) for name in shown]) for keys, one in _leaves(total, buckets)]


def _leaves(level: Json, buckets: list[str]) -> list[tuple[tuple[Any, ...], Json]]:
    if not buckets:
        return [((), level)]
    return [
        ((one.get("key_as_string", one["key"]), *keys), leaf)
        for one in level[buckets[0]]["buckets"]
        for keys, leaf in _leaves(one, buckets[1:])
    ]


def _value(found: dict[str, Json], name: str, bucket: Json) -> Any:
    column = found[name]
    match column["operationType"]:
        case "formula":
            return _value(found, column["references"][0], bucket)
        case "math":
            tree = column["params"]["tinymathAst"]
            assert tree["name"] == "divide"
            part, whole = (_value(found, one, bucket) for one in tree["args"])
            return part / whole if whole else None
        case "count":
            return bucket[name]["doc_count"] if name in bucket else bucket["doc_count"]
        case "percentile":
            (value,) = bucket[name]["values"].values()
            return value
        case _:
            return bucket[name]["value"]


def _bucket(column: Json, found: dict[str, Json]) -> Json:
    params = column["params"]
    if column["operationType"] == "date_histogram":
        return {
            "date_histogram": {
                "field": column["sourceField"],
                "calendar_interval": params["interval"],
                "min_doc_count": 1,
            }
        }
    order = params["orderBy"]
    key = "_key" if order["type"] == "alphabetical" else "_count"
    if key == "_count":
        assert found[order["columnId"]]["operationType"] == "count", "ordered by what the test can't order by"
    terms: Json = {
        "field": column["sourceField"],
        "size": params["size"],
        "order": {key: params["orderDirection"]},
    }
    return {"terms": terms | ({"missing": MISSING} if params["missingBucket"] else {})}


def _of(name: str) -> Callable[[Json], Json]:
    return lambda column: {name: {"field": column["sourceField"]}}


_NUMBERS: dict[str, Callable[[Json], Json]] = {
    "count": lambda column: {},
    "sum": _of("sum"),
    "average": _of("avg"),
    "max": _of("max"),
    "unique_count": _of("cardinality"),
    "percentile": lambda column: {
        "percentiles": {"field": column["sourceField"], "percents": [column["params"]["percentile"]]}
    },
}

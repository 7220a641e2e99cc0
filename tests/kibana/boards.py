"""What the panels of a dashboard show: their queries, taken out of the saved objects, asked of a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flows.settings import Settings

from . import lens
from .index import search
from .kql import query as kql

Json = dict[str, Any]
Objects = dict[str, Json]
"""Saved objects by id."""


def board_of(objects: Objects, name: str) -> Json:
    """The saved object of a dashboard."""
    (board,) = (one for identity, one in objects.items() if identity.endswith(f"-dashboard-{name}"))
    return board


def view_of(objects: Objects, references: list[Json]) -> Json:
    """The attributes of the data view that is referred to."""
    (view,) = {one["id"] for one in references if one["type"] == "index-pattern"}
    return dict(objects[view]["attributes"])


def charts(
    settings: Settings, objects: Objects, name: str, typed: str = ""
) -> Iterator[tuple[Json, list[tuple[Any, ...]]]]:
    """The charts of a dashboard, each with the rows it shows while something is typed in the query bar."""
    board = board_of(objects, name)["attributes"]
    for panel in json.loads(board["panelsJSON"]):
        if panel["type"] == "lens":
            yield panel, rows_of(settings, objects, board, panel, typed)


def rows_of(
    settings: Settings, objects: Objects, board: Json, panel: Json, typed: str = ""
) -> list[tuple[Any, ...]]:
    """What one chart of a dashboard shows."""
    attributes = panel["embeddableConfig"]["attributes"]
    view = view_of(objects, attributes["references"])
    between = None
    if "timeFieldName" in view and board["timeRestore"]:
        ends = {"gte": board["timeFrom"], "lte": board["timeTo"], "format": "strict_date_optional_time"}
        between = {"range": {view["timeFieldName"]: ends}}
    answer = search(settings, view["title"], lens.request(attributes["state"], typed, between))
    return lens.rows(attributes["state"], answer)


def listed(settings: Settings, objects: Objects, found: Json, typed: str = "") -> list[Json]:
    """The records of a saved search, in its order and, where that leaves them equal, by their ids."""
    attributes = found["attributes"]
    source = json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
    body = {
        "query": {"bool": {"filter": [kql(source["query"]["query"]), kql(typed)]}},
        "sort": [
            {field: {"order": order, "unmapped_type": "keyword"}}
            for field, order in [*attributes["sort"], ("id", "asc")]
        ],
        "size": 500,
        "fields": attributes["columns"],
    }
    answer = search(settings, view_of(objects, found["references"])["title"], body)
    return [hit["_source"] for hit in answer["hits"]["hits"]]


def circles(settings: Settings, objects: Objects, drawn: Json, typed: str = "") -> list[Json]:
    """The circles of the map as it is first seen: ``doc_count`` and ``centre``, with ``lat`` and ``lon``."""
    layer, _ = json.loads(drawn["attributes"]["layerListJSON"])
    field = layer["sourceDescriptor"]["geoField"]
    grid = {
        "size": 0,
        "query": {"bool": {"filter": [kql(layer["query"]["query"]), kql(typed)]}},
        "aggs": {
            "grid": {
                "geotile_grid": {"field": field, "precision": 5, "size": 10_000},
                "aggs": {"centre": {"geo_centroid": {"field": field}}},
            }
        },
    }
    index = view_of(objects, drawn["references"])["title"]
    buckets = search(settings, index, grid)["aggregations"]["grid"]["buckets"]
    return [{**one, "centre": one["centre"]["location"]} for one in buckets]

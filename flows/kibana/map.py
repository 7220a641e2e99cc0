"""The map of places, without a base map: nothing in it is fetched from anywhere but our own index.

No label is drawn on it either, since Kibana may fetch the letters of labels from the internet.
The shapes are those of elastic/kibana, ``maps/server/sample_data/flights_saved_objects.js``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
MAP_VERSION = "7.14.0"
FAR, NEAR, NEAREST = 0, 7, 24
"""Zoom levels: up to NEAR circles count the speeches around a place, from there each speech is a dot."""
FILL, LINE = "#c23531", "#ffffff"


def map_attributes(described: Mapping[str, Any]) -> tuple[Json, list[str]]:
    """The attributes of the map, and the names of its references to the data view, one a layer."""
    names = ["layer_0_source_index_pattern", "layer_1_source_index_pattern"]
    layers = [_circles(described, names[0]), _dots(described, names[1])]
    state = {
        "zoom": described["zoom"],
        "center": described["center"],
        "refreshConfig": {"isPaused": True, "interval": 0},
        "query": {"query": described["query"], "language": "kuery"},
        "filters": [],
        "settings": {
            "autoFitToDataBounds": False,
            "backgroundColor": "#f5f7fa",
            "initialLocation": "LAST_SAVED_LOCATION",
            "maxZoom": NEAREST,
            "minZoom": FAR,
            "showScaleControl": True,
        },
    }
    attributes = {
        "title": described["title"],
        "description": described["about"],
        "layerListJSON": _json(layers),
        "mapStateJSON": _json(state),
        "uiStateJSON": _json({"isLayerTOCOpen": False, "openTOCDetails": []}),
    }
    return attributes, names


def _circles(described: Mapping[str, Any], reference: str) -> Json:
    source = {
        "type": "ES_GEO_GRID",
        "id": "circles",
        "geoField": described["field"],
        "requestType": "point",
        "resolution": "COARSE",
        "metrics": [{"type": "count", "label": described["circles"]}],
        "applyGlobalQuery": True,
        "applyGlobalTime": True,
        "indexPatternRefName": reference,
    }
    size = {
        "type": "DYNAMIC",
        "options": {
            "field": {"origin": "source", "name": "doc_count"},
            "minSize": 6,
            "maxSize": 32,
            "fieldMetaOptions": {"isEnabled": False, "sigma": 3},
        },
    }
    return _layer("circles", described, source, size, FAR, NEAR)


def _dots(described: Mapping[str, Any], reference: str) -> Json:
    source = {
        "type": "ES_SEARCH",
        "id": "dots",
        "geoField": described["field"],
        "scalingType": "LIMIT",
        "limit": 2048,
        "filterByMapBounds": True,
        "tooltipProperties": described["shown"],
        "applyGlobalQuery": True,
        "applyGlobalTime": True,
        "indexPatternRefName": reference,
    }
    return _layer("dots", described, source, {"type": "STATIC", "options": {"size": 6}}, NEAR, NEAREST)


def _layer(
    name: str, described: Mapping[str, Any], source: Json, size: Json, nearest: int, farthest: int
) -> Json:
    return {
        "id": name,
        "label": described[name],
        "minZoom": nearest,
        "maxZoom": farthest,
        "alpha": 0.75,
        "visible": True,
        "type": "VECTOR",
        "sourceDescriptor": source,
        "query": {"query": described["query"], "language": "kuery"},
        "style": {
            "type": "VECTOR",
            "properties": {
                "icon": {"type": "STATIC", "options": {"value": "marker"}},
                "fillColor": {"type": "STATIC", "options": {"color": FILL}},
                "lineColor": {"type": "STATIC", "options": {"color": LINE}},
                "lineWidth": {"type": "STATIC", "options": {"size": 1}},
                "iconSize": size,
                "labelText": {"type": "STATIC", "options": {"value": ""}},
                "symbolizeAs": {"options": {"value": "circle"}},
            },
            "isTimeAware": True,
        },
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

"""A dashboard of the description as Kibana keeps it: panels on a grid of 48 columns, and what they refer to.

The shapes are those of Kibana's own sample data; see lens.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from flows.kibana.lens import LAYER, TypeOf, chart, visualization_type

Json = dict[str, Any]
PANEL_VERSION = "8.8.0"
Refer = Callable[[str, str], Json]
"""A reference to a data view: its name in the description, and the name of the reference."""
Identify = Callable[[str, str], str]
"""The id of a saved object by kind and name."""


def dashboard(
    described: Mapping[str, Any], type_of: Callable[[str], TypeOf], view: Refer, identity: Identify
) -> tuple[Json, list[Json]]:
    """Attributes and references of a dashboard."""
    panels, references = [], []
    for number, panel in enumerate(described["panels"]):
        index = f"panel{number}"
        x, y, width, height = panel["at"]
        base = {
            "version": PANEL_VERSION,
            "gridData": {"x": x, "y": y, "w": width, "h": height, "i": index},
            "panelIndex": index,
        }
        if "chart" in panel:
            made, needed = _lens(panel, type_of(panel["view"]), view)
        elif "words" in panel:
            made, needed = _words(panel), []
        else:
            made, needed = _saved(panel, index, identity)
        panels.append(base | made)
        references += [one | {"name": f"{index}:{one['name']}"} for one in needed]
    controls, needed = _controls(described.get("controls", []), view)
    attributes = {
        "title": described["title"],
        "description": described["about"],
        "panelsJSON": _json(panels),
        "optionsJSON": _json(
            {"useMargins": True, "syncColors": True, "syncCursor": True, "syncTooltips": False}
            | {"hidePanelTitles": False}
        ),
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": _json({"query": {"query": "", "language": "kuery"}, "filter": []})
        },
        "version": 1,
        "timeRestore": bool(described.get("time")),
        **controls,
    }
    if described.get("time"):
        attributes |= {
            "timeFrom": described["time"][0],
            "timeTo": described["time"][1],
            "refreshInterval": {"pause": True, "value": 60_000},
        }
    return attributes, references + needed


def _lens(panel: Mapping[str, Any], type_of: TypeOf, view: Refer) -> tuple[Json, list[Json]]:
    references = [view(panel["view"], f"indexpattern-datasource-layer-{LAYER}")]
    attributes = {
        "title": panel["title"],
        "description": panel.get("about", ""),
        "visualizationType": visualization_type(panel["chart"]),
        "type": "lens",
        "references": references,
        "state": chart(panel, type_of),
    }
    config = {"attributes": attributes, "enhancements": {}, "hidePanelTitles": panel["chart"] == "number"}
    return {"type": "lens", "title": panel["title"], "embeddableConfig": config}, references


def _words(panel: Mapping[str, Any]) -> Json:
    """A panel that explains the others."""
    vis = {
        "title": "",
        "description": "",
        "type": "markdown",
        "params": {"fontSize": 12, "openLinksInNewTab": False, "markdown": "\n".join(panel["words"])},
        "uiState": {},
        "data": {"aggs": [], "searchSource": {}},
    }
    config = {"savedVis": vis, "enhancements": {}, "hidePanelTitles": True}
    return {"type": "visualization", "embeddableConfig": config}


def _saved(panel: Mapping[str, Any], index: str, identity: Identify) -> tuple[Json, list[Json]]:
    """A saved search or the map, by reference."""
    kind = "search" if "search" in panel else "map"
    reference = f"panel_{index}"
    made = {"type": kind, "embeddableConfig": {"enhancements": {}}, "panelRefName": reference}
    if "title" in panel:
        made["title"] = panel["title"]
    return made, [{"name": reference, "type": kind, "id": identity(kind, panel[kind])}]


def _controls(fields: list[Json], view: Refer) -> tuple[Json, list[Json]]:
    """Lists above the panels to choose values of fields from."""
    if not fields:
        return {}, []
    panels, references = {}, []
    for order, one in enumerate(fields):
        name = f"control{order}"
        panels[name] = {
            "order": order,
            "width": "small",
            "grow": True,
            "type": "optionsListControl",
            "explicitInput": {
                "id": name,
                "title": one["label"],
                "fieldName": one["field"],
                "selectedOptions": [],
                "enhancements": {},
            },
        }
        references.append(view(one["view"], f"controlGroup_{name}:optionsListDataView"))
    group = {
        "controlStyle": "oneLine",
        "chainingSystem": "HIERARCHICAL",
        "panelsJSON": _json(panels),
        "ignoreParentSettingsJSON": _json(
            dict.fromkeys(("ignoreFilters", "ignoreQuery", "ignoreTimerange", "ignoreValidations"), False)
        ),
    }
    return {"controlGroupInput": group}, references


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

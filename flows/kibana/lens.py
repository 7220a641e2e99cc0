"""A chart of the description as Kibana's Lens keeps it.

The shapes are those of Kibana's own sample data (elastic/kibana,
``src/platform/plugins/shared/home/server/services/sample_data/data_sets/flights/saved_objects.ts``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]
TypeOf = Callable[[str], str]
"""The Elasticsearch type of a field; raises KeyError for one that the mapping has not."""

LAYER = "layer"
DATA_TYPES = {
    "keyword": "string",
    "boolean": "boolean",
    "date": "date",
    "long": "number",
    "integer": "number",
    "short": "number",
    "float": "number",
    "half_float": "number",
    "double": "number",
}
"""What Lens calls the types of fields that charts may use."""
FORMATS: dict[str, Json] = {
    "number": {"id": "number", "params": {"decimals": 0}},
    "decimal": {"id": "number", "params": {"decimals": 2}},
    "percent": {"id": "percent", "params": {"decimals": 1}},
}
SERIES = {"column": "bar_stacked", "bar": "bar_horizontal_stacked", "line": "line"}


def chart(panel: Mapping[str, Any], type_of: TypeOf) -> Json:
    """The state of a Lens chart: ``panel`` has ``chart``, ``measures`` and perhaps ``by`` and ``query``."""
    measures, columns = _measures(panel["measures"], type_of)
    buckets = {f"by{n}": _bucket(by, measures[0], type_of) for n, by in enumerate(panel.get("by", []))}
    layer = {
        "columns": buckets | columns,
        "columnOrder": [*buckets, *columns],
        "incompleteColumns": {},
        "sampling": 1,
    }
    return {
        "visualization": _visualization(panel["chart"], list(buckets), measures),
        "query": {"query": panel.get("query", ""), "language": "kuery"},
        "filters": [],
        "datasourceStates": {"formBased": {"layers": {LAYER: layer}}, "textBased": {"layers": {}}},
        "internalReferences": [],
        "adHocDataViews": {},
    }


def visualization_type(name: str) -> str:
    """What Lens calls a chart of this name."""
    return {"number": "lnsMetric", "pie": "lnsPie", "table": "lnsDatatable"}.get(name, "lnsXY")


def _bucket(by: Mapping[str, Any], measure: str, type_of: TypeOf) -> Json:
    """A column that splits: values of a field, most first or in order; or stretches of time."""
    field = by["field"]
    kind = DATA_TYPES[type_of(field)]
    column = {"label": by["label"], "customLabel": True, "sourceField": field, "isBucketed": True}
    if kind == "date":
        params: Json = {"interval": by["every"], "includeEmptyRows": True, "dropPartials": False}
        return column | {
            "dataType": "date",
            "operationType": "date_histogram",
            "scale": "interval",
            "params": params,
        }
    in_order = by.get("order") == "value"
    missing = kind == "string" and by.get("missing", True)
    params = {
        "size": by.get("size", 20),
        "orderBy": {"type": "alphabetical", "fallback": False}
        if in_order
        else {"type": "column", "columnId": measure},
        "orderDirection": "asc" if in_order else "desc",
        "otherBucket": missing,  # Kibana shows what has no value only beside the bucket of the others
        "missingBucket": missing,
        "parentFormat": {"id": "terms"},
        "include": [],
        "exclude": [],
        "includeIsRegex": False,
        "excludeIsRegex": False,
    }
    return column | {"dataType": kind, "operationType": "terms", "scale": "ordinal", "params": params}


def _measures(measures: list[Json], type_of: TypeOf) -> tuple[list[str], Json]:
    """The ids of the columns that are shown, and these with what they are computed from."""
    shown: list[str] = []
    columns: Json = {}
    for number, measure in enumerate(measures):
        name = f"measure{number}"
        shown.append(name)
        columns |= _share(name, measure) if "share" in measure else {name: _measure(measure, type_of)}
    return shown, columns


def _number(label: str, operation: str, **more: Any) -> Json:
    return {
        "label": label,
        "customLabel": True,
        "dataType": "number",
        "operationType": operation,
        "isBucketed": False,
        "scale": "ratio",
        **more,
    }


def _count(label: str, query: str | None) -> Json:
    column = _number(label, "count", sourceField="___records___", params={"emptyAsNull": False})
    return column | ({"filter": {"query": query, "language": "kuery"}} if query else {})


def _measure(measure: Mapping[str, Any], type_of: TypeOf) -> Json:
    """A number: how many speeches (``count``), or something of a field, in all or where a query holds."""
    label, of = measure["label"], measure["of"]
    if of == "count":
        column = _count(label, measure.get("query"))
        column["params"]["format"] = FORMATS["number"]
        return column
    field = measure["field"]
    if of != "unique_count" and DATA_TYPES[type_of(field)] != "number":
        raise KeyError(f"{field} is no number, so there is no {of} of it")
    params: Json = {"emptyAsNull": True, "format": FORMATS[measure.get("format", "number")]}
    if of == "percentile":
        params = {"percentile": measure["percentile"], "format": params["format"]}
    return _number(label, of, sourceField=field, params=params)


def _share(name: str, measure: Mapping[str, Any]) -> Json:
    """How large a part the speeches are for which a query holds; Lens keeps it as a formula and its parts."""
    label, query = measure["label"], measure["share"]
    if "'" in query:
        raise KeyError(f"a share can't be taken of {query}: its formula is written in single quotes")
    formula = f"count(kql='{query}') / count()"
    part, whole, quotient = f"{name}X0", f"{name}X1", f"{name}X2"
    tree = {
        "type": "function",
        "name": "divide",
        "args": [part, whole],
        "location": {"min": 0, "max": len(formula)},
        "text": formula,
    }
    return {
        part: _count(f"Part of {label}", query),
        whole: _count(f"Part of {label}", None),
        quotient: _number(f"Part of {label}", "math", params={"tinymathAst": tree}, references=[part, whole]),
        name: _number(
            label,
            "formula",
            params={"formula": formula, "isFormulaBroken": False, "format": FORMATS["percent"]},
            references=[quotient],
        ),
    }


def _visualization(name: str, buckets: list[str], measures: list[str]) -> Json:
    layer: Json = {"layerId": LAYER, "layerType": "data"}
    if name == "number":
        return layer | {"metricAccessor": measures[0]}
    if name == "table":
        return layer | {
            "columns": [{"columnId": column, "isTransposed": False} for column in buckets + measures]
        }
    if name == "pie":
        return {
            "shape": "donut",
            "layers": [
                layer
                | {
                    "primaryGroups": buckets,
                    "metrics": measures[:1],
                    "numberDisplay": "value",
                    "categoryDisplay": "default",
                    "legendDisplay": "show",
                    "nestedLegend": False,
                }
            ],
        }
    series = SERIES[name]
    split = {"splitAccessor": buckets[1]} if len(buckets) > 1 else {}
    return {
        "legend": {"isVisible": bool(split) or len(measures) > 1, "position": "right"},
        "valueLabels": "show" if name == "bar" else "hide",
        "fittingFunction": "None",
        "preferredSeriesType": series,
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
        "layers": [
            layer
            | {
                "seriesType": series,
                "xAccessor": buckets[0],
                "accessors": measures,
                "position": "top",
                "showGridlines": False,
                **split,
            }
        ],
    }

"""Kibana's saved objects: in step with their description, sound in themselves, and at home."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from kibana import kql, lens

from flows.dedupe.settle import CORRECTION
from flows.errors import REASONS
from flows.index.elastic.reports import CUT_OFF
from flows.kibana.lens import DATA_TYPES
from flows.kibana.objects import VERSIONS, described, digest, fields_of, formats, ndjson, saved_objects
from flows.records import Level, Precision
from flows.resources import mapping
from flows.tag.choice import UNSAID

Json = dict[str, Any]
OBJECTS = saved_objects()
BY_ID = {one["id"]: one for one in OBJECTS}
VIEWS = {one["id"]: one for one in OBJECTS if one["type"] == "index-pattern"}
INDICES = {"speeches": "speeches", "speeches-rejects": "rejects", "speeches-runs": "runs"}


def unpacked(value: Any) -> Any:
    """A value with the JSON in its strings read too, however deep."""
    if isinstance(value, dict):
        return {key: unpacked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [unpacked(one) for one in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return unpacked(json.loads(value))
        except ValueError:
            return value
    return value


def items(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from items(one, (*path, str(key)))
    else:
        yield path, value


def panels(board: Json) -> list[Json]:
    found: list[Json] = json.loads(board["attributes"]["panelsJSON"])
    return found


CHARTS = [
    pytest.param(panel, id=f"{board['id'].rpartition('-')[2]}-{panel['title']}")
    for board in OBJECTS
    if board["type"] == "dashboard"
    for panel in panels(board)
    if panel["type"] == "lens"
]
SEARCHES = [pytest.param(one, id=one["attributes"]["title"]) for one in OBJECTS if one["type"] == "search"]


def fields_behind(references: list[Json]) -> dict[str, Json]:
    """The fields of the index behind the one data view of some references."""
    (view,) = {one["id"] for one in references if one["type"] == "index-pattern"}
    return fields_of(INDICES[VIEWS[view]["attributes"]["title"]])


def test_the_committed_file_is_what_the_description_says() -> None:
    assert mapping("kibana/objects.ndjson").read_bytes() == ndjson(OBJECTS), (
        "run: python -m flows.kibana.objects"
    )


def test_the_same_description_gives_the_same_bytes_and_another_alias_its_own_objects() -> None:
    assert ndjson(saved_objects()) == ndjson(saved_objects())
    others = saved_objects("liaoning")
    assert not {one["id"] for one in others} & set(BY_ID)
    titles = {one["attributes"]["title"] for one in others if one["type"] == "index-pattern"}
    assert titles == {"liaoning", "liaoning-rejects", "liaoning-runs"}
    assert "speeches-" not in ndjson(others).decode()


def test_the_tag_tells_what_the_other_objects_hold() -> None:
    *others, tag = OBJECTS
    assert tag["type"] == "tag"
    assert tag["attributes"]["description"].endswith(f"[{digest(others)}]")


@pytest.mark.parametrize("index", INDICES.values())
def test_every_field_has_a_chinese_label_and_words(index: str) -> None:
    said = described("fields.json")[index]
    assert list(said) == list(fields_of(index)), "fields.json follows the mapping, field by field"
    labels = [one["label"] for one in said.values()]
    assert len(set(labels)) == len(labels), "each label once"
    for one in said.values():
        assert any("一" <= char <= "鿿" for char in one["label"])
        assert "。 " in one["about"], "Chinese, then English"
        assert len(one["about"]) <= 300, "Kibana takes no longer description"
        assert one.get("format", "number") in formats()


def test_formats_fit_the_types_of_their_fields() -> None:
    fitting = {"number": "number", "percent": "number", "seconds": "number", "day": "date", "time": "date"}
    lookups = described("fields.json")["values"]
    for index in INDICES.values():
        for field, said in described("fields.json")[index].items():
            kind = fields_of(index)[field]["type"]
            if said.get("format") == "truth":
                assert kind == "boolean"
            elif said.get("format") == "link" or said.get("format") in lookups:
                assert kind == "keyword"
            elif "format" in said:
                assert DATA_TYPES[kind] == fitting[said["format"]]


def test_values_are_shown_in_chinese() -> None:
    lookups = described("fields.json")["values"]
    assert set(lookups["level"]) == set(get_args(Level))
    assert set(lookups["precision"]) == set(get_args(Precision))
    assert set(lookups["reason"]) == set(REASONS)
    assert set(lookups["year"]) == {"range", "unknown"}
    assert CUT_OFF in lookups["status"]
    assert {UNSAID, CORRECTION} < set(lookups["unknown"])
    for values in lookups.values():
        assert len(set(values.values())) == len(values), "no two values look alike"


def test_every_reference_resolves_and_is_used() -> None:
    assert len(BY_ID) == len(OBJECTS)
    seen: set[str] = set()
    for one in OBJECTS:
        for reference in one["references"]:
            if reference["type"] != "tag":
                assert reference["id"] in seen, f"{one['id']}: {reference} stands after it, or nowhere"
            assert BY_ID[reference["id"]]["type"] == reference["type"]
        seen.add(one["id"])
        given = {r["name"] for r in one["references"] if r["type"] != "tag"}
        assert given == used_names(one)


def used_names(one: Json) -> set[str]:
    """The names of references that an object uses."""
    attributes = unpacked(one["attributes"])
    if one["type"] == "dashboard":
        names = {
            f"{panel['panelIndex']}:{panel['panelRefName']}"
            for panel in attributes["panelsJSON"]
            if "panelRefName" in panel
        }
        for panel in attributes["panelsJSON"]:
            inside = panel["embeddableConfig"].get("attributes", {})
            layers = (
                inside.get("state", {}).get("datasourceStates", {}).get("formBased", {}).get("layers", {})
            )
            wanted = {f"indexpattern-datasource-layer-{layer}" for layer in layers}
            assert wanted == {reference["name"] for reference in inside.get("references", [])}
            names |= {f"{panel['panelIndex']}:{name}" for name in wanted}
        controls = attributes.get("controlGroupInput", {}).get("panelsJSON", {})
        return names | {f"controlGroup_{name}:optionsListDataView" for name in controls}
    return {v for path, v in items(attributes) if path[-1] in ("indexRefName", "indexPatternRefName")}


@pytest.mark.parametrize("panel", CHARTS)
def test_every_chart_uses_fields_that_are_there_and_fit(panel: Json) -> None:
    attributes = panel["embeddableConfig"]["attributes"]
    known = fields_behind(attributes["references"])
    state = attributes["state"]
    columns = lens.columns(state)
    for name, column in columns.items():
        for needed in column.get("references", []):
            assert needed in columns, f"{name} is computed from {needed}"
        field = column.get("sourceField", "___records___")
        kind = DATA_TYPES.get(known.get(field, {}).get("type", ""))
        match column["operationType"]:
            case "count":
                assert field == "___records___"
            case "math" | "formula":
                assert column["references"]
            case "terms":
                assert kind in ("string", "boolean", "number")
                assert column["dataType"] == kind
            case "date_histogram":
                assert kind == "date"
            case "unique_count":
                assert kind
            case "sum" | "average" | "max" | "percentile":
                assert kind == "number"
            case other:
                raise AssertionError(f"the tests know no {other}")
    queries = [state["query"], *[c["filter"] for c in columns.values() if "filter" in c]]
    for one in queries:
        assert kql.fields(one["query"]) <= set(known), one["query"]
    used = {v for path, v in items(state["visualization"]) if "ccessor" in path[-1] or path[-1] == "columnId"}
    used |= {
        v
        for path, v in items(state["visualization"])
        if {"accessors", "primaryGroups", "metrics"} & set(path) and path[-1].isdigit()
    }
    assert used <= set(columns)
    assert {name for name, c in columns.items() if c["isBucketed"]} <= used, "a bucket that is not shown"


@pytest.mark.parametrize("search", SEARCHES)
def test_every_saved_search_uses_fields_that_are_there(search: Json) -> None:
    known = fields_behind(search["references"])
    attributes = unpacked(search["attributes"])
    query = attributes["kibanaSavedObjectMeta"]["searchSourceJSON"]["query"]["query"]
    assert kql.fields(query) <= set(known)
    assert set(attributes["columns"]) <= set(known)
    for field, _ in attributes["sort"]:
        assert DATA_TYPES[known[field]["type"]], "sorted by what can be sorted"


def test_views_and_controls_use_fields_that_fit() -> None:
    for view in VIEWS.values():
        known = fields_of(INDICES[view["attributes"]["title"]])
        time = view["attributes"].get("timeFieldName")
        assert time is None or known[time]["type"] == "date"
        assert set(json.loads(view["attributes"]["fieldFormatMap"])) <= set(known)
    for board in (one for one in OBJECTS if one["type"] == "dashboard"):
        controls = unpacked(board["attributes"]).get("controlGroupInput", {}).get("panelsJSON", {})
        for control in controls.values():
            field = control["explicitInput"]["fieldName"]
            assert fields_of("speeches")[field]["type"] in ("keyword", "boolean")


def test_no_request_leaves_the_machine() -> None:
    """No address is in any object; the link of a source is the field's own value, which a reader clicks."""
    for one in OBJECTS:
        for path, value in items(unpacked(one)):
            assert not (isinstance(value, str) and "://" in value), f"{one['id']} {path}: {value}"
            assert path[-1] not in ("url", "urlTemplate", "iconUrl") or value == "{{rawValue}}"
    (drawn,) = (unpacked(one["attributes"]) for one in OBJECTS if one["type"] == "map")
    for layer in drawn["layerListJSON"]:
        source = layer["sourceDescriptor"]
        assert source["type"] in ("ES_GEO_GRID", "ES_SEARCH"), "no layer of the map service"
        assert fields_of("speeches")[source["geoField"]]["type"] == "geo_point"
        assert set(source.get("tooltipProperties", [])) <= set(fields_of("speeches"))
        assert kql.fields(layer["query"]["query"]) <= set(fields_of("speeches"))
        style = layer["style"]["properties"]
        assert style["labelText"] == {"type": "STATIC", "options": {"value": ""}}, "labels need fonts"
        assert style["symbolizeAs"]["options"]["value"] == "circle", "icons need sprites"
    assert "vega" not in ndjson(OBJECTS).decode()


@pytest.mark.parametrize(
    "board", [one for one in OBJECTS if one["type"] == "dashboard"], ids=lambda one: one["id"]
)
def test_panels_lie_side_by_side_on_the_grid(board: Json) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels(board):
        at = panel["gridData"]
        assert at["x"] + at["w"] <= 48
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel.get("title")
        taken |= cells
    assert board["attributes"]["timeRestore"] == ("timeFrom" in board["attributes"])


def test_the_shapes_are_no_newer_than_those_that_kibana_9_ships() -> None:
    for one in OBJECTS:
        assert one["coreMigrationVersion"] == "8.8.0"
        assert one["typeMigrationVersion"] == VERSIONS[one["type"]]
        assert tuple(map(int, one["typeMigrationVersion"].split("."))) < (9,)


def test_objects_have_no_attribute_that_kibana_9_forbids() -> None:
    """The schemas by which Kibana 9 checks what it takes in forbid what they do not name (elastic/kibana:
    dashboard_saved_object/schema/v1/v1.ts, saved_search/server/saved_objects/schema_legacy.ts,
    maps/server/saved_objects/setup_saved_objects.ts)."""
    allowed = {
        "dashboard": "title description kibanaSavedObjectMeta timeRestore timeFrom timeTo refreshInterval "
        "controlGroupInput panelsJSON optionsJSON version",
        "search": "title description columns sort grid hideChart kibanaSavedObjectMeta",
        "map": "title description layerListJSON mapStateJSON uiStateJSON",
        "tag": "name description color",
        "index-pattern": "title name timeFieldName fields fieldAttrs fieldFormatMap runtimeFieldMap typeMeta",
    }
    for one in OBJECTS:
        assert set(one["attributes"]) <= set(allowed[one["type"]].split())
        assert set(one["attributes"].get("kibanaSavedObjectMeta", {})) <= {"searchSourceJSON"}
        strings = [v for k, v in one["attributes"].items() if k.endswith(("JSON", "Attrs", "Map", "Meta"))]
        assert all(isinstance(v, str) and unpacked(v) != v for v in strings if not isinstance(v, dict))
        assert all(len(pair) == 2 for pair in one["attributes"].get("sort", []))


def test_titles_are_chinese_and_english() -> None:
    for one in OBJECTS:
        title = one["attributes"].get("name") or one["attributes"]["title"]
        assert any("一" <= char <= "鿿" for char in title)
        assert one["type"] == "tag" or any(char.isascii() and char.isalpha() for char in title)

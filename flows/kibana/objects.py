"""From the description (``mappings/kibana/*.json``) to Kibana's saved objects.

The same description and alias always give the same bytes. ``python -m flows.kibana.objects`` writes them,
for the default alias, to ``mappings/kibana/objects.ndjson``: what a person imports by hand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from flows.kibana.dashboard import dashboard
from flows.kibana.map import MAP_VERSION, map_attributes
from flows.resources import mapping

Json = dict[str, Any]
DEFAULT_ALIAS = "speeches"
CORE_VERSION = "8.8.0"
VERSIONS = {
    "index-pattern": "7.11.0",
    "search": "7.9.3",
    "map": MAP_VERSION,
    "dashboard": "8.7.0",
    "tag": "8.0.0",
}
"""Versions of the shapes written here. Kibana lifts older shapes to its own on import and refuses newer ones;
these are the ones of the sample data and the test fixtures that Kibana 9 itself imports
(elastic/kibana: ``sample_data/data_sets/{flights,ecommerce}/saved_objects.ts``,
``maps/server/sample_data/flights_saved_objects.js``, ``kbn_archives/streams/tagged_dashboard.json``)."""
SOURCE_INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index"
DIGITS = 16
"""Hex digits of the digest of all objects that the tag carries."""


def saved_objects(alias: str = DEFAULT_ALIAS) -> list[Json]:
    """All saved objects for the indices of an alias, each after those it refers to; the tag is last.

    >>> [one["type"] for one in saved_objects()][:2]
    ['index-pattern', 'index-pattern']
    """
    objects = [*_views(alias), *_searches(alias), _map(alias), *_dashboards(alias)]
    return [*objects, _tag(alias, objects)]


def ndjson(objects: Iterable[Json]) -> bytes:
    """Objects as Kibana exports and imports them: one a line."""
    return "".join(compact(one) + "\n" for one in objects).encode()


def digest(objects: Iterable[Json]) -> str:
    """What the objects hold, in a few characters; the tag's description carries it into Kibana."""
    return hashlib.sha256(ndjson(objects)).hexdigest()[:DIGITS]


def compact(value: Any) -> str:
    """JSON on one line, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@cache
def described(name: str) -> Json:
    """A file of the description: ``fields.json`` or ``dashboards.json``."""
    body: Json = json.loads(mapping(f"kibana/{name}").read_text(encoding="utf-8"))
    return body


@cache
def formats() -> dict[str, Json]:
    """Kibana's field formats by the names they have in the description."""
    said = described("fields.json")
    lookups = {
        name: {
            "id": "static_lookup",
            "params": {"lookupEntries": [{"key": key, "value": value} for key, value in values.items()]},
        }
        for name, values in said["values"].items()
    }
    return {**said["formats"], **lookups}


@cache
def fields_of(index: str) -> dict[str, Json]:
    """The fields of an index (``speeches``, ``rejects`` or ``runs``) by path, with their settings."""
    file = "mappings.json" if index == "speeches" else f"{index}.json"
    body = json.loads(mapping(file).read_text(encoding="utf-8"))
    return dict(_paths(body["template"]["mappings"]["properties"]))


def _paths(fields: Json, prefix: str = "") -> Iterator[tuple[str, Json]]:
    """Each field by its path, those of other analysis beside it (``title.keyword``) too."""
    for name, field in fields.items():
        if "properties" in field:
            yield from _paths(field["properties"], f"{prefix}{name}.")
        else:
            yield prefix + name, field
            yield from _paths(field.get("fields", {}), f"{prefix}{name}.")


def type_of(view: str) -> Callable[[str], str]:
    """Gives the Elasticsearch type of a field of a data view's index."""
    index = described("dashboards.json")["views"][view]["index"]
    return lambda field: str(fields_of(index)[field]["type"])


def index_name(alias: str, index: str) -> str:
    """The index or alias that a data view looks at.

    >>> index_name("speeches", "speeches"), index_name("speeches", "runs")
    ('speeches', 'speeches-runs')
    """
    return alias if index == "speeches" else f"{alias}-{index}"


def object_id(alias: str, kind: str, name: str) -> str:
    """The id of a saved object: it tells archives that share a Kibana apart."""
    return f"{alias}-{kind}-{name}"


def _object(kind: str, identity: str, attributes: Json, references: list[Json]) -> Json:
    return {
        "id": identity,
        "type": kind,
        "attributes": attributes,
        "references": references,
        "coreMigrationVersion": CORE_VERSION,
        "typeMigrationVersion": VERSIONS[kind],
        "managed": False,
    }


def view_reference(alias: str, view: str, name: str) -> Json:
    """A reference of this name to a data view."""
    return {"name": name, "type": "index-pattern", "id": object_id(alias, "view", view)}


def _tagged(alias: str) -> Json:
    identity = object_id(alias, "tag", "jianghua")
    return {"name": f"tag-ref-{identity}", "type": "tag", "id": identity}


def _views(alias: str) -> Iterator[Json]:
    for name, view in described("dashboards.json")["views"].items():
        known = described("fields.json")[view["index"]]
        attributes = {
            "title": index_name(alias, view["index"]),
            "name": view["name"] if alias == DEFAULT_ALIAS else f"{view['name']} ({alias})",
            "fields": "[]",
            "fieldAttrs": compact(
                {
                    field: {"customLabel": said["label"], "customDescription": said["about"]}
                    for field, said in known.items()
                }
            ),
            "fieldFormatMap": compact(
                {field: formats()[said["format"]] for field, said in known.items() if "format" in said}
            ),
            "runtimeFieldMap": "{}",
            "typeMeta": "{}",
        }
        if view.get("time"):
            attributes["timeFieldName"] = view["time"]
        yield _object("index-pattern", object_id(alias, "view", name), attributes, [])


def _searches(alias: str) -> Iterator[Json]:
    for name, search in described("dashboards.json")["searches"].items():
        source = {
            "highlightAll": True,
            "version": True,
            "query": {"language": "kuery", "query": search["query"]},
            "filter": [],
            "indexRefName": SOURCE_INDEX,
        }
        attributes = {
            "title": search["title"],
            "description": search["about"],
            "columns": search["columns"],
            "sort": search["sort"],
            "grid": {},
            "hideChart": True,
            "kibanaSavedObjectMeta": {"searchSourceJSON": compact(source)},
        }
        references = [view_reference(alias, search["view"], SOURCE_INDEX), _tagged(alias)]
        yield _object("search", object_id(alias, "search", name), attributes, references)


def _map(alias: str) -> Json:
    described_map = described("dashboards.json")["map"]
    attributes, names = map_attributes(described_map)
    references = [view_reference(alias, described_map["view"], name) for name in names]
    return _object("map", object_id(alias, "map", "places"), attributes, [*references, _tagged(alias)])


def _dashboards(alias: str) -> Iterator[Json]:
    for name, board in described("dashboards.json")["dashboards"].items():
        attributes, references = dashboard(
            board,
            type_of,
            view=lambda view, reference: view_reference(alias, view, reference),
            identity=lambda kind, one: object_id(alias, kind, one),
        )
        yield _object(
            "dashboard", object_id(alias, "dashboard", name), attributes, [*references, _tagged(alias)]
        )


def _tag(alias: str, objects: list[Json]) -> Json:
    said = described("dashboards.json")["tag"]
    attributes = {
        "name": said["name"] if alias == DEFAULT_ALIAS else f"{said['name']} ({alias})",
        "description": f"{said['about']} [{digest(objects)}]",
        "color": said["color"],
    }
    return _object("tag", _tagged(alias)["id"], attributes, [])


if __name__ == "__main__":
    mapping("kibana/objects.ndjson").write_bytes(ndjson(saved_objects()))

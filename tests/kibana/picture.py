"""A picture of each dashboard, drawn from what its own panels' queries answer on the samples.

``python docs/pictures/draw.py`` writes them; tests/test_kibana_pictures.py says whether they are in step.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import asinh, degrees, radians, sqrt, tan
from typing import Any, NamedTuple

from flows.settings import Settings

from . import svg
from .boards import Objects, board_of, circles, listed, rows_of, view_of
from .panels import DRAWN, Room, chart, grid, looked_up

Json = dict[str, Any]
NAMES = ("archive", "phrase", "quality")
TYPED = {"phrase": '"招商引资"'}
"""What stands in the query bar, by dashboard."""
COLUMN, ROW, GAP = 27.0, 20.0, 8.0
"""Pixels: a column and a row of Kibana's grid, and what lies between two panels."""
SHOWN = 5
"""Columns of a saved search that there is room for."""
TILE = 512
"""Pixels of the world at zoom 0."""


class Shown(NamedTuple):
    """A dashboard and where to ask what it shows."""

    settings: Settings
    objects: Objects
    board: Json
    references: Objects
    typed: str


def picture(settings: Settings, objects: Objects, name: str) -> str:
    """A dashboard of the saved objects as SVG; over all time, so that it stays the same."""
    found = board_of(objects, name)
    board = found["attributes"] | {"timeRestore": False}
    references = {one["name"]: objects[one["id"]] for one in found["references"]}
    shown = Shown(settings, objects, board, references, TYPED.get(name, ""))
    panels = json.loads(board["panelsJSON"])
    above = 92.0 if "controlGroupInput" in board else 48.0
    width = 48 * COLUMN + 2 * GAP
    height = above + ROW * max(one["gridData"]["y"] + one["gridData"]["h"] for one in panels) + GAP
    shapes = [svg.box(0, 0, width, height, "#f7f8fc"), *_head(shown, width)]
    for panel in panels:
        at = panel["gridData"]
        room = Room(GAP + at["x"] * COLUMN, above + at["y"] * ROW, at["w"] * COLUMN, at["h"] * ROW)
        shapes += _panel(shown, panel, room)
    return svg.picture(width, height, board["title"], shapes)


def _head(shown: Shown, width: float) -> Iterator[str]:
    """Title, query bar and controls."""
    yield svg.text(2 * GAP, 29, shown.board["title"], 18, bold=True)
    yield svg.box(width / 4, 10, width * 3 / 4 - 1.5 * GAP, 28, svg.PAPER, svg.LINE, 4)
    colour = svg.INK if shown.typed else svg.PALE
    yield svg.text(width / 4 + 12, 29, shown.typed or "KQL", 13, colour)
    controls = json.loads(shown.board.get("controlGroupInput", {}).get("panelsJSON", "{}"))
    each = (width - 2 * GAP) / max(1, len(controls))
    for place, one in enumerate(controls.values()):
        x = 1.5 * GAP + place * each
        yield svg.box(x, 52, each - GAP, 28, svg.PAPER, svg.LINE, 4)
        yield svg.text(x + 12, 71, one["explicitInput"]["title"], 12, bold=True)
        yield svg.text(x + each - GAP - 12, 71, "▾", 12, svg.PALE, "end")


def _panel(shown: Shown, panel: Json, room: Room) -> list[str]:
    """A panel: its frame, its title, and what it shows."""
    x, y, width, height = room.x + GAP / 2, room.y + GAP / 2, room.width - GAP, room.height - GAP
    shapes = [svg.box(x, y, width, height, svg.PAPER, svg.LINE, 6)]
    inside = Room(x + 1.5 * GAP, y + 1.5 * GAP, width - 3 * GAP, height - 2.5 * GAP)
    if panel.get("title") and not panel["embeddableConfig"].get("hidePanelTitles"):
        shapes.append(svg.text(inside.x, inside.y + 12, panel["title"], 13, bold=True))
        inside = Room(inside.x, inside.y + 26, inside.width, inside.height - 26)
    if panel["type"] == "lens":
        rows = rows_of(shown.settings, shown.objects, shown.board, panel, shown.typed)
        attributes = panel["embeddableConfig"]["attributes"]
        drawn = chart(attributes, view_of(shown.objects, attributes["references"]), rows)
        return shapes + DRAWN[drawn.kind](inside, drawn)
    if panel["type"] == "visualization":
        return shapes + _words(inside, panel["embeddableConfig"]["savedVis"]["params"]["markdown"])
    found = shown.references[f"{panel['panelIndex']}:{panel['panelRefName']}"]
    return shapes + (_map if panel["type"] == "map" else _list)(shown, found, inside)


def _words(room: Room, markdown: str) -> list[str]:
    said = markdown.replace("`", "").split("\n")
    lines = [line for part in said for line in svg.lines(part, 11.5, room.width)]
    return [svg.text(room.x, room.y + 12 + 17 * place, line, 11.5) for place, line in enumerate(lines)]


def _list(shown: Shown, found: Json, room: Room) -> list[str]:
    """The first columns of a saved search."""
    view = view_of(shown.objects, found["references"])
    said, formats = json.loads(view["fieldAttrs"]), json.loads(view["fieldFormatMap"])
    fields = found["attributes"]["columns"][:SHOWN]
    records = listed(shown.settings, shown.objects, found, shown.typed)
    if found["attributes"]["sort"][0][0] == "changed":  # which is another time in each picture
        records.sort(key=lambda one: one["id"])
    rows = [[_cell(one, field, formats) for field in fields] for one in records]
    shares = [3.0 if field in ("title", "text") else 1.5 for field in fields]
    return grid(room, [said[field]["customLabel"] for field in fields], rows, shares)


def _cell(record: Any, field: str, formats: Json) -> str:
    """A field of a record, as Kibana's lists show it."""
    for name in field.removesuffix(".keyword").split("."):
        record = [one.get(name) for one in record] if isinstance(record, list) else (record or {}).get(name)
    several = record if isinstance(record, list) else [record]
    words = [looked_up(one, field, formats) for one in several if one is not None]
    return " ".join(", ".join(words).split()) or "-"


def _map(shown: Shown, found: Json, room: Room) -> list[str]:
    """The circles where Kibana draws them: in Mercator's projection, around the map's own centre."""
    state = json.loads(found["attributes"]["mapStateJSON"])
    layer, _ = json.loads(found["attributes"]["layerListJSON"])
    style = layer["style"]["properties"]
    least, most = (style["iconSize"]["options"][name] for name in ("minSize", "maxSize"))
    shapes = [svg.box(*room, state["settings"]["backgroundColor"], round=4)]
    counted = circles(shown.settings, shown.objects, found, shown.typed)
    highest = max((one["doc_count"] for one in counted), default=1)
    east, north = _world(state["center"], state["zoom"])
    for one in sorted(counted, key=lambda one: (-one["doc_count"], one["key"])):
        right, up = _world(one["centre"], state["zoom"])
        x, y = room.x + room.width / 2 + right - east, room.y + room.height / 2 - up + north
        radius = (least + (most - least) * sqrt(one["doc_count"] / highest)) / 2
        shapes.append(svg.circle(x, y, radius, style["fillColor"]["options"]["color"]))
    return shapes


def _world(place: Json, zoom: float) -> tuple[float, float]:
    """Pixels to the east and the north of where equator and Greenwich meet."""
    pixels = TILE * 2**zoom / 360
    return place["lon"] * pixels, degrees(asinh(tan(radians(place["lat"])))) * pixels

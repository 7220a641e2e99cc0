"""The charts of a dashboard as shapes: each panel's own rows, with the labels and formats of its objects."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from . import svg
from .lens import MISSING, columns

Json = dict[str, Any]
Rows = Sequence[tuple[Any, ...]]
FILES = ("file", "container", "sources.file")
NOTHING = "(missing value)"
"""How Lens shows what has no value."""


class Room(NamedTuple):
    """Where a chart may draw, in pixels."""

    x: float
    y: float
    width: float
    height: float


class Chart(NamedTuple):
    """A chart, ready to draw: its kind, labels of its numbers and of its columns, and its rows in words."""

    kind: str
    labels: list[str]
    keys: int
    rows: list[tuple[Any, ...]]
    words: list[tuple[str, ...]]


def chart(attributes: Json, view: Json, rows: Rows) -> Chart:
    """A Lens chart with its rows, whose values are written as the data view and the columns say."""
    shown = [
        one
        for name, one in columns(attributes["state"]).items()
        if one["operationType"] != "math" and not name.rpartition("X")[0]
    ]
    formats = json.loads(view["fieldFormatMap"])
    words = [
        tuple(written(value, one, formats) for value, one in zip(row, shown, strict=True)) for row in rows
    ]
    labels = [str(one["label"]) for one in shown]
    kind = attributes["visualizationType"]
    if kind == "lnsXY":
        kind = attributes["state"]["visualization"]["preferredSeriesType"]
    return Chart(kind, labels, sum(one["isBucketed"] for one in shown), list(rows), words)


def written(value: Any, column: Json, formats: Json) -> str:
    """A value as Kibana writes it."""
    if value is None:
        return "-"
    if value == MISSING:
        return NOTHING
    if not column["isBucketed"]:
        said = column.get("params", {}).get("format", {})
        digits = said.get("params", {}).get("decimals", 0)
        return f"{value:.{digits}%}" if said.get("id") == "percent" else f"{value:,.{digits}f}"
    if column["operationType"] == "date_histogram":
        return str(value)[:10]
    return looked_up(value, column["sourceField"], formats)


def looked_up(value: Any, field: str, formats: Json) -> str:
    """A field's value, or what the data view says for it; of a file its name alone, wherever it lies."""
    plain = str(value).lower() if isinstance(value, bool) else str(value)
    entries = formats.get(field, {}).get("params", {}).get("lookupEntries", [])
    said = next((one["value"] for one in entries if one["key"] == plain), plain)
    return str(said).rpartition("/")[2] if field in FILES else str(said)


def number(room: Room, chart: Chart) -> list[str]:
    ((value,),) = chart.words
    label = svg.lines(chart.labels[0], 13, room.width)
    end = room.y + room.height
    shapes = [svg.text(room.x, room.y + 14 + 18 * n, line, 13, bold=True) for n, line in enumerate(label)]
    size = min(34, room.height - 24)
    return [*shapes, svg.text(room.x + room.width, end - 6, value, size, anchor="end", bold=True)]


def bars(room: Room, chart: Chart) -> list[str]:
    """Bars that lie, with their names before and their numbers behind them."""
    most = max((row[-1] for row in chart.rows), default=1)
    names, step = room.width * 0.36, min(26.0, room.height / max(1, len(chart.rows)))
    shapes = []
    for line, (row, words) in enumerate(zip(chart.rows, chart.words, strict=True)):
        y = room.y + line * step
        long = (room.width - names - 40) * row[-1] / most
        name = svg.cut(words[0], 12, names - 8)
        shapes += [
            svg.text(room.x + names - 8, y + step / 2 + 4, name, 12, svg.PALE, "end"),
            svg.box(room.x + names, y + step * 0.15, long, step * 0.7, svg.COLOURS[0]),
            svg.text(room.x + names + long + 6, y + step / 2 + 4, words[-1], 12),
        ]
    return shapes


def stacks(room: Room, chart: Chart) -> list[str]:
    """Columns that stand, one a first key, in the colours of the second."""
    firsts = list(dict.fromkeys(words[0] for words in chart.words))
    seconds = list(dict.fromkeys(words[1] for words in chart.words)) if chart.keys > 1 else [chart.labels[-1]]
    legend = 110 if chart.keys > 1 else 0
    height, width = room.height - 22, (room.width - legend - 30) / max(1, len(firsts))
    totals = dict.fromkeys(firsts, 0.0)
    for row, words in zip(chart.rows, chart.words, strict=True):
        totals[words[0]] += row[-1]
    most = max(totals.values(), default=1)
    shapes = scale(room, most, room.width - legend, height)
    standing = dict.fromkeys(firsts, 0.0)
    for row, words in zip(chart.rows, chart.words, strict=True):
        colour = svg.COLOURS[seconds.index(words[1]) if chart.keys > 1 else 0]
        x = room.x + 30 + firsts.index(words[0]) * width
        standing[words[0]] += row[-1]
        y = room.y + height * (1 - standing[words[0]] / most)
        shapes.append(svg.box(x + width * 0.14, y, width * 0.72, height * row[-1] / most, colour))
    for place, first in enumerate(firsts):
        middle = room.x + 30 + (place + 0.5) * width
        shapes.append(
            svg.text(middle, room.y + room.height - 4, svg.cut(first, 11, width), 11, svg.PALE, "middle")
        )
    return shapes + (legends(room, seconds) if legend else [])


def lines(room: Room, chart: Chart) -> list[str]:
    """A line a number, over days."""
    labels = chart.labels[chart.keys :]
    height, width = room.height - 22, (room.width - 190) / max(1, len(chart.rows))
    most = max((value for row in chart.rows for value in row[chart.keys :]), default=1)
    shapes = scale(room, most, room.width - 160, height)
    for line, _ in enumerate(labels):
        points = [
            (room.x + 30 + (place + 0.5) * width, room.y + height * (1 - row[chart.keys + line] / most))
            for place, row in enumerate(chart.rows)
        ]
        shapes.append(svg.path(points, svg.COLOURS[line]))
        shapes += [svg.circle(x, y, 4, svg.COLOURS[line]) for x, y in points]
    for place, words in enumerate(chart.words):
        middle = room.x + 30 + (place + 0.5) * width
        day = words[0][5:] if width < 70 else words[0]
        shapes.append(svg.text(middle, room.y + room.height - 4, day, 11, svg.PALE, "middle"))
    return shapes + legends(room, labels, 150)


def scale(room: Room, most: float, width: float, height: float) -> list[str]:
    """Lines at nothing, half and most, with their numbers."""
    shapes = []
    for share in (0.0, 0.5, 1.0) if most > 1 else (0.0, 1.0):
        y = room.y + height * (1 - share)
        shapes.append(svg.box(room.x + 28, y, width - 28, 0.6, svg.LINE))
        shapes.append(svg.text(room.x + 22, y + 4, f"{most * share:g}", 11, svg.PALE, "end"))
    return shapes


def legends(room: Room, names: Sequence[str], width: float = 100) -> list[str]:
    shapes = []
    for line, name in enumerate(names):
        x, y = room.x + room.width - width, room.y + 8 + 20 * line
        shapes.append(svg.box(x, y - 8, 9, 9, svg.COLOURS[line], round=4))
        shapes.append(svg.text(x + 15, y, svg.cut(name, 12, width - 15), 12))
    return shapes


def pie(room: Room, chart: Chart) -> list[str]:
    whole = sum(row[-1] for row in chart.rows) or 1
    radius = min(room.height, room.width - 130) / 2 - 2
    x, y, done, shapes = room.x + radius + 10, room.y + room.height / 2, 0.0, []
    for line, row in enumerate(chart.rows):
        shapes.append(svg.ring(x, y, radius, done, done + row[-1] / whole, svg.COLOURS[line]))
        done += row[-1] / whole
    return shapes + legends(room, [f"{words[0]}  {words[-1]}" for words in chart.words], 110)


def table(room: Room, chart: Chart) -> list[str]:
    return grid(
        room, chart.labels, chart.words, [1.4] * chart.keys + [1.0] * (len(chart.labels) - chart.keys)
    )


def grid(
    room: Room, labels: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float]
) -> list[str]:
    """A table; the shares of its columns in the width, those of one share or less are numbers."""
    ends = [room.x + room.width * sum(shares[: n + 1]) / sum(shares) for n in range(len(shares))]
    shapes = []
    for line, row in enumerate([labels, *rows][: int(room.height // 23)]):
        y = room.y + 23 * line
        if line:
            shapes.append(svg.box(room.x, y, room.width, 0.6, svg.LINE))
        for place, cell in enumerate(row):
            begin = ends[place - 1] if place else room.x
            words = svg.cut(cell, 12, ends[place] - begin - 12)
            right = shares[place] <= 1
            x = ends[place] - 6 if right else begin + 2
            shapes.append(svg.text(x, y + 16, words, 12, anchor="end" if right else "start", bold=not line))
    return shapes


DRAWN: dict[str, Callable[[Room, Chart], list[str]]] = {
    "lnsMetric": number,
    "lnsPie": pie,
    "lnsDatatable": table,
    "bar_stacked": stacks,
    "bar_horizontal_stacked": bars,
    "line": lines,
}
"""How each kind of Lens chart is drawn."""

"""Shapes of a picture as SVG, in pixels; texts are cut to the room they have."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import cos, pi, sin

COLOURS = ("#54b399", "#6092c0", "#d36086", "#9170b8", "#ca8eae", "#d6bf57", "#b9a888", "#da8b45", "#aa6556")
INK, PALE, LINE, PAPER = "#1a1c21", "#69707d", "#d3dae6", "#ffffff"
FONTS = "Inter, 'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
NARROW = 0.56
"""How wide a letter outside the Chinese script is, to its size."""


def wide(text: str, size: float) -> float:
    """About how wide a text is.

    >>> wide("讲话", 10)
    20
    """
    return sum(size if ord(letter) > 0x2E7F else NARROW * size for letter in text)


def cut(text: str, size: float, room: float) -> str:
    """A text, or as much of its beginning as there is room for."""
    if wide(text, size) <= room:
        return text
    while text and wide(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def lines(text: str, size: float, room: float) -> list[str]:
    """A text in lines that have room."""
    found = [""]
    for word in text.replace(" ", " \0").split("\0"):
        for part in [word] if wide(word, size) < room / 2 else word:
            if wide(found[-1] + part.rstrip(), size) > room:
                found.append("")
            found[-1] += part
    return [line.strip() for line in found]


def text(
    x: float,
    y: float,
    words: str,
    size: float = 12,
    colour: str = INK,
    anchor: str = "start",
    bold: bool = False,
) -> str:
    """``y`` is the line it stands on."""
    weight = ' font-weight="600"' if bold else ""
    where = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}" text-anchor="{anchor}"{weight}'
    return f"<text {where}>{escape(words, quote=False)}</text>"


def box(
    x: float, y: float, width: float, height: float, fill: str, line: str = "none", round: float = 0
) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {where} rx="{round:g}" fill="{fill}" stroke="{line}"/>'


def circle(x: float, y: float, radius: float, fill: str) -> str:
    where = f'cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"'
    return f'<circle {where} fill="{fill}" fill-opacity="0.75" stroke="{PAPER}"/>'


def path(points: Sequence[tuple[float, float]], colour: str) -> str:
    where = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{where}" fill="none" stroke="{colour}" stroke-width="2"/>'


def ring(x: float, y: float, radius: float, begin: float, end: float, fill: str) -> str:
    """A part of a ring, from and to a share of the whole."""
    end = min(end, begin + 0.9999)
    outer, inner = ([_on(x, y, r, share) for share in (begin, end)] for r in (radius, radius * 0.6))
    large = int(end - begin > 0.5)
    ways = (
        f"M{outer[0]}A{radius:g} {radius:g} 0 {large} 1 {outer[1]}"
        f"L{inner[1]}A{radius * 0.6:g} {radius * 0.6:g} 0 {large} 0 {inner[0]}Z"
    )
    return f'<path d="{ways}" fill="{fill}" stroke="{PAPER}"/>'


def _on(x: float, y: float, radius: float, share: float) -> str:
    turn = 2 * pi * share - pi / 2
    return f"{x + radius * cos(turn):.1f} {y + radius * sin(turn):.1f}"


def picture(width: float, height: float, title: str, shapes: Sequence[str]) -> str:
    """A whole file."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" font-family="{FONTS}" role="img">'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", *shapes, "</svg>", ""])

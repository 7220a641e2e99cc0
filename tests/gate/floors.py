"""Floors by tag and set: read, held against what is measured, raised."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("floors.json")
SLACK = 0.005
"""A floor lies this far below what was measured: 3 of 602 excerpts, less than one of any smaller set."""
Figures = dict[str, dict[str, float]]
"""By set, then by rate; of every rate higher is better."""


@dataclass(frozen=True)
class Pinned:
    """The floors of one body of data, and the hash that says which data that is."""

    data: str
    floors: Figures


def load(path: Path = FILE) -> dict[str, Pinned]:
    """The pinned floors by body of data; none where the file is not there yet."""
    if not path.is_file():
        return {}
    return {name: Pinned(**pinned) for name, pinned in json.loads(path.read_text("utf-8")).items()}


def save(pinned: dict[str, Pinned], path: Path = FILE) -> None:
    """Write the floors, sorted, so that a change shows as one line."""
    content = {name: {"data": p.data, "floors": p.floors} for name, p in pinned.items()}
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", "utf-8")


def fallen(pinned: Pinned, measured: Figures) -> list[str]:
    """What is below its floor, and by how much; a rate that is no longer measured has fallen too.

    >>> fallen(Pinned("", {"reports": {"level.right": 0.99}}), {"reports": {"level.right": 0.95}})
    ['reports level.right: 0.9500, 0.0400 below its floor of 0.9900']
    """
    below = []
    for name, rates in pinned.floors.items():
        for rate, floor in rates.items():
            figure = measured.get(name, {}).get(rate)
            if figure is None:
                below.append(f"{name} {rate}: not measured, its floor is {floor:.4f}")
            elif figure < floor:
                below.append(
                    f"{name} {rate}: {figure:.4f}, {floor - figure:.4f} below its floor of {floor:.4f}"
                )
    return below


def raised(pinned: Pinned | None, data: str, measured: Figures) -> Pinned:
    """The floors after a measurement, none lower than before. Raises ValueError, naming what would fall.

    >>> raised(Pinned("old", {"a": {"x": 0.9}}), "new", {"a": {"x": 0.905, "y": 1.0}}).floors
    {'a': {'x': 0.9, 'y': 0.995}}
    """
    before = pinned.floors if pinned else {}
    if pinned and (below := fallen(pinned, measured)):
        raise ValueError("\n".join(below))
    return Pinned(
        data,
        {
            name: {
                rate: max(before.get(name, {}).get(rate, 0.0), round(max(0.0, figure - SLACK), 4))
                for rate, figure in rates.items()
            }
            for name, rates in measured.items()
        },
    )

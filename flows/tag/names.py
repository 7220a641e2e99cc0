"""The written forms of places: divisions with and without their kind, and towns."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flows.tag.divisions import Span

_LONG_KINDS = ("街道", "苏木")
TOWN_KINDS = (*_LONG_KINDS, "镇", "乡")
SHORTEST_TOWN = 3
"""A town's name without 镇 is looked for if it has at least three characters: 八面城, not 和平."""

_NO_TOWN = (
    *("路", "街", "大道", "园", "机场", "车站", "广场", "水库", "大坝", "大学", "片区", "新区", "开发区"),
    *("工业区", "社区", "中心", "城区", "平台", "市场", "体育场"),
)
"""Without 街道 or 镇 these are a road, a station, a park: 中山路, 首都机场."""


@dataclass(slots=True)
class Name:
    """One written form and what it may stand for."""

    surface: str
    full: dict[int, Span] = field(default_factory=dict)
    """Places whose official name, or name with its kind (恩施州), it is, and when."""
    short: dict[int, Span] = field(default_factory=dict)
    """Places it names without saying what kind of place they are, and when."""
    towns: set[int] = field(default_factory=set)
    """Counties (or prefectures without counties) that have a town of this name."""
    town_short: bool = False
    """It leaves the town's 镇, 乡 or 街道 out."""
    foreign: int = 0
    """In how many of the counted reports it stands where it can't mean the place; see lookalikes.csv."""


class Names(Mapping[str, Name]):
    """All written forms. Those of towns, nine in ten, become a :class:`Name` only when asked for."""

    def __init__(
        self, divisions: dict[str, Name], towns: dict[str, list[int]], foreign: dict[str, int]
    ) -> None:
        short = _short_towns(towns, divisions)
        for town in towns.keys() & divisions.keys():
            divisions[town].towns.update(towns[town])
        self._entries: dict[str, Name | list[int]] = {**towns, **short, **divisions}
        self._town_short = short.keys()
        self._foreign = foreign
        for surface in foreign.keys() & divisions.keys():
            divisions[surface].foreign = foreign[surface]

    def __getitem__(self, surface: str) -> Name:
        entry = self._entries[surface]
        if isinstance(entry, Name):
            return entry
        name = Name(surface, towns=set(entry), town_short=surface in self._town_short)
        name.foreign = self._foreign.get(surface, 0)
        self._entries[surface] = name
        return name

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def leave_out(self, surfaces: Iterable[str]) -> None:
        """Forgets these forms."""
        for surface in surfaces:
            self._entries.pop(surface, None)


def _short_towns(towns: dict[str, list[int]], divisions: Container[str]) -> dict[str, list[int]]:
    """The names of towns less 镇, 乡 or 街道 that are no other place's name.

    嘉定镇 is a town, and what people call 嘉定镇街道: its counties are noted with the town.
    """
    short: dict[str, list[int]] = {}
    for town, counties in towns.items():
        form = town[:-2] if town.endswith(_LONG_KINDS) else town[:-1]
        if len(form) < SHORTEST_TOWN or form.endswith(_NO_TOWN) or form in divisions:
            continue
        (towns[form] if form in towns else short.setdefault(form, [])).extend(counties)
    return short

"""Places a text names, plainly: enough to tell which of two texts from one template is whose.

The tag stage reads places with care, from their surroundings and their time; here two texts differ in few
words, and it is asked only whether those are names of places.
"""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache

import ahocorasick

from flows.resources import reference

_KINDS = ("市", "县", "区", "旗", "盟", "省", "州", "地区")
_SHORTEST = 2
"""Letters of a name without its kind (昌图, of 昌图县)."""


def named(text: str) -> dict[str, int]:
    """Provinces, prefectures and counties that a text names, and how often; the longest where they overlap.

    >>> named("保定市、唐山市，唐山的港口")
    {'保定市': 1, '唐山': 1, '唐山市': 1}
    """
    found = sorted((end + 1 - length, -end, end + 1) for end, length in _names().iter(text))
    kept: list[tuple[int, int]] = []
    for start, _, end in found:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    counts = Counter(text[start:end] for start, end in kept)
    return {name: counts[name] for name in sorted(counts)}


@cache
def _names() -> ahocorasick.Automaton:
    """Full names, and short ones that are no word of another meaning."""
    words = {row[0] for row in _rows("lookalikes.csv")}
    names = set()
    for row in _rows("divisions.csv"):
        name = row[1]
        short = next((name[: -len(kind)] for kind in _KINDS if name.endswith(kind)), name)
        names |= {name} | ({short} if len(short) >= _SHORTEST and short not in words else set())
    automaton = ahocorasick.Automaton()
    for name in names:
        automaton.add_word(name, len(name))
    automaton.make_automaton()
    return automaton


def _rows(name: str) -> list[list[str]]:
    with (reference("places") / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))[1:]

"""What became of damaged text: each site of damage right, a visible gap, or wrong."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache

from restore.damage import HALF_WIDTH, Damage, Site

from flows.resources import reference
from flows.restore import byteshift, pinyin
from flows.restore.script import simplify

Score = Counter[tuple[str, str]]
"""By kind of site (``whole``: all bytes told; ``lost``: a byte is gone) and what became of it: ``right``,
``gap`` (a visible ? for each character that is not right, or left as it was), ``wrong``. Changes outside
the sites are counted as ``elsewhere``, ``wrong``."""
_FOLDED = str.maketrans(HALF_WIDTH)


def choose(text: str, seed: int) -> dict[str, str]:
    """15 to 60 of the characters most used in a text, as the sites choose them, each with a reading."""
    chance = random.Random(seed)
    counts = Counter(c for c in text if "\u4e00" <= c <= "\u9fff" and c in readings())
    common = [c for c, _ in counts.most_common(600)]
    chosen = chance.sample(common, min(len(common), chance.randint(15, 60)))
    return {c: readings()[c] for c in chosen}


def score(truth: Damage) -> Score:
    """What became of each site."""
    page, _, annotated = pinyin.remove_notes(truth.broken)
    repaired, _, _ = byteshift.repair(page, annotated)
    found, at = Score(), 0
    lines = zip(truth.right.split("\n"), repaired.split("\n"), page.split("\n"), strict=True)
    for right, got, shown in lines:
        sites = [s for s in truth.sites if at <= s.start <= at + len(right)]
        local = [Site(s.start - at, s.end - at, s.lost) for s in sites]
        found += _score_line(_plain(right), _plain(got), _plain(shown), local)
        at += len(right) + 1
    return found


def shares(score: Score) -> Mapping[str, float]:
    """How many sites of each kind, what share of them is right, and what share of all sites is wrong."""
    sites = Counter[str]()
    for (kind, _), count in score.items():
        sites[kind] += count
    either = sites["whole"] + sites["lost"]
    wrong = sum(count for (_, outcome), count in score.items() if outcome == "wrong")
    return {
        "sites whole": sites["whole"],
        "sites with a lost byte": sites["lost"],
        "whole right": score["whole", "right"] / max(1, sites["whole"]),
        "lost right": score["lost", "right"] / max(1, sites["lost"]),
        "wrong": wrong / max(1, either),
    }


def _score_line(right: str, got: str, shown: str, sites: list[Site]) -> Score:
    found = Score()
    opcodes = [] if right == got else SequenceMatcher(None, right, got, autojunk=False).get_opcodes()
    changes = [c for c in opcodes if c[0] != "equal"]
    elsewhere = set(changes)
    for site in sites:
        here = [c for c in changes if c[1] <= site.end + 1 and c[2] >= site.start - 1]
        elsewhere.difference_update(here)
        outcome = "right"
        if here:
            want, have = right[here[0][1] : here[-1][2]], got[here[0][3] : here[-1][4]]
            outcome = "gap" if _is_gap(want, have, shown) else "wrong"
        found["lost" if site.lost else "whole", outcome] += 1
    for _, start, end, start_got, end_got in elsewhere:
        if not _is_gap(right[start:end], got[start_got:end_got], shown):
            found["elsewhere", "wrong"] += 1
    return found


def _is_gap(want: str, have: str, shown: str) -> bool:
    if len(want) == len(have) and all(h in ("?", w) for w, h in zip(want, have, strict=True)):
        return True
    return "?" in have and have in shown


def _plain(text: str) -> str:
    return simplify(text).translate(_FOLDED)


@cache
def readings() -> dict[str, str]:
    """A reading of each character that has one with a tone mark."""
    found: dict[str, str] = {}
    for line in reference("restore/readings.tsv").read_text("utf-8").splitlines():
        reading, _, characters = line.partition("\t")
        if not line.startswith("#") and not reading.isascii():
            for character in characters:
                found.setdefault(character, reading)
    return found

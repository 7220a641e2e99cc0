"""Measures the byte-shift repair on damaged copies of clean texts.

    PYTHONPATH=tests python -m restore.measure FILE…

The files are plain simplified text; they are converted to traditional script first.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from restore.damage import Damage, Site, damage

from flows.resources import reference
from flows.restore import byteshift, pinyin
from flows.restore.script import simplify

Score = Counter[tuple[str, str]]
"""By kind of site (``whole``: all bytes told; ``lost``: a byte is gone) and what became of it: ``right``,
``gap`` (a visible ? for each character that is not right, or left as it was), ``wrong``."""


def choose(text: str, seed: int) -> dict[str, str]:
    """15 to 60 of the characters most used in a text, as the sites choose them, each with a reading."""
    chance = random.Random(seed)
    counts = Counter(c for c in text if "\u4e00" <= c <= "\u9fff")
    common = [c for c, _ in counts.most_common(600)]
    chosen = chance.sample(common, min(len(common), chance.randint(15, 60)))
    return {c: _reading(c) for c in chosen}


def score(truth: Damage) -> tuple[Score, int]:
    """What became of each site, and how many characters changed elsewhere."""
    page, _, annotated = pinyin.remove_notes(truth.broken)
    repaired, _, _ = byteshift.repair(page, annotated)
    found, elsewhere, at = Score(), 0, 0
    lines = zip(truth.right.split("\n"), repaired.split("\n"), page.split("\n"), strict=True)
    for right, got, shown in lines:
        sites = [s for s in truth.sites if at <= s.start <= at + len(right)]
        local = [Site(s.start - at, s.end - at, s.lost) for s in sites]
        elsewhere += _score_line(_plain(right), _plain(got), _plain(shown), local, found)
        at += len(right) + 1
    return found, elsewhere


def _score_line(right: str, got: str, shown: str, sites: list[Site], found: Score) -> int:
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
    return len(elsewhere)


def _is_gap(want: str, have: str, shown: str) -> bool:
    if len(want) == len(have):
        return all(h in ("?", w) for w, h in zip(want, have, strict=True))
    return "?" in have and have in shown


def _plain(text: str) -> str:
    return simplify(text).replace("？", "?")


@cache
def _reading(character: str) -> str:
    for line in reference("restore/readings.tsv").read_text("utf-8").splitlines():
        reading, _, characters = line.partition("\t")
        if character in characters and not line.startswith("#"):
            return reading
    raise ValueError(f"{character} has no reading")


def main(paths: list[str]) -> None:
    from opencc import OpenCC

    convert = OpenCC("s2t").convert
    total, elsewhere = Score(), 0
    for seed, path in enumerate(paths):
        text = convert(Path(path).read_text("utf-8"))
        found, more = score(damage(text, choose(text, seed)))
        total += found
        elsewhere += more
    for kind in ("whole", "lost"):
        sites = sum(n for (k, _), n in total.items() if k == kind)
        shares = (f"{o} {total[kind, o] / max(1, sites):.2%}" for o in ("right", "gap", "wrong"))
        print(f"{kind:5} {sites:6} sites: {', '.join(shares)}")
    print(f"changed elsewhere: {elsewhere}")


if __name__ == "__main__":
    main(sys.argv[1:])

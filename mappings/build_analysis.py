"""Fills the two tables of settings.json: the traditional characters, and the synonyms.

    python mappings/build_analysis.py

``simplified``: every character that flows/restore/script.py changes by itself, that is OpenCC's
single characters less the project's exceptions. ``synonyms``: the divisions that were renamed, merged or
raised, from data/reference/places/successors.csv, by full and by short name, and the words of
vocabulary.tsv. Left out are names of places in two provinces, short ones that often are words, and an
earlier short one that is in a dictionary, or that some other place bears or bore.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from flows.index.places import names  # noqa: E402
from flows.resources import reference  # noqa: E402
from flows.restore.dictionaries import dictionary  # noqa: E402
from flows.restore.script import simplify  # noqa: E402

SETTINGS = HERE / "settings.json"
RENAMED = "更名"
"""The change after which both names mean the same place; any other leaves the old name to what was."""


def characters() -> list[str]:
    """Rules of the char filter: 縣=>县."""
    found = ((char, simplify(char)) for char in dictionary("TSCharacters.txt"))
    return sorted(f"{char}=>{simple}" for char, simple in found if char != simple)


def places() -> list[str]:
    """Rules of places: who types the name of today finds the earlier ones as well."""
    same, earlier = set[str](), defaultdict[str, set[str]](set)
    for row in _rows("successors.csv"):
        for old, new in _pairs(row["name"], row["new_name"]):
            if row["change"] == RENAMED:
                same.add(f"{old}, {new}")
            else:
                earlier[new].add(old)
    return sorted(same) + sorted(
        f"{new} => {', '.join([new, *sorted(olds)])}" for new, olds in earlier.items()
    )


def vocabulary() -> list[str]:
    """Rules of words that mean one thing in speeches."""
    lines = (HERE / "vocabulary.tsv").read_text(encoding="utf-8").splitlines()
    return [", ".join(line.split("\t")) for line in lines if line and not line.startswith("#")]


def filled() -> str:
    """The text of settings.json with its tables."""
    settings: dict[str, Any] = json.loads(SETTINGS.read_text(encoding="utf-8"))
    analysis = settings["template"]["settings"]["index"]["analysis"]
    analysis["char_filter"]["simplified"]["mappings"] = characters()
    analysis["filter"]["synonyms"]["synonyms"] = vocabulary() + places()
    return json.dumps(settings, ensure_ascii=False, indent=2) + "\n"


def _pairs(old: str, new: str) -> Iterator[tuple[str, str]]:
    """The full names, and the short ones, where they can only mean the place: many a town had a 东区."""
    if any(len({province for province, _ in _bearers()[name]}) > 1 for name in (old, new)):
        return
    if len(_became()[old]) > 1:
        return
    if old != new:
        yield old, new
    short = names(old)[-1], names(new)[-1]
    known = short[0] in _words() or not _lookalikes().isdisjoint(short)
    if short[0] != short[1] and short != (old, new) and not known:
        earlier, later = map(_bearers().__getitem__, short)
        if len(earlier) == 1 and len({province for province, _ in later}) == 1:
            yield short


@cache
def _became() -> dict[str, set[str]]:
    """What the divisions of a name became."""
    found = defaultdict[str, set[str]](set)
    for row in _rows("successors.csv"):
        found[row["name"]].add(row["new_name"])
    return found


@cache
def _words() -> frozenset[str]:
    return frozenset(reference("places/words.txt").read_text(encoding="utf-8").split())


@cache
def _lookalikes() -> frozenset[str]:
    return frozenset(row["name"] for row in _rows("lookalikes.csv"))


@cache
def _bearers() -> dict[str, set[tuple[str, str]]]:
    """The provinces and ranks of the places that have or had a name."""
    found = defaultdict[str, set[tuple[str, str]]](set)
    for row in _rows("divisions.csv"):
        for name in names(row["name"]):
            found[name].add((row["province"] or row["name"], row["rank"]))
    return found


def _rows(name: str) -> list[dict[str, str]]:
    with reference(f"places/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    SETTINGS.write_text(filled(), encoding="utf-8")

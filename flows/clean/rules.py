"""The rule files: what a site adds around a speech, and the labels of its field lines."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from flows.resources import reference

Where = Literal["line", "head", "end", "opening", "tail", "inside", "close"]
LONGEST = 600
"""Characters of the longest line that a whole-line rule is tried on; a longer one is prose."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of ``furniture.tsv``; the file's header says what ``where`` means."""

    name: str
    where: Where
    pattern: re.Pattern[str]
    truncated: bool


@cache
def furniture() -> tuple[Rule, ...]:
    """The furniture rules, in the order of the file."""
    return tuple(
        Rule(row["name"], _where(row["where"]), re.compile(row["pattern"]), row["truncated"] == "yes")
        for row in _rows("clean/furniture.tsv")
    )


@cache
def by_place(*places: Where) -> tuple[Rule, ...]:
    """The furniture rules that apply in these places.

    >>> "download" in [rule.name for rule in by_place("line")]
    True
    """
    return tuple(rule for rule in furniture() if rule.where in places)


@cache
def labels() -> dict[str, str]:
    """Label of a field line to its kind.

    >>> labels()["发文时间"]
    'published'
    """
    return {row["label"]: row["kind"] for row in _rows("clean/fields.tsv")}


@cache
def label_pattern() -> re.Pattern[str]:
    """A label at the start of a line or behind white space, in folded text."""
    names = "|".join(map(re.escape, sorted(labels(), key=len, reverse=True)))
    return re.compile(rf"(?:^|(?<=\s))({names})\s?:")


def _where(name: str) -> Where:
    for place in get_args(Where):
        if name == place:
            return place  # type: ignore[no-any-return]
    raise ValueError(f"furniture.tsv: there is no place {name}")


def _rows(name: str) -> list[dict[str, str]]:
    with reference(name).open(encoding="utf-8", newline="") as file:
        table = (line for line in file if not line.startswith("#"))
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))

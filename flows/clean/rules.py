"""The rule files: what a site adds around a speech, and the labels of its field lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from flows.clean.draft import fold
from flows.resources import reference

Where = Literal["line", "head", "end", "edge", "opening", "tail", "inside", "close"]
_OF_PAGE = "本文|文章|文档|资料|本页|页面|帖子|稿件"
"""What may stand before the label of a field: 文章编号, 资料ID."""
_NAME = re.compile(r"\(\?P<\w+>")
LONGEST = 600
"""Characters of the longest line that a whole-line rule is tried on; a longer one is prose."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of ``furniture.tsv``; the file's header says what ``where`` means."""

    name: str
    where: Where
    pattern: re.Pattern[str]
    truncated: str


@cache
def furniture() -> tuple[Rule, ...]:
    """The furniture rules, in the order of the file."""
    return tuple(
        Rule(row["name"], _where(row["where"]), re.compile(row["pattern"]), row["truncated"])
        for row in rows("clean/furniture.tsv")
    )


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Some of the rules, in the order of the file."""

    each: tuple[Rule, ...]
    any: re.Pattern[str]
    """What one of them matches, and its group which: see :func:`any_of`."""

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.each)


@cache
def by_place(*places: Where) -> Rules:
    """The furniture rules that apply in these places.

    >>> "download" in [rule.name for rule in by_place("line")]
    True
    """
    rules = tuple(rule for rule in furniture() if rule.where in places)
    return Rules(rules, any_of(rule.pattern.pattern for rule in rules))


def match(line: str, rules: Rules) -> tuple[Rule, re.Match[str]] | None:
    """The first of the rules that takes the whole line, and how it matched."""
    if len(line) > LONGEST:
        return None
    folded = fold(line)
    first = rules.any.fullmatch(folded)
    if not first or not first.lastgroup:
        return None
    rule = rules.each[int(first.lastgroup[1:])]
    found = rule.pattern.fullmatch(folded)
    return (rule, found) if found else None


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern for what any of these matches: a group of each, by its number, in place of their own names.

    >>> any_of(["(?P<a>x)y", "(?P<a>z)"]).fullmatch("z").lastgroup
    '_1'
    """
    bare = (_NAME.sub("(?:", pattern) for pattern in patterns)
    return re.compile("|".join(f"(?P<_{number}>{pattern})" for number, pattern in enumerate(bare)))


def any_word(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern to search for any of some plain words, several times as fast as ``one|two|three``.

    One class finds where a word may begin, a second tells most of these places from a word; only then are the
    words themselves tried, by what is behind and ahead.

    >>> any_word(["图", "上传", "下载"]).search("请下载本文").start()
    1
    """
    rests: dict[str, list[str]] = {}
    for word in words:
        rests.setdefault(word[0], []).append(word[1:])
    alone = [first for first, found in rests.items() if "" in found]
    seconds = {rest[0] for found in rests.values() for rest in found if rest}
    tried = "|".join(
        f"(?<={re.escape(first)})(?:{'|'.join(map(re.escape, found))})" for first, found in rests.items()
    )
    either = f"(?<={_class(alone)})|" if alone else ""
    return re.compile(f"{_class(rests)}(?:{either}(?={_class(seconds)})(?:{tried}))")


def _class(characters: Iterable[str]) -> str:
    return f"[{''.join(map(re.escape, sorted(characters)))}]"


@cache
def labels() -> dict[str, str]:
    """Label of a field line to its kind.

    >>> labels()["发文时间"]
    'published'
    """
    return {row["label"]: row["kind"] for row in rows("clean/fields.tsv") if row["label"][0] != "*"}


@cache
def label_endings() -> re.Pattern[str]:
    """A field line under a label that the list does not name, told by the label's ending."""
    endings = (row["label"][1:] for row in rows("clean/fields.tsv") if row["label"][0] == "*")
    return re.compile(rf"([\u4e00-\u9fff ]{{0,9}}(?:{'|'.join(endings)}))\s?:\s?([^。!?;]{{1,80}})")


@cache
def label_pattern() -> re.Pattern[str]:
    """A label at the start of a line, behind white space or a bar, in folded text, with a colon behind it
    or in brackets of its own.

    A label of two or three characters may be spaced out.
    """
    spaced = (r"\s?".join(name) if len(name) < 4 else re.escape(name) for name in labels())
    names = "|".join(sorted(spaced, key=len, reverse=True))
    return re.compile(rf"(?:^|(?<=[\s|丨•·┊\[(【]))(?:{_OF_PAGE})??({names})\s?(?::|】(?=.))")


def _where(name: str) -> Where:
    for place in get_args(Where):
        if name == place:
            return place  # type: ignore[no-any-return]
    raise ValueError(f"furniture.tsv: there is no place {name}")


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a reference table, by column; lines that begin with ``#`` are its header."""
    with reference(name).open(encoding="utf-8", newline="") as file:
        table = (line for line in file if not line.startswith("#"))
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))

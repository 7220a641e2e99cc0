"""The dictionaries of opencc-python-reimplemented, and what the project adds to them, made fit for use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from flows.resources import reference

_COMMON = [
    range(*r) for r in ((0, 128), (0x2010, 0x2030), (0x3000, 0x3020), (0x4E00, 0xA000), (0xFF00, 0xFF60))
]
"""Code points that get an entry of their own in a table, because ``str.translate`` is slow on a miss."""


class Beginnings:
    """Where some words may stand: where the first two characters of one do.

    A class for the first character and one for the second leave few places to be looked up; a pattern of
    all the words tries each of them wherever one begins.

    >>> list(Beginnings(["乾隆", "人"]).places("乾坤，乾隆，乾人"))
    [3, 7]
    """

    def __init__(self, words: Iterable[str]):
        self._begin = {word[:2] for word in words}
        seconds = _class(word[1] for word in self._begin if len(word) > 1)
        alone = _class(word for word in self._begin if len(word) == 1)
        either = [f"(?=[{seconds}])"] * bool(seconds) + [f"(?<=[{alone}])"] * bool(alone)
        self._pattern = re.compile(f"[{_class(word[0] for word in self._begin)}](?:{'|'.join(either)})")

    def places(self, text: str) -> Iterator[int]:
        """The places, in order."""
        for found in self._pattern.finditer(text):
            at = found.start()
            if text[at : at + 2] in self._begin or found[0] in self._begin:
                yield at


def _class(characters: Iterable[str]) -> str:
    return "".join(map(re.escape, sorted(set(characters))))


@dataclass(frozen=True, slots=True)
class Tables:
    """What a text is converted with."""

    characters: dict[int, str]
    phrases: dict[str, str]
    beginnings: Beginnings
    """Of the phrases."""
    lengths: tuple[int, ...]
    """Of the phrases, longest first."""


@cache
def tables() -> Tables:
    """Traditional to simplified, the project's exceptions over the package's words."""
    characters = {code: chr(code) for common in _COMMON for code in common}
    characters |= {ord(c): simple for c, simple in dictionary("TSCharacters.txt").items()}
    phrases = _telling(dictionary("TSPhrases.txt") | exceptions(), characters)
    lengths = tuple(sorted({len(p) for p in phrases}, reverse=True))
    return Tables(characters, phrases, Beginnings(phrases), lengths)


def _telling(phrases: dict[str, str], characters: dict[int, str]) -> dict[str, str]:
    """The phrases without those that change nothing: the characters alone give the same, and they stand
    in the way of no other phrase. Many begin with the commonest characters (有序), which costs time."""
    begin = {phrase[:n] for phrase in phrases for n in range(1, len(phrase) + 1)}
    end = {phrase[n:] for phrase in phrases for n in range(len(phrase))}

    def meets(phrase: str) -> bool:
        cuts = range(1, len(phrase))
        inside = (phrase[i:j] for i in range(len(phrase)) for j in range(i + 1, len(phrase) + 1))
        return (
            any(phrase[n:] in begin or phrase[:n] in end for n in cuts)
            or sum(part in phrases for part in inside) > 1
        )

    return {p: s for p, s in phrases.items() if p.translate(characters) != s or meets(p)}


@cache
def traditional() -> re.Pattern[str]:
    """A character that is traditional only: the package changes it, and GB 2312 does not have it."""
    changed = (c for c, simple in dictionary("TSCharacters.txt").items() if c != simple)
    return _any_of(c for c in changed if not encodable(c, "gb2312"))


@cache
def simplified() -> re.Pattern[str]:
    """A character that is simplified only: the package produces it, and Big5 does not have it."""
    produced = {simple for c, simple in dictionary("TSCharacters.txt").items() if c != simple}
    return _any_of(c for c in produced if not encodable(c, "big5"))


def _any_of(characters: Iterable[str]) -> re.Pattern[str]:
    """Characters beyond U+FFFF, all rare, are left out: with one, ``re`` searches a hundred times slower."""
    return re.compile("[" + "".join(sorted(c for c in characters if c <= "\uffff")) + "]")


@cache
def dictionary(name: str) -> dict[str, str]:
    """A dictionary of the package: of several forms for a word it uses the first."""
    spec = find_spec("opencc")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("opencc-python-reimplemented is not installed")
    path = Path(spec.submodule_search_locations[0]) / "dictionary" / name
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return {word: forms.strip().split(" ")[0] for word, forms in rows}


@cache
def exceptions() -> dict[str, str]:
    """Words the package gets wrong, and what they become."""
    lines = reference("restore/script-exceptions.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {word: becomes for word, becomes, _why in rows}


@cache
def zhu_words() -> re.Pattern[str]:
    """A word in which 著 is zhù, or a 著 outside of one."""
    lines = reference("restore/zhu-words.txt").read_text("utf-8").splitlines()
    words = [line for line in lines if line and not line.startswith("#")]
    return re.compile(word_pattern([*words, "著"]))


def word_pattern(words: Iterable[str]) -> str:
    """A pattern for any of the words, by shared beginnings, so that no position is tried twice.

    >>> word_pattern(["乾隆", "乾坤", "人"])
    '(?:乾(?:坤|隆)|人)'
    """
    branches: dict[str, list[str]] = {}
    for word in sorted(words):
        branches.setdefault(word[:1], []).append(word[1:])
    ends_here = branches.pop("", None) is not None
    if not branches:
        return ""
    choice = "|".join(re.escape(first) + word_pattern(rest) for first, rest in branches.items())
    return f"(?:{choice})" + ("?" if ends_here else "")


def encodable(character: str, encoding: str) -> bool:
    """Whether an encoding has the character.

    >>> encodable("电", "gb2312"), encodable("電", "gb2312")
    (True, False)
    """
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True

"""Traditional to simplified characters, length kept, so that offsets survive.

The dictionaries are those of the package opencc-python-reimplemented, read from its data files and
applied with ``str.translate`` and one pattern for the phrases: the same output as its ``t2s`` at many
times its speed, but for the words in ``script-exceptions.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from flows.resources import reference

_LINE_EVIDENCE = 3
"""Traditional characters a line must have before it is converted in a page that is simplified else."""


_COMMON = [
    range(*r) for r in ((0, 128), (0x2010, 0x2030), (0x3000, 0x3020), (0x4E00, 0xA000), (0xFF00, 0xFF60))
]
"""Code points that get an entry of their own in a table, because ``str.translate`` is slow on a miss."""


@dataclass(frozen=True, slots=True)
class _Tables:
    characters: dict[int, str]
    phrases: dict[str, str]
    pattern: re.Pattern[str]
    lengths: tuple[int, ...]
    """Of the phrases, longest first."""


def simplify(text: str) -> str:
    """The text in simplified characters, of the same length; for search queries and whole pages.

    >>> simplify("乾隆年間的招商引資，乾安縣")
    '乾隆年间的招商引资，乾安县'
    """
    tables = _tables()
    simple = text.translate(tables.characters)
    spans = _phrase_spans(text, tables)
    if not spans:
        return simple
    pieces, done = list[str](), 0
    for start, end in spans:
        pieces += simple[done:start], tables.phrases[text[start:end]]
        done = end
    return "".join(pieces) + simple[done:]


def to_simplified(text: str) -> str:
    """The text in simplified characters where it is traditional; what is simplified already is left alone.

    A page with more traditional-only than simplified-only characters is converted whole. In any other,
    only lines are that are clearly traditional themselves: a simplified page may quote a traditional
    word, and 乾 in it is no 干.

    >>> to_simplified("县志写作「乾安設縣」。")
    '县志写作「乾安設縣」。'
    >>> to_simplified("關于招商引資的講話")
    '关于招商引资的讲话'
    """
    if _traditional_only().isdisjoint(text):
        return text
    traditional, simplified = script_counts(text)
    if traditional > simplified:
        return simplify(text)
    return "".join(_line_to_simplified(line) for line in text.splitlines(keepends=True))


def script_counts(text: str) -> tuple[int, int]:
    """How many characters of a text are traditional only, and how many simplified only.

    Traditional only: the dictionary changes it, and GB 2312 (the simplified standard) does not have it.
    Simplified only: the dictionary produces it, and Big5 (the traditional standard) does not have it.

    >>> script_counts("關于项目")
    (1, 1)
    """
    marks = text.translate(_script_marks())
    return marks.count("t"), marks.count("s")


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


def _line_to_simplified(line: str) -> str:
    traditional, simplified = script_counts(line)
    return simplify(line) if traditional > simplified and traditional >= _LINE_EVIDENCE else line


def _phrase_spans(text: str, tables: _Tables) -> list[tuple[int, int]]:
    """Where phrases stand: the longest first, of equal length the leftmost, none across another.

    That is the order in which the package cuts a text up.
    """
    found = []
    match = tables.pattern.search(text)
    while match:
        start = match.start()
        found += [
            (-n, start) for n in tables.lengths if text[start : start + n] in tables.phrases
        ]  # slices cut short by the end of the text are shorter phrases, found under their own length
        match = tables.pattern.search(text, start + 1)
    taken: dict[int, int] = {}
    covered: set[int] = set()
    for minus_length, start in sorted(set(found)):
        cells = range(start, start - minus_length)
        if cells.stop <= len(text) and covered.isdisjoint(cells):
            covered.update(cells)
            taken[start] = cells.stop
    return sorted(taken.items())


@cache
def _tables() -> _Tables:
    phrases = _dictionary("TSPhrases.txt") | _exceptions()
    characters = {code: chr(code) for common in _COMMON for code in common}
    characters |= {ord(c): simple for c, simple in _dictionary("TSCharacters.txt").items()}
    lengths = tuple(sorted({len(p) for p in phrases}, reverse=True))
    return _Tables(characters, phrases, re.compile(_pattern(phrases)), lengths)


@cache
def _traditional_only() -> frozenset[str]:
    changed = (c for c, simple in _dictionary("TSCharacters.txt").items() if c != simple)
    return frozenset(c for c in changed if not encodable(c, "gb2312"))


@cache
def _script_marks() -> dict[int, str]:
    produced = {simple for c, simple in _dictionary("TSCharacters.txt").items() if c != simple}
    marks = {code: " " for common in _COMMON for code in common}
    marks |= {ord(c): "s" for c in produced if not encodable(c, "big5")}
    return marks | {ord(c): "t" for c in _traditional_only()}


@cache
def _dictionary(name: str) -> dict[str, str]:
    """A dictionary of the package: of several forms for a word it uses the first."""
    spec = find_spec("opencc")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("opencc-python-reimplemented is not installed")
    path = Path(spec.submodule_search_locations[0]) / "dictionary" / name
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return {word: forms.strip().split(" ")[0] for word, forms in rows}


def _exceptions() -> dict[str, str]:
    lines = reference("restore/script-exceptions.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {word: becomes for word, becomes, _why in rows}


def _pattern(words: Iterable[str]) -> str:
    """A pattern for any of the words, by shared beginnings, so that no position is tried twice.

    >>> _pattern(["乾隆", "乾坤", "人"])
    '(?:乾(?:坤|隆)|人)'
    """
    branches: dict[str, list[str]] = {}
    for word in sorted(words):
        branches.setdefault(word[:1], []).append(word[1:])
    ends_here = branches.pop("", None) is not None
    if not branches:
        return ""
    choice = "|".join(re.escape(first) + _pattern(rest) for first, rest in branches.items())
    return f"(?:{choice})" + ("?" if ends_here else "")

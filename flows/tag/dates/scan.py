"""Reads a text once for all the words that any rule asks for, and tries a pattern only near its words.

Few of the patterns occur in a text, and trying each at every character would cost more than all else.
So a pattern comes with words of which every match holds one, and with how far a match reaches around them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_vocabulary: set[str] = set()
"""Every word asked for so far; it only grows, and the automaton is built anew when it has."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern, words of which every match holds one, and the code points a match has around that word.

    The pattern is compiled when a text first holds one of its words: most runs of a command need few.
    """

    pattern: str
    words: tuple[str, ...]
    before: int
    after: int

    def __post_init__(self) -> None:
        ask(self.words)

    def all(self, text: str) -> Iterator[re.Match[str]]:
        """The matches of the pattern in a text, in order, not overlapping.

        >>> p = phrase(r"前(.)个月", "个月", before=2)
        >>> [match.span() for match in p.all("今年前七个月，前八个月")]
        [(2, 6), (7, 11)]
        """
        for low, high in self._windows(text):
            yield from re.compile(self.pattern).finditer(text, low, high)

    def first(self, text: str) -> re.Match[str] | None:
        """The first match, or None."""
        return next(self.all(text), None)

    def _windows(self, text: str) -> Iterator[tuple[int, int]]:
        """The parts of a text that can hold a match, those that touch joined."""
        found = places(text)
        low = high = -1
        for end, length in sorted((end, len(word)) for word in self.words for end in found.get(word, ())):
            if end - length - self.before > high:
                if high >= 0:
                    yield low, high
                low = max(0, end - length - self.before)
            high = max(high, end + self.after)
        if high >= 0:
            yield low, high


def phrase(pattern: str, *words: str, before: int = 40, after: int = 40) -> Phrase:
    """A phrase; ``before`` and ``after`` are generous for a pattern within one clause."""
    return Phrase(pattern, words, before, after)


def ask(words: Sequence[str]) -> None:
    """Has these words looked for in every text from now on."""
    _vocabulary.update(words)


def places(text: str) -> Mapping[str, Sequence[int]]:
    """Each word that the text holds, of all that are asked for, and where it ends.

    >>> ask(["个月"])
    >>> places("前七个月")["个月"]
    [4]
    """
    return _places(text, len(_vocabulary))


@lru_cache(maxsize=8)
def _places(text: str, words: int) -> Mapping[str, Sequence[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for last, word in _automaton(words).iter(_halves(text)):
        if last % 2:
            found[word].append((last + 1) // 2)
    return dict(found)


@lru_cache(maxsize=1)
def _automaton(words: int) -> ahocorasick.Automaton:
    """Of the vocabulary, which has that many words."""
    automaton = ahocorasick.Automaton()
    for word in _vocabulary:
        automaton.add_word(_halves(word), word)
    automaton.make_automaton()
    return automaton


def _halves(text: str) -> str:
    """Two characters below 256 for every code point: a node of the automaton then has few branches to try.

    Twice as fast as code points, where the first node alone has hundreds. A hit is one of the text if it
    ends on the second half of a code point. No word has a code point that does not fit in two halves.
    """
    return _ASTRAL.sub("\ufffd", text).encode("utf-16-be", "surrogatepass").decode("latin-1")

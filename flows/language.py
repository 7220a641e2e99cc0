"""How likely one character is after another in Chinese official prose: what a guess is weighed with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import add

from flows.resources import reference

STEP = 0.2
"""Natural-log units between two neighbouring levels of the data file."""
FIRST_LEVEL = 33
"""Level 0 is this character code; levels go up to code 126."""
NEVER = 16.0
"""Cost of a character that was never seen."""
OTHER = "�"
"""Symbol of every character that is no letter, digit, Chinese character or common mark."""
LINE = "⏎"
"""Symbol of a line break, and of the beginning and end of the text."""

OWN = 0.2
"""Share of the page's own counts in the language of a page; the rest is the common language."""
UNSEEN = 2.0
"""Occurrences added to those of a context in the page, which are few."""
LOOKED_AT = 100_000
"""Characters of a page that are counted."""

_WITHIN = {"0": 2.3, "a": 4.0, OTHER: 5.0}
"""Cost of the character itself where its symbol stands for many: ln 10, ln 52, ln 150."""
_REMEMBERED = 50_000
"""Pairs of characters whose contexts are kept at hand."""
_MARKS = frozenset(",:;()!?.%。、“”《》—…")
_PLAIN = _MARKS | {"0", "a", OTHER, LINE}
"""All but Chinese characters."""
_FULL_WIDTH = dict(zip("，：；（）！？．％", ",:;()!?.%", strict=True))


class Symbols(dict[str, str]):
    """What stands for a character when characters are counted: simplified, width and digits levelled.

    >>> [Symbols()[c] for c in "講，7xX\\n*"]
    ['讲', ',', '0', 'a', 'a', '⏎', '�']
    """

    def __missing__(self, character: str) -> str:
        if "\u4e00" <= character <= "\u9fff":
            symbol = _simplify()(character)
        elif character in "\r\n":
            symbol = LINE
        elif character.isdigit():
            symbol = "0"
        elif character.isascii() and character.isalpha():
            symbol = "a"
        else:
            symbol = _FULL_WIDTH.get(character, character)
            symbol = symbol if symbol in _MARKS else OTHER
        self[character] = symbol
        return symbol


@dataclass(frozen=True, slots=True)
class _Context:
    """What may come after certain characters, and what it costs to be none of that."""

    followers: dict[str, float]
    leave: float


class Language:
    """Costs (negative natural logarithms of probabilities) of a character after one or two others."""

    def __init__(self, table: str):
        self.symbols = Symbols()
        self._rows = dict(line.split("\t", 1) for line in table.splitlines() if not line.startswith("# "))
        self._contexts: dict[str, _Context] = {}
        self._alone: dict[str, float] = {}
        self._around: dict[str, tuple[_Context, _Context]] = {}

    def cost(self, before: str, character: str) -> float:
        """Of a character after the last two of ``before``.

        >>> speech = language()
        >>> speech.cost("。發", "展") < speech.cost("。發", "霰")
        True
        >>> speech.cost("招商", "引") < speech.cost("經商", "引")
        True
        """
        around = self._around.get(before) or self._look_around(before)
        symbol = self.symbols[character]
        two, one = around
        known = two.followers.get(symbol)
        if known is not None:
            return known
        known = one.followers.get(symbol)
        if known is not None:
            return known + two.leave
        alone = self._alone.get(symbol) or self._look_alone(symbol)
        return min(NEVER, two.leave + one.leave + alone)

    def _look_around(self, before: str) -> tuple[_Context, _Context]:
        first, second = (self.symbols[c] for c in before[-2:])
        if len(self._around) > _REMEMBERED:
            self._around.clear()
        self._around[before] = around = (self._context(first + second), self._context(second))
        return around

    def _context(self, symbols: str) -> _Context:
        found = self._contexts.get(symbols)
        if found is None:
            codes, followers, levels = self._rows.get(symbols, "!\t\t").split("\t")
            costs = {s: _level(code) + _WITHIN.get(s, 0.0) for s, code in zip(followers, levels, strict=True)}
            found = self._contexts[symbols] = _Context(costs, _level(codes[-1]))
        return found

    def _look_alone(self, symbol: str) -> float:
        row = self._rows.get(symbol)
        cost = _level(row[0]) + _WITHIN.get(symbol, 0.0) if row else NEVER
        self._alone[symbol] = cost
        return cost


class PageLanguage:
    """The language of one page: the common one, and the names and phrases of the page itself."""

    def __init__(self, common: Language, text: str):
        self._common = common
        self._symbols = common.symbols
        row = "".join(map(self._symbols.__getitem__, text[:LOOKED_AT]))
        pairs = list(map(add, row, row[1:]))
        self._ones, self._twos = Counter(row), Counter(pairs)
        self._threes = Counter(map(add, pairs, row[2:]))

    def cost(self, before: str, character: str) -> float:
        """As :meth:`Language.cost`; less for what the page says elsewhere.

        >>> page = PageLanguage(language(), "坞罗河边，坞罗镇上")
        >>> page.cost("到坞", "罗") < language().cost("到坞", "罗")
        True
        """
        common = self._common.cost(before, character)
        first, last = (self._symbols[c] for c in before[-2:])
        symbol = self._symbols[character]
        pairs = self._twos.get(last + symbol)
        threes = self._threes.get(first + last + symbol, 0)
        if pairs is None or (symbol in _PLAIN and not threes):
            return common
        after_one = pairs / (self._ones[last] + UNSEEN)
        after_two = (threes + UNSEEN * after_one) / (self._twos[first + last] + UNSEEN)
        own = after_two * math.exp(-_WITHIN.get(symbol, 0.0))
        return -math.log((1 - OWN) * math.exp(-common) + OWN * own)


def _level(code: str) -> float:
    return (ord(code) - FIRST_LEVEL) * STEP


@cache
def _simplify() -> Callable[[str], str]:
    from flows.restore.script import simplify  # late: its package asks the language in turn

    return simplify


@cache
def language() -> Language:
    """The counts that come with the project, read once."""
    return Language(reference("restore/language.tsv").read_text("utf-8"))

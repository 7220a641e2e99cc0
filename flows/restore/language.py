"""How likely one character is after another in Chinese official prose: what a guess is weighed with."""

from __future__ import annotations

from functools import cache

from flows.resources import reference
from flows.restore.script import simplify

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

_WITHIN = {"0": 2.3, "a": 4.0, OTHER: 5.0}
"""Cost of the character itself where its symbol stands for many: ln 10, ln 52, ln 150."""
_MARKS = frozenset(",:;()!?.%。、“”《》—…")
_FULL_WIDTH = dict(zip("，：；（）！？．％", ",:;()!?.%", strict=True))


class Symbols(dict[str, str]):
    """What stands for a character when characters are counted: simplified, width and digits levelled.

    >>> [Symbols()[c] for c in "講，7xX\\n*"]
    ['讲', ',', '0', 'a', 'a', '⏎', '�']
    """

    def __missing__(self, character: str) -> str:
        if "\u4e00" <= character <= "\u9fff":
            symbol = simplify(character)
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


class Language:
    """Costs (negative natural logarithms of probabilities) of a character after one or two others."""

    def __init__(self, table: str):
        self.symbols = Symbols()
        self._rows = dict(line.split("\t", 1) for line in table.splitlines() if not line.startswith("# "))
        self._parsed: dict[str, tuple[str, dict[str, float]]] = {}

    def cost(self, before: str, character: str) -> float:
        """Of a character after the last two of ``before``, where that is more than one character.

        >>> speech = language()
        >>> speech.cost("發", "展") < speech.cost("發", "霰")
        True
        >>> speech.cost("經濟", "發") < speech.cost("濟", "發")
        True
        """
        symbols = self.symbols
        second = symbols[character]
        cost = _WITHIN.get(second, 0.0)
        for length in range(min(2, len(before)), 0, -1):
            context = "".join([symbols[c] for c in before[-length:]])
            codes, followers = self._row(context)
            if second in followers:
                return cost + followers[second]
            if codes:
                cost += _level(codes[-1])
        own = self._row(second)[0]
        return min(NEVER, cost + (_level(own[0]) if own else NEVER))

    def _row(self, context: str) -> tuple[str, dict[str, float]]:
        row = self._parsed.get(context)
        if row is None:
            row = ("", {})
            if context in self._rows:
                codes, followers, levels = self._rows[context].split("\t")
                row = (codes, dict(zip(followers, map(_level, levels), strict=True)))
            self._parsed[context] = row
        return row


def _level(code: str) -> float:
    return (ord(code) - FIRST_LEVEL) * STEP


@cache
def language() -> Language:
    """The counts that come with the project, read once."""
    return Language(reference("restore/language.tsv").read_text("utf-8"))

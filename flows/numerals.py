"""Numbers as speeches write them: full-width digits, Chinese numerals, years read out digit by digit."""

from __future__ import annotations

import re

_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_WIDE = re.compile("[０-９]+")
_DIGITS = str.maketrans("〇○◯零ＯOo一二三四五六七八九", "0000000123456789")
_YEAR = re.compile(
    # The first character stands before the look-behind so that the search can skip to it.
    r"[一二](?<![〇○零一二三四五六七八九十百千万亿].)[九〇○◯零ＯOo0][〇○◯零ＯOo0一二三四五六七八九]{2}(?=\s{0,2}年)"
)
_VALUES = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}

NUMBER = r"(?:\d{1,3}|[一二三四五六七八九十两百廿零〇]{1,5})"
"""A pattern for a small number in either script; read it with :func:`number`."""


def fold(text: str) -> str:
    """The text with Arabic digits and Arabic years, every other character kept, of the same length.

    >>> fold("二〇〇九年三月，２０１０年")
    '2009年三月，2010年'
    """
    return _YEAR.sub(
        lambda match: match[0].translate(_DIGITS), _WIDE.sub(lambda match: match[0].translate(_WIDTH), text)
    )


def number(written: str) -> int | None:
    """The value of a number below 1,000 in Arabic or Chinese numerals; None if it is not one.

    >>> number("二十一"), number("廿三"), number("一百"), number("12"), number("十十")
    (21, 23, 100, 12, None)
    """
    if written.isascii():
        return int(written) if written.isdigit() else None
    total, unit = 0, 0
    for char in written.replace("廿", "二十"):
        if char in "十百":
            size = 10 if char == "十" else 100
            if total % (size * 10) or (char == "百" and not unit):
                return None
            total, unit = total + (unit or 1) * size, 0
        elif char in _VALUES:
            if unit:
                return None
            unit = _VALUES[char]
        else:
            return None
    return total + unit

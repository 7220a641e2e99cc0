"""White space: what a browser makes of a page's, and the tidying of plain text."""

from __future__ import annotations

import re
import unicodedata

EDGES = " \t\r\n\f\v\x85\xa0\u1680\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
"""White space that means nothing at either end of a line."""

_SPACES = re.compile(r"[ \n\r\f\v\xa0]+")
_LITERAL_ENDS = re.compile(r"(?:\\{1,2}r\\{1,2}n)")
_ENDS = ("\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029")


def shown(text: str) -> str:
    """A line of HTML as shown. A line end of the source between Chinese characters is no space.

    >>> shown(" 同志\\n  们，今天 开会。 "), shown("户数\\t \\n 12")
    ('同志们，今天 开会。', '户数\\t12')
    """
    cells = (_SPACES.sub(_space, cell).strip(EDGES) for cell in text.split("\t"))
    return "\t".join(cell for cell in cells if cell)


def _space(run: re.Match[str]) -> str:
    if "\n" not in run[0] or run.start() == 0 or run.end() == len(run.string):
        return " "
    before, after = run.string[run.start() - 1], run.string[run.end()]
    return "" if _wide(before) and _wide(after) else " "


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF" or character in "“”‘’—…·"


def tidy(text: str) -> str:
    """Plain text with one kind of line end and no white space at either end of a line.

    >>> tidy("　　同志们：\\r\\n\\t今天\\\\r\\\\n开会。 ")
    '同志们：\\n今天\\n开会。'
    """
    if "\\" in text:
        text = _LITERAL_ENDS.sub("\n", text)
    for end in _ENDS:
        text = text.replace(end, "\n")
    return "\n".join([line.strip(EDGES) for line in text.split("\n")]).strip("\n")

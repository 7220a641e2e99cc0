"""How likely characters are in Chinese text: what tells a right reading of bytes from a wrong one."""

from __future__ import annotations

from functools import cache

from flows.resources import reference

STEP = 0.5
"""Natural-log units between two levels of the data file."""
ANY = 10.0
"""-ln of the share that a Chinese character would have if all of them were alike: 1 in 22,000."""
CLEAR = 1.5
"""Mean gain above which a reading is right; real pages have 2.5 to 4, a page of names 2."""
SENSE = 0.5
"""Mean gain below which it is not Chinese text; wrong readings have -1 to -6."""

_UNKNOWN = {"Chinese": -5.0, "private or lost": -8.0, "other": -2.5}


def gain(text: str) -> float:
    """By how much (natural-log units) a text is likelier as Chinese than as a row of random characters.

    ASCII counts nothing. Readings of the same bytes compare by it.

    >>> gain("我们的工作") > 15, gain("鎴戜滑鐨勫伐") < 0, gain("abc")
    (True, True, 0.0)
    """
    return sum(map(_gains().__getitem__, text))


def mean_gain(text: str) -> float:
    """The gain a character, ASCII left out; 0 without any.

    >>> mean_gain("abc 我们的工作") > CLEAR
    True
    """
    count = len(text) - len(text.encode("ascii", "ignore"))
    return gain(text) / count if count else 0.0


class _Gains(dict[str, float]):
    def __missing__(self, character: str) -> float:
        code = ord(character)
        if code < 0x80:
            kind = 0.0 if character.isprintable() or character.isspace() else _UNKNOWN["private or lost"]
        elif 0x3400 <= code <= 0x9FFF or 0x20000 <= code <= 0x3FFFF:
            kind = _UNKNOWN["Chinese"]
        elif character.isprintable() and code != 0xFFFD:
            kind = _UNKNOWN["other"]
        else:
            kind = _UNKNOWN["private or lost"]
        self[character] = kind
        return kind


@cache
def _gains() -> _Gains:
    gains = _Gains()
    for line in reference("read/common_characters.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            level, characters = line.split("\t")
            gains |= dict.fromkeys(characters, max(ANY - int(level) * STEP, _UNKNOWN["Chinese"]))
    return gains

"""What a page may hold for the rules to look at, told in one pass: most pages hold nothing of most kinds."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from flows import mojibake
from flows.restore import byteshift, dictionaries, invisible, lookalikes, pinyin, stray

Kind = Literal["odd", "lookalike", "traditional", "letter", "note"]
"""Damage; look-alikes; traditional characters; letters inside words; readings behind characters."""


def signs(text: str) -> set[Kind]:
    """The kinds of which a text has something, or seems to.

    >>> sorted(signs("招\\u200b商引資（yǐn）")), signs("我们（县级）10—20日开会。")
    (['note', 'odd', 'traditional'], set())
    """
    found: set[Kind] = set()
    at = 0
    while sign := _pattern(frozenset(found)).search(text, at):
        found.add(sign.lastgroup)  # type: ignore[arg-type] # the names of the groups are the kinds
        if len(found) == len(_kinds()):
            break
        at = sign.start()
    return found


@cache
def _kinds() -> dict[Kind, tuple[tuple[str, str], ...]]:
    """For each kind the characters, as in a class of a pattern, that a sign begins with, and a pattern for
    what must be around."""
    plain = f"{invisible.SIGNS}{byteshift.SIGNS}"
    return {
        "odd": ((plain, ""), *mojibake.SIGNS),
        "lookalike": lookalikes.SIGNS,
        "traditional": ((dictionaries.traditional().pattern[1:-1], ""),),
        "letter": (stray.SIGN,),
        "note": pinyin.SIGNS,
    }


@cache
def _pattern(found: frozenset[Kind]) -> re.Pattern[str]:
    """What finds a sign of another kind. One class for all comes first and is told apart behind, or every
    character would be tried once for each kind."""
    left = {kind: ways for kind, ways in _kinds().items() if kind not in found}
    first = "".join(characters for ways in left.values() for characters, _ in ways)
    kinds = (
        f"(?P<{kind}>{'|'.join(f'(?<=[{characters}]){around}' for characters, around in ways)})"
        for kind, ways in left.items()
    )
    return re.compile(f"[{first}](?:{'|'.join(kinds)})")

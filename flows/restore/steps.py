"""What a piece of a page may have been before its bytes were torn apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from flows.restore import gbk
from flows.restore.language import Symbols
from flows.restore.pinyin import READING, read_as
from flows.restore.script import encodable

BROKEN_NOTE = re.compile(rf"\?({READING})\)")
"""A note after a torn byte; the byte took the opening bracket with it."""
_NOTE = re.compile(rf"\(({READING})\)")
_OPENING = {"》": "《", "”": "“", "’": "‘", ")": "(", "）": "（", "】": "【", "」": "「"}
_NEAR = 200
"""Characters before a closing mark in which its opening mark is looked for."""
_A3, _BF = 0xA3, 0xBF
"""The bytes of ？, which some sites replaced by the one byte of ``?``."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """What the steps need to know of the page."""

    text: str
    characters: frozenset[str]
    """Those of the text."""
    annotated: Collection[str]
    """Those that had a note that fits."""
    traditional: bool

    def unfit(self, character: str, at: int) -> bool:
        """Whether a guess does not go with the page: 电 in a traditional one, 》 where no 《 is open."""
        opening = _OPENING.get(character)
        if opening:
            near = self.text[max(0, at - _NEAR) : at]
            return near.rfind(opening) <= near.rfind(character)
        return character not in self.characters and _foreign(character, self.traditional)


class Step(NamedTuple):
    """A piece of the page read as ``text`` in step, and then a ``pending`` lead byte (-1: none)."""

    text: str
    pending: int
    end: int
    """Where the piece ends in the page."""
    sure: bool = True
    """False where bytes of it are not known, and the language has to choose."""


def steps(page: Damaged, at: int, pending: int, last: str) -> Iterator[Step]:
    """All that the piece at ``at`` may have been, after the character ``last`` and a ``pending`` byte."""
    character = page.text[at]
    if pending < 0:
        if character == "?":
            yield from _torn(page, at, last)
        yield Step(character, -1, at + 1)
        return
    if character == "?":
        yield from _unpaired(page, at, pending)
        return
    encoded = gbk.encode(character)
    joined = gbk.pair(pending, encoded[0]) if encoded else None
    if joined is None:
        return
    end = at + 1 if len(encoded) == 2 else _after_note(page, at + 1, joined)
    yield from _with_rest(joined, encoded[1:], end)


def _with_rest(joined: str, rest: bytes, end: int, *, sure: bool = True) -> Iterator[Step]:
    """``joined``, then what the second byte of a pair is by itself: nothing, an ASCII character, a lead."""
    if not rest:
        yield Step(joined, -1, end, sure)
    elif rest[0] < 0x80:
        yield Step(joined + chr(rest[0]), -1, end, sure)
    elif rest[0] in gbk.LEADS:
        yield Step(joined, rest[0], end, sure)


def _after_note(page: Damaged, at: int, character: str) -> int:
    """Past a note that is there and fits; its character was torn, so it did not seem to fit before."""
    note = _NOTE.match(page.text, at)
    return note.end() if note and character in read_as(note.group(1)) else at


def _torn(page: Damaged, at: int, last: str) -> Iterator[Step]:
    """Where a text loses its step: a note put between two characters, or A3 BF replaced across two."""
    note = BROKEN_NOTE.match(page.text, at)
    encoded = gbk.encode(last)
    if note and len(encoded) == 2:
        seconds = [gbk.encode(c)[1] for c in _noted(page, note.group(1), encoded[1])]
        leads = [byte for byte in seconds if byte in gbk.LEADS]
        for lead in leads:
            yield Step("", lead, note.end(), len(leads) == 1)
    if page.text.startswith("??", at):
        for character in _with_trail_a3(page.traditional):
            yield Step(character, _BF, at + 2, character == "。")


def _unpaired(page: Damaged, at: int, pending: int) -> Iterator[Step]:
    """What a ``?`` may be in a text out of step."""
    note = BROKEN_NOTE.match(page.text, at)
    if note:
        possible = _noted(page, note.group(1), pending)
        for character in possible:
            yield Step(character, -1, note.end(), len(possible) == 1)
    before_bf = gbk.pair(pending, _A3)
    if before_bf:
        yield Step(before_bf, _BF, at + 1)
    with_80 = gbk.pair(pending, 0x80)
    if with_80:  # 80 is no lead, so it never has a partner, whatever follows
        yield Step(with_80, -1, at + 1)
    following = page.text[at + 1 : at + 2]
    if not following or (ord(following) < 0x80 and ord(following) not in gbk.TRAILS):
        for character in _with_lost_trail(pending, page.traditional):
            yield Step(character, -1, at + 1, sure=False)
    yield from _unassigned(page, at, pending)


def _unassigned(page: Damaged, at: int, pending: int) -> Iterator[Step]:
    """Where the ``?`` hides two bytes, a pair that is no character.

    The second of them is joined with what follows at once: there are up to 80 of it, and by themselves
    they would crowd out everything else.
    """
    following = page.text[at + 1 : at + 2]
    encoded = gbk.encode(following) if following and following != "?" else b""
    for lead, trail in gbk.unassigned():
        first = gbk.pair(pending, lead)
        if first and (trail < 0x80 or not encoded):
            yield from _with_rest(first, bytes((trail,)), at + 1, sure=False)
        elif first:
            second = gbk.pair(trail, encoded[0])
            if second:
                end = at + 2 if len(encoded) == 2 else _after_note(page, at + 2, second)
                yield from _with_rest(first + second, encoded[1:], end, sure=False)


def _noted(page: Damaged, reading: str, lead: int) -> list[str]:
    """The characters with this reading and lead byte that the site may have chosen to annotate.

    One that has notes elsewhere in the page is the one; one that stands bare is not.
    """
    possible = [c for c in read_as(reading) if gbk.encode(c)[:1] == bytes((lead,))]
    return (
        [c for c in possible if c in page.annotated]
        or [c for c in possible if c not in page.characters]
        or possible
    )


@cache
def _with_trail_a3(traditional: bool) -> tuple[str, ...]:
    return _distinct(gbk.with_trail(_A3), traditional)


@cache
def _with_lost_trail(lead: int, traditional: bool) -> tuple[str, ...]:
    """A byte that lost its partner is no ASCII."""
    return _distinct((c for c in gbk.with_lead(lead) if gbk.encode(c)[1] > 0x80), traditional)


def _distinct(characters: Collection[str] | Iterator[str], traditional: bool) -> tuple[str, ...]:
    """One character for each that differs after simplification, of the given script where there is one."""
    symbols, chosen = Symbols(), dict[str, str]()
    for character in characters:
        symbol = symbols[character]
        if symbol not in chosen or _foreign(chosen[symbol], traditional):
            chosen[symbol] = character
    return tuple(chosen.values())


@cache
def _foreign(character: str, traditional: bool) -> bool:
    return not encodable(character, "big5" if traditional else "gb2312")

"""What a piece of a page may have been before its bytes were torn apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from unicodedata import normalize

from flows.language import Symbols
from flows.restore import gbk
from flows.restore.pinyin import READING, read_as
from flows.restore.script import encodable

BROKEN_NOTE = re.compile(rf"\?\(?({READING}[1-5]?)\)")
"""A note after a torn byte; on most sites the byte took the opening bracket with it."""
_NOTE = re.compile(rf"\(({READING}[1-5]?)\)")
_TONES = ("\u0304", "\u0301", "\u030c", "\u0300", "")
_VOWEL = re.compile("[ae]|o(?=u)|[iouü](?![iouü])")
_OPENING = {"》": "《", "”": "“", "’": "‘", ")": "(", "）": "（", "】": "【", "」": "「"}
_NEAR = 200
"""Characters before a closing mark in which its opening mark is looked for."""
_A3 = 0xA3
_REPLACED = {"?": 0xBF, "!": 0xA1, ":": 0xBA, ";": 0xBB}
"""By ASCII mark the second byte of the full-width one, whose first is A3, that it was put in place of."""
FULL_STOP = -1.5
"""Natural-log units in favour of 。 before A3 BF: a speaker begins a sentence with 看 or 可 more readily
than the official prose that was counted."""
TAKEN_OFF = 5.0
"""Natural-log units against a note that is not there: its character may have been any of a hundred."""
SPLIT = 3.0
"""Natural-log units against a line break inside a torn character: pages were cut up after the damage."""
BARE = 4.0
"""Natural-log units against an annotated character without its note: the sites left none bare."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """What the steps need to know of the page."""

    text: str
    characters: frozenset[str]
    """Those of the text."""
    annotated: Collection[str]
    """Those that had a note that fits."""
    traditional: bool
    stripped: bool = False
    """Whether its notes may have been taken off before: it is damaged, and has none."""

    def unfit(self, character: str, at: int) -> bool:
        """Whether a guess does not go with the page: 电 in a traditional one, 》 where no 《 is open."""
        opening = _OPENING.get(character)
        if opening:
            near = self.text[max(0, at - _NEAR) : at]
            return near.rfind(opening) <= near.rfind(character)
        return not self.fits(character)

    def fits(self, character: str) -> bool:
        """Whether a character is of the page's script, or stands in the page."""
        return character in self.characters or not _foreign(character, self.traditional)

    def bare(self, character: str) -> float:
        """What it costs that a character has no note here.

        Nothing if its two bytes are equal: its note may stand one byte earlier (日照 is C8D5 D5D5).
        """
        encoded = gbk.encode(character)
        return BARE if character in self.annotated and encoded[0] != encoded[1] else 0.0


class Step(NamedTuple):
    """A piece of the page read as ``text`` in step, and then a ``pending`` lead byte (-1: none)."""

    text: str
    pending: int
    end: int
    """Where the piece ends in the page."""
    sure: bool = True
    """False where bytes of it are not known, and the language has to choose."""
    extra: float = 0.0
    """Natural-log units that it costs beside what the language says; less than none if it is likely."""


def steps(page: Damaged, at: int, pending: int, last: str) -> Iterator[Step]:
    """All that the piece at ``at`` may have been, after the character ``last`` and a ``pending`` byte."""
    character = page.text[at]
    if pending < 0:
        if character == "?":
            yield from _torn(page, at, last)
            yield from _taken_off(page, at, last)
        yield Step(character, -1, at + 1)
        return
    before_replaced = gbk.pair(pending, _A3) if character in _REPLACED else None
    if before_replaced:
        yield Step(before_replaced, _REPLACED[character], at + 1, True, page.bare(before_replaced))
    if character == "?":
        yield from _unpaired(page, at, pending)
        return
    if character == "\n":
        yield Step(character, pending, at + 1, True, SPLIT)
        return
    encoded = gbk.encode(character)
    joined = gbk.pair(pending, encoded[0]) if encoded else None
    if joined is None:
        return
    end = at + 1 if len(encoded) == 2 else _after_note(page, at + 1, joined)
    yield from _with_rest(joined, encoded[1:], end, extra=page.bare(joined) if len(encoded) == 2 else 0.0)


def _with_rest(
    joined: str, rest: bytes, end: int, *, sure: bool = True, extra: float = 0.0
) -> Iterator[Step]:
    """``joined``, then what the second byte of a pair is by itself: nothing, an ASCII character, a lead."""
    if not rest:
        yield Step(joined, -1, end, sure, extra)
    elif rest[0] < 0x80:
        yield Step(joined + chr(rest[0]), -1, end, sure, extra)
    elif rest[0] in gbk.LEADS:
        yield Step(joined, rest[0], end, sure, extra)


def _after_note(page: Damaged, at: int, character: str) -> int:
    """Past a note that is there and fits; its character was torn, so it did not seem to fit before."""
    note = _NOTE.match(page.text, at)
    return note.end() if note and character in _read(note.group(1)) else at


def _torn(page: Damaged, at: int, last: str) -> Iterator[Step]:
    """Where a text loses its step: a note put between two characters, or A3 BF replaced across two."""
    note = BROKEN_NOTE.match(page.text, at)
    encoded = gbk.encode(last)
    if note and len(encoded) == 2:
        seconds = [gbk.encode(c)[1] for c in _noted(page, note.group(1), encoded[1])]
        leads = [byte for byte in seconds if byte in gbk.LEADS]
        for lead in leads:
            yield Step("", lead, note.end(), len(leads) == 1)
    second = _REPLACED.get(page.text[at + 1 : at + 2])
    if second:
        for character in _with_trail_a3(page.traditional):
            extra = FULL_STOP if character == "。" else page.bare(character)
            yield Step(character, second, at + 2, character == "。", extra)


def _taken_off(page: Damaged, at: int, last: str) -> Iterator[Step]:
    """Where a text loses its step by a note that was taken off again, all but the closing bracket."""
    end = at + 2 if page.text.startswith("?)", at) else at + 1
    if not page.stripped or end >= len(page.text):
        return
    before, after = gbk.encode(last), gbk.encode(page.text[end])
    if len(before) != 2 or len(after) != 2:
        return
    for lead in gbk.LEADS:
        noted, joined = gbk.pair(before[1], lead), gbk.pair(lead, after[0])
        if noted and joined and not _foreign(noted, page.traditional):
            yield from _with_rest(joined, after[1:], end + 1, sure=False, extra=TAKEN_OFF)


def _unpaired(page: Damaged, at: int, pending: int) -> Iterator[Step]:
    """What a ``?`` may be in a text out of step."""
    note = BROKEN_NOTE.match(page.text, at)
    if note:
        possible = _noted(page, note.group(1), pending)
        for character in possible:
            yield Step(character, -1, note.end(), len(possible) == 1)
    with_80 = gbk.pair(pending, 0x80)
    if with_80 and page.fits(with_80):  # 80 is no lead, so it never has a partner, whatever follows
        yield Step(with_80, -1, at + 1)
    following = page.text[at + 1 : at + 2]
    if not following or (ord(following) < 0x80 and ord(following) not in gbk.TRAILS):
        for character in _with_lost_trail(pending, page.traditional):
            yield Step(character, -1, at + 1, sure=False, extra=page.bare(character))
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
    possible = [c for c in _read(reading) if gbk.encode(c)[:1] == bytes((lead,))]
    return (
        [c for c in possible if c in page.annotated]
        or [c for c in possible if c not in page.characters]
        or possible
    )


def _read(reading: str) -> str:
    """All characters with a reading, its tone marked or numbered.

    >>> _read("shu4") == _read("shù"), "优" in _read("you1"), "会" in _read("hui4"), _read("x1")
    (True, True, True, '')
    """
    if not reading[-1].isdigit():
        return read_as(reading)
    letters, tone = reading[:-1].replace("v", "ü"), _TONES[int(reading[-1]) - 1]
    return read_as(normalize("NFC", _VOWEL.sub(lambda vowel: vowel[0] + tone, letters, count=1)))


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

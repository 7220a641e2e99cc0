"""Readings put after characters to hinder copying: 務(wù) becomes 務."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from flows.records import Edit
from flows.resources import reference
from flows.restore import gbk
from flows.restore.script import simplify

RULE = "pinyin"
READING = "[a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹɡ]{1,6}"
"""Pattern of a syllable; ɡ (U+0261) is how GBK writes g among the letters of pinyin."""

_NOTE = re.compile(rf"[(（]({READING})[)）]")
_COMMON = range(0xB0, 0xD8)
"""First bytes of the 3,755 most used characters in GB 2312, its level 1."""
_ENOUGH = 10
"""So many notes are no glosses, however long the page."""
_EVERY = 500
"""Characters in which a shorter page has a note on average: the sites' own pages have one in 3 to 90."""


def hindered(text: str) -> bool:
    """Whether a page carries readings to hinder copying, rather than a writer's gloss on a word.

    The sites annotate a chosen character wherever it stands and never leave it bare, and they choose
    common ones; a writer explains a rare or an ambiguous character once. Notes without a tone mark
    (们(men)) prove nothing.

    >>> hindered("義務(wù)植樹(shù)"), hindered("亳(bó)州市"), hindered("六(lù)安市有六个县")
    (True, False, False)
    """
    notes = Counter(c for c, note in _fitting(text) if not note.group(1).isascii())
    if not notes:
        return False
    standing = Counter(text)
    evidence = sum(n for c, n in notes.items() if standing[c] <= n and _common(c))
    return evidence >= min(_ENOUGH, 1 + len(text) // _EVERY)


def remove_notes(text: str) -> tuple[str, list[Edit], frozenset[str]]:
    """The text without the readings that fit the character before them, and the characters that had one.

    Fits means: one of the character's readings; or, after an ASCII character, a reading of the
    character whose second byte in GBK it is, when the page is one byte out of step.

    >>> remove_notes("義務(wù)植樹（shù），一共(2)天；催^(guò)冬")[0]
    '義務植樹，一共(2)天；催^冬'
    """
    pieces, edits, annotated, done = [], [], set(), 0
    for character, note in _fitting(text):
        pieces.append(text[done : note.start()])
        edits.append(Edit(stage="restore", rule=RULE, start=note.start(), before=note.group(), after=""))
        annotated.add(character)
        done = note.end()
    return "".join([*pieces, text[done:]]), edits, frozenset(annotated)


def read_as(reading: str) -> str:
    """All characters with this reading.

    >>> "數" in read_as("shù"), "數" in read_as("ɡù"), read_as("xyz")
    (True, False, '')
    """
    return _readings().get(reading.replace("ɡ", "g"), "")


def _fitting(text: str) -> list[tuple[str, re.Match[str]]]:
    """The notes that fit, each with the character that it was put after."""
    found = []
    kept, done = "", 0
    for note in _NOTE.finditer(text):
        kept = (kept + text[max(done, note.start() - 2) : note.start()])[-2:]
        done = note.start()
        character = _character_before(kept)
        if character and character in read_as(note.group(1)):
            found.append((character, note))
            done = note.end()
    return found


def _character_before(kept: str) -> str | None:
    """The character whose bytes end where ``kept`` (two characters) ends."""
    last = kept[-1:]
    if not last or not "@" <= last <= "~":
        return last or None
    before = gbk.encode(kept[:-1]) if len(kept) == 2 else b""
    return gbk.pair(before[-1], ord(last)) if before else None


def _common(character: str) -> bool:
    encoded = gbk.encode(simplify(character))
    return bool(encoded) and encoded[0] in _COMMON


@cache
def _readings() -> dict[str, str]:
    lines = reference("restore/readings.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t", 1) for line in lines if not line.startswith("#"))
    return dict(rows)

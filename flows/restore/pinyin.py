"""Readings put after characters to hinder copying: 務(wù) becomes 務."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

from flows.records import Edit
from flows.resources import reference
from flows.restore import gbk
from flows.restore.script import simplify

RULE = "pinyin"
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
READING = "[a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹɡ]{1,6}"
"""Pattern of a syllable; ɡ (U+0261) is how GBK writes g among the letters of pinyin."""
LONGEST = 8
"""Characters that one note may give the reading of: 重庆(chóng qìng)."""

_LETTERS = f"A-Za-zü{_TONED}{_TONED.upper()}Üɡ"
_BRACKETED = re.compile(rf"[(（\[［【〔][ \u3000]?([{_LETTERS}][{_LETTERS}1-5:'’ ]{{0,47}})[)）\]］】〕]")
_BARE = rf"(?<=[\u4e00-\u9fff])([a-züɡ]{{0,3}}[{_TONED}][a-zɡ]{{0,3}})(?![a-zü{_TONED}])"
_ANY = re.compile(f"{_BRACKETED.pattern}|{_BARE}")
_HAS_TONE = re.compile(f"[{_TONED}{_TONED.upper()}]")
SIGNS = ((_TONED + _TONED.upper(), ""), (r"(（\[［【〔", rf"[ \u3000]?[{_LETTERS}]"))
"""What every note has, as :mod:`flows.restore.signs` asks for it."""
_LEFT_OUT = str.maketrans({" ": None, "'": None, "’": None, ":": None, "ɡ": "g"})
_NUMBERED = {mark: str(tone) for tone, mark in enumerate("\u0304\u0301\u030c\u0300", 1)}
_COMMON = range(0xB0, 0xD8)
"""First bytes of the 3,755 most used characters in GB 2312, its level 1."""
_ENOUGH, _ENOUGH_DIFFERENT = 10, 5
"""So many notes, or on so many characters, are no glosses, however long the page."""
_EVERY = 500
"""Characters in which a shorter page has a note on average: the sites' own pages have one in 3 to 90."""


class _Note(NamedTuple):
    start: int
    end: int
    of: str
    """The characters it is the reading of."""
    toned: bool
    usual: bool
    """Whether it is what anyone would read; a writer explains the unusual."""


def hindered(text: str) -> bool:
    """Whether a page carries readings to hinder copying, rather than a writer's gloss on a word.

    The sites annotate a chosen character wherever it stands and never leave it bare, and they choose
    common ones; a writer explains a rare or an ambiguous character once. Notes without a tone
    (们(men)) prove something only in numbers.

    >>> hindered("義務(wù)植樹(shù)"), hindered("亳(bó)州市"), hindered("六(lù)安市有六个县")
    (True, False, False)
    """
    notes = _fitting(text)
    if not notes:
        return False
    standing = Counter(text)
    evidence = Counter(note.of for note in notes if note.usual and all(map(_common, note.of)))
    kept = [of for of, n in evidence.items() if (standing[of] if len(of) == 1 else text.count(of)) <= n]
    toned = {note.of for note in notes if note.toned}
    proof = [of for of in kept if of in toned]
    if len(kept) >= _ENOUGH_DIFFERENT and sum(evidence[of] for of in kept) >= _ENOUGH:
        return True
    if len(proof) >= _ENOUGH_DIFFERENT:
        return True
    several = len(proof) > 1 or any(len(of) == 1 for of in proof)
    return several and sum(evidence[of] for of in proof) >= min(_ENOUGH, 1 + len(text) // _EVERY)


def remove_notes(text: str) -> tuple[str, list[Edit], frozenset[str]]:
    """The text without the readings that fit what is before them, and the characters that had one.

    Fits means: one reading of each character, with marks, figures (wu4) or no tone at all; or, after an
    ASCII character, a reading of the character whose second byte in GBK it is, when the page is one byte
    out of step.

    >>> remove_notes("義務(wù)植樹（shu4），一共(2)天；催^(guò)冬，重慶(Chóng qìng)")[0]
    '義務植樹，一共(2)天；催^冬，重慶'
    """
    pieces, edits, annotated, done = list[str](), list[Edit](), set[str](), 0
    for note in _fitting(text):
        pieces.append(text[done : note.start])
        before = text[note.start : note.end]
        edits.append(Edit(stage="restore", rule=RULE, start=note.start, before=before, after=""))
        annotated.update(note.of)
        done = note.end
    return "".join([*pieces, text[done:]]), edits, frozenset(annotated)


def read_as(reading: str) -> str:
    """All characters with this reading.

    >>> "數" in read_as("shù"), "數" in read_as("ɡù"), read_as("xyz")
    (True, False, '')
    """
    usual, others = _readings().get(reading.replace("ɡ", "g"), ("", ""))
    return usual + others


def readings_of(character: str) -> Sequence[tuple[str, bool]]:
    """The readings of a character, each with whether it is the usual one.

    >>> ("hé", True) in readings_of("和"), ("huó", False) in readings_of("和")
    (True, True)
    """
    return _of_characters().get(character, ())


def _fitting(text: str) -> list[_Note]:
    """The notes that fit what they were put after."""
    pattern = _ANY if _HAS_TONE.search(text) else _BRACKETED
    found = list[_Note]()
    kept, done = "", 0
    for note in pattern.finditer(text):
        start = note.start()
        kept = (kept + text[max(done, start - LONGEST - 1) : start])[-LONGEST - 1 :]
        done = start
        bare = kept.rstrip(" ")
        fits = _read_so(bare, note[1] or note[note.lastindex or 1])
        if fits:
            start -= min(len(kept) - len(bare), start - (found[-1].end if found else 0))
            found.append(_Note(start, note.end(), *fits))
            kept, done = bare, note.end()
    return found


@lru_cache(maxsize=4096)  # a page that is hindered is looked through twice, and says the same again and again
def _read_so(before: str, note: str) -> tuple[str, bool, bool] | None:
    """The characters at the end of ``before`` that a note is the reading of; toned; usual."""
    if not before or (note.isupper() and note.isascii()):
        return None
    syllables = unicodedata.normalize("NFC", note).lower().translate(_LEFT_OUT)
    toned = not syllables.isascii() or syllables[-1].isdigit()
    if not "\u4e00" <= before[-1] <= "\u9fff":
        torn = _torn(before)
        fits = torn is not None and torn in read_as(syllables)
        return (torn, toned, False) if torn and fits else None
    ways = {len(syllables): True}
    for length, character in enumerate(reversed(before), 1):
        shorter = dict[int, bool]()
        for end, usual in ways.items():
            for form, is_usual in _forms(character, toned):
                if syllables.endswith(form, 0, end):
                    at = end - len(form)
                    shorter[at] = shorter.get(at, False) or (usual and is_usual)
        if 0 in shorter:
            return (before[-length:], toned, shorter[0]) if toned or length == 1 else None
        ways = shorter
        if not ways:
            break
    return None


def _torn(before: str) -> str | None:
    """The character whose second byte is the ASCII character that ``before`` ends with."""
    last = before[-1]
    lead = gbk.encode(before[-2]) if len(before) > 1 and "@" <= last <= "~" else b""
    return gbk.pair(lead[-1], ord(last)) if lead else None


@cache
def _forms(character: str, toned: bool) -> tuple[tuple[str, bool], ...]:
    """How the readings of a character are written in a note, and whether it is the usual one."""
    forms = dict[str, bool]()
    for reading, usual in readings_of(character):
        for form in _written(reading, toned):
            forms[form] = forms.get(form, False) or usual
    return tuple(forms.items())


def _written(reading: str, toned: bool) -> Iterator[str]:
    apart = unicodedata.normalize("NFD", reading)
    tone = next((_NUMBERED[mark] for mark in apart if mark in _NUMBERED), "")
    plain = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in _NUMBERED))
    if toned:
        yield reading
    for letters in {plain, plain.replace("ü", "v"), plain.replace("ü", "u")}:
        if not toned:
            yield letters
        elif tone:
            yield letters + tone
        else:
            yield letters + "5"


@lru_cache(maxsize=1 << 16)
def _common(character: str) -> bool:
    encoded = gbk.encode(simplify(character))
    return bool(encoded) and encoded[0] in _COMMON


@cache
def _of_characters() -> dict[str, list[tuple[str, bool]]]:
    found = defaultdict[str, list[tuple[str, bool]]](list)
    for reading, (usual, others) in _readings().items():
        for character, is_usual in chain(_each(usual, True), _each(others, False)):
            found[character].append((reading, is_usual))
    return dict(found)


def _each(characters: str, usual: bool) -> Iterable[tuple[str, bool]]:
    return ((character, usual) for character in characters)


@cache
def _readings() -> dict[str, tuple[str, str]]:
    lines = reference("restore/readings.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {reading: (usual, others) for reading, usual, others in rows}

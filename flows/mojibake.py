"""Text that was decoded wrongly before it was saved, brought back: 浣犲ソ is 你好 in UTF-8, read as GBK.

It stands in whole pages, and in lines of good ones (a title from another source). Markup has to be
brought back before it is read, so decoding calls this on a page's text; what a page hides in entities
(``&Ouml;&ETH;``) shows only after, so restoring calls it again. Nothing is changed but for what
is likelier by :data:`GAIN` as Chinese and is, coded and decoded once more, just what stood there.

What is lost stays visible as U+FFFD. 锟斤拷 is what U+FFFD itself becomes when it is read as GBK.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from flows.likelihood import CLEAR, SENSE, gain, mean_gain
from flows.records import Edit

RULE = "mojibake"
GAIN = 12.0
"""Natural-log units by which a repair must be likelier than what stands: three or four common characters."""
GAIN_BESIDE = 4.0
"""The same beside another repair of the same kind."""
LOST_SHARE = 0.3
"""The most of a repair that may be lost; with more, what stands is as good."""
LONGEST = 20_000
"""Characters in a row up to which lossy text is looked at with care."""
SAMPLE = 400
"""Characters by which a whole page is told to be no Chinese."""
LOST = "\ufffd"

_CP1252 = {ord(bytes((b,)).decode("cp1252", "ignore") or chr(b)): b for b in range(0x80, 0xA0)}
_ASCII = re.compile("[\0-\x7f]+")
_SPECIALS = "".join(map(chr, _CP1252))
_LETTER = "\xc0-\xd6\xd8-\xf6\xf8-\xff"
_HIGH = f"\x80-\xff{_SPECIALS}"
_LATIN_SIGN = re.compile(f"[{_LETTER}][{_HIGH}]")
_UTF8_SIGN = re.compile(f"[\xe2-\xef][{_HIGH}{LOST}]{{2}}")
_LATIN_RUN = re.compile(f"[\xa1-\xff](?:[ -;=?-~\t]{{0,40}}[{_HIGH}{LOST}])*[@-~]?")
"""A run may end in a letter: the second byte of a character in GBK or Big5."""
_RELOST = re.compile("(?:ï¿½)+|(?:锟斤拷)+锟?斤?")


def _characters(leads: range, trails: range) -> str:
    pairs = (bytes((lead, trail)).decode("gb18030") for lead in leads for trail in trails)
    return re.escape("".join(sorted(pairs)))


_FOLLOWING = range(0x80, 0xC0)
_GBK_FIRST = _characters(range(0xE2, 0xF0), _FOLLOWING)
_GBK_REST = (
    f"[{_characters(range(0x81, 0xC0), range(0xE2, 0xF0))}?{LOST}]"
    f"[{_characters(range(0x81, 0xC0), _FOLLOWING)}?{LOST}]"
)
_GBK_SIGN = re.compile(f"[{_GBK_FIRST}]{_GBK_REST}")
"""The six bytes of two characters of UTF-8 as three of GBK; every such text begins with them."""
SIGNS = ((_LETTER, f"[{_HIGH}]"), (_GBK_FIRST, _GBK_REST))
"""What all has that was decoded wrongly in parts: characters that it begins with, and what is behind."""
_ANY_SIGN = re.compile(f"[{_LETTER}{_GBK_FIRST}](?:(?<=[{_LETTER}])[{_HIGH}]|{_GBK_REST})")
"""Either sign in one pass, asked first; what was lost and read wrongly holds one too. The class comes first,
and is told apart behind, or it would be slow."""
_TOKEN = rb"[\xe2-\xef](?:[\x80-\xbf]{2}|[\x80-\xbf][?\x1a](?:[\x80-\xbf]{2})?|[?\x1a][\x80-\xbf]?)"
_UTF8_RUN = re.compile(_TOKEN + rb"(?:[\t -~]{0,40}" + _TOKEN + rb")*")
"""Characters of three bytes; the last byte of one may be lost, with the first of the next or without, and
the second, with the third or without."""
_UTF8_LOST = re.compile(rb"([\xe2-\xef])(?:([\x80-\xbf])[?\x1a]([\x80-\xbf]{2})?|[?\x1a][\x80-\xbf]?)")


class _Found(NamedTuple):
    start: int
    end: int
    text: str
    exact: bool = True


def repair(text: str, stage: str) -> tuple[str, list[Edit], int]:
    """The text brought back, what was changed, and in how many of the changed places something is lost.

    >>> repair("ÖÐ¹ú¹²²úµ³", "read")[0], repair("浣犲ソ锛屽悓蹇椾滑", "read")[0]
    ('中国共产党', '你好，同志们')
    >>> repair("Le président a été élu à Genève.", "read")
    ('Le président a été élu à Genève.', [], 0)
    """
    whole = _whole(text)
    found = [whole] if whole else _by_parts(text)
    if not found:
        return text, [], 0
    pieces, edits, gaps, done = list[str](), list[Edit](), 0, 0
    for start, end, after, exact in found:
        pieces += text[done:start], after
        before = text[start:end]
        edits.append(Edit(stage=stage, rule=RULE, start=start, before=before, after=after, exact=exact))
        gaps += sum(1 for _ in re.finditer(f"{LOST}+", after))
        done = end
    return "".join([*pieces, text[done:]]), edits, gaps


def _by_parts(text: str) -> list[_Found]:
    found = list[_Found]()
    if not _ANY_SIGN.search(text):
        return found
    for sign, runs in _FAMILIES:
        if sign.search(text) and next(runs(text, GAIN), None):
            found += runs(text, GAIN_BESIDE)
    if "锟" in text or "ï¿½" in text:
        lost = _RELOST.finditer(text)
        found += (_Found(m.start(), m.end(), LOST * max(1, len(m[0]) * 2 // 3)) for m in lost)
    kept, done = list[_Found](), 0
    for each in sorted(found, key=lambda f: (f.start, -f.end)):
        if each.start >= done:
            kept.append(each)
            done = each.end
    return kept


def _latin(text: str, least: float) -> Iterator[_Found]:
    """UTF-8, GBK or Big5 that was read as Latin-1 or Windows-1252."""
    for run in _LATIN_RUN.finditer(text):
        if (len(run[0]) >= 4 or least < GAIN) and _LATIN_SIGN.search(run[0]):
            readings = [(run[0], after) for after in _readings(run[0])]
            readings += [(run[0][:-1], after) for after in _readings(run[0][:-1])]
            before, after = max(readings, key=lambda reading: gain(reading[1]))
            if _better(after, before, least):
                yield _Found(run.start(), run.start() + len(before), after, LOST not in after)


def _readings(run: str) -> Iterator[str]:
    """The last character of a run is left out where it is no part of it."""
    data = run.translate(_CP1252).replace(LOST, "\0").encode("latin-1")
    for encoding in ("utf-8", "gb18030", "big5hkscs"):
        try:
            yield data.decode(encoding).replace("\0", LOST)
        except UnicodeDecodeError:
            yield LOST
    if len(run) <= LONGEST and _UTF8_SIGN.search(run):
        import ftfy  # as slow to import as the rest of the package, and few pages need it

        yield ftfy.fix_encoding(run)


def _utf8_as_gbk(text: str, least: float) -> Iterator[_Found]:
    done = 0
    for sign in _GBK_SIGN.finditer(text):
        if sign.start() < done:
            continue
        start = text.rfind("\n", 0, sign.start()) + 1
        done = text.find("\n", sign.start()) % (len(text) + 1)
        yield from _utf8_in_line(text[start:done], start, least)


def _utf8_in_line(line: str, offset: int, least: float) -> Iterator[_Found]:
    coded = [_gbk(character) for character in line]
    begins = list(accumulate(map(len, coded), initial=0))
    data = b"".join(coded)
    for run in _UTF8_RUN.finditer(data):
        first, last = bisect_left(begins, run.start()), bisect_left(begins, run.end())
        if begins[first] != run.start():  # a token has three bytes, a character two
            first = bisect_left(begins, run.start() + 3)
        if begins[last] != run.end():
            last = bisect_left(begins, run.end() - 3)
        before = line[first:last]
        after, exact = _decoded(data[begins[first] : begins[last]], line[last : last + 9])
        if before and _better(after, before, least):
            yield _Found(offset + first, offset + last, after, exact)


@lru_cache(maxsize=1 << 16)
def _gbk(character: str) -> bytes:
    """The bytes of a character, one for what cannot be part of a repair."""
    if character == LOST:
        return b"\x1a"
    data = character.encode("gb18030", "replace")
    return data if len(data) <= 2 else b"\0"


def _decoded(data: bytes, following: str) -> tuple[str, bool]:
    """UTF-8 in which some bytes are lost, and whether all of it is certain."""

    def told(lost: re.Match[bytes]) -> bytes:
        last = lost.end() == len(data) and not following.strip()
        if last and lost[1] == b"\xe3" and lost[2] == b"\x80" and not lost[3]:
            return "。".encode()
        return (LOST * (2 if lost[3] else 1)).encode()

    text, lost = _UTF8_LOST.subn(told, data)
    return text.decode("utf-8", "replace"), not lost


def is_senseless(text: str) -> bool:
    """Whether a text begins with what is no Chinese, nor anything else that is written in ASCII.

    >>> is_senseless("ㄓㄔㄕㄖㄗㄘㄙㄚㄛㄜㄝㄞ"), is_senseless("我们开会"), is_senseless("Hello")
    (True, False, False)
    """
    return _is_senseless(_sample(text))


def _is_senseless(sample: str) -> bool:
    return len(sample) >= 8 and mean_gain(sample) < SENSE


def _sample(text: str) -> str:
    """The characters of a page's beginning that are no ASCII."""
    sample = _ASCII.sub("", text[:SAMPLE])
    return sample if len(sample) >= SAMPLE // 4 else _ASCII.sub("", text[: SAMPLE * 20])[:SAMPLE]


def _whole(text: str) -> _Found | None:
    """A page that is Chinese only when it is coded as it was read, and read as it was coded."""
    sample = _sample(text)
    if not _is_senseless(sample):
        return None
    best = max((_again(sample, *way) for way in _WAYS), key=gain)
    if not _better(best, sample):
        return None
    way = max(_WAYS, key=lambda way: gain(_again(sample, *way)))
    after = _again(text, *way)
    return _Found(0, len(text), after) if LOST not in after and _better(after, text) else None


_WAYS = (("gb18030", "big5hkscs"), ("big5hkscs", "gb18030"))
"""Read as, and was."""
_FAMILIES: tuple[tuple[re.Pattern[str], Callable[[str, float], Iterator[_Found]]], ...] = (
    (_LATIN_SIGN, _latin),
    (_GBK_SIGN, _utf8_as_gbk),
)


def _again(text: str, read_as: str, was: str) -> str:
    try:
        data = b"\xff".join(part.encode(read_as) for part in text.split(LOST))
    except UnicodeEncodeError:
        return ""
    return data.decode(was, "replace")


def _better(after: str, before: str, least: float = GAIN) -> bool:
    lost = after.count(LOST) - before.count(LOST)
    return (
        gain(after) - gain(before) >= least
        and mean_gain(after.replace(LOST, "")) >= CLEAR
        and lost <= LOST_SHARE * len(after)
    )

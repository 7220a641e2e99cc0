"""GBK as the damaged pages were decoded: two bytes a character, user-defined areas as private use.

Lead bytes are 81-FE, trail bytes 40-FE without 7F.
"""

from __future__ import annotations

from functools import cache

TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFF))
LEADS = range(0x81, 0xFF)


def encode(character: str) -> bytes:
    """The bytes of a character: one or two, or none where GBK does not have it.

    A private-use character stands for a pair in one of GBK's three user-defined areas: lead AA-AF,
    trail A1-FE from U+E000 on; lead F8-FE, trail A1-FE from U+E234; lead A1-A7, trail 40-A0 from U+E4C6.

    >>> encode("數").hex(), encode("a").hex(), encode("\\ue087").hex(), encode("😀").hex()
    ('94b5', '61', 'abca', '')
    """
    offset = ord(character) - 0xE000
    if 0 <= offset < 0x4C6:
        lead, trail = divmod(offset, 94)
        return bytes((lead + (0xAA if lead < 6 else 0xF2), trail + 0xA1))
    if 0x4C6 <= offset < 0x4C6 + 7 * 96:
        lead, trail = divmod(offset - 0x4C6, 96)
        return bytes((lead + 0xA1, trail + (0x40 if trail < 0x3F else 0x41)))
    try:
        return character.encode("gbk")
    except UnicodeEncodeError:
        return b""


def pair(lead: int, trail: int) -> str | None:
    """The character of a pair of bytes, or None where GBK has none (user-defined areas included).

    >>> pair(0x94, 0xB5), pair(0x94, 0x20), pair(0xAB, 0xCA)
    ('數', None, None)
    """
    return _pairs().get((lead, trail))


def decode(data: bytes) -> str:
    """Bytes as the damaged pages show them: private-use characters, and ``?`` for what is no character.

    An unassigned pair is one ``?`` for both bytes, a byte without a partner one for itself.

    >>> decode(bytes.fromhex("b5c8 20 abca b52c d7fa"))
    '等 \\ue087?,?'
    """
    shown, at = [], 0
    while at < len(data):
        lead, trail = data[at], data[at + 1] if at + 1 < len(data) else 0
        if lead < 0x80:
            shown.append(chr(lead))
        elif lead in LEADS and trail in _TRAIL_SET:
            shown.append(pair(lead, trail) or _user_defined().get((lead, trail), "?"))
            at += 1
        else:
            shown.append("?")
        at += 1
    return "".join(shown)


@cache
def with_trail(trail: int) -> tuple[str, ...]:
    """All characters whose second byte is this one.

    >>> "。" in with_trail(0xA3), "海" in with_trail(0xA3)
    (True, True)
    """
    return tuple(c for (_, t), c in _pairs().items() if t == trail)


@cache
def with_lead(lead: int) -> tuple[str, ...]:
    """All characters whose first byte is this one.

    >>> with_lead(0xB5)[-1]
    '叠'
    """
    return tuple(c for (first, _), c in _pairs().items() if first == lead)


@cache
def unassigned() -> tuple[tuple[int, int], ...]:
    """The pairs that are no character and no user-defined area either: they show as a single ``?``."""
    known = _pairs().keys() | _user_defined().keys()
    return tuple((lead, trail) for lead in LEADS for trail in TRAILS if (lead, trail) not in known)


_TRAIL_SET = frozenset(TRAILS)


@cache
def _pairs() -> dict[tuple[int, int], str]:
    found = {}
    for lead in LEADS:
        for trail in TRAILS:
            character = bytes((lead, trail)).decode("gbk", "ignore")
            if len(character) == 1 and ord(character) >= 0x80:
                found[lead, trail] = character
    return found


@cache
def _user_defined() -> dict[tuple[int, int], str]:
    codes = range(0xE000, 0xE4C6 + 7 * 96)
    return {(two[0], two[1]): chr(code) for code in codes if len(two := encode(chr(code))) == 2}

"""Damages text as some document sites do: replacement in GBK, byte by byte, across character boundaries.

Given the right text and the characters to annotate, it makes the broken text and says where that
differs from the right one, so that a repair can be measured against a known truth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.restore import gbk

NEAR = 6
"""Sites fewer characters apart than this count as one."""
HALF_WIDTH = dict(zip("，：；（）？！", ",:;()?!", strict=True))
IN_PLACE = "，：；（）"
"""Marks that the sites made half-width without harm, before the rest."""
NOTE_AFTER_LOSS = re.compile(r"\?\(([a-zà-ǿɡ]+\))")
Traced = list[tuple[int, tuple[int, ...]]]
"""Bytes, each with the positions of the right text's bytes it stands for: none for an inserted one."""


@dataclass(frozen=True)
class Site:
    """A stretch ``start`` to ``end`` of the right text that the damage changed."""

    start: int
    end: int
    lost: bool
    """A byte of it is nowhere in the broken text, nor told by a mark."""


@dataclass(frozen=True)
class Damage:
    right: str
    broken: str
    sites: tuple[Site, ...]


def damage(text: str, notes: Mapping[str, str], torn_by: str = "？") -> Damage:
    """The text with each character of ``notes`` annotated by its reading, and what breaks by that.

    The characters are replaced one after another, in the order given, then the marks of ``torn_by``.

    >>> damage("在當地,堅決", {"數": "shù", "當": "dāng"}).broken
    '在當(dāng)?shù)?,堅決'
    """
    in_place = {ord(mark): HALF_WIDTH[mark] for mark in IN_PLACE if mark not in torn_by}
    right = text.translate(in_place).encode("gbk", "ignore").decode("gbk")
    data: Traced = [(byte, (at,)) for at, byte in enumerate(right.encode("gbk"))]
    for character, reading in notes.items():
        data = _replace(data, character.encode("gbk"), f"({reading})".encode("gbk"), keep=True)
    for mark in torn_by:
        data = _replace(data, mark.encode("gbk"), HALF_WIDTH[mark].encode(), keep=False)
    shown = gbk.decode(bytes(byte for byte, _ in data))
    return Damage(right, NOTE_AFTER_LOSS.sub(r"?\1", shown), tuple(_sites(right, data)))


def _replace(data: Traced, old: bytes, new: bytes, *, keep: bool) -> Traced:
    """Puts ``new`` after every ``old`` (``keep``) or in its place, whatever the boundaries."""
    plain, out, done = bytes(byte for byte, _ in data), Traced(), 0
    while (at := plain.find(old, done)) >= 0:
        end = at + len(old)
        replaced = tuple(o for _, origin in data[at:end] for o in origin)
        out += data[done : end if keep else at]
        out += [(byte, () if keep else replaced) for byte in new]
        done = end
    return out + data[done:]


def _sites(right: str, data: Traced) -> list[Site]:
    in_step, told = set[tuple[int, ...]](), set[int]()
    for origin, shown in _decode(data):
        if shown:
            in_step.add(origin)
            told.update(origin)
    sites: list[Site] = []
    at = 0
    for index, character in enumerate(right):
        own = tuple(range(at, at + len(character.encode("gbk"))))
        at += len(own)
        if own in in_step:
            continue
        lost = not told.issuperset(own)
        if sites and index - sites[-1].end < NEAR:
            sites[-1] = Site(sites[-1].start, index + 1, sites[-1].lost or lost)
        else:
            sites.append(Site(index, index + 1, lost))
    return sites


def _decode(data: Traced) -> Iterator[tuple[tuple[int, ...], bool]]:
    """Groups of bytes as they are decoded, by what they stand for, and whether the page tells them."""
    at = 0
    while at < len(data):
        lead, origin = data[at]
        trail, after = data[at + 1] if at + 1 < len(data) else (0, ())
        if lead in gbk.LEADS and trail in gbk.TRAILS:
            yield origin + after, gbk.decode(bytes((lead, trail))) != "?"
            at += 2
            continue
        # a byte before a note is told by the note, and A1 before a replaced mark by how common 。 is
        told_by_mark = lead == 0xA1 and len(after) == 2
        yield origin, lead < 0x80 or (trail == 0x28 and not after) or told_by_mark
        at += 1

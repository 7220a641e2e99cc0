"""Clusters: which speeches are one, which member stands for them, and what the members tell each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flows.dedupe.marks import letters
from flows.records import Evidence, Region, Speech, SpeechDate, Tag

PIECE = 0.75
"""Part of a collection's length that a speech in it has at most."""
COPY_DISCOUNT = 0.95
"""What a tag keeps of its confidence when it rests on a copy."""


def clusters(ids: Iterable[str], links: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Groups of ids joined by links, each sorted, in order of their smallest id.

    >>> clusters(["c", "a", "b"], [("a", "c")])
    [('a', 'c'), ('b',)]
    """
    root: dict[str, str] = {i: i for i in ids}

    def find(i: str) -> str:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for a, b in links:
        low, high = sorted((find(a), find(b)))
        root[high] = low
    members: dict[str, list[str]] = {}
    for i in sorted(root):
        members.setdefault(find(i), []).append(i)
    return [tuple(group) for group in members.values()]


def without_collections(
    speeches: Mapping[str, Speech], links: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    """The links less those of collections: pages that hold several speeches are a copy of none.

    A collection is a text that holds two others, much shorter, that are not alike and have not the same
    title (two pieces of one speech have). It would make one speech of all it holds.
    """
    beside: dict[str, set[str]] = {}
    for a, b in links:
        beside.setdefault(a, set()).add(b)
        beside.setdefault(b, set()).add(a)
    collections = set()
    for whole, others in beside.items():
        length = len(speeches[whole].text)
        held = sorted(i for i in others if len(speeches[i].text) < PIECE * length)
        pairs = ((a, b) for n, a in enumerate(held) for b in held[n + 1 :] if b not in beside[a])
        if any(letters(speeches[a].title) != letters(speeches[b].title) for a, b in pairs):
            collections.add(whole)
    return {(a, b) for a, b in links if a not in collections and b not in collections}


def settle(members: Sequence[Speech], links: Collection[tuple[str, str]]) -> tuple[str, list[Speech]]:
    """The canonical id of a cluster and its members with what only their copies tell.

    Canonical is the most whole, then one that kept its names, then the cleanest, the longest, the earliest
    put up, the smallest id. A member keeps what it says of itself; where it says nothing, or says the same
    less exactly, and the copies that know more agree, it takes theirs, with the evidence pointing at the
    copy; from those it is linked with, not from copies of copies. The order of ``members`` does not matter.
    """
    ordered = sorted(members, key=lambda s: s.id)
    canonical = min(ordered, key=_rank).id
    pairs = {frozenset(link) for link in links}
    return canonical, [_learn(s, [o for o in ordered if {s.id, o.id} in pairs]) for s in ordered]


def _rank(speech: Speech) -> tuple[bool, int, bool, int, int, str, str]:
    return (
        speech.truncated,
        len(speech.missing_pages),
        speech.anonymised,
        speech.gaps,
        -len(speech.text),
        speech.published or "9999",
        speech.id,
    )


def _learn(speech: Speech, copies: Sequence[Speech]) -> Speech:
    told: dict[str, Any] = {}
    level = _teacher([c for c in copies if c.level and not speech.level], "level", "level_tag")
    if level:
        told |= {"level": level.level, "level_tag": _from_copy(level.level_tag, level.id)}
    finer = [c for c in copies if c.region != speech.region and _within(c.region, speech.region)]
    place = _teacher(finer, "region", "region_tag")
    if place:
        told |= {"region": place.region, "region_tag": _from_copy(place.region_tag, place.id)}
    closer = [c for c in copies if _closer(c.speech_date, speech.speech_date)]
    date = _teacher(closer, "speech_date", "date_tag")
    if date:
        told |= {"speech_date": date.speech_date, "date_tag": _from_copy(date.date_tag, date.id)}
    return replace(speech, **told) if told else speech


def _within(finer: Region, coarser: Region) -> bool:
    """Whether one place is the other, told more exactly."""
    pairs = (
        (finer.province, coarser.province),
        (finer.prefecture, coarser.prefecture),
        (finer.county, coarser.county),
    )
    return finer.province is not None and all(c is None or c == f for f, c in pairs)


def _closer(finer: SpeechDate | None, coarser: SpeechDate | None) -> bool:
    """Whether one date is the other, told more exactly."""
    if finer is None or coarser is None or finer == coarser:
        return finer is not None and coarser is None
    if not (finer.start and finer.end):
        return False
    return (coarser.start or "") <= finer.start and finer.end <= (coarser.end or "9999")


def _teacher(copies: Sequence[Speech], value: str, tag: str) -> Speech | None:
    """The surest of the copies, if they all say the same."""
    if not copies or any(getattr(c, value) != getattr(copies[0], value) for c in copies):
        return None
    return max(copies, key=lambda c: (getattr(c, tag).confidence, c.id))


def _from_copy(tag: Tag, copy: str) -> Tag:
    evidence = tuple(_at(e, copy) for e in tag.evidence)
    return replace(tag, confidence=round(tag.confidence * COPY_DISCOUNT, 4), evidence=evidence, unknown=None)


def _at(evidence: Evidence, copy: str) -> Evidence:
    return replace(evidence, speech=evidence.speech or copy)

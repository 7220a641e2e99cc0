"""Clusters: which speeches are one, which member stands for them, and what the members tell each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from flows.records import Evidence, Region, Speech, Tag

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


def settle(members: Sequence[Speech]) -> tuple[str, list[Speech]]:
    """The canonical id of a cluster and its members with the tags that only their copies tell.

    Canonical is the most whole, then the cleanest, then the longest, then the earliest put up, then the
    smallest id. A member keeps every tag it has; where it has none, and the copies that have one agree,
    it takes theirs, with the evidence pointing at the copy. The order of ``members`` does not matter.
    """
    ordered = sorted(members, key=lambda s: s.id)
    canonical = min(ordered, key=_rank).id
    return canonical, [_learn(s, [o for o in ordered if o.id != s.id]) for s in ordered]


def _rank(speech: Speech) -> tuple[bool, int, int, int, str, str]:
    return (
        speech.truncated,
        len(speech.missing_pages),
        speech.gaps,
        -len(speech.text),
        speech.published or "9999",
        speech.id,
    )


def _learn(speech: Speech, copies: Sequence[Speech]) -> Speech:
    if speech.level is None:
        teacher = _teacher([c for c in copies if c.level], lambda c: c.level, lambda c: c.level_tag)
        if teacher:
            tag = _from_copy(teacher.level_tag, teacher.id)
            speech = replace(speech, level=teacher.level, level_tag=tag)
    if speech.speech_date is None:
        teacher = _teacher(
            [c for c in copies if c.speech_date], lambda c: c.speech_date, lambda c: c.date_tag
        )
        if teacher:
            tag = _from_copy(teacher.date_tag, teacher.id)
            speech = replace(speech, speech_date=teacher.speech_date, date_tag=tag)
    return _learn_region(speech, copies)


def _learn_region(speech: Speech, copies: Sequence[Speech]) -> Speech:
    finer = [c for c in copies if c.region != speech.region and _within(c.region, speech.region)]
    teacher = _teacher(finer, lambda c: c.region, lambda c: c.region_tag)
    if not teacher:
        return speech
    return replace(speech, region=teacher.region, region_tag=_from_copy(teacher.region_tag, teacher.id))


def _within(finer: Region, coarser: Region) -> bool:
    """Whether one place is the other, told more exactly."""
    pairs = (
        (finer.province, coarser.province),
        (finer.prefecture, coarser.prefecture),
        (finer.county, coarser.county),
    )
    return finer.province is not None and all(c is None or c == f for f, c in pairs)


def _teacher(
    copies: Sequence[Speech], value: Callable[[Speech], object], tag: Callable[[Speech], Tag]
) -> Speech | None:
    """The surest of the copies, if they all say the same."""
    if not copies or any(value(c) != value(copies[0]) for c in copies):
        return None
    return max(copies, key=lambda c: (tag(c).confidence, c.id))


def _from_copy(tag: Tag, copy: str) -> Tag:
    evidence = tuple(_at(e, copy) for e in tag.evidence)
    return replace(tag, confidence=round(tag.confidence * COPY_DISCOUNT, 4), evidence=evidence, unknown=None)


def _at(evidence: Evidence, copy: str) -> Evidence:
    return replace(evidence, speech=evidence.speech or copy)

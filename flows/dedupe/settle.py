"""Settles a cluster: which member stands for it, and what the members tell each other."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flows.dedupe.clusters import PIECE, Graph, Pair, bridged, clusters, held_apart, pair
from flows.dedupe.compare import Read, compare_read
from flows.dedupe.marks import letters
from flows.records import Evidence, Region, Speech, SpeechDate, Tag

COPY_DISCOUNT = 0.95
"""What a tag keeps of its confidence when it rests on a copy."""
CORRECTION = "correction"
"""The rule of evidence that is a person's word; no copy overrules it."""
_HIDDEN = re.compile(r"[*＊×]{2,12}|[XＸ]{2,12}")
"""What stands for a name or a number that was taken out, whether of a place or not."""
_RUN = 8
"""Letters of a sentence that two texts have in common where both say it."""
MOST_COMPARED = 2000
"""Pairs held by one page that are compared in one component; some seconds of work."""


def group(
    speeches: Sequence[Speech],
    alike: Mapping[Pair, float],
    templates: Collection[Pair],
    verdicts: Mapping[Pair, bool],
) -> list[tuple[str, ...]]:
    """The clusters of one component of linked speeches; see clusters.py for the rule."""
    by_id = {s.id: s for s in speeches}
    lengths = {s.id: len(s.text) for s in speeches}
    reads = {s.id: Read(s.text) for s in speeches}
    held = sorted(held_apart(lengths, alike))[:MOST_COMPARED]
    unlike = {(a, b) for a, b in held if _titled_apart(by_id[a], by_id[b]) and _unlike(reads, a, b)}
    whole = {s.id for s in speeches if not (s.truncated or s.missing_pages)}
    between = sorted((a, b) for a, b in bridged(lengths, alike) if a in whole and b in whole)[:MOST_COMPARED]
    unlike |= {(a, b) for a, b in between if _unlike(reads, a, b)}
    return clusters(
        Graph(
            ids=sorted(by_id),
            alike=alike,
            apart={*templates, *unlike},
            same={p for p, same in verdicts.items() if same},
            not_same={p for p, same in verdicts.items() if not same},
        )
    )


def _titled_apart(a: Speech, b: Speech) -> bool:
    """Whether two texts that one page holds can be two speeches. Pieces of one are not: they are cut, or have
    its title."""
    if any(s.truncated or s.missing_pages or not s.title for s in (a, b)):
        return False
    return letters(a.title) != letters(b.title)


def _unlike(reads: Mapping[str, Read], a: str, b: str) -> bool:
    return compare_read(reads[a], reads[b]) is None


def settle(members: Sequence[Speech], links: Collection[Pair]) -> tuple[str, list[Speech]]:
    """The canonical id of a cluster and its members with what only their copies tell.

    Canonical is the most whole, then one that kept its names, then the cleanest, the longest, the earliest
    put up, the smallest id. A member keeps what it says of itself; where it says nothing, or says the same
    less exactly, and the copies that know more agree, it takes theirs, with the evidence pointing at the
    copy; from those it is linked with, not from copies of copies. A person's word about one copy is kept,
    and is what the others learn before anything else. The order of ``members`` does not matter.
    """
    ordered = sorted(members, key=lambda s: s.id)
    canonical = min(ordered, key=_rank).id
    pairs = {pair(*link) for link in links}
    return canonical, [_learn(s, [o for o in ordered if pair(s.id, o.id) in pairs]) for s in ordered]


def _rank(speech: Speech) -> tuple[bool, int, bool, int, int, str, str]:
    return (
        speech.truncated,
        len(speech.missing_pages),
        speech.anonymised,
        speech.gaps + len(_HIDDEN.findall(speech.text)),
        -len(speech.text),
        speech.published or "9999",
        speech.id,
    )


def _learn(speech: Speech, copies: Sequence[Speech]) -> Speech:
    told: dict[str, Any] = {}
    knows = [c for c in copies if c.level and not speech.level and _is_said_in(c.level_tag, c, speech)]
    level = _teacher(knows, "level", "level_tag")
    if level and not _is_correction(speech.level_tag):
        told |= {"level": level.level, "level_tag": _from_copy(level.level_tag, level.id)}
    finer = [c for c in copies if c.region != speech.region and _within(c.region, speech.region)]
    finer = [c for c in finer if _is_said_in(c.region_tag, c, speech)]
    place = _teacher(finer, "region", "region_tag")
    if place and not _is_correction(speech.region_tag):
        told |= {"region": place.region, "region_tag": _from_copy(place.region_tag, place.id)}
    closer = [c for c in copies if _closer(c.speech_date, speech.speech_date)]
    closer = [c for c in closer if _is_said_in(c.date_tag, c, speech)]
    date = _teacher(closer, "speech_date", "date_tag")
    if date and not _is_correction(speech.date_tag):
        told |= {"speech_date": date.speech_date, "date_tag": _from_copy(date.date_tag, date.id)}
    return replace(speech, **told) if told else speech


def _is_said_in(tag: Tag, copy: Speech, speech: Speech) -> bool:
    """Whether what a tag of a copy rests on is said in a speech too, but for masked names; asked only of a
    whole speech that a much longer page holds, which may hold another speech besides."""
    cut = speech.truncated or speech.missing_pages
    if cut or len(speech.text) >= PIECE * len(copy.text) or _is_correction(tag):
        return True
    said = letters(speech.title + speech.text)
    return all(_shares_a_run(letters(e.sentence), said) for e in tag.evidence)


def _shares_a_run(sentence: str, said: str) -> bool:
    starts = range(max(1, len(sentence) - _RUN + 1))
    return any(sentence[at : at + _RUN] in said for at in starts)


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
    """The surest of the copies, if they all say the same; those that a person put right before the others."""
    copies = [c for c in copies if _is_correction(getattr(c, tag))] or copies
    if not copies or any(getattr(c, value) != getattr(copies[0], value) for c in copies):
        return None
    return max(copies, key=lambda c: (getattr(c, tag).confidence, c.id))


def _is_correction(tag: Tag) -> bool:
    return tag.unknown == CORRECTION or any(e.rule == CORRECTION for e in tag.evidence)


def _from_copy(tag: Tag, copy: str) -> Tag:
    evidence = tuple(_at(e, copy) for e in tag.evidence)
    return replace(tag, confidence=round(tag.confidence * COPY_DISCOUNT, 4), evidence=evidence, unknown=None)


def _at(evidence: Evidence, copy: str) -> Evidence:
    return replace(evidence, speech=evidence.speech or copy)

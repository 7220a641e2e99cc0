"""Finds the copies of what is new in the catalog, and settles the clusters that it touches.

Wires the functions of dedupe/ to the catalog's tables, a portion at a time, so that memory does not grow with
the archive. After each portion the links are those of the speeches that have come so far, whatever their
order: a pair is linked if its marks (dedupe/postings.py, dedupe/marks.py) let it be compared and its letters
are alike (dedupe/compare.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np

from flows import dedupe
from flows.catalog.copies import Found
from flows.catalog.writer import Writer
from flows.dedupe import postings, sketches
from flows.dedupe.arrays import Keys, among, counted

AT_ONCE = 25_000
"""Speeches that are posted and searched at once: a million postings, looked up in order of their keys."""
PAIRED_AT_ONCE = 1000
"""Speeches whose pairs are counted at once; with all their marks shared by crowds, 100 MB."""
TEXTS_HELD = 200
"""Texts kept ready to be compared; those of one cluster come one after the other. 200 reports take 25 MB."""
SKETCHES_AT_ONCE = 2000
"""Pairs whose sketches are held against each other at once, 16 MB."""
SIGNATURES_HELD = 10_000
"""With their sketches as sets, 55 MB."""


def match(catalog: Writer, step: Callable[[int], None]) -> None:
    """Compare all speeches that are not matched yet with all that share marks with them; tells ``step`` of
    how many are done."""
    catalog.prepare_search()
    for portion in _portions(catalog.unsigned(), AT_ONCE):  # by an earlier version of the program
        catalog.sign_earlier((s.id, dedupe.sign(s.text)) for s in catalog.tagged(portion))
    sizes = _Sizes(catalog)
    for portion in _portions(catalog.unmatched(), AT_ONCE):
        _match(catalog, portion, sizes, new=True)
        step(len(portion))
    for portion in _portions(catalog.crowded(), AT_ONCE):
        _match(catalog, portion, sizes, new=False)


def _match(catalog: Writer, ids: Sequence[str], sizes: _Sizes, new: bool) -> None:
    """Link a portion of speeches with all that came before and with each other."""
    own = catalog.post(ids)
    lows, counts = counted(postings.lows(own))
    first = catalog.posted(lows, postings.CROWD + 1 + counts)
    is_hub = postings.hubs(first)
    hub = first[is_hub]
    crowded = np.zeros(0, np.int64)
    if new:
        before = first[~among(first, own)]
        hubs_before = before[postings.hubs(before)]
        crowded = hubs_before[~among(hubs_before, hub)]
    # Those of a crowd that are no hubs are met by the hubs among ours alone.
    ours = counted(postings.lows(own[among(own, hub)]))[0]
    full = ours[among(ours, counted(postings.lows(first[~is_hub]))[0])]
    every = catalog.posted(full)
    rest = every[~among(every, hub)]
    catalog.put_links(_links(catalog, _pairs(own, hub, rest, sizes)), ids, crowded)


def _pairs(own: Keys, hub: Keys, rest: Keys, sizes: _Sizes) -> Iterator[tuple[Keys, Keys]]:
    """Numbers of speeches and of others that share marks enough with them, each pair once; many at a time."""
    by_speech = own[np.argsort(postings.numbers(own), kind="stable")]
    numbers, counts = counted(postings.numbers(own))
    ends = np.cumsum(counts)
    for at in range(0, len(numbers), PAIRED_AT_ONCE):
        last = min(at + PAIRED_AT_ONCE, len(numbers))
        found = postings.pairs(np.sort(by_speech[ends[at] - counts[at] : ends[last - 1]]), hub, rest)
        # Of two of one portion, each has found the other.
        once = (found.other < found.one) | ~among(found.other, numbers)
        one, other, shared = (column[once] for column in found)
        enough = shared >= dedupe.least_shared(*sizes(one), *sizes(other))
        one, other = one[enough], other[enough]
        for part in range(0, len(one), SKETCHES_AT_ONCE):
            yield one[part : part + SKETCHES_AT_ONCE], other[part : part + SKETCHES_AT_ONCE]


def _links(catalog: Writer, pairs: Iterator[tuple[Keys, Keys]]) -> Iterator[Found]:
    """What is alike of some pairs."""

    @lru_cache(TEXTS_HELD)
    def read(speech: str) -> dedupe.Read:
        return dedupe.Read(catalog.text(speech))

    likely = []
    for one, two, a, b in _likely(catalog, pairs):
        if a.every == b.every:  # two of their marks are of all their letters
            yield one, two, "variant", 1.0, 1.0, 0.0, ()
        else:
            likely.append((min(a.marks[0], b.marks[0]), one, two))
    # Copies mostly have one smallest mark: in its order, a text is made ready once for all of them.
    for _, one, two in sorted(likely):
        link = dedupe.compare_read(read(one), read(two))
        if link:
            yield one, two, link.kind, link.jaccard, link.containment, link.numbers, link.places


def _likely(
    catalog: Writer, pairs: Iterator[tuple[Keys, Keys]]
) -> Iterator[tuple[str, str, dedupe.Sample, dedupe.Sample]]:
    """The pairs that may be copies by their signatures."""
    signatures = _Signatures(catalog)
    for one, other in pairs:
        numbers = counted(np.concatenate([one, other]))[0]
        held = signatures(numbers.tolist())
        sets = np.stack([h.bits for h in held])
        left, right = np.searchsorted(numbers, one), np.searchsorted(numbers, other)
        kept = sketches.alike(sets[left], sets[right])
        for a, b in zip(left[kept].tolist(), right[kept].tolist(), strict=True):
            samples = held[a].sample, held[b].sample
            if dedupe.share_marks(*samples):
                yield held[a].speech, held[b].speech, *samples


class _Signature:
    """The stored signature of a speech."""

    def __init__(self, speech: str, stored: bytes):
        self.speech, self.stored = speech, stored
        self.bits = sketches.bits(np.frombuffer(stored, np.int64))

    @property
    def sample(self) -> dedupe.Sample:
        """Made when it is asked for, since it takes four times the room of what is stored."""
        return dedupe.sample(self.stored)


class _Signatures:
    """The stored signatures of some numbers; the last ones are held."""

    def __init__(self, catalog: Writer):
        self.catalog = catalog
        self.held: dict[int, _Signature] = {}

    def __call__(self, numbers: Sequence[int]) -> list[_Signature]:
        if len(self.held) > SIGNATURES_HELD:
            self.held = {number: self.held[number] for number in numbers if number in self.held}
        unknown = [number for number in numbers if number not in self.held]
        for number, speech, stored in self.catalog.signatures(unknown):
            self.held[number] = _Signature(speech, stored)
        return [self.held[number] for number in numbers]


class _Sizes:
    """How many marks speeches have, and up to what limit; looked up once."""

    def __init__(self, catalog: Writer):
        self.catalog = catalog
        self.marks, self.tops = np.zeros(0, np.int64), np.zeros(0, np.int64)

    def __call__(self, numbers: Keys) -> tuple[Keys, Keys]:
        most = int(numbers.max(initial=0)) + 1
        if most > len(self.marks):
            room = max(most, 2 * len(self.marks)) - len(self.marks)
            self.marks, self.tops = (np.append(x, np.zeros(room, np.int64)) for x in (self.marks, self.tops))
        unknown = counted(numbers[self.tops[numbers] == 0])[0]
        for number, marks, top in self.catalog.sizes(unknown.tolist()):
            self.marks[number], self.tops[number] = marks, top
        return self.marks[numbers], self.tops[numbers]


def settle(catalog: Writer, run: str) -> int:
    """Settle the clusters of all flagged speeches, one component of linked speeches after the other; returns
    how many speeches changed by it."""
    catalog.settle_lone()
    changed = 0
    done: set[str] = set()
    for speech in catalog.stale_speeches():
        if speech in done:
            continue
        known, links = catalog.component(speech)
        done |= known
        alike = {p: jaccard for p, (kind, jaccard) in links.items() if kind == "variant"}
        verdicts = {p: same for i in known for p, same in catalog.verdicts(i).items() if known.issuperset(p)}
        speeches = {s.id: s for s in catalog.tagged(sorted(known))}
        templates = links.keys() - alike.keys()
        for members in dedupe.group(list(speeches.values()), alike, templates, verdicts):
            canonical, settled = dedupe.settle([speeches[i] for i in members], alike)
            changed += catalog.put_cluster(canonical, settled, run)
    return changed


def _portions(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]

"""The labelled texts the tags are measured on: made, tagged in this process's workers, and scored.

Sets and scores are the check's own, from the folder of labelled texts. A text goes through the stages
that look at one page and one speech; what an archive adds (a copy that knows more, a site's own lines) is
left out.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chain import check, through

from flows import export
from flows.records import Entry, Page, Speech
from flows.stitch import stitch
from flows.tag import tag

Exported = dict[str, Any]
Rates = dict[str, Any]
Mapper = Callable[[Callable[[tuple[str, bytes]], list[Exported]], Iterable[tuple[str, bytes]]], Any]
SIZE = 2000
"""Code points of an excerpt, as the check cuts it."""


@dataclass(frozen=True)
class Labelled:
    """A set: dump files by name, and what is true of each."""

    kind: str
    files: dict[str, bytes]
    labels: dict[str, Any]

    def part(self, step: int, offset: int = 0) -> Labelled:
        """Every ``step``-th file, by name: the same ones each time."""
        names = sorted(self.files)[offset::step]
        return Labelled(self.kind, {n: self.files[n] for n in names}, {n: self.labels[n] for n in names})


def made(shared: Path, kind: str) -> Labelled:
    """A set as the check makes it: seeds, reports, headless, excerpt, masked or counties."""
    corpora = shared / ("seeds" if kind == "seeds" else "corpora")
    with TemporaryDirectory() as folder:
        out = Path(folder) / kind
        check(shared).make(kind, corpora, out)
        labels = json.loads(out.with_suffix(".labels.json").read_text("utf-8"))
        return Labelled(kind, {f.name: f.read_bytes() for f in sorted(out.iterdir())}, labels)


def drawn(shared: Path, reports: Labelled, draw: int) -> Labelled:
    """Other excerpts of the same reports: the check's way of cutting, another seed."""
    cut = check(shared).excerpt
    files = {n: cut(raw.decode(), f"{n}/{draw}", SIZE).encode() for n, raw in reports.files.items()}
    return Labelled("excerpt", files, reports.labels)


def prepared(name: str, raw: bytes) -> tuple[Speech, ...]:
    """The speeches of one dump file, whole and clean, not tagged yet."""
    page = through(raw, name)
    return stitch([page]) if isinstance(page, Page) else ()


def tagged(item: tuple[str, bytes]) -> list[Exported]:
    """The speeches of one dump file, tagged, in the form of the export."""
    name, raw = item
    page = through(raw, name)
    if not isinstance(page, Page):
        return []
    return [
        export.as_json(
            Entry(
                speech=tag(speech),
                cluster=speech.id,
                canonical=True,
                variants=0,
                sources=(page.source,),
                run="",
                revision=0,
            )
        )
        for speech in stitch([page])
    ]


def export_of(labelled: Labelled, mapper: Mapper) -> list[Exported]:
    """All speeches of a set; ``mapper`` is ``map`` or a pool's."""
    return [speech for found in mapper(tagged, labelled.files.items()) for speech in found]


def scored(shared: Path, labelled: Labelled, speeches: Sequence[Exported]) -> tuple[Rates, dict[str, Any]]:
    """The check's score of a set and the cases that are not right."""
    c, labels, found = check(shared), labelled.labels, check(shared).by_file(speeches)
    if labelled.kind == "seeds":
        return c.score_seeds(labels, found)  # type: ignore[no-any-return]
    if labelled.kind == "masked":
        return c.score_masked(labels, found)  # type: ignore[no-any-return]
    return c.score_tags(labels, found, county=labelled.kind == "counties")  # type: ignore[no-any-return]


def broken_evidence(speeches: Iterable[Exported]) -> list[str]:
    """Evidence whose span is not what it claims: ids of the speeches, once for each."""
    broken = []
    for speech in speeches:
        for e in (e for spans in speech["evidence"].values() for e in spans):
            field = speech[e["field"]]
            span = field[e["start"] : e["end"]]
            if not (
                0 <= e["start"] < e["end"] <= len(field) and span in e["sentence"] and e["sentence"] in field
            ):
                broken.append(speech["id"])
    return broken


@cache
def sample(names: tuple[str, ...], count: int, seed: str) -> tuple[str, ...]:
    """Some of the names, the same ones for the same seed."""
    return tuple(random.Random(seed).sample(sorted(names), min(count, len(names))))

"""The steps of a reindex: build beside the index in use, compare with the catalog, swap; or swap back.

Nothing is read but the catalog. Searches go to the index in use until the swap, which they can't see a part
of. Killed anywhere, the index in use is whole and the catalog's account of it true; the next reindex removes
what was left and begins again. ``reindex.py`` runs this under Prefect.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.catalog import told as catalog_told
from flows.catalog.held import Held
from flows.coordinator import ENTRIES_IN_A_COMMIT, Run
from flows.errors import ENDED, JianghuaError
from flows.index.document import document, storable
from flows.index.engine import FIELDS, REBUILD, IndexUnusable
from flows.index.fold import tokens
from flows.index.generations import Beside, Generations, generations
from flows.index.query import And, Dates, Is, Leaf, Phrase
from flows.lock import hold
from flows.progress import Progress
from flows.records import Entry, Reject
from flows.report import Report
from flows.settings import Settings
from flows.steps import in_process

SAMPLE = 100
"""Speeches of a new index that are looked up and compared with the catalog."""
PIECE = 12
"""Tokens of a phrase that is looked up."""
LONGEST_TOKEN = 50
"""Characters; pieces with longer ones (no words) are left out."""


@dataclass(slots=True, kw_only=True)
class Reindexed(Report):
    """The report of a run that changed the index in use."""

    engine: str
    what: str
    """built or rolled back."""
    in_use: str = ""
    """The name of the index in use."""
    previous: str | None = None
    """The name of the one before it, for a rollback."""
    compared: int = 0
    """Speeches that were looked up in the new index and compared."""


@dataclass(slots=True)
class Refused:
    """What an index would not take: the rejects by the id of the speech, and the catalog's marks of them."""

    rejects: dict[str, Reject] = field(default_factory=dict)
    marks: list[tuple[str, int]] = field(default_factory=list)


def rebuild(settings: Settings, catalog: Held, progress: Progress, rollback: bool = False) -> Reindexed:
    """Put a new index in use, built from the catalog, or the one before brought up to date.

    To be called with the archive held. Raises JianghuaError where that can't be done; the index in use is
    then as it was.
    """
    run = Run(settings, catalog, progress, in_process)
    report = Reindexed(
        run=run.report.run,
        started=run.report.started,
        engine=settings.engine,
        what="rolled back" if rollback else "built",
    )
    run.report = report
    with run.reported(), closing(generations(settings, catalog.archive_id())) as indices:
        try:
            name, refused = _prepare(run, report, catalog, indices, rollback)
        except BaseException:
            with suppress(Exception):  # the first error is the one to tell
                indices.clean()
            raise
        with run.clock("swap"):
            catalog.doubt(settings.engine)
            indices.swap(name)
            catalog.trust(settings.engine)
            catalog.put_refused(refused.rejects, report.run)
            catalog.mark_indexed(settings.engine, refused.marks, [])
        report.in_use, report.previous = name, indices.previous
    return report


def _prepare(
    run: Run, report: Reindexed, catalog: Held, indices: Generations, rollback: bool
) -> tuple[str, Refused]:
    """The name of an index that may be put in use, and what it would not take."""
    if rollback and indices.previous is None:
        raise nothing_before(run.settings.engine)
    with closing(indices.reopen() if rollback else indices.build()) as index:
        report.again = index.again
        if rollback and index.latest() > catalog_told.told(catalog.db, report.engine):
            raise IndexUnusable(
                f"{index.name}, the index before this one, is of a later state of the archive than the "
                "catalog (restored from a copy?); it can't be brought back"
            )
        catalog.begin_held(index.held() if rollback else ())
        refused = _fill(run, index, catalog)
        if refused.marks and not catalog.held_count():
            reason = next(iter(refused.rejects.values())).detail
            raise JianghuaError(f"{run.settings.engine} takes none of the speeches: {reason}")
        with run.clock("compare"):
            report.compared = _compare(run.progress, index, catalog)
        return index.name, refused


def nothing_before(engine: str) -> JianghuaError:
    """Why there is nothing to roll back to."""
    return JianghuaError(
        f"the {engine} engine keeps no index before the one in use; to build that one anew, {REBUILD}"
    )


def _fill(run: Run, index: Beside, catalog: Held) -> Refused:
    """Tell an index what it lacks and what it has too much; returns what it will not take."""
    refused = Refused()
    with run.clock("index"):
        ids, gone = catalog.not_held(), catalog.held_in_vain()
        run.progress.stage("index", len(ids))
        for start in range(0, len(ids), ENTRIES_IN_A_COMMIT):
            entries = {e.speech.id: e for e in catalog.entries(ids[start : start + ENTRIES_IN_A_COMMIT])}
            index.put(entries.values())
            for one in index.commit():
                entry = entries.pop(one.id)
                refused.marks.append((one.id, catalog_told.refusal(entry.revision)))
                refused.rejects[one.id] = Reject(
                    reason="refused", detail=one.reason, source=entry.sources[0], stage="index"
                )
            catalog.note_held((i, e.revision) for i, e in entries.items())
            run.progress.step(len(entries))
        index.remove([*gone, *refused.rejects])
        index.commit()
        catalog.note_held((), [*gone, *refused.rejects])
    run.report.index = {"told": len(ids), "removed": len(gone)}
    return refused


def _compare(progress: Progress, index: Beside, catalog: Held) -> int:
    """How many speeches were compared; raises JianghuaError where the index is not as the catalog says."""
    wanted, found = catalog.held_count(), index.count()
    if found != wanted:
        raise _unlike(index, f"{found:,} speeches in place of {wanted:,}")
    sample = catalog.held_sample(SAMPLE)
    progress.stage("compare", len(sample))
    for speech in sample:
        for entry in catalog.entries([speech]):
            for difference in index.differences([entry]):
                raise _unlike(index, difference)
            conditions = [*values(entry), *phrases(entry)]
            if index.search(And(tuple(conditions)), limit=0, variants=True).total != 1:
                raise _unlike(index, f"{speech} is not found by {_first_missed(index, conditions)}")
        progress.step()
    return len(sample)


def values(entry: Entry) -> Iterator[Leaf]:
    """A condition for each value of each field that can be asked for, and that the entry meets."""
    held = document(entry)
    for name, path in FIELDS.items():
        value: Any = held
        for key in path.split("."):
            value = value[key]
        for one in value if isinstance(value, list) else [value]:
            yield Is(name, str(one).lower() if isinstance(one, bool) else storable(one or "unknown"))
        if value == []:
            yield Is(name, "unknown")
    date = entry.speech.speech_date
    if date and (date.start or date.end):
        yield Dates(date.start, date.end)


def phrases(entry: Entry) -> Iterator[Leaf]:
    """Phrases from the title, and from the beginning, the middle and the end of the text."""
    title, text = tokens(entry.speech.title), tokens(entry.speech.text)
    middle = len(text) // 2
    yield from _phrase(title[:PIECE], "title")
    for words in (text[:PIECE], text[middle : middle + PIECE], text[-PIECE:]):
        yield from _phrase(words, "text")


def _phrase(words: list[str], scope: str) -> Iterator[Leaf]:
    text = " ".join(words)
    if tokens(text) and all(len(word) <= LONGEST_TOKEN for word in words):
        yield Phrase(text, "title" if scope == "title" else "text")


def _first_missed(index: Beside, conditions: list[Leaf]) -> Leaf:
    speech = next(one for one in conditions if isinstance(one, Is) and one.field == "id")
    for one in conditions:
        if index.search(And((speech, one)), limit=0, variants=True).total != 1:
            return one
    return speech


def _unlike(index: Beside, difference: str) -> JianghuaError:
    return JianghuaError(
        f"the index {index.name} is not as the catalog says ({difference}); the one in use is as it was; run "
        "the same command again, and if it comes to this again, please report it"
    )


def command(args: Namespace) -> int:
    """The command ``reindex``. What can't be done is said before Prefect is started."""
    from flows.catalog import Catalog
    from flows.commands import print_json, settings_of_args

    settings = settings_of_args(args)
    with Catalog.open(settings.archive) as catalog:
        archive = catalog.archive_id()
    with hold(settings.archive):
        with closing(generations(settings, archive)) as indices:
            if args.rollback and indices.previous is None:
                raise nothing_before(settings.engine)
        report = _run_flow(args, settings)
    if args.json:
        print_json(report)
    else:
        print(show(report))
    return ENDED.rejects if report.rejects else ENDED.done


def _run_flow(args: Namespace, settings: Settings) -> Reindexed:
    from flows.prefect_runtime import runtime

    folder = str(Path.cwd())
    if not args.json:
        print("starting", file=sys.stderr, flush=True)  # Prefect takes some seconds before anything moves
    with runtime(settings.archive, settings.prefect_api_url):
        from flows.reindex import reindex as flow

        return flow(
            archive=str(settings.archive),
            engine=settings.engine,
            rollback=args.rollback,
            folder=folder,
            quiet=args.json,
        )


def show(report: Reindexed) -> str:
    """The report for the terminal."""
    told, removed = report.index["told"], report.index["removed"]
    lines = [
        ("in use", f"{report.in_use} ({report.what})"),
        (
            "before",
            f"{report.previous}; to go back: jianghua reindex --rollback" if report.previous else "none",
        ),
        ("index", f"{told:,} told, {removed:,} removed, {report.compared:,} compared with the catalog"),
    ]
    lines += [("rejected", f"{n:,} {reason}: jianghua rejects") for reason, n in report.rejects.items()]
    lines.append(("time", f"{report.seconds.get('total', 0):.1f} s"))
    return "\n".join(f"{name:10}{text}" for name, text in lines)

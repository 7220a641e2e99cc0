"""The commands ``search``, ``show`` and ``export``: what is in the archive."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flows.catalog import Catalog
from flows.commands.common import no_speech, print_json, settings_of_args
from flows.errors import ENDED, JianghuaError
from flows.records import Entry
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.index.query import Node

STANDARD_OUTPUT = Path("-")
"""What ``export -o`` writes to the standard output by, as many commands do."""


def search(args: Namespace) -> int:
    """Print the speeches that a query finds."""
    from flows import display
    from flows.index import FACETS, nothing, open_engine, parse, results

    settings = settings_of_args(args)
    with Catalog.open(settings.archive) as catalog, open_engine(settings) as engine:
        query = _of_today(parse(_text(args)), catalog)
        answer = engine.search(
            query, sort=args.sort, limit=args.limit, after=args.after, facets=tuple(FACETS)
        )
        entries = {e.speech.id: e for e in catalog.entries(hit.id for hit in answer.hits)}
        found = [(entries[hit.id], hit.score) for hit in answer.hits if hit.id in entries]
        shown = [results.result(entry, query, score) for entry, score in found]
        lags = _lags(catalog, settings, len(found) < len(answer.hits))
        advice = [] if answer.total or args.json or lags else nothing.advice(engine, query)
    if args.json:
        print_json(
            {
                "total": answer.total,
                "results": [results.as_json(one) for one in shown],
                "facets": answer.facets,
                "next": answer.next,
            }
        )
    else:
        display.print_search(answer, shown, _next_page(args, answer.next) if answer.next else None, advice)
    return ENDED.done


def _lags(catalog: Catalog, settings: Settings, gone: bool = False) -> bool:
    """Say so where the index does not know the newest of the archive, or knows what is gone."""
    if lags := gone or catalog.behind(settings.engine):
        print(
            f"note: the {settings.engine} index was not told of the newest changes to this archive, so that "
            "something may be missing here; to tell it, run: jianghua ingest PATH (any path)",
            file=sys.stderr,
        )
    return lags


def _next_page(args: Namespace, cursor: str) -> str:
    """The command that shows the page after a cursor."""
    words = ["jianghua", "search", _text(args), "--sort", args.sort, "--limit", args.limit, "--after", cursor]
    if args.archive:
        words += ["--archive", args.archive]
    return shlex.join(map(str, words))


def _text(args: Namespace) -> str:
    """The query as it was typed: the command line puts a space before a word that begins with a minus."""
    return " ".join(word.lstrip() for word in args.query)


def show(args: Namespace) -> int:
    """Print one speech whole."""
    from flows import display
    from flows.export import as_json

    with Catalog.open(settings_of_args(args).archive) as catalog:
        speech = catalog.resolve(args.id)
        entry = catalog.entry(speech) if speech else None
        if entry is None:
            raise JianghuaError(no_speech(catalog, args.id))
        mates = [e.speech for e in catalog.entries(catalog.cluster(entry.cluster))]
        passages = None if args.json else catalog.passages(entry.speech.id)
    if passages is None:
        print_json(as_json(entry))
    else:
        display.print_speech(entry, [m for m in mates if m.id != entry.speech.id], passages)
    return ENDED.done


def export(args: Namespace) -> int:
    """Write speeches for other programs."""
    from flows import export as exports

    settings = settings_of_args(args)
    with Catalog.open(settings.archive) as catalog:
        query = _text(args)
        entries = _found(catalog, settings, query) if query else catalog.entries()
        if args.output and args.output != STANDARD_OUTPUT:
            count = exports.write_file(entries, args.format, args.output)
            print(f"{count:,} speeches in {args.output}", file=sys.stderr)
        elif args.format == "parquet" and sys.stdout.isatty():
            raise JianghuaError("Parquet is not for the screen; name a file with -o FILE")
        else:
            exports.write(entries, args.format, sys.stdout.buffer)
    return ENDED.done


def _found(catalog: Catalog, settings: Settings, text: str) -> Iterator[Entry]:
    """All speeches that a query finds, variants too, sorted by id like the whole export."""
    from flows.index import open_engine, parse

    _lags(catalog, settings)
    query, ids, after = _of_today(parse(text), catalog), [], None
    with open_engine(settings) as engine:
        while True:
            answer = engine.search(query, sort="date", limit=1000, after=after, variants=True)
            ids += [hit.id for hit in answer.hits]
            after = answer.next
            if after is None:
                break
    yield from catalog.entries(sorted(ids))


def _of_today(query: Node, catalog: Catalog) -> Node:
    """The query with each id, as it was once given, put as what it means today."""
    from flows.index.query import Is, Leaf, with_leaves

    def today(leaf: Leaf) -> Leaf:
        if not isinstance(leaf, Is) or leaf.field not in ("id", "cluster"):
            return leaf
        entry = catalog.entry(catalog.resolve(leaf.value) or "")
        if entry is None:
            return leaf
        return Is(leaf.field, entry.speech.id if leaf.field == "id" else entry.cluster)

    return with_leaves(query, today)

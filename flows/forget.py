"""The command ``forget``: dump files and speeches taken out, and kept out until a person says otherwise."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path

from flows.catalog import Catalog
from flows.catalog_words import Words, dumps_below, forgotten, forgotten_word
from flows.commands import print_json, settings_of_args
from flows.display import safe
from flows.errors import ENDED, JianghuaError
from flows.lock import hold
from flows.person import at_work
from flows.plan import key
from flows.read import is_address
from flows.records import Dump

_ID = re.compile(r"[0-9a-fA-F]{6,16}")
MOST_SHOWN = 8
"""Dump files or copies named in an answer."""


def forget(args: Namespace) -> int:
    """Take dump files or speeches out, let them back in, or list them."""
    settings = settings_of_args(args)
    with Catalog.open(settings.archive) as catalog:
        if args.list:
            return _list_forgotten(catalog, args)
        if not args.what:
            raise JianghuaError(
                "say what: jianghua forget PATH or ID; what is forgotten: jianghua forget --list"
            )
        if args.undo:
            words = [_forgotten_before(catalog, given) for given in args.what]
        else:
            meant = [_meant(catalog, given) for given in args.what]
    if args.undo:
        with hold(settings.archive), Words.open(settings.archive) as catalog:
            return _recall(catalog, words, args)
    with at_work(args) as (run, catalog):
        copies = _copies(catalog, [speech for kind, speech in meant if kind == "page"])
        speeches = 0
        for kind, word in meant:
            gone = catalog.forget_path(word) if kind == "path" else catalog.forget_speech(word)
            run.report.forgotten["dumps"] += gone.dumps
            run.report.forgotten["pages"] += gone.pages
            speeches += gone.speeches
    with Words.open(settings.archive) as catalog:
        clean = catalog.scrub()
        others = catalog.engines(but=settings.engine)
    if args.json:
        print_json(run.report)
        return ENDED.done
    counts = run.report.forgotten
    told = ((counts["dumps"], "dump file"), (counts["pages"], "page"), (speeches, "speech"))
    print("Forgotten: " + ", ".join(_counted(number, what) for number, what in told) + ".")
    if copies:
        print(f"Copies of it remain; to take them out too: jianghua forget {' '.join(copies[:MOST_SHOWN])}")
    for engine in others:
        print(f"The {engine} index still holds it; tell it: jianghua ingest --refresh --engine {engine}")
    if not clean:
        print("Another process reads the catalog, and its log keeps some of the text; run this again later.")
    print(
        "To let it be taken in again: jianghua forget --undo " + " ".join(safe(given) for given in args.what)
    )
    return ENDED.done


def _meant(catalog: Catalog, given: str) -> tuple[str, str]:
    """What is to be forgotten: ("path", its key) or ("page", the id of a speech)."""
    path = _path(given)
    known = bool(dumps_below(catalog, path)) or path in catalog.forgotten_paths()
    speech = catalog.resolve(given) if _ID.fullmatch(given) else None
    if speech and (known or Path(given).exists()):
        raise JianghuaError(
            f"{given} is a speech and a file here; write ./{given} for the file, or the whole id"
        )
    if speech:
        return "page", speech
    if _ID.fullmatch(given) and not Path(given).exists():
        word = forgotten_word(catalog, given)
        if word:
            return "page", word
        raise JianghuaError(f"no one speech has the id {given}; find ids with: jianghua search QUERY")
    if not known and not is_address(given) and not Path(given).exists():
        inside = " what is inside a dump file is forgotten by the id of its speech;" if "!" in given else ""
        raise JianghuaError(
            f"{safe(given)}: neither a dump file or folder that the archive knows, nor a speech;{inside} "
            "paths are looked for from the folder you are in"
        )
    return "path", path


def _path(given: str) -> str:
    path = given if is_address(given) else str(Path(given).resolve())
    return key(Dump(file=given, path=path)).rstrip("/") or "/"


def _forgotten_before(catalog: Catalog, given: str) -> str:
    path = _path(given)
    if path in catalog.forgotten_paths():
        return path
    word = forgotten_word(catalog, given) if _ID.fullmatch(given) else None
    if word is None:
        raise JianghuaError(f"{safe(given)} is not forgotten; see what is: jianghua forget --list")
    return word


def _recall(catalog: Words, words: list[str], args: Namespace) -> int:
    dumps = sorted({dump for word in words for dump in catalog.recall(word)})
    if args.json:
        print_json({"undone": words, "dumps": dumps})
        return ENDED.done
    places = " ".join(safe(dump) for dump in dumps[:MOST_SHOWN]) + (" …" if len(dumps) > MOST_SHOWN else "")
    print(f"No longer forgotten. To take it in again: jianghua ingest {places}")
    return ENDED.done


def _list_forgotten(catalog: Catalog, args: Namespace) -> int:
    found = forgotten(catalog)
    if args.json:
        print_json(found)
        return ENDED.done
    for one in found:
        what = f"speech of {_counted(one.pages, 'page')}" if one.kind == "page" else "dump files"
        print(f"{one.told[:10]}  {safe(one.word)}  {what}")
    print(
        "To let one be taken in again: jianghua forget --undo PATH or ID"
        if found
        else "Nothing is forgotten."
    )
    return ENDED.done


def _copies(catalog: Catalog, speeches: list[str]) -> list[str]:
    """Other speeches of the same clusters."""
    found: set[str] = set()
    for speech in speeches:
        entry = catalog.entry(speech)
        found.update(catalog.cluster(entry.cluster) if entry else ())
    return sorted(found.difference(speeches))


def _counted(number: int, what: str) -> str:
    """A number of things.

    >>> _counted(1, "speech"), _counted(2, "speech"), _counted(0, "page")
    ('1 speech', '2 speeches', '0 pages')
    """
    plural = "" if number == 1 else "es" if what.endswith("ch") else "s"
    return f"{number:,} {what}{plural}"

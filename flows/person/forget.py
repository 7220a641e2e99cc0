"""The command ``forget``: dump files and speeches taken out, and kept out until a person says otherwise."""

from __future__ import annotations

import os
import re
import shlex
from argparse import Namespace
from collections.abc import Iterator

from flows.catalog import Catalog
from flows.catalog.words import Gone, Words, dumps_below, forgotten, forgotten_word
from flows.commands.common import print_json, settings_of_args
from flows.display import safe
from flows.errors import ENDED, JianghuaError
from flows.person.follow import followed_up, held
from flows.plan import absolute, key
from flows.read import is_address
from flows.records import Dump

_ID = re.compile(r"[0-9a-fA-F]{6,16}")
MOST_SHOWN = 8
"""Dump files or copies named in an answer."""


def forget(args: Namespace) -> int:
    """Take dump files or speeches out, let them back in, or list them."""
    settings = settings_of_args(args)
    if args.list:
        with Catalog.open(settings.archive) as catalog:
            return _list_forgotten(catalog, args)
    if not all(given.strip() for given in args.what):
        raise JianghuaError("an empty word was given; name a dump file, a folder, an address or an id")
    if not args.what:
        raise JianghuaError("say what: jianghua forget PATH or ID; what is forgotten: jianghua forget --list")
    with held(args) as catalog:
        if args.undo:
            return _recall(catalog, [_forgotten_before(catalog, given) for given in args.what], args)
        # Ids first: their pages would be gone with a path, and nothing would be noted of them.
        meant = sorted({_meant(catalog, given) for given in args.what})
        copies = _copies(catalog, [speech for kind, speech in meant if kind == "page"])
        with followed_up(args, catalog) as run:
            gone = [
                catalog.forget_path(word) if kind == "path" else catalog.forget_speech(word)
                for kind, word in meant
            ]
            run.report.forgotten["dumps"] += sum(one.dumps for one in gone)
            run.report.forgotten["pages"] += sum(one.pages for one in gone)
        clean = catalog.scrub()
        others = catalog.engines(but=settings.engine)
    if args.json:
        print_json(run.report)
        return ENDED.done
    for line in _told(gone, copies):
        print(line)
    for engine in others:
        print(f"The {engine} index still holds it; tell it: jianghua ingest --refresh --engine {engine}")
    if not clean:
        print("Another process reads the catalog, and its log keeps some of the text; run this again later.")
    print(
        "To let it be taken in again: jianghua forget --undo " + " ".join(safe(given) for given in args.what)
    )
    return ENDED.done


def _told(gone: list[Gone], copies: list[str]) -> Iterator[str]:
    """What went, what became of a person's words on it, and what is left of it."""
    dumps, pages = sum(one.dumps for one in gone), sum(one.pages for one in gone)
    speeches = _counted(sum(one.speeches for one in gone), "speech")
    yield f"Forgotten: {_counted(dumps, 'dump file')}, {_counted(pages, 'page')}, {speeches}."
    if not dumps and not pages:
        yield "The archive holds nothing of it; it stays out from now on."
    kept, titles = sum(one.kept for one in gone), sum(one.titles for one in gone)
    if kept:
        yield f"{_counted(kept, 'correction')} {'is' if kept == 1 else 'are'} kept for when it comes back."
    if titles:
        yield f"{_counted(titles, 'corrected title')} went too, with all reasons: they may quote the text."
    if copies:
        yield f"Copies of it remain; to take them out too: jianghua forget {' '.join(copies[:MOST_SHOWN])}"


def _meant(catalog: Catalog, given: str) -> tuple[str, str]:
    """What is to be forgotten: ("path", its key) or ("page", the id of a speech)."""
    path = _path(given)
    known = bool(dumps_below(catalog, path)) or path in catalog.forgotten_paths()
    there = not is_address(given) and os.path.lexists(given)
    speech = catalog.resolve(given) if _ID.fullmatch(given) else None
    if speech and (known or there):
        raise JianghuaError(
            f"{given} is a speech and a file here; write ./{given} for the file, or the whole id"
        )
    if speech:
        return "page", speech
    if _ID.fullmatch(given) and not there:
        word = forgotten_word(catalog, given)
        if word:
            return "page", word
        raise JianghuaError(f"no one speech has the id {given}; find ids with: jianghua search QUERY")
    if known or there:
        return "path", path
    if is_address(given):
        raise JianghuaError(
            f"{safe(given)}: nothing in the archive came from there; give the address that it was taken in "
            "by (jianghua show ID names it), or what that begins with up to a /"
        )
    inside = " what is inside a dump file is forgotten by the id of its speech;" if "!" in given else ""
    raise JianghuaError(
        f"{safe(given)}: neither a dump file or folder that the archive knows, nor a speech;{inside} "
        "paths are looked for from the folder you are in"
    )


def _path(given: str) -> str:
    path = given if is_address(given) else absolute(given)
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
    places = " ".join(shlex.quote(safe(dump)) for dump in dumps[:MOST_SHOWN]) or "PATH"
    more = " …" if len(dumps) > MOST_SHOWN else ""
    print(f"No longer forgotten. To take it in again: jianghua ingest {places}{more}")
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

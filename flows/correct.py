"""The command ``correct``: a tag or a title put right, or whether two speeches are one; kept for good."""

from __future__ import annotations

from argparse import Namespace

from flows.catalog import Catalog
from flows.catalog_words import VERDICT, Words, corrected
from flows.commands import print_json, settings_of_args
from flows.corrections import FIELDS, LONGEST, read_value, shown
from flows.display import safe
from flows.errors import ENDED, JianghuaError
from flows.person import at_work, entry_of
from flows.records import Entry


def correct(args: Namespace) -> int:
    """Put a tag or a title right, say that two speeches are or are not one, take that back, or list it."""
    settings = settings_of_args(args)
    given = [word for word in args.words if word]
    with Catalog.open(settings.archive) as catalog:
        if args.list:
            return _list_corrected(catalog, given, args)
        if len(given) < (2 if args.undo else 3):
            raise JianghuaError(
                "say which speech, what and how: jianghua correct ID region 辽宁省/铁岭市/昌图县; fields: "
                f"{', '.join(FIELDS)}, same, different"
            )
        before = entry_of(catalog, given[0])
        field = {"same": VERDICT, "different": VERDICT}.get(given[1], given[1])
        if field not in (*FIELDS, VERDICT):
            raise JianghuaError(
                f"{given[1]}: no field that can be corrected; one of {', '.join(FIELDS)}, same, different"
            )
        other = entry_of(catalog, given[2]).speech.id if field == VERDICT and len(given) > 2 else ""
        value = None if args.undo else _value(given, before, other)
    if len(args.reason) > LONGEST or not args.reason.isprintable():
        raise JianghuaError(f"a reason is one line of at most {LONGEST:,} characters")
    with at_work(args) as (_, words):
        if args.undo:
            _take_back(words, before, field, other)
        else:
            words.put_correction(before.speech.id, field, value, args.reason, other)
    with Catalog.open(settings.archive) as catalog:
        after = entry_of(catalog, given[0])
        if args.json:
            from flows.export import as_json

            print_json(as_json(after))
        else:
            print(_told(catalog, args, before, after, field, other))
    return ENDED.done


def _value(given: list[str], entry: Entry, other: str) -> str | None:
    if other == entry.speech.id:
        raise JianghuaError("both ids are of one speech already; name two that are apart")
    if other:
        return given[1]
    return read_value(given[1], " ".join(given[2:]), entry.speech)


def _take_back(words: Words, entry: Entry, field: str, other: str) -> None:
    if not words.drop_correction(entry.speech.id, field, other):
        raise JianghuaError(
            f"nothing was said of the {field} of {entry.speech.id}; see what was: jianghua correct --list"
        )


def _list_corrected(catalog: Catalog, given: list[str], args: Namespace) -> int:
    pages = [page for one in given for page in entry_of(catalog, one).speech.pages] if given else None
    found = corrected(catalog, pages)
    if args.json:
        print_json(found)
        return ENDED.done
    for one in found:
        speech = catalog.resolve(one.id) or one.id
        what = (
            f"{one.value} {one.other}"
            if one.field == VERDICT
            else f"{one.field} {shown(one.field, one.value)}"
        )
        print(f"{one.told[:10]}  {speech}  {safe(what)}" + (f"  ({safe(one.reason)})" if one.reason else ""))
    print("To take one back: jianghua correct --undo ID FIELD" if found else "Nothing is corrected.")
    return ENDED.done


def _told(catalog: Catalog, args: Namespace, before: Entry, after: Entry, field: str, other: str) -> str:
    """What the word changed, in one line or two."""
    if field == VERDICT:
        joined = entry_of(catalog, other).cluster == after.cluster
        what = "one speech" if joined else "two speeches"
        return f"{after.speech.id} and {other} are {what} now. List such words: jianghua correct --list"
    was, now = _shown(before, field), _shown(after, field)
    again = "" if args.undo else f"\nTo take it back: jianghua correct --undo {after.speech.id} {field}"
    return f"{after.speech.id} {field}: {safe(now)} (was: {safe(was)}){again}"


def _shown(entry: Entry, field: str) -> str:
    from flows.index.results import FACTS, reason

    if field == "title":
        return entry.speech.title or "unknown"
    found = reason(entry, FACTS[field])
    return found.value or f"unknown ({found.unknown})"

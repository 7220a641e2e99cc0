"""The command ``correct``: a tag or a title put right, or whether two speeches are one; kept for good."""

from __future__ import annotations

from argparse import Namespace

from flows.catalog import Catalog
from flows.catalog.corrections import VERDICT, Corrected, corrected, waiting
from flows.commands.common import no_speech, print_json, settings_of_args
from flows.display import safe
from flows.errors import ENDED, JianghuaError
from flows.person.corrections import FIELDS, LONGEST, read_value, shown
from flows.person.follow import entry_of, followed_up, held
from flows.records import Entry


def correct(args: Namespace) -> int:
    """Put a tag or a title right, say that two speeches are or are not one, take that back, or list it."""
    settings = settings_of_args(args)
    given = [word for word in args.words if word]
    if args.list:
        with Catalog.open(settings.archive) as catalog:
            return _list_corrected(catalog, given, args)
    field = _field(given, args.undo)
    if len(args.reason) > LONGEST or not args.reason.isprintable():
        raise JianghuaError(f"a reason is one line of at most {LONGEST:,} characters")
    with held(args) as words:
        if args.undo:
            speech, other = _said(words, field, given)
            before = words.entry(speech)
            with followed_up(args, words):
                words.drop_correction(speech, field, other)
        else:
            before = entry_of(words, given[0])
            speech = before.speech.id
            other = entry_of(words, given[2]).speech.id if field == VERDICT else ""
            value = _value(given, before, other)
            with followed_up(args, words):
                words.put_correction(speech, field, value, args.reason, other)
        after = words.entry(words.resolve(speech) or "")
        if args.json:
            from flows.export import as_json

            print_json(as_json(after) if after else None)
        elif before and after:
            print(_told(words, before, after, field, other))
            if not args.undo:
                print(f"To take it back: jianghua correct --undo {speech} {given[1]} {other}".rstrip())
        else:
            print(f"{speech} {field}: no longer kept for when it comes back.")
    return ENDED.done


def _field(given: list[str], undo: bool) -> str:
    """The field that is meant; raises JianghuaError for a command that says too little or too much."""
    if len(given) < (2 if undo else 3):
        raise JianghuaError(
            "say which speech, what and how: jianghua correct ID region 辽宁省/铁岭市/昌图县; fields: "
            f"{', '.join(FIELDS)}, same, different"
        )
    field = {"same": VERDICT, "different": VERDICT}.get(given[1], given[1])
    if field not in (*FIELDS, VERDICT):
        raise JianghuaError(
            f"{given[1]}: no field that can be corrected; one of {', '.join(FIELDS)}, same, different"
        )
    most = 3 if field == VERDICT else 2 if undo else len(given)  # a title may be several words
    if len(given) > most:
        form = f"{'--undo ' if undo else ''}ID {given[1]}{' ID2' if field == VERDICT else ''}"
        raise JianghuaError(
            f"{safe(' '.join(given[most:]))}: more than can be said at once; write: jianghua correct {form}"
        )
    return field


def _value(given: list[str], entry: Entry, other: str) -> str | None:
    if other == entry.speech.id:
        raise JianghuaError("both ids are of one speech already; name two that are apart")
    if other:
        return given[1]
    return read_value(given[1], " ".join(given[2:]), entry.speech)


def _said(catalog: Catalog, field: str, given: list[str]) -> tuple[str, str]:
    """The speech, and the other one of a verdict, of which a word is to be taken back."""
    speech, *others = (_named(catalog, one) for one in (given[0], *given[2:]))
    found = [word for word in corrected(catalog, _pages(catalog, speech)) if word.field == field]
    if field == VERDICT and found and not others:
        raise JianghuaError(
            f"say of which two; write: {' or: '.join(_undo(word, speech) for word in found[:3])}"
        )
    there = {page for other in others for page in _pages(catalog, other)}
    if not any({word.id, word.other} & there or not others for word in found):
        raise JianghuaError(
            f"nothing was said of the {field} of {speech}; see what was: jianghua correct --list"
        )
    return speech, others[0] if others else ""


def _named(catalog: Catalog, given: str) -> str:
    """The speech that an id means, or the page that a word waits for."""
    found = catalog.resolve(given) or waiting(catalog, given)
    if found is None:
        raise JianghuaError(no_speech(catalog, given))
    return found


def _pages(catalog: Catalog, speech: str) -> set[str]:
    entry = catalog.entry(speech)
    return {speech, *(entry.speech.pages if entry else ())}


def _undo(word: Corrected, speech: str) -> str:
    """The command that takes a word back that was said of a speech, be it the first or the other."""
    if word.field != VERDICT:
        return f"jianghua correct --undo {speech} {word.field}"
    return f"jianghua correct --undo {word.id} {word.value} {word.other}"


def _list_corrected(catalog: Catalog, given: list[str], args: Namespace) -> int:
    pages = {page for one in given for page in _pages(catalog, _named(catalog, one))} if given else None
    found = corrected(catalog, pages)
    if args.json:
        print_json(found)
        return ENDED.done
    for one in found:
        speech = catalog.resolve(one.id)
        what = (
            f"{one.value} {one.other}"
            if one.field == VERDICT
            else f"{one.field} {shown(one.field, one.value)}"
        )
        what += f"  ({one.reason})" if one.reason else ""
        here = speech and (not one.other or catalog.resolve(one.other))
        away = "" if here else "  (not in the archive now; kept for when it comes back)"
        print(f"{one.told[:10]}  {speech or one.id}  {safe(what)}{away}")
    if not found:
        print("Nothing is corrected.")
        return ENDED.done
    last = found[-1]
    print(f"To take one back, such as the last: {_undo(last, catalog.resolve(last.id) or last.id)}")
    return ENDED.done


def _told(catalog: Catalog, before: Entry, after: Entry, field: str, other: str) -> str:
    """What the word changed, in one line."""
    if field == VERDICT:
        others = catalog.entry(catalog.resolve(other) or "")
        joined = others is not None and others.cluster == after.cluster
        return f"{after.speech.id} and {other} are {'one speech' if joined else 'two speeches'} now."
    was, now = _shown(before, field), _shown(after, field)
    return f"{after.speech.id} {field}: {safe(now)} (was: {safe(was)})"


def _shown(entry: Entry, field: str) -> str:
    from flows.index.results import FACTS, reason

    if field == "title":
        return entry.speech.title or "unknown"
    found = reason(entry, FACTS[field])
    return found.value or f"unknown ({found.unknown})"

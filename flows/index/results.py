"""What a hit shows: the words found, in context, and the sentences that its tags rest on.

Made from the archive's own text by :mod:`flows.index.fold`, so every engine shows the same.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from flows import export
from flows.index.fold import find_each
from flows.index.query import Dates, Is, Node, Phrase, leaves, phrases
from flows.records import Entry, Evidence, Tag

MOST_SNIPPETS = 3
CONTEXT = 40
"""Code points shown on each side of the words found."""
LONGEST = 240
"""Code points of a snippet; what is near is one snippet up to here."""
MOST_PLACES = 1_000
"""Places of one phrase that are looked at in a speech."""

_SENTENCE_ENDS = frozenset("。！？；!?;\n")

Fact = Literal["speech_date", "level", "region"]
FACTS: dict[str, Fact] = {"date": "speech_date", "level": "level", "region": "region"}
"""Fields of a query that rest on evidence, and the tag of a speech behind each."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a title or text, with the words found in it: spans count in ``text``."""

    text: str
    spans: tuple[tuple[int, int], ...]
    field: Literal["title", "text"]

    @property
    def html(self) -> str:
        """With ``<em>`` around what was found, all else escaped."""
        parts, at = [], 0
        for start, end in self.spans:
            parts += [html.escape(self.text[at:start]), "<em>", html.escape(self.text[start:end]), "</em>"]
            at = end
        return "".join((*parts, html.escape(self.text[at:])))


@dataclass(frozen=True, slots=True)
class Reason:
    """What a speech's date, level or place is held to be, and why."""

    fact: Fact
    value: str | None
    """``2007-09``, ``2002-01-01..2003-12-31``, ``county``, ``辽宁省 铁岭市 昌图县``; None for unknown."""
    precision: str | None
    """Of a date."""
    confidence: float
    evidence: tuple[Evidence, ...]
    unknown: str | None
    """Why there is no value."""


@dataclass(frozen=True, slots=True)
class Result:
    """A hit as it is shown."""

    entry: Entry
    score: float
    title: Snippet
    snippets: tuple[Snippet, ...]
    reasons: tuple[Reason, ...]
    """For each condition of the query that rests on evidence."""


def result(entry: Entry, query: Node, score: float) -> Result:
    """All that is shown of a hit."""
    title = _whole(entry.speech.title, "title", _spans(entry.speech.title, query, "title"))
    return Result(entry, score, title, tuple(snippets(entry, query)), tuple(reasons(entry, query)))


def as_json(shown: Result) -> dict[str, Any]:
    """A result as ``search --json`` prints it; keys always there, in a fixed order."""
    exported = export.as_json(shown.entry)
    return {
        "id": exported["id"],
        "title": exported["title"],
        "score": round(shown.score, 4),
        "level": exported["level"],
        "region": exported["region"],
        "speech_date": exported["speech_date"],
        "snippets": [snippet.html for snippet in shown.snippets],
        "cluster": exported["cluster"],
        "variants": shown.entry.variants,
        "sources": exported["sources"],
        "reasons": [
            {
                "field": reason.fact,
                "value": reason.value,
                "confidence": reason.confidence,
                "sentences": list(dict.fromkeys(one.sentence for one in reason.evidence)),
                "unknown": reason.unknown,
            }
            for reason in shown.reasons
        ],
    }


def snippets(entry: Entry, query: Node) -> list[Snippet]:
    """At most MOST_SNIPPETS pieces that show the words found: those with the most different words,
    in the order of the text. The title where only it holds them; the beginning where nothing does.
    """
    speech = entry.speech
    spans = _spans(speech.text, query, "text")
    if not spans:
        in_title = _spans(speech.title, query, "title")
        if in_title:
            return [_whole(speech.title, "title", in_title)]
        return [_cut(speech.text, 0, min(len(speech.text), 2 * CONTEXT), [])] if speech.text else []
    groups = _near(spans)
    best = sorted(groups, key=lambda group: -len({phrase for _, _, phrase in group}))[:MOST_SNIPPETS]
    return [_around(speech.text, group) for group in sorted(best)]


def reasons(entry: Entry, query: Node) -> list[Reason]:
    """Why the speech meets the query's conditions on date, level and place."""
    named = dict.fromkeys(
        "date" if isinstance(leaf, Dates) else leaf.field
        for leaf, wanted in leaves(query)
        if wanted and isinstance(leaf, Dates | Is)
    )
    return [reason(entry, FACTS[field]) for field in named if field in FACTS]


def reason(entry: Entry, fact: Fact) -> Reason:
    """What a speech's date, level or place is held to be, and the sentences that say so."""
    speech = entry.speech
    if fact == "level":
        return _reason(fact, speech.level, None, speech.level_tag)
    if fact == "region":
        region = speech.region
        names = (region.province, region.prefecture, region.county, region.town)
        return _reason(fact, " ".join(name for name in names if name) or None, None, speech.region_tag)
    date = speech.speech_date
    if date is None:
        return _reason(fact, None, None, speech.date_tag)
    shown = date.value or f"{date.start or ''}..{date.end or ''}"
    return _reason(fact, shown, date.precision, speech.date_tag)


def _reason(fact: Fact, value: str | None, precision: str | None, tag: Tag) -> Reason:
    return Reason(fact, value, precision, tag.confidence, tag.evidence, tag.unknown)


_Span = tuple[int, int, int]
"""Start, end, and which phrase of the query it is."""


def _spans(text: str, query: Node, field: Literal["title", "text"]) -> list[_Span]:
    """Where the query's phrases stand, in order, overlaps as one."""
    wanted: list[Phrase] = [phrase for phrase in phrases(query) if phrase.scope in ("any", field)]
    found = sorted(
        (start, end, which)
        for which, phrase in enumerate(wanted)
        for start, end in islice(find_each(text, phrase.text), MOST_PLACES)
    )
    merged: list[_Span] = []
    for start, end, which in found:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]), merged[-1][2])
        else:
            merged.append((start, end, which))
    return merged


def _near(spans: list[_Span]) -> list[list[_Span]]:
    """Spans whose contexts touch, as long as one snippet can hold them."""
    groups: list[list[_Span]] = []
    for span in spans:
        group = groups[-1] if groups else None
        if group and span[0] - group[-1][1] <= 2 * CONTEXT and span[1] - group[0][0] <= LONGEST - 2 * CONTEXT:
            group.append(span)
        else:
            groups.append([span])
    return groups


def _around(text: str, group: list[_Span]) -> Snippet:
    """The context reaches back to the beginning of a sentence and on to the end of one, if near."""
    first, last = group[0][0], group[-1][1]
    start, end = max(0, first - CONTEXT), min(len(text), last + CONTEXT)
    for at in range(start, first if start else 0):
        if text[at] in _SENTENCE_ENDS:
            start = at + 1
            break
    for at in range(end - 1, last - 1, -1):
        if text[at] in _SENTENCE_ENDS:
            end = at + 1
            break
    return _cut(text, start, end, group)


def _cut(text: str, start: int, end: int, spans: list[_Span]) -> Snippet:
    """One line of text, with an ellipsis where it stops inside a sentence."""
    end = min(end, start + 2 * LONGEST)
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    left = text[max(0, start - CONTEXT) : start].rstrip(" \u3000")[-1:]
    before = "…" if left not in ("", *_SENTENCE_ENDS) else ""
    after = "…" if end < len(text) and text[end - 1] not in _SENTENCE_ENDS else ""
    piece = "".join(" " if char.isspace() else char for char in text[start:end])
    shift = len(before) - start
    marked = tuple((at + shift, min(to, end) + shift) for at, to, _ in spans if at < end)
    return Snippet(before + piece + after, marked, "text")


def _whole(text: str, field: Literal["title", "text"], spans: list[_Span]) -> Snippet:
    return Snippet(text, tuple((start, end) for start, end, _ in spans), field)

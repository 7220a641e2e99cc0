"""What a person sees at the terminal: results with the words found in colour, and a speech whole."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from flows.catalog.copies import Passages
from flows.index.engine import Answer
from flows.index.results import Reason, Result, Snippet, reason
from flows.records import Entry, Evidence, Related, Speech

_LEVELS = {
    "national": "national 国家",
    "province": "province 省级",
    "prefecture": "prefecture 地市级",
    "county": "county 县级",
    "township": "township 乡镇",
}
FACETS_SHOWN = ("year", "level", "province")
VALUES_SHOWN = 8
RELATED_SHOWN = 8


def safe(text: str) -> str:
    """Text from outside with its control characters made visible, so that it can't steer a terminal.

    >>> safe("a\\nb\\x1b[31m")
    'a\\\\nb\\\\x1b[31m'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def print_search(
    answer: Answer, shown: Sequence[Result], next_page: str | None, advice: Iterable[str] = ()
) -> None:
    """Print a page of hits, what they have in common, and the command that prints the next page; what there
    is to say where there are none."""
    console = _console()
    console.print(f"{answer.total:,} speech{'' if answer.total == 1 else 'es'}")
    for line in advice:
        console.print(Text(safe(line)))
    for result in shown:
        _print_result(console, result)
    for name in FACETS_SHOWN if answer.total > 1 else ():
        counts = answer.facets.get(name, {})
        most = sorted(counts, key=counts.__getitem__, reverse=True)[:VALUES_SHOWN]
        line = "  ".join(f"{safe(value)} {counts[value]:,}" for value in counts if value in most)
        more = f"  and {len(counts) - len(most)} more" if len(counts) > len(most) else ""
        console.print(Text(f"{name}: {line}{more}", style="dim"))
    if next_page:
        console.print(Text(f"next page: {safe(next_page)}", style="dim"))


def print_speech(entry: Entry, copies: Iterable[Speech], passages: Passages) -> None:
    """Print one speech: what is known of it and why, where it is from, and its text."""
    console, speech = _console(), entry.speech
    console.print(Text(safe(speech.title) or "(no title)", style="bold"))
    rows = [
        ("id", speech.id),
        *((r.fact.replace("speech_date", "date"), _value(r)) for r in _reasons(entry)),
        ("speaker", speech.speaker_role),
        ("occasion", speech.occasion),
        ("type", speech.doc_type),
        ("put up", speech.published),
        ("whole", _wholeness(speech)),
        ("repairs", ", ".join(f"{rule} {count}" for rule, count in speech.edits)),
        ("gaps", str(speech.gaps) if speech.gaps else None),
    ]
    for name, value in rows:
        if value:
            console.print(Text(f"{name:9}", style="dim").append(safe(value), style="default"))
    for found in _reasons(entry):
        for evidence in _few(found.evidence):
            where = f" (in the copy {evidence.speech})" if evidence.speech else ""
            where += " (a person's word)" if evidence.rule == "correction" else ""
            line = Text(f"{found.fact.replace('speech_date', 'date'):9}", style="dim")
            console.print(line.append(f"“{safe(evidence.sentence)}”{where}", style="default"))
    for source in entry.sources:
        at = f"bytes {source.offset}-{source.offset + source.length}"
        console.print(
            Text("from     ", style="dim").append(f"{safe(source.file)} {at} {safe(source.url or '')}")
        )
    for copy in copies:
        console.print(Text("copy     ", style="dim").append(f"{copy.id} {safe(copy.title)}"))
    for like in (*map(_related, entry.related[:RELATED_SHOWN]), *_shares(passages)):
        console.print(Text(f"{'like':9}", style="dim").append(safe(like), style="default"))
    console.print()
    for paragraph in speech.text.split("\n"):
        console.print(Text(safe(paragraph)))


def _related(found: Related) -> str:
    """What a speech of another cluster is to this one, in words."""
    if found.relation == "ambiguous":
        return f"{found.id} may be the same speech, but fits another as well, or only in part"
    places = f", {', '.join(found.places)}" if found.places else ""
    return f"{found.id} has the same template: {found.numbers:.0%} of the numbers differ{places}"


def _shares(passages: Passages) -> list[str]:
    """How many paragraphs other speeches share, those with the most first."""
    shared = Counter(p.other for p in passages.passages)
    lines = [
        f"{other} shares {count} paragraph{'' if count == 1 else 's'} with it"
        for other, count in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:RELATED_SHOWN]
    ]
    standing = passages.standing
    return [*lines, f"{standing} more of its paragraphs stand in many speeches"] if standing else lines


def _print_result(console: Console, result: Result) -> None:
    entry = result.entry
    console.print()
    title = _marked(result.title, "bold") if result.title.text else Text("(no title)", style="bold")
    console.print(title.append(f"  {entry.speech.id}", style="dim"))
    facts = "  ".join(_value(r) for r in _reasons(entry))
    variants = f"  {entry.variants} cop{'y' if entry.variants == 1 else 'ies'}" if entry.variants else ""
    console.print(Text(f"  {safe(facts)}{variants}", style="cyan"))
    for snippet in result.snippets:
        console.print(Text("  ").append_text(_marked(snippet, "default")))
    for found in result.reasons:
        for evidence in _few(found.evidence):
            why = f"  {found.fact.replace('speech_date', 'date')}: “{safe(evidence.sentence)}”"
            console.print(Text(why, style="dim"))


def _reasons(entry: Entry) -> list[Reason]:
    return [reason(entry, fact) for fact in ("speech_date", "level", "region")]


def _value(found: Reason) -> str:
    if found.value is None:
        name = {"speech_date": "date", "level": "level", "region": "place"}[found.fact]
        return f"{name} unknown ({found.unknown})"
    return _LEVELS.get(found.value, found.value) if found.fact == "level" else found.value


def _wholeness(speech: Speech) -> str:
    if speech.missing_pages:
        return "no, pages missing: " + ", ".join(map(str, speech.missing_pages))
    return "no, cut off" if speech.truncated else "yes"


def _few(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Each sentence once, three at most."""
    return list({e.sentence: e for e in evidence}.values())[:3]


def _marked(snippet: Snippet, style: str) -> Text:
    text = Text("".join(c if c.isprintable() else " " for c in snippet.text), style=style)
    for start, end in snippet.spans:
        text.stylize("bold red" if sys.stdout.isatty() else "", start, end)
    return text


class _Terminal(Console):
    """A console that leaves a reader who had enough (head, less) to the command line."""

    def on_broken_pipe(self) -> None:
        """Raises BrokenPipeError."""
        raise BrokenPipeError


def _console() -> Console:
    return _Terminal(highlight=False, markup=False, soft_wrap=True)

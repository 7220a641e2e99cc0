"""Whether an index that is not in use yet is as the catalog says: its counts, and a sample of contents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flows.errors import JianghuaError
from flows.index.document import searched, storable
from flows.index.engine import FIELDS
from flows.index.fold import tokens
from flows.index.generations import Beside
from flows.index.query import And, Dates, Is, Leaf, Phrase
from flows.records import Entry

if TYPE_CHECKING:
    from flows.catalog.held import Held
    from flows.progress import Progress

SAMPLE = 100
"""Speeches of a new index that are looked up and compared with the catalog."""
PIECE = 12
"""Tokens of a phrase that is looked up."""
LONGEST_TOKEN = 50
"""Characters; pieces with longer ones (no words) are left out."""


def compare(progress: Progress, index: Beside, catalog: Held) -> int:
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
    held = searched(entry)
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

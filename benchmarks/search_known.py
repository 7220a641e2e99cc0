"""Whether a report that a person remembers a piece of is found, and how well hits are ranked."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from chain import table, verdict
from search_sets import Draw, Searched

from flows.index.elastic.query import ranked, to_elastic
from flows.index.engine import Engine
from flows.index.query import And, Node, Phrase

FIRST = 10
TARGET = 0.97
SEED = 11
PER_REPORT = 3
LOOSE_EVERY = 4
"""Every so-manieth report is looked for by loose words: thousands of such queries take a while."""
RESAMPLED = 1000
WORDS: dict[str, tuple[bool, tuple[str, ...]]] = {
    "exact phrases only": (False, ()),
    "and pairs of characters": (False, ("text",)),
    "and smartcn's words": (False, ("text.words",)),
    "and both": (False, ("text", "text.words")),
    "in a row first, and smartcn's words": (True, ("text.words",)),
}
"""What else may rank the exact hits: whether those with the words in a row come first, and fields."""
ALONE: dict[str, tuple[str, ...]] = {
    "smartcn's words alone, any of them": ("text.words",),
    "pairs of characters alone, any of them": ("text",),
    "both alone": ("text", "text.words"),
}
Query = tuple[str, tuple[str, ...]]
Ranks = list[float]
"""One over the place of the right speech for each query; 0 where it is not found."""


def report(held: Searched) -> str:
    """The section of the report."""
    return "\n\n".join((_as_phrases(held), _as_loose_words(held), _overlap(held)))


def _as_phrases(held: Searched) -> str:
    queries = Draw(held.entries, SEED).known(PER_REPORT)
    rows, kept = [], list[bool]()
    for name, engine in held.engines.items():
        answers = [engine.search(Phrase(phrase, "text"), limit=FIRST) for _, phrase in queries]
        found = [
            _place(speech, [h.id for h in a.hits]) for (speech, _), a in zip(queries, answers, strict=True)
        ]
        few = [a.total <= FIRST for a in answers]
        all_, rare = _share(found), _share([f for f, is_few in zip(found, few, strict=True) if is_few])
        often = [f for f, is_few in zip(found, few, strict=True) if not is_few]
        best = _best_possible([a.total for a in answers])
        rows.append((name, f"{rare:.4f}", f"{_share(often):.4f}", f"{all_:.4f}", f"{best:.4f}"))
        kept.append(rare >= TARGET)
    header = ("", "rare ones", "frequent ones", "all", "all, if frequent ones were drawn by lot")
    return (
        f"**As phrases.** {len(queries)} pieces of 4 to 12 characters, three from each body: the share with "
        f"the right speech in the first ten. {sum(few)} stand in ten speeches or fewer (rare); the other "
        f"{len(few) - sum(few)} do in more, and say nothing of which one is meant, so no ranking can put "
        f"each of those speeches first. Target for the rare ones {TARGET} ({verdict(all(kept))}).\n\n"
        + table(header, rows)
    )


def _best_possible(totals: Sequence[int]) -> float:
    return sum(min(1.0, FIRST / total) for total in totals if total) / len(totals)


def _as_loose_words(held: Searched) -> str:
    some = held.entries[::LOOSE_EVERY]
    sets: dict[str, list[Query]] = {}
    for cut, cutter in (("pieces", None), ("smartcn's words", held.smartcn)):
        for how, scattered in (("in a row", False), ("out of a paragraph", True)):
            sets[f"{cut}, {how}"] = Draw(some, SEED).loose(1, cutter, scattered)
    rankings: dict[str, Callable[[list[Query]], Ranks]] = {
        f"{name}: as it ranks by itself": lambda q, e=engine: _by_engine(e, q)
        for name, engine in held.engines.items()
    }
    rankings |= {
        f"elasticsearch: {name}": lambda q, w=ways: _alone(held, q, lambda n, words: _exact(n, words, *w))
        for name, ways in WORDS.items()
    }
    rankings |= {
        name: lambda q, f=fields: _alone(held, q, lambda _, words: _any(words, f))
        for name, fields in ALONE.items()
    }
    halves = {
        f"{name}, {part}": queries[at::2]
        for name, queries in sets.items()
        for at, part in ((0, "development"), (1, "held out"))
    }
    rows = [
        (ranking, *(_with_interval(rank(queries)) for queries in halves.values()))
        for ranking, rank in rankings.items()
    ]
    return (
        f"**As loose words.** Two words or more, 4 to 12 characters in all, out of every "
        f"{LOOSE_EVERY}rd text: MRR (the mean of one over the place of the right speech, 0 where it is not "
        f"found), with the interval that 95 of 100 resamplings fall in. {len(sets)} ways of remembering, "
        f"{len(some)} queries each; half of each for choosing, half to see that the choice holds.\n\n"
        + table(("", *halves), rows)
    )


def _asked(words: Sequence[str]) -> Node:
    return And(tuple(Phrase(word) for word in words))


def _by_engine(engine: Engine, queries: Sequence[Query]) -> Ranks:
    found = [engine.search(_asked(words), limit=1000) for _, words in queries]
    return [_place(s, [h.id for h in a.hits]) for (s, _), a in zip(queries, found, strict=True)]


def _alone(
    held: Searched, queries: Sequence[Query], make: Callable[[Node, tuple[str, ...]], dict[str, Any]]
) -> Ranks:
    found = held.alone([make(_asked(words), words) for _, words in queries], 1000)
    return [_place(speech, ids) for (speech, _), ids in zip(queries, found, strict=True)]


def _exact(node: Node, words: Sequence[str], in_a_row: bool, fields: Sequence[str]) -> dict[str, Any]:
    """The engine's own query with other fields to rank by."""
    made = to_elastic(node)
    return {"bool": {"must": [ranked(made, node) if in_a_row else made], "should": _matches(words, fields)}}


def _any(words: Sequence[str], fields: Sequence[str]) -> dict[str, Any]:
    return {"bool": {"should": _matches(words, fields)}}


def _matches(words: Sequence[str], fields: Sequence[str]) -> list[dict[str, Any]]:
    text = " ".join(words)
    return [{"match": {field: text}} for field in fields]


def _place(speech: str, ids: Sequence[str]) -> float:
    return 1 / (ids.index(speech) + 1) if speech in ids else 0.0


def _share(places: Sequence[float]) -> float:
    return sum(place > 0 for place in places) / max(1, len(places))


def _with_interval(ranks: Ranks) -> str:
    dice = random.Random(SEED)
    means = sorted(sum(dice.choices(ranks, k=len(ranks))) / len(ranks) for _ in range(RESAMPLED))
    low, high = means[RESAMPLED * 25 // 1000], means[RESAMPLED * 975 // 1000 - 1]
    return f"{sum(ranks) / len(ranks):.3f} ({low:.3f} to {high:.3f})"


def _overlap(held: Searched) -> str:
    """How many of the first ten the engines share, where there are more than ten hits."""
    queries: list[Node] = [Phrase(piece, "text") for _, piece in Draw(held.entries[::2], SEED).known(1)]
    queries += [_asked(words) for _, words in Draw(held.entries[::4], SEED).loose(1, held.smartcn, False)]
    shared, many = 0.0, 0
    for query in queries:
        answers = [engine.search(query, limit=FIRST) for engine in held.engines.values()]
        if answers[0].total > FIRST:
            one, other = ({hit.id for hit in answer.hits} for answer in answers)
            shared, many = shared + len(one & other) / FIRST, many + 1
    return (
        f"**Overlap.** Of {len(queries)} queries {many} have more than ten hits; there the engines share "
        f"{shared / max(1, many):.2f} of the first ten."
    )

"""Whether a report that a person remembers a piece of is found, and how well hits are ranked."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from statistics import mean
from typing import Any

from chain import table, verdict
from search_sets import Draw, Plain, Searched

from flows.index.elastic.query import ranked, to_elastic
from flows.index.engine import Engine
from flows.index.query import And, Node, Phrase

FIRST = 10
TARGET = 0.97
SEED = 11
PER_REPORT = 3
LOOSE_FIRST = 100
"""Hits looked at for a speech that was asked for by loose words."""
RESAMPLED = 1000
BESIDE: dict[str, tuple[bool, tuple[str, ...]]] = {
    "exact phrases only": (False, ()),
    "as it ranks, and pairs of characters": (True, ("text",)),
    "as it ranks, and smartcn's words": (True, ("text.words",)),
    "as it ranks, and both": (True, ("text", "text.words")),
}
"""What may rank the exact hits: whether those with the words in a row come first, and other fields."""
ALONE: dict[str, tuple[str, ...]] = {
    "pairs of characters alone, any of them": ("text",),
    "smartcn's words alone, any of them": ("text.words",),
    "both alone": ("text", "text.words"),
}
Query = tuple[str, tuple[str, ...]]
Ranks = list[float]
"""One over the place of the right speech for each query; 0 where it is not found."""


def report(held: Searched) -> str:
    """The section of the report."""
    return "\n\n".join((_as_phrases(held), _as_loose_words(held), _overlap(held)))


def _as_phrases(held: Searched) -> str:
    draw, plain = Draw(held.entries, SEED), Plain(held.entries)
    at_random = draw.known(PER_REPORT)
    told_apart = draw.known(PER_REPORT, lambda piece: _total(held.engines["embedded"], piece))
    frequent = [pair for pair in at_random if _total(held.engines["embedded"], pair[1]) > FIRST]
    rows, kept = [], list[tuple[bool, bool]]()
    for name, engine in held.engines.items():
        shares = [_in_first(held, engine, queries) for queries in (told_apart, at_random, frequent)]
        rows.append((name, *(f"{share:.4f}" for share in shares)))
        kept.append((shares[0] >= TARGET, shares[1] >= TARGET))
    bound = sum(_best_possible(plain.density(piece)) for _, piece in frequent)
    every = (len(at_random) - len(frequent) + bound) / len(at_random)
    rows.append(("the best possible", "", f"{every:.4f}", f"{bound / len(frequent):.4f}"))
    met = [verdict(all(of_set)) for of_set in zip(*kept, strict=True)]
    header = ("", "drawn as known items", "drawn at random", "of these, in more than ten")
    return (
        "**As phrases.** Pieces of 4 to 12 characters, three from each body: the share with the right "
        f"speech in the first ten; target {TARGET}. *Drawn at random* ({len(at_random)}): {met[1]}. "
        f"{len(frequent)} of them stand in more than ten speeches (as 全面贯彻落实 does); such a piece is of "
        "each of these alike, and the best that any ranking can do in the mean is to put first where it "
        "is densest, since that is how likely a random piece is cut from there. *Drawn as known items* "
        f"({len(told_apart)}): {met[0]}. One of ten random pieces, with a chance inverse to the number of "
        "speeches that hold it, as known-item queries are commonly simulated: a person who looks for a "
        "speech takes words that tell it from others.\n\n" + table(header, rows)
    )


def _total(engine: Engine, piece: str) -> int:
    return engine.search(Phrase(piece, "text"), limit=0).total


def _in_first(held: Searched, engine: Engine, queries: Iterable[tuple[str, str]]) -> float:
    found = [
        held.shown(speech) in [hit.id for hit in engine.search(Phrase(piece, "text"), limit=FIRST).hits]
        for speech, piece in queries
    ]
    return mean(found)


def _best_possible(density: Iterable[float]) -> float:
    """The chance that a piece was cut from one of the ten texts in which it is densest."""
    all_ = sorted(density, reverse=True)
    return sum(all_[:FIRST]) / sum(all_)


def _as_loose_words(held: Searched) -> str:
    sets: dict[str, list[Query]] = {}
    for cut, cutter in (("pieces", None), ("smartcn's words", held.smartcn)):
        for how, scattered in (("in a row", False), ("out of a paragraph", True)):
            drawn = Draw(held.entries, SEED).loose(1, cutter, scattered)
            sets[f"{cut}, {how}"] = [(held.shown(speech), words) for speech, words in drawn]
    rankings: dict[str, Callable[[list[Query]], Ranks]] = {
        name: lambda q, e=engine: _by_engine(e, q) for name, engine in held.engines.items()
    }
    rankings |= {
        name: lambda q, w=ways: _alone(held, q, lambda n, words: _exact(n, words, *w))
        for name, ways in BESIDE.items()
    }
    rankings |= {
        name: lambda q, f=fields: _alone(held, q, lambda _, words: _any(words, f))
        for name, fields in ALONE.items()
    }
    found = {name: [rank(queries) for queries in sets.values()] for name, rank in rankings.items()}
    default = found["elasticsearch"]
    rows, better = [], list[str]()
    for name, of_sets in found.items():
        pairs = [*zip(of_sets, default, strict=True), (_flat(of_sets), _flat(default))]
        rows.append((name, *(_shown(ranks, usual, name in held.engines) for ranks, usual in pairs)))
        if _interval(*pairs[-1])[0] > 0:
            better.append(name)
    best = verdict(not better) + (f" by {', '.join(better)}" if better else "")
    return (
        f"**As loose words.** Two words or more, 4 to 12 characters in all, {len(sets)} for each of "
        f"{len(held.entries)} texts, each by another way of remembering: MRR (the mean of one over the place "
        f"of the right speech, 0 where it is not in the first {LOOSE_FIRST}). Below the two engines as they "
        "rank by themselves, other ways to rank the same hits on Elasticsearch, and ranking by its other "
        "fields alone; in brackets the difference from how it ranks by itself, as an interval that 95 of 100 "
        "resamplings of the queries fall in. None is better over all ways together, beyond chance: "
        f"{best}.\n\n" + table(("", *sets, "all"), rows)
    )


def _asked(words: Sequence[str]) -> Node:
    return And(tuple(Phrase(word) for word in words))


def _by_engine(engine: Engine, queries: Sequence[Query]) -> Ranks:
    found = [engine.search(_asked(words), limit=LOOSE_FIRST) for _, words in queries]
    return [_place(s, [h.id for h in a.hits]) for (s, _), a in zip(queries, found, strict=True)]


def _alone(
    held: Searched, queries: Sequence[Query], make: Callable[[Node, tuple[str, ...]], dict[str, Any]]
) -> Ranks:
    found = held.alone([make(_asked(words), words) for _, words in queries], LOOSE_FIRST)
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


def _flat(of_sets: Iterable[Ranks]) -> Ranks:
    return [rank for ranks in of_sets for rank in ranks]


def _shown(ranks: Ranks, usual: Ranks, alone: bool) -> str:
    low, high = _interval(ranks, usual)
    return f"{mean(ranks):.3f}" if alone else f"{mean(ranks):.3f} ({low:+.3f} to {high:+.3f})"


def _interval(ranks: Ranks, usual: Ranks) -> tuple[float, float]:
    """Of the mean difference, query by query."""
    dice = random.Random(SEED)
    differences = [one - other for one, other in zip(ranks, usual, strict=True)]
    means = sorted(mean(dice.choices(differences, k=len(differences))) for _ in range(RESAMPLED))
    return means[RESAMPLED * 25 // 1000], means[RESAMPLED * 975 // 1000 - 1]


def _overlap(held: Searched) -> str:
    """How many of the first ten the engines share, where there are more than ten hits."""
    kinds: dict[str, list[Node]] = {
        "phrases": [Phrase(piece, "text") for _, piece in Draw(held.entries, SEED).known(1)],
        "loose words": [_asked(words) for _, words in Draw(held.entries, SEED).loose(1, None, True)],
    }
    told = []
    for kind, queries in kinds.items():
        shared = list[float]()
        for query in queries:
            answers = [engine.search(query, limit=FIRST) for engine in held.engines.values()]
            if answers[0].total > FIRST:
                one, other = ({hit.id for hit in answer.hits} for answer in answers)
                shared.append(len(one & other) / FIRST)
        told.append(f"{mean(shared):.3f} for {kind} ({len(shared)} of {len(queries)} queries)")
    return (
        "**Overlap.** The part of the first ten that both engines show, where there are more than ten hits: "
        f"{'; '.join(told)}."
    )

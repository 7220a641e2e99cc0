"""Why a query finds nothing, and what would find something: only what the engine has been asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flows.index.engine import Engine
from flows.index.fold import tokens
from flows.index.query import And, Is, Node, Not, Or, Phrase, to_text

MOST_PARTS = 8
"""Parts of a query that are left out in turn: each is one more search."""


def advice(engine: Engine, query: Node) -> list[str]:
    """Lines to print below a search that found nothing."""
    if not engine.count():
        return ["the index holds no speeches yet; take some in with: jianghua ingest PATH"]
    if copies := _total(engine, query, variants=True):
        them = to_text(And((query, Is("canonical", "false"))))
        return [f"found only in copies, for which another text is shown: {_speeches(copies)}; with: {them}"]
    return list(dict.fromkeys(_why(engine, query)))


def _why(engine: Engine, node: Node) -> Iterator[str]:
    match node:
        case Or(nodes):
            for child in nodes:
                yield from _why(engine, child)
        case And(nodes):
            missed = [child for child in nodes if not _total(engine, child, variants=True)]
            for child in missed:
                yield from _why(engine, child)
            if not missed:
                yield from _apart(engine, nodes)
        case Phrase():
            yield f"no speech has {to_text(node)}"
            yield from _looser(engine, node)
        case Not():
            yield f"{to_text(node)} shuts out every speech"
        case _:
            yield f"no speech has {to_text(node)}"


def _apart(engine: Engine, nodes: Sequence[Node]) -> Iterator[str]:
    """What is found without one part, where each part is found by itself."""
    yield "each part of the query is found, but not all in one speech"
    for part in nodes[:MOST_PARTS]:
        rest = tuple(node for node in nodes if node is not part)
        if found := _total(engine, rest[0] if len(rest) == 1 else And(rest)):
            yield f"without {to_text(part)}: {_speeches(found)}"


def _looser(engine: Engine, phrase: Phrase) -> Iterator[str]:
    """Less exact forms of a phrase that are found."""
    if phrase.scope != "any" and (found := _total(engine, Phrase(phrase.text))):
        yield f"anywhere in title or text: {_speeches(found)}"
        return
    words = [word for word in phrase.text.split() if tokens(word)]
    if len(words) > 1 and (found := _total(engine, And(tuple(map(Phrase, words))))):
        yield f"its words, but not in a row: {_speeches(found)}; leave the quotes out"
        return
    if beginning := _longest_beginning(engine, phrase):
        yield f"its longest beginning that is found is {to_text(beginning)}: " + _speeches(
            _total(engine, beginning, variants=True)
        )


def _longest_beginning(engine: Engine, phrase: Phrase) -> Phrase | None:
    """The more words of a phrase, the fewer speeches have them: so it is halved where it can be cut."""
    text, words = phrase.text, tokens(phrase.text)
    cuts = [at for at in range(1, len(text)) if _cuts(words, text[:at], text[at:])]
    known, unknown = -1, len(cuts)
    while unknown - known > 1:
        middle = (known + unknown) // 2
        found = _total(engine, Phrase(text[: cuts[middle]], phrase.scope), variants=True)
        known, unknown = (middle, unknown) if found else (known, middle)
    return Phrase(text[: cuts[known]], phrase.scope) if known >= 0 else None


def _cuts(words: list[str], left: str, right: str) -> bool:
    """Whether a phrase of these words falls apart into the two between words, none of them empty."""
    before, after = tokens(left), tokens(right)
    return bool(before and after) and before + after == words


def _total(engine: Engine, query: Node, variants: bool = False) -> int:
    return engine.search(query, limit=0, variants=variants).total


def _speeches(count: int) -> str:
    return f"{count:,} speech{'' if count == 1 else 'es'}"

"""Whether both engines hold the same and find exactly what a plain search of the export finds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from chain import table, verdict
from search_sets import ALIAS, Draw, Plain, Searched

from flows import export
from flows.catalog import Catalog
from flows.index.document import document
from flows.index.engine import Engine
from flows.index.fold import find
from flows.index.query import Everything, Node, Phrase, parse
from flows.index.results import result
from flows.records import Entry

PIECES, ABSENT = 1000, 200
PAGE = 500
CHECKED = 50
"""Every so-manieth phrase is looked for by the slow definition too (``fold.find`` on the exported text)."""
TYPED = {
    "招商引資": "招商引资",
    '"項目為王"': '"项目为王"',
    "領導幹部": "领导干部",
    "經濟 發展": "经济 发展",
    "黨風廉政建設": "党风廉政建设",
    "“農業產業化”": '"农业产业化"',
    "ＧＤＰ": "gdp",
    "２００７年": "2007年",
    "發展经济": "发展经济",
    "“８．５％”": '"8.5%"',
    "標題：政府工作報告": "标题:政府工作报告",
    "全面建设小康社會　－廣東": "全面建设小康社会 -广东",
}
"""Queries in traditional, full-width or mixed form, and what they ask for in simplified, half-width form."""


def report(held: Searched) -> str:
    """The section of the report."""
    return "\n\n".join((_export(held), _phrases(held), _typed(held)))


def _export(held: Searched) -> str:
    """Each engine's own list of all that it holds, exported; and the node's documents, field by field."""
    lists = {name: sorted(_all_ids(engine)) for name, engine in held.engines.items()}
    with Catalog.open(held.archive) as catalog:
        exports = {name: _lines(catalog.entries(ids)) for name, ids in lists.items()}
    one, other = exports.values()
    different = sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))
    documents = _documents(held)
    wrong = sum(documents.get(e.speech.id) != json.loads(json.dumps(document(e))) for e in held.entries)
    return (
        f"**Export.** {len(one)} speeches by the embedded engine, {len(other)} by Elasticsearch; lines that "
        f"differ: {different} ({verdict(not different)}). Documents held by the node that differ from what "
        f"the catalog says, field by field: {wrong} ({verdict(not wrong)})."
    )


def _all_ids(engine: Engine) -> list[str]:
    found, cursor = list[str](), None
    while True:
        page = engine.search(Everything(), sort="date", limit=PAGE, after=cursor, variants=True)
        found += [hit.id for hit in page.hits]
        cursor = page.next
        if cursor is None:
            return found


def _lines(entries: Iterable[Entry]) -> list[str]:
    return [json.dumps(export.as_json(entry), ensure_ascii=False) for entry in entries]


def _documents(held: Searched) -> dict[str, Any]:
    ids = [one.speech.id for one in held.entries]
    found: dict[str, Any] = {}
    for at in range(0, len(ids), 50):
        answer = held.client.mget(index=ALIAS, ids=ids[at : at + 50])
        found |= {doc["_id"]: doc["_source"] for doc in answer["docs"]}
    return found


def _phrases(held: Searched) -> str:
    plain = Plain(held.entries)
    draw = Draw(held.entries, seed=7)
    present = draw.pieces(PIECES)
    halves = [piece[: len(piece) // 2 + 1] for piece in draw.pieces(20 * ABSENT) if piece.isalnum()]
    joined = (a + b for a, b in zip(halves[::2], halves[1::2], strict=False))
    absent = [phrase for phrase in dict.fromkeys(joined) if len(phrase) <= 12 and not plain(phrase)][:ABSENT]
    phrases = present + absent
    truth = [plain(phrase) for phrase in phrases]
    for at in range(0, len(phrases), CHECKED):
        slow = {e.speech.id for e in held.entries if find(e.speech.text, phrases[at])}
        if slow != truth[at]:
            raise SystemExit(f"the bench's plain search is wrong on {phrases[at]}")
    found = {name: _by_engine(engine, phrases) for name, engine in held.engines.items()}
    found["`match_phrase` on smartcn's words alone"] = _by_field(held, "text.words", phrases)
    found["`match_phrase` on pairs of characters alone"] = _by_field(held, "text", phrases)
    rows = [_row(name, sets, truth) for name, sets in found.items()]
    ours = [_differing(found[name], truth) for name in held.engines]
    header = ("", "phrases with other hits", "hits lost", "hits too many", "of 200 absent ones found")
    return (
        f"**Exact phrases.** {len(present)} pieces of 2 to 12 characters cut at random from the texts at "
        f"token borders, and {len(absent)} made of their halves that stand nowhere; "
        f"{sum(map(len, truth))} hits by a plain search of the exported text. Differences allowed: none "
        f"({verdict(not any(ours) and len(absent) == ABSENT)}).\n\n" + table(header, rows)
    )


def _by_engine(engine: Engine, phrases: Sequence[str]) -> list[set[str]]:
    return [
        {hit.id for hit in engine.search(Phrase(phrase, "text"), limit=1000, variants=True).hits}
        for phrase in phrases
    ]


def _by_field(held: Searched, field: str, phrases: Sequence[str]) -> list[set[str]]:
    queries = [{"match_phrase": {field: phrase}} for phrase in phrases]
    return [set(ids) for ids in held.alone(queries, 1000)]


def _differing(found: Sequence[set[str]], truth: Sequence[set[str]]) -> int:
    return sum(a != b for a, b in zip(found, truth, strict=True))


def _row(name: str, found: Sequence[set[str]], truth: Sequence[set[str]]) -> tuple[object, ...]:
    pairs = list(zip(found, truth, strict=True))
    lost, much = sum(len(b - a) for a, b in pairs), sum(len(a - b) for a, b in pairs)
    return name, _differing(found, truth), lost, much, sum(bool(a) for a, b in pairs if not b)


def _typed(held: Searched) -> str:
    entries = {one.speech.id: one for one in held.entries}
    rows, wrong = [], 0
    for typed, plain in TYPED.items():
        asked, meant = parse(typed), parse(plain)
        cells: list[object] = [f"`{typed}`", f"`{plain}`"]
        for engine in held.engines.values():
            hits = [hit.id for hit in engine.search(asked, limit=1000, variants=True).hits]
            same = hits == [hit.id for hit in engine.search(meant, limit=1000, variants=True).hits]
            marked = [_marks(entries[hit], asked) for hit in hits]
            right = (
                same and bool(hits) and all(marked) and marked == [_marks(entries[h], meant) for h in hits]
            )
            wrong += not right
            cells.append(f"{len(hits)}, {'all marked' if right else '**wrong**'}")
        rows.append(cells)
    return (
        "**As typed.** Traditional, full-width and mixed queries; hits, and whether they and what is "
        f"highlighted are those of the plain form ({verdict(not wrong)}).\n\n"
        + table(("typed", "meant", *held.engines), rows)
    )


def _marks(entry: Entry, query: Node) -> list[str]:
    """What is marked in a hit, its title too."""
    shown = result(entry, query, 0.0)
    return [s.text[a:b] for s in (shown.title, *shown.snippets) for a, b in s.spans]

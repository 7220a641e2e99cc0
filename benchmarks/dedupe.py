"""How well copies are found, and at what cost, beside other tools in one run: ``make bench-dedupe``.

Prints one table after the other in Markdown and writes them to ``results/dedupe.md``. With ``--million`` the
growth is measured up to a million speeches, which takes half an hour. Needs the labelled texts beside the
checkout.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from importlib import import_module, util
from importlib.metadata import version
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import dedupe_growth
import dedupe_sets
from chain import check
from dedupe_sets import Text

from flows import copies, dedupe
from flows.catalog.writer import Writer
from flows.spool import Spoken

RESULT = Path(__file__).parent / "results" / "dedupe.md"
INTRODUCTION = """# Copies, beside other tools

Made by `make bench-dedupe`; generated sets are cut from the labelled reports and changed by fixed seeds
(`benchmarks/dedupe_sets.py`). **missed** is a target that is not met."""
SPEECHES, HELD_OUT, TEMPLATES = 2000, 800, 500


def main(shared: Path, million: bool = False) -> int:
    """Print the tables and write them down; 2 where the labelled texts are not there."""
    if not (shared / "corpora").is_dir():
        print(f"{shared / 'corpora'} is not there: nothing to measure", file=sys.stderr)
        return 2
    peers = ", ".join(f"{name} {version(name)}" for name in ("rensa", "datasketch", "numpy"))
    sizes = (10_000, 100_000, 1_000_000) if million else (10_000, 30_000, 100_000)
    with RESULT.open("w", encoding="utf-8") as result:
        for part in _parts(shared, f"{date.today()}; {peers}.", sizes):
            report = "\n".join(part) + "\n"
            print(report, flush=True)
            result.write(f"{report}\n")
            result.flush()
    return 0


def _parts(shared: Path, when: str, sizes: Sequence[int]) -> Iterator[list[str]]:
    """The report, each part as soon as it is measured."""
    yield [INTRODUCTION, "", when]
    yield _quality(shared)
    if util.find_spec("dedupe_fragments"):  # what the stitched speeches are measured by
        yield import_module("dedupe_fragments").section(shared)
    yield dedupe_growth.speed(shared)
    yield dedupe_growth.growth(shared, sizes)
    yield dedupe_growth.crowds(shared)


def _quality(shared: Path) -> list[str]:
    rows = ["### Right and wrong", "", "| set | measured | found | target |", "| --- | --- | ---: | --- |"]
    together, apart, of = _pairs(shared)
    rows.append(
        _row("43 labelled pairs", f"right of the {of} scored", f"{together + apart}", together + apart == of)
    )
    sets = (
        (1, dedupe_sets.speeches(shared, SPEECHES), "labelled reports"),
        (7, dedupe_sets.held_out(shared, HELD_OUT), "held out: speeches, policy papers, other cuts"),
    )
    kinds: list[str] = []
    for seed, texts, name in sets:
        dice = random.Random(seed)
        copied = [t for text in texts for t in (text, *dedupe_sets.variants(text, dice))]
        recall, precision, missed = _clusters(copied)
        name = f"{len(texts):,} speeches, {len(copied) - len(texts):,} variants ({name})"
        rows.append(_row(name, "pairs of copies in one cluster", f"{recall:.4f}", recall >= 0.99, "≥ 0.99"))
        rows.append(
            _row(
                "", "pairs in one cluster that are copies", f"{precision:.4f}", precision >= 0.999, "≥ 0.999"
            )
        )
        merged, linked, placed, pairs = _templates(texts)
        rows.append(_row(f"{pairs} template pairs", "merged", f"{merged}", merged <= 0.01 * pairs, "≤ 1 %"))
        rows.append(_row("", "linked as such; with the places named", f"{linked}; {placed}"))
        kinds = kinds or [f"| {kind} | {lost} | {total:,} |" for kind, lost, total in missed]
    rows += ["", "Pairs of copies of the first set that were missed, by the kinds of one of the two:", ""]
    return [*rows, "| kind | missed | of |", "| --- | ---: | ---: |", *kinds]


def _row(name: str, what: str, found: str, met: bool | None = None, target: str = "all") -> str:
    verdict = "" if met is None else f"{target}: {'met' if met else '**missed**'}"
    return f"| {name} | {what} | {found} | {verdict} |"


def _pairs(shared: Path) -> tuple[int, int, int]:
    """Right together, right apart, scored, of the labelled pairs as the check makes them."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "pairs"
        check(shared).make("pairs", shared / "corpora", out)
        labels = json.loads(out.with_suffix(".labels.json").read_text("utf-8"))
        texts = {f.name: f.read_text("utf-8") for f in sorted(out.iterdir())}
    right: Counter[bool] = Counter()
    for name, label in labels.items():
        link = dedupe.compare(texts[f"{name}a.txt"], texts[f"{name}b.txt"])
        same = link is not None and link.kind == "variant"
        right[label["same"]] += same == label["same"]
    return right[True], right[False], len(labels)


def _settled(texts: Sequence[Text]) -> tuple[dict[str, str], dict[str, list[tuple[str, bool]]]]:
    """The cluster of each speech, and the relations it has: what, and whether places are named."""
    with TemporaryDirectory() as folder, Writer.open(Path(folder), create=True) as catalog:
        speeches = {s.id: s for s in (t.speech() for t in texts)}
        found = (Spoken(key=i, speeches=(s,), marks=(dedupe.sign(s.text),)) for i, s in speeches.items())
        catalog.put_speeches(found, "bench")
        copies.match(catalog, lambda _: None)
        copies.settle(catalog, "bench")
        entries = list(catalog.entries())
        return (
            {e.speech.id: e.cluster for e in entries},
            {e.speech.id: [(r.relation, bool(r.places)) for r in e.related] for e in entries},
        )


def _clusters(texts: Sequence[Text]) -> tuple[float, float, list[tuple[str, int, int]]]:
    """Recall and precision over pairs, and what was missed by kind."""
    shuffled = random.Random(2).sample(texts, len(texts))
    cluster, _ = _settled(shuffled)
    made = {t.speech().id: t for t in texts}
    originals: dict[int, list[str]] = defaultdict(list)
    clusters: dict[str, list[str]] = defaultdict(list)
    for i, text in made.items():
        originals[text.of].append(i)
        clusters[cluster[i]].append(i)
    missed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    found = all_pairs = 0
    for ids in originals.values():
        for a, b in combinations(ids, 2):
            kinds = {k for i in (a, b) for k in made[i].kinds}
            all_pairs += 1
            found += cluster[a] == cluster[b]
            total.update(kinds)
            missed.update(kinds if cluster[a] != cluster[b] else ())
    joined = sum(len(ids) * (len(ids) - 1) // 2 for ids in clusters.values())
    by_kind = [(kind, missed[kind], total[kind]) for kind in dedupe_sets.KINDS]
    return found / all_pairs, found / joined, by_kind


def _templates(texts: Sequence[Text]) -> tuple[int, int, int, int]:
    """Pairs merged, linked as of one template, linked with places, of so many."""
    dice = random.Random(3)
    pairs = [(t, other) for t in texts if (other := dedupe_sets.template(t, dice))][:TEMPLATES]
    cluster, related = _settled([t for two in pairs for t in two])
    ids = [(a.speech().id, b.speech().id) for a, b in pairs]
    linked = [[named for what, named in related[a] if what == "template"] for a, _ in ids]
    merged = sum(cluster[a] == cluster[b] for a, b in ids)
    return merged, sum(map(bool, linked)), sum(map(any, linked)), len(pairs)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), "--million" in sys.argv))

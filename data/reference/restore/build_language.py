"""Builds ``language.tsv``: how likely a character is after another.

    python data/reference/restore/build_language.py ../shared/corpora/reports

The folder holds plain texts in UTF-8: 602 reports on the work of the government, national to prefecture,
1954 to 2026. Such documents of state organs are outside copyright (Copyright Law of the People's
Republic of China, article 5), and no text is taken over: what enters the result are counts of characters,
of pairs and of threes in a row, turned into probabilities (Kneser and Ney 1995: absolute discounting, by
0.75, and in the shorter contexts not how often a character comes, but after how many others): facts about
the language, from which no sentence can be read back.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from operator import add
from pathlib import Path

from flows.language import FIRST_LEVEL, STEP, Symbols

OUT = Path(__file__).with_name("language.tsv")
DISCOUNT = 0.75
LEAST_PAIR, LEAST_TRIPLE = 2, 2
"""After how many others a pair, and how often three in a row, must have been seen to be listed."""
HEADER = """\
# Costs of a character after one or two others, built by build_language.py from the counts of characters,
# pairs and threes in {files} reports on the work of the government ({characters:,} characters, simplified
# script), which are outside copyright (Copyright Law of the PRC, article 5); counts only, no text.
# Columns: one or two symbols; codes: of a single symbol its cost by itself, of both the cost of leaving
# the list; the symbols that follow; their costs, a code each.
# A code is chr({first} + n): n steps of {step} on the scale of -ln p.
"""
Counts = Counter[str]


def main(paths: list[str], out: Path = OUT) -> None:
    symbols = Symbols()
    ones, twos, threes = Counts(), Counts(), Counts()
    for path in paths:
        text = re.sub(r"[^\S\n]+", "", "\n" + Path(path).read_text("utf-8") + "\n")
        row = "".join(map(symbols.__getitem__, text))
        pairs = list(map(add, row, row[1:]))
        ones.update(row)
        twos.update(pairs)
        threes.update(map(add, pairs, row[2:]))
    header = HEADER.format(files=len(paths), characters=ones.total(), first=FIRST_LEVEL, step=STEP)
    out.write_text(header + "".join(rows(twos, threes)), encoding="utf-8")


def rows(twos: Counts, threes: Counts) -> Iterator[str]:
    kinds_before = Counter(pair[1] for pair in twos)
    alone = {symbol: kinds / len(twos) for symbol, kinds in kinds_before.items()}
    before_pair = Counter(three[1:] for three in threes)
    before_any = Counts()
    for pair, kinds in before_pair.items():
        before_any[pair[0]] += kinds
    after_one = followers(before_pair, before_any, LEAST_PAIR, alone)
    for symbol in sorted(alone):
        leave, found = after_one.get(symbol, (1.0, {}))
        yield line(symbol, code(alone[symbol]) + code(leave), found)
    by_pair = {}
    for three in threes:
        leave, found = after_one.get(three[1], (1.0, {}))
        by_pair[three[1:]] = found.get(three[2], leave * alone[three[2]])
    for pair, (leave, found) in sorted(followers(threes, twos, LEAST_TRIPLE, by_pair).items()):
        yield line(pair, code(leave), found)


def followers(
    counts: Counts, contexts: Counts, least: int, shorter: dict[str, float]
) -> dict[str, tuple[float, dict[str, float]]]:
    """For each context the probability left to what is not listed, and those of what is.

    ``shorter`` has the probabilities that a context of one symbol less gives.
    """
    kept: dict[str, list[tuple[int, str]]] = {}
    for together, count in counts.items():
        if count >= least:
            kept.setdefault(together[:-1], []).append((-count, together))
    found = {}
    for context, listed in kept.items():
        n = contexts[context]
        leave = 1 - sum(-less - DISCOUNT for less, _ in listed) / n
        found[context] = (
            leave,
            {s[-1]: (-less - DISCOUNT) / n + leave * shorter[s[1:]] for less, s in sorted(listed)},
        )
    return found


def line(context: str, codes: str, followers: dict[str, float]) -> str:
    return f"{context}\t{codes}\t{''.join(followers)}\t{''.join(map(code, followers.values()))}\n"


def code(probability: float) -> str:
    return chr(FIRST_LEVEL + min(126 - FIRST_LEVEL, max(0, round(-math.log(probability) / STEP))))


if __name__ == "__main__":
    texts = sorted(Path(sys.argv[1]).glob("*.txt")) if len(sys.argv) == 2 else []
    if not texts:
        sys.exit("usage: build_language.py FOLDER, one with texts (*.txt) in it")
    main(list(map(str, texts)))

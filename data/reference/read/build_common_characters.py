"""Writes common_characters.txt: run in a throw-away environment with jieba 0.42.1 (MIT) and
opencc-python-reimplemented 0.1.7 (Apache-2.0) installed: ``python build_common_characters.py``.
"""

import math
from collections import Counter, defaultdict
from pathlib import Path

import jieba
import opencc

STEP = 0.5
MARKS = {
    0.03: "，。、",
    0.003: "；：？！“”（）《》·　—…",
    0.0005: "‘’〈〉【】「」『』〔〕％０１２３４５６７８９",
}
"""Shares of marks and full-width figures, which no dictionary counts: round figures."""
HEADER = f"""\
# How common Chinese characters are, simplified and traditional: a level, and the characters that have it.
# Level n: a share of exp(-n * {STEP}) of running text. Tells rightly from wrongly decoded text.
# Counted over the words of jieba 0.42.1's dictionary (MIT), weighted by frequency; traditional forms by
# opencc-python-reimplemented 0.1.7 (Apache-2.0): s2t, s2tw, s2hk, each with the share of its simplified
# form. Marks: round figures. Made by build_common_characters.py; do not edit.
"""


def main() -> None:
    counts: Counter[str] = Counter()
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, frequency, *_ = line.decode("utf-8").split()
            for character in word:
                if "一" <= character <= "鿿":
                    counts[character] += int(frequency)
    shares = {character: count / counts.total() for character, count in counts.items()}
    for name in ("s2t", "s2tw", "s2hk"):
        convert = opencc.OpenCC(name).convert
        for character, count in counts.items():
            form = convert(character)
            shares[form] = max(shares.get(form, 0), count / counts.total())
    shares |= {mark: share for share, marks in MARKS.items() for mark in marks}
    levels = defaultdict(list)
    for character in sorted(shares, key=lambda c: (-shares[c], c)):
        levels[round(-math.log(shares[character]) / STEP)].append(character)
    rows = (f"{level}\t{''.join(levels[level])}\n" for level in sorted(levels))
    Path(__file__).with_name("common_characters.txt").write_text(HEADER + "".join(rows), "utf-8")


if __name__ == "__main__":
    main()

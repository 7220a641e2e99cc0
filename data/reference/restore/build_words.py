"""Builds ``words.txt``: common words, to see that a letter stands in the middle of one (杜M绝).

    pip download --no-deps --no-binary :all: -d PACKAGES jieba==0.42.1
    python data/reference/restore/build_words.py PACKAGES/jieba-0.42.1.tar.gz

From the dictionary of jieba (MIT): words of two to four characters seen at least FREQUENCY times in its
counts, less names of places and bodies, and rare ones of people.
"""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

OUT = Path(__file__).with_name("words.txt")
FREQUENCY = {2: 80, 3: 60, 4: 20}
NAMES = ("ns", "nt", "nz")
PERSON = 150
"""Words that jieba takes for names of people are kept if this common: 杜绝 is one of them."""


def main(package: str) -> None:
    with tarfile.open(package) as tar:
        dictionary = tar.extractfile("jieba-0.42.1/jieba/dict.txt")
        lines = dictionary.read().decode().splitlines() if dictionary else []
    words = sorted(word for word, count, tag in map(str.split, lines) if wanted(word, int(count), tag))
    OUT.write_text("".join(f"{word}\n" for word in words), encoding="utf-8")


def wanted(word: str, count: int, tag: str) -> bool:
    least = max(FREQUENCY.get(len(word), sys.maxsize), PERSON if tag.startswith("nr") else 0)
    chinese = all("\u4e00" <= character <= "\u9fff" for character in word)
    return chinese and count >= least and not tag.startswith(NAMES)


if __name__ == "__main__":
    main(sys.argv[1])

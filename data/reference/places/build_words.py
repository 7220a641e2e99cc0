"""Builds words.txt: common words that a place name must not cut through (复杂|多变 holds no 杂多).

    pip download --no-deps --no-binary :all: -d PACKAGES jieba==0.42.1
    python data/reference/places/build_words.py PACKAGES > data/reference/places/words.txt

From the dictionary of jieba (MIT): words of two to four characters seen at least FREQUENCY times in its
counts, and idioms and set phrases, however rare, that hold the short name of a division (大同小异); less
place names and less what is itself a name in divisions.csv.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
import tarfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from flows.tag.boundary import LONGEST_WORD
from flows.tag.divisions import short_name

JIEBA = ("jieba-0.42.1.tar.gz", "055ca12f62674fafed09427f176506079bc135638a14e23e25be909131928db2")
FREQUENCY = {2: 100, 3: 200, 4: 200}
"""By length. The rarest word that the known false matches need is 区位 (136)."""
IDIOMS = ("i", "l")
"""jieba's tags of idioms and set phrases."""
PERSON_FREQUENCY = 1000
"""Words that jieba takes for parts of personal names are kept only if this common (王朝)."""


def main(folder: Path) -> None:
    name, sha256 = JIEBA
    data = (folder / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        sys.exit(f"{folder / name}: not the pinned file")
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        dictionary = tar.extractfile("jieba-0.42.1/jieba/dict.txt")
        lines = dictionary.read().decode().splitlines() if dictionary else []
    with (Path(__file__).parent / "divisions.csv").open(encoding="utf-8") as f:
        places = {row["name"] for row in csv.DictReader(f)}
    short = {short_name(name) for name in places}
    for word in sorted(
        w
        for w, n, tag in map(str.split, lines)
        if (wanted(w, int(n), tag) or (tag in IDIOMS and holds(w, short))) and w not in places
    ):
        print(word)


def wanted(word: str, frequency: int, tag: str) -> bool:
    if tag in ("ns", "nt") or frequency < FREQUENCY.get(len(word), 1 << 30):
        return False
    return not tag.startswith("nr") or frequency >= PERSON_FREQUENCY


def holds(phrase: str, names: set[str]) -> bool:
    """Whether a phrase is longer than one of the names and holds it."""
    if not 3 <= len(phrase) <= LONGEST_WORD or phrase in names:
        return False
    return any(phrase[a:b] in names for a in range(len(phrase)) for b in range(a + 2, len(phrase) + 1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

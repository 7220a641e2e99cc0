"""Writes common_characters.txt: run in a throw-away environment with jieba 0.42.1 (MIT) and
opencc-python-reimplemented 0.1.7 (Apache-2.0) installed: ``python build_common_characters.py``.
"""

from collections import Counter
from pathlib import Path

import jieba
import opencc

HOW_MANY = 1000
HEADER = f"""\
# The {HOW_MANY} most frequent Chinese characters and their traditional forms, most frequent first.
# Tells rightly from wrongly decoded text. Counted over the words of jieba 0.42.1's dictionary (MIT),
# weighted by frequency; traditional forms by opencc-python-reimplemented 0.1.7 (Apache-2.0), s2t.
# Made by build_common_characters.py; do not edit.
"""


def main() -> None:
    counts: Counter[str] = Counter()
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, frequency, *_ = line.decode("utf-8").split()
            for character in word:
                if "一" <= character <= "鿿":
                    counts[character] += int(frequency)
    simplified = [character for character, _ in counts.most_common(HOW_MANY)]
    convert = opencc.OpenCC("s2t").convert
    both = dict.fromkeys(simplified + [convert(character) for character in simplified])
    Path(__file__).with_name("common_characters.txt").write_text(HEADER + "".join(both) + "\n", "utf-8")


if __name__ == "__main__":
    main()

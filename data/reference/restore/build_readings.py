"""Builds ``readings.tsv``: which characters have which reading in pinyin.

    python -m pip install pypinyin==0.55.0
    python data/reference/restore/build_readings.py

Source: the single-character table of pypinyin (MIT licence), itself from the Unihan database and
pinyin-data. The package is needed to build the file only, never to use it.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from pathlib import Path

from pypinyin.pinyin_dict import pinyin_dict

OUT = Path(__file__).with_name("readings.tsv")
HEADER = """\
# Readings in pinyin (NFC, ü as ü, neutral tone without a mark), the characters whose usual reading it is,
# and others that have it; U+4E00 to U+9FFF. Built by build_readings.py from pypinyin 0.55.0 (MIT licence),
# which names the usual reading first.
"""


def main() -> None:
    usual, others = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for code in sorted(pinyin_dict):
        if 0x4E00 <= code <= 0x9FFF:
            first, *more = dict.fromkeys(
                unicodedata.normalize("NFC", reading) for reading in pinyin_dict[code].split(",")
            )
            usual[first].append(chr(code))
            for reading in more:
                others[reading].append(chr(code))
    readings = sorted(usual.keys() | others.keys())
    rows = (f"{reading}\t{''.join(usual[reading])}\t{''.join(others[reading])}\n" for reading in readings)
    OUT.write_text(HEADER + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()

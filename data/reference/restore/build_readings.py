"""Builds ``readings.tsv``: which characters have which reading in pinyin.

    python -m pip install pypinyin==0.55.0
    python data/reference/restore/build_readings.py

Source: the single-character table of pypinyin (MIT licence), itself from the Unihan database and
pinyin-data. The package is needed to build the file only, never to use it.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

from pypinyin.pinyin_dict import pinyin_dict

OUT = Path(__file__).with_name("readings.tsv")
HEADER = """\
# Readings in pinyin (NFC, ü as ü, neutral tone without a mark) and the characters that have them,
# U+4E00 to U+9FFF. Built by build_readings.py from pypinyin 0.55.0 (MIT licence).
"""


def main() -> None:
    characters: dict[str, list[str]] = {}
    for code in sorted(pinyin_dict):
        if 0x4E00 <= code <= 0x9FFF:
            for reading in dict.fromkeys(pinyin_dict[code].split(",")):
                characters.setdefault(unicodedata.normalize("NFC", reading), []).append(chr(code))
    rows = (f"{reading}\t{''.join(chars)}\n" for reading, chars in sorted(characters.items()))
    OUT.write_text(HEADER + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()

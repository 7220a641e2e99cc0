"""Builds ``lookalikes.tsv``: characters that look like another and are put in its place.

    python data/reference/restore/build_lookalikes.py

Sources: the compatibility mappings of Python's own Unicode data (radicals, compatibility ideographs,
letters for mathematics); Unicode's EquivalentUnifiedIdeograph.txt for the radicals it has no mapping of
(those that lead to one common character); GB 18030-2005 against its edition of 2000 for the private-use
characters that became real ones; Unicode's confusables.txt (UTS 39) for Cyrillic and Greek letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

OUT = Path(__file__).with_name("lookalikes.tsv")
HEADER = """\
# Look-alikes, by kind: characters, and what they stand for, in the same order. Built by build_lookalikes.py
# from Unicode's compatibility mappings, EquivalentUnifiedIdeograph.txt and confusables.txt, and GB 18030.
# radical: of the Kangxi and supplementary radicals, typed or extracted in place of the character.
# ideograph: compatibility ideographs. private: once private-use, by GB 18030-2000. plain: letters and
# figures for mathematics. letter: Cyrillic and Greek letters that look Latin.
"""
RADICALS = (
    "⺁厂 ⺄乙 ⺅亻 ⺆冂 ⺈刀 ⺉刂 ⺊卜 ⺌小 ⺍小 ⺎兀 ⺏尣 ⺐尢 ⺒巳 ⺓幺 ⺔彑 ⺖忄 ⺘扌 ⺙攵 "
    "⺛旡 ⺝月 ⺞歺 ⺠民 ⺡氵 ⺢氺 ⺣灬 ⺤爫 ⺥爫 ⺦丬 ⺧牛 ⺨犭 ⺩王 ⺪疋 ⺫目 ⺬示 ⺭礻 ⺮竹 "
    "⺯糹 ⺰纟 ⺱罓 ⺲罒 ⺶羊 ⺹耂 ⺺肀 ⺻聿 ⺼月 ⺽臼 ⺾艹 ⺿艹 ⻀艹 ⻁虎 ⻂衤 ⻃覀 ⻄西 ⻅见 "
    "⻆角 ⻈讠 ⻉贝 ⻋车 ⻌辶 ⻍辶 ⻎辶 ⻏阝 ⻐钅 ⻑長 ⻒镸 ⻓长 ⻔门 ⻖阝 ⻘青 ⻙韦 ⻚页 ⻛风 "
    "⻜飞 ⻝食 ⻟飠 ⻠饣 ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻫斉 ⻬齐 ⻭歯 ⻮齿 ⻯竜 "
    "⻰龙 ⻱龜 ⻲亀"
)
SIMPLIFIED = {"⼾": "⼾户", "⾭": "⾭青", "⿈": "⿈黄"}
"""Kangxi radicals that Unicode gives the old form of, and that simplified pages use for the new."""
PRIVATE = {
    **dict(zip(range(0xE78D, 0xE794), "︐︒︑︓︔︕︖", strict=True)),
    **dict(zip(range(0xE794, 0xE797), "︗︘︙", strict=True)),
    **{0xE7C7: "ḿ", 0xE816: "𠂇", 0xE817: "𠂉", 0xE818: "𠃌", 0xE81E: "龴", 0xE826: "龵", 0xE82B: "龶"},
    **{0xE82C: "龷", 0xE831: "𡗗", 0xE832: "龸", 0xE83B: "𢦏", 0xE843: "龹", 0xE854: "龺", 0xE855: "𤇾"},
    0xE864: "龻",
}
LETTERS = (
    "АA ВB СC ЕE НH ІI ЈJ КK МM ОO РP ЅS ТT ХX УY аa сc еe іi јj оo рp ѕs хx уy "
    "ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX οo"
)


def main() -> None:
    kinds = {
        "radical": [
            *(SIMPLIFIED.get(pair[0], pair) for pair in compatible(range(0x2F00, 0x2FD6))),
            *compatible((0x2E9F, 0x2EF3)),
            *RADICALS.split(),
        ],
        "ideograph": [*compatible(range(0xF900, 0xFB00)), *compatible(range(0x2F800, 0x2FA20))],
        "private": [chr(code) + becomes for code, becomes in PRIVATE.items()],
        "plain": [pair for pair in compatible(range(0x1D400, 0x1D800)) if pair[1].isascii()],
        "letter": LETTERS.split(),
    }
    rows = (
        "\t".join((kind, *map("".join, zip(*pairs, strict=True)))) + "\n" for kind, pairs in kinds.items()
    )
    OUT.write_text(HEADER + "".join(rows), encoding="utf-8")


def compatible(codes: Iterable[int]) -> list[str]:
    """Each character that has a mapping, followed by it."""
    mapped = (chr(code) + unicodedata.normalize("NFKC", chr(code)) for code in codes)
    return [pair for pair in mapped if len(pair) == 2 and pair[0] != pair[1]]


if __name__ == "__main__":
    main()

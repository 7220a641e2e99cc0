"""The search form of a text, and the exact phrase matching that every engine must equal.

A text is a row of tokens: each Chinese character (kana and hangul too) is one, each word or number
in other letters is one, each run of punctuation is one boundary. White space only parts tokens. A
phrase matches where its tokens stand in a row, so punctuation ends a run, words and numbers match
whole, and any punctuation in a phrase stands for any other. Width, case and accents do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_CJK = "々-〇぀-ヿㄅ-ㄯ㐀-䶿一-鿿가-힣豈-﫿\U00020000-\U0003ffff"
TOKEN = rf"[{_CJK}]|\.|[^{_CJK}. ]+"
"""One token of a folded text, in the syntax that Python and Rust share."""

_TOKEN = re.compile(TOKEN)
_BREAKS = re.compile(r"\.[. ]+")
_COMMON_MARKS = "，。、；：“”（）"
"""Nine in ten of the marks in the reports that the benchmarks are made of."""
_USUAL = re.compile(r"([〇一-龥0-9a-z. ]+)")
"""What stands for itself."""


class _Table(dict[int, str]):
    """What each character becomes, worked out when first met: ``str.translate`` then runs in C."""

    def __missing__(self, code: int) -> str:
        folded = "".join(map(_fold_character, unicodedata.normalize("NFKC", chr(code)).lower()))
        self[code] = folded
        return folded


def _fold_character(char: str) -> str:
    if char.isspace():
        return " "
    if char.isalnum():
        base = unicodedata.normalize("NFKD", char)[0]
        return base if base.isascii() else char
    # Marks and invisible characters (zero-width space, soft hyphen) part nothing.
    return "" if unicodedata.category(char) in ("Mn", "Mc", "Me", "Cf") else "."


_TABLE = _Table()


def fold(text: str) -> str:
    """The search form: letters and digits in one form, a dot for a run of punctuation.

    >>> fold("ＧＤＰ增长８.５％，（同比）")
    'gdp增长8.5.同比.'
    """
    # The same as fold_any, four times as fast: what most of a text is made of is not looked up one by one.
    for space in "\n\u3000":
        text = text.replace(space, " ")
    for mark in _COMMON_MARKS:
        text = text.replace(mark, ".")
    pieces = _USUAL.split(text)
    pieces[::2] = [unusual.translate(_TABLE) for unusual in pieces[::2]]
    return _BREAKS.sub(".", "".join(pieces))


def fold_any(text: str) -> str:
    """The search form by its definition, character by character."""
    return _BREAKS.sub(".", text.translate(_TABLE))


def row(text: str) -> list[str]:
    """All tokens of a text in order, boundaries too: what phrases are found in.

    >>> row("招商，GDP 增长。")
    ['招', '商', '.', 'gdp', '增', '长', '.']
    """
    return _TOKEN.findall(fold(text))


def tokens(phrase: str) -> list[str]:
    """The tokens of a phrase, without boundaries at its ends; empty if it holds only punctuation.

    >>> tokens("《招商 引资》，2007年")
    ['招', '商', '引', '资', '.', '2007', '年']
    >>> tokens("……")
    []
    """
    found = row(phrase)
    return found[bool(found[:1] == ["."]) : len(found) - bool(found[-1:] == ["."])]


def pattern(phrase: str) -> re.Pattern[str] | None:
    """A pattern that finds the phrase in a text folded character by character; None without tokens.

    Possessive quantifiers: what stands between two tokens is read once, so the search is linear.
    """
    words = tokens(phrase)
    if not words:
        return None
    parts = (r"\.[. ]*+" if word == "." else _whole(word) for word in words)
    return re.compile(r" *+".join(parts))


def _whole(word: str) -> str:
    if re.match(f"[{_CJK}]", word):
        return word
    return rf"(?<![^{_CJK}. ]){re.escape(word)}(?![^{_CJK}. ])"


def find(text: str, phrase: str) -> list[tuple[int, int]]:
    """Where a phrase stands in a text: code points, end exclusive, in order, none overlapping.

    >>> find("全县招商 引资\\n工作，２００７年", "招商引资工作")
    [(2, 10)]
    >>> find("增长8.5%", "8"), find("增长85%", "8")
    ([(2, 3)], [])
    """
    return list(find_each(text, phrase))


def find_each(text: str, phrase: str) -> Iterator[tuple[int, int]]:
    """As :func:`find`, one at a time, for a text that may hold very many."""
    wanted = pattern(phrase)
    if wanted is None:
        return
    pieces = [_TABLE[ord(char)] for char in text]
    folded = "".join(pieces)
    if len(folded) == len(text) and "" not in pieces:
        yield from (match.span() for match in wanted.finditer(folded))
        return
    origin = [at for at, piece in enumerate(pieces) for _ in piece]
    for match in wanted.finditer(folded):
        yield origin[match.start()], origin[match.end() - 1] + 1

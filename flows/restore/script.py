"""Traditional to simplified characters, length kept, so that offsets survive.

The dictionaries are those of the package opencc-python-reimplemented, read from its data files and
applied character by character and with one pattern for the phrases: the same output as its ``t2s`` at many
times its speed, but for the words in ``script-exceptions.tsv``.
"""

from __future__ import annotations

import re
from itertools import islice

from flows.restore import dictionaries
from flows.restore.characters import simplified_each
from flows.restore.dictionaries import encodable

__all__ = ["encodable", "is_traditional", "script_counts", "simplify", "to_simplified"]

_SENTENCE_EVIDENCE = 3
"""Traditional characters a sentence must have before it is converted in a page that is simplified else."""
_MIXED = 20
"""Traditional characters in such sentences that show a page half converted, not one that quotes a line."""
_KANA_OR_HANGUL = re.compile("[\u3041-\u30fa\uac00-\ud7a3\ud7b0-\ud7fb]")
"""Of three ranges ``re`` makes a table, which it searches by three times as fast as by two ranges."""
_OTHER_SHARE = 5
"""A line with more than one kana or hangul in so many characters is not Chinese."""
_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]?")


def simplify(text: str) -> str:
    """The text in simplified characters, of the same length; for search queries and whole pages.

    >>> simplify("乾隆年間的招商引資，乾安縣")
    '乾隆年间的招商引资，乾安县'
    """
    tables = dictionaries.tables()
    simple = simplified_each(text)
    spans = _phrase_spans(text, tables)
    if not spans:
        return simple
    pieces, done = list[str](), 0
    for start, end in spans:
        pieces += simple[done:start], tables.phrases[text[start:end]]
        done = end
    return "".join(pieces) + simple[done:]


def to_simplified(text: str) -> str:
    """The text in simplified characters where it is traditional; what is simplified already is left alone.

    A page with more traditional-only than simplified-only characters is converted whole. In any other,
    only sentences are that are clearly traditional themselves: a simplified page may quote a traditional
    word, and 乾 in it is no 干.

    >>> to_simplified("县志写作「乾安設縣」。")
    '县志写作「乾安設縣」。'
    >>> to_simplified("關于招商引資的講話"), to_simplified("圍著項目轉的名著")
    ('关于招商引资的讲话', '围着项目转的名著')
    """
    if not dictionaries.traditional().search(text):
        return text
    if _KANA_OR_HANGUL.search(text):
        return _beside_other_languages(text)
    return _convert(text)


def is_traditional(text: str) -> bool:
    """Whether a text has more traditional-only than simplified-only characters.

    >>> is_traditional("關於項目"), is_traditional("关于项目的「乾安設縣」")
    (True, False)
    """
    if not dictionaries.traditional().search(text):
        return False
    simplified = len(dictionaries.simplified().findall(text))
    return next(islice(dictionaries.traditional().finditer(text), simplified, None), None) is not None


def script_counts(text: str) -> tuple[int, int]:
    """How many characters of a text are traditional only, and how many simplified only.

    Traditional only: the dictionary changes it, and GB 2312 (the simplified standard) does not have it.
    Simplified only: the dictionary produces it, and Big5 (the traditional standard) does not have it.

    >>> script_counts("關于项目")
    (1, 1)
    """
    return len(dictionaries.traditional().findall(text)), len(dictionaries.simplified().findall(text))


def _convert(text: str) -> str:
    return _zhe(simplify(text), text) if is_traditional(text) else _sentences_to_simplified(text)


def _beside_other_languages(text: str) -> str:
    """The text with its Chinese lines converted and its Japanese and Korean ones as they are."""
    lines = text.splitlines(keepends=True)
    other = [len(_KANA_OR_HANGUL.findall(line)) * _OTHER_SHARE > len(line) for line in lines]
    chinese = "".join(line for line, is_other in zip(lines, other, strict=True) if not is_other)
    if 2 * len(chinese) < len(text):
        return text
    simple = _convert(chinese)
    pieces, done = list[str](), 0
    for line, is_other in zip(lines, other, strict=True):
        pieces.append(line if is_other else simple[done : done + len(line)])
        done += 0 if is_other else len(line)
    return "".join(pieces)


def _sentences_to_simplified(text: str) -> str:
    """A simplified page with its traditional sentences converted: only the long ones, if they are few."""
    sentences = [s for line in text.splitlines(keepends=True) for s in _parts(line)]
    counts = {s: script_counts(s) for s in sentences if dictionaries.traditional().search(s)}
    long = {s: t for s, (t, simplified) in counts.items() if t > simplified and t >= _SENTENCE_EVIDENCE}
    if not long:
        return text
    mixed = sum(long.values()) >= _MIXED
    some = {s: t for s, (t, simplified) in counts.items() if t > simplified or t >= _SENTENCE_EVIDENCE}
    chosen = some if mixed else long
    page = "".join(chosen)
    return "".join(_zhe(simplify(s), page) if s in chosen else s for s in sentences)


def _parts(line: str) -> list[str]:
    """The sentences of a line; a line without traditional characters is not cut up."""
    return _SENTENCE.findall(line) if dictionaries.traditional().search(line) else [line]


def _zhe(simple: str, page: str) -> str:
    """着 where the page writes 著 for it too, as in Taiwan: one that has 着 itself means zhù by 著."""
    if "著" not in simple or "着" in page:
        return simple
    return dictionaries.zhu_words().sub(lambda found: "着" if found[0] == "著" else found[0], simple)


def _phrase_spans(text: str, tables: dictionaries.Tables) -> list[tuple[int, int]]:
    """Where phrases stand: the longest first, of equal length the leftmost, none across another.

    That is the order in which the package cuts a text up.
    """
    found = [
        (-n, start)
        for start in tables.beginnings.places(text)
        for n in tables.lengths
        if text[start : start + n] in tables.phrases
    ]  # slices cut short by the end of the text are shorter phrases, found under their own length
    taken: dict[int, int] = {}
    covered: set[int] = set()
    for minus_length, start in sorted(set(found)):
        cells = range(start, start - minus_length)
        if cells.stop <= len(text) and covered.isdisjoint(cells):
            covered.update(cells)
            taken[start] = cells.stop
    return sorted(taken.items())

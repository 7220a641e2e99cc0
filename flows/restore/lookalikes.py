"""Characters put in the place of others that look the same: ⼯作, 二OO九年, 2O09年l0月, GDР, 进ー步.

Only where what stands can hardly be meant; full-width figures are a way to write, and stay. Every
change is one character for one, so that positions stay too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache

from flows.records import Edit
from flows.resources import reference

RULE = "look-alike"

_ROUND = "OoＯｏОоΟο○◯"
"""What stands for 〇 and 0; lists and forms have ○ for other things too."""
_UPRIGHT = "lIｌＩІ"
_FIGURES = str.maketrans(dict.fromkeys(_ROUND, "0") | dict.fromkeys(_UPRIGHT, "1"))
_ZERO = str.maketrans(dict.fromkeys(_ROUND, "〇"))
_NUMERAL = "一二三四五六七八九"
_DIGIT = f"{_NUMERAL}〇零0０{_ROUND}"
_EDGE = f"{_DIGIT}十百千万亿A-Za-z1-9"

_BESIDE = f"(?<=[0-9{_NUMERAL}年月].)|(?=[0-9{_NUMERAL}])"
_BESIDE_NUMBER = re.compile(f"[{_ROUND}{_UPRIGHT}](?:{_BESIDE})")
_CHINESE_YEAR = re.compile(f"(?<![{_EDGE}])(?:一[八九]|二[〇零0０{_ROUND}一])[{_DIGIT}]{{2}}(?![{_EDGE}])")
_CHINESE_ZERO = re.compile(
    f"(?<=[{_NUMERAL}])(?<![{_ROUND}].)[{_ROUND}](?=[{_NUMERAL}](?![{_ROUND}])|[年月日])"
    f"|(?<=[\u4e00-\u9fff])[{_ROUND.translate({ord(c): None for c in '○◯'})}](?=[{_NUMERAL}]年)"
)
_YEAR = re.compile(rf"(?<![0-9A-Za-z])[12{_UPRIGHT}][0-9{_ROUND}{_UPRIGHT}]{{3}}(?=\s?年)")
_MONTH_OR_DAY = re.compile(
    rf"(?<![0-9A-Za-z])(?=[{_ROUND}{_UPRIGHT}]?[0-9])[0-9{_ROUND}{_UPRIGHT}]{{2}}(?=\s?[月日])"
    rf"|(?<=年)[{_UPRIGHT}](?=月)|(?<=月)[{_UPRIGHT}](?=日)"
)
_AMOUNT = re.compile(
    rf"(?<![0-9A-Za-z.])[1-9][0-9]{{0,8}}[{_ROUND}]{{1,6}}(?=[%％万亿]|个百分点|公里|公顷|平方米)"
)
_SAY_FOR_DAY = re.compile(f"(?<=月)([0-9]{{1,2}}|[{_NUMERAL}十]{{1,3}})曰(?![{_NUMERAL}\u4e00-\u9fff])")
_SINGLES = "\u2e80-\u2fdf\ue78d-\ue864\uf900-\ufaff\U00010000-\U0010ffff"
_SINGLE = re.compile(f"[{_SINGLES}]")
"""Where single look-alikes are, and little else."""
_OF_RADICALS = re.compile("字[头旁底]|[部旁]")
_LONG_MARK = re.compile("(?<=[\u4e00-\u9fff])ー(?=[\u4e00-\u9fff])")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_DASHES = "—–―─ー－ㄧ-"
_ONE_DASH = re.compile(rf"[{_DASHES}](?![{_DASHES}])(?<=[^\x00-\x7f{_DASHES}].)")
"""A dash by itself, behind what is no ASCII."""
_FOREIGN = "\u0370-\u03ff\u0400-\u04ff"
_HAS_FOREIGN = re.compile(f"[{_FOREIGN}]")
SIGNS = ((f"{_SINGLES}{_FOREIGN}曰ー", ""), (_ROUND + _UPRIGHT, f"(?:{_BESIDE})"))
"""What may be a look-alike, dashes aside, as :mod:`flows.restore.signs` asks for it."""
_TOKEN = re.compile(f"[A-Za-z]{{0,40}}[{_FOREIGN}][A-Za-z{_FOREIGN}]{{0,40}}")


def fold(text: str) -> tuple[str, list[Edit]]:
    """The text with what was meant, and what was changed.

    >>> fold("⼆、二OO九年l0月，GDР増长1O%，进—步")[0]
    '二、二〇〇九年10月，GDP増长10%，进一步'
    >>> fold("○九年级 〇 А、Б、В 3l 2o 改进-步骤 ２００９年 ○○县")[1]
    []
    """
    return _told(text, _letters(_numbers(_ones(_alone(text)))))


def fold_dashes(text: str) -> tuple[str, list[Edit]]:
    """The same for dashes alone: many pages have some that have nothing else.

    >>> fold_dashes("进—步，2O09年")[0]
    '进一步，2O09年'
    """
    return _told(text, _dashes(text))


def _told(text: str, folded: str) -> tuple[str, list[Edit]]:
    return (text, []) if folded == text else (folded, _edits(text, folded))


def _alone(text: str) -> str:
    """What is folded wherever it stands, less radicals that are spoken of (⺮字头)."""
    becomes = _single()

    def meant(found: re.Match[str]) -> str:
        spoken_of = found[0] < "\u2fe0" and _OF_RADICALS.match(found.string, found.end())
        return found[0] if spoken_of else becomes.get(found[0], found[0])

    return _SINGLE.sub(meant, text) if _SINGLE.search(text) else text


def _numbers(text: str) -> str:
    if "曰" in text:
        text = _SAY_FOR_DAY.sub(r"\1日", text)
    if not _BESIDE_NUMBER.search(text):
        return text
    return "\n".join(_in_line(line) if _BESIDE_NUMBER.search(line) else line for line in text.split("\n"))


def _in_line(line: str) -> str:
    line = _CHINESE_YEAR.sub(lambda found: found[0].translate(_ZERO), line)
    line = _CHINESE_ZERO.sub("〇", line)
    line = _YEAR.sub(_if_figure(range(1800, 2101)), line)
    line = _MONTH_OR_DAY.sub(_if_figure(range(1, 32)), line)
    return _AMOUNT.sub(lambda found: found[0].translate(_FIGURES), line)


def _if_figure(sane: range) -> Callable[[re.Match[str]], str]:
    def figure(found: re.Match[str]) -> str:
        figures = found[0].translate(_FIGURES)
        limit = 13 if found.string[found.end() : found.end() + 2].strip().startswith("月") else sane.stop
        return figures if sane.start <= int(figures) < limit else found[0]

    return figure


def _ones(text: str) -> str:
    if "ー" in text and not _KANA.search(text):
        text = _LONG_MARK.sub("一", text)
    return _dashes(text)


def _dashes(text: str) -> str:
    # Each dash is looked for by itself: a class of them takes several times as long.
    ones = [at for dash in _DASHES for at in _places(dash, text) if _is_one(text, at)]
    if not ones:
        return text
    characters = list(text)
    for at in ones:
        characters[at] = "一"
    return "".join(characters)


def _places(character: str, text: str) -> Iterator[int]:
    at = text.find(character)
    while at >= 0:
        yield at
        at = text.find(character, at + 1)


def _is_one(text: str, at: int) -> bool:
    """Whether a dash stands where a phrase has 一."""
    if not _ONE_DASH.match(text, at):
        return False
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    for key in ((before, after), (before, ""), ("", after)):
        for left, right, not_before in _phrases().get(key, ()):
            fits = text.endswith(left, 0, at) and text.startswith(right, at + 1)
            if fits and text[at + 1 + len(right) : at + 2 + len(right)] not in not_before:
                return True
    return False


def _letters(text: str) -> str:
    """Cyrillic and Greek in Latin words, and a letter or two by themselves, unless others are about."""
    latin = _tables()["letter"]
    if not _HAS_FOREIGN.search(text):
        return text
    foreign = any(c not in latin for token in _TOKEN.findall(text) for c in token if not c.isascii())

    def becomes(found: re.Match[str]) -> str:
        token = found[0]
        mixed = any(c.isascii() for c in token)
        if all(c.isascii() or c in latin for c in token) and (mixed or (len(token) < 3 and not foreign)):
            return "".join(latin.get(c, c) for c in token)
        return token

    return _TOKEN.sub(becomes, text)


def _edits(before: str, after: str) -> list[Edit]:
    edits, start = list[Edit](), -1
    for at, (old, new) in enumerate(zip(before + "\0", after + "\0", strict=True)):
        if old != new and start < 0:
            start = at
        elif old == new and start >= 0:
            was, becomes = before[start:at], after[start:at]
            edits.append(Edit(stage="restore", rule=RULE, start=start, before=was, after=becomes))
            start = -1
    return edits


@cache
def _single() -> dict[str, str]:
    tables = _tables()
    return tables["radical"] | tables["ideograph"] | tables["private"] | tables["plain"]


@cache
def _phrases() -> dict[tuple[str, str], list[tuple[str, str, frozenset[str]]]]:
    """What is before and after 一 in a phrase, and what must not follow; by the characters beside 一."""
    found = defaultdict[tuple[str, str], list[tuple[str, str, frozenset[str]]]](list)
    for line in reference("restore/one-phrases.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            phrase, _, not_before = line.partition("\t")
            left, right = phrase.split("_")
            found[left[-1:], right[:1]].append((left, right, frozenset(not_before)))
    return dict(found)


@cache
def _tables() -> dict[str, dict[str, str]]:
    lines = reference("restore/lookalikes.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {kind: dict(zip(these, meant, strict=True)) for kind, these, meant in rows}

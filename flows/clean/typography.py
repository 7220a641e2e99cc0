"""Typography: full-width punctuation in Chinese sentences, and the paragraphs that a scrape has lost.

Half-width marks become full-width where a Chinese character stands on the side that decides; in numbers,
times, ratios, addresses and Latin prose they stay, as do quotes and placeholders (``XX``, ``**``, ``□``).
Breaks are put where indentation or a numbered heading shows that one was, and taken out where lines were
cut at a fixed width. Breaks are white space and leave no edit.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from flows.clean.draft import Draft, Span, holds
from flows.parts import value

RULE = "punctuation"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_CLOSE = "》〉”’）】」』〕"
_OPEN = "《〈“‘（【「『〔"
_WIDE = {half: chr(ord(half) + 0xFEE0) for half in ",;:?!()"}
_MARK = re.compile(
    "[,;:!?](?:"
    rf"(?<=[{_HAN}{_CLOSE}][,;])(?![,;])(?: (?=[{_HAN}{_OPEN}]))?"
    rf"|(?<=[0-9A-Za-z%‰℃][,;])(?= ?[{_HAN}{_OPEN}])"
    rf"|(?<=[{_HAN}{_CLOSE}]:)(?!:|//)(?: (?=[{_HAN}{_OPEN}]))?"
    rf"|(?<=[{_HAN}{_CLOSE}]!)!{{0,8}}"
    rf"|(?<=[{_HAN}{_CLOSE}]\?)(?![?!])"
    ")"
)
"""The mark comes first and what is before it after, or every character of a text would be looked behind."""
_BRACKETS = re.compile(r"[(（]([^()（）\n]{1,200})[)）]")
_HAS_HAN = re.compile(f"[{_HAN}]")
_CHINESE_SIDE = re.compile(rf"[{_HAN}{_CLOSE}{_OPEN}，。、；：？！,;:?!\n]")
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]{1,500}")
_ASKING = re.compile("[吗呢么何哪谁几怎岂否啥]|多少")
_ENDS = re.compile("[。！？!?\n]")
_QUESTION = 80
"""Characters before a ``?`` among which a question's own word stands; without one it may be a lost byte."""

_INDENT = re.compile(
    rf"([。！？；：”…]|(?<=[{_HAN}{_CLOSE})!?;:])[!?;:])"
    r"[ \t\xa0]{0,8}(?:\u3000{2,8}|[ \xa0]{4,16})[ \t\xa0\u3000]{0,16}(?=\S)"
)
_NUMERAL = "[一二三四五六七八九十]{1,3}"
_MARKER = rf"{_NUMERAL}、|[(（]{_NUMERAL}[)）]|第{_NUMERAL}[，,、]"
_HEADED = re.compile(rf"^((?:{_MARKER})[^。，；\n]{{2,40}}?)\u3000{{2,8}}(?=[^\n]{{30}})", re.MULTILINE)
_BEGINS = re.compile(rf"{_MARKER}|\d{{1,3}}[、.．](?!\d)|[—●◆■★○]")
_HEADING = re.compile(rf"[。！？](?=({_MARKER}))")
_RUN_ON = 1500
"""Characters of a line that is taken to have lost its breaks; paragraphs of reports have a third of it."""

_WRAP_LINES = 8
"""Lines of one width that show a text cut at it."""
_WRAP_SHARE = 0.4
"""Least share of them in the lines of the text."""
_WRAP_WIDTH = range(40, 161)
"""Widths at which texts are cut, in half-width cells: 20 to 80 Chinese characters."""
_SLACK = 3
"""Cells by which a cut line may fall short: no line begins with a full stop, none is cut in a number."""
_PRESSED, _WIDEST = 0.12, 1.25
"""Part of the usual width by which it may fall short, and how many times that width any line is at most,
where a page was set with pressed marks and narrow digits, as Word does: 26 to 34 characters a line of 30."""
_INDENTED = 4
"""Cells by which the first line of a paragraph is shorter, its indentation gone."""
_TORN = re.compile(r"[、，,的和与及在对把为是“（《]\n|\n[的了着们等之]")
"""A break that no writer makes."""
_TORN_SHARE = 0.1
"""Least share of such breaks behind lines that were cut at a pressed width; 0.13 to 0.3 in reports set so."""
_SENTENCE_END = re.compile("[。！？!?：:；;…][”）)]{0,2}$")


def punctuate(draft: Draft) -> None:
    """Make the punctuation of Chinese sentences full-width.

    >>> draft = Draft("会议(扩大)10:30开始,比例为1:2,总数1,234(见www.a.cn/b,c).")
    >>> punctuate(draft)
    >>> draft.text
    '会议（扩大）10:30开始，比例为1:2，总数1,234（见www.a.cn/b,c）.'
    """
    text = draft.text
    if not any(mark in text for mark in _WIDE):
        return
    brackets = _brackets(text)
    characters = list(text) if brackets else []
    for at, _, wide in brackets:
        characters[at] = wide
    draft.replace(RULE, sorted(brackets + _marks("".join(characters) or text)))


def punctuated(title: str) -> str:
    """A title with full-width punctuation.

    >>> punctuated("在全县大会上的讲话(摘要)")
    '在全县大会上的讲话（摘要）'
    """
    draft = Draft(title)
    punctuate(draft)
    return draft.text


def part_indented(draft: Draft) -> None:
    """A paragraph's indentation inside a line, behind a sentence or a heading, was a break before it.

    >>> draft = Draft("今天开会。　　讲三点。市长　　张三")
    >>> part_indented(draft)
    >>> draft.lines
    ['今天开会。', '讲三点。市长\u3000\u3000张三']
    """
    if any(holds(draft.text, indent) for indent in ("\u3000\u3000", "    ", "\xa0\xa0")):
        draft.text = _HEADED.sub("\\1\n", _INDENT.sub("\\1\n", draft.text))


def set_paragraphs(draft: Draft) -> None:
    """One paragraph a line: join lines that were cut at a fixed width, part a run-on text at its headings."""
    lines = draft.lines
    while (wrap := _wrap(lines)) and len(joined := _joined(lines, wrap)) < len(lines):
        lines = joined
    lines = [_parted(line) if len(line) >= _RUN_ON else line for line in lines]
    if lines != draft.lines:
        draft.text = "\n".join(lines)


def _brackets(text: str) -> list[Span]:
    """Pairs of brackets around Chinese, or between it; both become full-width, or neither."""
    spans: list[Span] = []
    for found in _BRACKETS.finditer(text):
        start, end = found.start(), found.end()
        before = text[max(0, start - 2) : start].rstrip(" ")[-1:] or "\n"
        after = text[end : end + 2].lstrip(" ")[:1] or "\n"
        half = text[start] == "(", text[end - 1] == ")"
        if not any(half):
            continue
        chinese = bool(_HAS_HAN.search(found[1]))
        latin = before.isascii() and before.isalpha() and after.isascii() and after.isalpha()
        between = _HAS_HAN.match(before) and _CHINESE_SIDE.match(after)
        if not all(half) or (chinese and not latin) or between:
            spans += [(at, at + 1, _WIDE[text[at]]) for at in (start, end - 1) if text[at] in _WIDE]
    return _outside_addresses(text, spans)


def _marks(text: str) -> list[Span]:
    spans: list[Span] = []
    for found in _MARK.finditer(text):
        mark = found[0].rstrip(" ")
        if mark != "?" or _asks(text, found.start()):
            spans.append((found.start(), found.end(), _WIDE[mark[0]] * len(mark)))
    return _outside_addresses(text, spans)


def _asks(text: str, at: int) -> bool:
    """Whether the sentence before a ``?`` is a question; else the mark may stand for a lost byte."""
    return bool(_ASKING.search(_ENDS.split(text[max(0, at - _QUESTION) : at])[-1]))


def _outside_addresses(text: str, spans: list[Span]) -> list[Span]:
    if not spans or ("://" not in text and "www." not in text):
        return spans
    inside: set[int] = set()
    for address in _ADDRESS.finditer(text):
        end = len(address[0].rstrip(",;:?!()."))
        inside.update(range(address.start(), address.start() + end))
    return [span for span in spans if span[0] not in inside]


def _parted(line: str) -> str:
    """A run-on line with a break before each heading that follows a sentence and is one of a series."""
    found = [(heading.end(), heading[1]) for heading in _HEADING.finditer(line)]
    numbers = [(_kind(marker), _number(marker)) for _, marker in found]
    last: dict[str, int] = {}
    pieces, done = list[str](), 0
    for place, (at, _) in enumerate(found):
        kind, number = numbers[place]
        before = last.get(kind, 0) if number > 1 else 0
        last[kind] = number
        follows = (kind, number + 1) in numbers[place + 1 : place + 40]
        if number and (number == before + 1 or number == 1) and (follows or before):
            pieces.append(line[done:at])
            done = at
    return "\n".join([*pieces, line[done:]])


def _kind(marker: str) -> str:
    return "第" if marker[0] == "第" else "(" if marker[0] in "(（" else "、"


def _number(marker: str) -> int:
    """The number of a heading, 0 if it is none.

    >>> _number("（十二）"), _number("二十、"), _number("第三，")
    (12, 20, 3)
    """
    return value(marker.strip("第、，,()（）"))


def _cells(line: str) -> int:
    """Width in half-width cells, as GBK counts bytes."""
    return len(line.encode("gbk", "replace"))


class _Wrap(NamedTuple):
    """How a text's lines were cut: the width, and by how much a line falls short of it, in cells."""

    width: int
    slack: int


def _wrap(lines: list[str]) -> _Wrap | None:
    """The width at which a text's lines were cut; None where they were not."""
    if len(lines) < _WRAP_LINES or any(len(line) > _WRAP_WIDTH.stop for line in lines):
        return None
    cells = [_cells(line) for line in lines]
    strict = _Wrap(max(cells), _SLACK)
    if len(_cut(lines, strict)) >= _least_cut(lines):
        return strict
    open_ended = sorted(
        n for n, line in zip(cells, lines, strict=True) if not _SENTENCE_END.search(line[-3:])
    )
    usual = open_ended[len(open_ended) // 2] if open_ended else 0
    pressed = _Wrap(usual, int(_PRESSED * usual))
    cut = _cut(lines, pressed)
    fits = max(cells) <= _WIDEST * usual and len(cut) >= _least_cut(lines)
    return pressed if fits and _torn(lines, cut) >= _TORN_SHARE * len(cut) else None


def _least_cut(lines: list[str]) -> float:
    return max(_WRAP_LINES, _WRAP_SHARE * len(lines))


def _cut(lines: list[str], wrap: _Wrap) -> list[int]:
    """The lines that were cut, less headings."""
    if wrap.width not in _WRAP_WIDTH:
        return []
    return [at for at, line in enumerate(lines) if _is_cut(line, wrap) and not _BEGINS.match(line)]


def _torn(lines: list[str], cut: list[int]) -> int:
    """How many of the breaks behind some lines no writer makes."""
    return sum(
        bool(_TORN.search(f"{lines[at][-1:]}\n{lines[at + 1][:1]}")) for at in cut if at + 1 < len(lines)
    )


def _is_cut(line: str, wrap: _Wrap) -> bool:
    """Whether a line fills the width and ends no sentence; a heading, whether nothing more had room in it."""
    slack = min(wrap.slack, _INDENTED) if _BEGINS.match(line) else wrap.slack
    return not _SENTENCE_END.search(line[-3:]) and _cells(line) >= wrap.width - slack


def _joined(lines: list[str], wrap: _Wrap) -> list[str]:
    """Each line that fills the width and ends no sentence, with the next."""
    joined = [[lines[0]]]
    for above, line in pairwise(lines):
        if _is_cut(above, wrap) and line and not _BEGINS.match(line):
            joined[-1].append(line)
        else:
            joined.append([line])
    return ["".join(parts) for parts in joined]

"""Typography: full-width punctuation in Chinese sentences, and the paragraphs that a scrape has lost.

Half-width marks become full-width where a Chinese character stands on the side that decides; in numbers,
times, ratios, addresses and Latin prose they stay, as do quotes and placeholders (``XX``, ``**``, ``□``).
Breaks are put where indentation or a numbered heading shows that one was, and taken out where lines were
cut at a fixed width. Breaks are white space and leave no edit.
"""

from __future__ import annotations

import re
from itertools import pairwise

from flows.clean.draft import Draft, Span, holds

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
_BEGINS = re.compile(rf"{_MARKER}|\d{{1,3}}[、.．]|[—●◆■★○]")
_HEADING = re.compile(rf"[。！？](?=({_MARKER}))")
_RUN_ON = 1500
"""Characters of a line that is taken to have lost its breaks; paragraphs of reports have a third of it."""
_DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)}

_WRAP_LINES = 8
"""Lines of one width that show a text cut at it."""
_WRAP_SHARE = 0.4
"""Least share of them in the lines of the text."""
_WRAP_WIDTH = range(40, 161)
"""Widths at which texts are cut, in half-width cells: 20 to 80 Chinese characters."""
_SLACK = 3
"""Cells by which a cut line may fall short: no line begins with a full stop, none is cut in a number."""
_SENTENCE_END = tuple("。！？!?：:；;…”）)")


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
    if width := _wrapped_at(lines):
        lines = _joined(lines, width)
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
    tens, ten, ones = marker.strip("第、，,()（）").partition("十")
    if not ten:
        return _DIGITS.get(tens, 0)
    if any(part and part not in _DIGITS for part in (tens, ones)):
        return 0
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


def _cells(line: str) -> int:
    """Width in half-width cells, as GBK counts bytes."""
    return len(line.encode("gbk", "replace"))


def _wrapped_at(lines: list[str]) -> int:
    """The width at which a text's lines were cut, or 0."""
    if len(lines) < _WRAP_LINES or any(len(line) > _WRAP_WIDTH.stop for line in lines):
        return 0
    width = max(map(_cells, lines))
    cut = [line for line in lines if _is_cut(line, width) and not _BEGINS.match(line)]
    wrapped = width in _WRAP_WIDTH and len(cut) >= max(_WRAP_LINES, _WRAP_SHARE * len(lines))
    return width if wrapped else 0


def _is_cut(line: str, width: int) -> bool:
    """Whether a line fills the width and ends no sentence."""
    return not line.endswith(_SENTENCE_END) and _cells(line) >= width - _SLACK


def _joined(lines: list[str], width: int) -> list[str]:
    """Each line that fills the width and ends no sentence, with the next."""
    joined = [[lines[0]]]
    for above, line in pairwise(lines):
        if _is_cut(above, width) and line and not _BEGINS.match(line):
            joined[-1].append(line)
        else:
            joined.append([line])
    return ["".join(parts) for parts in joined]

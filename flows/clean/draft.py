"""A text on its way to being clean, and the edits that made it so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from flows.records import Edit

STAGE = "clean"
_COMMON = [(wide, chr(ord(wide) - 0xFEE0)) for wide in "：，（）！？；"] + [("\u3000", " ")]
_RARE = re.compile("[０-９Ａ-Ｚａ-ｚ／＞＜［］＿｜．％＆＝]")
_FOLDED_RARE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if _RARE.match(chr(wide))}
_SQUEEZED = dict.fromkeys(map(ord, '?*#"“”'))
_LINE = 600
"""Characters of a line that is looked at by many rules, so that its folded form is kept for a while."""
_BREAKS = ("\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_SPACED_OUT = re.compile(rf"(?<![{_HAN}])[{_HAN}](?: [{_HAN}]){{3,}}(?![{_HAN}])")
_SPACE_IN_SENTENCE = re.compile(rf" (?<=[{_HAN}，。；：、] )(?=[{_HAN}，。；：、“（])")
_NUMBERED = re.compile(
    r"(?:[(（]?[一二三四五六七八九十]{1,3}[)）、]|第[一二三四五六七八九十]{1,3}|\d{1,2}[.、])"
)
_SENTENCE = re.compile(r"[。；！？，,;!?]")

Span = tuple[int, int, str]
"""Start and end in the text as the rule finds it, and what to put there."""


class Draft:
    """The text so far and its edits.

    >>> draft = Draft("下载本文档\\n同志们：")
    >>> draft.replace("download", [(0, 6, "")])
    >>> draft.text, draft.edits[0].before
    ('同志们：', '下载本文档\\n')
    """

    def __init__(self, text: str):
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        for mark in _BREAKS:
            text = text.replace(mark, "\n")
        self.text = text
        self.edits: list[Edit] = []
        self._parted = "", [""]
        """A text and its lines: most rules change nothing, so that the next need not part it again."""
        self._tidied = ""
        """The text as it was after white space was last put right."""

    @property
    def lines(self) -> list[str]:
        """The lines of the text, not to be changed in place."""
        if self._parted[0] is not self.text:
            self._parted = self.text, self.text.split("\n")
        return self._parted[1]

    def replace(self, rule: str, spans: Iterable[Span]) -> None:
        """Replace spans, given in order and apart from each other, as the work of one rule."""
        parts, done = [], 0
        for start, end, after in spans:
            parts += [self.text[done:start], after]
            self.edits.append(
                Edit(stage=STAGE, rule=rule, start=start, before=self.text[start:end], after=after)
            )
            done = end
        if done:
            self.text = "".join([*parts, self.text[done:]])

    def drop_lines(self, rule: str, numbers: Iterable[int]) -> None:
        """Remove whole lines, runs of them as one edit, each with the line break that it leaves behind."""
        gone = set(numbers)
        if not gone:
            return
        spans: list[Span] = []
        at = 0
        for number, line in enumerate(self.lines):
            end = min(at + len(line) + 1, len(self.text))
            if number in gone:
                if spans and spans[-1][1] == at:
                    spans[-1] = (spans[-1][0], end, "")
                else:
                    spans.append((at, end, ""))
            at = end
        self.replace(rule, spans)

    def tidy(self) -> None:
        """White space: one paragraph a line, no blank lines, no spaces that only lay the page out."""
        if self.text is self._tidied:
            return
        # A printable line without a space has no white space at all: that is most lines, told at little cost.
        kept = [line if " " not in line and line.isprintable() else tidy_line(line) for line in self.lines]
        if kept != self.lines or "" in kept:
            self.text = "\n".join(filter(None, kept))
        self._tidied = self.text


def holds(text: str, mark: str) -> bool:
    """Whether a text holds a mark of several characters. One character is looked for many times as fast, and
    most texts do not have even that."""
    return mark[0] in text and mark in text


def tidy_line(line: str) -> str:
    """A line without outer spaces, runs of spaces, and spaces between Chinese characters of a sentence.

    A name stays apart from the office, a heading from the paragraph that runs on behind it.

    >>> tidy_line("\\u3000政 府 工 作 报 告 "), tidy_line("某市市长  张三")
    ('政府工作报告', '某市市长 张三')
    """
    line = " ".join(line.replace("\ufeff", "").split())
    if " " not in line:
        return line
    if line.count(" ") >= 3:  # so many are in the shortest spaced-out word that is looked for
        line = _SPACED_OUT.sub(lambda found: found[0].replace(" ", ""), line)
    if len(line) < 30 or not _SENTENCE.search(line):
        return line
    kept = line.find(" ") + 1 if _NUMBERED.match(line) else 0
    return line[:kept] + _SPACE_IN_SENTENCE.sub("", line[kept:])


def fold(text: str) -> str:
    """The same text with full-width punctuation, letters and digits as half-width, character for character.

    >>> fold("时间：（未知）")
    '时间:(未知)'
    """
    return _folded_line(text) if len(text) <= _LINE else _folded(text)


def squeeze(text: str) -> str:
    """The form in which two wordings of one text are equal: folded, no white space, Markdown, quotation marks
    or ``?``."""
    return "".join(fold(text).split()).translate(_SQUEEZED)


def _folded(text: str) -> str:
    # Mark by mark, which is many times faster than one table for all.
    for wide, half in _COMMON:
        text = text.replace(wide, half)
    return text.translate(_FOLDED_RARE) if _RARE.search(text) else text


_folded_line = lru_cache(maxsize=4096)(_folded)

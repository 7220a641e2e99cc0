"""What is left of markup, and of characters a scraper could not write: ``&nbsp;``, ``????``, ``**``."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from flows.clean.draft import Draft, Span, holds
from flows.clean.rules import by_place

_ESCAPED_BREAK = re.compile(r"(?:\\r\\n|\\n)+")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,5}|#x[0-9a-fA-F]{2,4});")
_BLOCKS = frozenset(
    ("p", "br", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "hr", "section")
)
_TAG = re.compile(
    r"</?(p|br|div|li|ul|ol|tr|td|th|table|tbody|h[1-4]|hr|section|article|span|a|b|i|u|em|strong|font|center|img|o:p|st1:\w{1,20})"
    r"(?:\s[^<>\n]{0,500})?/?>",
    re.IGNORECASE,
)
_STYLE = re.compile(r"(?<![\w.#@])[ \t]?[.#@]?[A-Za-z][\w.#:,> *-]{0,60}+\{([^{}\n]{1,600})\}", re.ASCII)
_DECLARATION = re.compile(r"\s*[a-z-]{2,30}\s?:\s?\S")
_LOST_SPACES = re.compile(r"(?:\?\?)+(?!\?)")
_HEADING_MARK = re.compile(r"^[ \t\u3000]{0,8}(?:#{1,6}[ \t]+|>(?:[ \t]+|$))", re.MULTILINE)
_RULE_LINE = re.compile(r"^[ \t]{0,8}-{3,80}[ \t]{0,8}$", re.MULTILINE)
_BOLD_LINE = re.compile(
    r"^[ \t\u3000]{0,8}\*\*"
    r"(?:[^*\n]{1,200}\*\*[ \t\u3000]{0,8}$"
    r"|[(（]?(?:[一二三四五六七八九十]{1,3}[)）、.]|\d{1,3}[、.．])[^*\n]{1,200}\*\*)",
    re.MULTILINE,
)
_ESCAPED_LINE_FEED = re.compile(r"(?<=[^\x00-\x7f])(?:\\n)+(?=[^\x00-\x7f]|$)")
_BOLD = re.compile(r"\*\*")
_AMID = re.compile(r"[\u3400-\u9fff]\*\*[\u3400-\u9fff]")
_MASKED_PLACE = frozenset("省市州县区乡镇村盟旗局委厅办校院")


def unescape(draft: Draft) -> None:
    """Line breaks and entities that were written out as text. A lone ``\\n`` may be part of a path: it stays,
    unless it stands several times between Chinese.

    >>> draft = Draft("各位代表：\\\\r\\\\n&nbsp;我报告工作。")
    >>> unescape(draft)
    >>> draft.text.split()
    ['各位代表：', '我报告工作。']
    """
    if holds(draft.text, "\\r\\n"):
        breaks = _ESCAPED_BREAK.finditer(draft.text)
        draft.replace("escaped-break", [(found.start(), found.end(), "\n") for found in breaks])
    elif holds(draft.text, "\\n"):
        feeds = [(m.start(), m.end(), "\n") for m in _ESCAPED_LINE_FEED.finditer(draft.text)]
        draft.replace("escaped-break", feeds if len(feeds) > 1 else ())
    entities: list[Span] = []
    for found in _ENTITY.finditer(draft.text) if "&" in draft.text else ():
        character = html.unescape(found[0])
        if character != found[0]:
            entities.append((found.start(), found.end(), " " if character.isspace() else character))
    draft.replace("entity", entities)


def drop_tags(draft: Draft) -> None:
    """Tags of HTML left in a text, those that end a paragraph as line breaks; ``<亲民>`` is no tag.

    >>> draft = Draft('<p align="left">我们<b>开会</b>。</p>要<亲民>。')
    >>> drop_tags(draft)
    >>> draft.text.split()
    ['我们开会。', '要<亲民>。']
    """
    if "<" not in draft.text:
        return
    tags = ((found, "\n" if found[1].lower() in _BLOCKS else "") for found in _TAG.finditer(draft.text))
    draft.replace("tag", [(found.start(), found.end(), after) for found, after in tags])


def drop_styles(draft: Draft) -> None:
    """Rules of a style sheet that stand as text before or between sentences.

    >>> draft = Draft('p { color: #000; line-height: 115% } p.cjk { font-family: "宋体" } 同志们：今天开会。')
    >>> drop_styles(draft)
    >>> draft.text
    ' 同志们：今天开会。'
    """
    if not holds(draft.text, "{") or "}" not in draft.text:
        return
    found = (each for each in _STYLE.finditer(draft.text) if _declares(each[1]))
    draft.replace("style", [(each.start(), each.end(), "") for each in found])


def _declares(block: str) -> bool:
    """Whether what stands between braces is made of ``property: value`` alone."""
    parts = [part for part in block.split(";") if part.strip()]
    return bool(parts) and all(_DECLARATION.match(part) for part in parts)


def drop_lost_spaces(draft: Draft) -> None:
    """Even runs of ``?``: the layout's wide spaces, two for each, in an encoding that had none.

    Two in the middle of a sentence may be damaged characters or a speaker's surprise; only runs at
    white space, at an edge of the line, or of four and more are taken, and none behind a question.

    >>> draft = Draft("区长?? 程?? 杰????各位代表：这是为什么????")
    >>> drop_lost_spaces(draft)
    >>> draft.text
    '区长  程  杰 各位代表：这是为什么????'
    """
    if not holds(draft.text, "??"):
        return
    spans: list[Span] = []
    for found in _LOST_SPACES.finditer(draft.text):
        start, end = found.span()
        before, after = draft.text[max(0, start - 1) : start], draft.text[end : end + 1]
        at_edge = before in ("", "\n") or (after.isspace() and after != "\n") or before.isspace()
        asked = before in tuple("吗呢么啊吧谁何哪样少?")
        if before != "?" and not asked and (at_edge or end - start >= 4):
            spans.append((start, end, " "))
    draft.replace("lost-space", spans)


def drop_markdown(draft: Draft) -> None:
    """The marks of Markdown: headings, rules, bold. ``**区`` is a place whose name is withheld.

    >>> draft = Draft("## 一、回顾\\n**二、任务**\\n要**抓项目**。\\n**区与**县")
    >>> drop_markdown(draft)
    >>> draft.text
    '一、回顾\\n二、任务\\n要抓项目。\\n**区与**县'
    """
    headings = sorted({span for mark in "#>" for span in _at_line_start(_HEADING_MARK, draft.text, mark)})
    bold = any(
        draft.text[start:end].lstrip("* \t\u3000")[:1] not in _MASKED_PLACE
        for start, end, _ in _at_line_start(_BOLD_LINE, draft.text, "**")
    )
    if not headings and not bold:
        return
    draft.replace("heading-mark", headings)
    draft.replace("rule-line", _at_line_start(_RULE_LINE, draft.text, "---"))
    lines = _lines_with("**", draft.text)
    draft.replace("bold", [span for start, end in lines for span in _bold_marks(draft.text, start, end)])


def _lines_with(mark: str, text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each line that holds a mark: few lines do, and all others are passed over at once."""
    at = text.find(mark[0])  # one character is found many times as fast as several
    while at >= 0:
        end = at + 1
        if text.startswith(mark, at):
            end = text.find("\n", at) % (len(text) + 1)
            yield text.rfind("\n", 0, at) + 1, end
        at = text.find(mark[0], end)


def _at_line_start(pattern: re.Pattern[str], text: str, mark: str) -> list[Span]:
    """Where a pattern for the start of a line matches a line with this mark."""
    found = (pattern.match(text, start) for start, _ in _lines_with(mark, text))
    return [(each.start(), each.end(), "") for each in found if each]


def _bold_marks(text: str, start: int, end: int) -> list[Span]:
    """The marks of bold on a line: pairs, none of which stands for a place. A pair with Chinese on all four
    sides (我到**集团和**公司) may be two names that were taken out: it stays."""
    marks = [found.span() for found in _BOLD.finditer(text, start, end)]
    if len(marks) % 2 or any(text[end : end + 1] in _MASKED_PLACE for _, end in marks):
        return []
    pairs = zip(marks[::2], marks[1::2], strict=True)
    return [
        (*mark, "") for pair in pairs if not all(_AMID.match(text, at - 1) for at, _ in pair) for mark in pair
    ]


def drop_inside(draft: Draft) -> None:
    """What rules of the place ``inside`` match: pictures written out as text."""
    for rule in by_place("inside"):
        if rule.pattern.pattern.lstrip("!?\\")[0] not in draft.text:
            continue  # every such mark opens with < or [
        draft.replace(rule.name, [(f.start(), f.end(), "") for f in rule.pattern.finditer(draft.text)])

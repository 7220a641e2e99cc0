"""What runs on behind a body's last sentence or before its first, a site's sentences and the title, apart."""

from __future__ import annotations

import re

from flows.clean.draft import Draft
from flows.clean.interface import is_interface
from flows.clean.notice import notice, sentences
from flows.clean.rules import by_place, match
from flows.clean.shapes import begins_body, has_shape, is_prose, is_title

_MOST_SENTENCES = 5
_EDGE = 12
"""Lines at each edge of a page that may hold a sentence of the site behind or before one of the body."""
_GREETED = re.compile(
    r"\s*(第\s?\d{1,4}\s?页[ ,，/]?共\s?\d{1,4}\s?页)?\s?"
    r"【?([^。；;!！?？\n]{4,120}?(?:讲话稿?|致辞|致词|发言稿?|主持词|工作报告|总结))】?\s?"
    r"(?=(?:同志们|代表们|各位[\u4e00-\u9fff、]{1,20}|尊敬的[\u4e00-\u9fff、]{1,20})\s?[:：,，])"
)
"""A title that the address to the hearers follows in one line, behind the number of the page or by itself."""
_SAID_AGAIN = re.compile(r"(.{6,60}(?:讲话|致辞|致词|发言|主持词))(?=(.{6,60})$)")
_SAME_START = 3
"""Characters with which a title begins both times where it is said twice: 县长在…上讲话县长在…上的讲话."""


def part_notices(draft: Draft) -> None:
    """Put notices that run on behind the last sentences, or stand before the first, on lines of their own.

    >>> draft = Draft("本文由网友上传，仅供参考。同志们：\\n我们开会。\\n谢谢大家！本文档下载后可编辑。")
    >>> part_notices(draft)
    >>> draft.lines
    ['本文由网友上传，仅供参考。', '同志们：', '我们开会。', '谢谢大家！', '本文档下载后可编辑。']
    """
    lines = list(draft.lines)
    edge = range(min(_EDGE, len(lines)))
    first = next((n for n in edge if begins_body(lines[n]) and not notice(lines[n])), None)
    if first is not None:
        lines[first] = _part_first(lines[first])
    last = next((-1 - n for n in edge if _holds_body(lines[-1 - n])), None)
    if last is not None:
        lines[last] = _part_last(lines[last])
    if lines != draft.lines:
        draft.text = "\n".join(lines)


def part_title(draft: Draft) -> None:
    """Put the title that runs on into the address to the hearers on a line of its own.

    >>> draft = Draft("县长在全县工业大会上讲话县长在全县工业大会上的讲话同志们：今天开会。")
    >>> part_title(draft)
    >>> draft.lines
    ['县长在全县工业大会上讲话', '县长在全县工业大会上的讲话', '同志们：今天开会。']
    """
    lines = list(draft.lines)
    first = next((n for n, line in enumerate(lines[:_EDGE]) if begins_body(line)), None)
    found = None if first is None else _GREETED.match(lines[first])
    if first is None or not found or not is_title(found[2]):
        return
    page, title = found.groups()
    again = _SAID_AGAIN.match(title)
    if again and again[2][:_SAME_START] == title[:_SAME_START] and is_title(again[2]):
        title = "\n".join(again.groups())
    lines[first : first + 1] = filter(None, [page, title, lines[first][found.end() :]])
    draft.text = "\n".join(lines)


def _part_first(line: str) -> str:
    """Notices, and what they sum up before the address to the hearers, apart from what follows."""
    parts = sentences(line)
    end = 0
    for number, part in enumerate(parts[:_MOST_SENTENCES]):
        if number + 1 < len(parts) and notice(part):
            address = re.split("[:：]", parts[number + 1])[0] + ":"
            end = number + 1 if end == number or has_shape(address, "salutation") else end
    return "\n".join(filter(None, ["".join(parts[:end]), "".join(parts[end:])]))


def _part_last(line: str) -> str:
    """Notices behind the last sentence apart from it, one a line."""
    parts = sentences(line)
    end = len(parts)
    while end > 1 and len(parts) - end < _MOST_SENTENCES:
        part = parts[end - 1].strip()
        if not (notice(part) or is_interface(part) or match(part, by_place("line"))):
            break
        end -= 1
    return "\n".join(["".join(parts[:end]), *parts[end:]])


def _holds_body(line: str) -> bool:
    return (is_prose(line) or len(sentences(line)) > 1) and not (notice(line) or is_interface(line))

"""A site's sentences that run on behind the body's last or before its first, put on lines of their own."""

from __future__ import annotations

import re

from flows.clean.draft import Draft
from flows.clean.interface import is_interface
from flows.clean.notice import notice, sentences
from flows.clean.rules import by_place, match
from flows.clean.shapes import begins_body, has_shape, is_prose

_MOST_SENTENCES = 5
_EDGE = 12
"""Lines at each edge of a page that may hold a sentence of the site behind or before one of the body."""


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

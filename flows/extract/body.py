"""Which of a page's blocks are the body: the stretch with the most prose and the fewest links."""

from __future__ import annotations

import re
from functools import cache

from flows.extract.fields import field_line, stamp
from flows.extract.tables import table
from flows.extract.tree import Block, Tree

_MARKS = re.compile(r"[，。！？；：、…,.!?;]")
_WORD = re.compile(r"\w")
_BULLETS = "·•※>|-—　 "

PROSE = 20
"""Characters from which a line with punctuation counts in full; shorter ones count half."""
SHORT = 8.0
"""What a short line without punctuation costs: a heading in prose is worth it, a menu is not."""
LINKED = 0.4
"""Share of link characters from which a line is navigation."""
CLOSED = 0.5
"""Share of the stretch's prose that must stand before a line that closes the article."""
POST = 50
"""Characters of prose that a post has at least."""
COVER = 0.95
"""Share of the body's prose that its container must hold."""


def find_body(tree: Tree) -> tuple[int, int] | None:
    """The body as ``blocks[start:end]``, or None for a page without prose.

    The contiguous stretch of blocks with the highest sum of :func:`weight` (the idea of Finn, Kushmerick
    and Smyth 2001, "Fact or fiction", on lines instead of tokens), held to the smallest element that has
    nearly all of it, then grown inside that element over what belongs to it. One pass each.
    """
    weights = [weight(block) for block in tree.blocks]
    start, end = best_stretch(weights, 0, len(weights))
    if start == end:
        return None
    end = _cut(tree.blocks, weights, start, end)
    low, high = _container(tree, weights, start, end)
    start, end = best_stretch(weights, max(low, start), min(high, end))
    start, end = _grow(tree.blocks, start, end, low, high)
    return (start, end) if start < end else None


def _cut(blocks: list[Block], weights: list[float], start: int, end: int) -> int:
    """Where the article ends inside the stretch: at a closing line, or where the replies to it begin.

    A closing line with little prose before it is not believed. A page with several stamped posts is a
    thread or a list: its first post is the page's own.
    """
    total = sum(w for w in weights[start:end] if w > 0)
    thread = sum(1 for block in blocks[start:] if stamp(block.text)) > 1
    before = 0.0
    for i in range(start, end):
        if before >= total * CLOSED and closes(blocks[i].text):
            return i
        if thread and before >= POST and stamp(blocks[i].text):
            return i
        before += max(weights[i], 0.0)
    return end


def weight(block: Block) -> float:
    """How much a block speaks for prose (positive) or against it.

    >>> weight(Block("我们要坚持不懈，把各项工作抓实抓好抓出成效来。")) > 0
    True
    >>> weight(Block("首页", links=2, anchors=1)) < 0
    True
    """
    size = len(block.text) - block.text.count(" ") - block.text.count("\t")
    if block.links > size * LINKED:
        return -min(40.0, 10.0 + block.links)
    if furniture(block.text):
        return -20.0
    if field_line(block.text):
        return -SHORT
    own = size - block.links
    if "\t" in block.text:
        return own * 0.3
    if _MARKS.search(block.text):
        return own if own >= PROSE else own * 0.5
    if own >= 2 * PROSE:
        return own * 0.5
    return -SHORT if _WORD.search(block.text) else -2.0


def best_stretch(weights: list[float], low: int, high: int) -> tuple[int, int]:
    """The contiguous stretch of ``weights[low:high]`` with the highest sum; the first of equals.

    >>> best_stretch([-1, 5, -2, 4, -9, 3], 0, 6)
    (1, 4)
    """
    best, best_sum = (low, low), 0.0
    start, total = low, 0.0
    for i in range(low, high):
        if total <= 0:
            start, total = i, 0.0
        total += weights[i]
        if total > best_sum:
            best, best_sum = (start, i + 1), total
    return best


def _container(tree: Tree, weights: list[float], start: int, end: int) -> tuple[int, int]:
    """The blocks of the smallest element that holds nearly all prose of the stretch."""
    prose = [0.0]
    for i, value in enumerate(weights):
        prose.append(prose[-1] + (value if start <= i < end and value > 0 else 0.0))
    needed = prose[-1] * COVER
    low, high = 0, len(weights)
    for element in tree.elements:
        if prose[element.end] - prose[element.start] >= needed and element.end - element.start <= high - low:
            low, high = element.start, element.end
    return low, high


def _grow(blocks: list[Block], start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """Over neighbours in the same element that are no links and no furniture: datelines, signatures."""
    while start > low and belongs(blocks[start - 1]):
        start -= 1
    while end < high and belongs(blocks[end]):
        end += 1
    while start < end and not belongs(blocks[start]):
        start += 1
    while end > start and not belongs(blocks[end - 1]):
        end -= 1
    return start, end


def belongs(block: Block) -> bool:
    """May the block stand at the edge of a body?"""
    if furniture(block.text) or closes(block.text) or field_line(block.text):
        return False
    return not block.anchors or block.links < len(block.text) * 0.2


def furniture(text: str) -> bool:
    """Is the line the site's own (分享到, ICP备…)?"""
    starts, within, _ = _words()
    return text.lstrip(_BULLETS).startswith(starts) or any(word in text for word in within)


def closes(text: str) -> bool:
    """Does the line close an article (责任编辑：…, 相关阅读, 发表评论)?

    >>> closes("（责任编辑：某某）"), closes("相关阅读工作要抓实抓好，让群众在阅读中受益。")
    (True, False)
    """
    return len(text) < 30 and not text.endswith("。") and text.lstrip(_BULLETS).startswith(_words()[2])


@cache
def _words() -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    words = table("furniture.tsv")
    return tuple(words["start"]), tuple(words["within"]), tuple(words["end"])

"""Which of a page's blocks are the body: the stretch with the most prose and the fewest links."""

from __future__ import annotations

import re
from functools import cache

from flows.extract.fieldlines import CLOCK, DATELINE, FIELD_LINE, field_line, label_alone, signed, stamp
from flows.extract.tables import table
from flows.extract.tree import Block, Hidden, Tree, with_hidden

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
HEADED = 4
"""Lines at the top of a body among which its title and its field line may be."""
TAILED = 10
"""Lines at its end among which a line with author and time closes it."""
NOTHING = 40.0
"""Weight up to which what is shown is no body: hidden prose may be it."""
REVEALED = 200.0
"""Weight of prose that hidden lines need to be a part of a body; what spoils copies is shorter."""
REPLIES = 100.0
"""Weight of prose before a line that opens the readers' comments, from which it is believed."""


def settle(tree: Tree) -> tuple[Tree, tuple[int, int] | None]:
    """The tree with what belongs to the body shown, and the body.

    Pages hide their body, or the rest of it, until a script has run or a reader asks for it (阅读全文).
    Hidden lines come back where nothing else is a body, or where they go on from inside or right behind
    the body, are prose, and are not said already.
    """
    found = find_body(tree)
    if not tree.hidden:
        return tree, found
    start, end = found or (0, 0)
    here = tree.blocks[start:end]
    if sum(max(0.0, weight(block)) for block in here) <= NOTHING:
        late = [part for part in tree.hidden if _prose(part) >= REVEALED / 2]
        late = sorted(late, key=_prose)[-1:]
    else:
        told = {block.text for block in here}
        late = [part for part in tree.hidden if start < part.at <= end + 1 and _goes_on(part, told)]
    if not late:
        return tree, found
    tree = with_hidden(tree, late)
    return tree, find_body(tree)


def _goes_on(part: Hidden, told: set[str]) -> bool:
    return _prose(part) >= REVEALED and sum(block.text in told for block in part.blocks) * 2 < len(
        part.blocks
    )


def _prose(part: Hidden) -> float:
    return sum(max(0.0, weight(block)) for block in part.blocks)


def find_body(tree: Tree) -> tuple[int, int] | None:
    """The body as ``blocks[start:end]``, or None for a page without prose.

    The contiguous stretch of blocks with the highest sum of :func:`weight` (the idea of Finn, Kushmerick
    and Smyth 2001, "Fact or fiction", on lines instead of tokens), held to the smallest element that has
    nearly all of it, then grown inside that element over what belongs to it. One pass each.
    """
    weights = [weight(block) for block in tree.blocks]
    start, end = _best_before_replies(tree.blocks, weights)
    if start == end:
        return None
    end = _cut(tree.blocks, weights, start, end)
    low, high = _container(tree, weights, start, end)
    start, end = best_stretch(weights, max(low, start), min(high, end))
    start, end = _grow(tree.blocks, start, end, low, high)
    start, end = _between_fields(tree.blocks, start, end)
    return (start, end) if start < end else None


def _best_before_replies(blocks: list[Block], weights: list[float]) -> tuple[int, int]:
    """The best stretch; the one above the readers' comments where the comments are longer than the text."""
    start, end = best_stretch(weights, 0, len(weights))
    before = 0.0
    for at in range(end):
        if before >= REPLIES and _opens_replies(blocks[at].text):
            above = best_stretch(weights, 0, at)
            enough = sum(weights[above[0] : above[1]]) >= REPLIES
            return above if enough and (start >= at or _is_thread(blocks[at:end])) else (start, end)
        before += max(weights[at], 0.0)
    return start, end


def _opens_replies(text: str) -> bool:
    return len(text) < 30 and text.lstrip(_BULLETS).startswith(tuple(table("furniture.tsv")["replies"]))


def _is_thread(blocks: list[Block]) -> bool:
    """Several lines with a time of day: posts."""
    return sum(1 for block in blocks if len(block.text) <= FIELD_LINE and CLOCK.search(block.text)) > 1


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
    """The blocks of the smallest element of several that holds nearly all prose of the stretch: a long
    paragraph alone does not hold the heading above it."""
    prose = [0.0]
    for i, value in enumerate(weights):
        prose.append(prose[-1] + (value if start <= i < end and value > 0 else 0.0))
    needed = prose[-1] * COVER
    low, high = 0, len(weights)
    for element in tree.elements:
        size = element.end - element.start
        if prose[element.end] - prose[element.start] >= needed and 1 < size <= high - low:
            low, high = element.start, element.end
    return low, high


def _grow(blocks: list[Block], start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """Over neighbours in the same element that are no links and no furniture: datelines, signatures."""
    while start > low and belongs(blocks[start - 1]) and not _is_value(blocks, start - 1):
        start -= 1
    while end < high and belongs(blocks[end]):
        end += 1
    while start < end and not belongs(blocks[start]):
        start += 1
    while end > start and not belongs(blocks[end - 1]):
        end -= 1
    if 0 < start < end and DATELINE.fullmatch(blocks[start - 1].text):
        start -= 1  # the speaker's, though it stands outside the element
    return start, end


def _is_value(blocks: list[Block], at: int) -> bool:
    return at > 0 and label_alone(blocks[at - 1].text)


def _between_fields(blocks: list[Block], start: int, end: int) -> tuple[int, int]:
    """Without a title and field line at its top, and without a field line and what follows at its end."""
    for at in range(start, min(start + HEADED, end - 1)):
        if len(blocks[at].text) > FIELD_LINE:
            break
        if signed(blocks[at].text):
            start = at + 1
    for at in range(end - 1, max(start, end - TAILED), -1):
        if signed(blocks[at].text) and CLOCK.search(blocks[at].text):
            size = sum(len(block.text) for block in blocks[start:end])
            if sum(len(block.text) for block in blocks[at:end]) * 3 < size:
                end = at
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

"""Which page of a text this is, of how many, and where the next one is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from flows.extract.fields import absolute, squeeze
from flows.extract.tree import Block, Tree

MOST_PAGES = 500
_STATED = (
    re.compile(r"第(?P<number>\d{1,4})页[/／,，|（(]{0,2}共(?P<count>\d{1,4})页"),
    re.compile(r"共(?P<count>\d{1,4})页[/／,，|:：]{0,2}(?:当前)?第?(?P<number>\d{1,4})页"),
    re.compile(r"(?:页次|页码|当前页)[:：](?P<number>\d{1,4})[/／](?P<count>\d{1,4})"),
    re.compile(r"^[<«]{0,2}(?:上一页)?(?P<number>\d{1,4})[/／](?P<count>\d{1,4})(?:页|下一页)[>»]{0,2}$"),
)
_NEXT = frozenset(("下一页", "下页", "后一页", "下一頁", "下頁", "后页"))
_PAGER = re.compile(
    r"[\d\s\[\]()（）【】<>«»‹›|…._\-]*"
    r"(?:(?:上一页|下一页|上页|下页|首页|尾页|末页|前一页|后一页|最后一页|第一页|共|页|第|条|分页)[\d\s\[\]()（）【】<>«»‹›|…._\-:：]*){0,12}"
)
_NUMBER = re.compile(r"\d{1,4}")


@dataclass(frozen=True, slots=True)
class Numbering:
    """``number`` of ``count``, and the address of the next page."""

    number: int | None = None
    count: int | None = None
    next_url: str | None = None


def numbering(tree: Tree, base: str | None) -> Numbering:
    """What the page says (第2页/共5页), else what its row of page links shows.

    The next page is where 下一页 leads, never 下一篇.
    """
    number, count = _stated(tree.blocks)
    if number is None:
        number, count = _linked(tree.blocks)
    return Numbering(number, count, _next(tree, base))


def _stated(blocks: list[Block]) -> tuple[int | None, int | None]:
    for block in blocks:
        if len(block.text) > 100 or not _NUMBER.search(block.text):
            continue
        text = squeeze(block.text)
        for pattern in _STATED:
            found = pattern.search(text)
            if found and 1 <= int(found["number"]) <= int(found["count"]) <= MOST_PAGES:
                return int(found["number"]), int(found["count"])
    return None, None


def _linked(blocks: list[Block]) -> tuple[int | None, int | None]:
    """A row like ``[1] [2] 3 [4] 下一页``: the number that is no link is this page."""
    for block in blocks:
        if not block.anchors or len(block.text) > 200 or not _PAGER.fullmatch(block.text):
            continue
        links = {
            int(n) for text in block.linked if (n := text.strip("[]()（）【】 ")).isdecimal() and len(n) < 5
        }
        here = {int(n) for n in _NUMBER.findall(block.text)} - links
        if len(here) == 1 and links:
            number = here.pop()
            count = max(links | {number})
            if links | {number} == set(range(1, count + 1)) and count <= MOST_PAGES:
                return number, count
    return None, None


def _next(tree: Tree, base: str | None) -> str | None:
    """Where 下一页 leads; ``<link rel=next>`` is not asked, on many sites it is the next article."""
    for anchor in tree.named["a"]:
        words = squeeze("".join(islice(anchor.strings, 3))[:40]).strip("[]【】()（）<>«»›")
        if words in _NEXT and "href" in anchor.attrs:
            address = absolute(base, str(anchor["href"]))
            return address if address != base else None
    return None

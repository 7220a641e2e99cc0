"""Which page of a text this is, of how many, and where the next one is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from flows.extract.links import absolute, squeeze
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
_SCRIPTED = re.compile(
    r"""createPageHTML\(\s{0,3}(\d{1,4})\s{0,3},\s{0,3}(\d{1,4})\s{0,3},\s{0,3}["']([^"'\s]{1,100})["']"""
    r"""\s{0,3},\s{0,3}["'](\w{1,6})["']"""
)
_PAGE_PART = re.compile(r"[_\-/]?\d{1,3}$")
_PAGE_QUERY = re.compile(r"(?:^|&)(?:page|pn|pageno|pagenum|currpage)=\d{1,3}(?=&|$)", re.I)


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
    scripted = _scripted(tree.scripts, base)
    if scripted:
        return scripted
    number, count = _stated(tree.blocks)
    row, pages = _linked(tree.blocks)
    if number is None:
        number, count = row, pages
    return Numbering(number, count, _next(tree, base) or _next_in_row(tree, base, row))


def _scripted(scripts: list[str], base: str | None) -> Numbering | None:
    """The pager of the TRS system: ``createPageHTML(5, 0, "t2009", "html")`` is page 1 of 5.

    The next one is then t2009_1.html.
    """
    for script in scripts:
        if call := _SCRIPTED.search(script):
            count, at = int(call[1]), int(call[2])
            if count == 1 or not at < count <= MOST_PAGES:
                return None
            following = f"{call[3]}_{at + 1}.{call[4]}" if at + 1 < count else None
            return Numbering(at + 1, count, absolute(base, following) if following else None)
    return None


def _stated(blocks: list[Block]) -> tuple[int | None, int | None]:
    for block in blocks:
        if len(block.text) > 100 or "页" not in block.text:
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
    """Where 下一页 leads, or ``<link rel=next>`` where that is no other article's, as it is on many sites."""
    for anchor in tree.anchors:
        words = squeeze(anchor.text[:40]).strip("[]【】()（）<>«»›→")
        if words in _NEXT:
            address = absolute(base, anchor.href)
            return address if address != base else None
    related = absolute(base, tree.relations.get("next", ""))
    return related if base and related and _continues(base, related) else None


def _next_in_row(tree: Tree, base: str | None, number: int | None) -> str | None:
    """Where the next number leads in a row of page links that ``number`` is the page of."""
    if not base or not number:
        return None
    for anchor in tree.anchors:
        if anchor.text.strip("[]()（）【】 ") == str(number + 1):
            address = absolute(base, anchor.href)
            return address if address and _continues(base, address) else None
    return None


def _continues(base: str, address: str) -> bool:
    """Do two addresses differ by a page number alone?

    >>> _continues("http://a.cn/t9.html", "http://a.cn/t9_2.html"), _continues("http://a.cn/8", "http://a.cn/9")
    (True, False)
    """
    try:
        here, there = urlsplit(base), urlsplit(address)
    except ValueError:
        return False
    if here.netloc != there.netloc:
        return False
    if here.path == there.path:
        rest, numbered = _PAGE_QUERY.subn("", there.query)
        return bool(numbered) and here.query != there.query and _PAGE_QUERY.sub("", here.query) == rest
    stem, _, ending = here.path.rpartition(".") if "." in here.path else (here.path, "", "")
    other, _, its_ending = there.path.rpartition(".") if "." in there.path else (there.path, "", "")
    part = other.removeprefix(stem if other.startswith(stem) else _PAGE_PART.sub("", stem))
    return ending == its_ending and part != other and bool(_PAGE_PART.fullmatch(part)) and part[0] in "_-/"

"""Which page of a text this is, of how many, and where the next one is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from flows.extract.links import absolute, squeeze
from flows.extract.tree import Anchor, Block, Tree
from flows.parts import MOST_PAGES, NUMERAL, fits, hint, value

_STATED = (
    re.compile(rf"第(?P<number>{NUMERAL})页[/／,，|（(]{{0,2}}共(?P<count>{NUMERAL})页"),
    re.compile(rf"共(?P<count>{NUMERAL})页[/／,，|:：]{{0,2}}(?:当前)?第?(?P<number>{NUMERAL})页"),
    re.compile(r"第(?P<number>\d{1,4})[/／](?P<count>\d{1,4})页"),
    re.compile(r"(?:页次|页码|当前页)[:：](?P<number>\d{1,4})[/／](?P<count>\d{1,4})"),
    re.compile(r"^[<«]{0,2}(?:上一页)?(?P<number>\d{1,4})[/／](?P<count>\d{1,4})(?:页|下一页)[>»]{0,2}$"),
)
_NEXT = frozenset(("下一页", "下页", "后一页", "下一頁", "下頁", "后页"))
_PREVIOUS = frozenset(("上一页", "上页", "前一页", "上一頁", "上頁", "前页"))
_PAGER = re.compile(
    r"[\d\s\[\]()（）【】<>«»‹›|…._\-]*"
    r"(?:(?:上一页|下一页|上页|下页|首页|尾页|末页|前一页|后一页|最后一页|第一页|共|页|第|条|分页)[\d\s\[\]()（）【】<>«»‹›|…._\-:：]*){0,12}"
)
_NUMBER = re.compile(r"\d{1,4}")
_ELIDED = re.compile(r"…|\.{2,6}")
_SCRIPTED = re.compile(
    r"""createPageHTML\(\s{0,3}(\d{1,4})\s{0,3},\s{0,3}(\d{1,4})\s{0,3},\s{0,3}["']([^"'\s]{1,100})["']"""
    r"""\s{0,3},\s{0,3}["'](\w{1,6})["']"""
)
_PAGE_PART = re.compile(r"[_\-/]?\d{1,3}$")
_PAGE_QUERY = re.compile(r"(?:^|&)(?:page|pn|pageno|pagenum|currpage)=\d{1,3}(?=&|$)", re.I)


@dataclass(frozen=True, slots=True)
class Numbering:
    """``number`` of ``count``, the addresses of the next page and the one before, and what may be the number
    (see Page.hint)."""

    number: int | None = None
    count: int | None = None
    next_url: str | None = None
    prev_url: str | None = None
    hint: tuple[int, int] | None = None


def numbering(tree: Tree, base: str | None) -> Numbering:
    """What the page says (第2页/共5页), else what its row of page links shows.

    The next page is where 下一页 leads, never 下一篇.
    """
    scripted = _scripted(tree.scripts, base)
    if scripted:
        return scripted
    number, count = _stated(tree.blocks)
    row, pages = _linked(tree, base)
    if number is None:
        number, count = row, pages
    return Numbering(
        number,
        count,
        _next(tree, base) or _next_in_row(tree, base, row),
        _where(tree, base, _PREVIOUS),
        None if number else _hinted(tree.blocks),
    )


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
            if found and fits(number := value(found["number"]), count := value(found["count"])) and count:
                return number, count
    return None, None


def _hinted(blocks: list[Block]) -> tuple[int, int] | None:
    """The one line that is a bare ``第2页`` or ``2/4``, and no link."""
    found = {said for b in blocks if len(b.text) < 20 and not b.anchors and (said := hint(b.text))}
    return found.pop() if len(found) == 1 else None


def _linked(tree: Tree, base: str | None) -> tuple[int | None, int | None]:
    """A row like ``[1] [2] 3 [4] 下一页``: the number that is no link, or leads nowhere, is this page."""
    for row, linked in _rows(tree.blocks):
        links = {int(n) for text in linked if (n := _bare(text)).isdecimal() and len(n) < 5}
        numbers = {int(n) for n in _NUMBER.findall(row)}
        here = numbers - links or _leading_nowhere(tree, base, links)
        if len(here) == 1 and links:
            number, count = here.pop(), max(numbers)
            whole = numbers == set(range(1, count + 1)) or (1 in numbers and _ELIDED.search(row))
            if whole and count <= MOST_PAGES:
                return number, count
    return None, None


def _rows(blocks: list[Block]) -> Iterator[tuple[str, list[str]]]:
    """The rows of page links, each also where every number is a line of its own: their text, and the texts of
    their links."""
    texts: list[str] = []
    linked: list[str] = []
    for block in [*blocks, Block("。")]:
        if len(block.text) <= 200 and _PAGER.fullmatch(block.text):
            texts.append(block.text)
            linked += block.linked
            continue
        if linked and (len(texts) == 1 or any("页" in text for text in texts)):  # 1 2 3 alone turns pictures
            yield " ".join(texts), linked
        texts, linked = [], []


def _leading_nowhere(tree: Tree, base: str | None, numbers: set[int]) -> set[int]:
    """Which of the numbers are links to the page itself, or to nothing; none where several are."""
    found = {
        int(_bare(anchor.text))
        for anchor in tree.anchors
        if (bare := _bare(anchor.text)).isdecimal()
        and len(bare) < 5
        and int(bare) in numbers
        and absolute(base, anchor.href) in (None, base)
    }
    return found if len(found) == 1 else set()


def _bare(text: str) -> str:
    return text.strip("[]()（）【】 ")


def _next(tree: Tree, base: str | None) -> str | None:
    """Where 下一页 leads, or ``<link rel=next>`` where that is no other article's, as it is on many sites."""
    if any(_words(anchor) in _NEXT for anchor in tree.anchors):
        return _where(tree, base, _NEXT)
    related = absolute(base, tree.relations.get("next", ""))
    return related if base and related and _continues(base, related) else None


def _where(tree: Tree, base: str | None, names: frozenset[str]) -> str | None:
    """Where the first link of one of these names leads; None where that is the page itself."""
    for anchor in tree.anchors:
        if _words(anchor) in names:
            address = absolute(base, anchor.href)
            return address if address != base else None
    return None


def _words(anchor: Anchor) -> str:
    return squeeze(anchor.text[:40]).strip("[]【】()（）<>«»‹›←→")


def _next_in_row(tree: Tree, base: str | None, number: int | None) -> str | None:
    """Where the next number leads in a row of page links that ``number`` is the page of."""
    if not base or not number:
        return None
    for anchor in tree.anchors:
        if _bare(anchor.text) == str(number + 1):
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

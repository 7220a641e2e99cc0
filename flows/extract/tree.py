"""HTML to a flat list of blocks: the lines a reader sees, and which element holds which of them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning
from bs4.element import CData, NavigableString, Tag

from flows.extract.lines import shown
from flows.extract.tables import table

MOST_TAGS = 400_000
"""Tags of a page; the largest real pages have 50,000, and each costs a kilobyte."""
CELL = 120
"""Characters; a table with a longer cell is there for layout, not for data."""

_TAG = re.compile(r"<[A-Za-z]")
_LINE_TAG = re.compile(r"<(?:p|br|div|td|li|h[1-6]|pre)(?=[\s/>])", re.I)
_LINE_END = re.compile(r"[。！？：；”][ \t\r\u3000]{0,20}\n")
_SKIPPED, _LINES, _HEADINGS, _KEEP_LINES = (
    frozenset(table("elements.tsv")[kind]) for kind in ("skipped", "line", "heading", "preformatted")
)
_HIDDEN = re.compile(
    r"(?:^|[;\s])(?:display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden"
    r"|font-size\s{0,4}:\s{0,4}0(?:px|pt|em|%)?\s{0,4}(?:;|!|$))",
    re.I,
)


class TooManyTags(Exception):
    """The page is all markup."""


@dataclass(slots=True)
class Block:
    """A line of text as shown, with what tells prose from furniture."""

    text: str
    links: int = 0
    """Characters inside links."""
    anchors: int = 0
    """Number of links."""
    linked: tuple[str, ...] = ()
    """The texts of the links."""
    heading: bool = False


@dataclass(slots=True)
class Element:
    """An element and its blocks: ``blocks[start:end]``."""

    start: int
    end: int


@dataclass(slots=True)
class Tree:
    """A parsed page."""

    named: dict[str, list[Tag]]
    """The tags that speak about the page: meta, link, title, time, a."""
    blocks: list[Block] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)


Event = tuple[Literal["open", "close", "text"], Tag | NavigableString]


def parse(markup: str) -> Tree:
    """Parses and flattens a page in time linear in its size. Raises TooManyTags beyond the bound."""
    count = sum(1 for _ in _TAG.finditer(markup))
    if count > MOST_TAGS:
        raise TooManyTags(f"{count:,} tags")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        soup = BeautifulSoup(markup.replace("\0", ""), "lxml")
    named: dict[str, list[Tag]] = {"meta": [], "link": [], "title": [], "time": [], "a": []}
    for node in soup.descendants:
        if isinstance(node, Tag) and node.name in named:
            named[node.name].append(node)
    tree = Tree(named)
    line_ends = sum(1 for _ in _LINE_END.finditer(markup))
    line_tags = sum(1 for _ in _LINE_TAG.finditer(markup))
    _Walk(tree, soup, keep_lines=line_ends > 5 * line_tags).run()
    return tree


def events(root: Tag) -> Iterator[Event]:
    """Depth-first over what is shown, with a stack of its own, so that no depth is too deep."""
    stack = [(iter(root.contents), root)]
    while stack:
        children, tag = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "close", tag
        elif isinstance(child, Tag):
            if not skipped(child):
                yield "open", child
                stack.append((iter(child.contents), child))
        elif isinstance(child, NavigableString) and type(child) in (NavigableString, CData):
            yield "text", child


def skipped(tag: Tag) -> bool:
    """Is the element never shown, or never part of a text?"""
    if tag.name in _SKIPPED:
        return True
    if not tag.attrs:
        return False
    if "hidden" in tag.attrs:
        return True
    style = tag.attrs.get("style")
    return bool(style) and _HIDDEN.search(str(style)[:500]) is not None


class _Walk:
    """Collects blocks and elements along the events of a page."""

    def __init__(self, tree: Tree, soup: BeautifulSoup, keep_lines: bool):
        self.tree, self.soup = tree, soup
        self.data_tables = data_tables(soup)
        self.open: list[int] = []
        self.parts: list[str] = []
        self.linked: list[str] = []
        self.links = self.anchors = 0
        self.in_link = self.in_data = self.in_heading = 0
        self.keep_lines = int(keep_lines)

    def run(self) -> None:
        for kind, node in events(self.soup):
            if kind == "text":
                self._text(str(node))
            elif isinstance(node, Tag):
                self._enter(node) if kind == "open" else self._leave(node)
        self._flush()

    def _enter(self, tag: Tag) -> None:
        name = tag.name
        if name in _LINES:
            self._break(name)
            self.open.append(len(self.tree.elements))
            start = len(self.tree.blocks)
            self.tree.elements.append(Element(start, start))
        self._count(tag, 1)
        if name == "a" and "href" in tag.attrs:
            self.anchors += 1
            self.linked.append("")

    def _leave(self, tag: Tag) -> None:
        name = tag.name
        if name in _LINES:
            self._break(name)
            self.tree.elements[self.open.pop()].end = len(self.tree.blocks)
        self._count(tag, -1)

    def _count(self, tag: Tag, step: int) -> None:
        name = tag.name
        if name == "a" and "href" in tag.attrs:
            self.in_link += step
        elif name in _KEEP_LINES:
            self.keep_lines += step
        elif name in _HEADINGS:
            self.in_heading += step
        elif id(tag) in self.data_tables:
            self.in_data += step

    def _break(self, name: str) -> None:
        """A line ends here; inside a data table only its rows do, and its cells are set apart."""
        if not self.in_data or name in ("tr", "table", "caption"):
            self._flush()
        else:
            self.parts.append("\t" if name in ("td", "th") else " ")

    def _text(self, text: str) -> None:
        if not self.keep_lines:
            self._add(text)
            return
        first, *rest = text.split("\n")
        self._add(first)
        for line in rest:
            self._flush()
            self._add(line)

    def _add(self, text: str) -> None:
        self.parts.append(text.replace("\t", " "))
        if self.in_link:
            self.links += sum(1 for c in text if not c.isspace())
            if self.linked:
                self.linked[-1] += text.strip()[:100]

    def _flush(self) -> None:
        text = shown("".join(self.parts))
        if text:
            heading = self.in_heading > 0
            block = Block(text, self.links, self.anchors, tuple(self.linked), heading)
            self.tree.blocks.append(block)
        self.parts.clear()
        self.linked.clear()
        self.links = self.anchors = 0


@dataclass(slots=True)
class _Table:
    tag: Tag
    nested: bool = False
    rows: int = 0
    cells: int = 0
    most_cells: int = 0
    text: int = 0
    longest: int = 0

    def is_data(self) -> bool:
        return not self.nested and self.rows > 1 and self.most_cells > 1 and self.longest <= CELL


def data_tables(soup: BeautifulSoup) -> set[int]:
    """The ids of tables that hold data: rows of several short cells, and no other table inside.

    >>> page = "<table><tr><td>户数<td>12<tr><td>人口<td>40</table><table><tr><td>正文</table>"
    >>> len(data_tables(BeautifulSoup(page, "lxml")))
    1
    """
    found: set[int] = set()
    tables: list[_Table] = []
    for kind, node in events(soup):
        if isinstance(node, Tag):
            if kind == "open" and node.name == "table":
                if tables:
                    tables[-1].nested = True
                tables.append(_Table(node))
            elif kind == "close" and tables and tables[-1].tag is node:
                if tables.pop().is_data():
                    found.add(id(node))
            elif tables:
                _see(tables[-1], kind, node.name)
        elif tables:
            tables[-1].text += len(node.strip())
    return found


def _see(table: _Table, kind: str, name: str) -> None:
    if name == "tr" and kind == "open":
        table.rows += 1
        table.cells = 0
    elif name in ("td", "th") and kind == "open":
        table.text = 0
        table.cells += 1
        table.most_cells = max(table.most_cells, table.cells)
    elif name in ("td", "th"):
        table.longest = max(table.longest, table.text)

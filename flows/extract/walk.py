"""One walk over a parsed page: its lines, its elements, and what it says about itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bs4 import BeautifulSoup
from bs4.element import Comment, PageElement, Tag

from flows.extract import cells
from flows.extract.about import keep_script, raw, take
from flows.extract.hidden import STYLES, Seen, hiding_rules, seen
from flows.extract.lines import shown
from flows.extract.soup import _Tag, soup
from flows.extract.tables import table
from flows.extract.tree import Anchor, Block, Element, Hidden, Tree

LINK_TEXT = 100
"""Characters kept of a link's own text."""
_LINE_TAG = re.compile(r"<(?:p|br|div|td|li|h[1-6]|pre)(?=[\s/>])", re.I)
_LINE_END = re.compile(r"[。！？：；”][ \t\r\u3000]{0,20}\n")
_FIGURES = frozenset("0123456789+-")
_RAISED = {
    "sup": str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"),
    "sub": str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋"),
}
_RAISED_MOST = 4
_LINE, _HEADING, _KEEP, _SKIP, _SPEAKS, _LINK = 1, 2, 4, 8, 16, 32
_WORDS = table("elements.tsv")
_HIDING = frozenset(("class", "style", "id", "hidden", "color"))
_LATE = frozenset(_WORDS["late"])
_WHOLE = frozenset(("html", "body"))
"""Hidden only until the page has loaded."""


def _flags() -> dict[str, int]:
    found: dict[str, int] = {}
    for kind, flag in {"line": _LINE, "heading": _HEADING, "preformatted": _KEEP, "skipped": _SKIP}.items():
        for name in _WORDS[kind]:
            found[name] = found.get(name, 0) | flag
    for name in _WORDS["speaking"]:
        found[name] = found.get(name, 0) | _SPEAKS
    return found


_FLAGS = _flags()


def parse(markup: str) -> Tree:
    """The page as blocks, in time linear in its size. Raises TooManyTags beyond the bound.

    >>> [block.text for block in parse("<title>某网</title><p>同志<b>们</b>：<p>今天<br>开会。").blocks]
    ['同志们：', '今天', '开会。']
    """
    line_ends = sum(1 for _ in _LINE_END.finditer(markup))
    line_tags = sum(1 for _ in _LINE_TAG.finditer(markup)) if line_ends else 0
    return _Walk(soup(markup), keep_lines=line_ends > 5 * line_tags).run()


class _Walk:
    """Depth-first over a page, with a stack of its own, so that no depth is too deep."""

    def __init__(self, page: BeautifulSoup, keep_lines: bool):
        self.tree = Tree()
        self.page = page
        self.rules: dict[str, Seen] = {}
        self.styles = STYLES
        """Characters of style sheets that are still read."""
        self.open: list[int] = []
        self.tables: list[cells.Table] = []
        self.parts: list[str] = []
        self.faint: list[int] = []
        self.linked: list[str] = []
        self.links = self.anchors = 0
        self.in_link = self.in_heading = self.in_faint = 0
        self.keep_lines = int(keep_lines)
        self.anchor: Anchor | None = None
        self.silent = 0
        """Inside what is never shown: only what speaks about the page counts."""
        self.begun = False
        """Has the line in hand anything to show?"""
        self.tiny = False
        self.part: Hidden | None = None
        """The hidden lines that the walk is in."""
        self.kept: tuple[list[str], list[int], list[str], int, int, bool] | None = None

    def run(self) -> Tree:
        """Walk the whole page."""
        stack: list[tuple[Iterator[PageElement], Tag | None, int, Seen, bool]] = [
            (iter(self.page.contents), None, 0, "", False)
        ]
        while stack:
            children, tag, flags, how, tiny = stack[-1]
            for child in children:
                kind = child.__class__
                if kind is str:  # type: ignore[comparison-overlap]
                    if not self.silent and not self.tiny:
                        if tag is not None and tag.name in _RAISED:
                            self._text(raised(str(child), tag.name))
                        else:
                            self._text(child)  # type: ignore[arg-type]
                    elif self.anchor is not None:
                        self._link_text(child)  # type: ignore[arg-type]
                elif kind is _Tag:
                    stack.append(self._enter(child))  # type: ignore[arg-type]
                    break
                elif kind is Comment and "enpproperty" in child[:200]:  # type: ignore[index]
                    keep_script(self.tree, str(child))
            else:
                stack.pop()
                if tag is not None:
                    self._leave(tag.name, flags, how)
                    self.tiny = tiny
        self._flush()
        return self.tree

    def _enter(self, tag: Tag) -> tuple[Iterator[PageElement], Tag, int, Seen, bool]:
        name, attrs = tag.name, tag.attrs
        flags, tiny = _FLAGS.get(name, 0), self.tiny
        how: Seen = ""
        if flags & _SKIP:
            self.silent += 1
        elif name in _LATE and not self.silent:
            how = self._hide("later", {}, flags)
        elif attrs and not self.silent and name not in _WHOLE and not _HIDING.isdisjoint(attrs):
            how = seen(name, attrs, self.rules)  # type: ignore[arg-type]
            if how or tiny:
                how = self._hide(how, attrs, flags)  # type: ignore[arg-type]
        if flags & _SPEAKS:
            if name == "a":
                flags |= self._link(attrs)  # type: ignore[arg-type]
            else:
                self._speak(tag, name, attrs)  # type: ignore[arg-type]
        if flags & _LINE and not self.silent:
            self._line(name)
        if flags & _HEADING:
            self.in_heading += 1
        elif flags & _KEEP:
            self.keep_lines += 1
        return iter(tag.contents), tag, flags, how, tiny

    def _leave(self, name: str, flags: int, how: Seen) -> None:
        if flags & _SKIP:
            self.silent -= 1
        if flags & _LINE and not self.silent:
            self._flush()
            if self.part is None:
                self.tree.elements[self.open.pop()].end = len(self.tree.blocks)
                if name == "table" and self.tables:
                    cells.end(self.tree, self.tables)
        if flags & _HEADING:
            self.in_heading -= 1
        elif flags & _KEEP:
            self.keep_lines -= 1
        elif flags & _LINK:
            self.anchor = None
            self.in_link -= 1
        if how == "faint":
            self.in_faint -= 1
        elif how == "later":
            self._show()

    def _line(self, name: str) -> None:
        """A line begins, and an element that holds lines."""
        self._flush()
        if self.part is not None:
            return
        start = len(self.tree.blocks)
        if name == "table":
            cells.begin(self.tree, self.tables)
        elif self.tables:
            if name == "tr":
                self.tables[-1].rows.append([start])
            elif name in ("td", "th") and self.tables[-1].rows:
                self.tables[-1].rows[-1].append(start)
        self.open.append(len(self.tree.elements))
        self.tree.elements.append(Element(start, start))

    def _hide(self, how: Seen, attrs: Mapping[str, str], flags: int) -> Seen:
        """Go on inside something hidden; the way back is in :meth:`_leave` and in the stack."""
        if how == "faint":
            self.in_faint += 1
        elif how in ("tiny", "never"):
            self.tiny = True
        elif self.tiny and "font-size" in attrs.get("style", ""):
            self.tiny = False  # a parent without size, to close gaps between boxes, and children with one
        elif how == "later":
            if self.part is not None or flags & _SKIP:
                return ""
            self.kept = (self.parts, self.faint, self.linked, self.links, self.anchors, self.begun)
            self.part = Hidden(len(self.tree.blocks) + self.begun)
            self.parts, self.faint, self.linked = [], [], []
            self.links, self.anchors, self.begun = 0, 0, False
        return how

    def _show(self) -> None:
        """The hidden element closes; the line that it stood in goes on."""
        self._flush()
        if self.part is not None and self.kept is not None:
            if self.part.blocks:
                self.tree.hidden.append(self.part)
            self.parts, self.faint, self.linked, self.links, self.anchors, self.begun = self.kept
        self.part = self.kept = None

    def _link(self, attrs: Mapping[str, str]) -> int:
        if "href" not in attrs:
            return 0
        self.in_link += 1
        self.anchors += 1
        self.linked.append("")
        self.anchor = Anchor(attrs["href"])
        self.tree.anchors.append(self.anchor)
        return _LINK

    def _speak(self, tag: Tag, name: str, attrs: Mapping[str, str]) -> None:
        if name == "style":
            sheet = raw(tag)[: self.styles]
            self.styles -= len(sheet)
            self.rules |= hiding_rules(sheet)
        else:
            take(self.tree, tag, name, attrs)

    def _text(self, text: str) -> None:
        if not self.keep_lines or "\n" not in text:
            self._add(text)
            return
        first, *rest = text.split("\n")
        self._add(first)
        for line in rest:
            self._flush()
            self._add(line)

    def _add(self, text: str) -> None:
        if "\t" in text:
            text = text.replace("\t", " ")
        if self.in_faint:
            self.faint.append(len(self.parts))
        self.parts.append(text)
        if not self.begun and not text.isspace():
            self.begun = True
        if self.in_link:
            self.links += len("".join(text.split()))
            self._link_text(text)
            if self.linked and len(self.linked[-1]) < LINK_TEXT:
                self.linked[-1] += text.strip()[:LINK_TEXT]

    def _link_text(self, text: str) -> None:
        if self.anchor is not None and len(self.anchor.text) < LINK_TEXT:
            self.anchor.text += text.strip()[:LINK_TEXT]

    def _flush(self) -> None:
        parts = self.parts
        if parts:
            if self.faint:
                _drop_faint(parts, self.faint)
            text = "".join(parts)
            if text and not text.isspace() and (text := shown(text)):
                block = Block(text, self.links, self.anchors, tuple(self.linked), self.in_heading > 0)
                (self.tree.blocks if self.part is None else self.part.blocks).append(block)
            parts.clear()
            self.begun = False
        if self.linked or self.links:
            self.linked.clear()
            self.links = self.anchors = 0


def raised(text: str, name: str) -> str:
    """The figures of a ``sup`` or ``sub`` as raised or lowered ones: 10⁴ is not 104. Other text stays.

    >>> raised("4", "sup"), raised("2", "sub"), raised("[1]", "sup")
    ('⁴', '₂', '[1]')
    """
    form = text.strip()
    return form.translate(_RAISED[name]) if len(form) <= _RAISED_MOST and _FIGURES.issuperset(form) else text


def _drop_faint(parts: list[str], faint: list[int]) -> None:
    """Blank what is white in a line of ink; a line all in white stands on a ground that we don't see."""
    white = sum(len(parts[at].strip()) for at in faint)
    if white * 2 < sum(len(part.strip()) for part in parts):
        for at in faint:
            parts[at] = ""
    faint.clear()

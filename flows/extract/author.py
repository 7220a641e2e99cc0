"""Who a page says wrote or spoke its text."""

from __future__ import annotations

import re

from flows.extract.fieldlines import CLOCK, FIELD_LINE, labels
from flows.extract.links import meta
from flows.extract.tables import table
from flows.extract.tree import Block, Tree

NEAR = 12
"""Blocks above the body in which an author line is looked for."""
BEHIND = 3

_ONE = r"(?:[一-鿿][ \u3000]{1,3}[一-鿿](?![一-鿿])|[一-鿿]{1,8}(?:·[一-鿿]{1,8})?)"
_MORE = rf"(?:[、，][ \u3000]?{_ONE}|[ \u3000]{{1,3}}[一-鿿]{{2,3}}(?![一-鿿:：])){{0,5}}"
_AUTHOR = re.compile(_ONE + _MORE)
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_.]{2,20}(?![\w=])")
_ROLE = r"(?:(?<![一-鿿])|(?<=[报网社台刊本习]))(?:记者|通讯员|实习生)[ \u3000:：]{0,3}"
_REPORTER = re.compile(rf"{_ROLE}({_ONE}{_MORE})(?:/|／|报道|$)")
_IN_BRACKETS = re.compile(rf"[（(][^（）()]{{0,12}}{_ROLE}({_ONE}{_MORE})[）)]")
_BYLINE = re.compile(rf"[□■●]?[ \u3000]?(?:(?:文|文/图|图/文|文字)[:：/／][ \u3000]?)({_ONE})")
_POSTER = re.compile(r"([\w一-鿿]{2,20})[ \u3000]{1,2}(?:发表于|发布于|张贴)|\bby[ :]{1,2}([\w一-鿿]{2,20})")
_PEOPLE = 40
"""Characters of a line that tells of nothing but people."""


def author_of(tree: Tree, start: int, end: int) -> str | None:
    """The author line near the body (作者：某某, 记者 某某, 某某 发表于 …), else a meta tag with a name.

    >>> from flows.extract.tree import Block
    >>> author_of(Tree(blocks=[Block("时间：2022-02-13　作者：王小明 来源：某网"), Block("同志们。")]), 1, 2)
    '王小明'
    """
    near = tree.blocks[max(0, start - NEAR) : start + 3] + tree.blocks[max(start, end - 2) : end + BEHIND]
    for block in near:
        if len(block.text) <= FIELD_LINE and (name := _labelled(block.text)):
            return name
    for block in near:
        if name := _named(block):
            return name
    stated = meta(tree, "author") or ""
    person = _AUTHOR.fullmatch(stated) if 2 <= len(stated) <= 12 else None
    return person[0] if person and not stated.endswith(tuple(table("labels.tsv")["nobody"])) else None


def _labelled(text: str) -> str | None:
    label = labels()["author"].search(text)
    if not label:
        return None
    name = _AUTHOR.match(text, label.end()) or _LATIN.match(text, label.end())
    return name[0] if name else None


def _named(block: Block) -> str | None:
    """A line that names the reporters, a paragraph that does so in brackets, or the stamp of a post."""
    text = block.text.strip("（）()【】[]- ")
    if len(text) <= _PEOPLE and (found := _REPORTER.search(text) or _BYLINE.fullmatch(text)):
        return found[1]
    if len(block.text) > _PEOPLE and (found := _IN_BRACKETS.search(block.text[:FIELD_LINE])):
        return found[1]
    poster = _POSTER.search(text) if len(text) <= FIELD_LINE and CLOCK.search(text) else None
    return poster[1] or poster[2] if poster else None

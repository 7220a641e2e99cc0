"""The tags in which a page speaks about itself, and the scripts in which it holds data."""

from __future__ import annotations

from collections.abc import Mapping

from bs4.element import Tag

from flows.extract.lines import shown
from flows.extract.tables import table
from flows.extract.tree import Tree

SCRIPT = 2_000_000
"""Characters of the longest script that is read for data."""
SCRIPTS = 200
"""Scripts of a page that are read for data, and pieces of markup inside markup."""
_MARKUP = frozenset(("text/html", "text/template", "text/plain"))
"""Types of a script that is none."""


def take(tree: Tree, tag: Tag, name: str, attrs: Mapping[str, str]) -> None:
    """Put what a tag says into the tree."""
    if name == "meta":
        said = (attrs.get("property") or attrs.get("name") or attrs.get("itemprop") or "").strip().lower()
        if content := attrs.get("content", "").strip():
            tree.meta.setdefault(said[:100], shown(content[:2000])[:500])
    elif name == "link" and "href" in attrs:
        for relation in attrs.get("rel", "").lower().split()[:9]:
            tree.relations.setdefault(relation, attrs["href"].strip())
    elif name == "time" and "datetime" in attrs:
        tree.times.append(attrs["datetime"][:100])
    elif name == "title" and not tree.title:
        tree.title = shown(raw(tag)[:2000])[:500]
    elif name == "script":
        _take_script(tree, tag, attrs.get("type", "").lower())
    elif name in ("iframe", "textarea", "noframes"):
        markup = attrs.get("srcdoc", "") if name == "iframe" else raw(tag)
        if "<" in markup and len(tree.inner) < SCRIPTS:
            tree.inner.append(markup)


def keep_script(tree: Tree, text: str) -> None:
    """Keep a script, or a comment, that holds data."""
    if len(text) <= SCRIPT and len(tree.scripts) < SCRIPTS:
        tree.scripts.append(text)


def raw(tag: Tag) -> str:
    """The text of an element that holds nothing but text."""
    return "".join(child for child in tag.contents[:SCRIPTS] if isinstance(child, str))


def _take_script(tree: Tree, tag: Tag, kind: str) -> None:
    text = raw(tag)
    if kind in _MARKUP:
        if len(tree.inner) < SCRIPTS:
            tree.inner.append(text)
    elif "json" in kind or any(word in text for word in table("script_names.tsv")["data"]):
        keep_script(tree, text)

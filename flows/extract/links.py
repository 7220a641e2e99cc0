"""Addresses: the page's own, and where its links lead."""

from __future__ import annotations

from urllib.parse import urljoin

from flows.extract.tables import table
from flows.extract.tree import Tree
from flows.host import host


def canonical(tree: Tree) -> str | None:
    """The page's own address as it gives it."""
    address = tree.relations.get("canonical") or meta(tree, "url")
    return address if address and host(address) else None


def absolute(base: str | None, href: str) -> str | None:
    """A link as given, resolved against the page's address where that is known; None for a script."""
    href = href.strip()
    if not href or href.startswith("#") or href.lower().startswith(("javascript:", "mailto:")):
        return None
    try:
        return urljoin(base, href) if base else href
    except ValueError:
        return None


def meta(tree: Tree, what: str) -> str | None:
    """The content of the most reliable meta tag for title, published, author or url."""
    return next((tree.meta[name] for name in table("meta_names.tsv")[what] if name in tree.meta), None)


def squeeze(text: str) -> str:
    """Text without white space, for comparing."""
    return "".join(text.split())

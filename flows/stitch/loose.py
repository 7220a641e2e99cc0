"""Loose pages: those that say where they stand by links alone, or by a number that may mean something else.

A site may link each page of a text to the next though no address numbers them; a title may end in （二）, a
page in a bare 第2页 or 2/4, a record may have a field ``page``. But 下一页 may lead to another article, and
讲话（二） be the second speech of a series. So a loose page is taken for a part only together with another of
its title and site: where links put them in order and nothing speaks against it (chain.py), or where their
numbers follow and the text goes on (numbered.py). By itself it is a text with no page missing.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.parts import bare, mark
from flows.records import Page
from flows.stitch.address import part
from flows.stitch.chain import chained
from flows.stitch.evidence import letters
from flows.stitch.gaps import links_on
from flows.stitch.numbered import numbered
from flows.stitch.order import Article
from flows.stitch.pieces import MOST, id_of, pages_of, title_of

_TITLE_LEAST = 2
"""Letters of a title that loose pages can have in common: 讲话 is one, as the text must show the rest."""
_MORE = 100
"""Pages beyond MOST of one title and site that links may still put in order."""


def is_loose(article: Article) -> bool:
    """Whether an article is one page that only links, or a number that may mean something else, place."""
    pages = pages_of(article)
    return len(article) == 1 and all(map(_is_loose, pages)) and not links_on(pages)


def loose_key(article: Article) -> str | None:
    """What the loose pages of one text have in common; None where no title tells. It ends in how many pages
    more than usual are made together (see catalog/families.py): links need no comparing.

    >>> from flows.records import Source
    >>> page = Page(id="a", source=Source(file="a"), media="text/plain", title="在全县大会上的讲话（二）")
    >>> loose_key({1: [page]})
    '在全县大会上的讲话||parts|100'
    """
    said = letters(bare(title_of(article)))
    site = next((page.site for page in pages_of(article) if page.site), "")
    return f"{said}|{site}|parts|{_MORE}" if len(said) >= _TITLE_LEAST else None


def parts_joined(articles: Sequence[Article]) -> list[Article]:
    """Loose pages, those joined that are parts of one text. The order in which they come does not matter."""
    apart: list[Article] = []
    alike: dict[str, list[Article]] = {}
    for article in sorted(articles, key=id_of):
        key = loose_key(article) or next((page.url for page in pages_of(article) if page.url), None)
        if key:
            alike.setdefault(key, []).append(article)
        else:
            apart.append(article)
    for same in alike.values():
        found = chained(same) if 1 < len(same) <= MOST + _MORE else same
        apart += numbered(found) if 1 < len(found) <= MOST else found
    return apart


def _is_loose(page: Page) -> bool:
    if page.count or (page.url and part(page.url, page.number, page.next_url).number is not None):
        return False
    return bool(page.next_url or page.prev_url or page.number or page.hint or mark(page.title or ""))

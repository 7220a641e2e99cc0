"""Which pages of an article its own numbering says exist, and no dump held."""

from __future__ import annotations

from flows.parts import mark
from flows.records import Page
from flows.stitch.address import part
from flows.stitch.order import Article
from flows.stitch.seam import ends

_MOST_PAGES = 1000
"""A page count above this is not believed; the longest speeches fill tens of pages."""


def count(article: Article) -> int:
    """How many pages the article says it has; 0 where it does not say."""
    pages = (page for copies in article.values() for page in copies)
    return max((page.count for page in pages if page.count and page.count <= _MOST_PAGES), default=0)


def missing(article: Article) -> tuple[int, ...]:
    """Numbers of the pages that are not there: up to the count, the last page, or the one it links to."""
    last = max(article)
    numbered = last > 1 or any(page.number for copies in article.values() for page in copies)
    following = links_on(article[last]) or _goes_on_elsewhere(article[last], alone=last == 1)
    if not (numbered or following):
        return ()
    expected = count(article) or (last + 1 if following else 0)
    return tuple(n for n in range(1, max(expected, last) + 1) if n not in article)


def links_on(pages: list[Page]) -> bool:
    """Whether a page links to a further part of the same article. Its own part is 1 where no address says."""
    for page in pages:
        if page.url and page.next_url:
            here, there = part(page.url, page.number, page.next_url), part(page.next_url, None, None)
            if there.stem == here.stem and (there.number or 0) > (here.number or 0):
                return True
    return False


def _goes_on_elsewhere(pages: list[Page], alone: bool) -> bool:
    """Whether a page that no number places links to a further one at an address of another form: one that
    links put behind others, or one ``alone`` that breaks off inside a sentence."""
    return any(
        page.next_url
        and page.url
        and not page.number
        and part(page.url, None, page.next_url).number is None
        and (not alone or (_is_first(page) and not ends(page.text)))
        for page in pages
    )


def _is_first(page: Page) -> bool:
    """Whether a page says nothing of another place than the first, and nobody cut it short."""
    return not (page.prev_url or page.hint or page.truncated or mark(page.title or ""))

"""Which pages of a group are one speech, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from flows.parts import bare
from flows.records import Page
from flows.stitch.address import part
from flows.stitch.copies import best, copies
from flows.stitch.evidence import letters
from flows.stitch.seam import may_follow

Article = dict[int, list[Page]]
"""Page number to the copies of that page."""


def articles(pages: Sequence[Page]) -> list[Article]:
    """The pages of one group as articles. Where two pages claim one number with different texts, links to the
    next page tell them apart; where there are none, each page stands alone.
    """
    numbers = _numbers(pages)
    whole = _article(pages, numbers)
    if whole is not None:
        return [{1: same} for _, same in sorted(whole.items())] if _several(whole) else [whole]
    found: list[Article] = []
    for linked in _linked(pages):
        article = _article(linked, numbers)
        if article is not None:
            found.append(article)
        else:
            found += [{numbers[group[0].id]: group} for group in copies(linked)]
    return found


def _several(article: Article) -> bool:
    """Whether pages that only their addresses number are speeches of their own: each has another title, and
    none goes on where the one before ends."""
    pages = [best(same) for _, same in sorted(article.items())]
    return len(pages) > 1 and all(
        not (one.number or other.number or one.next_url or other.next_url)
        and _titled_apart(one, other)
        and not may_follow(one.text, other.text)
        for one, other in pairwise(pages)
    )


def _titled_apart(one: Page, other: Page) -> bool:
    first, second = (letters(bare(page.title or "")) for page in (one, other))
    return bool(first and second) and first not in second and second not in first


def _article(pages: Sequence[Page], numbers: dict[str, int]) -> Article | None:
    """The pages by number, or None if two of one number are not copies."""
    by_number: dict[int, list[Page]] = {}
    for page in pages:
        by_number.setdefault(numbers[page.id], []).append(page)
    article: Article = {}
    for number, same in sorted(by_number.items()):
        groups = copies(same)
        if len(groups) > 1:
            return None
        article[number] = groups[0]
    return article


def _numbers(pages: Sequence[Page]) -> dict[str, int]:
    """Each page's number: its own word for it, else its address's, else 1.

    Some sites count ``a.html``, ``a_1.html`` (two pages), some ``a.html``, ``a_2.html``: there is an
    ``a_1.html`` beside a first page without a number only in the first way.
    """
    said = {
        page.id: part(page.url, page.number, page.next_url).number if page.url else None for page in pages
    }
    from_zero = (1 in said.values() and any(said[p.id] is None and p.url for p in pages)) or any(
        page.number is not None and said[page.id] == page.number - 1 for page in pages
    )
    return {
        page.id: page.number or ((said[page.id] or 0) + from_zero if said[page.id] else 1) for page in pages
    }


def _linked(pages: Sequence[Page]) -> list[list[Page]]:
    """The pages in the components that links to the next page make, sorted by id."""
    by_url: dict[str, list[Page]] = {}
    for page in pages:
        if page.url:
            by_url.setdefault(page.url, []).append(page)
    component = {page.id: page.id for page in pages}

    def root(name: str) -> str:
        while component[name] != name:
            component[name] = component[component[name]]
            name = component[name]
        return name

    for page in pages:
        for following in by_url.get(page.next_url or "", []):
            low, high = sorted((root(page.id), root(following.id)))
            component[high] = low
    found: dict[str, list[Page]] = {}
    for page in sorted(pages, key=lambda page: page.id):
        found.setdefault(root(page.id), []).append(page)
    return list(found.values())

"""Chains: pages that links to the next page and the one before put in order, whatever their addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from flows.records import Page
from flows.stitch.address import whole
from flows.stitch.copies import best
from flows.stitch.evidence import elsewhere, places, weight
from flows.stitch.order import Article
from flows.stitch.pieces import AGAINST, pages_of
from flows.stitch.seam import may_follow

_CALLS = ("！", "!")
"""What most speeches end on, and one in a hundred of other paragraphs."""
_Links = dict[str, str]
"""An address to the one that follows it."""


def chained(articles: Sequence[Article]) -> list[Article]:
    """Articles of one page each, of one title and site, those made one that are a chain of links; in
    whatever order they come.

    The first page is the one that links to none before it. Where the page before the first that is held is
    known by its address alone, that one counts as page 1. What else has the address of a page, or a second
    page before or behind it, is in no chain.
    """
    held: dict[str, list[Article]] = {}
    for article in articles:
        for address in {whole(page.url) for page in pages_of(article) if page.url}:
            held.setdefault(address, []).append(article)
    alone = {address: same[0] for address, same in held.items() if len(same) == 1}
    found = [piece for path in _paths(_following(alone)) for piece in _cut(path, alone)]
    taken = {page.id for piece in found for page in pages_of(piece)}
    return found + [article for article in articles if pages_of(article)[0].id not in taken]


def _following(held: dict[str, Article]) -> _Links:
    """Which address follows which, as far as all that link there agree."""
    pairs: set[tuple[str, str]] = set()
    for address, article in held.items():
        for page in pages_of(article):
            pairs |= {(address, whole(page.next_url))} if page.next_url else set()
            pairs |= {(whole(page.prev_url), address)} if page.prev_url else set()
    before, after = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    return {one: other for one, other in pairs if before[one] == after[other] == 1 and one != other}


def _paths(following: _Links) -> list[list[str]]:
    """The ways from an address that follows none to the last; what goes round has no first page."""
    paths = []
    for first in sorted(following.keys() - set(following.values())):
        path = [first]
        while path[-1] in following:
            path.append(following[path[-1]])
        paths.append(path)
    return paths


def _cut(path: list[str], held: dict[str, Article]) -> list[Article]:
    """The articles along a path, parted where two do not fit or two addresses in a row are not held; of a
    single page none."""
    pieces: list[Article] = [{}]
    number, before = 0, None
    for address in path:
        number += 1
        if address not in held:
            if before is None and pieces[-1]:
                pieces.append({})
            before = None
            continue
        pages = pages_of(held[address])
        last = pieces[-1].get(max(pieces[-1], default=0))
        if last and not _fits(best(last), best(pages), side_by_side=before is not None):
            pieces[-1][max(pieces[-1])] = [replace(page, next_url=None) for page in last]
            pieces.append({})
            number = 1
        pieces[-1][number] = pages
        before = pages
    return [piece for piece in pieces if len(piece) > 1]


def _fits(before: Page, after: Page, side_by_side: bool) -> bool:
    """Whether nothing shows that a link leads to another article than the page's own."""
    if before.text.rstrip().endswith(_CALLS) or not may_follow(before.text, after.text):
        return False
    if elsewhere(places(before.text), places(after.text)):
        return False
    return not side_by_side or weight(before.text, after.text) > AGAINST
